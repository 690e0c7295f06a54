import type { ModeEvent } from './mode.js';

/**
 * States of the reliable transfer protocol machine, by what they await. They follow the procedures of X.228 7 and the
 * service rules of X.218 9; X.228's own state numbers (Annex A) are not used.
 */
export type RtseState =
  | 'idle'
  | 'awaitAssociateConfirm'
  | 'awaitOpenResponse'
  /** No transfer either way; `hasTurn` says who may begin one. */
  | 'associated'
  | 'sending'
  | 'awaitEndConfirm'
  | 'awaitDiscardConfirm'
  | 'receiving'
  | 'awaitTransferResponse'
  /** This side reported an exception: the sender will interrupt, discard or abort. */
  | 'awaitAbandonment'
  | 'awaitControlGiven'
  | 'awaitReleaseConfirm'
  | 'closed';

export type RtseRequest =
  | ('open' | 'acceptOpen' | 'refuseOpen' | 'transfer' | 'acceptTransfer' | 'reportException' | 'discardTransfer')
  | ('turnPlease' | 'turnGive' | 'close' | 'abort');

type Row<Event extends string> = { readonly [event in Event]?: RtseState };

const ABORTS: Row<ModeEvent['kind']> = {
  abortIndication: 'closed',
  providerAbortIndication: 'closed',
  invalidApdu: 'closed',
};

const abandoned: Row<ModeEvent['kind']> = {
  sActivityInterruptIndication: 'associated',
  sActivityDiscardIndication: 'associated',
};

/** Next states; a pair that is not here is a protocol error: A-ABORT with RTAB protocolError, X.228 7.6. */
export const RECEIVED: Readonly<Record<RtseState, Row<ModeEvent['kind']>>> = {
  idle: { associateIndication: 'awaitOpenResponse', ...ABORTS },
  awaitAssociateConfirm: { associateConfirm: 'associated', associateRefused: 'closed', ...ABORTS },
  awaitOpenResponse: ABORTS,
  associated: {
    sActivityStartIndication: 'receiving',
    // Nothing is kept to resume: the activity is refused, as real MTAs do, and comes again as a whole. X.228 7.8.
    sActivityResumeIndication: 'awaitAbandonment',
    turnPleaseIndication: 'associated',
    sTokenGiveIndication: 'associated',
    sControlGiveIndication: 'associated',
    // Session lets AI and AD pass by their token alone. X.225 Table A.9.
    ...abandoned,
    releaseIndication: 'closed',
    ...ABORTS,
  },
  sending: {
    sSyncMinorConfirm: 'sending',
    turnPleaseIndication: 'sending',
    sTokenGiveIndication: 'sending',
    sUExceptionReportIndication: 'awaitDiscardConfirm',
    sPExceptionReportIndication: 'awaitDiscardConfirm',
    ...ABORTS,
  },
  awaitEndConfirm: {
    sActivityEndConfirm: 'associated',
    sSyncMinorConfirm: 'awaitEndConfirm',
    turnPleaseIndication: 'awaitEndConfirm',
    sTokenGiveIndication: 'awaitEndConfirm',
    // An exception report may cross the end of the activity. X.225 Table A.8, STA04B.
    sUExceptionReportIndication: 'awaitDiscardConfirm',
    sPExceptionReportIndication: 'awaitDiscardConfirm',
    ...ABORTS,
  },
  awaitDiscardConfirm: { sActivityDiscardConfirm: 'associated', ...ABORTS },
  receiving: {
    dataIndication: 'receiving',
    sSyncMinorIndication: 'receiving',
    sActivityEndIndication: 'awaitTransferResponse',
    turnPleaseIndication: 'receiving',
    sTokenGiveIndication: 'receiving',
    ...abandoned,
    ...ABORTS,
  },
  awaitTransferResponse: { sTokenGiveIndication: 'awaitTransferResponse', ...abandoned, ...ABORTS },
  awaitAbandonment: { sUExceptionReportIndication: 'awaitAbandonment', ...abandoned, ...ABORTS },
  awaitControlGiven: { sControlGiven: 'associated', turnPleaseIndication: 'awaitControlGiven', ...ABORTS },
  awaitReleaseConfirm: {
    releaseConfirm: 'closed',
    turnPleaseIndication: 'awaitReleaseConfirm',
    ...ABORTS,
  },
  closed: {},
};

/** Requests of the user, X.218 9; which of them need the turn, the machine says. */
export const REQUESTED: Readonly<Record<RtseState, Row<RtseRequest>>> = {
  idle: { open: 'awaitAssociateConfirm' },
  awaitAssociateConfirm: { abort: 'closed' },
  awaitOpenResponse: { acceptOpen: 'associated', refuseOpen: 'closed', abort: 'closed' },
  associated: {
    transfer: 'sending',
    turnPlease: 'associated',
    turnGive: 'awaitControlGiven',
    close: 'awaitReleaseConfirm',
    abort: 'closed',
  },
  sending: { discardTransfer: 'awaitDiscardConfirm', abort: 'closed' },
  awaitEndConfirm: { discardTransfer: 'awaitDiscardConfirm', abort: 'closed' },
  awaitDiscardConfirm: { abort: 'closed' },
  receiving: { reportException: 'awaitAbandonment', turnPlease: 'receiving', abort: 'closed' },
  awaitTransferResponse: {
    acceptTransfer: 'associated',
    reportException: 'awaitAbandonment',
    turnPlease: 'awaitTransferResponse',
    abort: 'closed',
  },
  awaitAbandonment: { abort: 'closed' },
  awaitControlGiven: { abort: 'closed' },
  awaitReleaseConfirm: { abort: 'closed' },
  closed: {},
};
