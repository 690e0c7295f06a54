import { decode } from '../asn1/decode.js';
import { objectIdentifier } from '../asn1/types.js';
import { Octets } from '../ber/octets.js';
import { readElement } from '../ber/reader.js';
import { Universal } from '../ber/tag.js';
import { contentType } from '../p1/content-types.js';
import { type AssociationEvent, type Transfer, wholeOf } from '../stack/association/events.js';
import type { ContentHead, ConversationMemory } from './memory.js';
import type { PlainPlace } from './rule.js';

/** An EXTERNAL's header of up to 10 octets, and an OBJECT IDENTIFIER as long as X.411's bounds let one be sent. */
const HEAD = 256;
const EXTERNAL = 0x28;

/** The content type that the content of built-in type external (1) names by itself. */
export interface NamedContentType {
  readonly identifier: string;
  readonly place: PlainPlace;
}

/**
 * Reads the first octets of contents as they stream by. P1-1984, and X.411 for those who meet it, have content types that
 * are object identifiers in an EXTERNAL that is the content.
 */
export class ExternalContents {
  readonly #heads: WeakMap<Transfer, ContentHead>;

  /** `rule`: who reads; each for itself. A content that broke off goes on on another association of the conversation. */
  constructor(rule: string, memory: ConversationMemory) {
    this.#heads = memory.contentHeads(rule);
  }

  /** What an APDU names, once it is told. */
  on(event: AssociationEvent): NamedContentType | undefined {
    if (event.kind === 'content') {
      this.#keep(wholeOf(event.transfer), event.bytes, event.offset);
      return undefined;
    }
    if (event.kind !== 'apdu') return undefined;
    const whole = wholeOf(event.transfer);
    const head = this.#heads.get(whole);
    this.#heads.delete(whole);
    const type = event.decoded?.get('message', 'envelope', 'contentType', 'builtIn')?.primitive;
    return head === undefined || type !== contentType.external ? undefined : named(Octets.join(head.pieces));
  }

  #keep(whole: Transfer, bytes: Uint8Array, offset: number): void {
    const head = this.#heads.get(whole) ?? { length: 0, pieces: [] };
    if (head.length >= HEAD || bytes.length === 0) return;
    const piece = bytes.subarray(0, HEAD - head.length);
    head.pieces.push(Octets.of(piece, offset));
    head.length += piece.length;
    this.#heads.set(whole, head);
  }
}

function named(head: Octets): NamedContentType | undefined {
  const bytes = head.toBytes();
  if (bytes[0] !== EXTERNAL) return undefined;
  // Behind the identifier octet and those of the length. X.690 8.1.3.
  const length = bytes[1] ?? 0;
  const at = 2 + (length > 0x80 ? length & 0x7f : 0);
  if (bytes[at] !== Universal.objectIdentifier) return undefined;
  try {
    const { element } = readElement(head.subarray(at));
    const identifier = decode(objectIdentifier, element).decoded?.primitive;
    if (typeof identifier !== 'string') return undefined;
    const place = {
      path: 'MTS-APDU.message.content',
      layer: 'p1',
      offset: element.offset,
      length: element.length,
    } as const;
    return { identifier, place };
  } catch {
    return undefined;
  }
}
