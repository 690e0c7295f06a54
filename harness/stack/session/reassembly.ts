import { Octets } from '../../ber/octets.js';
import { isSegment, type Spdu } from './spdu.js';

export interface SegmentLimits {
  /** Octets of one segmented SSDU. */
  readonly ssduOctets: number;
  readonly ssduSegments: number;
}

export const DEFAULT_SEGMENT_LIMITS: SegmentLimits = { ssduOctets: 64 * 1024 * 1024, ssduSegments: 1 << 20 };

export type SegmentResult =
  /** Whole, or the last segment: the first SPDU with all user data joined. */
  | { readonly kind: 'whole'; readonly spdu: Spdu }
  | { readonly kind: 'pending' }
  /** A segment that does not continue what came before, or a limit that was passed. `spdu`: what there is. */
  | { readonly kind: 'broken'; readonly message: string; readonly spdu: Spdu };

/** Joins the SPDUs that carry one segmented SSDU. X.225 7.37, 8.4. */
export class SsduReassembly {
  #first: Spdu | undefined;
  #parts: Octets[] = [];
  #length = 0;
  readonly #limits: SegmentLimits;

  constructor(limits: SegmentLimits = DEFAULT_SEGMENT_LIMITS) {
    this.#limits = limits;
  }

  get pending(): boolean {
    return this.#first !== undefined;
  }

  push(spdu: Spdu): SegmentResult {
    const first = this.#first;
    const { enclosure } = spdu;
    if (enclosure === undefined || !isSegment(spdu)) {
      if (first === undefined) return { kind: 'whole', spdu };
      // Only an ABORT may stand between the segments of an SSDU.
      this.drop();
      return { kind: 'broken', message: `${spdu.kind} between the segments of ${first.kind}`, spdu };
    }
    if (enclosure.beginning !== (first === undefined) || (first !== undefined && first.si !== spdu.si)) {
      this.drop();
      return { kind: 'broken', message: `a segment of ${spdu.kind} that continues nothing`, spdu };
    }
    this.#first ??= spdu;
    this.#parts.push(spdu.userData ?? Octets.empty);
    this.#length += spdu.userData?.length ?? 0;
    if (this.#length > this.#limits.ssduOctets || this.#parts.length > this.#limits.ssduSegments) {
      this.drop();
      return { kind: 'broken', message: `an SSDU past the limit of ${this.#limits.ssduOctets} octets`, spdu };
    }
    if (!enclosure.end) return { kind: 'pending' };
    const whole = this.#first.withUserData(Octets.join(this.#parts.filter((part) => part.length > 0)));
    this.drop();
    return { kind: 'whole', spdu: whole };
  }

  /** Gives up the SSDU in progress: the first SPDU with what there was of its data. */
  drop(): Spdu | undefined {
    const partial = this.#first?.withUserData(Octets.join(this.#parts));
    this.#first = undefined;
    this.#parts = [];
    this.#length = 0;
    return partial;
  }
}
