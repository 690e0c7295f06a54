/** COTP TPDU codes of class 0, high half of the octet. X.224 13.1. */
export const TPDU = { CR: 0xe0, CC: 0xd0, DT: 0xf0, DR: 0x80, ER: 0x70 } as const;

/** TPKT header, COTP length indicator and TPDU code. RFC 1006 6. */
export const TPKT_START = 6;
/** The shortest TPKT: its header and an empty DT. RFC 1006 6. */
const SHORTEST_TPKT = 7;

/**
 * The TPDU code if a TPKT that holds a TPDU of class 0 may begin at `at`; undefined if none can.
 * The reserved octet is not looked at: Exchange 4.0 does not send it as zero (KB Q151626).
 * `TPKT_START` octets must stand there.
 */
export function tpduCodeAt(bytes: Uint8Array, at: number): number | undefined {
  if (bytes[at] !== 3) return undefined;
  const length = (bytes[at + 2]! << 8) | bytes[at + 3]!;
  const indicator = bytes[at + 4]!;
  if (length < SHORTEST_TPKT || indicator < 2 || indicator > length - 5) return undefined;
  const code = bytes[at + 5]! & 0xf0;
  switch (code) {
    case TPDU.DT:
      return bytes[at + 5] === TPDU.DT && indicator === 2 ? code : undefined;
    case TPDU.ER:
      return indicator >= 4 ? code : undefined;
    case TPDU.CR:
    case TPDU.CC:
    case TPDU.DR:
      return indicator >= 6 ? code : undefined;
    default:
      return undefined;
  }
}

/** Where a stream's TPKTs begin, and the code of the first TPDU. */
export interface TpktStart {
  readonly at: number;
  readonly code: number;
}

/** The TPKT at the very start; `none` as soon as there can be none, `more` while too few octets are there. */
export function tpktAtStart(bytes: Uint8Array): TpktStart | 'more' | 'none' {
  if (bytes.length > 0 && bytes[0] !== 3) return 'none';
  if (bytes.length < TPKT_START) return 'more';
  const code = tpduCodeAt(bytes, 0);
  return code === undefined ? 'none' : { at: 0, code };
}

/** The first TPKT of a stream whose start was lost: a plausible header that another one follows, if it is there yet. */
export function findTpkt(bytes: Uint8Array): TpktStart | 'more' {
  for (let at = bytes.indexOf(3); at !== -1 && at + TPKT_START < bytes.length; at = bytes.indexOf(3, at + 1)) {
    const code = tpduCodeAt(bytes, at);
    if (code === undefined || (code === TPDU.DT && (bytes[at + 6]! & 0x7f) !== 0)) continue;
    const next = at + ((bytes[at + 2]! << 8) | bytes[at + 3]!);
    if (next + TPKT_START > bytes.length || tpduCodeAt(bytes, next) !== undefined) return { at, code };
  }
  return 'more';
}
