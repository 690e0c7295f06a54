import { concat } from '../../../../harness/ber/octets.js';
import { type BerForm, type BerNode, writeBer } from '../../../../harness/ber/writer.js';
import type { AssociationEvent, Mode, UserTypes } from '../../../../harness/stack/association/events.js';
import { AssociationObserver } from '../../../../harness/stack/association/observer.js';
import { dataHeader, encodeConnect } from '../../../../harness/stack/cotp/codec.js';
import { type Direction, opposite } from '../../../../harness/stack/direction.js';
import { encodeSpdu, type SpduDescription } from '../../../../harness/stack/session/encode.js';
import { encodeTpkt } from '../../../../harness/stack/tpkt/codec.js';
import { latin1 } from './nodes.js';
import { NormalMode } from './normal-mode.js';
import { X410Mode } from './x410-mode.js';

// A whole association as octets, made with ber/writer and the codecs of the lower layers only: neither the declarations
// nor the machines have a hand in it, so that what the rules see is not written by what is under test.

/** What one side sent in one TPKT. */
export interface Sent {
  readonly direction: Direction;
  readonly octets: Uint8Array;
  /** What it is, for messages of failing tests. */
  readonly what: string;
}

/** Every PDU tree that `edit` is given before it is written. RTTR is the EXTERNAL's first slice's OCTET STRING. */
export type PduName =
  | 'CP'
  | 'CPA'
  | 'CPR'
  | 'AARQ'
  | 'AARE'
  | 'RTORQ'
  | 'RTOAC'
  | 'RTORJ'
  | 'RLRQ'
  | 'RLRE'
  | 'ARU'
  | 'ABRT'
  | 'RTAB'
  | 'MTABindArgument'
  | 'MTABindResult'
  | 'MTABindError'
  | 'EXTERNAL'
  | 'RTTR'
  | 'TD'
  | 'RTTP'
  | 'PConnect'
  | 'PAccept'
  | 'PRefuse'
  | 'AbortInformation';

/** Changes a PDU's tree before it is written. */
export type Edit = (pdu: PduName, tree: BerNode) => BerNode;

/** What a mode puts into the user data of SPDUs, as trees that `edit` may have changed. */
export interface UpperLayers {
  /** Its references, version and functional units of CONNECT and ACCEPT. */
  readonly connect: Omit<SpduDescription, 'kind'>;
  readonly accept: Omit<SpduDescription, 'kind'>;
  /** The MTA-bind where the script gives none. */
  readonly argument: BerNode;
  readonly result: BerNode;
  connectData(argument: BerNode): BerNode;
  acceptData(result: BerNode): BerNode;
  refuseData(error: BerNode): BerNode;
  /** What an activity transfers of the APDU. */
  transferred(apdu: BerNode): BerNode;
  /** A slice of that, as user data of DATA. */
  slice(octets: Uint8Array): BerNode;
  turnPlease(): BerNode;
  abort(): BerNode;
  /** User data of FINISH and DISCONNECT, in the modes that have some. */
  finish(): BerNode | undefined;
  disconnect(): BerNode | undefined;
}

export interface TransferScript {
  /** The MTS-APDU's TLV. */
  readonly apdu: Uint8Array | BerNode;
  /** Who sends it; `i2r` where absent. */
  readonly direction?: Direction;
  /** Octets of one RTTR; all in one where absent. */
  readonly slice?: number;
  /** Octets behind what is transferred, in the same activity. */
  readonly behind?: Uint8Array;
  /** Without ACTIVITY END: the association ends inside it. */
  readonly broken?: boolean;
  /** A minor synchronization point behind each slice but the last, confirmed at once. */
  readonly checkpoints?: boolean;
}

/** One TSDU: an SPDU, or a GIVE or PLEASE TOKENS and the SPDU behind it. */
export interface Tsdu {
  readonly direction: Direction;
  readonly spdus: readonly SpduDescription[];
}

export interface AssociationScript {
  /** Normal mode where absent. */
  readonly mode?: Mode;
  /** The MTA-bind argument, in normal mode wrapped in [16]; an authenticated one where absent. */
  readonly argument?: Uint8Array | BerNode;
  /** The MTA-bind result, in normal mode wrapped in [17]. */
  readonly result?: Uint8Array | BerNode;
  /**
   * Given, the bind is refused with it. In normal mode: RF, CPR, AARE, RTORJ and this TLV, in [18] or bare. In the X.410
   * modes it is the member of PRefuse.
   */
  readonly error?: Uint8Array | BerNode;
  readonly transfers?: readonly TransferScript[];
  /** How it ends; `release` where absent. */
  readonly ending?: 'release' | 'abort' | 'none';
  /** Asks for the turn before it ends. */
  readonly turnPlease?: boolean;
  readonly edit?: Edit;
  /** Changes an SPDU before it is written; a PLEASE or GIVE TOKENS prefix is not asked for. */
  readonly spdu?: (description: SpduDescription) => SpduDescription;
  /** Changes the CR and CC parameters. */
  readonly connect?: (
    kind: 'CR' | 'CC',
    parameters: { code: number; value: Uint8Array }[],
  ) => { code: number; value: Uint8Array }[];
  /** Octets behind a TSDU, by SPDU kind. */
  readonly behindSpdu?: Readonly<Record<string, Uint8Array>>;
  /** TSDUs of both sides behind the transfers: each of one SPDU, or of a GIVE or PLEASE TOKENS and one. */
  readonly tsdus?: readonly Tsdu[];
  /** TSDUs put in behind the ACCEPT, sent by the initiator. */
  readonly extraTsdus?: readonly Uint8Array[];
  /** How every PDU above the session is written. */
  readonly form?: BerForm;
  /** Presentation contexts of ACSE, RTSE and MTSE. */
  readonly contexts?: readonly [number, number, number];
}

export * from './nodes.js';

/** Every TPKT of an association, in the order sent. */
export function association(script: AssociationScript = {}): Sent[] {
  return new Script(script).run();
}

class Script {
  readonly #script: AssociationScript;
  readonly #upper: UpperLayers;
  readonly #sent: Sent[] = [];
  #activity = 0;

  constructor(script: AssociationScript) {
    this.#script = script;
    const { mode = 'normal', edit = (_pdu, tree) => tree, contexts } = script;
    this.#upper = mode === 'normal' ? new NormalMode(edit, contexts) : new X410Mode(mode, edit);
  }

  run(): Sent[] {
    this.#transport();
    this.#open();
    if (this.#script.error !== undefined) return this.#sent;
    for (const tsdu of this.#script.extraTsdus ?? []) this.#tsdu('i2r', tsdu, 'extra');
    for (const transfer of this.#script.transfers ?? []) this.#transfer(transfer);
    for (const { direction, spdus } of this.#script.tsdus ?? []) {
      this.#tsdu(direction, concat(spdus.map(encodeSpdu)), spdus.at(-1)?.kind ?? 'TSDU');
    }
    if (this.#script.turnPlease === true) {
      const userData = this.#write(this.#upper.turnPlease());
      this.#spdu('r2i', { kind: 'PLEASE TOKENS', tokenItem: 0x05, userData });
    }
    this.#close();
    return this.#sent;
  }

  #transport(): void {
    const size = [{ code: 0xc0, value: Uint8Array.of(0x0b) }];
    const calling = [{ code: 0xc1, value: latin1('591') }, ...size];
    const change = this.#script.connect ?? ((_kind, parameters) => parameters);
    const request = encodeConnect('CR', { sourceReference: 1, parameters: change('CR', calling) });
    const confirm = encodeConnect('CC', {
      destinationReference: 1,
      sourceReference: 2,
      parameters: change('CC', size),
    });
    this.#tpdu('i2r', request, 'CR');
    this.#tpdu('r2i', confirm, 'CC');
  }

  #open(): void {
    const { argument, result, error } = this.#script;
    const upper = this.#upper;
    const asked = this.#write(upper.connectData(node(argument ?? upper.argument)));
    this.#spdu('i2r', { kind: 'CONNECT', ...upper.connect, userData: asked });
    if (error !== undefined) {
      const userData = this.#write(upper.refuseData(node(error)));
      this.#spdu('r2i', { kind: 'REFUSE', functionalUnits: 0x0249, reason: 2, userData });
      return;
    }
    const answered = this.#write(upper.acceptData(node(result ?? upper.result)));
    this.#spdu('r2i', { kind: 'ACCEPT', ...upper.accept, userData: answered });
  }

  #transfer(transfer: TransferScript): void {
    const { direction = 'i2r', slice, behind, broken, checkpoints } = transfer;
    this.#activity += 1;
    const apdu = this.#upper.transferred(node(transfer.apdu));
    const value = concat([this.#write(apdu), behind ?? new Uint8Array(0)]);
    const step = slice ?? Math.max(1, value.length);
    this.#spdu(direction, { kind: 'ACTIVITY START', activityIdentifier: Uint8Array.of(2, 1, this.#activity) });
    let serialNumber = 1;
    for (let at = 0; at < value.length; at += step) {
      if (checkpoints === true && at > 0) {
        this.#spdu(direction, { kind: 'MINOR SYNC POINT', serialNumber });
        this.#spdu(opposite(direction), { kind: 'MINOR SYNC ACK', serialNumber });
        serialNumber += 1;
      }
      const userData = this.#write(this.#upper.slice(value.subarray(at, at + step)));
      this.#spdu(direction, { kind: 'DATA TRANSFER', userData });
    }
    if (broken === true) return;
    this.#spdu(direction, { kind: 'ACTIVITY END', serialNumber });
    this.#spdu(opposite(direction), { kind: 'ACTIVITY END ACK', serialNumber });
  }

  #close(): void {
    switch (this.#script.ending ?? 'release') {
      case 'none':
        return;
      case 'abort': {
        const userData = this.#write(this.#upper.abort());
        this.#spdu('i2r', { kind: 'ABORT', transportDisconnect: 0x03, userData });
        return;
      }
      case 'release': {
        const [finish, disconnect] = [this.#upper.finish(), this.#upper.disconnect()];
        this.#spdu('i2r', { kind: 'FINISH', transportDisconnect: 1, ...this.#userData(finish) });
        this.#spdu('r2i', { kind: 'DISCONNECT', ...this.#userData(disconnect) });
      }
    }
  }

  #userData(tree: BerNode | undefined): Pick<SpduDescription, 'userData'> {
    return tree === undefined ? {} : { userData: this.#write(tree) };
  }

  #write(tree: BerNode): Uint8Array {
    return writeBer(tree, this.#script.form);
  }

  #spdu(direction: Direction, description: SpduDescription): void {
    const changed = this.#script.spdu?.(description) ?? description;
    const spdu = encodeSpdu(changed);
    const behind = this.#script.behindSpdu?.[description.kind] ?? new Uint8Array(0);
    this.#tsdu(direction, concat([prefixOf(description.kind), spdu, behind]), description.kind);
  }

  #tsdu(direction: Direction, tsdu: Uint8Array, what: string): void {
    // A TPDU of 2048 octets, header included: X.224 13.3.4 b.
    for (let at = 0; at < tsdu.length; at += 2045) {
      const last = at + 2045 >= tsdu.length;
      this.#tpdu(direction, concat([dataHeader(last), tsdu.subarray(at, at + 2045)]), what);
    }
  }

  #tpdu(direction: Direction, tpdu: Uint8Array, what: string): void {
    this.#sent.push({ direction, octets: encodeTpkt(tpdu), what });
  }
}

const GIVEN: readonly string[] = ['ACTIVITY START', 'DATA TRANSFER', 'MINOR SYNC POINT', 'ACTIVITY END'];

/** X.225 Tables 7 and 8: category 2 SPDUs follow a GIVE TOKENS or PLEASE TOKENS. */
function prefixOf(kind: string): Uint8Array {
  if (GIVEN.includes(kind)) return Uint8Array.of(1, 0);
  return kind.endsWith(' ACK') && kind !== 'GIVE TOKENS ACK' ? Uint8Array.of(2, 0) : new Uint8Array(0);
}

function node(value: Uint8Array | BerNode): BerNode {
  return value instanceof Uint8Array ? { raw: value } : value;
}

/** All octets of one direction, from the first TCP payload octet. */
export function streamOf(sent: readonly Sent[], direction: Direction): Uint8Array {
  return concat(sent.filter((each) => each.direction === direction).map((each) => each.octets));
}

/** Where `needle` stands in the stream of a direction; throws where it is not there, or more than once. */
export function offsetOf(sent: readonly Sent[], direction: Direction, needle: Uint8Array | string): number {
  const stream = Buffer.from(streamOf(sent, direction));
  const wanted = Buffer.from(typeof needle === 'string' ? latin1(needle) : needle);
  const at = stream.indexOf(wanted);
  if (at < 0) throw new Error(`not in the stream: ${wanted.toString('hex')}`);
  if (stream.indexOf(wanted, at + 1) >= 0) throw new Error(`more than once in the stream: ${wanted.toString('hex')}`);
  return at;
}

/** The events of it, chunked at TPKTs or, with `chunk`, at so many octets. */
export function observe(
  sent: readonly Sent[],
  types: UserTypes,
  options: { connection?: number; chunk?: number; end?: 'end' | 'lost' } = {},
): AssociationEvent[] {
  const observer = new AssociationObserver({ connection: options.connection ?? 0, types });
  const events: AssociationEvent[] = [];
  let time = 0;
  for (const { direction, octets: all } of sent) {
    const step = options.chunk ?? all.length;
    for (let at = 0; at < all.length; at += step) {
      time += 1;
      events.push(...observer.push(direction, all.subarray(at, at + step), time));
    }
  }
  if (options.end === 'lost') events.push(...observer.close('lost', time));
  else events.push(...observer.close('end', time, 'i2r'), ...observer.close('end', time, 'r2i'));
  return events;
}
