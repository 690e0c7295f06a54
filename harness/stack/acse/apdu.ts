import { decode } from '../../asn1/decode.js';
import type { Decoded } from '../../asn1/decoded.js';
import { toBer } from '../../asn1/encode.js';
import type { Element } from '../../ber/element.js';
import { readElements } from '../../ber/reader.js';
import type { BerNode } from '../../ber/writer.js';
import { BER_TRANSFER_SYNTAX } from '../presentation/object-identifiers.js';
import type { ContextValue, PresentationDataValue } from '../presentation/ppdu.js';
import { stringContent } from '../string-content.js';
import type { AcseName } from './observer.js';
import { AARE, AARQ, ABRT, AcseApdu, RLRE, RLRQ } from './types.js';

/** What a fake adds to an AARQ or AARE. */
export interface AcseAdditions {
  /** Elements before user-information. */
  readonly elements?: readonly BerNode[];
  /** EXTERNALs behind those of the user. */
  readonly userInformation?: readonly BerNode[];
}

export interface AarqFields {
  readonly applicationContextName: string;
  readonly userInformation: readonly ContextValue[];
}

export interface AareFields extends AarqFields {
  readonly result: number;
  /** Of the source that is named. */
  readonly diagnostic: { readonly user: number } | { readonly provider: number };
}

export function aarqTree(fields: AarqFields, additions: AcseAdditions): BerNode {
  const { applicationContextName, userInformation } = fields;
  return withAdditions(toBer(AARQ, { applicationContextName, ...information(userInformation) }), additions);
}

export function aareTree(fields: AareFields, additions: AcseAdditions): BerNode {
  const { applicationContextName, result, diagnostic, userInformation } = fields;
  const resultSourceDiagnostic =
    'user' in diagnostic ? { acseServiceUser: diagnostic.user } : { acseServiceProvider: diagnostic.provider };
  const value = { applicationContextName, result, resultSourceDiagnostic, ...information(userInformation) };
  return withAdditions(toBer(AARE, value), additions);
}

export function rlrqTree(reason: number): BerNode {
  return toBer(RLRQ, { reason });
}

export function rlreTree(reason: number): BerNode {
  return toBer(RLRE, { reason });
}

/** No diagnostic: only the kernel is used. X.227 9.1. */
export function abrtTree(abortSource: number, userInformation: readonly ContextValue[]): BerNode {
  return toBer(ABRT, { abortSource, ...information(userInformation) });
}

/** Both references, as X.400 stacks send them: the transfer syntax and the presentation context. */
function information(values: readonly ContextValue[]) {
  if (values.length === 0) return {};
  const userInformation = values.map(({ contextId, value }) => ({
    directReference: BER_TRANSFER_SYNTAX,
    indirectReference: contextId,
    encoding: { singleASN1Type: value },
  }));
  return { userInformation };
}

function withAdditions(tree: BerNode, { elements = [], userInformation = [] }: AcseAdditions): BerNode {
  if ('raw' in tree || tree.content instanceof Uint8Array) return tree;
  const members = [...tree.content];
  const last = members.findIndex((member) => member.name === 'userInformation');
  const at = last < 0 ? members.length : last;
  const holder = members[at];
  if (holder !== undefined && !('raw' in holder) && !(holder.content instanceof Uint8Array)) {
    members[at] = { ...holder, content: [...holder.content, ...userInformation] };
  }
  members.splice(at, 0, ...elements);
  return { ...tree, content: members };
}

/** One EXTERNAL as it came; `contextId` is undefined where only a transfer syntax stands there. */
export interface InformationValue {
  readonly contextId: number | undefined;
  readonly element: Element;
}

export interface ReadAcse {
  readonly name: AcseName;
  readonly decoded: Decoded;
  readonly userInformation: readonly InformationValue[];
  /** Elements that X.227 does not have. 7.4: skipped in AARQ, a protocol error elsewhere. */
  readonly unknown: boolean;
}

const NAMES: Readonly<Record<string, AcseName>> = {
  aarq: 'AARQ',
  aare: 'AARE',
  rlrq: 'RLRQ',
  rlre: 'RLRE',
  abrt: 'ABRT',
};

/** An APDU of ACSE; undefined where the value is none, or lacks what it must have. */
export function readAcse(value: PresentationDataValue | undefined): ReadAcse | undefined {
  if (value?.element === undefined) return undefined;
  const { decoded, issues } = decode(AcseApdu, value.element);
  const apdu = decoded?.children[0];
  const name = apdu === undefined ? undefined : NAMES[apdu.name];
  if (apdu === undefined || name === undefined) return undefined;
  if (issues.some(({ kind }) => kind === 'malformed' || kind === 'missing-element')) return undefined;
  const externals = apdu.get('userInformation')?.children ?? [];
  const userInformation = externals.flatMap((external) => externalValue(external));
  return { name, decoded: apdu, userInformation, unknown: issues.some(({ kind }) => kind === 'unknown-element') };
}

/** X.690 8.18; octet-aligned BER is read as well as single-ASN1. */
function externalValue(external: Decoded): InformationValue[] {
  const reference = external.get('indirectReference')?.primitive;
  const contextId = typeof reference === 'number' ? reference : undefined;
  const single = external.get('encoding', 'singleASN1Type')?.inner;
  if (single !== undefined) return [{ contextId, element: single }];
  const aligned = external.get('encoding', 'octetAligned');
  if (aligned === undefined) return [];
  const [element] = readElements(stringContent(aligned.inner), { layer: 'acse' }).elements;
  return element === undefined ? [] : [{ contextId, element }];
}
