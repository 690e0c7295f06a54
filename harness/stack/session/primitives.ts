import type { Octets } from '../../ber/octets.js';
import type { LinkingValues, ReferenceValues } from './encode.js';
import type { LinkingInformation, SessionReferences, Spdu } from './spdu.js';
import { TransportDisconnect } from './spdu-table.js';
import type { SpduEvent } from './tables.js';

/** Session service primitives, X.215, with their names in camelCase; requests and responses are the machine's methods. */
export interface ConnectRequest extends ReferenceValues {
  readonly callingSelector?: Uint8Array;
  readonly calledSelector?: Uint8Array;
  /** Functional units to propose; those of the machine's options if absent. */
  readonly functionalUnits?: number;
  /** Bit pairs of X.225 8.3.1.11; 0, the default, gives the initiator all tokens. `null` leaves the item out. */
  readonly tokenSetting?: number | null;
  readonly userData?: Uint8Array;
}

export interface ConnectAccept extends ReferenceValues {
  readonly callingSelector?: Uint8Array;
  /** The responding session selector. */
  readonly respondingSelector?: Uint8Array;
  /** Functional units to answer; those of the options that were proposed, if absent. */
  readonly functionalUnits?: number;
  /** The initiator's setting, with what it left to the called user given to the initiator, if absent. */
  readonly tokenSetting?: number;
  /** 1: version 2 is selected only where the initiator has no other. The highest that both sides have, if absent. */
  readonly highestVersion?: 1 | 2;
  readonly userData?: Uint8Array;
}

export interface ConnectRefuse extends ReferenceValues {
  /** X.225 8.3.5.10; 2 (rejection by the SS-user) if absent. User data goes with reason 2. */
  readonly reason?: number;
  readonly functionalUnits?: number;
  readonly userData?: Uint8Array;
}

export interface ActivityResume {
  readonly activityIdentifier: Uint8Array;
  /** The activity that is resumed, its last confirmed serial number, and references where it was another connection. */
  readonly linking: LinkingValues & { readonly activityIdentifier: Uint8Array; readonly serialNumber: number };
  readonly userData?: Uint8Array;
}

interface WithData {
  readonly userData: Octets | undefined;
}

interface Connecting extends WithData, SessionReferences {
  readonly functionalUnits: number;
  readonly versions: number;
  readonly tokenSetting: number | undefined;
  readonly tsduMaximum: { readonly i2r: number; readonly r2i: number } | undefined;
  readonly callingSelector: Octets | undefined;
  readonly calledSelector: Octets | undefined;
  readonly spdu: Spdu;
}

interface Abort extends WithData {
  /** Transport Disconnect bits of the AB; of our own where `local`. */
  readonly transportDisconnect: number;
}

export type SessionEvent =
  | ({ readonly kind: 'sConnectIndication' } & Connecting)
  | ({ readonly kind: 'sConnectConfirm'; readonly version: 1 | 2 } & Connecting)
  | ({ readonly kind: 'sConnectRefusal'; readonly reason: number; readonly spdu: Spdu } & WithData)
  | ({ readonly kind: 'sDataIndication' } & WithData)
  | ({ readonly kind: 'sTokenGiveIndication'; readonly tokens: number } & WithData)
  | ({ readonly kind: 'sTokenPleaseIndication'; readonly tokens: number } & WithData)
  | ({ readonly kind: 'sControlGiveIndication' } & WithData)
  /** The peer has the tokens (GTA). X.215 has no confirm here; the SS-user has to wait for it all the same. */
  | { readonly kind: 'sControlGiven' }
  | ({ readonly kind: 'sSyncMinorIndication'; readonly serialNumber: number; readonly explicit: boolean } & WithData)
  | ({ readonly kind: 'sSyncMinorConfirm'; readonly serialNumber: number } & WithData)
  | ({ readonly kind: 'sActivityStartIndication'; readonly activityIdentifier: Octets } & WithData)
  | ({
      readonly kind: 'sActivityResumeIndication';
      readonly activityIdentifier: Octets;
      readonly linking: LinkingInformation;
      /** The last serial number that was confirmed before. */
      readonly serialNumber: number;
    } & WithData)
  | ({ readonly kind: 'sActivityEndIndication'; readonly serialNumber: number } & WithData)
  | ({ readonly kind: 'sActivityEndConfirm'; readonly serialNumber: number } & WithData)
  | ({ readonly kind: 'sActivityInterruptIndication'; readonly reason: number | undefined } & WithData)
  | ({ readonly kind: 'sActivityInterruptConfirm' } & WithData)
  | ({ readonly kind: 'sActivityDiscardIndication'; readonly reason: number | undefined } & WithData)
  | ({ readonly kind: 'sActivityDiscardConfirm' } & WithData)
  | ({ readonly kind: 'sUExceptionReportIndication'; readonly reason: number | undefined } & WithData)
  | { readonly kind: 'sPExceptionReportIndication'; readonly reflect: Octets | undefined }
  | ({ readonly kind: 'sReleaseIndication' } & WithData)
  | ({ readonly kind: 'sReleaseConfirm' } & WithData)
  | ({ readonly kind: 'sUAbortIndication' } & Abort)
  /** `local`: this machine found the error and sent the AB, or the transport connection was lost. */
  | ({
      readonly kind: 'sPAbortIndication';
      readonly local: boolean;
      readonly reflect: Octets | undefined;
      readonly message: string;
    } & Abort)
  /** The transport connection is to be closed. */
  | { readonly kind: 'tDisconnectRequest' };

export type SessionEventKind = SessionEvent['kind'];

/** The indication or confirm that a valid SPDU is to the SS-user. X.225 7. */
export function indicationOf(event: SpduEvent, spdu: Spdu): SessionEvent | undefined {
  const { userData } = spdu;
  const serialNumber = spdu.serialNumber ?? 0;
  switch (event) {
    case 'CN':
      return { kind: 'sConnectIndication', ...connecting(spdu) };
    case 'AC':
      return { kind: 'sConnectConfirm', version: spdu.version === 2 ? 2 : 1, ...connecting(spdu) };
    case 'RF':
      return { kind: 'sConnectRefusal', reason: spdu.reason ?? 0, userData, spdu };
    case 'DT':
      return { kind: 'sDataIndication', userData };
    case 'GT':
      return { kind: 'sTokenGiveIndication', tokens: spdu.tokenItem ?? 0, userData };
    case 'PT':
      return { kind: 'sTokenPleaseIndication', tokens: spdu.tokenItem ?? 0, userData };
    case 'GTC':
      return { kind: 'sControlGiveIndication', userData };
    case 'GTA':
      return { kind: 'sControlGiven' };
    case 'MIP': {
      const explicit = ((spdu.syncType ?? 0) & 1) === 0;
      return { kind: 'sSyncMinorIndication', serialNumber, explicit, userData };
    }
    case 'MIA':
      return { kind: 'sSyncMinorConfirm', serialNumber, userData };
    case 'AS':
      return { kind: 'sActivityStartIndication', activityIdentifier: spdu.activityIdentifier!, userData };
    case 'AR': {
      const linking = spdu.linking!;
      const { activityIdentifier } = spdu;
      const from = linking.serialNumber!;
      return {
        kind: 'sActivityResumeIndication',
        activityIdentifier: activityIdentifier!,
        linking,
        serialNumber: from,
        userData,
      };
    }
    case 'AE':
      return { kind: 'sActivityEndIndication', serialNumber, userData };
    case 'AEA':
      return { kind: 'sActivityEndConfirm', serialNumber, userData };
    case 'AI':
      return { kind: 'sActivityInterruptIndication', reason: spdu.reason, userData };
    case 'AIA':
      return { kind: 'sActivityInterruptConfirm', userData };
    case 'AD':
      return { kind: 'sActivityDiscardIndication', reason: spdu.reason, userData };
    case 'ADA':
      return { kind: 'sActivityDiscardConfirm', userData };
    case 'ED':
      return { kind: 'sUExceptionReportIndication', reason: spdu.reason, userData };
    case 'ER':
      return { kind: 'sPExceptionReportIndication', reflect: spdu.reflect };
    case 'FN':
      return { kind: 'sReleaseIndication', userData };
    case 'DN':
      return { kind: 'sReleaseConfirm', userData };
    case 'AB':
      return abort(spdu);
    case 'AA':
      return undefined;
  }
}

function connecting(spdu: Spdu): Connecting {
  return {
    functionalUnits: spdu.functionalUnits!,
    versions: spdu.versions!,
    tokenSetting: spdu.tokenSetting,
    tsduMaximum: spdu.tsduMaximum,
    callingSelector: spdu.callingSelector,
    calledSelector: spdu.calledSelector,
    callingReference: spdu.callingReference,
    calledReference: spdu.calledReference,
    commonReference: spdu.commonReference,
    additionalReference: spdu.additionalReference,
    userData: spdu.userData,
    spdu,
  };
}

function abort(spdu: Spdu): SessionEvent {
  const transportDisconnect = spdu.transportDisconnect ?? 0;
  const { userData, reflect } = spdu;
  if ((transportDisconnect & TransportDisconnect.userAbort) !== 0) {
    return { kind: 'sUAbortIndication', transportDisconnect, userData };
  }
  const message = 'the peer aborted';
  return { kind: 'sPAbortIndication', local: false, transportDisconnect, reflect, userData, message };
}
