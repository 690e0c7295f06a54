import { readFileSync, renameSync, rmSync } from 'node:fs';
import { basename, dirname, join, relative, resolve } from 'node:path';
import type { LinkEvent } from '../harness/link/events.js';
import type { ScenarioResult } from '../harness/mta/scenario/result.js';
import type { RecordingComparison } from '../harness/report/scenario.js';
import {
  type ComparisonRule,
  compareConversations,
  defaultComparisonRules,
  readComparisonRules,
} from '../harness/transcript/compare/index.js';
import { fileError, TranscriptError } from '../harness/transcript/errors.js';
import type { TranscriptHeader, TranscriptScript } from '../harness/transcript/format.js';
import { openConversation } from '../harness/transcript/open.js';
import { transcriptScript } from '../harness/transcript/script.js';
import { TranscriptWriter } from '../harness/transcript/writer.js';
import { recordedEvents } from './recorded-events.js';

/** Of an earlier recording that a scenario is held against. */
const LIMIT = { octets: 512 * 1024 * 1024, code: 'ERR_RECORDING_TOO_LARGE', purpose: 'compare' };

export interface EarlierOptions {
  readonly against?: string;
  readonly update?: string;
  readonly rules?: string;
}

export interface Comparison extends RecordingComparison {
  /** It says the same, or was recorded anew. */
  readonly fits: boolean;
}

/** A scenario's file as the header of a recording names it: by the way from there. */
export function scriptOf(scenario: string, recording: string): TranscriptScript {
  const name = relative(dirname(resolve(recording)), resolve(scenario)).replaceAll('\\', '/');
  try {
    return transcriptScript(name, readFileSync(scenario));
  } catch (cause) {
    throw fileError(cause, scenario, 'read');
  }
}

/** An earlier recording of a scenario, against which what is said now is held. */
export class EarlierRecording {
  readonly #file: string;
  readonly #isUpdated: boolean;
  readonly #events: readonly LinkEvent[];
  readonly #rules: readonly ComparisonRule[];
  readonly #script: TranscriptScript;
  readonly #isStale: boolean;
  readonly #now: LinkEvent[] = [];

  private constructor(init: {
    file: string;
    isUpdated: boolean;
    events: readonly LinkEvent[];
    rules: readonly ComparisonRule[];
    script: TranscriptScript;
    isStale: boolean;
  }) {
    this.#file = init.file;
    this.#isUpdated = init.isUpdated;
    this.#events = init.events;
    this.#rules = init.rules;
    this.#script = init.script;
    this.#isStale = init.isStale;
  }

  /** Undefined where none is asked for. Throws ERR_RECORDING_STALE where it is of another scenario, or of this one as it was. */
  static async open(scenario: string, options: EarlierOptions): Promise<EarlierRecording | undefined> {
    const { against, update, rules } = options;
    const file = against ?? update;
    if (file === undefined) return undefined;
    const conversation = await openConversation(file);
    const script = scriptOf(scenario, file);
    const isUpdated = update !== undefined;
    checkRecording(file, conversation.header?.script, script, isUpdated);
    const events = await recordedEvents(conversation, LIMIT);
    return new EarlierRecording({
      file,
      isUpdated,
      events,
      rules: rules === undefined ? defaultComparisonRules : await readComparisonRules(rules),
      script,
      isStale: conversation.header?.script?.sha256 !== script.sha256,
    });
  }

  record(event: LinkEvent): void {
    this.#now.push(event);
  }

  /** Compares, and records anew where that is asked for and the scenario ran to its end. */
  conclude({ steps }: ScenarioResult, header: (script: TranscriptScript) => TranscriptHeader): Comparison {
    const differences = compareConversations(this.#events, this.#now, { rules: this.#rules });
    const isDone = steps.every(({ state }) => state === 'done');
    // What still fits is left as it is: a file that changes each time says nothing.
    const written = this.#isUpdated && isDone && (differences.length > 0 || this.#isStale);
    if (written) this.#write(header(this.#script));
    return { file: this.#file, differences, written, fits: differences.length === 0 || written };
  }

  /** Beside the file itself: a rename within one folder is one step for whoever looks. */
  #write(header: TranscriptHeader): void {
    const temporary = join(dirname(resolve(this.#file)), `.${process.pid}-${basename(this.#file)}`);
    const writer = TranscriptWriter.open(temporary, header, { overwrite: true });
    try {
      for (const event of this.#now) writer.record(event);
      writer.close();
      renameSync(temporary, this.#file);
    } catch (cause) {
      writer.close();
      rmSync(temporary, { force: true });
      throw fileError(cause, this.#file, 'write');
    }
  }
}

/** An update takes what the same scenario said before it was changed; nothing takes the recording of another one. */
function checkRecording(
  file: string,
  recorded: TranscriptScript | undefined,
  script: TranscriptScript,
  isUpdated: boolean,
): void {
  if (recorded === undefined || recorded.sha256 === script.sha256) return;
  const same = basename(recorded.name) === basename(script.name);
  if (same && isUpdated) return;
  throw new TranscriptError('ERR_RECORDING_STALE', {
    message: same
      ? `${file} is a recording of ${script.name} as it was before it was changed`
      : `${file} is a recording of ${recorded.name}, not of ${script.name}`,
    at: { file },
    hint: same
      ? `look whether the change is meant: --update ${file} shows what is said otherwise, and records it`
      : undefined,
  });
}
