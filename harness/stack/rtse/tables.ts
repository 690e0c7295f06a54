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
  /** This side interrupted its activity: the transfer is handed back when that is confirmed. */
  | 'awaitInterruptConfirm'
  /** The same after an exception: the activity is resumed when that is confirmed. */
  | 'resuming'
  | 'awaitDiscardConfirm'
  | 'receiving'
  | 'awaitTransferResponse'
  /** This side reported an exception: the sender will interrupt, discard or abort. */
  | 'awaitAbandonment'
  | 'awaitControlGiven'
  | 'awaitReleaseConfirm'
  | 'closed';

export type RtseRequest =
  | ('open' | 'acceptOpen' | 'refuseOpen' | 'transfer' | 'acceptTransfer' | 'reportException')
  | ('interruptTransfer' | 'discardTransfer' | 'turnPlease' | 'turnGive' | 'close' | 'abort');

type Row<Event extends string> = { readonly [event in Event]?: RtseState };

/** A-ABORT, A-P-ABORT, S-U-ABORT, S-P-ABORT at any moment, X.218 9.6, 9.7; and an APDU of RTSE that cannot be read. */
const aborts: Row<ModeEvent['kind']> = {
  abortIndication: 'closed',
  providerAbortIndication: 'closed',
  invalidApdu: 'closed',
};

/** The sender breaks its activity off. X.228 7.7, 7.8. */
const abandoned: Row<ModeEvent['kind']> = {
  sActivityInterruptIndication: 'associated',
  sActivityDiscardIndication: 'associated',
};

/**
 * Next states; a pair that is not here is a protocol error: A-ABORT with RTAB protocolError, X.228 7.6. What the rows do
 * not have of exceptions, checkpoints and tokens while an answer to AI or AD is awaited, session keeps away from them
 * (X.225 Tables A.9, A.10: STA05B, STA05C discard it).
 */
export const RECEIVED: Readonly<Record<RtseState, Row<ModeEvent['kind']>>> = {
  // X.228 7.1, RT-OPEN.
  idle: { associateIndication: 'awaitOpenResponse', ...aborts },
  awaitAssociateConfirm: { associateConfirm: 'associated', associateRefused: 'closed', ...aborts },
  awaitOpenResponse: aborts,
  associated: {
    // X.228 7.3; 7.8 where it goes on with an earlier one, which the machine may refuse by S-U-EXCEPTION-REPORT.
    sActivityStartIndication: 'receiving',
    sActivityResumeIndication: 'receiving',
    // X.228 7.4, 7.5. Single tokens, X.225 7.16, mean nothing to reliable transfer, X.218 3.5.13.
    turnPleaseIndication: 'associated',
    sTokenGiveIndication: 'associated',
    sControlGiveIndication: 'associated',
    // They crossed the end of the activity: session lets them pass by their token alone. X.225 Table A.9.
    ...abandoned,
    // X.228 7.2.
    releaseIndication: 'closed',
    ...aborts,
  },
  sending: {
    sSyncMinorConfirm: 'sending',
    turnPleaseIndication: 'sending',
    sTokenGiveIndication: 'sending',
    // X.228 7.7, X.410 4.5.2: what is done about them, `exceptions.ts` says.
    sUExceptionReportIndication: 'awaitDiscardConfirm',
    sPExceptionReportIndication: 'awaitDiscardConfirm',
    ...aborts,
  },
  awaitEndConfirm: {
    sActivityEndConfirm: 'associated',
    sSyncMinorConfirm: 'awaitEndConfirm',
    turnPleaseIndication: 'awaitEndConfirm',
    sTokenGiveIndication: 'awaitEndConfirm',
    // An exception report may stand in place of the acknowledgement, or cross the end. X.225 Table A.8, STA04B.
    sUExceptionReportIndication: 'awaitDiscardConfirm',
    sPExceptionReportIndication: 'awaitDiscardConfirm',
    ...aborts,
  },
  // X.225 7.32, 7.34: the answers give every token to this side.
  awaitInterruptConfirm: { sActivityInterruptConfirm: 'associated', ...aborts },
  resuming: { sActivityInterruptConfirm: 'sending', ...aborts },
  awaitDiscardConfirm: { sActivityDiscardConfirm: 'associated', ...aborts },
  receiving: {
    dataIndication: 'receiving',
    sSyncMinorIndication: 'receiving',
    sActivityEndIndication: 'awaitTransferResponse',
    turnPleaseIndication: 'receiving',
    sTokenGiveIndication: 'receiving',
    ...abandoned,
    ...aborts,
  },
  awaitTransferResponse: { sTokenGiveIndication: 'awaitTransferResponse', ...abandoned, ...aborts },
  awaitAbandonment: {
    // X.225 Table A.12, STA19: session hands on exceptions of the sender, and tokens that it gives.
    sUExceptionReportIndication: 'awaitAbandonment',
    sPExceptionReportIndication: 'awaitAbandonment',
    sTokenGiveIndication: 'awaitAbandonment',
    ...abandoned,
    ...aborts,
  },
  // X.225 7.19: a please may cross the tokens on their way.
  awaitControlGiven: { sControlGiven: 'associated', turnPleaseIndication: 'awaitControlGiven', ...aborts },
  awaitReleaseConfirm: {
    releaseConfirm: 'closed',
    // Release is not refused for it: the turn is gone with the association. X.218 9.2.
    turnPleaseIndication: 'awaitReleaseConfirm',
    ...aborts,
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
  sending: { interruptTransfer: 'awaitInterruptConfirm', discardTransfer: 'awaitDiscardConfirm', abort: 'closed' },
  awaitEndConfirm: {
    interruptTransfer: 'awaitInterruptConfirm',
    discardTransfer: 'awaitDiscardConfirm',
    abort: 'closed',
  },
  // X.225 Table A.9: the sender of AI or AD can do no more than abort.
  awaitInterruptConfirm: { abort: 'closed' },
  resuming: { abort: 'closed' },
  awaitDiscardConfirm: { abort: 'closed' },
  receiving: { reportException: 'awaitAbandonment', turnPlease: 'receiving', abort: 'closed' },
  awaitTransferResponse: {
    acceptTransfer: 'associated',
    reportException: 'awaitAbandonment',
    turnPlease: 'awaitTransferResponse',
    abort: 'closed',
  },
  // X.215 13.12.1: the one who reported an exception can do no more than abort.
  awaitAbandonment: { abort: 'closed' },
  // X.225 STA18 has no please: it waits until GTA has come.
  awaitControlGiven: { turnPlease: 'awaitControlGiven', abort: 'closed' },
  awaitReleaseConfirm: { abort: 'closed' },
  closed: {},
};
