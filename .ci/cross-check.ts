/**
 * Has tshark, which knows nothing of this project, dissect every transcript under the folders given: down to P1, and
 * without an expert error. A transcript whose header lists deliberate errors may have errors, but has to have P1 frames.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { convert } from '../harness/transcript/convert.js';
import { openConversation } from '../harness/transcript/open.js';

interface Verdict {
  readonly file: string;
  readonly p1Frames: number;
  readonly errors: readonly string[];
  readonly deliberate: boolean;
}

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

function tshark(args: readonly string[]): string {
  const { status, stdout, stderr, error } = spawnSync('tshark', args, { encoding: 'utf8', maxBuffer: 1 << 28 });
  if (error !== undefined) throw error;
  if (status !== 0) throw new Error(`tshark ${args.join(' ')} ended with ${status}: ${stderr}`);
  return stdout;
}

/** The rows under `Errors (n)` of tshark's expert table. */
function expertErrors(table: string): string[] {
  const rows: string[] = [];
  let inErrors = false;
  for (const line of table.split('\n')) {
    if (/^\w+ \(\d+\)$/.test(line)) inErrors = line.startsWith('Errors');
    else if (inErrors && /^\s+\d+\s/.test(line)) rows.push(line.trim().replace(/\s+/g, ' '));
  }
  return rows;
}

async function check(file: string, folder: string): Promise<Verdict> {
  const capture = join(folder, 'capture.pcapng');
  await convert(file, capture);
  const { header } = await openConversation(file);
  const frames = tshark(['-r', capture, '-Y', 'p1', '-T', 'fields', '-e', 'frame.number']);
  return {
    file,
    p1Frames: frames.split('\n').filter((line) => line !== '').length,
    errors: expertErrors(tshark(['-r', capture, '-q', '-z', 'expert'])),
    deliberate: (header?.deliberateErrors ?? []).length > 0,
  };
}

const files = process.argv.slice(2).flatMap(transcripts);
const folder = mkdtempSync(join(tmpdir(), 'p1spec-cross-check-'));
let wrong = 0;
let frames = 0;
try {
  for (const file of files) {
    const verdict = await check(file, folder);
    frames += verdict.p1Frames;
    const bad = verdict.p1Frames === 0 || (verdict.errors.length > 0 && !verdict.deliberate);
    if (bad) wrong += 1;
    if (!bad && verdict.errors.length === 0) continue;
    const what = verdict.p1Frames === 0 ? 'no P1 frame' : verdict.errors.join('; ');
    console.log(`${bad ? 'WRONG' : 'deliberate'}  ${file}: ${what}`);
  }
} finally {
  rmSync(folder, { recursive: true });
}
console.log(`${files.length} transcripts, ${frames} P1 frames, ${wrong} that tshark does not read`);
if (files.length === 0 || wrong > 0) process.exitCode = 1;
