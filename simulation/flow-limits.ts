import type { Decoded } from '../harness/asn1/decoded.js';
import type { AssociationEvent } from '../harness/stack/association/events.js';
import type { Direction } from '../harness/stack/direction.js';
import type { Spdu } from '../harness/stack/session/spdu.js';

/** Octets that presentation puts around a slice in normal mode, at most. */
const PRESENTATION_OCTETS = 40;
const KILOBYTE = 1024;

interface Negotiated {
  readonly checkpointSize: number;
  readonly windowSize: number;
}

/**
 * Watches one sender on one association, as it saw it: no more octets between minor synchronization points than the
 * checkpoint size, and no more points unconfirmed than the window. X.228 7.1.4, 7.1.5.
 */
export class FlowLimits {
  readonly #direction: Direction;
  #request: Negotiated | undefined;
  #response: Negotiated | undefined;
  #normal = true;
  #octets = 0;
  #unconfirmed: number[] = [];

  constructor(direction: Direction) {
    this.#direction = direction;
  }

  /** In words, what was exceeded by this. */
  on(event: AssociationEvent): string | undefined {
    if (event.kind === 'mode') this.#normal = event.mode === 'normal';
    if (event.kind === 'pdu' && event.layer === 'rtse') this.#negotiate(event.name, event.decoded);
    return event.kind === 'spdu' ? this.#spdu(event.direction, event.spdu) : undefined;
  }

  #negotiate(name: string, decoded: Decoded): void {
    const inner = decoded.get('pUserData') ?? decoded;
    const number = (member: string, byDefault: number) => {
      const value = inner.get(member)?.primitive;
      return typeof value === 'number' ? value : byDefault;
    };
    const negotiated = { checkpointSize: number('checkpointSize', 0), windowSize: number('windowSize', 3) };
    if (name === 'RTORQ' || name === 'PConnect') this.#request = negotiated;
    if (name === 'RTOAC' || name === 'PAccept') this.#response = negotiated;
  }

  #spdu(direction: Direction, spdu: Spdu): string | undefined {
    const { serialNumber } = spdu;
    if (direction !== this.#direction) {
      if (spdu.kind !== 'MINOR SYNC ACK' || serialNumber === undefined) return undefined;
      this.#unconfirmed = this.#unconfirmed.filter((each) => each > serialNumber);
      return undefined;
    }
    switch (spdu.kind) {
      case 'ACTIVITY START':
      case 'ACTIVITY RESUME':
        this.#octets = 0;
        this.#unconfirmed = [];
        return undefined;
      case 'DATA TRANSFER':
        return this.#data(spdu.userData?.length ?? 0);
      case 'MINOR SYNC POINT':
        return this.#point(serialNumber ?? 0);
      default:
        return undefined;
    }
  }

  #data(length: number): string | undefined {
    this.#octets += this.#normal ? Math.max(0, length - PRESENTATION_OCTETS) : length;
    const offered = this.#request?.checkpointSize ?? 0;
    const answered = this.#response?.checkpointSize ?? 0;
    const units = offered === 0 ? answered : Math.min(offered, answered);
    if (units === 0 || this.#octets <= units * KILOBYTE) return undefined;
    return `${this.#octets} octets with no checkpoint, where ${units} KB were agreed`;
  }

  #point(serial: number): string | undefined {
    this.#octets = 0;
    this.#unconfirmed.push(serial);
    const window = Math.min(this.#request?.windowSize ?? 3, this.#response?.windowSize ?? 3);
    if (this.#unconfirmed.length <= window) return undefined;
    return `${this.#unconfirmed.length} checkpoints unconfirmed, where the window is ${window}`;
  }
}
