import { decode } from '../../asn1/decode.js';
import type { Decoded } from '../../asn1/decoded.js';
import type { TypeRef } from '../../asn1/types.js';
import type { Element } from '../../ber/element.js';
import type { Octets } from '../../ber/octets.js';
import { TagClass, tagKey, tagName, Universal } from '../../ber/tag.js';
import type { Anomaly } from '../anomaly.js';
import { anomaliesOf, readOnly } from '../issues.js';
import { AbortInformation, PAccept, PConnect, PRefuse, RTAB, RTOAC, RTORJ, RTORQ, RTTP } from './types.js';

export type RtseName =
  | 'RTORQ'
  | 'RTOAC'
  | 'RTORJ'
  | 'RTAB'
  | 'RTTP'
  | 'PConnect'
  | 'PAccept'
  | 'PRefuse'
  | 'AbortInformation';

const TYPES: Readonly<Record<RtseName, TypeRef>> = {
  RTORQ,
  RTOAC,
  RTORJ,
  RTAB,
  RTTP,
  PConnect,
  PAccept,
  PRefuse,
  AbortInformation,
};

export interface RtseObservation {
  readonly name: RtseName;
  readonly decoded: Decoded | undefined;
  readonly anomalies: readonly Anomaly[];
}

/** Reads an RTSE APDU of the kind that is due. X.228 9. */
export function observeRtse(name: RtseName, element: Element): RtseObservation {
  if (name === 'RTAB' && element.key === UNIVERSAL_22) return observeMistaggedAbort(element);
  const { decoded, issues } = decode(TYPES[name], element, { name });
  return { name, decoded, anomalies: [...anomaliesOf('rtse', issues, 'X.228 9'), ...unused(name, decoded)] };
}

/** Members that an APDU of normal mode has in X.228 and not in P1. */
function unused(name: RtseName, decoded: Decoded | undefined): Anomaly[] {
  const entry = UNUSED[name];
  const member = entry === undefined ? undefined : decoded?.get(entry.member);
  if (entry === undefined || member === undefined) return [];
  const { path, element } = member;
  const { code, message, clause } = entry;
  const { offset, length } = element;
  return [{ layer: 'rtse', code, path, offset, length, message, clause, detail: tagName(element) }];
}

type Unused = { readonly member: string } & Pick<Anomaly, 'code' | 'message' | 'clause'>;
const X410_ONLY = {
  code: 'unknown-element',
  message: 'a member of X.410 mode in normal mode',
  clause: 'X.228 9',
} as const;
const UNUSED: Readonly<Partial<Record<RtseName, Unused>>> = {
  RTORQ: { member: 'applicationProtocol', ...X410_ONLY },
  RTORJ: { member: 'refuseReason', ...X410_ONLY },
  // X.419 maps no user data on RT-U-ABORT.
  RTAB: {
    member: 'userdataAB',
    code: 'unexpected-user-data',
    message: 'user data in RTAB, on which nothing is mapped',
    clause: 'X.419 13',
  },
};

/** The same from octets: user data of the SPDUs in the X.410 modes, whose values stand there bare. */
export function observeRtseOctets(name: RtseName, octets: Octets): RtseObservation {
  const { element, anomalies } = readOnly('rtse', name, octets, 'X.228 9');
  if (element === undefined) return { name, decoded: undefined, anomalies };
  const observation = observeRtse(name, element);
  return { ...observation, anomalies: [...anomalies, ...observation.anomalies] };
}

const UNIVERSAL_22 = tagKey(TagClass.universal, Universal.ia5String);

/** ISODE 8.0 sends RTAB as a provider under UNIVERSAL 22 in place of [22]: read it, and say so. */
function observeMistaggedAbort(element: Element): RtseObservation {
  const twin = element.retagged(TagClass.context, 22, element);
  const { decoded, issues } = decode(RTAB, twin, { name: 'RTAB' });
  const form: Anomaly = {
    layer: 'rtse',
    code: 'encoding-form',
    path: 'RTAB',
    offset: element.offset,
    length: element.length,
    message: 'RTAB under [UNIVERSAL 22] in place of [22]',
    clause: 'X.228 9',
  };
  return {
    name: 'RTAB',
    decoded,
    anomalies: [form, ...anomaliesOf('rtse', issues, 'X.228 9'), ...unused('RTAB', decoded)],
  };
}
