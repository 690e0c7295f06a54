import type { Pair } from './exercise.js';

/**
 * Where session stands while reliable transfer is in a state: conversations of the exercise of session, by the states
 * that they end in. What session can indicate there is what can come up.
 */
const OPENED = 'SCONreq, AC';
const ACCEPTED = 'CN, SCONrsp+';

const SITUATIONS: Readonly<Record<string, readonly string[]>> = {
  'idle initiator': [''],
  'idle responder': [''],
  awaitAssociateConfirm: ['SCONreq'],
  awaitOpenResponse: ['CN'],
  'associated turn': [OPENED],
  'associated none': [ACCEPTED, `${OPENED}, SCGreq, GTA`, `${ACCEPTED}, GT, data`],
  sending: [`${OPENED}, SACTSreq`, `${OPENED}, SACTSreq, SSYNmreq, SSYNmreq`, `${OPENED}, SACTRreq, SSYNmreq`],
  awaitEndConfirm: [`${OPENED}, SACTSreq, SACTEreq`, `${OPENED}, SACTSreq, SSYNmreq, SSYNmreq, SACTEreq`],
  awaitInterruptConfirm: [`${OPENED}, SACTSreq, SSYNmreq, SACTIreq`],
  resuming: [`${OPENED}, SACTSreq, SSYNmreq, SACTIreq`],
  awaitDiscardConfirm: [`${OPENED}, SACTSreq, SSYNmreq, SACTDreq`],
  receiving: [`${ACCEPTED}, AS`, `${ACCEPTED}, AS, MIP, next, MIP, next`, `${ACCEPTED}, AS, MIP, next, GT, data`],
  awaitTransferResponse: [`${ACCEPTED}, AS, AE, next`, `${ACCEPTED}, AS, MIP, next, AE, next, GT, data`],
  awaitAbandonment: [`${ACCEPTED}, AS, SUERreq`, `${ACCEPTED}, AS, MIP, next, MIP, next, SUERreq`],
  awaitControlGiven: [`${OPENED}, SCGreq`],
  awaitReleaseConfirm: [`${OPENED}, SRELreq`, `${OPENED}, SACTSreq, SSYNmreq, SACTIreq, AIA, SRELreq`],
  closed: [],
};

/** Session's indications and confirms by the names of the events of reliable transfer. */
const EVENTS: Readonly<Record<string, string>> = {
  SCONind: 'A-ASCind',
  'SCONcnf+': 'A-ASCcnf+',
  'SCONcnf-': 'A-ASCcnf-',
  SDTind: 'RTTR',
  SGTind: 'P-GTind',
  SPTind: 'RTTP',
  SCGind: 'P-CGind',
  '(given)': '(given)',
  SSYNmind: 'P-SYNmind',
  SSYNmcnf: 'P-SYNmcnf',
  SACTSind: 'P-ACTSind',
  SACTRind: 'P-ACTRind',
  SACTEind: 'P-ACTEind',
  SACTEcnf: 'P-ACTEcnf',
  SACTIind: 'P-ACTIind',
  SACTIcnf: 'P-ACTIcnf',
  SACTDind: 'P-ACTDind',
  SACTDcnf: 'P-ACTDcnf',
  SUERind: 'P-UERind',
  SPERind: 'P-PERind',
  SRELind: 'A-RLSind',
  'SRELcnf+': 'A-RLScnf',
  SUABind: 'RTAB',
  SPABind: 'A-P-ABind',
};
/** Whose user data is reliable transfer's, and can be what it cannot read. */
const CARRIERS = ['A-ASCind', 'A-ASCcnf+', 'RTTR', 'RTTP', 'A-RLSind', 'A-RLScnf', 'RTAB'];

/** The events that session lets come up in a state of reliable transfer, by the first word of their names. */
export type Indicated = (state: string, role: 'initiator' | 'responder', turn: boolean) => ReadonlySet<string>;

/** `sessionPairs`: the exercise of session. */
export function indicatedBy(sessionPairs: readonly Pair[]): Indicated {
  const known = new Map<string, ReadonlySet<string>>();
  return (state, role, turn) => {
    const key = `${state} ${role} ${turn}`;
    const events = known.get(key) ?? indicatedIn(sessionPairs, state, role, turn);
    known.set(key, events);
    return events;
  };
}

function indicatedIn(
  sessionPairs: readonly Pair[],
  state: string,
  role: 'initiator' | 'responder',
  turn: boolean,
): ReadonlySet<string> {
  const split = { idle: `idle ${role}`, associated: `associated ${turn ? 'turn' : 'none'}` }[state];
  const paths = SITUATIONS[split ?? state];
  if (paths === undefined) throw new Error(`no situation of session for ${state}`);
  const own = role === 'initiator' ? '01C i' : '01C r';
  const here = sessionPairs.filter(
    ({ path, source, column, standing }) =>
      source !== 'user' && standing !== 'impossible' && paths.includes(path) && (path !== '' || column === own),
  );
  const events = new Set(here.flatMap(({ observed }) => EVENTS[observed.told[0] ?? ''] ?? []));
  if (CARRIERS.some((event) => events.has(event))) events.add('invalid APDU');
  return events;
}
