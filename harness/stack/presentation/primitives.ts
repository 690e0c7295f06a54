import type { SessionMachine } from '../session/machine.js';
import type { ConnectRequest, SessionEvent } from '../session/primitives.js';
import type { ContextResult, ContextValue, PresentationDataValue, ProposedContext } from './ppdu.js';
import type { PresentationEventName } from './tables.js';

/** The session service as presentation uses it. */
export type SessionProvider = Pick<
  SessionMachine,
  | 'sConnectRequest'
  | 'sConnectAccept'
  | 'sConnectRefuse'
  | 'sData'
  | 'sTokenPlease'
  | 'sControlGive'
  | 'sSyncMinor'
  | 'sSyncMinorResponse'
  | 'sActivityStart'
  | 'sActivityResume'
  | 'sActivityEnd'
  | 'sActivityEndResponse'
  | 'sActivityInterrupt'
  | 'sActivityInterruptResponse'
  | 'sActivityDiscard'
  | 'sActivityDiscardResponse'
  | 'sUExceptionReport'
  | 'sRelease'
  | 'sReleaseResponse'
  | 'sUAbort'
  | 'version'
>;

type Values = readonly PresentationDataValue[];
export type SessionIndication<Kind extends SessionEvent['kind']> = Extract<SessionEvent, { readonly kind: Kind }>;

/** Session primitives that are presentation primitives as they stand: RTSE puts no user data on them. */
export const PASSED = {
  sTokenGiveIndication: 'S-GTind',
  sControlGiveIndication: 'S-CGind',
  sControlGiven: 'S-CGind',
  sSyncMinorIndication: 'S-SYNmind',
  sSyncMinorConfirm: 'S-SYNmcnf',
  sActivityStartIndication: 'S-ACTSind',
  sActivityResumeIndication: 'S-ACTRind',
  sActivityEndIndication: 'S-ACTEind',
  sActivityEndConfirm: 'S-ACTEcnf',
  sActivityInterruptIndication: 'S-ACTIind',
  sActivityInterruptConfirm: 'S-ACTIcnf',
  sActivityDiscardIndication: 'S-ACTDind',
  sActivityDiscardConfirm: 'S-ACTDcnf',
  sUExceptionReportIndication: 'S-UERind',
  sPExceptionReportIndication: 'S-PERind',
} as const satisfies Partial<Record<SessionEvent['kind'], PresentationEventName>>;

export type PassedEvent = SessionIndication<keyof typeof PASSED>;

/** Presentation service primitives, X.216. */
export type PresentationEvent =
  | {
      readonly kind: 'pConnectIndication';
      readonly contexts: readonly ProposedContext[];
      readonly values: Values;
      readonly session: SessionIndication<'sConnectIndication'>;
    }
  | {
      readonly kind: 'pConnectConfirm';
      readonly accepted: true;
      readonly values: Values;
      readonly session: SessionIndication<'sConnectConfirm'>;
    }
  /** `reason`: of the session where it refused, X.226's provider reason where presentation did; a user's is in `values`. */
  | {
      readonly kind: 'pConnectConfirm';
      readonly accepted: false;
      readonly refusedBy: 'session' | 'presentation' | 'user';
      readonly reason: number | undefined;
      readonly values: Values;
    }
  | { readonly kind: 'pDataIndication'; readonly values: Values }
  | { readonly kind: 'pTokenPleaseIndication'; readonly values: Values }
  | { readonly kind: 'pReleaseIndication'; readonly values: Values }
  | { readonly kind: 'pReleaseConfirm'; readonly values: Values }
  | { readonly kind: 'pUAbortIndication'; readonly values: Values }
  | {
      readonly kind: 'pPAbortIndication';
      readonly layer: 'session' | 'presentation';
      readonly reason: number | undefined;
      readonly message: string;
    }
  | PassedEvent;

export interface PresentationConnect {
  readonly contexts: readonly ProposedContext[];
  readonly userData: readonly ContextValue[];
  readonly callingSelector?: Uint8Array;
  readonly calledSelector?: Uint8Array;
  readonly session: Omit<ConnectRequest, 'userData'>;
}

export interface PresentationResponse {
  /** One for each context that was proposed, in that order. X.226 6.2.3.5. */
  readonly results: readonly ContextResult[];
  readonly userData: readonly ContextValue[];
  readonly respondingSelector?: Uint8Array;
}
