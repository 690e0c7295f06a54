import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { checkScenario } from './check.js';
import { type Path, type Problem, pathText, ScenarioError, ScenarioErrors, type Tell } from './errors.js';
import { explain, explainTraps } from './read-explain.js';
import { MAX_SCENARIO, type Position, readObject, readYaml, type Source } from './read-tree.js';
import { type Scenario, type ScenarioSource, scenario as schema } from './schema/scenario.js';
import type { Stage } from './stage.js';

/** A scenario, and where each part of it stands. */
export interface LocatedScenario {
  readonly scenario: Scenario;
  readonly file: string;
  /** Of a part, by its path: `['steps', 2]`. Undefined in a module, which has no lines. */
  lineOf(path: Path): number | undefined;
  positionOf(path: Path): Position | undefined;
  /** Of a module that tells in TypeScript what happens: in place of steps, or after them. */
  readonly play?: (stage: Stage) => Promise<void>;
}

/** A scenario as a module exports it: `steps`, or `play`, or both. */
export type ScenarioModule =
  | ScenarioSource
  | (Omit<ScenarioSource, 'steps'> & {
      readonly steps?: ScenarioSource['steps'];
      /** Is given the stage once its MTAs have started, after the steps. A rejection fails the scenario. */
      play(stage: Stage): Promise<void>;
    });

/** For a module's default export: says what it is, so that an editor helps with it. */
export function defineScenario<S extends ScenarioModule>(source: S): S {
  return source;
}

/** Reads YAML or JSON. Throws ScenarioErrors with all that is wrong, each with its place. */
export function readScenario(text: string, file: string): LocatedScenario {
  return locate(readYaml(text, file));
}

/** Reads what a module exports, or what was made by a program. Throws ScenarioErrors. */
export function readScenarioModule(exported: unknown, file: string): LocatedScenario {
  const play = playOf(exported);
  if (play === undefined) return locate(readObject(exported, file));
  const { play: _, ...source } = exported as { readonly play: unknown; readonly steps?: unknown };
  const steps = source.steps === undefined ? { steps: [{ note: 'the module plays' }] } : {};
  return { ...locate(readObject({ ...source, ...steps }, file)), play };
}

function playOf(exported: unknown): LocatedScenario['play'] {
  if (typeof exported !== 'object' || exported === null || !('play' in exported)) return undefined;
  const { play } = exported;
  return typeof play === 'function' ? async (stage) => play.call(exported, stage) : undefined;
}

/** A `.yaml`, `.yml` or `.json` file, or a module with a scenario as its default export. Throws ScenarioErrors. */
export async function openScenario(path: string): Promise<LocatedScenario> {
  if (/\.[cm]?[jt]s$/.test(path)) return readScenarioModule(await imported(path), path);
  return readScenario(await textOf(path), path);
}

async function textOf(file: string): Promise<string> {
  let octets: Buffer;
  try {
    octets = await readFile(file);
  } catch (cause) {
    throw unreadable(file, 'cannot be read', cause);
  }
  if (octets.length > 4 * MAX_SCENARIO) {
    const message = `has ${octets.length} octets, ${MAX_SCENARIO} characters at most`;
    throw new ScenarioErrors([new ScenarioError('ERR_SCENARIO_FILE', { message, at: { file } })]);
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(octets);
  } catch (cause) {
    const message = 'is no text in UTF-8';
    throw new ScenarioErrors([new ScenarioError('ERR_SCENARIO_SYNTAX', { message, at: { file }, cause })]);
  }
}

async function imported(file: string): Promise<unknown> {
  try {
    const module = (await import(pathToFileURL(resolve(file)).href)) as { readonly default?: unknown };
    if (module.default !== undefined) return module.default;
  } catch (cause) {
    const isType = (cause as { code?: unknown }).code === 'ERR_UNKNOWN_FILE_EXTENSION';
    throw unreadable(
      file,
      'cannot be imported',
      cause,
      isType ? 'run it with a loader: node --import tsx …' : undefined,
    );
  }
  const hint = 'export default defineScenario({ … })';
  throw new ScenarioErrors([
    new ScenarioError('ERR_SCENARIO_MISSING', { message: 'has no default export', at: { file }, hint }),
  ]);
}

function unreadable(file: string, what: string, cause: unknown, hint?: string): ScenarioErrors {
  const why = cause instanceof Error ? `: ${cause.message.split('\n')[0]}` : '';
  return new ScenarioErrors([
    new ScenarioError('ERR_SCENARIO_FILE', { message: `${what}${why}`, at: { file }, hint, cause }),
  ]);
}

function locate(source: Source): LocatedScenario {
  const { file } = source;
  const errors: ScenarioError[] = [];
  const tell: Tell = (path, problem) => errors.push(placed(source, path, problem));
  explainTraps(schema, source, tell);
  const read = schema.safeParse(source.root.value);
  if (read.success) checkScenario(read.data, tell);
  else explain(read.error.issues, schema, source, tell);
  if (errors.length > 0 || !read.success) throw new ScenarioErrors(errors);
  return {
    scenario: read.data,
    file,
    positionOf: (path) => source.position(path),
    lineOf: (path) => source.position(path)?.line,
  };
}

function placed(source: Source, path: Path, { code, message, hint, inKey, character }: Problem): ScenarioError {
  const { file } = source;
  const found = source.position(path, inKey);
  const tree = source.at(path);
  // Of a text that stands on one line as it is, or in quotes.
  const within = character === undefined || tree === undefined ? 0 : character - (tree.plain === undefined ? 0 : 1);
  const place = found === undefined ? {} : { line: found.line, column: found.column + within };
  return new ScenarioError(code, { message, hint, at: { file, ...place, path: pathText(path) } });
}
