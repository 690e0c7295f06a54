/**
 * What the rules find of tier 1 and 2 in the recorded reactions of a real MTA, by case: connection, direction, offset and
 * length, rule. A case that is not here is clean. Comments say what an expert may ask or dispute.
 */
export const expected: Readonly<Record<string, readonly string[]>> = {
  // A second CONNECT on an open connection: PP aborts, X.225 Table A.4 knows nothing else.
  A18: ['0 i2r 232+199 ENC-007'],
  // The bind marker of KB 281744 as [5]: the founding leak.
  B01: ['0 i2r 225+18 BIND-001'],
  // In P1-1984: PP takes it there too, and says nothing.
  B01c: ['0 i2r 122+18 BIND-001'],
  B01d: ['0 i2r 122+18 BIND-001'],
  // The same as PRIVATE 5.
  B02: ['0 i2r 225+18 BIND-001'],
  // A second EXTERNAL in the user information. One finding: its foreign direct reference is inside it.
  B03: ['0 i2r 225+30 BIND-009'],
  // Legal ACSE, for peers of one make.
  B04: ['0 i2r 159+11 BIND-015'],
  // AARQ has no [27].
  B04b: ['0 i2r 159+4 BIND-003'],
  // Strong credentials are legal; their junk is not: a Token without its members, and one SEQUENCE that it does
  // not have.
  B05: ['0 i2r 219+35 BIND-006', '0 i2r 221+33 BIND-001'],
  // [1] is read as the protected password of 1996, which X.411 bars from MTA-binds.
  B05b: ['0 i2r 214+20 BIND-019'],
  // Disputable: the answer repeats the foreign name, as X.227 7.1 wants of a responder that accepts; who does not
  // speak it should refuse.
  B06: ['0 i2r 153+10 BIND-011', '0 r2i 124+10 BIND-011'],
  // As B06, with the application context of P3. Disputable: the OID is X.419’s, but no MTA speaks P3 to another.
  B06b: ['0 i2r 153+6 BIND-011', '0 r2i 124+6 BIND-011'],
  // MTSE was not proposed, so that the EXTERNAL names a context that there is not.
  B07b: ['0 i2r 256+3 ENC-008'],
  // No parameter of X.225.
  B08d: ['0 i2r 74+5 BIND-005'],
  // bind-result where bind-invoke is due.
  B16: ['0 i2r 187+38 BIND-007'],
  // The bare argument of the X.410 modes in normal mode.
  B16b: ['0 i2r 187+36 BIND-007'],
  // RTORQ has no [7]; X.228 has peers ignore it.
  B17: ['0 i2r 225+18 BIND-002'],
  C01ia: ['0 i2r 431+39 ENV-007'],
  C01ib: ['0 i2r 431+43 ENV-007'],
  C01ic: ['0 i2r 434+43 ENV-007'],
  C01jb: ['0 i2r 431+45 ENV-007'],
  C01jc: ['0 i2r 434+45 ENV-007'],
  C01ka: ['0 i2r 431+41 ENV-007'],
  C01kb: ['0 i2r 431+45 ENV-007'],
  C01kc: ['0 i2r 434+45 ENV-007'],
  C02lb: ['0 i2r 432+37 ENV-008'],
  C02lc: ['0 i2r 435+37 ENV-008'],
  C02ma: ['0 i2r 432+35 ENV-008'],
  C02mb: ['0 i2r 432+39 ENV-008'],
  C02mc: ['0 i2r 435+39 ENV-008'],
  C02n: ['0 i2r 432+39 ENV-008'],
  C03a: ['0 i2r 369+10 BODY-001'],
  C03c: ['0 i2r 369+10 BODY-001'],
  // Built-in type external (1): the content is an EXTERNAL, and its object identifier is that of MDBEF.
  C03e: ['0 i2r 473+10 BODY-001'],
  // Bilateral information by the domain that it is for: the element of the list.
  C04a: ['0 i2r 388+29 ENV-010'],
  C04b: ['0 i2r 388+29 ENV-010'],
  // In P1-1984, which has it too.
  C04c: ['0 i2r 257+29 ENV-010'],
  C04d: ['0 i2r 387+20 ENV-010'],
  C05a: ['0 i2r 476+18 ENV-002'],
  C05c: ['0 i2r 430+18 ENV-002'],
  // In P1-1984, whose profiles had it: bilateral there too.
  C05d: ['0 i2r 345+59 ENV-011'],
  C05f: ['0 i2r 345+18 ENV-002'],
  // [APPLICATION 30] is the internal trace of the profiles of 1984: bilateral, not foreign.
  C05e: ['0 i2r 475+59 ENV-011'],
  C06b: ['0 i2r 432+41 ENV-007'],
  C06c: ['0 i2r 432+37 ENV-008'],
  // Originator and recipient are two elements.
  C08a: ['0 i2r 372+23 ADDR-005', '0 i2r 449+15 ADDR-005'],
  // KB Q156716: an underscore is no PrintableString.
  C08e: ['0 i2r 414+6 ADDR-003'],
  // Names of 1988 in P1-1984: of the GUID inside, and of the directory name, nothing more is told.
  C08f: ['0 i2r 284+47 ENV-016'],
  C08g: ['0 i2r 291+32 ENV-016'],
  // A routing packet: content type, address and content are three foreign things.
  C09a: ['0 i2r 391+10 BODY-001', '0 i2r 446+38 ADDR-006', '0 i2r 542+51 BODY-003'],
  C09b: ['0 i2r 439+38 ADDR-006', '0 i2r 535+51 BODY-003'],
  C09d: ['0 i2r 376+10 BODY-001', '0 i2r 487+51 BODY-003'],
  C09e: ['0 i2r 480+51 BODY-003'],
  // In P1-1984 the content type is an INTEGER, and a surname that is a GUID is a surname.
  C09g: ['0 i2r 383+51 BODY-003'],
  // Three associations, each ended by the same message.
  C11: ['0 i2r 432+17 ENV-007', '1 i2r 432+17 ENV-007', '2 i2r 432+17 ENV-007'],
  // An empty UTCTime is none; PP exits on it.
  D04c: ['0 i2r 452+2 ENV-004'],
  // GIVE TOKENS ends its TSDU, so the octets of DT begin another: read as SPDUs they are none. Disputable is the
  // wording only.
  D09: ['0 i2r 259+132 ENC-001', '0 i2r 391+144 ENC-005'],
  // AE without the GIVE TOKENS that X.225 6.3.7 puts before it.
  D09b: ['0 i2r 544+5 ENC-007'],
  // The APDU stands bare: that is the X.410 modes.
  D11: ['0 i2r 269+248 ENC-004'],
  // Disputable: PP takes it. The context of RTSE is negotiated, but not for MTS-APDUs.
  D11c: ['0 i2r 274+3 ENC-008'],
  // A context that nobody proposed.
  D11d: ['0 i2r 274+3 ENC-008'],
  // The EXTERNAL of normal mode, in P1-1984.
  D11f: ['0 i2r 152+257 ENC-012'],
  // A content type of 1988 in P1-1984.
  D11h: ['0 i2r 245+10 ENV-016'],
  // The second AE has no activity.
  D13: ['0 i2r 551+5 ENC-007'],
  // Serial numbers that are not next: 5 for 1 of a minor sync, 9 for 1 of an activity end. PP aborts at the second.
  D21c: ['0 i2r 1304+5 ENC-014'],
  D21d: ['0 i2r 537+5 ENC-014'],
  // RTTR in the context of MTSE.
  D24: ['0 i2r 256+272 ENC-008'],
  // A context that nobody proposed.
  D24b: ['0 i2r 256+272 ENC-008'],
  // Data outside an activity.
  D25: ['0 i2r 234+278 ENC-007'],
  // AE without an activity.
  D25b: ['0 i2r 234+5 ENC-007'],
  // The content has fewer octets than its length says: the innermost element without an end.
  D29: ['0 i2r 469+35 ENC-004'],
  // Octets behind the APDU.
  D29b: ['0 i2r 528+7 ENC-005'],
  // Sixteen digits are no digest: not link state data by structure, but no APDU either.
  D29c: ['0 i2r 263+52 ENC-004'],
  // No fourth MTS-APDU.
  D29d: ['0 i2r 270+59 ENV-001'],
  // In P1-1984: an alternative that there is not, and text that reads as one.
  D29e: ['0 i2r 152+59 ENV-001'],
  D29f: ['0 i2r 152+52 ENV-001'],
  // A missing member: the place is the element that lacks it.
  D30a: ['0 i2r 282+12 ENV-003'],
  // Forty octets of an OID are legal; the arc is Microsoft’s.
  D30d: ['0 i2r 376+41 BODY-002'],
  // The second of the two.
  D30f: ['0 i2r 474+3 ENV-003'],
  D30g: ['0 i2r 279+144 ENV-003'],
  D30h: ['0 i2r 279+155 ENV-003'],
  // Disputable: PP stores an empty content. X.411 has content mandatory.
  D30i: ['0 i2r 276+193 ENV-003'],
  // The bare result of the X.410 modes in normal mode.
  E02g: ['0 r2i 162+26 BIND-007'],
  // The echo of KB 281744.
  E05a: ['0 r2i 192+18 BIND-001'],
  E05b: ['0 r2i 192+18 BIND-001'],
  // MTABindResult has no security context.
  E05c: ['0 r2i 191+14 BIND-001'],
  // Relayed with another object identifier, by a defect of that build.
  E06d: ['0 i2r 452+39 ENV-007'],
  // Relayed as it came.
  E06e: ['0 i2r 452+39 ENV-008'],
  // KB Q298000: a report with MDBEF as its content type.
  'S-A05d': ['0 i2r 445+10 BODY-001'],
  'S-C01ka': ['0 i2r 432+41 ENV-007'],
  'S-C01kar': ['0 i2r 435+41 ENV-007'],
  'S-C01kb': ['0 i2r 432+45 ENV-007'],
  'S-C01kbr': ['0 i2r 435+45 ENV-007'],
  'S-C02ma': ['0 i2r 432+35 ENV-008'],
  'S-C02mar': ['0 i2r 435+35 ENV-008'],
  'S-C02mb': ['0 i2r 432+39 ENV-008'],
  'S-C02mbr': ['0 i2r 435+39 ENV-008'],
  'S-C02n': ['0 i2r 432+39 ENV-008'],
  'S-C06b': ['0 i2r 432+41 ENV-007'],
  'S-C06br': ['0 i2r 435+45 ENV-007'],
};
