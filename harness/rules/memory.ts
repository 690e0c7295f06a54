import type { Octets } from '../ber/octets.js';
import type { Transfer } from '../stack/association/events.js';
import type { LinkStateScanner, Match } from './signatures.js';

/** What an association has negotiated for its transfers. X.228 7.1. */
export interface Negotiated {
  /** Units of 1024 octets; 0: no checkpoints. */
  readonly checkpointSize: number;
  readonly windowSize: number;
}

/** Associations that are remembered: a recovery follows soon on what it recovers. */
const REMEMBERED = 256;

/** The search over a transfer's octets while that is not under way: for the association on which it goes on. */
export interface SuspendedSearch {
  readonly content: LinkStateScanner;
  readonly stray: LinkStateScanner;
  /** Told when the APDU is: only then is it known what the content was part of. */
  contentMatch: Match | undefined;
  strayMatch: Match | undefined;
  /** The match in the content was told when the association broke. */
  contentTold: boolean;
}

/** The first octets of a content, by piece: where they stand is told by the piece. */
export interface ContentHead {
  length: number;
  readonly pieces: Octets[];
}

/** What rules on one association may know of those before it in the same conversation. */
export class ConversationMemory {
  /** By what the transfer was first told as: they go with it. */
  readonly searches = new WeakMap<Transfer, SuspendedSearch>();
  readonly #contentHeads = new Map<string, WeakMap<Transfer, ContentHead>>();
  readonly #negotiated = new Map<string, Negotiated>();

  /** What a rule keeps of contents that it has not seen whole, by what their transfer was first told as. */
  contentHeads(rule: string): WeakMap<Transfer, ContentHead> {
    const heads = this.#contentHeads.get(rule) ?? new WeakMap<Transfer, ContentHead>();
    this.#contentHeads.set(rule, heads);
    return heads;
  }

  /** By the references of the session connection, as its CONNECT had them. */
  negotiated(references: string): Negotiated | undefined {
    return this.#negotiated.get(references);
  }

  remember(references: string, negotiated: Negotiated): void {
    this.#negotiated.delete(references);
    this.#negotiated.set(references, negotiated);
    if (this.#negotiated.size > REMEMBERED) this.#negotiated.delete(this.#negotiated.keys().next().value as string);
  }
}
