import { P1specError } from '../harness/ber/error.js';

/** Exit codes of `check`, `mta` and `tap`. */
export const Exit = {
  clean: 0,
  findings: 1,
  /** Usage, our own error, a file that is missing, empty, unreadable or no capture. */
  error: 2,
  /** Readable, but nothing could be judged. */
  inconclusive: 3,
} as const;

/** Says on stderr what went wrong, without a stack for what the user can mend, and sets the exit code. */
export function fail(error: unknown, code: number = Exit.error): void {
  process.exitCode = code;
  process.stderr.write(`${describe(error)}\n`);
}

function describe(error: unknown): string {
  if (error instanceof P1specError) {
    const { file, line, column } = error.at;
    const place = [file, line, column].filter((part) => part !== undefined).join(':');
    const where = place !== '' && !error.message.includes(String(file)) ? `${place}: ` : '';
    const hint = error.hint === undefined ? '' : `\n  ${error.hint}`;
    return `p1spec: ${where}${error.message} [${error.code}]${hint}`;
  }
  if (error instanceof Error) {
    const detail = process.env.P1SPEC_DEBUG === undefined ? error.message : (error.stack ?? error.message);
    return `p1spec: internal error: ${detail}\n  set P1SPEC_DEBUG=1 for the stack, and please report it`;
  }
  return `p1spec: internal error: ${String(error)}`;
}
