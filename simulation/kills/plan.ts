import type { Mode } from '../../harness/stack/mode.js';
import { Random } from '../random.js';

/** The MTAs of the chain, each a process of its own: messages are submitted at the first, and are for the last. */
export const ROLES = ['source', 'relay', 'sink'] as const;
export type Role = (typeof ROLES)[number];

/** What a process is told when it is started. */
export interface ProcessPlan {
  readonly role: Role;
  readonly folder: string;
  readonly mode: Mode;
  /** Where it listens; 0 for anywhere. */
  readonly port: number;
  /** Where the next one of the chain listens. */
  readonly nextPort?: number;
  /** Sets this run of the process apart from the earlier ones, so that each message is another. */
  readonly incarnation: number;
  readonly seed: number;
  /** It keeps its queues in memory only: what comes of that has to be found. */
  readonly careless?: boolean;
}

export function nextOf(role: Role): Role | undefined {
  return ROLES[ROLES.indexOf(role) + 1];
}

/** One thing that happened: a line of the process's log, or a file of its spool. */
export interface Happening {
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly what:
    | 'accepted'
    /** It hears of a message; whether it has taken it shows in its spool. */
    | 'heard'
    | 'received'
    | 'damaged'
    | 'transferred'
    | 'resumed'
    | 'nonDelivered'
    | 'notCaredFor';
  /** Names the message. */
  readonly token?: string;
}

export const logOf = (folder: string, role: Role) => `${folder}/${role}.log`;
export const spoolOf = (folder: string, role: Role) => `${folder}/${role}`;

const TOKEN = /#\d+\.\d+\.\d+\.\d+#/;

/** The text of the message that a token names. */
export function textOf(token: string): string {
  const octets = Number(token.slice(1, -1).split('.').at(-1));
  return token.repeat(Math.ceil(octets / token.length));
}

export function tokenIn(apdu: Uint8Array): string | undefined {
  return TOKEN.exec(Buffer.from(apdu).toString('latin1'))?.[0];
}

/** Names a message of so many octets. */
export function tokenOf({ seed, incarnation }: ProcessPlan, number: number): string {
  const draws = new Random(seed).stream(`${incarnation}.${number}`);
  // Most are short; some take long enough to be hit between two checkpoints.
  const octets = draws.percent(85) ? draws.magnitude(100, 4_000) : draws.magnitude(20_000, 400_000);
  return `#${seed}.${incarnation}.${number}.${octets}#`;
}
