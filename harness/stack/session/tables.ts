import { FunctionalUnit, Token } from './spdu-table.js';
import { A, AA, ALL, AV, availableTokens, FU, I, II, type Predicate, type Update } from './variables.js';

/**
 * The state tables of X.225 (11/95) Annex A, Tables A.8 to A.16, for functional units 0x0249 without transport
 * expedited flow and without reuse of the transport connection. States, events and predicates keep their names.
 * A pair that a table does not have is an error: of the peer (A.4.1.2) or of the SS-user (A.4.1.1).
 */
export type SessionState =
  /** idle, no transport connection */
  | 'STA01'
  /** idle, transport connected */
  | 'STA01C'
  /** await AC */
  | 'STA02A'
  /** await DN */
  | 'STA03'
  /** await AEA */
  | 'STA04B'
  /** await AIA */
  | 'STA05B'
  /** await ADA */
  | 'STA05C'
  /** await S-CONNECT response */
  | 'STA08'
  /** await S-RELEASE response */
  | 'STA09'
  /** await S-ACTIVITY-END response */
  | 'STA10B'
  /** await S-ACTIVITY-INTERRUPT response */
  | 'STA11B'
  /** await S-ACTIVITY-DISCARD response */
  | 'STA11C'
  /** await T-DISCONNECT indication */
  | 'STA16'
  /** await GTA */
  | 'STA18'
  /** wait for recovery, this side reported the exception */
  | 'STA19'
  /** wait for recovery */
  | 'STA20'
  /** data transfer */
  | 'STA713';

/** Received SPDUs by their abbreviations. */
export type SpduEvent =
  | ('CN' | 'AC' | 'RF' | 'FN' | 'DN' | 'AB' | 'AA' | 'DT' | 'GT' | 'PT' | 'GTC' | 'GTA' | 'MIP' | 'MIA' | 'AE' | 'AEA')
  | ('AS' | 'AR' | 'AI' | 'AIA' | 'AD' | 'ADA' | 'ED' | 'ER');

/** Requests and responses of the SS-user, as Table A.1 abbreviates them. */
export type RequestEvent =
  | ('SCONreq' | 'SCONrsp+' | 'SCONrsp-' | 'SDTreq' | 'SGTreq' | 'SPTreq' | 'SCGreq' | 'SSYNmreq' | 'SSYNmrsp')
  | ('SACTSreq' | 'SACTRreq' | 'SACTEreq' | 'SACTErsp' | 'SACTIreq' | 'SACTIrsp' | 'SACTDreq' | 'SACTDrsp')
  | ('SUERreq' | 'SRELreq' | 'SRELrsp' | 'SUABreq');

export interface Transition {
  readonly next: SessionState;
  /** Absent: always. The first transition whose predicate holds is taken. */
  readonly when?: Predicate;
  readonly update?: readonly Update[];
  /** The SPDU is valid and has no effect on the SS-user. */
  readonly discard?: true;
  /** What the machine answers by itself. */
  readonly reply?: 'GTA' | 'RF' | 'TDISreq';
}

type Row<Event extends string> = { readonly [event in Event]?: readonly Transition[] };
export type StateTable<Event extends string> = { readonly [state in SessionState]?: Row<Event> };

const { data: dk, minor: mi, major: ma } = Token;

const all = (...predicates: readonly Predicate[]): Predicate => {
  return (v, event) => predicates.every((predicate) => predicate(v, event));
};
const not =
  (predicate: Predicate): Predicate =>
  (v, event) =>
    !predicate(v, event);

/** ¬FU(ACT) OR Vact. */
const inActivity: Predicate = (v) => !FU(v, FunctionalUnit.activityManagement) || v.vact;
/** FU(ACT) & ¬Vact. */
const betweenActivities: Predicate = (v) => FU(v, FunctionalUnit.activityManagement) && !v.vact;
const synchronizing: Predicate = (v) => FU(v, FunctionalUnit.minorSynchronize);
const reporting: Predicate = (v) => FU(v, FunctionalUnit.exceptions);

// Predicates of Table A.7, by their numbers; FU(SS) is never selected, TEXP never true.
const p03: Predicate = (v) => I(v, dk);
const p05: Predicate = (v) => A(v, dk);
const p11: Predicate = (v) => II(v, ma);
const p14: Predicate = (v, event) => inActivity(v, event) && A(v, dk) && AA(v, mi);
const p15: Predicate = (v, event) => inActivity(v, event) && I(v, dk) && II(v, mi);
const p17: Predicate = (v, event) => inActivity(v, event) && synchronizing(v, event) && !v.vsc;
const p18: Predicate = (v, event) => inActivity(v, event) && synchronizing(v, event) && v.vsc;
const p19: Predicate = (v, { serial }) => serial === v.vm;
const p20: Predicate = (v, { serial }) => serial === v.vm - 1;
const p21: Predicate = (v, { serial }) => serial !== undefined && v.vm > serial && serial >= v.va;
const p39: Predicate = (v) => v.vact && II(v, ma);
const p40: Predicate = (v) => AA(v, ma);
const p44: Predicate = (v, event) => betweenActivities(v, event) && A(v, dk) && A(v, mi) && A(v, ma);
const p45: Predicate = (v, event) => betweenActivities(v, event) && I(v, dk) && I(v, mi) && I(v, ma);
const p48: Predicate = (v, event) => reporting(v, event) && FU(v, FunctionalUnit.halfDuplex);
const p50: Predicate = (v, event) => reporting(v, event) && inActivity(v, event) && AA(v, dk);
const p51: Predicate = (v, event) => reporting(v, event) && inActivity(v, event) && II(v, dk);
/** Asking for a token that one owns is no error. 7.17.3. */
const p53: Predicate = (v, { tokens = 0 }) => ALL(AV, v, tokens);
const p54: Predicate = (v, { tokens = 0 }) => ALL(II, v, tokens);
const p55: Predicate = (v, event) => betweenActivities(v, event) && ALL(I, v);
const p57: Predicate = (v, { tokens = 0 }) => ALL(II, v, tokens) && (tokens & dk) === 0;
const p58: Predicate = (v, { tokens = 0 }) => ALL(II, v, tokens) && (tokens & dk) !== 0;
const p59: Predicate = (v, { tokens = 0 }) => ALL(AA, v, tokens);
const p60: Predicate = (v, { tokens = 0 }) => ALL(AA, v, tokens) && (tokens & dk) === 0;
const p61: Predicate = (v, { tokens = 0 }) => ALL(AA, v, tokens) && (tokens & dk) !== 0;
const p62: Predicate = (v, event) => betweenActivities(v, event) && ALL(A, v);
const p63: Predicate = (v) => ALL(I, v) && !v.vact;
const p68: Predicate = (v) => ALL(A, v) && !v.vact;
const p71: Predicate = (v) => v.vact && I(v, dk) && I(v, mi) && II(v, ma);
const p72: Predicate = (v) => v.vact && A(v, dk) && A(v, mi) && AA(v, ma);
const initiator: Predicate = (v) => v.role === 'initiator';
const responder: Predicate = (v) => v.role === 'responder';
const versionInCommon: Predicate = (_, event) => event.versionInCommon === true;

// Operations on variables, Tables A.4 and A.6.
const receiveTokens: Update = (v, { tokens = 0 }) => {
  v.owned |= tokens & availableTokens(v.units);
};
const giveTokens: Update = (v, { tokens = 0 }) => {
  v.owned &= ~tokens;
};
const ownAll: Update = (v) => {
  v.owned = availableTokens(v.units);
};
const ownNone: Update = (v) => {
  v.owned = 0;
};
const beginActivity: Update = (v) => {
  v.vact = true;
  v.va = 1;
  v.vm = 1;
};
const resumeActivity: Update = (v, { serial = 0 }) => {
  v.vact = true;
  v.va = serial + 1;
  v.vm = serial + 1;
};
const endActivity: Update = (v) => {
  v.vact = false;
};
/** [23]: a received MIP. */
const minorReceived: Update = (v) => {
  if (!v.vsc) v.va = v.vm;
  v.vsc = true;
  v.vm += 1;
};
/** [24]: a sent MIP or AE. */
const pointSent: Update = (v) => {
  if (v.vsc) v.va = v.vm;
  v.vsc = false;
  v.vm += 1;
};
/** [31]: a received AE. */
const endReceived: Update = (v) => {
  if (!v.vsc) v.va = v.vm;
  v.vm += 1;
};
/** [25]: a MIA, either way. */
const confirmed: Update = (v, { serial = 0 }) => {
  v.va = serial + 1;
};
/** [22]: an AEA, either way, confirms every open synchronization point. */
const allConfirmed: Update = (v) => {
  v.va = v.vm;
};

/** AB is valid from here on: S-U-ABORT or S-P-ABORT indication, and the transport connection is released. */
const aborted: readonly Transition[] = [{ reply: 'TDISreq', next: 'STA01' }];
const interrupted: readonly Transition[] = [{ when: p40, next: 'STA11B' }];
const discarded: readonly Transition[] = [{ when: p40, next: 'STA11C' }];

/** What is still under way when an activity was interrupted or discarded. Tables A.9, A.10, A.14. */
function crossing(state: 'STA05B' | 'STA05C'): Row<SpduEvent> {
  const drop = (when?: Predicate): readonly Transition[] => [{ when, discard: true, next: state }];
  return {
    DT: drop(p05),
    MIP: drop(p14),
    MIA: drop(p17),
    AEA: drop(),
    GT: drop(p59),
    PT: drop(p53),
    ED: drop(p48),
    ER: drop(p48),
    AB: aborted,
  };
}

export const RECEIVED: StateTable<SpduEvent> = {
  STA01C: {
    CN: [
      { when: all(responder, versionInCommon), next: 'STA08' },
      { when: responder, discard: true, reply: 'RF', next: 'STA16' },
    ],
  },
  STA02A: {
    AC: [{ when: versionInCommon, next: 'STA713' }],
    RF: [{ reply: 'TDISreq', next: 'STA01' }],
    AB: aborted,
  },
  STA03: {
    DN: [{ reply: 'TDISreq', next: 'STA01' }],
    PT: [{ when: p53, next: 'STA03' }],
    MIA: [{ when: all(p17, p21), update: [confirmed], next: 'STA03' }],
    AB: aborted,
  },
  STA04B: {
    AEA: [{ when: p20, update: [allConfirmed, endActivity], next: 'STA713' }],
    MIA: [{ when: all(p17, not(p20), p21), update: [confirmed], next: 'STA04B' }],
    GT: [{ when: p59, update: [receiveTokens], next: 'STA04B' }],
    PT: [{ when: p53, next: 'STA04B' }],
    ED: [
      { when: all(p48, p03), next: 'STA20' },
      { when: all(p48, not(p03)), next: 'STA713' },
    ],
    ER: [
      { when: all(p48, p03), next: 'STA20' },
      { when: all(p48, not(p03)), next: 'STA713' },
    ],
    AB: aborted,
  },
  STA05B: { AIA: [{ update: [ownAll, endActivity], next: 'STA713' }], ...crossing('STA05B') },
  STA05C: { ADA: [{ update: [ownAll, endActivity], next: 'STA713' }], ...crossing('STA05C') },
  STA08: { AB: aborted },
  STA09: { AB: aborted },
  STA10B: {
    AI: interrupted,
    AD: discarded,
    GT: [{ when: p59, update: [receiveTokens], next: 'STA10B' }],
    AB: aborted,
  },
  STA11B: { AB: aborted },
  STA11C: { AB: aborted },
  STA16: {
    AA: [{ discard: true, reply: 'TDISreq', next: 'STA01' }],
    AB: [{ discard: true, reply: 'TDISreq', next: 'STA01' }],
    CN: [{ discard: true, reply: 'TDISreq', next: 'STA01' }],
  },
  STA18: {
    GTA: [{ next: 'STA713' }],
    PT: [{ when: p53, next: 'STA18' }],
    AB: aborted,
  },
  STA19: {
    AI: interrupted,
    AD: discarded,
    GT: [
      { when: p60, update: [receiveTokens], next: 'STA19' },
      { when: p61, update: [receiveTokens], next: 'STA713' },
    ],
    ED: [{ when: p50, next: 'STA19' }],
    ER: [{ when: p50, next: 'STA19' }],
    DT: [{ discard: true, next: 'STA19' }],
    PT: [{ when: p53, discard: true, next: 'STA19' }],
    MIP: [{ when: all(p14, p19), update: [minorReceived], discard: true, next: 'STA19' }],
    AE: [{ when: all(p72, p19), update: [endReceived], discard: true, next: 'STA19' }],
    MIA: [{ when: all(p17, p21), update: [confirmed], discard: true, next: 'STA19' }],
    AB: aborted,
  },
  STA20: {
    AI: interrupted,
    AD: discarded,
    GT: [
      { when: p60, update: [receiveTokens], next: 'STA20' },
      { when: p61, update: [receiveTokens], next: 'STA713' },
    ],
    ER: [{ when: p48, next: 'STA20' }],
    DT: [{ when: p05, discard: true, next: 'STA20' }],
    PT: [{ when: p53, discard: true, next: 'STA20' }],
    MIA: [{ when: all(p17, p21), discard: true, next: 'STA20' }],
    AEA: [{ when: p20, discard: true, next: 'STA20' }],
    MIP: [{ when: all(p14, p19), update: [minorReceived], discard: true, next: 'STA20' }],
    AE: [{ when: all(p72, p19), update: [endReceived], discard: true, next: 'STA20' }],
    AB: aborted,
  },
  STA713: {
    DT: [{ when: p05, next: 'STA713' }],
    GT: [{ when: p59, update: [receiveTokens], next: 'STA713' }],
    PT: [{ when: p53, next: 'STA713' }],
    GTC: [{ when: p62, update: [ownAll], reply: 'GTA', next: 'STA713' }],
    AS: [{ when: p44, update: [beginActivity], next: 'STA713' }],
    AR: [{ when: all(p44, (_, { serial }) => serial !== undefined), update: [resumeActivity], next: 'STA713' }],
    MIP: [{ when: all(p14, p19), update: [minorReceived], next: 'STA713' }],
    MIA: [{ when: all(p17, p21), update: [confirmed], next: 'STA713' }],
    AE: [{ when: all(p72, p19), update: [endReceived], next: 'STA10B' }],
    AI: interrupted,
    AD: discarded,
    ED: [
      { when: p50, next: 'STA713' },
      { when: p51, next: 'STA20' },
    ],
    ER: [
      { when: p50, next: 'STA713' },
      { when: p51, next: 'STA20' },
    ],
    FN: [{ when: p68, next: 'STA09' }],
    AB: aborted,
  },
};

const abortable: Row<RequestEvent> = { SUABreq: [{ next: 'STA16' }] };
const interrupt: Row<RequestEvent> = {
  SACTIreq: [{ when: p39, next: 'STA05B' }],
  SACTDreq: [{ when: p39, next: 'STA05C' }],
};

export const REQUESTED: StateTable<RequestEvent> = {
  STA01C: { SCONreq: [{ when: initiator, next: 'STA02A' }] },
  STA02A: abortable,
  STA03: abortable,
  STA04B: { ...abortable, ...interrupt, SGTreq: [{ when: p54, update: [giveTokens], next: 'STA04B' }] },
  STA05B: abortable,
  STA05C: abortable,
  STA08: { ...abortable, 'SCONrsp+': [{ next: 'STA713' }], 'SCONrsp-': [{ next: 'STA16' }] },
  STA09: {
    ...abortable,
    SRELrsp: [{ next: 'STA16' }],
    SPTreq: [{ when: p53, next: 'STA09' }],
    SSYNmrsp: [{ when: all(p18, p21), update: [confirmed], next: 'STA09' }],
  },
  STA10B: {
    ...abortable,
    SACTErsp: [{ update: [allConfirmed, endActivity], next: 'STA713' }],
    SDTreq: [{ when: p03, next: 'STA10B' }],
    SSYNmrsp: [{ when: all(p18, not(p20), p21), update: [confirmed], next: 'STA10B' }],
    SGTreq: [{ when: p54, update: [giveTokens], next: 'STA10B' }],
    SPTreq: [{ when: p53, next: 'STA10B' }],
    SUERreq: [{ when: p50, next: 'STA19' }],
  },
  STA11B: { ...abortable, SACTIrsp: [{ update: [ownNone, endActivity], next: 'STA713' }] },
  STA11C: { ...abortable, SACTDrsp: [{ update: [ownNone, endActivity], next: 'STA713' }] },
  STA18: abortable,
  STA19: abortable,
  STA20: {
    ...abortable,
    SACTIreq: [{ when: p11, next: 'STA05B' }],
    SACTDreq: [{ when: p11, next: 'STA05C' }],
    SGTreq: [
      { when: p57, update: [giveTokens], next: 'STA20' },
      { when: p58, update: [giveTokens], next: 'STA713' },
    ],
  },
  STA713: {
    ...abortable,
    ...interrupt,
    SDTreq: [{ when: p03, next: 'STA713' }],
    SGTreq: [{ when: p54, update: [giveTokens], next: 'STA713' }],
    SPTreq: [{ when: p53, next: 'STA713' }],
    SCGreq: [{ when: p55, update: [ownNone], next: 'STA18' }],
    SSYNmreq: [{ when: p15, update: [pointSent], next: 'STA713' }],
    SSYNmrsp: [{ when: all(p18, p21), update: [confirmed], next: 'STA713' }],
    SACTSreq: [{ when: p45, update: [beginActivity], next: 'STA713' }],
    SACTRreq: [{ when: p45, update: [resumeActivity], next: 'STA713' }],
    SACTEreq: [{ when: p71, update: [pointSent], next: 'STA04B' }],
    SUERreq: [{ when: p50, next: 'STA19' }],
    SRELreq: [{ when: p63, next: 'STA03' }],
  },
};
