/**
 * Has tshark, which knows nothing of this project, dissect every transcript under the folders given, without an expert
 * error. Normal mode: down to P1. The X.410 modes: connect, accept, refuse and abort as they were sent. The APDUs that
 * tshark cannot find, those of the X.410 modes and those of resumed transfers, once more in a normal-mode association,
 * down to P1. A transcript whose header lists deliberate errors may have errors, but has to have P1 frames.
 */
import { closeSync, mkdtempSync, openSync, readdirSync, rmSync, statSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { LinkEvent } from '../harness/link/events.js';
import { p1UserTypes } from '../harness/rules/p1-association.js';
import { observe } from '../harness/transcript/observe.js';
import { openConversation } from '../harness/transcript/open.js';
import { PcapngWriter } from '../harness/transcript/pcapng-writer.js';
import { carriedAssociations, rewrap } from '../harness/transcript/rewrap.js';
import { type Dissection, dissect, expertErrors } from './tshark.js';
import { withoutData } from './without-data.js';

/** A transcript, and what tshark should find in the connections that it became. */
interface Expected {
  readonly file: string;
  readonly deliberate: boolean;
  /** PDUs of X.410 modes that tshark decodes. */
  readonly connects: number;
  /** As it was sent. */
  readonly direct: Range;
  /** The APDUs that it cannot find, once more. */
  readonly rewrapped: Range & { readonly p1Frames: number };
  readonly apdus: number;
}

/** Connections of the capture. */
interface Range {
  readonly from: number;
  readonly to: number;
}

const X410_PDUS: ReadonlySet<string> = new Set(['PConnect', 'PAccept', 'PRefuse', 'AbortInformation']);
/** Transcripts in one capture: to start tshark for each takes longer than what it does. */
const BATCH = 40;

function transcripts(path: string): string[] {
  if (statSync(path).isFile()) return [path];
  return readdirSync(path)
    .sort()
    .flatMap((name) => {
      const inner = join(path, name);
      if (statSync(inner).isDirectory()) return transcripts(inner);
      return name.endsWith('.ndjson') ? [inner] : [];
    });
}

/** Puts the connections of many transcripts into one capture, and counts them. */
class Capture {
  readonly #fd: number;
  readonly #writer: PcapngWriter;
  #connections = 0;

  constructor(file: string) {
    this.#fd = openSync(file, 'w');
    this.#writer = new PcapngWriter((bytes) => writeSync(this.#fd, bytes));
  }

  add(events: readonly LinkEvent[]): Range {
    const from = this.#connections;
    const numbers = new Map<number, number>();
    for (const event of events) {
      if (event.kind === 'open') {
        numbers.set(event.connection, this.#connections);
        this.#connections += 1;
      }
      this.#writer.record({ ...event, connection: numbers.get(event.connection) ?? -1 });
    }
    return { from, to: this.#connections };
  }

  /** Connections in it. */
  get size(): number {
    return this.#connections;
  }

  close(): void {
    closeSync(this.#fd);
  }
}

/** The connections in X.410 modes, and how many PDUs there are in them that tshark should find. */
async function x410In(events: readonly LinkEvent[]): Promise<{ connections: ReadonlySet<number>; connects: number }> {
  const connections = new Set<number>();
  let connects = 0;
  for await (const event of observe(events, { types: p1UserTypes })) {
    if (event.kind === 'mode' && event.mode !== 'normal') connections.add(event.connection);
    if (event.kind === 'pdu' && X410_PDUS.has(event.name)) connects += 1;
  }
  return { connections, connects };
}

interface Read {
  readonly file: string;
  readonly deliberate: boolean;
  readonly events: readonly LinkEvent[];
  readonly x410: ReadonlySet<number>;
  readonly connects: number;
}

async function read(file: string): Promise<Read> {
  const conversation = await openConversation(file);
  const events: LinkEvent[] = [];
  for await (const event of conversation.events()) events.push(event);
  const { connections, connects } = await x410In(events);
  const deliberate = (conversation.header?.deliberateErrors ?? []).length > 0;
  return { file, deliberate, events, x410: connections, connects };
}

function put({ file, deliberate, events, x410, connects }: Read, direct: Capture, again: Capture): Expected {
  const carried = carriedAssociations(events, p1UserTypes).filter(({ apdus }) => apdus.length > 0);
  const apdus = carried.reduce((sum, each) => sum + each.apdus.length, 0);
  // Two of the bind, and one in which each APDU ends.
  const rewrapped = { ...again.add(carried.flatMap(rewrap)), p1Frames: 2 * carried.length + apdus };
  return { file, deliberate, connects, direct: direct.add(withoutData(events, x410)), rewrapped, apdus };
}

interface Verdict {
  readonly expected: Expected;
  readonly p1Frames: number;
  readonly problems: readonly string[];
}

function judge(expected: Expected, direct: readonly Dissection[], again: readonly Dissection[]): Verdict {
  const { connects, rewrapped } = expected;
  const sum = (seen: readonly Dissection[], { from, to }: Range, count: keyof Dissection) =>
    seen.slice(from, to).reduce((total, each) => total + each[count], 0);
  const problems: string[] = [];
  const p1Frames = sum(direct, expected.direct, 'p1Frames');
  if (p1Frames === 0) problems.push(NO_P1);
  const found = connects === 0 ? 0 : sum(direct, expected.direct, 'connectFrames');
  if (found < connects) problems.push(`${found} of ${connects} connect, accept, refuse and abort PDUs`);
  const apdus = sum(again, rewrapped, 'p1Frames');
  if (apdus < rewrapped.p1Frames) problems.push(`${apdus} of ${rewrapped.p1Frames} P1 frames of APDUs in normal mode`);
  return { expected, p1Frames: p1Frames + apdus, problems };
}

const NO_P1 = 'no P1 frame';

/** One capture for all of them; where tshark finds an error in it, one for each, to tell whose it is. */
async function check(files: readonly Read[], folder: string): Promise<Verdict[]> {
  // tshark mixes the modes up where they stand in one capture.
  const paths = ['direct', 'again'].map((name) => join(folder, `${name}.pcapng`));
  const [direct, again] = paths.map((path) => new Capture(path)) as [Capture, Capture];
  const expected = files.map((file) => put(file, direct, again));
  const errors: string[] = [];
  const seen = [direct, again].map((capture, i) => {
    capture.close();
    const path = paths[i] as string;
    if (capture.size === 0) return [];
    errors.push(...expertErrors(path));
    return dissect(path);
  }) as [Dissection[], Dissection[]];
  const verdicts = expected.map((each) => judge(each, ...seen));
  if (errors.length === 0) return verdicts;
  if (files.length === 1) return verdicts.map((each) => ({ ...each, problems: [...each.problems, ...errors] }));
  const single: Verdict[] = [];
  for (const file of files) single.push(...(await check([file], folder)));
  return single;
}

/** Modes apart, and those that err on purpose each alone: their errors are theirs. */
async function* batches(files: readonly string[]): AsyncGenerator<Read[]> {
  const filling = new Map<boolean, Read[]>();
  for (const file of files) {
    const each = await read(file);
    if (each.deliberate) {
      yield [each];
      continue;
    }
    const x410 = each.x410.size > 0;
    const batch = [...(filling.get(x410) ?? []), each];
    filling.set(x410, batch);
    if (batch.length < BATCH) continue;
    yield batch;
    filling.delete(x410);
  }
  yield* filling.values();
}

const files = process.argv.slice(2).flatMap(transcripts);
const folder = mkdtempSync(join(tmpdir(), 'p1spec-cross-check-'));
let wrong = 0;
let frames = 0;
let apdus = 0;
try {
  for await (const batch of batches(files)) {
    for (const { expected, p1Frames, problems } of await check(batch, folder)) {
      frames += p1Frames;
      apdus += expected.apdus;
      if (problems.length === 0) continue;
      const bad = !expected.deliberate || problems.includes(NO_P1);
      if (bad) wrong += 1;
      console.log(`${bad ? 'WRONG' : 'deliberate'}  ${expected.file}: ${problems.join('; ')}`);
    }
  }
} finally {
  rmSync(folder, { recursive: true });
}
console.log(
  `${files.length} transcripts, ${frames} P1 frames, ${apdus} APDUs re-wrapped, ${wrong} transcripts that tshark does not read`,
);
if (files.length === 0 || wrong > 0) process.exitCode = 1;
