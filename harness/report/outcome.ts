import { countsAs, standing } from '../verdict/expected-failures.js';
import type { CaseFinding, CaseResult, RunResult, SanityResult } from '../verdict/results.js';
import type { Verdict } from '../verdict/verdict.js';
import { escapeText } from './escape.js';

/** What a report calls a result: its verdict, unless the list of expected failures says more. */
export type OutcomeWord = Verdict | 'expected failure' | 'unexpected pass';

export function outcomeWord(result: CaseResult): OutcomeWord {
  const how = standing(result);
  if (how === 'as-it-is') return result.verdict;
  return how === 'expected-failure' ? 'expected failure' : 'unexpected pass';
}

/** Cases that somebody has to look at, in the order of the suites. */
export function troubledCases({ cases }: RunResult): CaseResult[] {
  return cases.filter((each) => !['pass', 'not-applicable'].includes(countsAs(each)));
}

/** Sanity conversations that did not pass. */
export function lostSanity({ sanity }: RunResult): SanityResult[] {
  return sanity.filter(({ verdict }) => verdict !== 'pass');
}

/** Why a case came out as it did, as it was told; an expectation's own reason where that decides. */
export function reasonOf(result: CaseResult): string {
  const { reason = '', expectedFailure } = result;
  return standing(result) === 'as-it-is' ? reason : (expectedFailure?.reason ?? reason);
}

/** Text in one line of printable ASCII. */
export function oneLine(text: string): string {
  return escapeText(text.replaceAll('\n', '; '));
}

/** Text whose line feeds stay, and of which nothing else but printable ASCII does. */
export function plainLines(text: string): string {
  return text.split('\n').map(escapeText).join('\n');
}

/** Everything found in a case, each once: what the failure rests on comes first. */
export function allFindings({ failing, findings }: CaseResult): CaseFinding[] {
  const unique = new Map<string, CaseFinding>();
  for (const each of [...failing, ...findings]) {
    const key = findingKey(each);
    if (!unique.has(key)) unique.set(key, each);
  }
  return [...unique.values()];
}

/** The same for the same finding of one recording. */
export function findingKey({ rule, connection, direction, offset, length, path, message }: CaseFinding): string {
  return JSON.stringify([rule, connection, direction, offset, length, path, message]);
}

/** JSON in printable ASCII, so that no terminal and no viewer makes anything of what the wire carried. */
export function asciiJson(value: unknown, indent?: number): string {
  return JSON.stringify(value, undefined, indent).replace(
    /[\x7f-\uffff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
