import type { Json } from '../asn1/json.js';
import type { ConversationSummary, Verdict } from '../rules/conversation.js';
import { type Finding, fails } from '../rules/finding.js';

/** What was found in one recording. */
export interface CheckedFile {
  readonly file: string;
  readonly summary: Pick<ConversationSummary, 'associations' | 'apdus' | 'binds' | 'incomplete' | 'notP1'>;
  readonly findings: readonly Finding[];
  /** Findings that a baseline already has: told, but they do not fail. */
  readonly known: ReadonlySet<Finding>;
}

/** Verdict of a file: without a bind nothing was judged. */
export function fileVerdict({ summary, findings, known }: CheckedFile): Verdict {
  if (findings.some((finding) => fails(finding) && !known.has(finding))) return 'fail';
  return summary.binds > 0 ? 'pass' : 'inconclusive';
}

/** Verdict of several files: the worst. */
export function checkVerdict(files: readonly CheckedFile[]): Verdict {
  const verdicts = files.map(fileVerdict);
  if (verdicts.includes('fail')) return 'fail';
  return verdicts.includes('inconclusive') ? 'inconclusive' : 'pass';
}

/** `check --json`. */
export function checkJson(files: readonly CheckedFile[]): Json {
  return {
    verdict: checkVerdict(files),
    files: files.map(({ file, summary, findings, known }) => ({
      file,
      associations: summary.associations,
      apdus: summary.apdus,
      findings: findings.map((finding) => findingJson(finding, known.has(finding))),
      ...(summary.notP1.size === 0
        ? {}
        : { notP1: [...summary.notP1].map(([connection, why]) => ({ connection, why })) }),
    })),
  };
}

/** A finding as `check --json` has it. */
export function findingJson(finding: Finding, known = false): Json {
  const { rule, tier, path, layer, connection, direction, offset, length, message, clause, permitted, signature } =
    finding;
  return {
    rule,
    tier,
    path,
    layer,
    connection,
    direction,
    offset,
    length,
    message,
    clause,
    ...(permitted === undefined ? {} : { permitted }),
    ...(signature === undefined ? {} : { signature }),
    ...(known ? { baseline: true } : {}),
  };
}

/**
 * What an earlier `check --json` found, to tell what is new. A finding is the same where rule, path, direction and
 * message are: offsets move between recordings. Each counts as often as it stood there.
 */
export class Baseline {
  readonly #counts = new Map<string, number>();

  /** `json` is the parsed text; throws a TypeError where it is no result of `check --json`. */
  constructor(json: unknown) {
    const files = (json as { files?: unknown } | null)?.files;
    if (!Array.isArray(files)) throw new TypeError('it has no list of files');
    for (const file of files as { findings?: unknown }[]) {
      if (!Array.isArray(file.findings)) throw new TypeError('a file has no list of findings');
      for (const finding of file.findings as Finding[]) {
        this.#counts.set(identity(finding), (this.#counts.get(identity(finding)) ?? 0) + 1);
      }
    }
  }

  /** Those of the findings that were already there. */
  known(findings: readonly Finding[]): Set<Finding> {
    const left = new Map(this.#counts);
    const known = new Set<Finding>();
    for (const finding of findings) {
      const count = left.get(identity(finding)) ?? 0;
      if (count === 0) continue;
      left.set(identity(finding), count - 1);
      known.add(finding);
    }
    return known;
  }
}

function identity({ rule, path, direction, message }: Finding): string {
  return JSON.stringify([rule, path, direction, message]);
}
