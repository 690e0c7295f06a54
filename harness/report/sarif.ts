import { createHash } from 'node:crypto';
import { relative, sep } from 'node:path';
import { fromHex } from '../ber/octets.js';
import { catalogue } from '../rules/catalogue.js';
import { standing } from '../verdict/expected-failures.js';
import { permissionName } from '../verdict/permissions.js';
import type { CaseFinding, CaseResult, RunListener, RunResult } from '../verdict/results.js';
import { relativeUrl } from './escape.js';
import { allFindings, asciiJson, findingKey, lostSanity, oneLine, plainLines, reasonOf } from './outcome.js';
import { caseDescriptor, type Descriptor, findingDescriptor, levelOf, message, ruleDescriptor } from './sarif-rules.js';
import type { Sink } from './sink.js';
import { summarize, summaryText } from './summary.js';

/**
 * SARIF 2.1.0, for dashboards of code scanning: a result for each finding in each case, and one for each case that did
 * not pass and rests on no finding. Addresses of files are relative to `folder`, the working directory of the run.
 */
export class SarifReporter implements RunListener {
  readonly #sink: Sink;
  readonly #folder: string;

  constructor(sink: Sink, folder: string) {
    this.#sink = sink;
    this.#folder = folder;
  }

  runEnded(result: RunResult): void {
    this.#sink.write(`${asciiJson(sarifLog(result, this.#folder), 2)}\n`);
  }
}

const SCHEMA = 'https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json';
/** SARIF 3.14.14: where relative addresses begin; a place of this name is the root of the sources for every consumer. */
const BASE = '%SRCROOT%';

export function sarifLog(result: RunResult, folder: string): object {
  const artifacts = new Artifacts(result, folder);
  const own = result.cases.filter(isOwnResult);
  const found = result.cases.flatMap(allFindings);
  const rules = new Rules([
    ...catalogue.map(ruleDescriptor),
    ...found.map(findingDescriptor),
    ...own.map(caseDescriptor),
  ]);
  return {
    $schema: SCHEMA,
    version: '2.1.0',
    runs: [
      {
        tool: { driver: driver(result, rules) },
        automationDetails: automation(result),
        invocations: [invocation(result)],
        originalUriBaseIds: { [BASE]: { description: { text: 'The working directory of the run' } } },
        artifacts: artifacts.list,
        results: result.cases.flatMap((each) => [
          ...allFindings(each).map((finding) => findingResult(each, finding, rules, artifacts)),
          ...(isOwnResult(each) ? [caseOwnResult(each, rules, artifacts)] : []),
        ]),
        columnKind: 'utf16CodeUnits',
        properties: runProperties(result),
      },
    ],
  };
}

/** Whether a case has a result beside its findings. Errors of ours are notifications: they say nothing of the IUT. */
function isOwnResult(result: CaseResult): boolean {
  if (standing(result) === 'unexpected-pass') return true;
  if (result.verdict === 'fail') return result.failing.length === 0;
  return result.verdict === 'inconclusive' || result.verdict === 'not-run';
}

function driver({ version }: RunResult, rules: Rules): object {
  return {
    name: 'p1spec',
    fullName: `p1spec ${version}`,
    version,
    semanticVersion: version,
    shortDescription: { text: 'Conformance test harness for X.400 message transfer agents' },
    rules: rules.list,
  };
}

/** SARIF 3.17.3: what is alike from run to run, and the run behind the last solidus. */
function automation({ target, mode, shard, startedAt }: RunResult): object {
  const parts = ['p1spec', target, mode, ...(shard === undefined ? [] : [shard]), startedAt];
  return {
    id: parts.map((part) => encodeURIComponent(part.replace(/\p{Cs}/gu, '\ufffd'))).join('/'),
    description: message(`Conformance of ${oneLine(target)}, mode ${mode}`),
  };
}

function invocation(result: RunResult): object {
  const { startedAt, duration, interrupted } = result;
  const { exitCode } = summarize(result);
  const started = Date.parse(startedAt);
  const notification = (level: 'error' | 'warning', text: string, ruleId?: string) => ({
    level,
    message: message(text),
    ...(ruleId === undefined ? {} : { associatedRule: { id: ruleId } }),
  });
  return {
    executionSuccessful: exitCode !== 2 && interrupted === undefined,
    exitCode,
    exitCodeDescription: summaryText(result),
    ...(Number.isNaN(started)
      ? {}
      : { startTimeUtc: new Date(started).toISOString(), endTimeUtc: new Date(started + duration).toISOString() }),
    toolExecutionNotifications: [
      ...result.cases
        .filter(({ verdict }) => verdict === 'error')
        .map((each) => notification('error', `${each.id}: ${oneLine(each.reason ?? '')}`)),
      ...lostSanity(result).map(({ group, when, verdict, reason = '' }) =>
        notification(
          verdict === 'error' ? 'error' : 'warning',
          `sanity ${when} ${oneLine(group)}: ${verdict}: ${oneLine(reason)}`,
        ),
      ),
      ...(interrupted === undefined ? [] : [notification('error', `ended before its end: ${oneLine(interrupted)}`)]),
    ],
  };
}

function findingResult(each: CaseResult, finding: CaseFinding, rules: Rules, artifacts: Artifacts): object {
  const { rule, path, connection, direction, tier, layer, clause, signature, offset, length } = finding;
  const side = direction === 'i2r' ? 'initiator to responder' : 'responder to initiator';
  const probably = signature === undefined ? '' : `, probably ${oneLine(signature)}`;
  return {
    ...rules.reference(rule),
    kind: 'fail',
    level: levelOf(tier),
    message: message(`${oneLine(path)}: ${oneLine(finding.message)}${probably} (${oneLine(clause)})`),
    locations: [
      {
        physicalLocation: artifacts.place(each, finding),
        logicalLocations: [{ fullyQualifiedName: oneLine(path), kind: 'element' }],
        message: message(`connection ${connection}, ${side}, offset ${offset}, ${length} octets`),
      },
    ],
    partialFingerprints: fingerprint([each.id, rule, path, direction, finding.message]),
    suppressions: suppressions(each, finding),
    properties: {
      case: each.id,
      purpose: each.purpose,
      verdict: each.verdict,
      connection,
      direction,
      path,
      layer,
      tier,
      streamOffset: 'byteOffset counts from the first TCP payload octet of that direction of that connection',
    },
  };
}

function caseOwnResult(each: CaseResult, rules: Rules, artifacts: Artifacts): object {
  const how = standing(each);
  const open = how === 'as-it-is' && each.verdict !== 'fail';
  const said = how === 'unexpected-pass' ? `passed, but was expected to fail: ${reasonOf(each)}` : (each.reason ?? '');
  const { id, verdict, clause, strength, role, requirement, expected, actual, reproduce } = each;
  const texts = Object.entries({ requirement, expected, actual }).flatMap(([name, text]) =>
    text === undefined ? [] : [`${name}: ${plainLines(text)}`],
  );
  return {
    ...rules.reference(id),
    // SARIF 3.27.9: open, where there was not enough to tell; its level is none then.
    kind: open ? 'open' : 'fail',
    level: open ? 'none' : strength === 'shall' || how === 'unexpected-pass' ? 'error' : 'warning',
    message: message([`${verdict}: ${plainLines(said)}`, ...texts].join('\n')),
    locations: artifacts.of(each).map((physicalLocation) => ({ physicalLocation })),
    partialFingerprints: fingerprint([id]),
    suppressions: suppressions(each, undefined),
    properties: { case: id, verdict, standing: how, clause, strength, role, reproduce },
  };
}

/** SARIF 3.35: an empty list says that nothing suppresses it. */
function suppressions(each: CaseResult, finding: CaseFinding | undefined): object[] {
  const external = (text: string) => ({ kind: 'external', status: 'accepted', justification: oneLine(text) });
  if (finding?.permitted !== undefined) return [external(`permitted: ${finding.permitted}`)];
  if (standing(each) !== 'expected-failure') return [];
  const failing = new Set(each.failing.map(findingKey));
  if (finding !== undefined && !failing.has(findingKey(finding))) return [];
  return [external(`expected failure: ${reasonOf(each)}`)];
}

/** Offsets move between runs, so that they are no part of it. */
function fingerprint(parts: readonly string[]): object {
  return { 'p1spec/v1': createHash('sha256').update(JSON.stringify(parts)).digest('hex') };
}

function runProperties({ target, mode, shard, permissions, expectedFailures, sanity }: RunResult): object {
  return {
    target,
    mode,
    ...(shard === undefined ? {} : { shard }),
    permissions: permissions.map((each) => ({ permission: permissionName(each), reason: each.reason })),
    expectedFailures,
    sanity,
  };
}

/** What results refer to, each once. */
class Rules {
  readonly list: Descriptor[] = [];
  readonly #index = new Map<string, number>();

  constructor(descriptors: readonly Descriptor[]) {
    for (const each of descriptors) {
      if (this.#index.has(each.id)) continue;
      this.#index.set(each.id, this.list.length);
      this.list.push(each);
    }
  }

  reference(ruleId: string): object {
    return { ruleId, ruleIndex: this.#index.get(ruleId) };
  }
}

/** The transcripts, each once. */
class Artifacts {
  readonly list: object[] = [];
  readonly #folder: string;
  readonly #index = new Map<string, number>();

  constructor({ cases }: RunResult, folder: string) {
    this.#folder = folder;
    for (const file of cases.flatMap(({ transcripts }) => transcripts)) {
      if (this.#index.has(file)) continue;
      this.#index.set(file, this.list.length);
      this.list.push({ location: this.#location(file), roles: ['resultFile'], mimeType: 'application/x-ndjson' });
    }
  }

  of({ transcripts }: CaseResult): object[] {
    return transcripts.map((file) => ({
      artifactLocation: { ...this.#location(file), index: this.#index.get(file) },
    }));
  }

  /** In the case's transcript, whose connections a finding counts; nowhere where none was written. */
  place(each: CaseResult, { offset, length, context }: CaseFinding): object | undefined {
    const [first] = this.of(each);
    if (first === undefined) return undefined;
    const octets = context === undefined ? undefined : fromHex(context.octets);
    // SARIF 3.29.5: the context holds all of the region.
    const covers =
      context !== undefined &&
      octets !== undefined &&
      context.offset <= offset &&
      context.offset + octets.length >= offset + length;
    return {
      ...first,
      region: { byteOffset: offset, byteLength: length },
      ...(covers
        ? {
            contextRegion: {
              byteOffset: context.offset,
              byteLength: octets.length,
              snippet: { binary: Buffer.from(octets).toString('base64') },
            },
          }
        : {}),
    };
  }

  #location(file: string): object {
    return { uri: relativeUrl(relative(this.#folder, file), sep), uriBaseId: BASE };
  }
}
