import type { Mode } from '../stack/association/events.js';

/** Something that a partner may do, each on an association of its own. */
export const stimuli = [
  'message',
  'large message',
  'marked bind',
  'routing packet',
  'message after a routing packet',
  'private extension',
  'critical extension',
  'bilateral information',
] as const;
export type Stimulus = (typeof stimuli)[number];

/** What became of it. A report's codes are X.411's reason and diagnostic; one of 1984 does not have all diagnostics. */
export type ReactionOutcome =
  | 'taken'
  | 'taken late'
  | 'discarded'
  | 'bind refused'
  | 'aborted'
  | 'closed'
  | `reported ${number}/${number}`
  | `reported ${number}`;

/** How a preset reacts to a stimulus. */
export interface Reacts {
  readonly to: Stimulus;
  readonly outcome: ReactionOutcome;
  /** All where absent. In the others it takes it. */
  readonly modes?: readonly Mode[];
}

/** A leak that the rules find in what a preset sends. */
export interface Emits {
  /** Rules of tier 1 or 2, by their ids. */
  readonly rule: string;
  /** All where absent. */
  readonly modes?: readonly Mode[];
  /** Facing any partner; one that repeats what is foreign in a bind; or in a report on a partner's message. */
  readonly when: 'always' | 'echoed' | 'reporting';
  /** What it is to the partner; absent where it is none of these. */
  readonly as?: Stimulus;
}

/** What shows of a preset from outside, in a conversation with a partner that makes no mistakes but the stimulus. */
export interface Expectation {
  readonly emits: readonly Emits[];
  /** What is not named it takes. */
  readonly reacts: readonly Reacts[];
}

/** In words, a line each. */
export function expectationLines({ emits, reacts }: Expectation): string[] {
  const inModes = (modes: readonly Mode[] | undefined) => (modes === undefined ? '' : ` (${modes.join(', ')})`);
  const when = { always: '', echoed: ', to a peer that echoes', reporting: ', in reports' } as const;
  return [
    ...emits.map((each) => `sends what ${each.rule} finds${when[each.when]}${inModes(each.modes)}`),
    ...reacts.map(({ to, outcome, modes }) => `${to}: ${outcome}${inModes(modes)}`),
  ];
}
