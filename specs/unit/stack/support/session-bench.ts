import { Octets } from '../../../../harness/ber/octets.js';
import { SessionError } from '../../../../harness/stack/session/error.js';
import { SessionMachine } from '../../../../harness/stack/session/machine.js';
import type { SessionEventKind } from '../../../../harness/stack/session/primitives.js';
import type { Bench, Column, Heading, Observed, Stimulus, Subject } from './exercise.js';
import { type SessionDetail as D, SESSION_ANNEX, SESSION_TOKENS, type SessionModel as V } from './session-annex.js';
import { spduOf, tsdu } from './session-wire.js';
import { type Reading, TableModel } from './table-model.js';

type Role = V['role'];
type Step = Stimulus<V, D>;

const spdu = (event: string, label = event, detail?: (v: Readonly<V>) => D): Step => {
  return { label, event, source: 'peer', detail };
};
const request = (event: string, label = event, detail?: (v: Readonly<V>) => D): Step => {
  return { label, event, source: 'user', detail };
};

const { data, minor, activity, release, all } = SESSION_TOKENS;
const tokens = (set: number) => () => ({ tokens: set });
/** A serial number of one digit, near V(A) or V(M). */
const serial = (of: (v: Readonly<V>) => number) => (v: Readonly<V>) => ({ sn: Math.max(of(v), 0) });
const next = serial((v) => v.m);
const last = serial((v) => v.m - 1);
const lowest = serial((v) => v.a);
const confirmed = serial((v) => v.a - 1);

const CN = spdu('CN');
const AC = spdu('AC');
const AS = spdu('AS');
const MIP = spdu('MIP', 'MIP, next', next);
const AE = spdu('AE', 'AE, next', next);
const AI = spdu('AI');
const AD = spdu('AD');
const ED = spdu('ED');
const FN = spdu('FN');
const give = (set: number, label: string) => spdu('GT', `GT, ${label}`, tokens(set));

const SPDUS: readonly Step[] = [
  ...[CN, spdu('CN', 'CN, no common version', () => ({ badVersion: true }))],
  ...[AC, spdu('AC', 'AC, another version', () => ({ badVersion: true })), spdu('AC, please'), spdu('RF')],
  spdu('DT'),
  ...[MIP, spdu('MIP', 'MIP, not next', last)],
  ...[spdu('MIA', 'MIA, last point', last), spdu('MIA', 'MIA, lowest open', lowest)],
  ...[spdu('MIA', 'MIA, confirmed before', confirmed), spdu('MIA', 'MIA, not sent yet', next)],
  ...[AE, spdu('AE', 'AE, not next', last)],
  ...[spdu('AEA', 'AEA, last point', last), spdu('AEA', 'AEA, another', next)],
  ...[AS, spdu('AR', 'AR', () => ({ sn: 1 })), AI, spdu('AIA'), AD, spdu('ADA'), ED, spdu('ER')],
  ...[give(data, 'data'), give(minor | activity, 'the others'), give(all, 'all'), give(release, 'release')],
  ...[spdu('PT', 'PT, data', tokens(data)), spdu('PT', 'PT, all', tokens(all))],
  ...[spdu('PT', 'PT, release', tokens(release)), spdu('PT', 'PT, data and reserved bits', tokens(data | 0x82))],
  ...['GTC', 'GTA', 'FN', 'DN', 'AA', 'AB, user', 'AB, provider'].map((event) => spdu(event)),
  ...['TD', 'EX', 'CD', 'CDA', 'RS', 'RA', 'MAP', 'NF', 'PR-MAA'].map((event) => spdu(event)),
];

const SYNC = request('SSYNmreq');
const START = request('SACTSreq');
const END = request('SACTEreq');
const hand = (set: number, label: string) => request('SGTreq', `SGTreq, ${label}`, tokens(set));

const REQUESTS: readonly Step[] = [
  ...[request('SCONreq'), request('SCONrsp+'), request('SCONrsp-'), request('SDTreq'), SYNC],
  ...[request('SSYNmrsp', 'SSYNmrsp, last point', last), request('SSYNmrsp', 'SSYNmrsp, lowest open', lowest)],
  request('SSYNmrsp', 'SSYNmrsp, confirmed before', confirmed),
  request('SSYNmrsp', 'SSYNmrsp, not received', next),
  ...[START, request('SACTRreq', 'SACTRreq', () => ({ sn: 1 })), END, request('SACTErsp')],
  ...['SACTIreq', 'SACTIrsp', 'SACTDreq', 'SACTDrsp', 'SUERreq'].map((event) => request(event)),
  ...[hand(data, 'data'), hand(minor | activity, 'the others'), hand(all, 'all'), hand(release, 'release')],
  ...[request('SPTreq', 'SPTreq, data', tokens(data)), request('SPTreq', 'SPTreq, all', tokens(all))],
  request('SPTreq', 'SPTreq, release', tokens(release)),
  ...['SCGreq', 'SRELreq', 'SRELrsp+', 'SUABreq'].map((event) => request(event)),
];

const PROVIDER: readonly Step[] = ['TDISind', 'TIM'].map((event) => ({ label: event, event, source: 'provider' }));

const I: readonly Step[] = [request('SCONreq'), AC];
const R: readonly Step[] = [CN, request('SCONrsp+')];

function column(name: string, state: string, role: Role, ...path: readonly Step[]): Column<V, D, Role> {
  return { name, state, role, path };
}
const mine = (name: string, state: string, ...path: readonly Step[]) => column(name, state, 'initiator', ...I, ...path);
const theirs = (name: string, state: string, ...path: readonly Step[]) =>
  column(name, state, 'responder', ...R, ...path);

/** A: an activity is in progress; own, none, data: which tokens this side owns. */
const COLUMNS: readonly Column<V, D, Role>[] = [
  column('01C i', '01C', 'initiator'),
  column('01C r', '01C', 'responder'),
  column('02A', '02A', 'initiator', request('SCONreq')),
  column('08', '08', 'responder', CN),
  mine('713 own', '713'),
  theirs('713 none', '713'),
  mine('713 none', '713', request('SCGreq'), spdu('GTA')),
  theirs('713 some', '713', give(data, 'data')),
  mine('713 some', '713', hand(data, 'data')),
  mine('713 A own', '713', START),
  mine('713 A own', '713', START, SYNC, SYNC),
  mine(
    '713 A own',
    '713',
    request('SACTRreq', 'SACTRreq', () => ({ sn: 1 })),
    SYNC,
  ),
  theirs('713 A own', '713', AS, MIP, MIP, give(all, 'all')),
  theirs('713 A none', '713', AS),
  theirs('713 A none', '713', AS, MIP, MIP),
  mine('713 A none', '713', START, SYNC, SYNC, hand(all, 'all')),
  theirs('713 A some', '713', AS, MIP, give(data, 'data')),
  mine('713 A some', '713', START, SYNC, hand(data, 'data')),
  mine('04B', '04B', START, END),
  mine('04B', '04B', START, SYNC, SYNC, END),
  mine('04B', '04B', START, SYNC, END, hand(data, 'data')),
  mine('04B', '04B', START, END, hand(minor | activity, 'the others')),
  theirs('10B', '10B', AS, AE),
  theirs('10B', '10B', AS, MIP, MIP, AE),
  theirs('10B', '10B', AS, MIP, AE, give(data, 'data')),
  theirs('10B', '10B', AS, MIP, AE, give(all, 'all')),
  mine('05B', '05B', START, SYNC, request('SACTIreq')),
  mine('05B', '05B', START, hand(data | minor, 'data and minor'), request('SACTIreq')),
  theirs('05B', '05B', AS, MIP, give(activity, 'activity'), request('SACTIreq')),
  mine('05C', '05C', START, SYNC, request('SACTDreq')),
  mine('05C', '05C', START, hand(data | minor, 'data and minor'), request('SACTDreq')),
  theirs('05C', '05C', AS, MIP, give(activity, 'activity'), request('SACTDreq')),
  theirs('11B', '11B', AS, MIP, AI),
  theirs('11B', '11B', AI),
  theirs('11C', '11C', AS, MIP, AD),
  theirs('11C', '11C', AD),
  mine('18', '18', request('SCGreq')),
  theirs('19', '19', AS, request('SUERreq')),
  theirs('19', '19', AS, MIP, MIP, request('SUERreq')),
  mine('19', '19', START, SYNC, hand(data, 'data'), request('SUERreq')),
  mine('20 own', '20', START, SYNC, ED),
  mine('20 own', '20', START, SYNC, END, ED),
  mine('20 data', '20', START, SYNC, ED, hand(minor | activity, 'the others')),
  theirs('20 data', '20', AS, MIP, give(data, 'data'), spdu('ER')),
  mine('03', '03', request('SRELreq')),
  mine('03', '03', START, SYNC, request('SACTIreq'), spdu('AIA'), request('SRELreq')),
  theirs('09', '09', FN),
  theirs('09', '09', AS, MIP, AI, request('SACTIrsp'), FN),
  mine('16', '16', request('SUABreq')),
  theirs('16', '16', FN, request('SRELrsp+')),
  theirs('16', '16', AS, AS),
  column('01', '01', 'initiator', request('SCONreq'), spdu('RF')),
  theirs('01', '01', spdu('AB, user')),
];

const show = (v: { owned: number; act: boolean; m: number; a: number; sc: boolean }) =>
  `tokens ${v.owned.toString(16)}, Vact ${v.act}, V(M) ${v.m}, V(A) ${v.a}, Vsc ${v.sc}`;
/** States whose variables mean something. */
const variables = (state: string, v: Parameters<typeof show>[0]) =>
  ['01', '16', '01C', '02A', '08'].includes(state) ? undefined : show(v);

const SENT = /^(CN|AC|RF|FN|DN|AB|AA|DT|GT|PT|GTC|GTA|MIP|MIA|AE|AEA|AS|AR|AI|AIA|AD|ADA|ED|ER)$/;

const READING: Reading<V, D> = {
  annex: SESSION_ANNEX,
  start: '01C',
  sent: SENT,
  show: variables,
  invalid(state, { source }) {
    // STA01 has `//` for SPDUs; TIM runs in STA16 alone. A.4.1.3.
    if (source === 'provider' || state === '01') return { standing: 'impossible', state, outgoing: [] };
    // A.4.1.2 a.
    return { standing: 'error', state: '16', outgoing: ['AB', 'SPABind'] };
  },
};

const PRIMITIVES: Readonly<Record<SessionEventKind, string>> = {
  sConnectIndication: 'SCONind',
  sConnectConfirm: 'SCONcnf+',
  sConnectRefusal: 'SCONcnf-',
  sDataIndication: 'SDTind',
  sTokenGiveIndication: 'SGTind',
  sTokenPleaseIndication: 'SPTind',
  sControlGiveIndication: 'SCGind',
  sControlGiven: '(given)',
  sSyncMinorIndication: 'SSYNmind',
  sSyncMinorConfirm: 'SSYNmcnf',
  sActivityStartIndication: 'SACTSind',
  sActivityResumeIndication: 'SACTRind',
  sActivityEndIndication: 'SACTEind',
  sActivityEndConfirm: 'SACTEcnf',
  sActivityInterruptIndication: 'SACTIind',
  sActivityInterruptConfirm: 'SACTIcnf',
  sActivityDiscardIndication: 'SACTDind',
  sActivityDiscardConfirm: 'SACTDcnf',
  sUExceptionReportIndication: 'SUERind',
  sPExceptionReportIndication: 'SPERind',
  sReleaseIndication: 'SRELind',
  sReleaseConfirm: 'SRELcnf+',
  sUAbortIndication: 'SUABind',
  sPAbortIndication: 'SPABind',
  tDisconnectRequest: 'TDISreq',
};

const id = (number: number) => Uint8Array.of(2, 1, number);

const PRIMITIVE: Readonly<Record<string, (machine: SessionMachine, detail: D) => void>> = {
  SCONreq: (machine) => machine.sConnectRequest({ tokenSetting: null }),
  'SCONrsp+': (machine) => machine.sConnectAccept(),
  'SCONrsp-': (machine) => machine.sConnectRefuse(),
  SDTreq: (machine) => machine.sData(Uint8Array.of(0xaa)),
  SSYNmreq: (machine) => machine.sSyncMinor(),
  SSYNmrsp: (machine, { sn = 0 }) => machine.sSyncMinorResponse(sn),
  SACTSreq: (machine) => machine.sActivityStart(id(1)),
  SACTRreq: (machine, { sn = 0 }) =>
    machine.sActivityResume({ activityIdentifier: id(2), linking: { activityIdentifier: id(1), serialNumber: sn } }),
  SACTEreq: (machine) => machine.sActivityEnd(),
  SACTErsp: (machine) => machine.sActivityEndResponse(),
  SACTIreq: (machine) => machine.sActivityInterrupt(5),
  SACTIrsp: (machine) => machine.sActivityInterruptResponse(),
  SACTDreq: (machine) => machine.sActivityDiscard(5),
  SACTDrsp: (machine) => machine.sActivityDiscardResponse(),
  SUERreq: (machine) => machine.sUExceptionReport(1),
  SGTreq: (machine, detail) => machine.sTokenGive(detail.tokens ?? 0),
  SPTreq: (machine, detail) => machine.sTokenPlease(undefined, detail.tokens),
  SCGreq: (machine) => machine.sControlGive(),
  SRELreq: (machine) => machine.sRelease(),
  'SRELrsp+': (machine) => machine.sReleaseResponse(),
  SUABreq: (machine) => machine.sUAbort(),
  TDISind: (machine) => machine.tDisconnectIndication(),
  TIM: (machine) => machine.advance(Number.MAX_SAFE_INTEGER),
};

class Machine implements Subject<V, D> {
  readonly #machine: SessionMachine;

  constructor(role: Role) {
    this.#machine = new SessionMachine(role);
  }

  apply({ event, source }: Step, detail: D = {}): Observed {
    const machine = this.#machine;
    let refused: true | undefined;
    try {
      if (source === 'peer') machine.receive(Octets.of(tsdu(event, detail)));
      else PRIMITIVE[event]!(machine, detail);
    } catch (error) {
      if (!(error instanceof SessionError) || error.code !== 'ERR_SESSION_STATE') throw error;
      refused = true;
    }
    const state = machine.state.slice(3);
    const { owned, vact, vm, va, vsc } = machine.variables;
    return {
      state,
      sent: machine.takeOutput().map(spduOf),
      told: machine.takeEvents().map(({ kind }) => PRIMITIVES[kind]),
      variables: variables(state, { owned, act: vact, m: vm, a: va, sc: vsc }),
      refused,
    };
  }
}

const HEADING: Heading = {
  title: 'Session',
  source:
    'X.225 (11/95) Annex A, Tables A.4 to A.16, for half-duplex, minor synchronize, activity management and exceptions (0x0249), without transport expedited data and without reuse of the transport connection. Compared: the next state, SPDUs sent, indications and confirms, tokens, Vact, V(M), V(A) and Vsc.',
  columns:
    'i and r: the side that opened the transport connection, and the other. A: an activity is in progress. own, some, none: this side owns all tokens, the data token alone or all but it, none; in 20, data: this side has given the others, or owns it alone.',
  error:
    'AB with PI 17 = 05, S-P-ABORT indication, STA16 (A.4.1.2 a); in 01C the transport connection is closed, without an SPDU.',
  notes: [
    'EXCEPTION REPORT instead of ABORT (A.4.1.2 b) is allowed and can end in a deadlock, as the note there says; it is never sent.',
    'STA01 is after the transport connection: Annex A marks SPDUs there as not logically possible (`//`). They are fed all the same, and do nothing. TIM runs in STA16 alone.',
    'GTA has no primitive of X.215; the machine tells its user that the tokens are given.',
    'AC, please: an AC with a Token Item (7.4.3). TD to PR-MAA: SPDUs of functional units that were not selected.',
    'Cells whose predicates cannot hold with these functional units, so that the exercise finds an error there: MIA in 03 and SSYNmrsp in 09 (no activity is in progress), DT, MIP, AE and GT with the data token in 20 (this side has the data token).',
    'Serial numbers: next is V(M), last point is V(M) - 1, lowest open is V(A), confirmed before is V(A) - 1.',
  ],
};

export const sessionBench: Bench<V, D, Role> = {
  heading: HEADING,
  columns: COLUMNS,
  rows: [...SPDUS, ...REQUESTS, ...PROVIDER],
  model: (role) => new TableModel(READING, { role, owned: 0, act: false, nextAct: false, m: 0, a: 0, sc: false }),
  subject: (role) => new Machine(role),
};
