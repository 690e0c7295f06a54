import type { Decoded } from '../asn1/decoded.js';
import { concat, Octets } from '../ber/octets.js';
import type { LinkEvent } from '../link/events.js';
import type { MTSIdentifier } from '../p1/identifiers.js';
import { formatMTSIdentifier } from '../p1/text.js';
import type { Permission } from '../rules/finding.js';
import { Judge } from '../rules/judge.js';
import { ConversationMemory } from '../rules/memory.js';
import { p1UserTypes } from '../rules/p1-association.js';
import { masked, type Secret, secretsIn } from '../rules/secrets.js';
import {
  type AssociationEvent,
  type Mode,
  type Outcome,
  type Refusal,
  type Transfer,
  wholeOf,
} from '../stack/association/events.js';
import { type Direction, opposite } from '../stack/direction.js';
import type { Spdu } from '../stack/session/spdu.js';
import { ConversationObserver, type ObservedEvent } from '../transcript/observe.js';
import type { CaseFinding } from './results.js';

/** Octets shown before a finding, and of it and behind it. */
const BEFORE = 16;
const BEHIND = 48;
/** Content octets kept of one APDU. */
const CONTENT_LIMIT = 4 * 1024 * 1024;

/** An MTS-APDU that went over an association, as far as it came. */
export interface SeenApdu {
  readonly association: SeenAssociation;
  readonly transfer: Transfer;
  readonly sender: 'iut' | 'peer';
  readonly kind: 'message' | 'probe' | 'report' | undefined;
  /** As text; of a report its own. */
  readonly identifier: string | undefined;
  readonly decoded: Decoded | undefined;
  readonly content: Uint8Array;
  /** When it ended, or broke off; milliseconds since the epoch. */
  readonly time: number;
  readonly complete: boolean;
  /** Whether the receiver has secured it: ACTIVITY END ACK. */
  readonly confirmed: boolean;
}

/** What stands for one transfer until its APDU is known. */
interface Gathering {
  readonly parts: Uint8Array[];
  kept: number;
  confirmed: boolean;
}

/** Some of the traffic, as far as findings go. */
export class TrafficPart {
  readonly findings: readonly CaseFinding[];

  constructor(findings: readonly CaseFinding[]) {
    this.findings = findings;
  }
}

/** One association between the IUT and a peer, as the recording has it so far. */
export class SeenAssociation {
  readonly connection: number;
  /** By its name in the testbed. */
  readonly peer: string;
  readonly iutRole: 'initiator' | 'responder';
  readonly events: AssociationEvent[] = [];
  readonly findings: readonly CaseFinding[];

  constructor(init: { connection: number; peer: string; iutRole: 'initiator' | 'responder'; findings: CaseFinding[] }) {
    this.connection = init.connection;
    this.peer = init.peer;
    this.iutRole = init.iutRole;
    this.findings = init.findings;
  }

  /** The direction of what the IUT sends. */
  get iutDirection(): Direction {
    return this.iutRole === 'initiator' ? 'i2r' : 'r2i';
  }

  /** As its CONNECT has it; undefined before. */
  get mode(): Mode | undefined {
    const event = this.events.find(({ kind }) => kind === 'mode');
    return event?.kind === 'mode' ? event.mode : undefined;
  }

  get argument(): Decoded | undefined {
    return this.#bind('argument')?.decoded;
  }

  get result(): Decoded | undefined {
    return this.#bind('result')?.decoded;
  }

  /** Whether the bind was answered by a result. */
  get isBound(): boolean {
    return this.#bind('result') !== undefined;
  }

  get refusal(): Refusal | undefined {
    const error = this.events.find((event) => event.kind === 'bind' && event.phase === 'error');
    return error?.kind === 'bind' && error.phase === 'error' ? error.refusal : undefined;
  }

  /** The number of the MTABindError, where one was given. */
  get bindError(): number | undefined {
    const value = this.#bind('error')?.decoded?.primitive;
    return typeof value === 'number' ? value : undefined;
  }

  get outcome(): Outcome | undefined {
    const end = this.events.find((event) => event.kind === 'end');
    return end?.kind === 'end' ? end.outcome : undefined;
  }

  /** The findings that are meant, as something that can be asserted on. */
  part(isMeant: (finding: CaseFinding) => boolean): TrafficPart {
    return new TrafficPart(this.findings.filter(isMeant));
  }

  /** SPDUs in the order sent; of one side only where that is said. */
  spdus(sender?: 'iut' | 'peer'): Spdu[] {
    const wanted = this.#directionOf(sender);
    return this.events.flatMap((event) =>
      event.kind === 'spdu' && (wanted === undefined || event.direction === wanted) ? [event.spdu] : [],
    );
  }

  /** Decoded PDUs of presentation, ACSE and RTSE, by name. */
  pdu(name: string, sender?: 'iut' | 'peer'): Decoded | undefined {
    const wanted = this.#directionOf(sender);
    for (const event of this.events) {
      if (event.kind === 'pdu' && event.name === name && (wanted === undefined || event.direction === wanted)) {
        return event.decoded;
      }
    }
    return undefined;
  }

  #directionOf(sender: 'iut' | 'peer' | undefined): Direction | undefined {
    if (sender === undefined) return undefined;
    return sender === 'iut' ? this.iutDirection : opposite(this.iutDirection);
  }

  #bind(phase: 'argument' | 'result' | 'error') {
    for (const event of this.events) if (event.kind === 'bind' && event.phase === phase) return event;
    return undefined;
  }
}

/** Octets of one direction of one connection, for showing a finding's place. */
interface Stream {
  length: number;
  readonly chunks: { readonly offset: number; readonly octets: Uint8Array }[];
}

export interface TrafficOptions {
  readonly permissions?: readonly Permission[];
}

/** All that passed between the IUT and its peers, observed and judged as it passes. Only what the IUT sent is judged. */
export class Traffic {
  readonly associations: SeenAssociation[] = [];
  readonly apdus: SeenApdu[] = [];
  readonly #options: TrafficOptions;
  readonly #observer = new ConversationObserver({ types: p1UserTypes });
  readonly #memory = new ConversationMemory();
  readonly #judges = new Map<number, Judge>();
  readonly #findings = new Map<number, CaseFinding[]>();
  readonly #streams = new Map<string, Stream>();
  /** Passwords: no result shows them. */
  readonly #secrets: Secret[] = [];
  readonly #gathering = new Map<Transfer, Gathering>();
  readonly #watchers = new Set<() => void>();

  constructor(options: TrafficOptions = {}) {
    this.#options = options;
  }

  /** A link has opened; what follows on its connection is told by `record`. */
  open(event: LinkEvent & { kind: 'open' }, peer: string, iutRole: 'initiator' | 'responder'): void {
    const { connection } = event;
    const findings: CaseFinding[] = [];
    const association = new SeenAssociation({ connection, peer, iutRole, findings });
    this.associations.push(association);
    this.#findings.set(connection, findings);
    const { permissions } = this.#options;
    const memory = this.#memory;
    this.#judges.set(connection, new Judge({ connection, permissions, direction: association.iutDirection, memory }));
    this.#observer.push(event);
    this.#tell();
  }

  record(event: Exclude<LinkEvent, { kind: 'open' }>): void {
    if (!this.associations.some(({ connection }) => connection === event.connection)) return;
    if (event.kind === 'data') this.#keep(event.connection, event.direction, event.octets);
    this.#takeAll(this.#observer.push(event));
    this.#tell();
  }

  /** Nothing more will come. */
  end(): void {
    this.#takeAll(this.#observer.end());
    for (const association of this.associations) {
      const judge = this.#judges.get(association.connection);
      if (judge !== undefined) this.#note(judge.end());
    }
    this.#judges.clear();
    this.#tell();
  }

  part(isMeant: (finding: CaseFinding) => boolean): TrafficPart {
    return new TrafficPart(this.findings().filter(isMeant));
  }

  findings(): CaseFinding[] {
    return this.associations.flatMap(({ findings }) => findings);
  }

  /** APDUs that the IUT sent, complete ones only. */
  sentByIut(peer?: string): SeenApdu[] {
    return this.#of('iut', peer);
  }

  /** APDUs that came to the IUT, complete ones only. */
  sentByPeers(peer?: string): SeenApdu[] {
    return this.#of('peer', peer);
  }

  /** Calls back after whatever happens; the function returned ends that. */
  watch(watcher: () => void): () => void {
    this.#watchers.add(watcher);
    return () => void this.#watchers.delete(watcher);
  }

  #of(sender: 'iut' | 'peer', peer: string | undefined): SeenApdu[] {
    return this.apdus.filter(
      (apdu) => apdu.sender === sender && apdu.complete && (peer === undefined || apdu.association.peer === peer),
    );
  }

  /** Of one association mostly; of an earlier one too, where what broke off there goes on or lapses. */
  #takeAll(observed: readonly ObservedEvent[]): void {
    const events = observed.filter((each): each is AssociationEvent => each.kind !== 'open');
    for (const connection of new Set(events.map((each) => each.connection))) {
      const association = this.associations.find((each) => each.connection === connection);
      const own = events.filter((each) => each.connection === connection);
      if (association !== undefined) this.#take(association, own);
    }
  }

  #take(association: SeenAssociation, events: AssociationEvent[]): void {
    for (const event of events) {
      if (event.kind !== 'content') association.events.push(event);
      this.#secrets.push(...secretsIn(event));
      this.#gather(association, event);
    }
    const judge = this.#judges.get(association.connection);
    if (judge !== undefined) this.#note(judge.push(events));
  }

  #gather(association: SeenAssociation, event: AssociationEvent): void {
    if (event.kind === 'content') {
      const held = this.#held(event.transfer);
      if (held.kept >= CONTENT_LIMIT) return;
      held.parts.push(event.bytes.slice(0, CONTENT_LIMIT - held.kept));
      held.kept += event.bytes.length;
    } else if (event.kind === 'transfer' && event.phase === 'confirmed') {
      this.#held(event.transfer).confirmed = true;
    } else if (event.kind === 'apdu') {
      this.apdus.push(this.#apdu(association, event));
    }
  }

  #held(transfer: Transfer): Gathering {
    const whole = wholeOf(transfer);
    const held = this.#gathering.get(whole) ?? { parts: [], kept: 0, confirmed: false };
    this.#gathering.set(whole, held);
    return held;
  }

  #apdu(association: SeenAssociation, event: AssociationEvent & { kind: 'apdu' }): SeenApdu {
    const { decoded, transfer, complete } = event;
    const held = this.#held(transfer);
    const name = decoded?.children[0]?.name;
    const kind = name === 'message' || name === 'probe' || name === 'report' ? name : undefined;
    return {
      association,
      transfer,
      sender: transfer.direction === association.iutDirection ? 'iut' : 'peer',
      kind,
      identifier: identifierOf(decoded, kind),
      decoded,
      content: concat(held.parts),
      time: event.time,
      complete,
      get confirmed() {
        return held.confirmed;
      },
    };
  }

  #note(found: readonly CaseFinding[]): void {
    // What is found in a transfer that was resumed may stand in an earlier connection.
    for (const finding of found) {
      this.#findings.get(finding.connection)?.push({ ...finding, ...this.#context(finding) });
    }
  }

  #keep(connection: number, direction: Direction, octets: Uint8Array): void {
    const key = `${connection} ${direction}`;
    const stream = this.#streams.get(key) ?? { length: 0, chunks: [] };
    this.#streams.set(key, stream);
    stream.chunks.push({ offset: stream.length, octets });
    stream.length += octets.length;
  }

  #context({ connection, direction, offset, length }: CaseFinding): Pick<CaseFinding, 'context'> {
    const stream = this.#streams.get(`${connection} ${direction}`);
    if (stream === undefined || offset >= stream.length) return {};
    const from = Math.max(0, offset - (offset % BEFORE) - (offset % BEFORE < BEFORE / 2 ? BEFORE : 0));
    const to = Math.min(stream.length, offset + Math.min(length, BEHIND) + BEFORE);
    const parts = stream.chunks
      .filter((chunk) => chunk.offset < to && chunk.offset + chunk.octets.length > from)
      .map((chunk) => chunk.octets.subarray(Math.max(0, from - chunk.offset), to - chunk.offset));
    const secrets = this.#secrets.filter((each) => each.connection === connection && each.direction === direction);
    return { context: { offset: from, octets: masked(Octets.of(concat(parts), from), secrets).toHex() } };
  }

  #tell(): void {
    for (const watcher of [...this.#watchers]) watcher();
  }
}

const identifierPath = {
  message: ['message', 'envelope', 'messageIdentifier'],
  probe: ['probe', 'probeIdentifier'],
  report: ['report', 'envelope', 'reportIdentifier'],
} as const;

function identifierOf(decoded: Decoded | undefined, kind: SeenApdu['kind']): string | undefined {
  const found = kind === undefined ? undefined : decoded?.get(...identifierPath[kind]);
  return found === undefined ? undefined : formatMTSIdentifier(found.value as Partial<MTSIdentifier>);
}
