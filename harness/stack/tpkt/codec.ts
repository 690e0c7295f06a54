import { P1specError } from '../../ber/error.js';
import type { Octets } from '../../ber/octets.js';
import type { Anomaly } from '../anomaly.js';

/** Octets of a TPKT header. RFC 1006 clause 6. */
export const TPKT_HEADER_LENGTH = 4;
/** The shortest TPKT: a header and a TPDU of three octets. RFC 1006 clause 6. */
export const TPKT_MINIMUM_LENGTH = 7;
/** The longest TPKT, header included: its length has 16 bits. */
export const TPKT_MAXIMUM_LENGTH = 0xffff;

const VERSION = 3;

export type TpktErrorCode = 'ERR_TPKT_VERSION' | 'ERR_TPKT_LENGTH';

/** Octets that are no TPKT, or a TPDU that does not fit into one. RFC 1006 clause 6. */
export class TpktError extends P1specError {
  override readonly name = 'TpktError';

  constructor(code: TpktErrorCode, details: { message: string; offset?: number; hint?: string }) {
    super(code, {
      message: details.offset === undefined ? details.message : `${details.message} (offset ${details.offset})`,
      at: { layer: 'tpkt', offset: details.offset },
      hint: details.hint,
    });
  }

  get offset(): number | undefined {
    return this.at.offset;
  }
}

/** What a header says; nothing is judged but what makes it unreadable. */
export interface TpktHeader {
  readonly reserved: number;
  /** Octets of the whole TPKT, the header included. */
  readonly length: number;
}

/** Reads the header at `index`; undefined where fewer than four octets are there. */
export function decodeTpktHeader(octets: Octets, index = 0): TpktHeader | undefined {
  if (octets.length < index + TPKT_HEADER_LENGTH) return undefined;
  const version = octets.at(index)!;
  const length = (octets.at(index + 2)! << 8) | octets.at(index + 3)!;
  if (version !== VERSION) {
    throw new TpktError('ERR_TPKT_VERSION', {
      message: `version ${version} where a TPKT has ${VERSION}`,
      offset: octets.offsetAt(index),
      hint: 'the octets are not RFC 1006, or octets before them were lost',
    });
  }
  if (length < TPKT_MINIMUM_LENGTH) {
    throw new TpktError('ERR_TPKT_LENGTH', {
      message: `length ${length}, and a TPKT has at least ${TPKT_MINIMUM_LENGTH}`,
      offset: octets.offsetAt(index + 2),
    });
  }
  return { reserved: octets.at(index + 1)!, length };
}

/** One TPKT around the TPDU that `parts` make up. `reserved` is 0 unless a fake errs on purpose. */
export function encodeTpkt(parts: Uint8Array | readonly Uint8Array[], reserved = 0): Uint8Array {
  const pieces = parts instanceof Uint8Array ? [parts] : parts;
  const length = pieces.reduce((sum, piece) => sum + piece.length, TPKT_HEADER_LENGTH);
  if (length > TPKT_MAXIMUM_LENGTH) {
    throw new TpktError('ERR_TPKT_LENGTH', {
      message: `a TPDU of ${length - TPKT_HEADER_LENGTH} octets does not fit into a TPKT`,
      hint: 'segment the TSDU',
    });
  }
  const tpkt = new Uint8Array(length);
  tpkt.set([VERSION, reserved, length >> 8, length & 0xff]);
  let position = TPKT_HEADER_LENGTH;
  for (const piece of pieces) {
    tpkt.set(piece, position);
    position += piece.length;
  }
  return tpkt;
}

export type TpktUnit =
  | { readonly kind: 'tpkt'; readonly octets: Octets; readonly tpdu: Octets }
  | { readonly kind: 'anomaly'; readonly anomaly: Anomaly }
  /** Octets of a TPKT whose rest never came, or that stood before the framer found its place again. */
  | { readonly kind: 'incomplete'; readonly octets: Octets; readonly missing: number | undefined }
  /** No TPKT can be told from here on; all that follows is dropped until `gap` is called. */
  | { readonly kind: 'lostSync'; readonly error: TpktError };

/** The reserved octet is to be zero, and some MTAs put something else there (KB Q151626): legal to ignore. */
export function reservedOctetAnomaly(octets: Octets, reserved: number): Anomaly {
  return {
    layer: 'tpkt',
    code: 'encoding-form',
    path: 'TPKT.reserved',
    offset: octets.offsetAt(1),
    length: 1,
    message: `the reserved octet is 0x${reserved.toString(16).padStart(2, '0')}, not zero`,
    clause: 'RFC 1006 6',
    detail: reserved.toString(16).padStart(2, '0'),
  };
}
