import { use } from 'chai';
import { p1specAssertions } from './assertions.js';

/** chai's `expect` with p1spec's assertions. */
export const { expect } = use(p1specAssertions);

export { type DrainOptions, p1specAssertions } from './assertions.js';
export { type CaseBody, type CaseOptions, conformanceCase, group } from './case.js';
export { DrivenAssociation, type DrivenOptions, type Reactions } from './driven.js';
export { countsAs, parseExpectedFailure, runExitCode, standing } from './expected-failures.js';
export { ConformanceFailure, findingText, Inconclusive, NotApplicable, RunError } from './failure.js';
export { Iut, QueueView } from './iut.js';
export * from './matrix.js';
export { type ExpectedCell, type ExpectedReaction, expectedCell, isAsExpected } from './matrix-expected.js';
export { type Mail, Peer, type PeerSpec } from './peer.js';
export { permissionName } from './permissions.js';
export type * from './results.js';
export { listCases, type RunOptions, run } from './run.js';
export { matches, parseShard, type Selection, select } from './selection.js';
export { type CaseContext, Testbed, type TestbedOptions } from './testbed.js';
export { type SeenApdu, SeenAssociation, Traffic } from './traffic.js';
export { exitCode, type Verdict, verdicts } from './verdict.js';
