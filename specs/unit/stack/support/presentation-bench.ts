import { fromHex, Octets } from '../../../../harness/ber/octets.js';
import { type BerNode, writeBer } from '../../../../harness/ber/writer.js';
import { PresentationMachine } from '../../../../harness/stack/presentation/machine.js';
import {
  arpTree,
  aruTree,
  cpaTree,
  cprTree,
  cpTree,
  userDataTree,
} from '../../../../harness/stack/presentation/ppdu.js';
import type { PresentationEvent, SessionProvider } from '../../../../harness/stack/presentation/primitives.js';
import { PrimitiveError } from '../../../../harness/stack/primitive-error.js';
import type { SessionEvent } from '../../../../harness/stack/session/primitives.js';
import { type Annex, same } from './annex.js';
import type { Bench, Column, Heading, Observed, Stimulus, Subject } from './exercise.js';
import { type Reading, TableModel } from './table-model.js';

/**
 * Tables A.21 to A.28 of X.226 (07/94) without context management: FU(CM) and FU(CR) are false, and STAac0, STAac1 and
 * STAac2 are never entered. Left out: rows of session services that functional units 0x0249 do not have.
 */
interface Variables {
  /** The release phase has started; releases have collided. A.5.3.2, A.5.3.3. */
  rl: boolean;
  cr: boolean;
}
interface Detail {
  readonly event?: SessionEvent;
  /** The contexts of the values are not those that the predicate of the cell asks for: p03, p04 or p05. */
  readonly foreign?: boolean;
  /** p01 is false: the CP cannot be read. */
  readonly unacceptable?: boolean;
}
type Step = Stimulus<Variables, Detail>;

const OPEN = ['STAI1', 'STAI2', 'STAt0'] as const;
/** Tables A.26 to A.28: one session primitive and nothing more. */
const PASSED = ['GT', 'CG', 'SYNm', 'ACTS', 'ACTR', 'ACTE', 'ACTI', 'ACTD', 'UER', 'PER'] as const;
const CONFIRMED = ['SYNm', 'ACTE', 'ACTI', 'ACTD'] as const;
const ASKED = [
  'CGreq',
  'SYNmreq',
  'SYNmrsp',
  'ACTSreq',
  'ACTRreq',
  'ACTEreq',
  'ACTErsp',
  'ACTIreq',
  'ACTIrsp',
] as const;
const REQUESTED = [...ASKED, 'ACTDreq', 'ACTDrsp', 'UERreq'] as const;

const ANNEX: Annex<Variables, Detail> = {
  table: {
    // Table A.21. A value in a context that was not proposed makes the CP unacceptable: p01 is a local matter.
    'P-CONreq': { STAI0: 'p03: [02] CP STAI1' },
    CP: { STAI0: 'p01&p03: [02] P-CONind STAI2; ¬p01: CPR STAI0; ¬p03: CPR STAI0' },
    'P-CONrsp+': { STAI2: 'p04: CPA STAt0' },
    CPA: { STAI1: 'p04: P-CONcnf+ STAt0' },
    'P-CONrsp-': { STAI2: 'p04: CPR STAI0' },
    CPR: { STAI1: 'P-CONcnf- STAI0' },
    'S-CONcnf-': { STAI1: 'P-CONcnf- STAI0' },
    // Table A.22.
    'P-RELreq': { STAt0: 'p05: [08] [07] S-RELreq STAt0' },
    'S-RELind': { STAt0: 'p05: [08] [07] P-RELind STAt0' },
    'P-RELrsp+': { STAt0: 'p05&¬p08: S-RELrsp+ STAI0; p05&p08: [02] S-RELrsp+ STAt0' },
    'S-RELcnf+': { STAt0: 'p05&¬p08: P-RELcnf+ STAI0; p05&p08: [02] P-RELcnf+ STAt0' },
    // Table A.23.
    'P-UABreq': same(OPEN, 'ARU STAI0'),
    ARU: same(OPEN, 'P-UABind STAI0'),
    ARP: same(OPEN, 'P-PABind STAI0'),
    'S-P-ABind': same(OPEN, 'P-PABind STAI0'),
    // Table A.25.
    'P-DTreq': { STAt0: 'p05: TD STAt0' },
    TD: { STAt0: 'p05: P-DTind STAt0' },
    // Tables A.26 to A.28.
    'P-PTreq': { STAt0: 'p05: S-PTreq STAt0' },
    'S-PTind': { STAt0: 'p05: P-PTind STAt0' },
    ...Object.fromEntries(PASSED.map((name) => [`S-${name}ind`, { STAt0: `P-${name}ind STAt0` }])),
    ...Object.fromEntries(CONFIRMED.map((name) => [`S-${name}cnf`, { STAt0: `P-${name}cnf STAt0` }])),
    ...Object.fromEntries(REQUESTED.map((name) => [`P-${name}`, { STAt0: `S-${name} STAt0` }])),
    // Session's GTA, for which X.215 and X.216 have no primitive.
    '(given)': { STAt0: '(given) STAt0' },
  },
  predicates: {
    p01: (_, { unacceptable }) => unacceptable !== true,
    p03: (_, { foreign }) => foreign !== true,
    p04: (_, { foreign }) => foreign !== true,
    p05: (_, { foreign }) => foreign !== true,
    p08: ({ cr }) => cr,
  },
  actions: {
    '[02]': (v) => Object.assign(v, { cr: false, rl: false }),
    '[07]': (v) => Object.assign(v, { rl: true }),
    '[08]': (v) => Object.assign(v, { cr: v.cr || v.rl }),
  },
};

const READING: Reading<Variables, Detail> = {
  annex: ANNEX,
  start: 'STAI0',
  sent: /^(CPA?|CPR|ARU|ARP|TD|S-.*)$/,
  invalid(state) {
    // A.4.1.2 where there is no session connection, and no connection to tell of.
    if (state === 'STAI0') return { standing: 'impossible', state, outgoing: [] };
    return { standing: 'error', state: 'STAI0', outgoing: ['ARP', 'P-PABind'] };
  },
};

const VALUE = { raw: fromHex('0500') };
const CONTEXTS = [{ id: 1, abstractSyntax: '2.2.1.0.1', transferSyntaxes: ['2.1.1'] }];
const RESULTS = [{ result: 'acceptance', transferSyntax: '2.1.1' }] as const;
const inContext = (contextId: number) => [{ contextId, value: VALUE }];
const octets = (tree: BerNode) => Octets.of(writeBer(tree));
const userData = (contextId: number) => octets(userDataTree(inContext(contextId)));

const cp = (contextId: number) => octets(cpTree({ contexts: CONTEXTS, userData: inContext(contextId) }));
const cpa = (contextId: number) => octets(cpaTree({ results: RESULTS, userData: inContext(contextId) }));

interface Flaws {
  readonly foreign?: true;
  readonly unacceptable?: true;
}

function from(label: string, event: string, kind: SessionEvent['kind'], data?: Octets, flaws: Flaws = {}): Step {
  const primitive = { kind, userData: data, reason: 2, local: false, transportDisconnect: 1, message: '' };
  const source = /^(S-P-AB|S-CON|S-PER)/.test(event) ? 'provider' : 'peer';
  return { label, event, source, detail: () => ({ event: primitive as unknown as SessionEvent, ...flaws }) };
}
const request = (event: string): Step => ({ label: event, event, source: 'user' });
const UNREADABLE = Octets.of(fromHex('0500'));

const CP = from('CP', 'CP', 'sConnectIndication', cp(1));
const CPA = from('CPA', 'CPA', 'sConnectConfirm', cpa(1));
const RELIND = from('S-RELind', 'S-RELind', 'sReleaseIndication', userData(1));
const RELCNF = from('S-RELcnf+', 'S-RELcnf+', 'sReleaseConfirm', userData(1));
const ARU = from('ARU', 'ARU', 'sUAbortIndication', octets(aruTree([1], inContext(1))));

/** A primitive whose user data is good, in a context that was not agreed, not readable, or absent. */
function flawed(name: string, kind: SessionEvent['kind']): Step[] {
  return [
    from(name, name, kind, userData(1)),
    from(`${name}, other context`, name, kind, userData(9), { foreign: true }),
    from(`${name}, unreadable`, name, kind, UNREADABLE, { foreign: true }),
  ];
}

const ROWS: readonly Step[] = [
  ...[CP, from('CP, other context', 'CP', 'sConnectIndication', cp(9), { foreign: true })],
  from('CP, unreadable', 'CP', 'sConnectIndication', UNREADABLE, { unacceptable: true }),
  ...[CPA, from('CPA, other context', 'CPA', 'sConnectConfirm', cpa(9), { foreign: true })],
  from('CPA, unreadable', 'CPA', 'sConnectConfirm', UNREADABLE, { foreign: true }),
  from('CPR, user', 'CPR', 'sConnectRefusal', octets(cprTree({ results: RESULTS, userData: inContext(1) }))),
  from('CPR, provider', 'CPR', 'sConnectRefusal', octets(cprTree({ results: [], userData: [], providerReason: 0 }))),
  ...[ARU, from('ARU, no user data', 'ARU', 'sUAbortIndication')],
  from('ARP', 'ARP', 'sUAbortIndication', octets(arpTree(0, undefined))),
  ...flawed('TD', 'sDataIndication'),
  ...flawed('S-PTind', 'sTokenPleaseIndication'),
  from('S-PTind, no user data', 'S-PTind', 'sTokenPleaseIndication'),
  ...flawed('S-RELind', 'sReleaseIndication'),
  from('S-RELind, no user data', 'S-RELind', 'sReleaseIndication'),
  ...flawed('S-RELcnf+', 'sReleaseConfirm'),
  from('S-RELcnf+, no user data', 'S-RELcnf+', 'sReleaseConfirm'),
  from('S-GTind', 'S-GTind', 'sTokenGiveIndication'),
  from('S-CGind', 'S-CGind', 'sControlGiveIndication'),
  from('(given)', '(given)', 'sControlGiven'),
  from('S-SYNmind', 'S-SYNmind', 'sSyncMinorIndication'),
  from('S-SYNmcnf', 'S-SYNmcnf', 'sSyncMinorConfirm'),
  from('S-ACTSind', 'S-ACTSind', 'sActivityStartIndication'),
  from('S-ACTRind', 'S-ACTRind', 'sActivityResumeIndication'),
  from('S-ACTEind', 'S-ACTEind', 'sActivityEndIndication'),
  from('S-ACTEcnf', 'S-ACTEcnf', 'sActivityEndConfirm'),
  from('S-ACTIind', 'S-ACTIind', 'sActivityInterruptIndication'),
  from('S-ACTIcnf', 'S-ACTIcnf', 'sActivityInterruptConfirm'),
  from('S-ACTDind', 'S-ACTDind', 'sActivityDiscardIndication'),
  from('S-ACTDcnf', 'S-ACTDcnf', 'sActivityDiscardConfirm'),
  from('S-UERind', 'S-UERind', 'sUExceptionReportIndication'),
  from('S-PERind', 'S-PERind', 'sPExceptionReportIndication'),
  from('S-CONcnf-', 'S-CONcnf-', 'sConnectRefusal'),
  from('S-P-ABind', 'S-P-ABind', 'sPAbortIndication'),
  ...['P-CONreq', 'P-CONrsp+', 'P-CONrsp-', 'P-DTreq', 'P-PTreq', 'P-RELreq', 'P-RELrsp+', 'P-UABreq'].map(request),
  ...REQUESTED.map((name) => request(`P-${name}`)),
];

const column = (name: string, ...path: readonly Step[]): Column<Variables, Detail> => {
  return { name, state: name.split(' ')[0]!, role: '', path };
};
const MINE = [request('P-CONreq'), CPA] as const;
const THEIRS = [CP, request('P-CONrsp+')] as const;
const RELEASING = request('P-RELreq');

const COLUMNS = [
  column('STAI0'),
  column('STAI0', ...MINE, ARU),
  column('STAI0', ...THEIRS, RELIND, request('P-RELrsp+')),
  column('STAI1', request('P-CONreq')),
  column('STAI2', CP),
  column('STAt0', ...MINE),
  column('STAt0', ...THEIRS),
  column('STAt0 rl', ...MINE, RELEASING),
  column('STAt0 rl', ...THEIRS, RELIND),
  column('STAt0 cr', ...MINE, RELEASING, RELIND),
  column('STAt0', ...MINE, RELEASING, RELIND, request('P-RELrsp+')),
  column('STAt0', ...THEIRS, RELEASING, RELIND, RELCNF),
];

const ABORTS: Readonly<Record<number, string>> = { 48: 'ARP', 160: 'ARU' };

/** A session service that only writes down what it is asked for. */
class Recorder {
  readonly sent: string[] = [];
  readonly provider: SessionProvider = {
    version: 2,
    sConnectRequest: this.#note('CP'),
    sConnectAccept: this.#note('CPA'),
    sConnectRefuse: this.#note('CPR'),
    sData: this.#note('TD'),
    sTokenPlease: this.#note('S-PTreq'),
    sControlGive: this.#note('S-CGreq'),
    sSyncMinor: () => {
      this.sent.push('S-SYNmreq');
      return 1;
    },
    sSyncMinorResponse: this.#note('S-SYNmrsp'),
    sActivityStart: this.#note('S-ACTSreq'),
    sActivityResume: this.#note('S-ACTRreq'),
    sActivityEnd: () => {
      this.sent.push('S-ACTEreq');
      return 1;
    },
    sActivityEndResponse: this.#note('S-ACTErsp'),
    sActivityInterrupt: this.#note('S-ACTIreq'),
    sActivityInterruptResponse: this.#note('S-ACTIrsp'),
    sActivityDiscard: this.#note('S-ACTDreq'),
    sActivityDiscardResponse: this.#note('S-ACTDrsp'),
    sUExceptionReport: this.#note('S-UERreq'),
    sRelease: this.#note('S-RELreq'),
    sReleaseResponse: this.#note('S-RELrsp+'),
    sUAbort: (data) => {
      this.sent.push(ABORTS[data?.[0] ?? -1] ?? 'S-U-ABreq');
    },
  };

  #note(name: string): () => void {
    return () => {
      this.sent.push(name);
    };
  }
}

const passed = (name: string, ask: (session: SessionProvider) => void) => (machine: PresentationMachine) =>
  ask(machine.passing(name));

const REQUESTS: Readonly<Record<string, (machine: PresentationMachine) => void>> = {
  'P-CONreq': (machine) => machine.pConnectRequest({ contexts: CONTEXTS, userData: inContext(1), session: {} }),
  'P-CONrsp+': (machine) => machine.pConnectAccept({ results: RESULTS, userData: inContext(1) }),
  'P-CONrsp-': (machine) => machine.pConnectRefuse({ results: RESULTS, userData: inContext(1) }),
  'P-DTreq': (machine) => machine.pData(1, VALUE),
  'P-PTreq': (machine) => machine.pTokenPlease(1, VALUE),
  'P-RELreq': (machine) => machine.pRelease(1, VALUE),
  'P-RELrsp+': (machine) => machine.pReleaseResponse(1, VALUE),
  'P-UABreq': (machine) => machine.pUAbort(inContext(1), [1]),
  'P-CGreq': passed('P-CGreq', (session) => session.sControlGive()),
  'P-SYNmreq': passed('P-SYNmreq', (session) => session.sSyncMinor()),
  'P-SYNmrsp': passed('P-SYNmrsp', (session) => session.sSyncMinorResponse(1)),
  'P-ACTSreq': passed('P-ACTSreq', (session) => session.sActivityStart(Uint8Array.of(1))),
  'P-ACTRreq': passed('P-ACTRreq', (session) => {
    const activityIdentifier = Uint8Array.of(1);
    session.sActivityResume({ activityIdentifier, linking: { activityIdentifier, serialNumber: 1 } });
  }),
  'P-ACTEreq': passed('P-ACTEreq', (session) => session.sActivityEnd()),
  'P-ACTErsp': passed('P-ACTErsp', (session) => session.sActivityEndResponse()),
  'P-ACTIreq': passed('P-ACTIreq', (session) => session.sActivityInterrupt(5)),
  'P-ACTIrsp': passed('P-ACTIrsp', (session) => session.sActivityInterruptResponse()),
  'P-ACTDreq': passed('P-ACTDreq', (session) => session.sActivityDiscard(5)),
  'P-ACTDrsp': passed('P-ACTDrsp', (session) => session.sActivityDiscardResponse()),
  'P-UERreq': passed('P-UERreq', (session) => session.sUExceptionReport(1)),
};

const PRIMITIVES: Readonly<Record<PresentationEvent['kind'], string>> = {
  pConnectIndication: 'P-CONind',
  pConnectConfirm: 'P-CONcnf',
  pDataIndication: 'P-DTind',
  pTokenPleaseIndication: 'P-PTind',
  pReleaseIndication: 'P-RELind',
  pReleaseConfirm: 'P-RELcnf+',
  pUAbortIndication: 'P-UABind',
  pPAbortIndication: 'P-PABind',
  sTokenGiveIndication: 'P-GTind',
  sControlGiveIndication: 'P-CGind',
  sControlGiven: '(given)',
  sSyncMinorIndication: 'P-SYNmind',
  sSyncMinorConfirm: 'P-SYNmcnf',
  sActivityStartIndication: 'P-ACTSind',
  sActivityResumeIndication: 'P-ACTRind',
  sActivityEndIndication: 'P-ACTEind',
  sActivityEndConfirm: 'P-ACTEcnf',
  sActivityInterruptIndication: 'P-ACTIind',
  sActivityInterruptConfirm: 'P-ACTIcnf',
  sActivityDiscardIndication: 'P-ACTDind',
  sActivityDiscardConfirm: 'P-ACTDcnf',
  sUExceptionReportIndication: 'P-UERind',
  sPExceptionReportIndication: 'P-PERind',
};

class Machine implements Subject<Variables, Detail> {
  readonly #session = new Recorder();
  readonly #machine = new PresentationMachine(this.#session.provider);

  apply(stimulus: Step, { event }: Detail = {}): Observed {
    let told: string[] = [];
    let refused: true | undefined;
    try {
      if (event === undefined) REQUESTS[stimulus.event]!(this.#machine);
      else {
        told = this.#machine.receive(event).map((primitive) => {
          const name = PRIMITIVES[primitive.kind];
          return primitive.kind === 'pConnectConfirm' ? name + (primitive.accepted ? '+' : '-') : name;
        });
      }
    } catch (error) {
      if (!(error instanceof PrimitiveError) || error.code !== 'ERR_PRIMITIVE_STATE') throw error;
      refused = true;
    }
    return { state: this.#machine.state, sent: this.#session.sent.splice(0), told, variables: undefined, refused };
  }
}

const HEADING: Heading = {
  title: 'Presentation',
  source:
    'X.226 (07/94) Annex A, Tables A.21 to A.28, normal mode, without context management and context restoration. Compared: the next state, PPDUs and session primitives sent, primitives to the user.',
  columns: 'rl: a release has begun; cr: two have collided (A.5.3).',
  error: 'ARP, P-P-ABORT indication, STAI0 (A.4.1.2).',
  notes: [
    'In STAI0 there is no session connection and nobody to abort.',
    'STAac0, STAac1 and STAac2 belong to context management, which is never proposed.',
    'Other context: a value outside the contexts proposed (p03) or agreed (p04, p05). It is not asked of CPR and ARU, which end the connection either way and may carry the reason.',
    'User data on the primitives of Tables A.26 to A.28 other than S-TOKEN-PLEASE is not read: reliable transfer has none there.',
  ],
};

export const presentationBench: Bench<Variables, Detail> = {
  heading: HEADING,
  columns: COLUMNS,
  rows: ROWS,
  model: () => new TableModel(READING, { rl: false, cr: false }),
  subject: () => new Machine(),
};
