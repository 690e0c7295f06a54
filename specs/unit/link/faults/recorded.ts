import type { Element } from '../../../../harness/ber/element.js';
import { concat, Octets, toHex } from '../../../../harness/ber/octets.js';
import { readElements } from '../../../../harness/ber/reader.js';
import { TagClass, tagKey, Universal } from '../../../../harness/ber/tag.js';
import { type BerNode, writeBer } from '../../../../harness/ber/writer.js';
import type { LayerFault } from '../../../../harness/link/faults/index.js';
import { abortOnTransfer } from '../../../../harness/mta/presets/index.js';
import type { Direction } from '../../../../harness/stack/direction.js';
import { opposite } from '../../../../harness/stack/direction.js';
import { type Mode, modes } from '../../../../harness/stack/mode.js';
import type { Spdu } from '../../../../harness/stack/session/spdu.js';
import { TpktFramer } from '../../../../harness/stack/tpkt/framer.js';
import { alice, bob, mail, observed, Pair, type Wire, wire } from './support.js';

/** What one side handed over at once. */
export interface Piece {
  readonly direction: Direction;
  readonly bytes: Uint8Array;
}

/** A bind, a message each way with the turn between them, and release; a bind that is refused; a transfer aborted. */
export type Recording = 'whole' | 'refused' | 'aborted';

const recordings = new Map<string, Promise<readonly Piece[]>>();

/** A conversation without faults. */
export function recorded(mode: Mode, recording: Recording = 'whole'): Promise<readonly Piece[]> {
  const key = `${mode} ${recording}`;
  const made = recordings.get(key) ?? record(mode, recording);
  recordings.set(key, made);
  return made;
}

async function record(mode: Mode, recording: Recording): Promise<readonly Piece[]> {
  const b = { whole: {}, refused: { peers: [] }, aborted: { preset: abortOnTransfer } }[recording];
  const pair = new Pair([], { peer: { mode, dialogueMode: recording === 'whole' ? 'twa' : 'monologue' }, b });
  pair.a.submit('B', mail);
  if (recording === 'whole') {
    pair.b.submit('A', { ...mail, originator: bob, recipients: [alice] });
    await pair.pass(5_000);
    pair.a.stop();
    await pair.pass();
  } else {
    // Before A tries again.
    await pair.pass(500);
  }
  return pair.passed.flatMap((event) =>
    event.kind === 'data' ? [{ direction: event.direction, bytes: event.octets }] : [],
  );
}

/** The same pieces, over a link with faults at the initiator's end. */
export function replayed(
  pieces: readonly Piece[],
  faults: readonly LayerFault[],
): { readonly wire: Wire; readonly passed: readonly Piece[]; readonly told: Readonly<Record<Direction, string[]>> } {
  const one = wire(faults);
  const passed: Piece[] = [];
  for (const { direction, bytes } of pieces) {
    const before = { i2r: one.heard.there.length, r2i: one.heard.here.length };
    one.send(direction === 'i2r' ? 'here' : 'there', toHex(bytes));
    for (const [of, heard] of [
      ['i2r', one.heard.there],
      ['r2i', one.heard.here],
    ] as const) {
      for (const each of heard.slice(before[of])) {
        if (/^([0-9a-f]{2})+$/.test(each))
          passed.push({ direction: of, bytes: Uint8Array.from(Buffer.from(each, 'hex')) });
      }
    }
  }
  return { wire: one, passed, told: { i2r: one.heard.there, r2i: one.heard.here } };
}

export function stream(pieces: readonly Piece[], direction: Direction): Uint8Array {
  return concat(pieces.filter((each) => each.direction === direction).map(({ bytes }) => bytes));
}

/** The TPKTs of one direction, in hexadecimal. */
export function tpkts(pieces: readonly Piece[], direction: Direction): string[] {
  const units = new TpktFramer().push(Octets.of(stream(pieces, direction)));
  return units.flatMap((unit) => (unit.kind === 'tpkt' ? [unit.octets.toHex()] : []));
}

export function eventsOf(pieces: readonly Piece[]) {
  return observed(
    pieces.map(({ direction, bytes }) => ({ kind: 'data', connection: 0, direction, time: 0, octets: bytes })),
  );
}

/** A unit of a recording, found without the code that is tested. */
export interface Located {
  readonly direction: Direction;
  readonly spdu: Spdu;
  /** Place of its first octet in the stream of its direction. */
  readonly offset: number;
  readonly length: number;
}

/** Names of the observer, where they differ from the Recommendations' of normal mode. */
const X410: Readonly<Record<string, string>> = {
  RTORQ: 'PConnect',
  RTOAC: 'PAccept',
  RTORJ: 'PRefuse',
  RTAB: 'AbortInformation',
};
const OCTET_STRING = tagKey(TagClass.universal, Universal.octetString);

/** The first unit of a kind above session. */
export function locate(pieces: readonly Piece[], mode: Mode, kind: string): Located {
  let spdu: Spdu | undefined;
  for (const event of eventsOf(pieces)) {
    if (event.kind === 'spdu') ({ spdu } = event);
    const name = mode === 'normal' ? kind : (X410[kind] ?? kind);
    const element = event.kind === 'pdu' && event.name === name ? event.decoded.element : undefined;
    const bind =
      event.kind === 'bind' && `bind${event.phase}` === kind.toLowerCase() ? event.decoded?.element : undefined;
    const data = event.kind === 'spdu' ? dataUnit(event.spdu, mode, kind) : undefined;
    const found = data ?? element ?? bind;
    // Only DATA TRANSFER has a TD; what the observer calls so elsewhere is User-data.
    if (found === undefined || spdu === undefined || (kind === 'TD' && data === undefined)) continue;
    return { direction: event.direction, spdu, offset: found.offset, length: found.length };
  }
  throw new Error(`no ${kind} in the recording`);
}

function dataUnit({ kind, userData }: Spdu, mode: Mode, wanted: string) {
  if (kind !== 'DATA TRANSFER' || userData === undefined || (wanted !== 'TD' && wanted !== 'RTTR')) return undefined;
  if (mode !== 'normal') return userData;
  const [root] = readElements(userData).elements;
  return wanted === 'TD' ? root : root === undefined ? undefined : inside(root, ({ key }) => key === OCTET_STRING);
}

function inside(element: Element, is: (element: Element) => boolean): Element | undefined {
  if (is(element)) return element;
  for (const child of element.children) {
    const found = inside(child, is);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** User data with other octets for the element at that offset, written by the writer and not by what is tested. */
export function withRaw(userData: Octets, offset: number, length: number, raw: Uint8Array): string {
  if (userData.offset === offset && userData.length === length) return toHex(raw);
  return toHex(concat(readElements(userData).elements.map((each) => writeBer(nodeOf(each, offset, length, raw)))));
}

function nodeOf(element: Element, offset: number, length: number, raw: Uint8Array): BerNode {
  if (element.offset === offset && element.length === length) return { raw };
  const { tagClass, tagNumber, constructed, children, bytes } = element;
  return {
    tagClass,
    tagNumber,
    content: constructed ? children.map((child) => nodeOf(child, offset, length, raw)) : bytes,
  };
}

export { modes, opposite };
