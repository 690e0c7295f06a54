/// <reference types="mocha" preserve="true" />
import type { Mode } from '../stack/mode.js';
import { RunError } from './failure.js';
import type { PeerSpec } from './peer.js';
import type { CaseDescription, CaseFacts } from './results.js';
import { defaultRuntime, type Runtime } from './runtime.js';
import type { CaseContext } from './testbed.js';

export type CaseBody = (context: CaseContext) => void | Promise<void>;

/** What a case wants to find set up. */
export interface CaseOptions extends CaseFacts {
  /** The peers that face the IUT; one `tolerant` one unless it matters. */
  readonly peers?: readonly PeerSpec[];
}

/** A case as it was registered. */
export interface ConformanceCase extends CaseDescription {
  readonly options: CaseOptions;
  readonly body: CaseBody;
}

/** What a case says of itself, without its body. */
export function descriptionOf(conformanceCase: ConformanceCase): CaseDescription {
  const { id, group, purpose, clause, role, strength, modes, deliberateErrors } = conformanceCase;
  return {
    id,
    group,
    purpose,
    clause,
    role,
    strength,
    ...(modes === undefined ? {} : { modes }),
    ...(deliberateErrors === undefined ? {} : { deliberateErrors }),
  };
}

/** Why a case is not applicable in a mode; undefined where it is. */
export function notApplicableIn(mode: Mode, { modes }: Pick<CaseDescription, 'modes'>): string | undefined {
  return modes === undefined || modes.includes(mode) ? undefined : `it is about ${modesText(modes)}`;
}

/** `normal mode`, `x410-1984 and x410-1988`. */
export function modesText(modes: readonly Mode[]): string {
  return modes.length === 1 && modes[0] === 'normal' ? 'normal mode' : modes.join(' and ');
}

const ID = /^P1\/([A-Z][A-Z0-9]*)\/(BV|BI|BO)-\d{3}$/;
// Registered for all of the process: a suite's p1spec need not be the very module that runs it.
const CASE: unique symbol = Symbol.for('p1spec case');
const GROUP: unique symbol = Symbol.for('p1spec group');

interface MarkedTest extends Mocha.Test {
  [CASE]?: ConformanceCase;
}
interface MarkedSuite extends Mocha.Suite {
  [GROUP]?: string;
}

/** The mocha context below `run`, which puts itself there. */
export interface RunContext {
  p1spec?: Runtime;
}

/**
 * A group of cases: a `describe` of mocha. Before its first case and after its last, a sanity conversation shows that
 * the target lives.
 */
export function group(key: string, title: string, define: () => void): void {
  describe(`${key}: ${title}`, function (this: MarkedSuite) {
    this[GROUP] = key;
    before(async function () {
      this.timeout(0);
      await runtimeOf(this)?.sanity(key, 'before');
    });
    define();
    after(async function () {
      this.timeout(0);
      await runtimeOf(this)?.sanity(key, 'after');
    });
  });
}

/**
 * A case: an `it` of mocha. `id` is `P1/<group>/<BV|BI|BO>-<nnn>` (valid, invalid, inopportune behaviour), stable and
 * never reused. The body throws where the IUT does not conform; the verdict is ours, whatever mocha says.
 */
export function conformanceCase(id: string, options: CaseOptions, body: CaseBody): void {
  const [, key] = ID.exec(id) ?? [];
  if (key === undefined) {
    throw new RunError('ERR_CASE_ID', {
      message: `${JSON.stringify(id)} is no case id`,
      hint: 'ids are P1/<GROUP>/<BV|BI|BO>-<nnn>, such as P1/ROUTE/BV-001',
    });
  }
  const { purpose, clause, role, strength, modes, deliberateErrors } = options;
  const registered = { id, group: key, purpose, clause, role, strength, modes, deliberateErrors, options, body };
  const test: MarkedTest = it(`${id} ${purpose}`, async function () {
    this.timeout(0);
    await (runtimeOf(this) ?? defaultRuntime()).runCase(registered);
  });
  test[CASE] = registered;
  checkPlace(test, registered);
}

/** The case that a test is; undefined of any other test. */
export function caseOf(test: Mocha.Runnable): ConformanceCase | undefined {
  return (test as Mocha.Runnable & MarkedTest)[CASE];
}

function runtimeOf(context: Mocha.Context): Runtime | undefined {
  return (context as Mocha.Context & RunContext).p1spec;
}

function checkPlace(test: MarkedTest, { id, group: key }: ConformanceCase): void {
  const groups: (string | undefined)[] = [];
  let root: MarkedSuite | undefined = test.parent;
  while (root?.parent !== undefined) {
    groups.push(root[GROUP]);
    root = root.parent;
  }
  if (!groups.includes(key)) {
    throw new RunError('ERR_CASE_OUTSIDE_GROUP', { message: `${id} does not stand in group ${key}` });
  }
  let count = 0;
  root?.eachTest((each) => {
    if (caseOf(each)?.id === id) count += 1;
  });
  if (count > 1) throw new RunError('ERR_CASE_ID', { message: `${id} stands twice in the suites` });
}
