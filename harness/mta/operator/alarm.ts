/** When a queue is said to be backlogged, and when no more: numbers of messages. KB Q163085. */
export interface Alarm {
  readonly on: number;
  /** Half of `on` where absent, or where it is more than that. */
  readonly off?: number;
}

export function alarmOff({ on, off }: Alarm): number {
  return off === undefined || off > on ? Math.floor(on / 2) : off;
}

/** Goes on at one level and off at a lower one, and tells each change once. */
export class Latch {
  #isOn = false;

  set(level: number, on: number, off: number): 'on' | 'off' | undefined {
    if (!this.#isOn && level >= on) {
      this.#isOn = true;
      return 'on';
    }
    if (this.#isOn && level <= off) {
      this.#isOn = false;
      return 'off';
    }
    return undefined;
  }
}
