import { formatEvidence } from '../mta/evidence.js';
import type { CountersSnapshot } from '../mta/operator/counters.js';
import type { OperatorEvent } from '../mta/operator/log.js';
import { escapeText } from './escape.js';

/** An event as a line for a person, escaped: time, number, type, text. */
export function eventLine({ at, id, severity, text }: OperatorEvent): string {
  return `${timeOfDay(at)}  ${String(id ?? '').padStart(4)}  ${severity.padEnd(11)}  ${escapeText(text)}`;
}

/** An event as a line of JSON. docs/events.md describes it. */
export function eventJson({ at, id, evidence, ...rest }: OperatorEvent): string {
  return asciiJson({
    kind: 'event',
    at: new Date(at).toISOString(),
    id,
    ...rest,
    evidence: evidence.map(formatEvidence),
  });
}

/** The counters as a line of JSON. */
export function countersJson({ at, mta, connections }: CountersSnapshot): string {
  return asciiJson({ kind: 'counters', at: new Date(at).toISOString(), mta, connections });
}

/** UTC. */
export function timeOfDay(at: number): string {
  return new Date(at).toISOString().slice(11, 19);
}

/** In ASCII alone: what peers say of themselves may go to a terminal. */
function asciiJson(value: object): string {
  return JSON.stringify(value).replace(
    /[\x7f-\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
