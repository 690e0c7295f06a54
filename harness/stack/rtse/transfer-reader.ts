import { decode } from '../../asn1/decode.js';
import type { Decoded } from '../../asn1/decoded.js';
import { streamedMember } from '../../asn1/streaming.js';
import type { Edition, TypeRef } from '../../asn1/types.js';
import type { Element } from '../../ber/element.js';
import type { Limits } from '../../ber/limits.js';
import type { Octets } from '../../ber/octets.js';
import { type ContentSink, PushReader } from '../../ber/reader.js';
import { TagClass, tagKey, tagName, Universal } from '../../ber/tag.js';
import { externalValue } from '../acse/observer.js';
import { External } from '../acse/types.js';
import type { Anomaly } from '../anomaly.js';
import { anomaliesOf, innermostIncomplete, lengthFrom } from '../issues.js';

export interface TransferReaderOptions {
  /** The type of the transferred APDU: MTS-APDU. */
  readonly apdu: TypeRef;
  readonly edition: Edition;
  /** Whether the APDU travels in an EXTERNAL (normal mode) or bare (the X.410 modes). */
  readonly wrapped: boolean;
  readonly limits?: Partial<Limits>;
  /** Takes the content octets of the APDU as they come. */
  readonly onContent: ContentSink;
  /** Takes octets that belong to no element: behind a complete APDU, or behind the point where it stopped being BER. */
  readonly onStray?: ContentSink;
}

export interface TransferResult {
  /** The APDU, as far as it could be decoded. */
  readonly apdu: Decoded | undefined;
  readonly anomalies: readonly Anomaly[];
  /** The context that the EXTERNAL names, and where it names it. */
  readonly contextId: number | undefined;
  readonly reference: { readonly offset: number; readonly length: number } | undefined;
  /** Octets of the transferred value, all slices together. */
  readonly octets: number;
  /** Octets of content that were streamed. */
  readonly contentOctets: number;
  /** Whether octets came behind the complete APDU. */
  readonly surplus: boolean;
  /** Whether the whole APDU was there. */
  readonly complete: boolean;
}

const EXTERNAL = tagKey(TagClass.universal, Universal.external);
/** Slices in which a header can have begun: each has an octet of it at least. */
const RECENT = 16;

/** Puts the slices of one activity together and reads the APDU while they come. X.228 7.3.2. */
export class TransferReader {
  readonly #options: TransferReaderOptions;
  readonly #reader: PushReader;
  #octets = 0;
  #contentOctets = 0;
  /** Stream offset behind the last octet. */
  #end = 0;
  /** The last slices: an element that cannot be read may begin in one of them. */
  #recent: Octets[] = [];
  /** Octets from the place on at which reading stopped. */
  #unread: number | undefined;
  #stray: { offset: number; length: number } | undefined;

  constructor(options: TransferReaderOptions) {
    this.#options = options;
    const bare = streamedMember(options.apdu, options.edition);
    const sink: ContentSink = (bytes, offset) => {
      this.#contentOctets += bytes.length;
      options.onContent(bytes, offset);
    };
    this.#reader = new PushReader({
      limits: options.limits,
      layer: 'p1',
      select: (header, parents) => {
        const wrapped = parents.length > 0 && (parents[0] as Element).key === EXTERNAL;
        // Inside an EXTERNAL the APDU stands in its encoding.
        if (wrapped && parents.length < 2) return undefined;
        return bare(header, parents, wrapped ? 2 : 0) ? sink : undefined;
      },
    });
  }

  /** Octets that are kept: all but the content. */
  get held(): number {
    return this.#octets - this.#contentOctets;
  }

  /** The tag number of the APDU, once that has begun. */
  get tagNumber(): number | undefined {
    const [root] = this.#reader.elements;
    return this.#options.wrapped ? root?.children.at(-1)?.children[0]?.tagNumber : root?.tagNumber;
  }

  push(slice: Octets): void {
    this.#octets += slice.length;
    this.#end = slice.offsetAt(slice.length);
    const taken = this.#reader.push(slice);
    const { error } = this.#reader;
    if (error !== undefined) {
      if (this.#unread === undefined) this.#unread = unreadIn([...this.#recent, slice], error.at.offset);
      else this.#unread += slice.length;
      // The reader stopped inside this slice or before it: what it did not keep may still hold text worth finding.
      this.#eachSlice(slice);
      return;
    }
    this.#recent = [...(this.#recent.length < RECENT ? this.#recent : this.#recent.slice(1)), slice];
    if (taken === slice.length) return;
    const rest = slice.subarray(taken);
    this.#stray ??= { offset: rest.offset, length: 0 };
    this.#stray.length += rest.length;
    this.#eachSlice(rest);
  }

  /** `ended`: whether the sender said that this is all of it; otherwise what is missing is no fault of the octets. */
  finish(ended: boolean): TransferResult {
    const complete = this.#reader.complete;
    const { elements, error } = this.#reader.end();
    const anomalies: Anomaly[] = [];
    const [root] = elements;
    const isApdu = root !== undefined && (root.key === EXTERNAL || !this.#options.wrapped);
    if (error !== undefined && (ended || error.code !== 'ERR_BER_TRUNCATED')) {
      // What does not even begin as an APDU is one foreign thing, whole; else the place is the element that has no end,
      // or where reading stopped.
      const cut = isApdu && error.code === 'ERR_BER_TRUNCATED' ? innermostIncomplete(root) : undefined;
      const stopped = isApdu ? error.at.offset : (root?.offset ?? error.at.offset);
      const offset = cut?.offset ?? stopped ?? this.#end;
      const { message } = error;
      const length = cut?.length ?? (isApdu ? (this.#unread ?? 0) : this.#octets);
      anomalies.push({ layer: 'p1', code: 'malformed', path: 'MTS-APDU', offset, length, message, clause: 'X.690' });
    }
    if (this.#stray !== undefined) {
      const { offset, length } = this.#stray;
      const message = `${length} octets behind the complete APDU of this activity`;
      anomalies.push({
        layer: 'rtse',
        code: 'surplus-octets',
        path: 'RTTR',
        offset,
        length,
        message,
        clause: 'X.228 7.3.2',
      });
    }
    const readable = isApdu || error === undefined ? root : undefined;
    const { element, contextId, reference } = this.#unwrap(readable, anomalies, ended);
    const result =
      element === undefined ? undefined : decode(this.#options.apdu, element, { edition: this.#options.edition });
    if (result !== undefined) anomalies.push(...anomaliesOf('p1', result.issues, 'X.411 12.2'));
    return {
      apdu: result?.decoded,
      anomalies,
      contextId,
      reference,
      octets: this.#octets,
      contentOctets: this.#contentOctets,
      surplus: this.#stray !== undefined,
      complete: complete && error === undefined,
    };
  }

  #unwrap(
    root: Element | undefined,
    anomalies: Anomaly[],
    ended: boolean,
  ): { element?: Element; contextId?: number; reference?: Element } {
    if (root === undefined) return {};
    const wrapped = root.key === EXTERNAL;
    if (wrapped && this.#options.wrapped && isUsualExternal(root)) {
      const [reference, encoding] = root.children as [Element, Element];
      return { element: encoding.children[0], contextId: reference.bytes[0], reference };
    }
    if (wrapped !== this.#options.wrapped && root.headerLength > 0) {
      anomalies.push({
        layer: 'rtse',
        code: wrapped ? 'other-mode' : 'malformed',
        path: 'RTTR',
        offset: root.offset,
        length: root.length,
        message: wrapped
          ? 'an EXTERNAL around the APDU, which stands bare in the X.410 modes'
          : `${tagName(root)} where the APDU should be wrapped in an EXTERNAL`,
        clause: 'X.228 7.3.2',
      });
    }
    if (!wrapped) return { element: root };
    const { decoded, issues } = decode(External, root, { name: 'RTTR' });
    anomalies.push(
      ...anomaliesOf('rtse', ended ? issues : issues.filter((each) => each.kind !== 'malformed'), 'X.690 8.18'),
    );
    if (decoded === undefined) return {};
    const { element, contextId } = externalValue(decoded, anomalies);
    return { element, contextId, reference: decoded.get('indirectReference')?.element };
  }

  #eachSlice(octets: Octets): void {
    for (const { bytes, offset } of octets.slices) this.#options.onStray?.(bytes, offset);
  }
}

/**
 * `28 L 02 01 nn a0 L …` in the fewest octets: an EXTERNAL about which there is nothing to tell. The forms of what it
 * holds are told by who decodes that.
 */
function isUsualExternal(root: Element): boolean {
  const [reference, encoding, ...more] = root.children;
  if (reference === undefined || encoding === undefined || more.length > 0 || encoding.children.length !== 1)
    return false;
  if (reference.key !== INTEGER || reference.constructed || reference.contentLength !== 1) return false;
  if (encoding.key !== SINGLE_ASN1 || !encoding.constructed || (reference.bytes[0] as number) >= 0x80) return false;
  return [root, reference, encoding].every(
    ({ complete, minimalLength, minimalTag }) => complete && minimalLength && minimalTag,
  );
}

const INTEGER = tagKey(TagClass.universal, Universal.integer);
const SINGLE_ASN1 = tagKey(TagClass.context, 0);

function unreadIn(slices: readonly Octets[], offset: number | undefined): number {
  return offset === undefined ? 0 : slices.reduce((sum, slice) => sum + lengthFrom(slice, offset), 0);
}
