import type { ServiceEvent } from '../../../../../harness/stack/association/service.js';
import { type Direction, opposite } from '../../../../../harness/stack/direction.js';
import { apduLengths, type Played } from './player.js';
import { ENDS, type Step, stepsOf, type Tpkt } from './steps.js';

/** One thing that our machine did, or saw, otherwise than the real MTA. */
export interface Difference {
  /** The PDU or transfer at which it shows; `services` for what was told upwards. */
  readonly step: string;
  readonly what: string;
  readonly ours: string;
  readonly theirs: string;
}

/** What our machine sent against what the real MTA sent, step by step, as far as they go the same way. */
export function answerDifferences(recorded: readonly Tpkt[], played: Played, own: Direction): Difference[] {
  const theirs = stepsOf(recorded)[own];
  const ours = stepsOf(played.tpkts)[own];
  const found: Difference[] = [];
  for (let i = 0; i < Math.max(theirs.length, ours.length); i += 1) {
    const [mine, other] = [ours[i], theirs[i]];
    if (mine?.kind !== other?.kind) {
      found.push({
        step: other?.kind ?? 'the end',
        what: 'the answer',
        ours: described(mine),
        theirs: described(other),
      });
      break;
    }
    if (mine === undefined || other === undefined) continue;
    if (mine.facts.get('by') !== other.facts.get('by')) {
      found.push({ step: other.kind, what: 'the answer', ours: described(mine), theirs: described(other) });
      break;
    }
    found.push(...factDifferences(mine, other));
  }
  if (played.misfit !== undefined)
    found.push({ step: 'the user', what: 'a request', ours: played.misfit, theirs: 'taken' });
  return found;
}

function described(step: Step | undefined): string {
  if (step === undefined) return 'nothing';
  const { facts } = step;
  const why = [
    'by',
    'reason',
    'abortReason',
    'transport disconnect',
    'bind error',
    'CPR-PPDU.normalModeParameters.providerReason',
  ];
  const told = why.flatMap((name) => (facts.has(name) ? [`${name} ${facts.get(name)}`] : []));
  return [step.kind, ...told].join(', ');
}

function factDifferences(mine: Step, other: Step): Difference[] {
  const names = new Set([...mine.facts.keys(), ...other.facts.keys()]);
  return [...names].flatMap((what) => {
    const [ours, theirs] = [mine.facts.get(what) ?? 'absent', other.facts.get(what) ?? 'absent'];
    return ours === theirs ? [] : [{ step: mine.kind, what, ours, theirs }];
  });
}

/** Differences behind which nothing can be compared. */
const DIVERGES: ReadonlySet<string> = new Set(['the answer', 'a request']);

/** What our machine told its user against what the octets of the fed side ask to be told. */
export function serviceDifferences(recorded: readonly Tpkt[], played: Played, own: Direction): Difference[] {
  const due = [...dueServices(recorded, opposite(own))];
  const ours = stepsOf(played.tpkts)[own];
  const ended = ours.some(({ kind }) => kind === 'ABORT' || kind === 'REFUSE');
  const told = played.services.flatMap(toldService).filter((service) => !(ended && service === 'abort'));
  // Who ended it, or went another way, is told no more; what differed then is told as an answer.
  const apart = ended || answerDifferences(recorded, played, own).some(({ what }) => DIVERGES.has(what));
  const length = apart ? Math.min(due.length, told.length) : Math.max(due.length, told.length);
  for (let i = 0; i < length; i += 1) {
    if (due[i] === told[i]) continue;
    return [
      { step: 'services', what: due[i - 1] ?? 'the first', ours: told[i] ?? 'nothing', theirs: due[i] ?? 'nothing' },
    ];
  }
  return [];
}

/** By X.218 Table 2 and clause 9: what each PDU of a peer is an indication or confirmation of. */
function* dueServices(recorded: readonly Tpkt[], fed: Direction): Generator<string> {
  const lengths = apduLengths(recorded, fed);
  const steps = stepsOf(recorded);
  // What comes behind the end that one side made is read by nobody.
  const end = steps[opposite(fed)].find(({ kind }) => ENDS.has(kind))?.at ?? Number.POSITIVE_INFINITY;
  for (const { kind, facts, at } of steps[fed]) {
    if (at > end) return;
    const fact = (...names: string[]) => names.map((name) => facts.get(name)).find((value) => value !== undefined);
    const size = (pdus: [string, string]) => {
      const [normal, x410] = pdus;
      const of = (name: string) => fact(`${normal}.${name}`, `${x410}.pUserData.${name}`);
      return `checkpoint ${of('checkpointSize') ?? 0}, window ${of('windowSize') ?? 3}`;
    };
    switch (kind) {
      case 'CONNECT': {
        const twa = fact('RTORQ.dialogueMode', 'PConnect.pUserData.dialogueMode') === '1';
        yield `rtOpenIndication ${size(['RTORQ', 'PConnect'])}, ${twa ? 'twa' : 'monologue'}`;
        break;
      }
      case 'ACCEPT':
        yield `rtOpenConfirm ${size(['RTOAC', 'PAccept'])}`;
        break;
      case 'REFUSE':
        yield 'rtOpenConfirm refused';
        break;
      case 'transfer':
        yield 'rtTransferStart';
        if (facts.has('end')) yield `rtTransferIndication ${lengths.shift()} octets`;
        break;
      case 'ACTIVITY END ACK':
        yield 'rtTransferConfirm secured';
        break;
      case 'PLEASE TOKENS':
        yield `rtTurnPleaseIndication ${fact('RTTP') ?? 0}`;
        break;
      case 'GIVE TOKENS CONFIRM':
        yield 'rtTurnGiveIndication';
        break;
      case 'FINISH':
        yield 'rtCloseIndication';
        break;
      case 'DISCONNECT':
        yield 'rtCloseConfirm';
        break;
      case 'ABORT':
        yield 'abort';
        break;
      case 'EXCEPTION DATA':
        yield `exceptionIndication ${fact('reason')}`;
        break;
      case 'ACTIVITY INTERRUPT':
      case 'ACTIVITY DISCARD':
        yield `transferAbandoned ${kind === 'ACTIVITY DISCARD' ? 'discarded' : 'interrupted'}`;
        break;
      default:
        break;
    }
  }
}

/** Without negative confirms: they are of this side's making, or follow from an abort that is told too. X.218 9.6. */
function toldService(event: ServiceEvent): string[] {
  switch (event.kind) {
    case 'rtOpenIndication':
      return [`${event.kind} checkpoint ${event.checkpointSize}, window ${event.windowSize}, ${event.dialogueMode}`];
    case 'rtOpenConfirm':
      return [
        event.accepted
          ? `${event.kind} checkpoint ${event.checkpointSize}, window ${event.windowSize}`
          : `${event.kind} refused`,
      ];
    case 'rtTransferIndication':
      return [`${event.kind} ${(event.apdu ?? event.octets)?.length ?? 0} octets`];
    case 'rtTransferConfirm':
      return event.secured ? [`${event.kind} secured`] : [];
    case 'rtTurnPleaseIndication':
      return [`${event.kind} ${event.priority}`];
    case 'exceptionIndication':
      return [`${event.kind} ${event.reason}`];
    case 'transferAbandoned':
      return [`${event.kind} ${event.how}`];
    case 'rtUAbortIndication':
    case 'rtPAbortIndication':
      return ['abort'];
    case 'rtTransferStart':
    case 'rtTurnGiveIndication':
    case 'rtCloseIndication':
    case 'rtCloseConfirm':
      return [event.kind];
    default:
      return [];
  }
}
