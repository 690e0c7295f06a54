import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { type Happening, logOf, nextOf, ROLES, type Role, spoolOf, textOf, tokenIn } from './plan.js';

/** A process was ended with no warning. */
export interface Kill {
  readonly role: Role;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

/** A message that came to one MTA more than once. */
export interface Duplicate {
  readonly token: string;
  readonly at: Role;
  readonly times: number;
  /** Who was killed between the first and the last time; nobody where it has no excuse. */
  readonly killed: readonly Role[];
  /** The sender had been told that it is secured, and sent it again all the same. */
  readonly afterAcknowledgement: boolean;
}

export interface Account {
  readonly kills: Readonly<Record<Role, number>>;
  /** Messages that their submitter was told are accepted. */
  readonly accepted: number;
  /** Different ones that came to the last MTA. */
  readonly arrived: number;
  /** Accepted, and not come. */
  readonly lost: readonly string[];
  readonly duplicates: readonly Duplicate[];
  /** Transfers that were gone on with. */
  readonly resumed: number;
  readonly damaged: number;
  readonly givenUp: number;
}

export function happenings(folder: string, role: Role): Happening[] {
  try {
    // Behind the last end of a line there is nothing, or what was being written when its process was killed.
    const lines = readFileSync(logOf(folder, role), 'utf8').split('\n').slice(0, -1);
    return lines.map((line) => JSON.parse(line) as Happening);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}

/** What an MTA has taken, as its spool has it. */
function receipts(folder: string, role: Role): Happening[] {
  const received = join(spoolOf(folder, role), 'received');
  if (!existsSync(received)) return [];
  return readdirSync(received)
    .filter((name) => name.endsWith('.apdu'))
    .map((name) => join(received, name))
    .map((file) => {
      const octets = readFileSync(file);
      const token = tokenIn(octets);
      const isWhole = token !== undefined && octets.includes(textOf(token));
      return { at: statSync(file).mtimeMs, what: isWhole ? 'received' : 'damaged', token } as const;
    })
    .sort((one, other) => one.at - other.at);
}

/** What the logs and the spools of the three add up to. */
export function accountOf(folder: string, kills: readonly Kill[]): Account {
  const of = (role: Role) => [...happenings(folder, role), ...receipts(folder, role)];
  const logs = { source: of('source'), relay: of('relay'), sink: of('sink') };
  const tokens = (role: Role, what: Happening['what']) =>
    logs[role].flatMap((each) => (each.what === what && each.token !== undefined ? [each.token] : []));
  const count = (what: Happening['what']) =>
    ROLES.flatMap((role) => logs[role]).filter((each) => each.what === what).length;
  const accepted = new Set(tokens('source', 'accepted'));
  const arrived = new Set(tokens('sink', 'received'));
  return {
    kills: {
      source: kills.filter(({ role }) => role === 'source').length,
      relay: kills.filter(({ role }) => role === 'relay').length,
      sink: kills.filter(({ role }) => role === 'sink').length,
    },
    accepted: accepted.size,
    arrived: arrived.size,
    lost: [...accepted].filter((token) => !arrived.has(token)),
    duplicates: [...duplicatesAt('source', logs, kills), ...duplicatesAt('relay', logs, kills)],
    resumed: count('resumed'),
    damaged: count('damaged'),
    givenUp: count('nonDelivered') + count('notCaredFor'),
  };
}

/** What one MTA sent to the next more often than it had it itself. */
function duplicatesAt(sender: Role, logs: Readonly<Record<Role, Happening[]>>, kills: readonly Kill[]): Duplicate[] {
  const receiver = nextOf(sender);
  if (receiver === undefined) return [];
  const had = timesOf(logs[sender], 'received');
  const secured = timesOf(logs[sender], 'transferred');
  return [...timesOf(logs[receiver], 'received')].flatMap(([token, times]) => {
    const own = Math.max(1, had.get(token)?.length ?? 0);
    if (times.length <= own) return [];
    const [first = 0, last = 0] = [times[0], times.at(-1)];
    const killed = kills.filter(({ role, at }) => (role === sender || role === receiver) && at >= first && at <= last);
    const told = (secured.get(token) ?? []).filter((at) => at < last).length >= own;
    return [
      { token, at: receiver, times: times.length, killed: killed.map(({ role }) => role), afterAcknowledgement: told },
    ];
  });
}

function timesOf(log: readonly Happening[], what: Happening['what']): Map<string, number[]> {
  const times = new Map<string, number[]>();
  for (const each of log) {
    if (each.what !== what || each.token === undefined) continue;
    times.set(each.token, [...(times.get(each.token) ?? []), each.at]);
  }
  return times;
}

/** What is wrong with it, in words; empty where nothing is. */
export function faultsOf({ lost, duplicates, damaged, givenUp, accepted }: Account): string[] {
  return [
    ...(accepted === 0 ? ['nothing was accepted'] : []),
    ...lost.map((token) => `${token} was accepted and is lost`),
    ...duplicates
      .filter(({ killed }) => killed.length === 0)
      .map(({ token, at, times }) => `${token} came to the ${at} ${times} times, and nobody was killed in between`),
    ...duplicates
      .filter(({ afterAcknowledgement }) => afterAcknowledgement)
      .map(({ token, at }) => `${token} came to the ${at} again after its acknowledgement`),
    ...(damaged > 0 ? [`${damaged} came damaged`] : []),
    ...(givenUp > 0 ? [`${givenUp} were given up`] : []),
  ];
}
