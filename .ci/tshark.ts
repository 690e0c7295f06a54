import { spawnSync } from 'node:child_process';

/** What tshark makes of one TCP connection. */
export interface Dissection {
  /** Frames in which it finds P1. */
  p1Frames: number;
  /** Frames of CONNECT, ACCEPT, REFUSE and ABORT in whose user data it finds a PDU of presentation or RTSE. */
  connectFrames: number;
}

/** CONNECT, ACCEPT, REFUSE and ABORT, by their identifiers in X.225 8.3, with something of presentation in them. */
const CONNECTS = 'pres && ses.type in {12, 13, 14, 25}';

/** The connections of a capture, in the order in which they begin. */
export function dissect(capture: string): Dissection[] {
  const connections = streams(capture, 'tcp').reduce<Dissection[]>((found, stream) => {
    found[stream] ??= { p1Frames: 0, connectFrames: 0 };
    return found;
  }, []);
  for (const stream of streams(capture, 'p1')) (connections[stream] as Dissection).p1Frames += 1;
  for (const stream of streams(capture, CONNECTS)) (connections[stream] as Dissection).connectFrames += 1;
  return connections;
}

/** The connection of each frame that the filter lets through. */
function streams(capture: string, filter: string): number[] {
  return tshark(['-r', capture, '-Y', filter, '-T', 'fields', '-e', 'tcp.stream'])
    .split('\n')
    .filter((line) => line !== '')
    .map(Number);
}

/** The rows under `Errors (n)` of tshark's expert table. */
export function expertErrors(capture: string): string[] {
  const rows: string[] = [];
  let inErrors = false;
  for (const line of tshark(['-r', capture, '-q', '-z', 'expert']).split('\n')) {
    if (/^\w+ \(\d+\)$/.test(line)) inErrors = line.startsWith('Errors');
    else if (inErrors && /^\s+\d+\s/.test(line)) rows.push(line.trim().replace(/\s+/g, ' '));
  }
  return rows;
}

function tshark(args: readonly string[]): string {
  const { status, stdout, stderr, error } = spawnSync('tshark', args, { encoding: 'utf8', maxBuffer: 1 << 28 });
  if (error !== undefined) throw error;
  if (status !== 0) throw new Error(`tshark ${args.join(' ')} ended with ${status}: ${stderr}`);
  return stdout;
}
