/** Which peer opened a session connection: who recovers one names it, and says nothing else of itself. X.228 7.8. */
export interface ConnectionBook {
  /** `key` as `connectionKey` makes it. */
  opened(key: string, peer: string): void;
  /** It was released: there is nothing to recover. */
  released(key: string): void;
  /** Undefined also where two peers gave their connections the same name: whose it is then, nobody could tell. */
  peerOf(key: string): string | undefined;
}

/** As many of the last connections as an MTA may have lost at a time. */
const REMEMBERED = 256;

export class MemoryConnectionBook implements ConnectionBook {
  readonly #peers = new Map<string, readonly string[]>();

  opened(key: string, peer: string): void {
    const peers = this.#peers.get(key) ?? [];
    this.#peers.set(key, peers.includes(peer) ? peers : [...peers, peer].slice(0, 2));
    const [oldest] = this.#peers.size > REMEMBERED ? this.#peers.keys() : [];
    if (oldest !== undefined) this.#peers.delete(oldest);
  }

  released(key: string): void {
    this.#peers.delete(key);
  }

  peerOf(key: string): string | undefined {
    const [only, ...others] = this.#peers.get(key) ?? [];
    return others.length === 0 ? only : undefined;
  }

  /** What `opened` was told of the connections that are remembered. */
  entries(): (readonly [key: string, peer: string])[] {
    return [...this.#peers].flatMap(([key, peers]) => peers.map((peer) => [key, peer] as const));
  }
}
