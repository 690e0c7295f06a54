import type { Decoded } from '../../asn1/decoded.js';
import type { Element } from '../../ber/element.js';
import { Octets } from '../../ber/octets.js';
import { readElements } from '../../ber/reader.js';
import { TagClass, tagKey, Universal } from '../../ber/tag.js';
import { type BerNode, constructed, writeBer } from '../../ber/writer.js';
import type { ModeEvent } from '../rtse/mode.js';
import type { ConnectionIdentifier } from '../rtse/recovery.js';
import { DialogueMode } from '../rtse/types.js';
import { ALL_TOKENS } from '../session/constants.js';

// Values of RT-OPEN that are read and written alike in every mode.

/** Bit pairs of the Token Setting Item: all to the responder. X.225 8.3.1.11. */
export const ALL_RESPONDER = 0x15;

/** Data, minor and major token together; the release token does not exist here and is masked. X.225 8.3.1.11. */
export function initialTurn(setting = 0): 'initiator' | 'responder' | undefined {
  const pairs = [setting & 3, (setting >> 2) & 3, (setting >> 4) & 3];
  // 10 leaves the choice to this side: it goes to the initiator, as X.225 8.3.4.11 wants it answered.
  const owned = pairs.filter((pair) => pair === 1).length;
  if (owned === 0) return 'initiator';
  return (setting & ALL_TOKENS) === ALL_RESPONDER ? 'responder' : undefined;
}

const INTEGER = tagKey(TagClass.universal, Universal.integer);

/** RTTP, X.218 9.4: without user data the priority is 0, the most urgent; undefined where there is no RTTP to read. */
export function turnPriority(element: Element | undefined): number | undefined {
  if (element === undefined) return 0;
  if (element.key !== INTEGER || element.constructed || element.bytes.length > 4) return undefined;
  return element.bytes.reduce((sum, octet) => sum * 256 + octet, 0);
}

/** A member that is a number from 0 on. */
export function numberIn(decoded: Decoded, name: string, otherwise: number): number {
  const value = decoded.get(name)?.primitive;
  return typeof value === 'number' && value >= 0 ? value : otherwise;
}

export function octetsOf(element: Element | undefined): Octets {
  return element === undefined ? Octets.empty : Octets.of(element.toBytes(), element.offset);
}

/** What an RTORQ or RTOAC says of sizes, with their defaults. X.228 9. */
const sizes = (decoded: Decoded) => ({
  checkpointSize: numberIn(decoded, 'checkpointSize', 0),
  windowSize: numberIn(decoded, 'windowSize', 3),
});

interface OpenedSession {
  readonly tokenSetting: number | undefined;
  readonly functionalUnits: number;
}

/** An RTORQ with what session says beside it; undefined where it has neither user data nor what to recover. */
export function associateIndication(
  request: Decoded | undefined,
  { tokenSetting, functionalUnits }: OpenedSession,
  userDataOf: (open: Element | undefined) => Octets,
): Extract<ModeEvent, { kind: 'associateIndication' }> | undefined {
  const data = request?.get('connectionDataRQ');
  const open = data?.get('open')?.inner;
  const recover = recoverIn(data?.get('recover'));
  if (request === undefined || (open === undefined && recover === undefined)) return undefined;
  return {
    kind: 'associateIndication',
    ...sizes(request),
    dialogueMode: numberIn(request, 'dialogueMode', 0) === DialogueMode.named.twa ? 'twa' : 'monologue',
    initialTurn: initialTurn(tokenSetting),
    recover,
    userData: userDataOf(open),
    functionalUnits,
  };
}

/**
 * An RTOAC, in the PDU that is named. The answer has what the request had, X.228 7.8: a responder that answers `recover`
 * by `open` has taken the request for another; it binds to nobody, and nothing that broke off can go on with it.
 */
export function associateConfirm(
  answer: Decoded | undefined,
  pdu: string,
  recovering: boolean,
  userDataOf: (open: Element | undefined) => Octets,
): ModeEvent {
  const data = answer?.get('connectionDataAC');
  const open = data?.get('open')?.inner;
  const answered = recovering ? data?.get('recover') !== undefined : open !== undefined;
  if (answer === undefined || !answered) {
    const message = `no ${pdu} that can be read, with what was asked for (${recovering ? 'recover' : 'open'})`;
    return { kind: 'invalidApdu', message };
  }
  return { kind: 'associateConfirm', ...sizes(answer), userData: userDataOf(open) };
}

/**
 * The tree of an RTORQ or RTOAC with `recover` in place of the user data in its member `connectionData`, if there is one
 * to recover. Its references are written as they came: real MTAs have what is no UTCTime there. X.228 9.
 */
export function recovering(tree: BerNode, connectionData: string, recover: ConnectionIdentifier | undefined): BerNode {
  if (recover === undefined || 'raw' in tree || tree.content instanceof Uint8Array) return tree;
  if (tree.name === connectionData) return { ...tree, content: [recoverNode(recover)] };
  return { ...tree, content: tree.content.map((each) => recovering(each, connectionData, recover)) };
}

/** Stands where user data has to be until `recovering` replaces it. */
export const NO_USER_DATA = Uint8Array.of(0x05, 0x00);

/** SessionConnectionIdentifier in its place of ConnectionData. X.228 9. */
function recoverNode({ callingReference, commonReference, additionalReference }: ConnectionIdentifier): BerNode {
  const members: BerNode[] = [{ raw: callingReference }, { raw: commonReference }];
  const [additional] = additionalReference === undefined ? [] : readElements(Octets.of(additionalReference)).elements;
  if (additional !== undefined) {
    members.push({ tagClass: TagClass.context, tagNumber: 0, content: additional.bytes });
  }
  return constructed(TagClass.context, 1, members);
}

/** The session connection that a SessionConnectionIdentifier names; each reference as it stood in its parameter. */
export function recoverIn(value: Decoded | undefined): ConnectionIdentifier | undefined {
  const calling = value?.get('callingSSuserReference');
  const common = value?.get('commonReference');
  if (calling === undefined || common === undefined) return undefined;
  const additional = value?.get('additionalReferenceInformation')?.element;
  const { universal } = TagClass;
  return {
    callingReference: calling.element.toBytes(),
    commonReference: common.element.toBytes(),
    additionalReference:
      additional === undefined
        ? undefined
        : writeBer({ tagClass: universal, tagNumber: Universal.teletexString, content: additional.bytes }),
  };
}

/** The name of a session connection as its CONNECT has it; undefined where it does not name itself. X.225 7.1.1 a. */
export function connectionOf(references: References): ConnectionIdentifier | undefined {
  const { callingReference, commonReference, additionalReference } = references;
  if (callingReference === undefined || commonReference === undefined) return undefined;
  return { callingReference, commonReference, additionalReference };
}

interface References {
  readonly callingReference?: Uint8Array;
  readonly commonReference?: Uint8Array;
  readonly additionalReference?: Uint8Array;
}
