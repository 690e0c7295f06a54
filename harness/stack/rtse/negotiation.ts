import type { ConnectionIdentifier } from './recovery.js';
import type { DialogueMode } from './terms.js';

/** X.228 7.1.5: what holds where the request or the response has no window size. */
const DEFAULT_WINDOW = 3;

type Side = 'initiator' | 'responder';

export interface Sizes {
  /** Units of 1024 octets; 0 is no checkpoints. */
  readonly checkpointSize: number;
  readonly windowSize: number;
}

interface Asked extends Partial<Sizes> {
  readonly dialogueMode: DialogueMode;
  readonly initialTurn: Side;
  readonly recover: ConnectionIdentifier | undefined;
}

/** What RT-OPEN agrees on. X.228 7.1. */
export class Negotiation {
  #checkpointSize = 0;
  #windowSize = DEFAULT_WINDOW;
  #onlySender: Side | undefined;
  #recover: ConnectionIdentifier | undefined;

  get sizes(): Sizes {
    return { checkpointSize: this.#checkpointSize, windowSize: this.#windowSize };
  }

  /**
   * The side that alone transfers, in a monologue. Dialogue mode and initial turn are the initiator's choice, X.218
   * Table 2. Monologue binds the users: only one of them ever sends, X.218 3.5.12, and X.228 has no procedure against the
   * other. So this side does not transfer where it should not, and takes what a peer transfers all the same; that it did,
   * the rules say.
   */
  get onlySender(): Side | undefined {
    return this.#onlySender;
  }

  /** The session connection that this one recovers. X.228 7.8. */
  get recover(): ConnectionIdentifier | undefined {
    return this.#recover;
  }

  asked({ checkpointSize = 0, windowSize = DEFAULT_WINDOW, dialogueMode, initialTurn, recover }: Asked): void {
    this.#checkpointSize = checkpointSize;
    this.#windowSize = windowSize;
    this.#onlySender = dialogueMode === 'monologue' ? initialTurn : undefined;
    this.#recover = recover;
  }

  /** What a responder sends of what it wants: a window that is left out is 3, which may be more than was asked. */
  answer({ checkpointSize = this.#checkpointSize, windowSize }: Partial<Sizes>) {
    const least = this.#windowSize < DEFAULT_WINDOW ? this.#windowSize : undefined;
    const sent = { checkpointSize, windowSize: windowSize ?? least };
    this.answered({ checkpointSize, windowSize: sent.windowSize ?? DEFAULT_WINDOW });
    return sent;
  }

  /** 0 left the size to the responder; otherwise it may only lower both, and what it raises is not taken. X.228 7.1.4. */
  answered({ checkpointSize, windowSize }: Sizes): void {
    const asked = this.#checkpointSize;
    this.#checkpointSize = asked === 0 ? checkpointSize : Math.min(asked, checkpointSize);
    this.#windowSize = Math.min(this.#windowSize, windowSize);
  }
}
