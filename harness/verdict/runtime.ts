import type { ConformanceCase } from './case.js';
import { ConformanceRun } from './conformance-run.js';

/** What runs cases for mocha. */
export interface Runtime {
  /** Throws where the case did not pass, so that mocha alone shows it too. */
  runCase(conformanceCase: ConformanceCase): Promise<void>;
  sanity(group: string, when: 'before' | 'after'): Promise<void>;
}

/** For suites that somebody's own mocha runs, without `p1spec run`: the built-in default target. */
export function defaultRuntime(): Runtime {
  return new ConformanceRun({});
}
