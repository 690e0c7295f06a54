import { decode } from '../../asn1/decode.js';
import type { Decoded } from '../../asn1/decoded.js';
import type { Element } from '../../ber/element.js';
import type { Anomaly } from '../anomaly.js';
import { anomaliesOf, readOnly } from '../issues.js';
import { BER_TRANSFER_SYNTAX } from '../presentation/object-identifiers.js';
import { stringContent } from '../string-content.js';
import { AcseApdu } from './types.js';

export type AcseName = 'AARQ' | 'AARE' | 'RLRQ' | 'RLRE' | 'ABRT';

/** What stands in user-information: in P1 one RTSE APDU in one EXTERNAL. */
export interface UserInformation {
  readonly contextId: number | undefined;
  /** The EXTERNAL itself. */
  readonly external: Decoded;
  readonly element: Element | undefined;
}

export interface AcseObservation {
  readonly name: AcseName | undefined;
  readonly decoded: Decoded | undefined;
  readonly userInformation: UserInformation | undefined;
  readonly anomalies: readonly Anomaly[];
}

const NAMES: Readonly<Record<string, AcseName>> = {
  aarq: 'AARQ',
  aare: 'AARE',
  rlrq: 'RLRQ',
  rlre: 'RLRE',
  abrt: 'ABRT',
};

/** Reads an ACSE APDU. X.227 9.1; in the application contexts of X.419 RTSE is its only user, with one value. */
export function observeAcse(element: Element): AcseObservation {
  const { decoded, issues } = decode(AcseApdu, element, { name: '' });
  const anomalies = anomaliesOf('acse', issues, 'X.227 9.1');
  const apdu = decoded?.children[0];
  const name = apdu === undefined ? undefined : NAMES[apdu.name];
  const [first, ...more] = apdu?.get('userInformation')?.children ?? [];
  for (const extra of more) {
    anomalies.push({
      layer: 'acse',
      code: 'surplus-value',
      path: extra.path,
      offset: extra.element.offset,
      length: extra.element.length,
      message: 'a second EXTERNAL in the user information, which holds one RTSE APDU',
      clause: 'X.227 9.1',
      detail: textOf(extra.get('directReference')),
    });
  }
  return {
    name,
    decoded: apdu,
    userInformation: first === undefined ? undefined : externalValue(first, anomalies),
    anomalies,
  };
}

const clause = 'X.690 8.18';

/** The value of an EXTERNAL, X.690 8.18: single-ASN1-type, or BER inside octet-aligned octets. */
export function externalValue(external: Decoded, anomalies: Anomaly[]): UserInformation {
  const reference = external.get('indirectReference')?.primitive;
  const contextId = typeof reference === 'number' ? reference : undefined;
  const syntax = external.get('directReference');
  if (typeof syntax?.primitive === 'string' && syntax.primitive !== BER_TRANSFER_SYNTAX) {
    const { offset, length } = syntax.inner;
    const message = `the transfer syntax ${syntax.primitive}, where that of the context is BER`;
    const detail = syntax.primitive;
    anomalies.push({
      layer: 'acse',
      code: 'foreign-context',
      path: syntax.path,
      offset,
      length,
      message,
      clause,
      detail,
    });
  }
  const single = external.get('encoding', 'singleASN1Type');
  if (single !== undefined) return { contextId, external, element: single.inner };
  const aligned = external.get('encoding', 'octetAligned');
  if (aligned === undefined) return { contextId, external, element: undefined };
  const { element, anomalies: more } = readOnly('acse', aligned.path, stringContent(aligned.inner), clause);
  anomalies.push(...more);
  return { contextId, external, element };
}

function textOf(node: Decoded | undefined): string | undefined {
  return typeof node?.primitive === 'string' ? node.primitive : undefined;
}
