import type { Endpoint, LinkEvent } from '../../link/events.js';
import type { Direction } from '../../stack/direction.js';
import type { TranscriptHeader } from '../format.js';
import type { Unit } from './unit.js';

/** A connection of a recording with the units that went over it. */
export interface ComparedConnection {
  readonly connection: number;
  readonly initiator: Endpoint;
  readonly responder: Endpoint;
  readonly units: Unit[];
}

export function connectionsOf(events: readonly LinkEvent[], units: readonly Unit[]): ComparedConnection[] {
  const connections = new Map<number, ComparedConnection>();
  for (const event of events) {
    if (event.kind !== 'open') continue;
    const { connection, initiator, responder } = event;
    connections.set(connection, { connection, initiator, responder, units: [] });
  }
  for (const unit of units) connections.get(unit.connection)?.units.push(unit);
  return [...connections.values()];
}

/** The name that the initiator binds with: endpoints of TCP have other ports each time. */
function opener({ units, initiator }: ComparedConnection): string {
  for (const { leaves } of units) {
    const name = leaves.find(({ path }) => path.endsWith('.initiatorName'));
    if (name !== undefined) return String(name.value);
  }
  return initiator;
}

/**
 * Which connection stands for which: in the order in which they were opened, those of one initiator among themselves.
 * What is left is paired in its order.
 */
export function pairConnections(
  recorded: readonly ComparedConnection[],
  live: readonly ComparedConnection[],
): { readonly recorded?: ComparedConnection; readonly live?: ComparedConnection }[] {
  const left = new Set(live);
  const pairs = new Map<ComparedConnection, ComparedConnection>();
  const take = (connection: ComparedConnection, other: ComparedConnection | undefined) => {
    if (other === undefined) return;
    pairs.set(connection, other);
    left.delete(other);
  };
  for (const each of recorded)
    take(
      each,
      [...left].find((other) => opener(other) === opener(each)),
    );
  for (const each of recorded) if (!pairs.has(each)) take(each, [...left][0]);
  return [
    ...recorded.map((each) => ({ recorded: each, live: pairs.get(each) })),
    ...[...left].map((each) => ({ live: each })),
  ];
}

/** A side of a conversation: who opened each connection, who accepted it, or an endpoint. */
export type RecordedSide = 'i' | 'r' | (string & {});

/**
 * The direction in which a side sends on a connection; undefined where it has no part in it. A name is an endpoint with
 * or without its port, or the name of a party in the header.
 */
export function directionOf(
  side: RecordedSide,
  { initiator, responder }: { readonly initiator: Endpoint; readonly responder: Endpoint },
  header?: Pick<TranscriptHeader, 'initiator' | 'responder'>,
): Direction | undefined {
  if (side === 'i') return 'i2r';
  if (side === 'r') return 'r2i';
  for (const names of [(endpoint: Endpoint) => endpoint, hostOf]) {
    if (names(initiator) === side) return 'i2r';
    if (names(responder) === side) return 'r2i';
  }
  // The header names parties as they stood when the recording began.
  if (header?.initiator?.name === side || header?.initiator?.preset === side) return 'i2r';
  if (header?.responder?.name === side || header?.responder?.preset === side) return 'r2i';
  return undefined;
}

function hostOf(endpoint: Endpoint): string {
  return endpoint.replace(/:\d+$/, '').replace(/^\[(.*)\]$/, '$1');
}
