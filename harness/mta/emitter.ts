/** Tells listeners of events, each with a payload of its type; in the order in which they were added. */
export class Emitter<Events extends object> {
  readonly #listeners = new Map<keyof Events, Set<(payload: never) => void>>();
  readonly #all = new Set<(name: keyof Events) => void>();

  /** Adds a listener; the function returned takes it away again. */
  on<K extends keyof Events>(name: K, listener: (payload: Events[K]) => void): () => void {
    const listeners = this.#listeners.get(name) ?? new Set();
    this.#listeners.set(name, listeners);
    listeners.add(listener);
    return () => {
      listeners.delete(listener);
    };
  }

  /** Adds a listener of all of them, that is told before any other; the function returned takes it away again. */
  onAny(listener: (name: keyof Events) => void): () => void {
    this.#all.add(listener);
    return () => {
      this.#all.delete(listener);
    };
  }

  emit<K extends keyof Events>(name: K, payload: Events[K]): void {
    for (const listener of [...this.#all]) listener(name);
    for (const listener of [...(this.#listeners.get(name) ?? [])]) (listener as (payload: Events[K]) => void)(payload);
  }
}
