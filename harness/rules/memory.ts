/** What an association has negotiated for its transfers. X.228 7.1. */
export interface Negotiated {
  /** Units of 1024 octets; 0: no checkpoints. */
  readonly checkpointSize: number;
  readonly windowSize: number;
}

/** Associations that are remembered: a recovery follows soon on what it recovers. */
const REMEMBERED = 256;

/** What rules on one association may know of those before it in the same conversation. */
export class ConversationMemory {
  readonly #negotiated = new Map<string, Negotiated>();

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
