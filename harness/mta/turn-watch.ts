/**
 * Milliseconds that a peer which has the turn may be silent while we want it: no timer of X.228 covers that, nor a
 * receiver whose sender says nothing, and mail would wait behind the association for ever.
 */
const TURN_PATIENCE = 600_000;

/** What it asks of its association. */
export interface Watched {
  after(milliseconds: number, action: () => void): () => void;
  /** Octets that have come from the peer. */
  heard(): number;
  /** Whether we want the turn, and the peer has it. */
  isWanted(): boolean;
  /** Whether the peer waits for us, and not we for it. */
  isAwaited(): boolean;
  giveUp(detail: string): void;
}

/** Watches a peer that has the turn. */
export class TurnWatch {
  readonly #watched: Watched;
  #cancel: (() => void) | undefined;

  constructor(watched: Watched) {
    this.#watched = watched;
  }

  /** Goes on where it has begun. */
  begin(): void {
    if (this.#cancel !== undefined) return;
    const heard = this.#watched.heard();
    this.#cancel = this.#watched.after(TURN_PATIENCE, () => {
      this.#cancel = undefined;
      if (!this.#watched.isWanted()) return;
      if (this.#watched.isAwaited() || this.#watched.heard() !== heard) this.begin();
      else this.#watched.giveUp(`the turn was not given within ${TURN_PATIENCE} ms`);
    });
  }

  end(): void {
    this.#cancel?.();
    this.#cancel = undefined;
  }
}
