/** Functional unit bits of the Session User Requirements. X.225 8.3.1.16. */
export const FunctionalUnit = {
  halfDuplex: 0x0001,
  duplex: 0x0002,
  expeditedData: 0x0004,
  minorSynchronize: 0x0008,
  majorSynchronize: 0x0010,
  resynchronize: 0x0020,
  activityManagement: 0x0040,
  negotiatedRelease: 0x0080,
  capabilityData: 0x0100,
  exceptions: 0x0200,
  typedData: 0x0400,
  symmetricSynchronize: 0x0800,
  dataSeparation: 0x1000,
} as const;

/** What reliable transfer needs: half-duplex, minor synchronize, activity management, exceptions. */
export const RELIABLE_TRANSFER_UNITS = 0x0249;
/** What a CN or AC without Session User Requirements means. X.225 8.3.1.16. */
export const DEFAULT_FUNCTIONAL_UNITS = 0x0349;

/** Token bits of the Token Item. X.225 8.3.16.3. */
export const Token = { data: 0x01, minor: 0x04, major: 0x10, release: 0x40 } as const;
/** All tokens that exist with functional units 0x0249. */
export const ALL_TOKENS = 0x15;

/** Transport Disconnect bits. X.225 8.3.9.3. */
export const TransportDisconnect = {
  release: 0x01,
  userAbort: 0x02,
  protocolError: 0x04,
  noReason: 0x08,
  implementationRestriction: 0x10,
} as const;
