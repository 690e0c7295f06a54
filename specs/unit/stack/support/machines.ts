import { acseBench } from './acse-bench.js';
import { exercise, type Heading, type Pair } from './exercise.js';
import { presentationBench } from './presentation-bench.js';
import { sessionBench } from './session-bench.js';
import { transportBench } from './transport-bench.js';

/** A machine, every pair of it exercised. */
export interface Exercised {
  readonly heading: Heading;
  /** In the order of the rows and columns of its bench. */
  readonly pairs: readonly Pair[];
}

export function exerciseAll(): readonly Exercised[] {
  return [
    { heading: transportBench.heading, pairs: exercise(transportBench) },
    { heading: sessionBench.heading, pairs: exercise(sessionBench) },
    { heading: presentationBench.heading, pairs: exercise(presentationBench) },
    { heading: acseBench.heading, pairs: exercise(acseBench) },
  ];
}
