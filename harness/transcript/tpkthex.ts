import { toHex } from '../ber/octets.js';
import type { Chunk, LinkEvent } from '../link/events.js';
import type { Direction } from '../stack/direction.js';
import { type Conversation, type ConversationStats, Tally, type Truncation } from './conversation.js';
import { TranscriptError } from './errors.js';
import { hexOctets, type TranscriptHeader, whereText } from './format.js';
import { type Line, LineReader } from './lines.js';
import { LeftOut, opens, type PduName, parsePduName, tpktsOf } from './pdu.js';
import { Source } from './source.js';
import { TPDU, TPKT_START, tpduCodeAt } from './tpkt-start.js';

/** Lines of a connection that are held while no CR or CC says which side began. */
const HELD_LINES = 64;
const LAST_CONNECTION = 0xffff;

type Mark = '>' | '<';

interface HexLine {
  readonly mark: Mark;
  readonly connection: number;
  readonly octets: Uint8Array;
  /** What the line says that its octets are, where it is no TPKT. */
  readonly pdu: PduName | undefined;
}

/**
 * TPKTs in hexadecimal, one a line: `>` or `<` for the side, the number of the connection, the octets, and a comment
 * behind `#`. With the name of a TPDU or SPDU before them (`> 0 AS-SPDU 2d05…`) the octets are that PDU alone. Which mark
 * is the initiator's, the CR or the CN tells. The form has no times and no closes: every time is 0.
 */
export class TpktHexReader implements Conversation {
  readonly file: string;
  readonly format = 'tpkt-hex';
  readonly header: TranscriptHeader | undefined = undefined;
  #tally = new Tally();

  constructor(file: string) {
    this.file = file;
  }

  async *events(): AsyncGenerator<LinkEvent, void, undefined> {
    this.#tally = new Tally();
    const source = await Source.open(this.file);
    try {
      const lines = new LineReader(source);
      const connections = new HexConnections();
      for (let line = await lines.next(); line !== undefined; line = lines.ready() ?? (await lines.next())) {
        const parsed = parseLine(line, this.file);
        if (parsed !== undefined) yield* this.#counted(connections.take(parsed));
      }
      yield* this.#counted(connections.end());
    } finally {
      await source.close();
    }
  }

  truncated(): Truncation | undefined {
    return undefined;
  }

  stats(): ConversationStats {
    return { ...this.#tally };
  }

  *#counted(events: readonly LinkEvent[]): Generator<LinkEvent, void, undefined> {
    for (const event of events) {
      this.#tally.count(event);
      yield event;
    }
  }
}

/** Reads one line; undefined for a blank one or a comment. */
function parseLine({ text, number }: Line, file: string): HexLine | undefined {
  const comment = text.indexOf('#');
  const content = (comment === -1 ? text : text.slice(0, comment)).trim();
  if (content === '') return undefined;
  const at = { file, line: number };
  const fail = (message: string) =>
    new TranscriptError('ERR_HEX_LINE', { message: `${whereText(at)}: ${message}`, at });
  const [mark, connection, ...words] = content.split(/\s+/);
  if (mark !== '>' && mark !== '<')
    throw isBareHex(content) ? noDirection(file, number) : fail("no '>' or '<' in front");
  if (connection === undefined || !/^\d{1,5}$/.test(connection) || Number(connection) > LAST_CONNECTION) {
    throw fail(`no number of a connection behind '${mark}'`);
  }
  const pdu = parsePduName(words[0] ?? '');
  const digits = words.slice(pdu === undefined ? 0 : 1).join('');
  if (digits === '') throw fail('no octets');
  const octets = hexOctets(digits);
  if (octets === undefined)
    throw fail(digits.length % 2 ? 'an odd count of hexadecimal digits' : 'octets are not hexadecimal');
  const carried = pdu === undefined ? octets : tpktsOf(pdu, octets);
  if (typeof carried === 'string') throw fail(`what is called ${words[0]} ${carried}`);
  return { mark, connection: Number(connection), octets: carried, pdu };
}

/** True for hexadecimal digits that nothing stands in front of. */
export function isBareHex(line: string): boolean {
  return /^[0-9a-f]{2}(\s*[0-9a-f]{2})*$/i.test(line.trim());
}

/** Octets alone do not say who sent them. */
export function noDirection(file: string, line: number): TranscriptError {
  const at = { file, line };
  return new TranscriptError('ERR_HEX_DIRECTION', {
    message: `${whereText(at)}: octets without a direction`,
    at,
    hint: "begin each line with '>' or '<' and the number of the connection, as in '> 0 0300…'",
  });
}

/** Holds the lines of a connection until it is known which mark is the initiator's. */
class HexConnections {
  readonly #held = new Map<number, HeldLine[]>();
  /** The initiator's mark. */
  readonly #open = new Map<number, Mark>();
  readonly #leftOut = new Map<string, LeftOut>();

  take(parsed: HexLine): LinkEvent[] {
    const line = { ...parsed, lostBefore: this.#lostBefore(parsed) };
    const initiator = this.#open.get(line.connection);
    if (initiator !== undefined) return [data(line, initiator)];
    const held = this.#held.get(line.connection) ?? [];
    this.#held.set(line.connection, held);
    held.push(line);
    const told = toldBy(line) ?? (held.length >= HELD_LINES ? '>' : undefined);
    return told === undefined ? [] : this.#release(line.connection, told);
  }

  end(): LinkEvent[] {
    // `>` is the side that drives, where no CR says more.
    const undecided = [...this.#held.keys()].flatMap((connection) => this.#release(connection, '>'));
    const closes = [...this.#open.keys()].map((connection) => {
      return { kind: 'close', connection, time: 0, how: 'lost' } as const;
    });
    return [...undecided, ...closes];
  }

  #lostBefore({ mark, connection, pdu }: HexLine): number {
    if (pdu === undefined) return 0;
    const key = `${connection} ${mark}`;
    const leftOut = this.#leftOut.get(key) ?? new LeftOut();
    this.#leftOut.set(key, leftOut);
    return leftOut.before(pdu);
  }

  #release(connection: number, initiator: Mark): LinkEvent[] {
    const held = this.#held.get(connection) ?? [];
    this.#held.delete(connection);
    this.#open.set(connection, initiator);
    const responder = initiator === '>' ? '<' : '>';
    return [{ kind: 'open', connection, time: 0, initiator, responder }, ...held.map((line) => data(line, initiator))];
  }
}

interface HeldLine extends HexLine {
  /** Octets that the log left out before it, at least. */
  readonly lostBefore: number;
}

/** The initiator's mark, if the line is a CR or a CC, or is called so. */
function toldBy({ mark, octets, pdu }: HexLine): Mark | undefined {
  const opening = pdu === undefined ? undefined : opens(pdu);
  if (opening !== undefined) return opening === (mark === '>') ? '>' : '<';
  if (octets.length <= TPKT_START) return undefined;
  const code = tpduCodeAt(octets, 0);
  if (code === TPDU.CR) return mark;
  if (code === TPDU.CC) return mark === '>' ? '<' : '>';
  return undefined;
}

function data({ mark, connection, octets, lostBefore }: HeldLine, initiator: Mark): Chunk {
  const direction = mark === initiator ? 'i2r' : 'r2i';
  return { kind: 'data', connection, direction, time: 0, octets, ...(lostBefore > 0 ? { lostBefore } : {}) };
}

const TPKT_HEADER = 4;

/** Writes link events as TPKT hex, a line per TPKT however it was segmented; `>` is the initiator. */
export class TpktHexWriter {
  readonly #write: (text: string) => void;
  readonly #parts = new Map<string, Uint8Array>();

  constructor(write: (text: string) => void, header?: TranscriptHeader) {
    this.#write = write;
    if (header?.comment !== undefined) this.#comment(header.comment);
    for (const error of header?.deliberateErrors ?? []) this.#comment(`deliberate error: ${error}`);
  }

  record(event: LinkEvent): void {
    const { connection } = event;
    switch (event.kind) {
      case 'open':
        this.#comment(`connection ${connection}: ${event.initiator} to ${event.responder}`);
        break;
      case 'data':
        this.#data(event);
        break;
      case 'close':
        this.#flush(connection, 'i2r');
        this.#flush(connection, 'r2i');
        this.#comment(`connection ${connection}: ${event.how}${event.direction ? ` by ${event.direction}` : ''}`);
        break;
    }
  }

  close(): void {
    for (const key of [...this.#parts.keys()]) {
      const [connection, direction] = key.split(' ');
      this.#flush(Number(connection), direction === 'i2r' ? 'i2r' : 'r2i');
    }
  }

  #data({ connection, direction, octets, lostBefore }: Chunk): void {
    if (lostBefore) {
      this.#flush(connection, direction);
      this.#comment(`connection ${connection}: ${lostBefore} octets of ${direction} were not recorded`);
    }
    const key = `${connection} ${direction}`;
    const before = this.#parts.get(key);
    let rest = before === undefined ? octets : new Uint8Array(Buffer.concat([before, octets]));
    for (let length = unitLength(rest); length !== undefined; length = unitLength(rest)) {
      this.#line(connection, direction, rest.subarray(0, length));
      rest = rest.subarray(length);
    }
    if (rest.length > 0) this.#parts.set(key, new Uint8Array(rest));
    else this.#parts.delete(key);
  }

  #flush(connection: number, direction: Direction): void {
    const key = `${connection} ${direction}`;
    const rest = this.#parts.get(key);
    if (rest !== undefined) this.#line(connection, direction, rest);
    this.#parts.delete(key);
  }

  #line(connection: number, direction: Direction, octets: Uint8Array): void {
    this.#write(`${direction === 'i2r' ? '>' : '<'} ${connection} ${toHex(octets)}\n`);
  }

  #comment(text: string): void {
    this.#write(`# ${text.replace(/\s+/g, ' ')}\n`);
  }
}

/** Octets of the line that `octets` begin with: a TPKT, or all of them where they are none; undefined: not yet whole. */
function unitLength(octets: Uint8Array): number | undefined {
  if (octets.length === 0) return undefined;
  if (octets[0] !== 3) return octets.length;
  if (octets.length < TPKT_HEADER) return undefined;
  const length = (octets[2]! << 8) | octets[3]!;
  if (length < TPKT_HEADER) return octets.length;
  return length <= octets.length ? length : undefined;
}
