import { encode } from '../../asn1/encode.js';
import { octetString, teletexString, utcTime } from '../../asn1/types.js';
import type { Mode } from './events.js';

/** Octets of an SS-user reference, X.225 8.3.1.3: with a BER header of two octets there is room for this many. */
const REFERENCE_OCTETS = 62;

/**
 * The references of a session connection, X.228 8.1.1.3: each is a TLV inside its parameter. Normal mode has the user's
 * name as an OCTET STRING, the X.410 modes as a T61String; the time is when the connection was asked for.
 */
export function sessionReferences(userReference: string, now: number, mode: Mode, additional?: string) {
  const name = new TextEncoder().encode(userReference).subarray(0, REFERENCE_OCTETS);
  // What ASCII and T.61 have in common.
  const teletex = userReference.replace(/[^ !"%-[\]_a-z|]/g, '?').slice(0, REFERENCE_OCTETS);
  return {
    callingReference: mode === 'normal' ? encode(octetString(), name) : encode(teletexString(), teletex),
    commonReference: encode(utcTime, utcTimeOf(now)),
    ...(additional === undefined ? {} : { additionalReference: encode(teletexString(), additional) }),
  };
}

/** `YYMMDDhhmmssZ`. */
function utcTimeOf(now: number): string {
  const digits = new Date(now).toISOString().replace(/\D/g, '');
  return `${digits.slice(2, 14)}Z`;
}
