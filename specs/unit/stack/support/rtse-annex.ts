import { type Annex, type Cells, same } from './annex.js';

/**
 * The reliable transfer protocol machine, put down from the service rules of X.218 (03/93) 9 and 10, the mapping onto
 * session of X.228 7, and the reactions to exceptions of X.410 4.5.2. X.228's Annex A has numbers for its states; the
 * names here say what is awaited.
 */
export interface RtseModel {
  readonly role: 'initiator' | 'responder';
  turn: boolean;
  /** The side that had the turn first; in a monologue it alone transfers. */
  first: 'initiator' | 'responder';
  readonly monologue: boolean;
  /** The sender's points that were confirmed, and slices that are out, of the four that a transfer here has. */
  confirmed: number;
  out: number;
  ended: boolean;
  /** ACTIVITY RESUME began it; the receiver said that it has it already. */
  resumed: boolean;
  completed: boolean;
  /** Resumed by the machine since the last confirmed point. */
  resumes: number;
  /** A please waits for the acknowledgement of the tokens. */
  due: boolean;
  /** The receiver confirmed a point of an activity that broke off. */
  kept: boolean;
}

export interface RtseDetail {
  readonly known?: boolean;
}

type V = RtseModel;
type D = RtseDetail;

const SENDING = ['sending', 'awaitEndConfirm', 'awaitInterruptConfirm', 'resuming', 'awaitDiscardConfirm'] as const;
const OTHERS = [
  ...(['awaitAssociateConfirm', 'awaitOpenResponse', 'associated', 'receiving', 'awaitTransferResponse'] as const),
  ...(['awaitAbandonment', 'awaitControlGiven', 'awaitReleaseConfirm'] as const),
];

/** The sender first gets its confirm: X.218 9.6. */
const end = (sent: string, told: string): Cells => ({
  ...same(SENDING, `c: ${sent} RT-TRcnf+ ${told} closed; ¬c: ${sent} RT-TRcnf- ${told} closed`),
  ...same(OTHERS, `${sent} ${told} closed`),
});
/** What ends the association can come before there is one: the connection of the layers below is there. */
const broken = (sent: string, told: string): Cells => ({ ...end(sent, told), idle: `${sent} ${told} closed` });

/** Where this side reported one itself, another says nothing new. X.225 Table A.14, STA19. */
const exception = (action: string): Cells => ({
  ...same(['sending', 'awaitEndConfirm'], action),
  awaitAbandonment: 'awaitAbandonment',
});
const DISCARD = '(exception) P-ACTDreq awaitDiscardConfirm';

const received: Annex<V, D>['table'] = {
  // X.218 9.1.
  'A-ASCind': { idle: 'RT-OPind awaitOpenResponse' },
  // The turn is all tokens together, X.218 3.5.13: a CONNECT that splits them, or lacks a functional unit, is refused.
  'A-ASCind, unfit': { idle: 'RTORJ RT-PABind closed' },
  'A-ASCcnf+': { awaitAssociateConfirm: '[turn=first] RT-OPcnf+ associated' },
  'A-ASCcnf-': { awaitAssociateConfirm: 'RT-OPcnf- closed' },
  // X.218 9.2: cannot be refused.
  'A-RLSind': { associated: 'RT-CLind A-RLSrsp closed' },
  'A-RLScnf': { awaitReleaseConfirm: 'RT-CLcnf closed' },
  // X.218 9.3; X.228 7.3.
  'P-ACTSind': { associated: '(start) receiving' },
  RTTR: { receiving: '(segment) receiving' },
  'P-SYNmind': { receiving: '[kept] (point) P-SYNmrsp receiving' },
  'P-ACTEind': { receiving: 'RT-TRind awaitTransferResponse' },
  // Four slices, a window of one: two are out at first, and each confirmed point lets one more go.
  'P-SYNmcnf': {
    sending:
      '¬last: [cnf] (confirmed) P-SYNmreq RTTR sending; last: [cnf] [end] (confirmed) P-SYNmreq RTTR P-ACTEreq awaitEndConfirm',
    awaitEndConfirm: '[cnf] (confirmed) awaitEndConfirm',
  },
  'P-ACTEcnf': { awaitEndConfirm: 'RT-TRcnf+ associated' },
  // X.218 9.4: whoever does not have the turn may ask for it, and a please may cross whatever its owner does.
  RTTP: {
    ...same(['associated', 'sending', 'awaitEndConfirm', 'receiving'], (state) => `RT-TPind ${state}`),
    ...same(['awaitControlGiven', 'awaitReleaseConfirm'], (state) => `RT-TPind ${state}`),
  },
  // X.218 9.5.
  'P-CGind': { associated: '[turn] RT-TGind associated' },
  '(given)': { awaitControlGiven: 'due: [¬due] RTTP associated; ¬due: associated' },
  // Single tokens are not the turn; all of them are.
  'P-GTind, some': {
    associated: 'turn: RT-TGind associated; ¬turn: associated',
    ...same(['sending', 'awaitEndConfirm', 'receiving', 'awaitTransferResponse', 'awaitAbandonment'], (state) => state),
  },
  'P-GTind, all': {
    associated: '[turn] RT-TGind associated',
    ...same(['sending', 'awaitEndConfirm', 'receiving'], (state) => `[turn] ${state}`),
    ...same(['awaitTransferResponse', 'awaitAbandonment'], (state) => `[turn] ${state}`),
  },
  // X.410 4.5.2. 1: the receiver cannot hold the association. 5: gone on with behind the last confirmed point, where
  // there is one. 3: the receiver has it already, where it was resumed. 0 and 6: given up.
  'P-UERind, 0': exception(`[refused] ${DISCARD}`),
  'P-UERind, 1': exception(
    'c: (exception) RTAB(3) RT-TRcnf+ RT-PABind closed; ¬c: (exception) RTAB(3) RT-TRcnf- RT-PABind closed',
  ),
  'P-UERind, 3': exception(`[refused] [has] ${DISCARD}`),
  'P-UERind, 5': exception(
    `¬secured: [refused] ${DISCARD}; secured&again: [refused] [again] (exception) P-ACTIreq resuming; secured&¬again: [refused] (exception) P-ACTIreq awaitInterruptConfirm`,
  ),
  'P-UERind, 6': exception(`[refused] ${DISCARD}`),
  'P-PERind': exception(DISCARD),
  // X.228 7.7, 7.8; X.225 7.32, 7.34: the sender of AI or AD has every token afterwards.
  'P-ACTIcnf': {
    awaitInterruptConfirm: '[turn] RT-TRcnf- associated',
    // The activity goes on behind the last confirmed point: two slices, or the last two and the end.
    resuming:
      '¬two: [turn] [resume] P-ACTRreq RTTR P-SYNmreq RTTR sending; two: [turn] [resume] [end] P-ACTRreq RTTR P-SYNmreq RTTR P-ACTEreq awaitEndConfirm',
  },
  'P-ACTDcnf': { awaitDiscardConfirm: 'c: [turn] RT-TRcnf+ associated; ¬c: [turn] RT-TRcnf- associated' },
  'P-ACTIind': {
    associated: '[¬turn] P-ACTIrsp associated',
    ...same(['receiving', 'awaitTransferResponse', 'awaitAbandonment'], '[¬turn] P-ACTIrsp (abandoned) associated'),
  },
  'P-ACTDind': {
    associated: '[¬turn] P-ACTDrsp associated',
    ...same(
      ['receiving', 'awaitTransferResponse', 'awaitAbandonment'],
      '[¬turn] [¬kept] P-ACTDrsp (abandoned) associated',
    ),
  },
  // X.228 7.8: behind a point that the receiver confirmed. What it does not know it refuses: ED 6.
  'P-ACTRind': { associated: 'k: (start) receiving; ¬k: P-UERreq awaitAbandonment' },
  // X.218 9.6, 9.7.
  'RTAB, user': broken('', 'RT-UABind'),
  'RTAB, provider': broken('', 'RT-PABind'),
  // The receiver has it all: where the end can have come.
  'RTAB, completed': {
    ...broken('', 'RT-PABind'),
    ...same(
      SENDING,
      'e: RT-TRcnf+ RT-PABind closed; ¬e&c: RT-TRcnf+ RT-PABind closed; ¬e&¬c: RT-TRcnf- RT-PABind closed',
    ),
  },
  'A-P-ABind': broken('', 'RT-PABind'),
  // X.228 9: reason invalidParameter.
  'invalid APDU': broken('RTAB(1)', 'RT-PABind'),
};

const requests: Annex<V, D>['table'] = {
  'RT-OPreq': { idle: 'RTORQ awaitAssociateConfirm' },
  'RT-OPrsp+': { awaitOpenResponse: '[turn=first] RTOAC associated' },
  'RT-OPrsp-': { awaitOpenResponse: 'RTORJ closed' },
  // X.218 9.3: with the turn, and with no confirm outstanding; 3.5.12: not by the other side of a monologue.
  'RT-TRreq': { associated: 'turn&may: [begin] P-ACTSreq RTTR P-SYNmreq RTTR sending' },
  'RT-TRreq, short': { associated: 'turn&may: [begin] [end] P-ACTSreq RTTR P-ACTEreq awaitEndConfirm' },
  'RT-TRrsp': { awaitTransferResponse: '[¬kept] P-ACTErsp associated' },
  // X.215 13.12: by the receiver, in an activity; afterwards it can do no more than abort.
  exception: same(['receiving', 'awaitTransferResponse'], 'P-UERreq awaitAbandonment'),
  interrupt: same(['sending', 'awaitEndConfirm'], 'P-ACTIreq awaitInterruptConfirm'),
  discard: same(['sending', 'awaitEndConfirm'], 'P-ACTDreq awaitDiscardConfirm'),
  // X.218 9.4. X.225 has PT in 713 and 10B, not in 18 and 19; in 18 it waits for GTA.
  'RT-TPreq': {
    ...same(['associated', 'receiving', 'awaitTransferResponse'], (state) => `¬turn: RTTP ${state}`),
    awaitControlGiven: '[due] awaitControlGiven',
  },
  // The tokens are gone with the request: X.225 Table A.14, SCGreq.
  'RT-TGreq': { associated: 'turn: [¬turn] P-CGreq awaitControlGiven' },
  // X.218 9.2.
  'RT-CLreq': { associated: 'I&turn: A-RLSreq awaitReleaseConfirm' },
  'RT-UABreq': {
    ...same(SENDING, 'c: RTAB(6) RT-TRcnf+ closed; ¬c: RTAB(6) RT-TRcnf- closed'),
    ...same(OTHERS, 'RTAB(6) closed'),
  },
};

/** Timers, X.218 9.3.1.2 and local: only where something is awaited. */
const timers: Annex<V, D>['table'] = {
  'timer of an answer': {
    ...same(['sending', 'awaitEndConfirm'], 'P-ACTDreq awaitDiscardConfirm'),
    ...same(
      ['awaitInterruptConfirm', 'resuming', 'awaitDiscardConfirm'],
      'c: RTAB(3) RT-TRcnf+ RT-PABind closed; ¬c: RTAB(3) RT-TRcnf- RT-PABind closed',
    ),
    ...same(
      ['awaitAssociateConfirm', 'awaitAbandonment', 'awaitControlGiven', 'awaitReleaseConfirm'],
      'RTAB(3) RT-PABind closed',
    ),
  },
  'transfer time': {
    ...same(['sending', 'awaitEndConfirm'], 'P-ACTDreq awaitDiscardConfirm'),
    // What is being interrupted is not resumed any more.
    resuming: 'awaitInterruptConfirm',
  },
};

/** A machine resumes by itself so often without a point confirmed between: its own bound. */
const RESUMES = 3;

export const RTSE_ANNEX: Annex<V, D> = {
  table: { ...received, ...requests, ...timers },
  predicates: {
    I: ({ role }) => role === 'initiator',
    turn: ({ turn }) => turn,
    may: ({ role, first, monologue }) => !monologue || role === first,
    last: ({ out }) => out === 3,
    two: ({ confirmed }) => confirmed === 2,
    secured: ({ confirmed }) => confirmed > 0,
    again: ({ resumes }) => resumes < RESUMES,
    due: ({ due }) => due,
    c: ({ completed }) => completed,
    e: ({ ended, resumed }) => ended || resumed,
    k: ({ kept }, { known }) => kept && known === true,
  },
  actions: {
    '[turn=first]': (v) => Object.assign(v, { turn: v.role === v.first }),
    '[turn]': (v) => Object.assign(v, { turn: true }),
    '[¬turn]': (v) => Object.assign(v, { turn: false }),
    '[begin]': (v) =>
      Object.assign(v, { confirmed: 0, out: 2, ended: false, resumed: false, completed: false, resumes: 0 }),
    '[cnf]': (v) => Object.assign(v, { confirmed: v.confirmed + 1, out: v.out + 1, resumes: 0 }),
    '[end]': (v) => Object.assign(v, { ended: true }),
    '[refused]': (v) => Object.assign(v, { ended: false }),
    '[again]': (v) => Object.assign(v, { resumes: v.resumes + 1 }),
    '[resume]': (v) => Object.assign(v, { resumed: true, out: v.confirmed + 2 }),
    '[has]': (v) => Object.assign(v, { completed: v.resumed }),
    '[due]': (v) => Object.assign(v, { due: true }),
    '[¬due]': (v) => Object.assign(v, { due: false }),
    '[kept]': (v) => Object.assign(v, { kept: true }),
    '[¬kept]': (v) => Object.assign(v, { kept: false }),
  },
};
