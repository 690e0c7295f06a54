import { closeSync, existsSync, fsyncSync, openSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { P1specError } from '../../harness/ber/error.js';
import { systemClock } from '../../harness/link/clock.js';
import type { LinkEvent } from '../../harness/link/events.js';
import { connectTcp, type Listener, listenTcp } from '../../harness/link/tcp.js';
import { type PlayResult, RecordingPlayer } from '../../harness/mta/replay-script/index.js';
import { defaultComparisonRules } from '../../harness/transcript/compare/default-rules.js';
import type { ComparisonRule } from '../../harness/transcript/compare/rule.js';
import { differenceLines } from '../../harness/transcript/compare/text.js';
import type { Conversation } from '../../harness/transcript/conversation.js';
import { fileError, TranscriptError } from '../../harness/transcript/errors.js';
import { type TranscriptHeader, type TranscriptScript, transcriptHeader } from '../../harness/transcript/format.js';
import { openConversation } from '../../harness/transcript/open.js';
import { PcapngWriter } from '../../harness/transcript/pcapng-writer.js';
import { checkScript, transcriptScript } from '../../harness/transcript/script.js';
import { openNew, type Recorder, TranscriptWriter, writeAll } from '../../harness/transcript/writer.js';
import { Exit } from '../exit.js';
import { write, writeLines } from '../output.js';
import { recordedEvents } from '../recorded-events.js';
import { endsOnSignal } from '../signals.js';
import type { HostPort } from './mta.js';

export type ReplayMode = 'replay' | 'record' | 'update';

export interface ReplayCommandOptions {
  readonly as: string;
  readonly mode: ReplayMode;
  /** The recording that is played, in mode record. */
  readonly from?: string;
  readonly connect?: HostPort;
  readonly listen?: HostPort;
  readonly rules?: string;
  readonly script?: string;
  readonly record?: string;
  /** Milliseconds. */
  readonly timeout: number;
  readonly freshIdentifiers?: boolean;
  readonly json?: boolean;
}

/** Octets of a recording that are held in memory to be played. */
const LIMIT = { octets: 1024 * 1024 * 1024, code: 'ERR_REPLAY_TOO_LARGE', purpose: 'play' };

export async function replay(file: string, options: ReplayCommandOptions): Promise<void> {
  const { mode, from } = options;
  if ((mode === 'record') !== (from !== undefined)) {
    throw new P1specError('ERR_REPLAY_MODE', {
      message: mode === 'record' ? 'nothing says what our side is to play' : '--from is for --mode record',
      hint: 'p1spec replay NEW --mode record --from OLD; a first recording comes from p1spec mta PRESET --record FILE',
    });
  }
  if (mode === 'record' && existsSync(file)) throw exists(file);
  const rules = options.rules === undefined ? defaultComparisonRules : await rulesOf(options.rules);
  const source = from ?? file;
  const conversation = await openConversation(source);
  if (mode === 'update' && conversation.format !== 'transcript') {
    throw new TranscriptError('ERR_FILE_UNWRITABLE', {
      message: `${file} is no transcript, and only a transcript is updated`,
      at: { file },
      hint: 'p1spec convert makes one of a capture',
    });
  }
  const script = scriptFor(conversation.header, source, options);
  await new Replay({
    file,
    conversation,
    events: await recordedEvents(conversation, LIMIT),
    rules,
    script,
    options,
  }).run();
}

interface ReplayTask {
  readonly file: string;
  readonly conversation: Conversation;
  readonly events: readonly LinkEvent[];
  readonly rules: readonly ComparisonRule[];
  readonly script: TranscriptScript | undefined;
  readonly options: ReplayCommandOptions;
}

/** One run against a live peer. */
class Replay {
  readonly #task: ReplayTask;
  /** What was recorded besides, in the order of `#recorders`. */
  readonly #recorders: Recorder[] = [];
  #temporary: string | undefined;
  #fault: unknown;

  constructor(task: ReplayTask) {
    this.#task = task;
  }

  async run(): Promise<void> {
    const { file, options, conversation, events, rules } = this.#task;
    const { connect, listen, as: side, timeout, freshIdentifiers, json } = options;
    const signals = endsOnSignal();
    const pending: Promise<void>[] = [];
    const player = new RecordingPlayer({
      events,
      side,
      header: conversation.header,
      truncation: conversation.truncated(),
      file: conversation.file,
      clock: systemClock,
      connect: connect === undefined ? undefined : () => connectTcp({ ...connect, timeout }),
      accepts: listen !== undefined,
      rules,
      timeout,
      freshIdentifiers,
      signal: signals.signal,
      record: (event) => this.#record(event),
      onDifference: (difference) => {
        if (json !== true) pending.push(writeLines(differenceLines(difference)));
      },
    });
    let listener: Listener | undefined;
    // Timers of the clock keep no process alive: this one does.
    const alive = setInterval(() => {}, 60_000);
    try {
      this.#openRecorders();
      if (listen !== undefined) {
        listener = await listenTcp({ ...listen, onLink: (link) => player.accept(link) });
        process.stderr.write(`p1spec: '${side}' of ${conversation.file} listens on ${listener.endpoint}\n`);
      }
      const result = await player.run();
      await Promise.all(pending);
      for (const recorder of this.#recorders) recorder.close();
      if (this.#fault !== undefined) throw this.#fault;
      await this.#conclude(result, this.#keep(result));
    } finally {
      clearInterval(alive);
      signals.stop();
      await listener?.close();
      for (const recorder of this.#recorders) recorder.close();
      if (this.#temporary !== undefined) rmSync(this.#temporary, { force: true });
    }
    if (options.mode === 'update' && this.#temporary === undefined && options.json !== true) {
      process.stderr.write(`p1spec: ${file} holds the new conversation\n`);
    }
  }

  #openRecorders(): void {
    const { file, options } = this.#task;
    const header = this.#header();
    if (options.record !== undefined) this.#recorders.push(recorderTo(options.record, header));
    if (options.mode === 'replay') return;
    // Beside the file itself: a rename within one folder is one step for whoever looks.
    this.#temporary = join(dirname(resolve(file)), `.${process.pid}-${Date.now().toString(36)}.ndjson`);
    this.#recorders.push(TranscriptWriter.open(this.#temporary, header));
  }

  #header(): TranscriptHeader {
    const { conversation, script } = this.#task;
    const { mode, initiator, responder, deliberateErrors = [], comment } = conversation.header ?? {};
    const fields = { mode, initiator, responder, deliberateErrors, comment, script };
    return transcriptHeader({ ...fields, recorded: new Date().toISOString() });
  }

  /** A link has nobody to throw to: what cannot be recorded is told at the end. */
  #record(event: LinkEvent): void {
    try {
      for (const recorder of this.#recorders) recorder.record(event);
    } catch (error) {
      this.#fault ??= error;
    }
  }

  /** Puts a new conversation into its place, where there is one to keep. */
  #keep({ complete, differences }: PlayResult): 'written' | 'left' | undefined {
    const { file, options } = this.#task;
    const temporary = this.#temporary;
    if (temporary === undefined) return undefined;
    // What still fits is left as it is: a file that changes each time says nothing.
    if (!complete || (options.mode === 'update' && differences.length === 0)) return 'left';
    if (options.mode === 'record' && existsSync(file)) throw exists(file);
    try {
      const fd = openSync(temporary, 'r');
      fsyncSync(fd);
      closeSync(fd);
      renameSync(temporary, file);
    } catch (cause) {
      throw fileError(cause, file, 'write');
    }
    this.#temporary = undefined;
    return 'written';
  }

  async #conclude(result: PlayResult, kept: 'written' | 'left' | undefined): Promise<void> {
    const { file, options, conversation } = this.#task;
    const { differences, connections, associations, complete } = result;
    const verdict = associations === 0 ? 'no-association' : differences.length === 0 && complete ? 'fits' : 'differs';
    if (options.json === true) {
      const { mode, as: side } = options;
      const told = { file, mode, side, verdict, connections, associations, complete, written: kept === 'written' };
      await write(`${JSON.stringify({ ...told, differences }, undefined, 2)}\n`);
    } else {
      await write(`${conversation.file} as ${options.as}: ${summary(result, verdict)}\n`);
      if (kept !== undefined) await write(`${file}: ${keptText(result, kept, options.mode)}\n`);
    }
    process.exitCode = exitCode(verdict, kept, result, options.mode);
  }
}

function exitCode(
  verdict: 'fits' | 'differs' | 'no-association',
  kept: 'written' | 'left' | undefined,
  { complete }: PlayResult,
  mode: ReplayMode,
): number {
  if (verdict === 'no-association') return Exit.inconclusive;
  if (mode !== 'replay') return kept === 'written' || complete ? Exit.clean : Exit.findings;
  return verdict === 'fits' ? Exit.clean : Exit.findings;
}

function summary({ differences, connections, associations }: PlayResult, verdict: string): string {
  const told = `${connections} connections, ${associations} associations`;
  if (verdict === 'no-association') return `no association (${connections} connections in the recording)`;
  if (verdict === 'fits') return `fits (${told})`;
  const units = new Set(
    differences.map(({ connection, direction, unit, index }) => `${connection}${direction}${unit}${index}`),
  );
  return `differs: ${differences.length} differences in ${units.size} units (${told})`;
}

function keptText({ complete }: PlayResult, kept: 'written' | 'left', mode: ReplayMode): string {
  if (kept === 'written') return 'written';
  if (!complete) return 'not written: the conversation did not run to its end';
  return mode === 'update' ? 'left as it is: it still fits' : 'not written';
}

async function rulesOf(file: string): Promise<ComparisonRule[]> {
  return (await import('../../harness/transcript/compare/rule-file.js')).readComparisonRules(file);
}

/**
 * The script that a recording is to be of: the one that is named, or the one that it names, where that is found beside
 * it. Throws where the two do not belong together, unless the recording is to be made anew.
 */
function scriptFor(
  header: TranscriptHeader | undefined,
  file: string,
  { script: named, mode }: ReplayCommandOptions,
): TranscriptScript | undefined {
  const recorded = header?.script;
  const path = named ?? (recorded === undefined ? undefined : foundBeside(recorded.name, file));
  if (path === undefined) return recorded;
  let text: Uint8Array;
  try {
    text = readFileSync(path);
  } catch (cause) {
    throw fileError(cause, path, 'read');
  }
  const script = transcriptScript(recorded !== undefined && named === undefined ? recorded.name : path, text);
  if (mode === 'replay') checkScript(header, script, file);
  return script;
}

function foundBeside(name: string, file: string): string | undefined {
  return [join(dirname(resolve(file)), name), resolve(name)].find((path) => existsSync(path));
}

function recorderTo(file: string, header: TranscriptHeader): Recorder {
  if (!file.endsWith('.pcapng')) return TranscriptWriter.open(file, header, { overwrite: true });
  const fd = openNew(file, true);
  return new PcapngWriter((bytes: Uint8Array) => writeAll(fd, bytes, file), header);
}

function exists(file: string): TranscriptError {
  return new TranscriptError('ERR_FILE_EXISTS', {
    message: `${file} exists`,
    at: { file },
    hint: 'name another file; --mode update replaces a recording that no longer fits',
  });
}
