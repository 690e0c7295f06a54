import { fromHex, Octets } from '../../../../harness/ber/octets.js';
import { readElement } from '../../../../harness/ber/reader.js';
import { writeBer } from '../../../../harness/ber/writer.js';
import {
  type AcseEvent,
  type AcseInput,
  AcseMachine,
  type PresentationProvider,
} from '../../../../harness/stack/acse/machine.js';
import type { ContextValue } from '../../../../harness/stack/presentation/ppdu.js';
import { PrimitiveError } from '../../../../harness/stack/primitive-error.js';
import { type Annex, same } from './annex.js';
import type { Bench, Column, Heading, Observed, Stimulus, Subject } from './exercise.js';
import { type Reading, TableModel } from './table-model.js';

/**
 * Table A.5 of X.227 (04/95). Left out: EXTRN-1 and EXTRN-2 (resynchronization is never selected, and an exception
 * report ends no release that session lets begin), and RLRE- and A-RLSrsp-, which ride in a negative P-RELEASE that
 * needs session's negotiated release.
 */
interface Variables {
  /** p2: this machine originated the association. */
  originated: boolean;
}
interface Detail {
  readonly input?: AcseInput;
}
type Step = Stimulus<Variables, Detail>;

const ASSOCIATED = ['STA1', 'STA2', 'STA3', 'STA4', 'STA5', 'STA6', 'STA7'] as const;

const ANNEX: Annex<Variables, Detail> = {
  table: {
    'A-ASCreq': { STA0: 'p1: [p2] AARQ STA1' },
    'A-ASCrsp+': { STA2: 'AARE+ STA5' },
    'A-ASCrsp-': { STA2: 'AARE- STA0' },
    AARQ: { STA0: 'p1: [¬p2] A-ASCind STA2' },
    'AARE+': { STA1: 'A-ASCcnf+ STA5' },
    'AARE-': { STA1: 'A-ASCcnf- STA0' },
    'P-CONcnf-': { STA1: 'A-ASCcnf- STA0' },
    'A-RLSreq': { STA5: 'RLRQ STA3' },
    'A-RLSrsp+': { STA4: 'RLRE+ STA0', STA6: 'RLRE+ STA3' },
    RLRQ: { STA3: 'p2: A-RLSind STA6; ¬p2: A-RLSind STA7', STA5: 'A-RLSind STA4' },
    'RLRE+': { STA3: 'A-RLScnf+ STA0', STA7: 'A-RLScnf+ STA4' },
    'A-ABRreq': same(ASSOCIATED, 'ABRT STA0'),
    ABRT: same(ASSOCIATED, 'A-ABRind STA0'),
    'P-PABind': same(ASSOCIATED, 'A-PABind STA0'),
    // 7.4, A.3.1 b: what is no APDU of ACSE, or rides in the wrong primitive.
    'invalid APDU': {},
    // A P-CONNECT that has no AARQ in it is still to be answered.
    'invalid APDU, connecting': { STA0: 'ABRT A-ABRind STA0' },
  },
  predicates: { p1: () => true, p2: ({ originated }) => originated },
  actions: {
    '[p2]': (v) => {
      v.originated = true;
    },
    '[¬p2]': (v) => {
      v.originated = false;
    },
  },
};

const READING: Reading<Variables, Detail> = {
  annex: ANNEX,
  start: 'STA0',
  sent: /^(AARQ|AARE[+-]|RLRQ|RLRE\+|ABRT)$/,
  invalid(state) {
    // Without an association there is nobody to abort.
    if (state === 'STA0') return { standing: 'impossible', state, outgoing: [] };
    return { standing: 'error', state: 'STA0', outgoing: ['ABRT', 'A-ABRind'] };
  },
};

const AARQ_APDU = '6008 a106060456000106';
const AARE_APDU = (result: number) => `6114 a106060456000106 a20302010${result} a305a103020100`;

function values(hex: string) {
  return hex === '' ? [] : [{ contextId: 1, element: readElement(Octets.of(fromHex(hex))).element }];
}
/** `primitive` of the presentation service with `apdu` as its user data. */
function received(label: string, event: string, primitive: object, apdu = ''): Step {
  const input = { ...primitive, values: values(apdu) } as unknown as AcseInput;
  return { label, event, source: event.startsWith('P-') ? 'provider' : 'peer', detail: () => ({ input }) };
}
const CONNECT = { kind: 'pConnectIndication', contexts: [] };
const ACCEPTED = { kind: 'pConnectConfirm', accepted: true };
const REFUSED = { kind: 'pConnectConfirm', accepted: false, reason: undefined };
const RELEASE = { kind: 'pReleaseIndication' };
const RELEASED = { kind: 'pReleaseConfirm' };
const ABORTED = { kind: 'pUAbortIndication' };

const AARQ = received('AARQ', 'AARQ', CONNECT, AARQ_APDU);
const AARE = received('AARE+', 'AARE+', ACCEPTED, AARE_APDU(0));
const RLRQ = received('RLRQ', 'RLRQ', RELEASE, '6203800100');
const RLRE = received('RLRE+', 'RLRE+', RELEASED, '6303800100');
const ABRT = received('ABRT', 'ABRT', ABORTED, '6403800100');
const request = (event: string): Step => ({ label: event, event, source: 'user' });

const ROWS: readonly Step[] = [
  ...[AARQ, AARE, received('AARE-', 'AARE-', { ...REFUSED, refusedBy: 'user' }, AARE_APDU(1))],
  ...[RLRQ, received('RLRQ, no user data', 'RLRQ', RELEASE), RLRE],
  ...[received('RLRE+, no user data', 'RLRE+', RELEASED), ABRT, received('ABRT, no user data', 'ABRT', ABORTED)],
  received('P-CONind, no ACSE', 'invalid APDU, connecting', CONNECT, '0500'),
  received('P-CONcnf+ with AARE-', 'invalid APDU', ACCEPTED, AARE_APDU(1)),
  received('P-CONcnf+ with RLRE', 'invalid APDU', ACCEPTED, '6303800100'),
  received('P-RELind with RLRE', 'invalid APDU', RELEASE, '6303800100'),
  received('P-RELind, no ACSE', 'invalid APDU', RELEASE, '0500'),
  received('P-RELcnf with RLRQ', 'invalid APDU', RELEASED, '6203800100'),
  received('P-CONcnf-, presentation', 'P-CONcnf-', { ...REFUSED, refusedBy: 'presentation' }),
  received('P-CONcnf-, session', 'P-CONcnf-', { ...REFUSED, refusedBy: 'session' }),
  received('P-PABind', 'P-PABind', { kind: 'pPAbortIndication', layer: 'session', reason: undefined, message: '' }),
  ...['A-ASCreq', 'A-ASCrsp+', 'A-ASCrsp-', 'A-RLSreq', 'A-RLSrsp+', 'A-ABRreq'].map(request),
];

const column = (name: string, ...path: readonly Step[]): Column<Variables, Detail> => {
  return { name, state: name.split(' ')[0]!, role: '', path };
};
const MINE = [request('A-ASCreq'), AARE] as const;
const THEIRS = [AARQ, request('A-ASCrsp+')] as const;
const RELEASING = request('A-RLSreq');

const COLUMNS = [
  column('STA0'),
  column('STA0', ...THEIRS, RLRQ, request('A-RLSrsp+')),
  column('STA0', request('A-ASCreq'), ABRT),
  column('STA1', request('A-ASCreq')),
  column('STA2', AARQ),
  column('STA3 i', ...MINE, RELEASING),
  column('STA3 i', ...MINE, RELEASING, RLRQ, request('A-RLSrsp+')),
  column('STA3 r', ...THEIRS, RELEASING),
  column('STA3 r', request('A-ASCreq'), ABRT, ...THEIRS, RELEASING),
  column('STA4', ...THEIRS, RLRQ),
  column('STA4', ...MINE, RLRQ),
  column('STA4', ...THEIRS, RELEASING, RLRQ, RLRE),
  column('STA5', ...MINE),
  column('STA5', ...THEIRS),
  column('STA6', ...MINE, RELEASING, RLRQ),
  column('STA7', ...THEIRS, RELEASING, RLRQ),
];

const APDUS: Readonly<Record<number, string>> = { 96: 'AARQ', 97: 'AARE', 98: 'RLRQ', 99: 'RLRE+', 100: 'ABRT' };
const nameOf = ({ value }: ContextValue) => APDUS[writeBer(value)[0]!] ?? 'no ACSE APDU';

/** A presentation service that only writes down which APDU it is given. */
class Recorder implements PresentationProvider {
  readonly sent: string[] = [];
  contextFor = () => 1;
  pConnectRequest = ({ userData }: { userData: readonly ContextValue[] }) => this.#note(userData);
  pConnectAccept = ({ userData }: { userData: readonly ContextValue[] }) => this.#note(userData, '+');
  pConnectRefuse = ({ userData }: { userData: readonly ContextValue[] }) => this.#note(userData, '-');
  pRelease = (contextId: number, value: ContextValue['value']) => this.#note([{ contextId, value }]);
  pReleaseResponse = (contextId: number, value: ContextValue['value']) => this.#note([{ contextId, value }]);
  pUAbort = (userData: readonly ContextValue[]) => this.#note(userData);

  #note(userData: readonly ContextValue[], sign = ''): void {
    this.sent.push(...userData.map((value) => nameOf(value) + sign));
  }
}

const REQUESTS: Readonly<Record<string, (machine: AcseMachine) => void>> = {
  'A-ASCreq': (machine) =>
    machine.aAssociateRequest({
      applicationContextName: '2.6.0.1.6',
      contextId: 1,
      userInformation: [],
      connect: { contexts: [], session: {} },
    }),
  'A-ASCrsp+': (machine) => machine.aAssociateAccept([], { results: [], contextId: 1 }, {}),
  'A-ASCrsp-': (machine) => machine.aAssociateRefuse([], { results: [], contextId: 1 }),
  'A-RLSreq': (machine) => machine.aRelease(),
  'A-RLSrsp+': (machine) => machine.aReleaseResponse(),
  'A-ABRreq': (machine) => machine.aAbort([]),
};

function primitiveOf(event: AcseEvent): string {
  switch (event.kind) {
    case 'aAssociateIndication':
      return 'A-ASCind';
    case 'aAssociateConfirm':
      return event.accepted ? 'A-ASCcnf+' : 'A-ASCcnf-';
    case 'aReleaseIndication':
      return 'A-RLSind';
    case 'aReleaseConfirm':
      return 'A-RLScnf+';
    case 'aAbortIndication':
      return 'A-ABRind';
    case 'aPAbortIndication':
      return 'A-PABind';
  }
}

class Machine implements Subject<Variables, Detail> {
  readonly #presentation = new Recorder();
  readonly #machine = new AcseMachine(this.#presentation);

  apply({ event }: Step, { input }: Detail = {}): Observed {
    let told: string[] = [];
    let refused: true | undefined;
    try {
      if (input === undefined) REQUESTS[event]!(this.#machine);
      else told = this.#machine.receive(input).map(primitiveOf);
    } catch (error) {
      if (!(error instanceof PrimitiveError) || error.code !== 'ERR_PRIMITIVE_STATE') throw error;
      refused = true;
    }
    return {
      state: this.#machine.state,
      sent: this.#presentation.sent.splice(0),
      told,
      variables: undefined,
      refused,
    };
  }
}

const HEADING: Heading = {
  title: 'ACSE',
  source: 'X.227 (04/95) Annex A, Table A.5. Compared: the next state, APDUs sent, primitives to the user.',
  columns: 'i and r: the side that originated the association (p2), and the other.',
  error: 'ABRT with source provider, A-ABORT indication, STA0 (A.3.1 b).',
  notes: [
    'RLRE- and A-RLSrsp- ride in a negative P-RELEASE, which needs negotiated release; EXTRN-1 and EXTRN-2 change only states that no exception report or resynchronization of reliable transfer meets. They have no way into the machine.',
    'In STA0 there is no association to abort; P-CONNECT without an AARQ is answered all the same.',
    'FN and DN without user data are taken for RLRQ and RLRE, and P-CONNECT confirm carries its AARE where it was refused by the user: tolerance, not table.',
  ],
};

export const acseBench: Bench<Variables, Detail> = {
  heading: HEADING,
  columns: COLUMNS,
  rows: ROWS,
  model: () => new TableModel(READING, { originated: false }),
  subject: () => new Machine(),
};
