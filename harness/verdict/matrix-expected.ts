import type { Emits, ReactionOutcome, Stimulus } from '../mta/expectation.js';
import type { Preset } from '../mta/preset.js';
import type { Mode } from '../stack/mode.js';

/** Something that the Exchange side is documented to do to a peer that is documented not to take it as it is. */
export interface ExpectedReaction {
  readonly to: Stimulus;
  readonly outcome: ReactionOutcome;
}

/** What two presets' expectations, put together, say of their conversation in the matrix. */
export interface ExpectedCell {
  /** Rules of tier 1 or 2 that find something in what the Exchange side sends, sorted. */
  readonly rules: readonly string[];
  /** Whether its queue to the peer empties. */
  readonly drains: boolean;
  /** Whether it takes the peer's mail. */
  readonly arrives: boolean;
  /** Reactions of the peer that the conversation meets, in its order; what the peer simply takes is not among them. */
  readonly reactions: readonly ExpectedReaction[];
}

/** The same is met on each attempt, and what stands behind it waits. */
const blocking: readonly ReactionOutcome[] = ['bind refused', 'aborted', 'closed'];

/**
 * The conversation in the order of the matrix: a bind; routing packets, which stand first in the queue (an assumption, as
 * their presets say); mail, which the Exchange side submits before the peer submits its own; the report on one of the
 * peer's messages, urgent, which therefore overtakes mail that is stuck, but no routing packet. What blocks ends it: what
 * was to come behind is never sent, and no rule sees it.
 */
export function expectedCell(exchange: Preset, thirdParty: Preset, mode: Mode): ExpectedCell {
  const emits = exchange.expectation.emits.filter((each) => holds(each, mode));
  const marked = emits.some(({ as, when }) => as === 'marked bind' && when === 'always');
  const facing = emits.filter(({ when }) => when !== 'echoed' || (marked && echoesBinds(thirdParty)));
  const of = (stimulus: Stimulus) => facing.filter(({ as }) => as === stimulus);
  const [bind, packet] = [of('marked bind'), of('routing packet')];
  const report = facing.filter(({ when }) => when === 'reporting');
  const mail = facing.filter((each) => ![...bind, ...packet, ...report].includes(each));
  // Of a marked bind that is not refused, the outcome is that of the mail behind it.
  const refused = marked && outcomeAt(thirdParty, 'marked bind', mode) === 'bind refused';
  const marks: readonly Stimulus[] = marked ? ['marked bind'] : [];
  const steps: readonly Step[] = [
    { sends: bind, is: refused ? marks : [] },
    { sends: packet, is: stimuliOf(packet) },
    { sends: [], is: packet.length > 0 ? ['message after a routing packet'] : [] },
    { sends: mail, is: ['message', ...marks, ...stimuliOf(mail)], isOvertaken: true },
    { sends: report, is: [] },
  ];
  const rules: string[] = [];
  const reactions: ExpectedReaction[] = [];
  let drains = true;
  for (const { sends, is, isOvertaken } of steps) {
    const met = is
      .map((to) => ({ to, outcome: outcomeAt(thirdParty, to, mode) }))
      .filter(({ outcome }) => outcome !== 'taken');
    rules.push(...sends.map(({ rule }) => rule));
    reactions.push(...met);
    if (met.every(({ outcome }) => !blocking.includes(outcome))) continue;
    drains = false;
    if (isOvertaken !== true) break;
  }
  const arrives = !blocking.includes(outcomeAt(exchange, 'message', mode));
  return { rules: [...new Set(rules)].sort(), drains, arrives, reactions };
}

/** What came of a conversation, as far as expectations speak of it. */
export interface FoundCell {
  /** Of permitted findings too: a permission changes what counts, not what is sent. */
  readonly rules: readonly string[];
  readonly queue: { readonly drained: boolean };
  readonly inbound: { readonly arrived: number; readonly submitted: number };
}

export function isAsExpected(expected: ExpectedCell, { rules, queue, inbound }: FoundCell): boolean {
  return (
    expected.rules.join() === [...rules].sort().join() &&
    expected.drains === queue.drained &&
    expected.arrives === (inbound.arrived === inbound.submitted)
  );
}

interface Step {
  readonly sends: readonly Emits[];
  /** To the peer. */
  readonly is: readonly Stimulus[];
  /** What comes next is sent though this is stuck. */
  readonly isOvertaken?: boolean;
}

function stimuliOf(emits: readonly Emits[]): Stimulus[] {
  return [...new Set(emits.flatMap(({ as }) => as ?? []))];
}

function outcomeAt({ expectation }: Preset, stimulus: Stimulus, mode: Mode): ReactionOutcome {
  return expectation.reacts.find((each) => each.to === stimulus && holds(each, mode))?.outcome ?? 'taken';
}

function holds({ modes }: { readonly modes?: readonly Mode[] }, mode: Mode): boolean {
  return modes?.includes(mode) ?? true;
}

/** KB 281744: to Exchange 2000, such a peer is one of its own. */
function echoesBinds({ personality }: Preset): boolean {
  const anywhere = { server: 'P1SPEC', domain: { country: 'XX', administrationDomain: ' ' } };
  return personality(anywhere).echoesBind === true;
}
