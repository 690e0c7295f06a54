import { Element } from './element.js';
import { BerError, type Layer } from './error.js';
import type { Limits } from './limits.js';
import type { Octets } from './octets.js';
import { TagClass, Universal } from './tag.js';
import { type Header, type TokenHandler, Tokenizer } from './tokenizer.js';

export interface ReadOptions {
  readonly limits?: Partial<Limits>;
  readonly layer?: Layer;
}

/** Receives the content octets of a streamed element, in order. */
export type ContentSink = (bytes: Uint8Array, offset: number) => void;

/**
 * Decides, when an element opens, whether its content is streamed. `parents` are the open elements around it,
 * outermost first. Inside a constructed string the sink gets the content of its segments.
 */
export type StreamSelector = (header: Header, parents: readonly Element[]) => ContentSink | undefined;

/** Builds elements out of tokens; an element whose content is streamed keeps its header only. */
export class TreeBuilder implements TokenHandler {
  /** Outermost elements, the last one possibly incomplete. */
  readonly roots: Element[] = [];
  readonly #stack: Element[] = [];
  readonly #select: StreamSelector | undefined;
  #sink: ContentSink | undefined;
  #sinkDepth = 0;

  constructor(select?: StreamSelector) {
    this.#select = select;
  }

  open(header: Header): void {
    const element = new Element(header);
    const parent = this.#stack[this.#stack.length - 1];
    if (this.#sink !== undefined && parent?.streamed === true) {
      // Segments of a constructed string, X.690 8.7.3, are counted, not kept; anything else is foreign and is kept.
      element.streamed = header.tagClass === TagClass.universal && header.tagNumber === Universal.octetString;
      if (!element.streamed) (this.#stack[this.#sinkDepth - 1] as Element).adopt(element);
    } else if (this.#sink !== undefined) {
      parent?.adopt(element);
    } else {
      if (parent === undefined) this.roots.push(element);
      else parent.adopt(element);
      const sink = this.#select?.(header, this.#stack);
      if (sink !== undefined) {
        this.#sink = sink;
        this.#sinkDepth = this.#stack.length + 1;
        element.streamed = true;
      }
    }
    element.length = header.headerLength;
    this.#stack.push(element);
  }

  content(bytes: Uint8Array, from: number, to: number, offset: number): void {
    const element = this.#stack[this.#stack.length - 1] as Element;
    element.length += to - from;
    if (!element.streamed) {
      element.append(bytes, from, to, offset);
      return;
    }
    (this.#stack[this.#sinkDepth - 1] as Element).streamedLength += to - from;
    this.#sink?.(bytes.subarray(from, to), offset);
  }

  close(endOfContents: boolean): void {
    const element = this.#stack.pop() as Element;
    element.complete = true;
    if (endOfContents) element.length += 2;
    const parent = this.#stack[this.#stack.length - 1];
    if (parent !== undefined) parent.length += element.length;
    if (this.#sink !== undefined && this.#stack.length < this.#sinkDepth) this.#sink = undefined;
  }

  /** For octets that ended early: gives open elements the lengths that came. */
  cut(): void {
    for (let i = this.#stack.length - 1; i > 0; i -= 1) {
      (this.#stack[i - 1] as Element).length += (this.#stack[i] as Element).length;
    }
    this.#stack.length = 0;
  }
}

export interface ReadResult {
  /** Outermost elements as far as they could be read; incomplete ones say so. */
  readonly elements: Element[];
  /** Why reading stopped early. */
  readonly error?: BerError;
}

/** Reads all elements of a rope, as far as they go. Never throws on what the octets hold. */
export function readElements(octets: Octets, options: ReadOptions = {}): ReadResult {
  const builder = new TreeBuilder();
  const tokenizer = new Tokenizer(builder, options);
  try {
    tokenizer.push(octets);
    tokenizer.end();
    return { elements: builder.roots };
  } catch (error) {
    if (!(error instanceof BerError)) throw error;
    builder.cut();
    return { elements: builder.roots, error };
  }
}

/** Reads the first element of a rope; `rest` is what follows it. Throws a BerError where there is none. */
export function readElement(octets: Octets, options: ReadOptions = {}): { element: Element; rest: Octets } {
  const builder = new TreeBuilder();
  const tokenizer = new Tokenizer(builder, options);
  const consumed = tokenizer.push(octets, true);
  tokenizer.end();
  const [element] = builder.roots;
  if (element === undefined) {
    throw new BerError('ERR_BER_TRUNCATED', { message: 'no element', offset: octets.offset, layer: options.layer });
  }
  return { element, rest: octets.subarray(consumed) };
}

/** Reads an element that comes in pieces, such as an APDU in RTTR segments; large content goes to sinks. */
export class PushReader {
  readonly #builder: TreeBuilder;
  readonly #tokenizer: Tokenizer;
  #error: BerError | undefined;

  constructor(options: ReadOptions & { select?: StreamSelector } = {}) {
    this.#builder = new TreeBuilder(options.select);
    this.#tokenizer = new Tokenizer(this.#builder, options);
  }

  /** The outermost elements so far. */
  get elements(): readonly Element[] {
    return this.#builder.roots;
  }

  get error(): BerError | undefined {
    return this.#error;
  }

  /** True once the first element is whole. */
  get complete(): boolean {
    return this.#tokenizer.complete > 0;
  }

  /** Takes octets up to the end of the first element; returns how many. After an error it takes none. */
  push(octets: Octets): number {
    if (this.#error !== undefined || (this.complete && this.#tokenizer.idle)) return 0;
    return this.#guard(() => this.#tokenizer.push(octets, true)) ?? 0;
  }

  /** Says that no more octets come. */
  end(): ReadResult {
    if (this.#error === undefined) this.#guard(() => this.#tokenizer.end());
    if (this.#error !== undefined) this.#builder.cut();
    return { elements: this.#builder.roots, error: this.#error };
  }

  #guard<T>(run: () => T): T | undefined {
    try {
      return run();
    } catch (error) {
      if (!(error instanceof BerError)) throw error;
      this.#error = error;
      return undefined;
    }
  }
}
