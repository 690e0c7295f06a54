import type { Json } from '../harness/asn1/json.js';
import type { LinkOpened } from '../harness/link/events.js';
import type { Relay } from '../harness/link/relay.js';
import { findingJson } from '../harness/report/check.js';
import { escapeText } from '../harness/report/escape.js';
import { findingLines } from '../harness/report/findings.js';
import { counted } from '../harness/report/summary.js';
import { ruleOf } from '../harness/rules/catalogue.js';
import type { Finding } from '../harness/rules/finding.js';
import type { AssociationEvent } from '../harness/stack/association/events.js';
import { BackgroundOutput } from './background-output.js';

const STDOUT = 1;
const STDERR = 2;

/** What a tap did, for its last line. */
export interface TapResult {
  readonly connections: number;
  /** Connections for which the other MTA was not there. */
  readonly unreachable: number;
  /** Connections beyond the number allowed. */
  readonly turnedAway: number;
  readonly binds: number;
  readonly apdus: number;
  /** Findings that fail. */
  readonly failing: number;
  readonly exit: number;
}

/**
 * Tells what a tap does: findings and the result to stdout, the rest to stderr; or all of it to stdout, as JSON lines.
 * No connection waits for whoever reads it.
 */
export class TapTeller {
  readonly #json: boolean;
  readonly #now: () => number;
  readonly #results: BackgroundOutput;
  readonly #progress = new BackgroundOutput(STDERR, { onError: () => {} });

  /** `onUnwritten`: stdout cannot be written, which was told. */
  constructor(json: boolean, now: () => number, onUnwritten: () => void) {
    this.#json = json;
    this.#now = now;
    this.#results = new BackgroundOutput(STDOUT, {
      onError: (error) => {
        this.fault('stdout cannot be written, connections go on', error);
        onUnwritten();
      },
    });
  }

  /** Until all is written. */
  async flushed(): Promise<void> {
    const { leftOut } = this.#results;
    if (leftOut > 0) this.#progress.line(`p1spec: ${leftOut} lines were left out of stdout: it was not read`);
    await this.#results.flushed();
    await this.#progress.flushed();
  }

  listening(endpoint: string, to: string): void {
    this.#say({ event: 'listening', endpoint, to }, `tap listens on ${endpoint}, and passes on to ${to}`);
  }

  recording(file: string): void {
    this.#say({ event: 'recording', file }, `records into ${file}`);
  }

  opened({ connection, initiator, responder }: LinkOpened): void {
    const text = `connection ${connection}: ${initiator} to ${responder}`;
    this.#say({ event: 'opened', connection, initiator, responder }, text);
  }

  notJudged(connection: number, iut: string): void {
    const text = `connection ${connection}: neither side of it is ${escapeText(iut)}: it is not judged`;
    this.#say({ event: 'notJudged', connection }, text);
  }

  passed(event: AssociationEvent): void {
    const { kind, connection, direction } = event;
    const from = direction === 'i2r' ? 'initiator' : 'responder';
    const about = { connection, direction };
    if (kind === 'bind') {
      const text = `connection ${connection}: MTA-bind ${event.phase} of the ${from}`;
      this.#say({ event: 'bind', ...about, phase: event.phase }, text);
    } else if (kind === 'apdu') {
      const text = `connection ${connection}: APDU of the ${from}, ${counted(event.octets, 'octet')}`;
      this.#say({ event: 'apdu', ...about, octets: event.octets, complete: event.complete }, text);
    } else if (kind === 'end') {
      this.#say(
        { event: 'association', connection, outcome: event.outcome },
        `connection ${connection}: ${event.outcome}`,
      );
    }
  }

  closed(connection: number, relay: Relay): void {
    const octets = { i2r: relay.octets('i2r'), r2i: relay.octets('r2i') };
    const mostUnsent = { i2r: relay.mostUnsent('i2r'), r2i: relay.mostUnsent('r2i') };
    const text = `connection ${connection}: gone; ${octets.i2r} octets of the initiator, ${octets.r2i} of the responder`;
    this.#say({ event: 'closed', connection, octets, mostUnsent }, text);
  }

  unreachable(connection: number, message: string): void {
    const text = `connection ${connection}: closed, as it cannot be passed on: ${message}`;
    this.#say({ event: 'unreachable', connection, message }, text);
  }

  turnedAway(initiator: string, allowed: number): void {
    const text = `${initiator} is turned away: ${counted(allowed, 'connection')} at a time`;
    this.#say({ event: 'turnedAway', initiator }, text);
  }

  finding(finding: Finding): void {
    if (this.#json) this.#line({ event: 'finding', ...(findingJson(finding) as object) });
    else for (const line of findingLines(finding, { rule: ruleOf(finding.rule) })) this.#results.line(line);
  }

  /** What went wrong here, loudly. */
  fault(what: string, error: unknown): void {
    const message = error instanceof Error ? error.message : String(error);
    if (this.#json) this.#line({ event: 'fault', what, message });
    this.#progress.line(`p1spec: ${what}: ${escapeText(message)}`);
  }

  result(result: TapResult): void {
    const { connections, unreachable, turnedAway, binds, apdus, failing } = result;
    if (this.#json) {
      this.#line({ event: 'result', ...result });
      return;
    }
    const parts = [counted(connections, 'connection'), counted(binds, 'bind'), counted(apdus, 'APDU')];
    if (unreachable > 0) parts.push(`${unreachable} not passed on`);
    if (turnedAway > 0) parts.push(`${turnedAway} turned away`);
    this.#results.line(`${parts.join(', ')}, ${counted(failing, 'finding')} that ${failing === 1 ? 'fails' : 'fail'}`);
  }

  #say(json: { readonly [key: string]: Json }, text: string): void {
    if (this.#json) this.#line(json);
    else this.#progress.line(`${new Date(this.#now()).toISOString()}  ${text}`);
  }

  #line(json: object): void {
    this.#results.line(JSON.stringify({ time: this.#now(), ...json }));
  }
}
