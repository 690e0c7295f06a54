import { Octets } from '../../../../harness/ber/octets.js';
import { PrimitiveError } from '../../../../harness/stack/primitive-error.js';
import { RtseMachine } from '../../../../harness/stack/rtse/machine.js';
import type { ModeEvent } from '../../../../harness/stack/rtse/mode.js';
import type { ServiceEvent } from '../../../../harness/stack/rtse/service.js';
import { MemoryTransferStore } from '../../../../harness/stack/rtse/transfer-store.js';
import type { Bench, Column, Expected, Heading, Model, Observed, Pair, Stimulus, Subject } from './exercise.js';
import { type RtseDetail as D, RTSE_ANNEX, type RtseModel as V } from './rtse-annex.js';
import { ModeRecorder } from './rtse-recorder.js';
import { type Indicated, indicatedBy } from './rtse-session.js';
import { type Reading, TableModel } from './table-model.js';

type Role = 'initiator' | 'responder' | 'monologue';
type Step = Stimulus<V, D>;

const peer = (event: string, label = event, detail?: D): Step => ({
  label,
  event,
  source: 'peer',
  detail: detail && (() => detail),
});
const request = (event: string): Step => ({ label: event, event, source: 'user' });
const timer = (event: string): Step => ({ label: event, event, source: 'provider' });

const OPENED = peer('A-ASCcnf+');
const START = peer('P-ACTSind');
const POINT = peer('P-SYNmind');
const CONFIRMED = peer('P-SYNmcnf');
const EXCEPTION = peer('P-UERind, 5');
const INTERRUPTED = peer('P-ACTIcnf');
const TRANSFER = request('RT-TRreq');
const SHORT = request('RT-TRreq, short');

/** Of an exception, X.225 8.3.28.4. */
const REASONS = [0, 1, 3, 5, 6] as const;

const PEER: readonly Step[] = [
  ...['A-ASCind', 'A-ASCind, unfit', 'A-ASCcnf+', 'A-ASCcnf-', 'A-RLSind', 'A-RLScnf'].map((event) => peer(event)),
  ...[START, peer('P-ACTRind', 'P-ACTRind, known', { known: true }), peer('P-ACTRind', 'P-ACTRind, unknown')],
  ...[peer('RTTR'), POINT, peer('P-ACTEind'), CONFIRMED, peer('P-ACTEcnf'), peer('RTTP'), peer('P-CGind')],
  ...[peer('(given)'), peer('P-GTind, some'), peer('P-GTind, all')],
  ...REASONS.map((reason) => peer(`P-UERind, ${reason}`)),
  ...['P-PERind', 'P-ACTIind', 'P-ACTIcnf', 'P-ACTDind', 'P-ACTDcnf'].map((event) => peer(event)),
  ...['RTAB, user', 'RTAB, provider', 'RTAB, completed', 'A-P-ABind', 'invalid APDU'].map((event) => peer(event)),
];
const USER: readonly Step[] = [
  ...['RT-OPreq', 'RT-OPrsp+', 'RT-OPrsp-', 'RT-TRreq', 'RT-TRreq, short', 'RT-TRrsp'].map(request),
  ...['exception', 'interrupt', 'discard', 'RT-TPreq', 'RT-TGreq', 'RT-CLreq', 'RT-UABreq'].map(request),
];

function column(name: string, role: Role, ...path: readonly Step[]): Column<V, D, Role> {
  return { name, state: name.split(' ')[0]!, role, path };
}
const MINE = [request('RT-OPreq'), OPENED] as const;
const THEIRS = [peer('A-ASCind'), request('RT-OPrsp+')] as const;
const mine = (name: string, ...path: readonly Step[]) => column(name, 'initiator', ...MINE, ...path);
const theirs = (name: string, ...path: readonly Step[]) => column(name, 'responder', ...THEIRS, ...path);
/** An exception, an interruption and a resumption. */
const AGAIN = [EXCEPTION, INTERRUPTED] as const;

const COLUMNS = [
  column('idle r', 'responder'),
  column('idle i', 'initiator'),
  column('awaitAssociateConfirm', 'initiator', request('RT-OPreq')),
  column('awaitOpenResponse', 'responder', peer('A-ASCind')),
  mine('associated turn'),
  theirs('associated turn', peer('P-CGind')),
  mine('associated turn', request('RT-TRreq, short'), peer('P-ACTEcnf')),
  column('associated turn m', 'monologue', ...MINE, peer('P-CGind')),
  theirs('associated none'),
  theirs('associated none', START, peer('RTTR'), POINT, peer('P-ACTIind')),
  theirs('associated none', START, peer('P-ACTEind'), request('RT-TRrsp')),
  mine('associated none', request('RT-TGreq'), peer('(given)')),
  mine('sending', TRANSFER),
  mine('sending', TRANSFER, CONFIRMED),
  mine('sending', TRANSFER, CONFIRMED, ...AGAIN),
  mine('sending', TRANSFER, CONFIRMED, ...AGAIN, ...AGAIN, ...AGAIN),
  mine('awaitEndConfirm', SHORT),
  mine('awaitEndConfirm', TRANSFER, CONFIRMED, CONFIRMED),
  mine('awaitEndConfirm', TRANSFER, CONFIRMED, CONFIRMED, ...AGAIN),
  mine('awaitInterruptConfirm', TRANSFER, request('interrupt')),
  mine('awaitInterruptConfirm', TRANSFER, CONFIRMED, CONFIRMED, request('interrupt')),
  mine('awaitInterruptConfirm', TRANSFER, CONFIRMED, ...AGAIN, ...AGAIN, ...AGAIN, EXCEPTION),
  mine('resuming', TRANSFER, CONFIRMED, EXCEPTION),
  mine('resuming', TRANSFER, CONFIRMED, CONFIRMED, EXCEPTION),
  mine('awaitDiscardConfirm', TRANSFER, peer('P-UERind, 6')),
  mine('awaitDiscardConfirm', TRANSFER, CONFIRMED, ...AGAIN, peer('P-UERind, 3')),
  mine('awaitDiscardConfirm', SHORT, request('discard')),
  theirs('receiving', START),
  theirs('receiving', START, peer('RTTR'), POINT),
  theirs('receiving', START, peer('P-GTind, all')),
  theirs(
    'receiving',
    START,
    peer('RTTR'),
    POINT,
    peer('P-ACTIind'),
    peer('P-ACTRind', 'P-ACTRind, known', { known: true }),
  ),
  theirs('awaitTransferResponse', START, peer('P-ACTEind')),
  theirs('awaitTransferResponse', START, peer('RTTR'), POINT, peer('P-ACTEind'), peer('P-GTind, all')),
  theirs('awaitAbandonment', START, request('exception')),
  theirs('awaitAbandonment', peer('P-ACTRind', 'P-ACTRind, unknown')),
  mine('awaitControlGiven', request('RT-TGreq')),
  mine('awaitControlGiven', request('RT-TGreq'), request('RT-TPreq')),
  mine('awaitReleaseConfirm', request('RT-CLreq')),
  mine('closed', request('RT-CLreq'), peer('A-RLScnf')),
  theirs('closed', peer('A-RLSind')),
  theirs('closed', START, START),
];

const READING: Reading<V, D> = {
  annex: RTSE_ANNEX,
  start: 'idle',
  sent: /^(RTORQ|RTOAC|RTORJ|RTTR|RTTP|RTAB\(\d\)|A-RLSreq|A-RLSrsp|P-.*)$/,
  show: (state, { turn }) => (state === 'closed' ? undefined : `turn ${turn}`),
  invalid(state, { source }, v) {
    if (state === 'closed' || source === 'provider') return { standing: 'impossible', state, outgoing: [] };
    const sending = /^(sending|awaitEnd|awaitInterrupt|resuming|awaitDiscard)/.test(state);
    const confirm = v.completed ? 'RT-TRcnf+' : 'RT-TRcnf-';
    const outgoing = ['RTAB(4)', ...(sending ? [confirm] : []), 'RT-PABind'];
    return { standing: 'error', state: 'closed', outgoing };
  },
};

/** The table, and beside it what session lets through: the rest cannot arise, however it would be answered. */
class RtseTable implements Model<V, D> {
  readonly #table: TableModel<V, D>;
  readonly #indicated: Indicated;
  #state = 'idle';

  constructor(role: Role, indicated: Indicated) {
    this.#indicated = indicated;
    this.#table = new TableModel<V, D>(READING, {
      role: role === 'responder' ? 'responder' : 'initiator',
      first: role === 'monologue' ? 'responder' : 'initiator',
      monologue: role === 'monologue',
      ...{
        turn: false,
        confirmed: 0,
        out: 0,
        ended: false,
        resumed: false,
        completed: false,
        resumes: 0,
        kept: false,
        due: false,
      },
    });
  }

  get variables(): V {
    return this.#table.variables;
  }

  step(stimulus: Step, detail: D | undefined): Expected {
    const { role, turn } = this.variables;
    const indicated = this.#indicated(this.#state, role, turn);
    const { standing, observed } = this.#table.step(stimulus, detail);
    this.#state = observed.state;
    const arises = stimulus.source !== 'peer' || indicated.has(stimulus.event.split(',')[0]!);
    return { standing: arises ? standing : 'impossible', observed };
  }
}

const userData = Octets.empty;
const plain = (kind: ModeEvent['kind'], more: object = {}) => ({ kind, userData: undefined, ...more }) as ModeEvent;
const OPENING = { checkpointSize: 1, windowSize: 1, dialogueMode: 'twa', initialTurn: 'initiator', userData };
const linking = (activity: number, serialNumber: number) => ({
  ...{ activityIdentifier: Octets.of(Uint8Array.of(2, 1, activity)), serialNumber },
  ...{ callingReference: undefined, calledReference: undefined, commonReference: undefined },
});

/** What comes from below, by the names of the annex. */
const EVENTS: Readonly<Record<string, (detail: D) => ModeEvent>> = {
  'A-ASCind': () => plain('associateIndication', { ...OPENING, functionalUnits: 0x0249, recover: undefined }),
  'A-ASCind, unfit': () => plain('associateIndication', { ...OPENING, functionalUnits: 0x0048, recover: undefined }),
  'A-ASCcnf+': () => plain('associateConfirm', { checkpointSize: 1, windowSize: 1, userData }),
  'A-ASCcnf-': () => plain('associateRefused', { refusedBy: 'acse', reason: 1 }),
  'A-RLSind': () => plain('releaseIndication'),
  'A-RLScnf': () => plain('releaseConfirm'),
  'P-ACTSind': () => plain('sActivityStartIndication', { activityIdentifier: Octets.of(Uint8Array.of(2, 1, 1)) }),
  'P-ACTRind': ({ known }) =>
    plain('sActivityResumeIndication', {
      activityIdentifier: Octets.of(Uint8Array.of(2, 1, 2)),
      linking: linking(known === true ? 1 : 9, 1),
      serialNumber: 1,
    }),
  RTTR: () => plain('dataIndication', { slice: Octets.of(Uint8Array.of(4, 1, 0)) }),
  'P-SYNmind': () => plain('sSyncMinorIndication', { serialNumber: 1, explicit: true }),
  'P-ACTEind': () => plain('sActivityEndIndication', { serialNumber: 2 }),
  'P-ACTEcnf': () => plain('sActivityEndConfirm', { serialNumber: 4 }),
  RTTP: () => plain('turnPleaseIndication', { priority: 1 }),
  'P-CGind': () => plain('sControlGiveIndication'),
  '(given)': () => plain('sControlGiven'),
  'P-GTind, some': () => plain('sTokenGiveIndication', { tokens: 1 }),
  'P-GTind, all': () => plain('sTokenGiveIndication', { tokens: 0x15 }),
  ...Object.fromEntries(
    REASONS.map((reason) => [`P-UERind, ${reason}`, () => plain('sUExceptionReportIndication', { reason })]),
  ),
  'P-PERind': () => plain('sPExceptionReportIndication', { reflect: undefined }),
  'P-ACTIind': () => plain('sActivityInterruptIndication', { reason: 5 }),
  'P-ACTIcnf': () => plain('sActivityInterruptConfirm'),
  'P-ACTDind': () => plain('sActivityDiscardIndication', { reason: 5 }),
  'P-ACTDcnf': () => plain('sActivityDiscardConfirm'),
  'RTAB, user': () => plain('abortIndication', { reason: 6 }),
  'RTAB, provider': () => plain('abortIndication', { reason: 3 }),
  'RTAB, completed': () => plain('abortIndication', { reason: 7 }),
  'A-P-ABind': () => plain('providerAbortIndication', { layer: 'session', reason: 1, message: 'lost' }),
  'invalid APDU': () => plain('invalidApdu', { message: 'no RTTR' }),
};
/** After these this side has every token. */
const GIVES_TURN = new Set(['P-CGind', 'P-GTind, all', 'P-ACTIcnf', 'P-ACTDcnf']);

const BIND = Uint8Array.of(5, 0);
const LONG = { transferTime: 1000 };

const REQUESTS: Readonly<Record<string, (machine: RtseMachine) => void>> = {
  'RT-OPrsp+': (machine) => machine.acceptOpen({ userData: BIND }),
  'RT-OPrsp-': (machine) => machine.refuseOpen({}),
  'RT-TRreq': (machine) => machine.transfer(new Uint8Array(4096), LONG),
  'RT-TRreq, short': (machine) => machine.transfer(new Uint8Array(3), LONG),
  'RT-TRrsp': (machine) => machine.acceptTransfer(),
  exception: (machine) => machine.reportException('localUserError'),
  interrupt: (machine) => machine.interruptTransfer(),
  discard: (machine) => machine.discardTransfer(),
  'RT-TPreq': (machine) => machine.turnPlease(1),
  'RT-TGreq': (machine) => machine.turnGive(),
  'RT-CLreq': (machine) => machine.close(),
  'RT-UABreq': (machine) => machine.abort(),
  // As the association asks for them: only while the machine says that they run.
  'timer of an answer': (machine) => {
    if (machine.awaiting !== undefined || machine.state === 'awaitAssociateConfirm') machine.timeout();
  },
  'transfer time': (machine) => {
    if (machine.transferDeadline !== undefined) machine.transferTimeout();
  },
};

function primitiveOf(event: ServiceEvent): string {
  switch (event.kind) {
    case 'rtOpenConfirm':
      return event.accepted ? 'RT-OPcnf+' : 'RT-OPcnf-';
    case 'rtTransferConfirm':
      return event.secured ? 'RT-TRcnf+' : 'RT-TRcnf-';
    default:
      return PRIMITIVES[event.kind];
  }
}

const PRIMITIVES: Readonly<Record<Exclude<ServiceEvent['kind'], 'rtOpenConfirm' | 'rtTransferConfirm'>, string>> = {
  rtOpenIndication: 'RT-OPind',
  rtTurnPleaseIndication: 'RT-TPind',
  rtTurnGiveIndication: 'RT-TGind',
  rtTransferStart: '(start)',
  rtSegmentIndication: '(segment)',
  checkpointIndication: '(point)',
  rtTransferIndication: 'RT-TRind',
  checkpointConfirm: '(confirmed)',
  exceptionIndication: '(exception)',
  transferAbandoned: '(abandoned)',
  rtCloseIndication: 'RT-CLind',
  rtCloseConfirm: 'RT-CLcnf',
  rtUAbortIndication: 'RT-UABind',
  rtPAbortIndication: 'RT-PABind',
  disconnected: '(disconnected)',
};

class Machine implements Subject<V, D> {
  readonly #below = new ModeRecorder();
  readonly #role: Role;
  readonly #machine: RtseMachine;
  #points = 0;

  constructor(role: Role) {
    this.#role = role;
    this.#machine = new RtseMachine(this.#below.mode, {
      role: role === 'responder' ? 'responder' : 'initiator',
      collectLimit: 10_000,
      ownsTokens: () => this.#below.turn,
      store: new MemoryTransferStore(),
    });
  }

  apply({ event, source }: Step, detail: D = {}): Observed {
    let refused: true | undefined;
    try {
      if (source === 'peer') this.#receive(event, detail);
      else if (event === 'RT-OPreq') this.#open();
      else REQUESTS[event]!(this.#machine);
    } catch (error) {
      if (!(error instanceof PrimitiveError) || error.code !== 'ERR_PRIMITIVE_STATE') throw error;
      refused = true;
    }
    const { state } = this.#machine;
    return {
      state,
      sent: this.#below.sent.splice(0),
      told: this.#machine.takeEvents().map(primitiveOf),
      variables: state === 'closed' ? undefined : `turn ${this.#below.turn}`,
      refused,
    };
  }

  #open(): void {
    const monologue = this.#role === 'monologue';
    this.#machine.open({
      ...{ userData: BIND, checkpointSize: 1, windowSize: 1 },
      dialogueMode: monologue ? 'monologue' : 'twa',
      initialTurn: monologue ? 'responder' : 'initiator',
    });
  }

  /** Tokens change hands below before their indication comes up, as in session. */
  #receive(event: string, detail: D): void {
    if (event === 'A-ASCcnf+') this.#below.turn = this.#role === 'initiator';
    if (GIVES_TURN.has(event)) this.#below.turn = true;
    if (event === 'P-SYNmcnf') {
      this.#points += 1;
      this.#machine.receive(plain('sSyncMinorConfirm', { serialNumber: this.#points }));
    } else {
      this.#machine.receive(EVENTS[event]!(detail));
    }
  }
}

const HEADING: Heading = {
  title: 'Reliable transfer',
  source:
    'X.218 (03/93) 9 and 10 for what the users may ask, X.228 7 for what it becomes on session, X.410 4.5.2 for what a sender does about an exception; states by what is awaited. Compared: the next state, APDUs and primitives sent, primitives to the user, the turn.',
  columns:
    'i, r: the side that opened the transport connection, and the other; turn, none: this side has the turn, or not; m: in a monologue of the other side. A transfer here has four slices and a window of one, or, short, a single slice.',
  error: 'RTAB with reason protocolError; a sender first gets its negative confirm (X.218 9.6); RT-P-ABORT indication.',
  abbreviations: {
    awaitAssociateConfirm: 'open',
    awaitOpenResponse: 'resp',
    associated: 'assoc',
    sending: 'send',
    awaitEndConfirm: 'end',
    awaitInterruptConfirm: 'intr',
    resuming: 'resu',
    awaitDiscardConfirm: 'disc',
    receiving: 'recv',
    awaitTransferResponse: 'secu',
    awaitAbandonment: 'aban',
    awaitControlGiven: 'give',
    awaitReleaseConfirm: 'rel',
  },
  notes: [
    'Cannot arise: session has no cell that would indicate it where reliable transfer is in that state, as the exercise of session above shows. It is fed all the same and does what the state has for it, or is an error.',
    'DT without an activity is valid for session and an error here.',
    'P-UERind with the reasons of X.225 8.3.28.4. 5: the activity is interrupted and resumed behind the last confirmed point, three times without progress at the most, where a point was confirmed; else it is discarded. 3 behind a resumption: the receiver has it already, and the confirm is positive.',
    'exception, interrupt, discard: what a user of the harness may do beside X.218; RT-TRrsp: its word that the APDU is secured, which ACTIVITY END ACK waits for.',
  ],
};

/** The kinds of events from below that the exercise feeds. */
export const RTSE_EVENT_KINDS: ReadonlySet<ModeEvent['kind']> = new Set([
  'sSyncMinorConfirm',
  ...Object.values(EVENTS).map((event) => event({}).kind),
]);

/** `sessionPairs`: the exercise of session, which says what can come from below. */
export function rtseBench(sessionPairs: readonly Pair[]): Bench<V, D, Role> {
  const indicated = indicatedBy(sessionPairs);
  return {
    heading: HEADING,
    columns: COLUMNS,
    rows: [...PEER, ...USER, timer('timer of an answer'), timer('transfer time')],
    model: (role) => new RtseTable(role, indicated),
    subject: (role) => new Machine(role),
  };
}
