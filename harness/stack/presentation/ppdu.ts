import { decode } from '../../asn1/decode.js';
import type { Decoded } from '../../asn1/decoded.js';
import { encode, toBer } from '../../asn1/encode.js';
import type { TypeRef } from '../../asn1/types.js';
import type { Element } from '../../ber/element.js';
import type { Octets } from '../../ber/octets.js';
import { readElements } from '../../ber/reader.js';
import { TagClass, tagKey, Universal } from '../../ber/tag.js';
import { type BerNode, constructed } from '../../ber/writer.js';
import { stringContent } from '../string-content.js';
import { BER_TRANSFER_SYNTAX } from './object-identifiers.js';
import { AbortType, ARP, CP, CPA, CPR, ModeValue, PresentationContextIdentifier } from './types.js';

/** A value and the context that it belongs to. */
export interface ContextValue {
  readonly contextId: number;
  /** One whole TLV. */
  readonly value: BerNode;
}

/** A value as it came: `element` is undefined where its octets are no BER. */
export interface PresentationDataValue {
  readonly contextId: number;
  readonly element: Element | undefined;
}

export interface ProposedContext {
  readonly id: number;
  readonly abstractSyntax: string;
  readonly transferSyntaxes: readonly string[];
}

/** X.226 6.2.3.5; `reason` only where the provider refuses. */
export interface ContextResult {
  readonly result: 'acceptance' | 'userRejection' | 'providerRejection';
  readonly transferSyntax?: string;
  readonly reason?: number;
}

const NORMAL = { modeValue: ModeValue.named.normalMode };
const RESULTS = { acceptance: 0, userRejection: 1, providerRejection: 2 } as const;

/** X.226 8.4.2: fully encoded, for MTAs have three contexts; 8.4.2.7: no transfer syntax where only one was proposed. */
export function userDataTree(values: readonly ContextValue[]): BerNode {
  const lists = values.map(({ contextId, value }) =>
    constructed(TagClass.universal, Universal.sequence, [
      { raw: encode(PresentationContextIdentifier, contextId) },
      constructed(TagClass.context, 0, [value]),
    ]),
  );
  return constructed(TagClass.application, 1, lists);
}

function fullyEncoded(values: readonly ContextValue[]) {
  if (values.length === 0) return undefined;
  const fullyEncodedData = values.map(({ contextId, value }) => ({
    presentationContextIdentifier: contextId,
    presentationDataValues: { singleASN1Type: value },
  }));
  return { fullyEncodedData };
}

export interface ConnectFields {
  readonly callingSelector?: Uint8Array;
  readonly calledSelector?: Uint8Array;
  readonly contexts: readonly ProposedContext[];
  readonly userData: readonly ContextValue[];
}

export function cpTree(fields: ConnectFields): BerNode {
  return toBer(CP, {
    modeSelector: NORMAL,
    normalModeParameters: {
      callingPresentationSelector: fields.callingSelector,
      calledPresentationSelector: fields.calledSelector,
      presentationContextDefinitionList: fields.contexts.map(({ id, abstractSyntax, transferSyntaxes }) => ({
        presentationContextIdentifier: id,
        abstractSyntaxName: abstractSyntax,
        transferSyntaxNameList: transferSyntaxes,
      })),
      userData: fullyEncoded(fields.userData),
    },
  });
}

export interface ResponseFields {
  readonly respondingSelector?: Uint8Array;
  readonly results: readonly ContextResult[];
  readonly userData: readonly ContextValue[];
}

function responseParameters(fields: ResponseFields) {
  return {
    respondingPresentationSelector: fields.respondingSelector,
    presentationContextDefinitionResultList:
      fields.results.length === 0
        ? undefined
        : fields.results.map(({ result, transferSyntax, reason }) => ({
            result: RESULTS[result],
            transferSyntaxName: transferSyntax,
            providerReason: reason,
          })),
    userData: fullyEncoded(fields.userData),
  };
}

export function cpaTree(fields: ResponseFields): BerNode {
  return toBer(CPA, { modeSelector: NORMAL, normalModeParameters: responseParameters(fields) });
}

export function cprTree(fields: ResponseFields & { providerReason?: number }): BerNode {
  const { providerReason } = fields;
  return toBer(CPR, { normalModeParameters: { ...responseParameters(fields), providerReason } });
}

/** The contexts of the values are named where there are values. X.226 6.4.2.1. */
export function aruTree(contexts: readonly number[], userData: readonly ContextValue[]): BerNode {
  const presentationContextIdentifierList =
    userData.length === 0
      ? undefined
      : contexts.map((id) => ({ presentationContextIdentifier: id, transferSyntaxName: BER_TRANSFER_SYNTAX }));
  const normalModeParameters = { presentationContextIdentifierList, userData: fullyEncoded(userData) };
  return toBer(AbortType, { aruPpdu: { normalModeParameters } });
}

export function arpTree(providerReason: number, eventIdentifier: number | undefined): BerNode {
  return toBer(ARP, { providerReason, eventIdentifier });
}

/** A PPDU as far as it can be read; `fault` says why it is no valid one. */
export interface ReadPpdu {
  readonly decoded: Decoded | undefined;
  readonly fault: string | undefined;
  /** An element that the declaration does not know. X.226 8.5 ignores it in CP and aborts on it elsewhere. */
  readonly unknown: boolean;
}

const HARMLESS = new Set(['encoding-form', 'unknown-element', 'surplus-octets', 'unused-bits', 'charset', 'bounds']);

export function readPpdu(type: TypeRef, octets: Octets | undefined): ReadPpdu {
  if (octets === undefined) return { decoded: undefined, fault: 'no user data', unknown: false };
  const { elements, error } = readElements(octets, { layer: 'presentation' });
  const [first] = elements;
  if (first === undefined || error !== undefined) {
    return { decoded: undefined, fault: error?.message ?? 'no element', unknown: false };
  }
  const { decoded, issues } = decode(type, first);
  const fault = issues.find(({ kind }) => !HARMLESS.has(kind));
  return { decoded, fault: fault?.message, unknown: issues.some(({ kind }) => kind === 'unknown-element') };
}

const FULLY_ENCODED = tagKey(TagClass.application, 1);
const SEQUENCE = tagKey(TagClass.universal, Universal.sequence);
const OBJECT_IDENTIFIER = tagKey(TagClass.universal, Universal.objectIdentifier);
const INTEGER = tagKey(TagClass.universal, Universal.integer);
const SINGLE_ASN1 = tagKey(TagClass.context, 0);
const OCTET_ALIGNED = tagKey(TagClass.context, 1);

/**
 * The values of User-data, read by hand: it stands around every slice of every message. Undefined where it is no
 * User-data in full encoding.
 */
export function readUserData(userData: Element | undefined): PresentationDataValue[] | undefined {
  if (userData === undefined || userData.key !== FULLY_ENCODED || !userData.constructed) return undefined;
  const values: PresentationDataValue[] = [];
  for (const list of userData.children) {
    if (list.key !== SEQUENCE) return undefined;
    const parts = list.children[0]?.key === OBJECT_IDENTIFIER ? list.children.slice(1) : list.children;
    const [id, value] = parts;
    const contextId = smallInteger(id);
    if (contextId === undefined || value === undefined) return undefined;
    values.push({ contextId, element: valueElement(value) });
  }
  return values.length === 0 ? undefined : values;
}

/** User data of an SPDU that holds plain User-data. X.226 8.4.3. */
export function readUserDataOctets(octets: Octets | undefined): PresentationDataValue[] | undefined {
  if (octets === undefined) return undefined;
  const { elements, error } = readElements(octets, { layer: 'presentation' });
  return error === undefined ? readUserData(elements[0]) : undefined;
}

function valueElement(value: Element): Element | undefined {
  if (value.key === SINGLE_ASN1) return value.constructed ? value.children[0] : undefined;
  if (value.key !== OCTET_ALIGNED) return undefined;
  // Octet-aligned is not what 8.4.2.5 asks for one BER value, and stacks send it.
  const { elements, error } = readElements(stringContent(value), { layer: 'presentation' });
  return error === undefined ? elements[0] : undefined;
}

function smallInteger(element: Element | undefined): number | undefined {
  if (element === undefined || element.key !== INTEGER || element.constructed || element.bytes.length > 6) return;
  const { bytes } = element;
  if (bytes.length === 0) return undefined;
  let value = (bytes[0] as number) & 0x80 ? -1 : 0;
  for (const octet of bytes) value = value * 256 + octet;
  return value;
}
