import { Automaton, letters, type Needle, type OctetClass, wide } from './automaton.js';

/** What the automaton knows by structure. */
export type SignatureName = 'link-state';

/** Which octets are searched: of PDUs, leaf by leaf; of contents, and of octets that belong to nothing, as they come. */
export type StreamKind = 'bind' | 'envelope' | 'session' | 'content' | 'stray';

export interface Hit {
  readonly signature: SignatureName;
  readonly stream: StreamKind;
  /** Decoded path of what holds it. */
  readonly path: string;
  /** Stream offset of the first matched octet. */
  readonly offset: number;
  /** Matched octets. */
  readonly length: number;
  readonly message: string;
}

/** A match before it is known what holds it. */
export interface Match {
  readonly offset: number;
  readonly length: number;
  readonly message: string;
}

type Trigger = 'header' | 'verb' | 'CONFIG' | 'ARROWS' | 'BH' | 'TARGBH' | 'AVAIL' | 'STATE' | 'YES';

const HEX: OctetClass = [...letters('0123456789abcdef').flat()];
const HEADER: OctetClass[] = [[0x7b], ...Array.from({ length: 8 }, () => HEX), [0x7d]];

const TRIGGERS: readonly (readonly [Trigger, OctetClass[]])[] = [
  ['header', HEADER],
  ['verb', letters('X-LINK2STATE')],
  ['CONFIG', letters('CONFIG')],
  ['ARROWS', letters('ARROWS')],
  ['BH', letters('BH')],
  ['TARGBH', letters('TARGBH')],
  ['AVAIL', letters('AVAIL')],
  ['STATE', letters('STATE')],
  ['YES', letters('YES')],
];

const NEEDLES: readonly Needle<Trigger>[] = TRIGGERS.flatMap(([name, octets]) => [
  { name, octets },
  { name, octets: wide(octets) },
]);

const automaton = new Automaton<Trigger>(NEEDLES);

// Separators: white space, the dots that published dumps have for what is no graphic character, and zeros.
const S = '[\\s.\\0]';
const AFTER_HEADER = new RegExp(`^${S}{0,4}[0-9a-f]{32}`, 'i');
const BEFORE_HEADER = new RegExp(`ORGINFO${S}{0,4}$`, 'i');
const AFTER_VERB = new RegExp(`^${S}{1,4}(?:[A-Z]{1,8}${S}{1,4})?CHUNK${S}{0,2}[={(]`, 'i');

interface Construct {
  readonly before?: RegExp;
  readonly after: RegExp;
}

/** The constructs of an OrgInfo packet, each with a piece of its nesting; Microsoft, bb123663. */
const CONSTRUCTS: Readonly<Partial<Record<Trigger, Construct>>> = {
  CONFIG: { before: new RegExp(`\\(${S}{0,4}$`), after: new RegExp(`^${S}{1,4}\\{[0-9a-f]{1,8}\\}`, 'i') },
  ARROWS: { after: new RegExp(`^${S}{0,4}\\(${S}{0,4}(?:\\{[0-9a-f]{1,8}\\}|\\))`, 'i') },
  BH: { before: /(?:^|[^a-z])$/i, after: new RegExp(`^${S}{0,4}\\(${S}{0,4}(?:[0-9a-f]{32}|\\))`, 'i') },
  TARGBH: { after: new RegExp(`^${S}{0,4}\\(${S}{0,4}(?:[0-9a-f]{32}|\\))`, 'i') },
  AVAIL: { before: /CONN_(?:[A-Z]{1,8}_)?$/i, after: new RegExp(`^${S}{1,4}\\{[0-9a-f]{1,8}\\}`, 'i') },
  STATE: { before: new RegExp(`\\)${S}{0,4}$`), after: new RegExp(`^${S}{1,4}(?:UP|DOWN)(?![a-z])`, 'i') },
  YES: {
    before: new RegExp(`[0-9a-f]{32}${S}{1,4}$`, 'i'),
    after: new RegExp(`^${S}{1,4}[0-9]${S}{1,4}[0-9a-f]{1,8}${S}{1,4}\\{[0-9a-f]{1,8}\\}`, 'i'),
  },
};

/** Characters that a verification looks at behind and before a trigger. */
const AHEAD = 64;
const BEHIND = 48;
/** Octets kept of what went by: enough for a trigger with both, at two octets a character. */
const KEPT = 2 * (AHEAD + BEHIND) + 64;
/** Constructs further apart than this many octets are not of one packet. */
const NEARNESS = 4096;
/** Fewer octets hold no link state data: X-LINK2STATE CHUNK= has this many. */
export const SHORTEST = 18;

interface Candidate {
  readonly needle: number;
  /** Logical position behind it. */
  readonly end: number;
}

interface Beginning {
  readonly position: number;
  readonly offset: number;
  readonly encoding: 'ASCII' | 'UTF-16LE' | 'UTF-16BE';
}

interface Piece {
  readonly start: number;
  readonly offset: number;
}

/**
 * Looks for link state data in a stream of octets that comes in pieces, in ASCII and UTF-16. A word alone is nothing:
 * what counts is a length in eight digits before a digest, X-LINK2STATE with its CHUNK, or three different OrgInfo
 * constructs. Tells the first match, and then no more. Its memory is bounded, however long the stream.
 */
export class LinkStateScanner {
  #state = 0;
  #position = 0;
  #found = false;
  #ended = false;
  #tail: Uint8Array = NONE;
  #pieces: Piece[] = [];
  #waiting: Candidate[] = [];
  readonly #constructs = new Map<Trigger, Beginning & { readonly end: number }>();

  get found(): boolean {
    return this.#found;
  }

  /** Takes the next piece; `last` where no more will come. */
  push(bytes: Uint8Array, offset: number, last = false): Match | undefined {
    if (this.#found) return undefined;
    this.#ended = last;
    const start = this.#position;
    this.#run(bytes);
    if (last && start === 0 && this.#waiting.length === 0) return undefined;
    this.#pieces.push({ start, offset });
    let match: Match | undefined;
    const windowStart = start - this.#tail.length;
    const window = this.#tail.length === 0 ? bytes : Buffer.concat([this.#tail, bytes]);
    if (this.#waiting.length > 0) match = this.#resolve(window, windowStart, last);
    if (match === undefined && !last) this.#keep(window);
    return match;
  }

  /** No more pieces come. */
  end(): Match | undefined {
    return this.#waiting.length === 0 ? undefined : this.push(NONE, this.#offsetOf(this.#position), true);
  }

  #run(bytes: Uint8Array): void {
    const { table, firstAccepting } = automaton;
    let state = this.#state;
    const { length } = bytes;
    for (let i = 0; i < length; i += 1) {
      state = table[state + (bytes[i] as number)] as number;
      if (state >= firstAccepting) {
        for (const needle of automaton.endsOf(state)) this.#waiting.push({ needle, end: this.#position + i + 1 });
      }
    }
    this.#state = state;
    this.#position += length;
  }

  #keep(window: Uint8Array): void {
    this.#tail = window.length <= KEPT ? Uint8Array.from(window) : window.slice(window.length - KEPT);
    const first = this.#position - this.#tail.length;
    while (this.#pieces.length > 1 && (this.#pieces[1] as Piece).start <= first) this.#pieces.shift();
  }

  #resolve(window: Uint8Array, windowStart: number, last: boolean): Match | undefined {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const [i, candidate] of waiting.entries()) {
      if (!last && candidate.end + 2 * AHEAD > this.#position) {
        this.#waiting = waiting.slice(i);
        return undefined;
      }
      const match = this.#verify(candidate, window, windowStart);
      if (match !== undefined) {
        this.#found = true;
        return match;
      }
    }
    return undefined;
  }

  #verify({ needle, end }: Candidate, window: Uint8Array, windowStart: number): Match | undefined {
    const { name, octets } = NEEDLES[needle] as Needle<Trigger>;
    const stride = needle % 2 === 0 ? 1 : 2;
    const start = end - octets.length;
    const from = start - windowStart;
    const to = end - windowStart;
    const after = textFrom(window, to - 1 + stride, stride);
    if (name === 'header') {
      const digest = AFTER_HEADER.exec(after);
      if (digest === null) return undefined;
      const marker = BEFORE_HEADER.exec(textBefore(window, from, stride))?.[0].length ?? 0;
      const what = marker > 0 ? 'ORGINFO, a length and a digest' : 'a length in eight digits before a digest';
      const begun = this.#begin(start - marker * stride, stride, window, windowStart);
      return this.#match(begun, end + digest[0].length * stride, what);
    }
    if (name === 'verb') {
      const chunk = AFTER_VERB.exec(after);
      if (chunk === null) return undefined;
      const begun = this.#begin(start, stride, window, windowStart);
      return this.#match(begun, end + chunk[0].length * stride, 'X-LINK2STATE with its CHUNK');
    }
    const construct = CONSTRUCTS[name] as Construct;
    const tail = construct.after.exec(after);
    if (tail === null) return undefined;
    if (construct.before !== undefined && !construct.before.test(textBefore(window, from, stride))) return undefined;
    const begun = this.#begin(start, stride, window, windowStart);
    this.#constructs.set(name, { ...begun, end: end + tail[0].length * stride });
    for (const [other, place] of this.#constructs) {
      if (end - place.end > NEARNESS) this.#constructs.delete(other);
    }
    if (this.#constructs.size < 3) return undefined;
    const places = [...this.#constructs.values()];
    const first = places.reduce((one, other) => (other.position < one.position ? other : one));
    const behind = Math.max(...places.map((place) => place.end));
    return this.#match(first, behind, `the OrgInfo constructs ${[...this.#constructs.keys()].join(', ')}`);
  }

  #begin(start: number, stride: number, window: Uint8Array, windowStart: number): Beginning {
    if (stride === 1) return { position: start, offset: this.#offsetOf(start), encoding: 'ASCII' };
    const bigEndian = isBigEndian(window, start - windowStart, start % 2 === 1, {
      first: windowStart === 0,
      last: this.#ended,
    });
    const position = bigEndian ? start - 1 : start;
    return { position, offset: this.#offsetOf(position), encoding: bigEndian ? 'UTF-16BE' : 'UTF-16LE' };
  }

  #match({ position, offset, encoding }: Beginning, end: number, what: string): Match {
    const to = Math.min(encoding === 'UTF-16LE' ? end + 1 : end, this.#position);
    const as = encoding === 'ASCII' ? '' : ` in ${encoding}`;
    return { offset, length: to - position, message: `link state data${as}: ${what}` };
  }

  #offsetOf(position: number): number {
    const piece = this.#pieces.findLast(({ start }) => start <= position) ?? this.#pieces[0];
    return piece === undefined ? position : piece.offset + position - piece.start;
  }
}

const NONE = new Uint8Array(0);

/** Octets to either side that are looked at for where a wide text begins or ends. */
const RUN = 8 * AHEAD;

interface Ends {
  /** Whether the window begins, and ends, with the stream. */
  readonly first: boolean;
  readonly last: boolean;
}

/**
 * Whether the zeros of a wide text stand before its characters (UTF-16BE) or behind them (UTF-16LE). Inside the text
 * both readings fit, so its ends have to tell: a zero that only one order explains, the place where the match begins,
 * or the stream's own end. Where they do not, it is taken to stand at an even place of its stream.
 */
function isBigEndian(window: Uint8Array, at: number, odd: boolean, ends: Ends): boolean {
  let first = at;
  while (at - first < RUN && window[first - 1] === 0 && isGraphic(window[first - 2])) first -= 2;
  let last = at;
  while (last - at < RUN && window[last + 1] === 0 && isGraphic(window[last + 2])) last += 2;
  const beginsHere = at - first < RUN && (first > 1 || ends.first);
  const endsHere = last - at < RUN && (last + 2 < window.length || ends.last);
  const zeroBefore = beginsHere && window[first - 1] === 0;
  const zeroBehind = endsHere && window[last + 1] === 0;
  if (zeroBefore !== zeroBehind) return zeroBefore;
  if (!zeroBefore && beginsHere && at - first <= 2) {
    // One octet that seems to be a wide character is the last of what stands before; a text begins with its match.
    return at !== first && (first > 0 || isWord(window[first]));
  }
  if (!zeroBehind && last === window.length - 1 && ends.last) return true;
  if (!zeroBefore && first === 0 && ends.first) return false;
  return odd;
}

function isWord(octet: number | undefined): boolean {
  return octet !== undefined && /\w/.test(String.fromCharCode(octet));
}

function isGraphic(octet: number | undefined): boolean {
  return octet !== undefined && octet > 0 && octet < 0x80;
}

/** Up to AHEAD characters; of a wide text as far as the zeros between them go. */
function textFrom(window: Uint8Array, from: number, stride: number): string {
  let text = '';
  for (let at = from; text.length < AHEAD && at < window.length; at += stride) {
    if (stride === 2 && window[at - 1] !== 0) break;
    text += String.fromCharCode(window[at] as number);
  }
  return text;
}

function textBefore(window: Uint8Array, from: number, stride: number): string {
  let text = '';
  for (let at = from - stride; text.length < BEHIND && at >= 0; at -= stride) {
    if (stride === 2 && window[at + 1] !== 0) break;
    text = String.fromCharCode(window[at] as number) + text;
  }
  return text;
}

/** Link state data in one leaf. */
export function scanLeaf(
  slices: readonly { readonly bytes: Uint8Array; readonly offset: number }[],
): Match | undefined {
  const scanner = new LinkStateScanner();
  for (const [i, { bytes, offset }] of slices.entries()) {
    const match = scanner.push(bytes, offset, i === slices.length - 1);
    if (match !== undefined) return match;
  }
  return undefined;
}

const MICROSOFT_ARC = Buffer.from('2a864886f714', 'hex');
const GUID = /\{?[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\}?/i;
const ORGINFO = /ORGINFO|X-LINK2STATE|CONN_AVAIL|TARGBH/;
const PRODUCT = /microsoft|msexchange|msxchnge/i;

/** What octets that no declaration knows probably are; only to name a finding that there is already. */
export function probableNature(octets: Uint8Array): string | undefined {
  if (scanLeaf([{ bytes: octets, offset: 0 }]) !== undefined) return 'link state data (OrgInfo)';
  const buffer = Buffer.from(octets.buffer, octets.byteOffset, Math.min(octets.byteLength, 0x10000));
  if (buffer.includes(MICROSOFT_ARC)) return 'an object of Microsoft (1.2.840.113556)';
  const text = buffer.toString('latin1').replaceAll('\0', '');
  if (ORGINFO.test(text)) return 'words of link state data';
  if (PRODUCT.test(text)) return 'a Microsoft product by name';
  if (GUID.test(text)) return 'a GUID as text';
  // A primitive TLV of 16 octets: tag, length, and as many octets as a GUID has.
  const last = octets.length - 16;
  return last >= 2 && last <= 6 && octets[last - 1] === 16 ? 'a GUID in binary' : undefined;
}
