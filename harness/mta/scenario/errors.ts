import { type ErrorPlace, P1specError } from '../../ber/error.js';
import { nearest } from '../nearest.js';

export type ScenarioErrorCode =
  /** It cannot be read, or is too large. */
  | 'ERR_SCENARIO_FILE'
  /** It is no YAML, or not of the part of it that a scenario may use. */
  | 'ERR_SCENARIO_SYNTAX'
  /** A key that is not known there. */
  | 'ERR_SCENARIO_KEY'
  /** A value that cannot stand there, or not beside what else does. */
  | 'ERR_SCENARIO_VALUE'
  | 'ERR_SCENARIO_MISSING'
  /** No MTA of the scenario has this name, or it is not one to stand there. */
  | 'ERR_SCENARIO_NAME'
  | 'ERR_SCENARIO_PRESET'
  /** Of a preset. */
  | 'ERR_SCENARIO_OPTION'
  | 'ERR_SCENARIO_LINK'
  /** A filter that the event does not have. */
  | 'ERR_SCENARIO_WHERE'
  /** An answer that does not fit its step. */
  | 'ERR_SCENARIO_ANSWER'
  /** What cannot be had of a live MTA. */
  | 'ERR_SCENARIO_LIVE'
  /** Time and network that do not go together. */
  | 'ERR_SCENARIO_TIME'
  /** An O/R address. */
  | 'ERR_SCENARIO_ADDRESS'
  | 'ERR_SCENARIO_RULE'
  | 'ERR_SCENARIO_COUNTER'
  /** An event of the event log. */
  | 'ERR_SCENARIO_LOGGED'
  | 'ERR_SCENARIO_FAULT'
  /** Of what an MTA sends. */
  | 'ERR_SCENARIO_EDIT';

/** One thing that is wrong with a scenario. */
export class ScenarioError extends P1specError {
  override readonly name = 'ScenarioError';
  declare readonly code: ScenarioErrorCode;

  constructor(code: ScenarioErrorCode, details: { message: string; at: ErrorPlace; hint?: string; cause?: unknown }) {
    super(code, details);
  }

  /** `file:line:column: message (hint)`. */
  get line(): string {
    const { file, line, column, path } = this.at;
    const place = [file, line, column].filter((part) => part !== undefined).join(':');
    const within = line === undefined && path !== undefined && path !== '' ? `${path}: ` : '';
    return printable(`${place}: ${within}${this.message}${this.hint === undefined ? '' : ` (${this.hint})`}`);
  }
}

/** All that is wrong with a scenario, in the order of the file; a line for each. */
export class ScenarioErrors extends P1specError {
  override readonly name = 'ScenarioErrors';
  readonly errors: readonly ScenarioError[];

  constructor(errors: readonly ScenarioError[]) {
    const order = [...errors].sort((a, b) => rank(a) - rank(b) || (a.at.column ?? 0) - (b.at.column ?? 0));
    const told = order.slice(0, MOST);
    const more = order.length > MOST ? [`… and ${order.length - MOST} more`] : [];
    super('ERR_SCENARIO', { message: [...told.map(({ line }) => line), ...more].join('\n'), at: order[0]?.at });
    this.errors = told;
  }
}

const MOST = 20;

function rank({ at }: ScenarioError): number {
  return at.line ?? 0;
}

/** What is wrong at a place, before the place is looked up. */
export interface Problem {
  readonly code: ScenarioErrorCode;
  readonly message: string;
  readonly hint?: string;
  /** It lies in the key, not in what the key has. */
  readonly inKey?: boolean;
  /** Of the text that stands there, counted from 1. */
  readonly character?: number;
}

export type Path = readonly (string | number)[];
export type Tell = (path: Path, problem: Problem) => void;

/** As findings write it: `steps[2].expect.answer`. */
export function pathText(path: Path): string {
  return path.reduce<string>(
    (text, part) => (typeof part === 'number' ? `${text}[${part}]` : text === '' ? part : `${text}.${part}`),
    '',
  );
}

/** For a message: what stands in a file may have any characters. */
export function quoted(text: string): string {
  return `'${printable(text.length > 60 ? `${text.slice(0, 59)}…` : text)}'`;
}

function printable(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they must not reach a terminal
  return text.replace(/[\u0000-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069\ufeff]/g, (character) => {
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
  });
}

/** The nearest of what there is, and all of it where that is not much. */
export function offer(text: string, known: readonly string[], what = 'there are'): string {
  const near = nearest(text, known);
  const all = `${what}: ${known.length === 0 ? 'none' : known.join(', ')}`;
  if (near === undefined || near === text) return all;
  return known.length > 12 ? `did you mean '${near}'?` : `did you mean '${near}'? ${all}`;
}
