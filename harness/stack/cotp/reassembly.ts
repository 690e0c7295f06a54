import { Octets } from '../../ber/octets.js';
import { CotpError } from './tpdu.js';

export interface ReassemblyLimits {
  /** Octets of one TSDU. */
  readonly tsduOctets: number;
  /** DT TPDUs of one TSDU: a sender of single octets must not cost a rope without end. */
  readonly tsduSegments: number;
}

export const DEFAULT_REASSEMBLY_LIMITS: ReassemblyLimits = { tsduOctets: 64 * 1024 * 1024, tsduSegments: 1 << 20 };

/** Joins the data of DT TPDUs to TSDUs. X.224 6.3. */
export class TsduReassembly {
  #parts: Octets[] = [];
  #length = 0;
  readonly #limits: ReassemblyLimits;

  constructor(limits: ReassemblyLimits = DEFAULT_REASSEMBLY_LIMITS) {
    this.#limits = limits;
  }

  /** Octets that wait for the rest of their TSDU. */
  get pending(): boolean {
    return this.#parts.length > 0;
  }

  /** The TSDU that `data` completes; undefined while it goes on. Throws a CotpError past a limit, and starts anew. */
  push(data: Octets, endOfTsdu: boolean): Octets | undefined {
    if (endOfTsdu && this.#parts.length === 0) return data;
    this.#parts.push(data);
    this.#length += data.length;
    if (this.#length > this.#limits.tsduOctets || this.#parts.length > this.#limits.tsduSegments) {
      const { offset } = this.drop();
      throw new CotpError('ERR_COTP_TSDU_SIZE', {
        message: `a TSDU past the limit of ${this.#limits.tsduOctets} octets or ${this.#limits.tsduSegments} segments`,
        offset,
      });
    }
    return endOfTsdu ? this.drop() : undefined;
  }

  /** Gives up the TSDU in progress and returns what there was of it. */
  drop(): Octets {
    const octets = Octets.join(this.#parts);
    this.#parts = [];
    this.#length = 0;
    return octets;
  }
}
