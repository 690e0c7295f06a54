/** Which peer a session connection was with: who recovers one names it, and says nothing else of itself. X.228 7.8. */
export interface ConnectionBook {
  /** `key` as `connectionKey` makes it. */
  opened(key: string, peer: string): void;
  /** It was released: there is nothing to recover. */
  released(key: string): void;
  peerOf(key: string): string | undefined;
}

/** As many of the last connections as an MTA may have lost at a time. */
const REMEMBERED = 256;

export class MemoryConnectionBook implements ConnectionBook {
  readonly #peers = new Map<string, string>();

  opened(key: string, peer: string): void {
    this.#peers.set(key, peer);
    const [oldest] = this.#peers.size > REMEMBERED ? this.#peers.keys() : [];
    if (oldest !== undefined) this.#peers.delete(oldest);
  }

  released(key: string): void {
    this.#peers.delete(key);
  }

  peerOf(key: string): string | undefined {
    return this.#peers.get(key);
  }
}
