/** Octets of a TPKT's header, and of a DT TPDU's. RFC 1006 6; X.224 13.7. */
const TPKT = 4;
const DT = 3;
const DT_CODE = 0xf0;
/** Bit 8 of the third octet: end of TSDU. */
const EOT = 0x80;

type Filter = (tpkt: Uint8Array) => readonly Uint8Array[];

/** Each TSDU gets one TPDU more, which is empty. X.224 6.3.3 has that only as the last. */
export const emptyLast: Filter = (tpkt) =>
  isData(tpkt) && endsTsdu(tpkt) ? [dataTpkt(userDataOf(tpkt), false), dataTpkt(new Uint8Array(0), true)] : [tpkt];

/** GIVE TOKENS leaves the TSDU that it shares with another SPDU. X.225 6.3.7 has each category 2 SPDU behind one. */
export const aloneGiveTokens: Filter = (tpkt) => {
  const octets = userDataOf(tpkt);
  const gives = isData(tpkt) && octets[0] === 0x01 && octets[1] === 0x00 && octets.length > 2;
  return gives ? [dataTpkt(octets.subarray(0, 2), true), dataTpkt(octets.subarray(2), endsTsdu(tpkt))] : [tpkt];
};

/** ACTIVITY START is not sent: what follows comes outside of an activity. */
export const noActivityStart: Filter = (tpkt) => (isData(tpkt) && userDataOf(tpkt)[2] === 0x2d ? [] : [tpkt]);

function isData(tpkt: Uint8Array): boolean {
  return tpkt[TPKT + 1] === DT_CODE;
}

function endsTsdu(tpkt: Uint8Array): boolean {
  return ((tpkt[TPKT + 2] ?? 0) & EOT) !== 0;
}

function userDataOf(tpkt: Uint8Array): Uint8Array {
  return tpkt.subarray(TPKT + DT);
}

function dataTpkt(userData: Uint8Array, end: boolean): Uint8Array {
  const length = TPKT + DT + userData.length;
  return Uint8Array.of(3, 0, length >> 8, length & 0xff, 2, DT_CODE, end ? EOT : 0, ...userData);
}
