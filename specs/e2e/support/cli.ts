import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), '../../..');

/** Milliseconds that a process may run. */
const LEASH = 55_000;
/** Of those that transfer much. */
export const LONG_LEASH = 170_000;

export interface CliResult {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Starts p1spec from its sources, as a user would start it built. */
export function spawnCli(args: readonly string[], cwd = ROOT): ChildProcess {
  return spawnChild(command(args), cwd);
}

/** The words that run p1spec from its sources. */
function command(args: readonly string[]): string[] {
  // By path, so that it is found from any working directory.
  const tsx = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;
  return [process.execPath, '--import', tsx, join(ROOT, 'bin/p1spec.ts'), ...args];
}

function spawnChild([program = '', ...args]: readonly string[], cwd: string): ChildProcess {
  return spawn(program, args, {
    cwd,
    env: { ...process.env, NO_COLOR: '1', NODE_OPTIONS: '' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

/** A p1spec that runs beside the test. */
export interface RunningCli {
  readonly child: ChildProcess;
  readonly ended: Promise<CliResult>;
  /** Waits until stderr or stdout matches; rejects where the process ends first. */
  says(pattern: RegExp): Promise<RegExpExecArray>;
}

export function startCli(args: readonly string[], cwd = ROOT, leash = LEASH): RunningCli {
  return running(spawnCli(args, cwd), leash);
}

function running(child: ChildProcess, milliseconds = LEASH): RunningCli {
  const texts = { stdout: '', stderr: '' };
  const waiting = new Set<() => void>();
  for (const name of ['stdout', 'stderr'] as const) {
    child[name]?.setEncoding('utf8').on('data', (text: string) => {
      texts[name] += text;
      for (const look of waiting) look();
    });
  }
  // A test that failed must not leave a process behind, on which mocha would wait.
  const leash = setTimeout(() => child.kill('SIGKILL'), milliseconds);
  const ended = new Promise<CliResult>((done, failed) => {
    child.on('close', () => clearTimeout(leash));
    child.on('error', failed);
    child.on('close', (status) => done({ status, ...texts }));
  });
  const says = (pattern: RegExp) =>
    new Promise<RegExpExecArray>((found, failed) => {
      const look = () => {
        const match = pattern.exec(texts.stderr) ?? pattern.exec(texts.stdout);
        if (match === null) return;
        waiting.delete(look);
        found(match);
      };
      waiting.add(look);
      look();
      ended.then(() => failed(new Error(`it ended without ${pattern}: ${texts.stderr}${texts.stdout}`)), failed);
    });
  return { child, ended, says };
}

/** Runs p1spec to its end. */
export function runCli(args: readonly string[], cwd = ROOT): Promise<CliResult> {
  return startCli(args, cwd).ended;
}

/** Runs a line of shell in which `"$@"` is p1spec. */
export function runShell(line: string, args: readonly string[]): Promise<CliResult> {
  return running(spawnChild(['/bin/sh', '-c', line, 'sh', ...command(args)], ROOT)).ended;
}

/** A folder of its own for a test, gone after it. */
export function temporaryFolder(): { readonly path: string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), 'p1spec-'));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}
