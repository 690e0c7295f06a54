import type { Element } from '../../ber/element.js';
import { concat, Octets } from '../../ber/octets.js';
import { readElements } from '../../ber/reader.js';
import { TagClass, tagKey, Universal } from '../../ber/tag.js';
import { dataHeader, decodeTpdu } from '../../stack/cotp/codec.js';
import { CotpError } from '../../stack/cotp/tpdu.js';
import { encodeTpkt } from '../../stack/tpkt/codec.js';
import { TpktFramer } from '../../stack/tpkt/framer.js';
import { type Edit, rewriteTsdu } from './rewrite.js';

/** Octets that our side sent in one go: the TPKTs of one TSDU, one other TPDU, or what is no TPKT at all. */
export interface OwnOctets {
  /** As they stood in the stream. */
  readonly octets: Octets;
  /** What the DTs carry, joined; undefined where it is no whole TSDU. */
  readonly tsdu: Octets | undefined;
}

/** Cuts our side's stream into what was sent in one go. */
export class OwnFramer {
  readonly #framer = new TpktFramer();
  #offset = 0;
  #raw: Octets[] = [];
  #data: Octets[] = [];

  push(bytes: Uint8Array): OwnOctets[] {
    const chunk = Octets.of(bytes, this.#offset);
    this.#offset += bytes.length;
    if (this.#lost) return [{ octets: chunk, tsdu: undefined }];
    const sent: OwnOctets[] = [];
    for (const unit of this.#framer.push(chunk)) {
      if (unit.kind !== 'tpkt') continue;
      this.#raw.push(unit.octets);
      const data = dataOf(unit.tpdu);
      if (data !== undefined) this.#data.push(data.userData);
      if (data?.endOfTsdu !== false) sent.push(this.#release(data !== undefined));
    }
    if (this.#lost) sent.push(...this.#rest(chunk));
    return sent;
  }

  get #lost(): boolean {
    return this.#framer.state === 'lost';
  }

  /** The stream has ended: a TPKT cut short, or a TSDU whose end never came. */
  end(): OwnOctets[] {
    const sent: OwnOctets[] = [];
    for (const unit of this.#framer.end()) if (unit.kind === 'incomplete') this.#raw.push(unit.octets);
    if (this.#raw.length > 0) sent.push(this.#release(false));
    return sent;
  }

  #release(whole: boolean): OwnOctets {
    const own = { octets: Octets.join(this.#raw), tsdu: whole ? Octets.join(this.#data) : undefined };
    this.#raw = [];
    this.#data = [];
    return own;
  }

  /** What of a chunk stands behind the last TPKT that could be told. */
  #rest(chunk: Octets): OwnOctets[] {
    const taken = this.#raw.at(-1);
    const from = taken === undefined ? 0 : (chunk.indexOf(taken.offsetAt(taken.length - 1)) ?? -1) + 1;
    const before = this.#raw.length > 0 ? [this.#release(false)] : [];
    return [...before, { octets: chunk.subarray(from), tsdu: undefined }];
  }
}

function dataOf(tpdu: Octets): { readonly userData: Octets; readonly endOfTsdu: boolean } | undefined {
  try {
    const decoded = decodeTpdu(tpdu).tpdu;
    return decoded.kind === 'DT' ? decoded : undefined;
  } catch (error) {
    if (!(error instanceof CotpError)) throw error;
    return undefined;
  }
}

/** What is sent in the place of what was recorded. `payload`: octets of a TSDU in one DT at most. */
export function withEdits(own: OwnOctets, edits: readonly Edit[], payload: number): Uint8Array {
  const inside = edits.filter(({ offset }) => own.octets.indexOf(offset) !== undefined);
  if (inside.length === 0) return own.octets.toBytes();
  const { tsdu } = own;
  // What keeps its length is put into its place, however odd the cuts around it are.
  if (tsdu === undefined || inside.every(({ length, octets }) => length === octets.length)) return patched(own, inside);
  const rewritten = rewriteTsdu(tsdu, inside);
  const largest = Math.max(payload, ...dataLengths(own.octets));
  const tpkts: Uint8Array[] = [];
  for (let from = 0; from < rewritten.length; from += largest) {
    const part = rewritten.subarray(from, from + largest);
    tpkts.push(encodeTpkt(concat([dataHeader(from + part.length === rewritten.length), part])));
  }
  return concat(tpkts);
}

function patched({ octets, tsdu }: OwnOctets, edits: readonly Edit[]): Uint8Array {
  const copy = Uint8Array.from(octets.toBytes());
  const rope = tsdu ?? octets;
  for (const { offset, length, octets: replacement, undo } of edits) {
    const from = rope.indexOf(offset) ?? octets.indexOf(offset);
    if (from === undefined || replacement.length !== length) {
      undo?.();
      continue;
    }
    const through = rope.indexOf(offset) === undefined ? octets : rope;
    for (let i = 0; i < length && from + i < through.length; i += 1) {
      const at = octets.indexOf(through.offsetAt(from + i));
      if (at !== undefined) copy[at] = replacement[i] as number;
    }
  }
  return copy;
}

/** Octets of user data in each DT. */
function dataLengths(octets: Octets): number[] {
  return new TpktFramer().push(Octets.of(octets.toBytes())).flatMap((unit) => {
    const data = unit.kind === 'tpkt' ? dataOf(unit.tpdu) : undefined;
    return data === undefined ? [] : [data.userData.length];
  });
}

const OCTET_STRING = tagKey(TagClass.universal, Universal.octetString);
/** [APPLICATION 1], X.226 8.4.2. */
const FULLY_ENCODED_DATA = 0x61;

/** The octets of an APDU that the user data of a DATA TRANSFER holds, in their pieces. X.228 8.3. */
export function slicesIn(userData: Octets): Octets[] {
  // X.226 8.4.3.2: in the X.410 modes the slice stands there bare.
  if (userData.at(0) !== FULLY_ENCODED_DATA) return [userData];
  const slices: Octets[] = [];
  const look = (element: Element) => {
    if (element.key === OCTET_STRING && !element.constructed) slices.push(element.content);
    for (const child of element.children) look(child);
  };
  for (const element of readElements(userData).elements) look(element);
  return slices;
}
