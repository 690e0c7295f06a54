import { decode } from '../asn1/decode.js';
import type { Decoded } from '../asn1/decoded.js';
import { berFromBytes, toBer } from '../asn1/encode.js';
import type { TypeRef } from '../asn1/types.js';
import { Octets } from '../ber/octets.js';
import { readElements } from '../ber/reader.js';
import { TagClass, Universal } from '../ber/tag.js';
import { type BerElement, type BerNode, constructed, primitive, writeBer } from '../ber/writer.js';
import { BindError, BindInvoke, BindResult, MTABindArgument, MTABindError, MTABindResult } from '../p1/bind.js';
import { oid } from '../p1/object-identifiers.js';
import type { Credentials, SecurityLabel } from '../p1/security.js';
import { editionOf, type Mode } from '../stack/association/events.js';
import type { Deviations, OpenRefusal } from '../stack/association/service.js';
import { stringContent } from '../stack/string-content.js';

export type MTABindErrorName = keyof typeof MTABindError.named;

/** Who an MTA says it is. Without a name it binds unauthenticated. */
export interface Identity {
  readonly mtaName?: string;
  readonly password?: string;
  /** Real MTAs send IA5String or OCTET STRING, and compare the octets. */
  readonly passwordForm?: 'ia5String' | 'octetString';
}

/**
 * Where a *bind marker* stands: octets in the bind that X.411 does not have there, by which an MTA makes itself known
 * to others of its kind. KB 281744 says that there was one, not where.
 */
export interface BindMarker {
  readonly place: 'none' | 'extra-tag-in-set' | 'credentials' | 'security-context' | 'acse-user-info';
  readonly bytes: Uint8Array;
}

const MARKER_TAG = 5;
/** RTSE's reason where a session connection cannot be gone on with. X.228 9, RefuseReason. */
const CANNOT_RECOVER = 1;
/** The presentation context of RTSE in the context list that the stack proposes. */
const RTSE_CONTEXT = 3;

/** The bind argument's TLV, wrapped as the mode has it. X.411 (06/1999), MTABindArgument; X.419 for the wrapper. */
export function bindArgument(mode: Mode, identity: Identity, marker?: BindMarker): Uint8Array {
  const { mtaName } = identity;
  const argument: MTABindArgument =
    mtaName === undefined
      ? { unauthenticated: null }
      : {
          authenticated: {
            initiatorName: mtaName,
            initiatorCredentials: credentials(identity),
            ...(marker?.place === 'security-context' ? { securityContext: [markedLabel(marker.bytes)] } : {}),
          },
        };
  return written(toBer(mode === 'normal' ? BindInvoke : MTABindArgument, argument), marker);
}

/**
 * The bind result's TLV, wrapped as the mode has it. A result has no security context: there, no marker. `echoed` are
 * elements that stand at the end of its SET, as they came.
 */
export function bindResult(
  mode: Mode,
  identity: Identity,
  marker?: BindMarker,
  echoed: readonly Uint8Array[] = [],
): Uint8Array {
  const { mtaName } = identity;
  const result: MTABindResult =
    mtaName === undefined
      ? { unauthenticated: null }
      : { authenticated: { responderName: mtaName, responderCredentials: credentials(identity) } };
  const tree = toBer(mode === 'normal' ? BindResult : MTABindResult, result);
  const marked = echoed.reduce<BerNode>(
    (node, raw) => appended(node, (name) => name === 'authenticated', berFromBytes(raw)),
    tree,
  );
  return written(marked, marker);
}

/** Only normal mode has a bind error; the X.410 modes refuse with a number of RTSE's. */
export function bindError(error: MTABindErrorName): Uint8Array {
  return writeBer(toBer(BindError, MTABindError.named[error]));
}

/** The refusal of a bind, or, with no error, of a recovery. */
export function openRefusal(error: MTABindErrorName | undefined, mode: Mode | undefined): OpenRefusal {
  // Only the X.410 modes have a reason of RTSE's own. X.228 9, RTORJapdu.
  if (mode !== 'normal') return { refuseReason: error === undefined ? CANNOT_RECOVER : refuseReason(error) };
  return error === undefined ? {} : { userData: bindError(error) };
}

/** RTSE's RefuseReason that says about the same. X.228, RTORJapdu. */
export function refuseReason(error: MTABindErrorName): number {
  if (error === 'busy') return 0;
  return error === 'unacceptableDialogueMode' ? 3 : 2;
}

/** What a marker adds below the bind. Only normal mode has ACSE: in the X.410 modes such a marker is not sent. */
export function markerDeviations(marker: BindMarker | undefined): Deviations {
  if (marker?.place !== 'acse-user-info') return {};
  const external = constructed(TagClass.universal, Universal.external, [
    primitive(TagClass.universal, Universal.integer, Uint8Array.of(RTSE_CONTEXT)),
    constructed(TagClass.context, 0, [octetString(marker.bytes)]),
  ]);
  return { userInformation: [external] };
}

/** A bind argument or result as it came. */
export interface ReceivedBind {
  readonly authenticated: boolean;
  readonly mtaName: string | undefined;
  /** The octets of a simple password. */
  readonly password: Uint8Array | undefined;
  /** Elements that X.411 does not have there. */
  readonly foreign: readonly Uint8Array[];
  readonly decoded: Decoded | undefined;
}

export function readBind(octets: Octets, what: 'argument' | 'result', mode: Mode | undefined): ReceivedBind {
  const bytes = octets.toBytes();
  const [element] = readElements(Octets.of(bytes)).elements;
  const none: ReceivedBind = {
    authenticated: false,
    mtaName: undefined,
    password: undefined,
    foreign: [],
    decoded: undefined,
  };
  if (element === undefined) return none;
  const { decoded, issues } = decode(bindType(what, mode), element, { edition: editionOf(mode) });
  const side = what === 'argument' ? 'initiator' : 'responder';
  const authenticated = decoded?.get('authenticated');
  const foreign = issues
    .filter(({ kind }) => kind === 'unknown-element')
    .map(({ offset, length }) => bytes.subarray(offset, offset + length));
  if (authenticated === undefined) return { ...none, foreign, decoded };
  const password = authenticated.get(`${side}Credentials`, 'simple')?.children[0]?.inner;
  const name = authenticated.get(`${side}Name`)?.primitive;
  return {
    authenticated: true,
    mtaName: typeof name === 'string' ? name : undefined,
    password: password && stringContent(password).toBytes(),
    foreign,
    decoded,
  };
}

function bindType(what: 'argument' | 'result', mode: Mode | undefined): TypeRef {
  if (what === 'argument') return mode === 'normal' ? BindInvoke : MTABindArgument;
  return mode === 'normal' ? BindResult : MTABindResult;
}

function credentials({ password = '', passwordForm = 'ia5String' }: Identity): Credentials {
  const simple =
    passwordForm === 'ia5String'
      ? { ia5String: password }
      : { octetString: new Uint8Array(Buffer.from(password, 'latin1')) };
  return { simple };
}

/** A label of a policy under Microsoft's arc, which by itself is legal: policies are an open set. */
function markedLabel(bytes: Uint8Array): SecurityLabel {
  const policy = `${oid.microsoft}.3.1`;
  return {
    securityPolicyIdentifier: policy,
    securityCategories: [{ type: policy, value: writeBer(octetString(bytes)) }],
  };
}

/** Writes a bind with the marker in it. An unauthenticated bind has no SET, and stays as it is. */
function written(tree: BerNode, marker: BindMarker | undefined): Uint8Array {
  if (marker?.place === 'extra-tag-in-set') {
    const extra = primitive(TagClass.context, MARKER_TAG, marker.bytes);
    return writeBer(appended(tree, (name) => name === 'authenticated', extra));
  }
  if (marker?.place === 'credentials') {
    const inCredentials = (name: string) => name.endsWith('Credentials');
    return writeBer(appended(tree, inCredentials, octetString(marker.bytes)));
  }
  return writeBer(tree);
}

/** The tree with one more node at the end of the member that is meant. */
function appended(node: BerNode, isMeant: (name: string) => boolean, extra: BerNode): BerNode {
  if ('raw' in node || node.content instanceof Uint8Array) return node;
  const content = node.content as readonly BerNode[];
  if (node.name !== undefined && isMeant(node.name)) return { ...node, content: [...content, extra] };
  return { ...node, content: content.map((child) => appended(child, isMeant, extra)) };
}

function octetString(bytes: Uint8Array): BerElement {
  return primitive(TagClass.universal, Universal.octetString, bytes);
}

/** The name of a bind error as it came; PP leaves its wrapper out. */
export function readBindError(octets: Octets): MTABindErrorName | undefined {
  const [outer] = readElements(Octets.of(octets.toBytes())).elements;
  const element = outer?.constructed ? outer.children[0] : outer;
  if (element === undefined) return undefined;
  const value = decode(MTABindError, element).decoded?.value;
  const names = Object.keys(MTABindError.named) as MTABindErrorName[];
  return names.find((name) => MTABindError.named[name] === value);
}
