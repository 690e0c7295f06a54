import { FIRST_SPDUS, SECOND_SPDUS } from '../harness/stack/session/spdu-table.js';

const TPKT_HEADER = 4;
const DATA = 0xf0;
const END_OF_TSDU = 0x80;
const GIVE_TOKENS = 1;
const PLEASE_TOKENS = 2;

/** Names the SPDU that a TPKT of ours begins, as X.225 abbreviates it; undefined where it begins none. */
export class SpduHeads {
  #continues = false;

  /** A whole TPKT with a class 0 TPDU. */
  next(tpkt: Uint8Array): string | undefined {
    const [length = 0, code = 0, number = 0] = tpkt.subarray(TPKT_HEADER);
    if (code !== DATA) return undefined;
    const continues = this.#continues;
    this.#continues = (number & END_OF_TSDU) === 0;
    if (continues) return undefined;
    const [si = 0, parameters = 0, second] = tpkt.subarray(TPKT_HEADER + 1 + length);
    const leads = (si === GIVE_TOKENS || si === PLEASE_TOKENS) && parameters === 0 && second !== undefined;
    const definition = leads ? SECOND_SPDUS.get(second) : FIRST_SPDUS.get(si);
    return definition?.abbreviation;
  }
}
