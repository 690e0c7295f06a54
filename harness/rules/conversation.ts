import type { Limits } from '../ber/limits.js';
import type { Endpoint, LinkEvent, LinkOpened } from '../link/events.js';
import type { AssociationEvent, Outcome } from '../stack/association/events.js';
import type { Direction } from '../stack/direction.js';
import { ConversationObserver } from '../transcript/observe.js';
import type { Finding, Permission } from './finding.js';
import { fails } from './finding.js';
import { Judge } from './judge.js';
import { ConversationMemory } from './memory.js';
import { p1UserTypes } from './p1-association.js';
import type { Rule } from './rule.js';

export interface ConversationOptions {
  readonly rules?: readonly Rule[];
  readonly permissions?: readonly Permission[];
  /** Whose octets are judged: the initiator, the responder, or the side at `ADDR` or `ADDR:PORT`; both where absent. */
  readonly iut?: string | ((opened: LinkOpened) => string);
  readonly limits?: Partial<Limits>;
  /** For who shows what passes; called before the rules see it. */
  readonly onEvent?: (event: AssociationEvent) => void;
}

/** What there was to judge. */
export interface ConversationSummary {
  /** Connections with at least one TPDU. */
  readonly associations: number;
  /** APDUs of P1 that were told, whole or not. */
  readonly apdus: number;
  /** Connections on which a bind was seen: its argument, its result or its refusal. */
  readonly binds: number;
  /** How each association ended, by connection. */
  readonly outcomes: ReadonlyMap<number, Outcome>;
  /** Why what an association carried is another application's and not P1, by connection. */
  readonly notP1: ReadonlyMap<number, string>;
  /** Octets were lost to the recording, or it ended before its associations. */
  readonly incomplete: boolean;
}

export type Verdict = 'pass' | 'fail' | 'inconclusive';

/** Failing findings fail; without a bind nothing was judged. */
export function verdictOf(findings: Iterable<Finding>, summary: ConversationSummary): Verdict {
  for (const finding of findings) if (fails(finding)) return 'fail';
  return summary.binds > 0 ? 'pass' : 'inconclusive';
}

interface Connection {
  /** Undefined where neither side of it is the IUT. */
  readonly judge: Judge | undefined;
  tpdus: boolean;
  bind: boolean;
  /** Transfers of which more is told when they go on elsewhere, or do not; undefined before the association's end. */
  awaited: number | undefined;
}

/** Observes and judges a conversation of any number of connections: push its link events in order, then `end`. */
export class ConversationJudge {
  readonly #options: ConversationOptions;
  readonly #observer: ConversationObserver;
  readonly #memory = new ConversationMemory();
  readonly #connections = new Map<number, Connection>();
  readonly #outcomes = new Map<number, Outcome>();
  readonly #notP1 = new Map<number, string>();
  #associations = 0;
  #apdus = 0;
  #binds = 0;
  #incomplete = false;

  constructor(options: ConversationOptions = {}) {
    this.#options = options;
    this.#observer = new ConversationObserver({ types: p1UserTypes, limits: options.limits });
  }

  push(event: LinkEvent): Finding[] {
    return this.#take(this.#observer.push(event));
  }

  end(): Finding[] {
    const findings = this.#take(this.#observer.end());
    for (const connection of [...this.#connections.keys()]) findings.push(...this.#close(connection));
    return findings;
  }

  get summary(): ConversationSummary {
    return {
      associations: this.#associations,
      apdus: this.#apdus,
      binds: this.#binds,
      outcomes: this.#outcomes,
      notP1: this.#notP1,
      incomplete: this.#incomplete,
    };
  }

  #take(events: ReturnType<ConversationObserver['push']>): Finding[] {
    const findings: Finding[] = [];
    const touched = new Set<Connection>();
    for (const event of events) {
      if (event.kind === 'open') {
        this.#open(event);
        this.#incomplete ||= event.startLost === true;
        continue;
      }
      const connection = this.#connections.get(event.connection);
      if (connection === undefined) continue;
      touched.add(connection);
      this.#options.onEvent?.(event);
      this.#count(connection, event);
      for (const finding of connection.judge?.on(event) ?? []) findings.push(finding);
      if (event.kind === 'end') {
        this.#outcomes.set(event.connection, event.outcome);
        connection.awaited = event.awaited ?? 0;
      } else if (event.kind === 'transfer' && event.awaited === true && connection.awaited !== undefined) {
        connection.awaited -= 1;
      }
      if (connection.awaited === 0) findings.push(...this.#close(event.connection));
    }
    for (const { judge } of touched) if (judge !== undefined) findings.push(...judge.push([]));
    return findings;
  }

  #open(opened: LinkOpened): void {
    const { connection, initiator, responder } = opened;
    const { rules, permissions } = this.#options;
    const iut = typeof this.#options.iut === 'function' ? this.#options.iut(opened) : this.#options.iut;
    const side = iut === undefined ? undefined : sideOf(iut, initiator, responder);
    const judged = iut === undefined || side !== undefined;
    const judge = judged
      ? new Judge({ rules, permissions, direction: side, connection, memory: this.#memory })
      : undefined;
    this.#connections.set(connection, { judge, tpdus: false, bind: false, awaited: undefined });
  }

  #count(connection: Connection, event: AssociationEvent): void {
    if (event.kind === 'tpdu' && !connection.tpdus) {
      connection.tpdus = true;
      this.#associations += 1;
    } else if (event.kind === 'bind' && !connection.bind && !isTransportRefusal(event)) {
      connection.bind = true;
      this.#binds += 1;
    } else if (event.kind === 'apdu') {
      if (event.foreign === undefined) this.#apdus += 1;
    } else if (event.kind === 'foreignApplication') {
      this.#notP1.set(event.connection, event.message);
    } else if (event.kind === 'gap' || (event.kind === 'end' && event.outcome === 'incomplete')) {
      this.#incomplete = true;
    }
  }

  #close(connection: number): Finding[] {
    const findings = this.#connections.get(connection)?.judge?.end() ?? [];
    this.#connections.delete(connection);
    return findings;
  }
}

/** A DR in answer to a CR: nothing of a bind was sent. */
function isTransportRefusal(event: AssociationEvent & { kind: 'bind' }): boolean {
  return event.phase === 'error' && event.refusal.layer === 'cotp';
}

/** Judges a whole source; findings come as they are settled. */
export async function* judgeConversation(
  events: AsyncIterable<LinkEvent> | Iterable<LinkEvent>,
  options: ConversationOptions = {},
): AsyncGenerator<Finding, ConversationSummary> {
  const judge = new ConversationJudge(options);
  for await (const event of events) yield* judge.push(event);
  yield* judge.end();
  return judge.summary;
}

/** The same, all at once. */
export async function collectFindings(
  events: AsyncIterable<LinkEvent> | Iterable<LinkEvent>,
  options: ConversationOptions = {},
): Promise<{ readonly findings: readonly Finding[]; readonly summary: ConversationSummary }> {
  const judge = new ConversationJudge(options);
  const findings: Finding[] = [];
  for await (const event of events) findings.push(...judge.push(event));
  findings.push(...judge.end());
  return { findings, summary: judge.summary };
}

/** The direction in which the IUT sends; undefined where it is neither side. */
export function sideOf(iut: string, initiator: Endpoint, responder: Endpoint): Direction | undefined {
  if (iut === 'i') return 'i2r';
  if (iut === 'r') return 'r2i';
  // An address with its port says more than one without.
  for (const matches of [isEndpoint, isHost]) {
    if (matches(iut, initiator)) return 'i2r';
    if (matches(iut, responder)) return 'r2i';
  }
  return undefined;
}

function isEndpoint(iut: string, endpoint: Endpoint): boolean {
  return iut === endpoint;
}

function isHost(iut: string, endpoint: Endpoint): boolean {
  const host = endpoint.replace(/:\d+$/, '');
  return bare(iut) === bare(host);
}

function bare(host: string): string {
  return host.replace(/^\[(.*)\]$/, '$1').toLowerCase();
}
