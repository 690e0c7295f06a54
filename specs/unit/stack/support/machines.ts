import { acseBench } from './acse-bench.js';
import { exercise, type Heading, type Pair } from './exercise.js';
import { presentationBench } from './presentation-bench.js';
import { rtseBench } from './rtse-bench.js';
import { sessionBench } from './session-bench.js';
import { transportBench } from './transport-bench.js';

/** A machine, every pair of it exercised. */
export interface Exercised {
  readonly heading: Heading;
  /** In the order of the rows and columns of its bench. */
  readonly pairs: readonly Pair[];
}

export function exerciseAll(): readonly Exercised[] {
  const session = exercise(sessionBench);
  const rtse = rtseBench(session);
  return [
    { heading: transportBench.heading, pairs: exercise(transportBench) },
    { heading: sessionBench.heading, pairs: session },
    { heading: presentationBench.heading, pairs: exercise(presentationBench) },
    { heading: acseBench.heading, pairs: exercise(acseBench) },
    { heading: rtse.heading, pairs: exercise(rtse) },
  ];
}
