/**
 * What came out of a case. `inconclusive`: the stimulus could not be delivered, or the link failed; `not-applicable`:
 * the target does not claim the feature; `not-run`: nobody tried; `error`: our own fault.
 */
export type Verdict = 'pass' | 'fail' | 'inconclusive' | 'not-applicable' | 'not-run' | 'error';

/** From the best to the worst; of several, the worst holds. */
export const verdicts: readonly Verdict[] = ['not-applicable', 'pass', 'not-run', 'inconclusive', 'fail', 'error'];

/** A verdict never gets better. */
export function worse(a: Verdict, b: Verdict): Verdict {
  return verdicts.indexOf(a) >= verdicts.indexOf(b) ? a : b;
}

/** Undefined of no verdict at all: nothing is not a pass. */
export function worst(all: Iterable<Verdict>): Verdict | undefined {
  let found: Verdict | undefined;
  for (const verdict of all) found = found === undefined ? verdict : worse(found, verdict);
  return found;
}

export type ExitCode = 0 | 1 | 2 | 3;

/** Any `error` 2, else any `fail` 1, else any `inconclusive` or `not-run` 3, else 0; no case at all is 2. */
export function exitCode(all: readonly Verdict[]): ExitCode {
  switch (worst(all)) {
    case undefined:
    case 'error':
      return 2;
    case 'fail':
      return 1;
    case 'inconclusive':
    case 'not-run':
      return 3;
    default:
      return 0;
  }
}
