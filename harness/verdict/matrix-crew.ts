import { type ChildProcess, fork } from 'node:child_process';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type ErrorPlace, P1specError } from '../ber/error.js';
import { RunError } from './failure.js';
import type { MatrixCell, MatrixConversation } from './matrix.js';
import { type MatrixPair, matrixCell } from './matrix-cell.js';

/** Who holds conversations. */
export interface MatrixWorker {
  converse(pair: MatrixPair): Promise<MatrixCell>;
  /** Drops what is under way. */
  stop(): void;
}

/** To a process of the crew. */
export interface MatrixOrder {
  readonly number: number;
  readonly pair: MatrixPair;
  readonly options: MatrixConversation;
}

/** From it. */
export type MatrixAnswer = { readonly number: number } & (
  | { readonly cell: MatrixCell }
  | { readonly error: PackedError }
);

/** An error on its way from one process to another. */
export interface PackedError {
  readonly name: string;
  readonly message: string;
  readonly stack?: string;
  /** Of an error of ours. */
  readonly own?: { readonly code: string; readonly at: ErrorPlace; readonly hint?: string };
}

/** In this process for a crew of one, in processes of their own for more: two threads of octets need two processors. */
export function matrixCrew(jobs: number, options: MatrixConversation): MatrixWorker[] {
  if (jobs === 1) return [new Here(options)];
  return Array.from({ length: jobs }, () => new Elsewhere(options));
}

class Here implements MatrixWorker {
  readonly #options: MatrixConversation;
  readonly #controller = new AbortController();

  constructor(options: MatrixConversation) {
    this.#options = options;
  }

  converse(pair: MatrixPair): Promise<MatrixCell> {
    return matrixCell(pair, this.#options, this.#controller.signal);
  }

  stop(): void {
    this.#controller.abort();
  }
}

interface Waiting {
  readonly resolve: (cell: MatrixCell) => void;
  readonly reject: (error: unknown) => void;
}

class Elsewhere implements MatrixWorker {
  readonly #options: MatrixConversation;
  readonly #child: ChildProcess;
  readonly #waiting = new Map<number, Waiting>();
  #count = 0;
  #gone: RunError | undefined;

  constructor(options: MatrixConversation) {
    this.#options = options;
    const here = fileURLToPath(import.meta.url);
    // Compiled beside the compiled harness, as source beside its source.
    const entry = fileURLToPath(new URL(`./matrix-process${extname(here)}`, import.meta.url));
    // A debugger's port is one process's.
    const execArgv = process.execArgv.filter((each) => !each.startsWith('--inspect'));
    this.#child = fork(entry, [], { execArgv, stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
    this.#child.on('message', (answer) => this.#take(answer as MatrixAnswer));
    this.#child.on('error', (error) => this.#lose(error.message));
    this.#child.on('exit', (code, signal) => this.#lose(signal ?? `exit code ${code}`));
  }

  converse(pair: MatrixPair): Promise<MatrixCell> {
    return new Promise((resolve, reject) => {
      if (this.#gone !== undefined) {
        reject(this.#gone);
        return;
      }
      this.#count += 1;
      this.#waiting.set(this.#count, { resolve, reject });
      const order: MatrixOrder = { number: this.#count, pair, options: this.#options };
      this.#child.send(order, (error) => {
        if (error !== null) this.#lose(error.message);
      });
    });
  }

  stop(): void {
    this.#child.kill('SIGKILL');
  }

  #take(answer: MatrixAnswer): void {
    const waiting = this.#waiting.get(answer.number);
    this.#waiting.delete(answer.number);
    if ('cell' in answer) waiting?.resolve(answer.cell);
    else waiting?.reject(unpackedError(answer.error));
  }

  #lose(why: string): void {
    this.#gone ??= new RunError('ERR_JOB', {
      message: `a process of the matrix is gone: ${why}`,
      hint: '--jobs 1 does all in one process',
    });
    for (const { reject } of this.#waiting.values()) reject(this.#gone);
    this.#waiting.clear();
  }
}

export function packedError(error: unknown): PackedError {
  if (!(error instanceof Error)) return { name: 'Error', message: String(error) };
  const { name, message, stack } = error;
  if (!(error instanceof P1specError)) return { name, message, stack };
  const { code, at, hint } = error;
  return { name, message, stack, own: { code, at, hint } };
}

export function unpackedError({ name, message, stack, own }: PackedError): Error {
  const error = own === undefined ? new Error(message) : new P1specError(own.code, { message, ...own });
  Object.defineProperty(error, 'name', { value: name });
  if (stack !== undefined) error.stack = stack;
  return error;
}
