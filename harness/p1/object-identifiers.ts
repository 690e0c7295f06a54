/** Message handling as a whole: joint-iso-itu-t mhs(6). */
export const idMhs = '2.6';

/** Object identifiers that a P1 association and its messages name. X.419, X.411, X.420, X.217, X.690. */
export const oid = {
  acseAbstractSyntax: '2.2.1.0.1',
  ber: '2.1.1',
  /** RTSE with MTA-bind. */
  idAsMtaRtse: '2.6.0.2.12',
  /** MTS-APDU. */
  idAsMtse: '2.6.0.2.7',
  idAcMtsTransfer: '2.6.0.1.6',
  /** Microsoft's arc. */
  microsoft: '1.2.840.113556',
  mdbef: '1.2.840.113556.5.1',
  tnef: '1.2.840.113556.5.2',
  idContUndefined: '2.6.3.3.0',
  idContInnerEnvelope: '2.6.3.3.1',
  interpersonalMessaging1984: '2.6.1.10.0',
  interpersonalMessaging1988: '2.6.1.10.1',
  physicalRenditionBasic: '2.6.3.5.0',
  asymmetricToken: '2.6.3.6.0',
} as const;

/** Application contexts by object identifier. P1 in normal mode is 2.6.0.1.6; the others are P3's and P7's. X.419. */
export const applicationContexts: ReadonlyMap<string, string> = new Map([
  ['2.6.0.1.0', 'id-ac-mts-access-88'],
  ['2.6.0.1.1', 'id-ac-mts-forced-access-88'],
  ['2.6.0.1.2', 'id-ac-mts-reliable-access-88'],
  ['2.6.0.1.3', 'id-ac-mts-forced-reliable-access-88'],
  ['2.6.0.1.4', 'id-ac-ms-access-88'],
  ['2.6.0.1.5', 'id-ac-ms-reliable-access-88'],
  ['2.6.0.1.6', 'id-ac-mts-transfer'],
  ['2.6.0.1.7', 'id-ac-mts-access-94'],
  ['2.6.0.1.8', 'id-ac-mts-forced-access-94'],
  ['2.6.0.1.9', 'id-ac-mts-reliable-access-94'],
  ['2.6.0.1.10', 'id-ac-mts-forced-reliable-access-94'],
  ['2.6.0.1.11', 'id-ac-ms-access-94'],
  ['2.6.0.1.12', 'id-ac-ms-reliable-access-94'],
]);

/** Abstract syntaxes that a P1 association defines, and the generic one of RTSE that it does not. */
export const abstractSyntaxes: ReadonlyMap<string, string> = new Map([
  [oid.acseAbstractSyntax, 'ACSE'],
  [oid.idAsMtaRtse, 'id-as-mta-rtse'],
  [oid.idAsMtse, 'id-as-mtse'],
  ['2.3.2', 'RTSE'],
]);

/** X.690 names them; P1 uses the first. */
export const transferSyntaxes: ReadonlyMap<string, string> = new Map([
  [oid.ber, 'BER'],
  ['2.1.2.0', 'CER'],
  ['2.1.2.1', 'DER'],
]);

/** Content types that have an object identifier, standard or not. */
export const contentTypes: ReadonlyMap<string, string> = new Map([
  [oid.idContUndefined, 'id-cont-undefined'],
  [oid.idContInnerEnvelope, 'id-cont-inner-envelope'],
  [oid.interpersonalMessaging1984, 'interpersonal-messaging-1984 (P2)'],
  [oid.interpersonalMessaging1988, 'interpersonal-messaging-1988 (P22)'],
  ['2.6.7.10.0', 'edi-messaging'],
  ['2.6.8.8.0', 'voice-messaging'],
  ['1.3.26.0.4406.0.4.1', 'P772 (military messaging)'],
  ['2.16.840.1.101.2.1.2.42', 'P42 (Defense Message System)'],
  ['2.16.840.1.101.2.1.2.48', 'P48 (Defense Message System)'],
  [oid.mdbef, 'Microsoft MDBEF'],
  [oid.tnef, 'Microsoft TNEF'],
]);

/** Extended encoded information types of X.411 and X.420. */
export const encodedInformationTypes: ReadonlyMap<string, string> = new Map([
  ['2.6.3.4.0', 'id-eit-unknown'],
  ['2.6.3.4.1', 'id-eit-telex'],
  ['2.6.3.4.2', 'id-eit-ia5-text'],
  ['2.6.3.4.3', 'id-eit-g3-facsimile'],
  ['2.6.3.4.4', 'id-eit-g4-class-1'],
  ['2.6.3.4.5', 'id-eit-teletex'],
  ['2.6.3.4.6', 'id-eit-videotex'],
  ['2.6.3.4.7', 'id-eit-voice'],
  ['2.6.3.4.8', 'id-eit-sfd'],
  ['2.6.3.4.9', 'id-eit-mixed-mode'],
  ['2.6.1.12.0', 'id-eit-file-transfer'],
  ['2.6.1.12.1', 'id-eit-voice (X.420)'],
]);

/** The arc of character sets as EITs, for general text: `{ 1 0 10021 7 1 0 n }`, outside 2.6 but X.420's. */
export const idCsEitAuthority = '1.0.10021.7.1.0';

/** What is known under Microsoft's arc; KB Q162430, Q164852, Q184995, Q199412. */
export const microsoftObjects: ReadonlyMap<string, string> = new Map([
  [oid.microsoft, 'Microsoft'],
  ['1.2.840.113556.1.3.32', 'rFC1006X400Link (directory schema)'],
  ['1.2.840.113556.3.10.1', 'id-et-tnef (file transfer body part)'],
  ['1.2.840.113556.3.10.2', 'mapi-attachment (file transfer body part)'],
  ['1.2.840.113556.4.3', 'application reference (file transfer body part)'],
  [oid.mdbef, 'MDBEF (content type)'],
  [oid.tnef, 'TNEF (content type)'],
]);

const registers = [
  applicationContexts,
  abstractSyntaxes,
  transferSyntaxes,
  contentTypes,
  encodedInformationTypes,
  microsoftObjects,
];

/** The name of an object identifier that some table here has. */
export function objectName(identifier: string): string | undefined {
  for (const register of registers) {
    const name = register.get(identifier);
    if (name !== undefined) return name;
  }
  return undefined;
}

/** Whether `identifier` is `arc` or below it. */
export function underArc(identifier: string, arc: string): boolean {
  return identifier === arc || identifier.startsWith(`${arc}.`);
}
