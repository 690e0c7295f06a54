import type { Octets } from '../ber/octets.js';
import type { Anomaly } from '../stack/anomaly.js';
import type { AssociationEvent, Mode, Transfer } from '../stack/association/events.js';
import type { Stretch } from '../stack/association/stretches.js';
import type { Direction } from '../stack/direction.js';
import { associationRules } from './catalogue.js';
import { checkPermissions, type Finding, type Permission } from './finding.js';
import { ConversationMemory } from './memory.js';
import { Decoded, Element, elementAt, endOf, isAnomaly, octetsAt } from './places.js';
import { type Draft, settle } from './resolve.js';
import type { FindOptions, HitSubscription, Place, Rule, RuleContext, RunningRule } from './rule.js';
import { StreamSearch } from './search.js';
import { type Hit, probableNature, type StreamKind } from './signatures.js';
import { type Site, siteOf } from './site.js';

export interface JudgeOptions {
  /** All rules of the catalogue where absent. */
  readonly rules?: readonly Rule[];
  readonly permissions?: readonly Permission[];
  /** The side whose octets are judged; both where absent. */
  readonly direction?: Direction;
  readonly connection?: number;
  /** Shared by the judges of one conversation; one of its own where absent. */
  readonly memory?: ConversationMemory;
}

/** Codes that stand for an element which is foreign as a whole. */
const COVERING: ReadonlySet<Anomaly['code']> = new Set<Anomaly['code']>([
  'unknown-element',
  'unknown-parameter',
  'unknown-pdu',
  'duplicate-element',
  'surplus-octets',
  'surplus-value',
  'unexpected-user-data',
]);
/** Codes at whose octets it is worth guessing what they are. */
const NAMEABLE: ReadonlySet<Anomaly['code']> = new Set<Anomaly['code']>([
  ...COVERING,
  'malformed',
  'misplaced-element',
]);
/** Findings that wait to be settled; beyond, they are settled as they are. */
const MOST_WAITING = 4096;

interface Started {
  readonly rule: Rule;
  readonly running: RunningRule;
}
type NodeHandler = (node: Decoded) => void;
type EventHandler = (event: AssociationEvent) => void;

/** Every kind of event, by which the compiler finds a new one missing. */
const KINDS: Readonly<Record<AssociationEvent['kind'], true>> = {
  tpdu: true,
  spdu: true,
  pdu: true,
  mode: true,
  foreignApplication: true,
  bind: true,
  transfer: true,
  content: true,
  stray: true,
  apdu: true,
  undecodable: true,
  anomaly: true,
  gap: true,
  abort: true,
  end: true,
};
const EVENT_KINDS = Object.keys(KINDS) as AssociationEvent['kind'][];

function add<Key, Handler>(handlers: Map<Key, Handler[]>, key: Key, handler: Handler): void {
  const own = handlers.get(key);
  if (own === undefined) handlers.set(key, [handler]);
  else own.push(handler);
}

/**
 * Judges one association by all rules, as its events come. Findings are settled against each other PDU by PDU, so a
 * finding comes when its PDU is over: of a transfer, when that ended.
 */
export class Judge {
  readonly #permissions: readonly Permission[];
  readonly #direction: Direction | undefined;
  readonly #connection: number;
  readonly #started: Started[] = [];
  readonly #memory: ConversationMemory;
  /** By the kind of event; what takes every kind stands in each. */
  readonly #watch = new Map<AssociationEvent['kind'], EventHandler[]>();
  readonly #onEvent = new Map<AssociationEvent['kind'], EventHandler[]>();
  readonly #onAnomaly: ((anomaly: Anomaly, site: Site) => void)[] = [];
  readonly #onNode = new Map<string, NodeHandler[]>();
  readonly #subscriptions: HitSubscription[] = [];
  readonly #search: StreamSearch;
  #drafts: Draft[] = [];
  #mode: Mode | undefined;
  #sender: Direction = 'i2r';
  /** What the current event tells of, where its place alone does not say: for paths and layers of elements. */
  #layer: Finding['layer'] = 'p1';
  #hit: StreamKind | undefined;
  /** Where the octets of the current PDU's anomalies can be looked up. */
  #roots: Element[] = [];
  #octets: Octets[] = [];
  #transferring = false;
  /** Where the current event's octets came, if over several connections: its offsets are shifted. */
  #stretches: readonly Stretch[] | undefined;

  constructor(options: JudgeOptions = {}) {
    const { rules = associationRules, permissions = [], direction, connection = 0 } = options;
    checkPermissions(permissions, rules);
    this.#permissions = permissions;
    this.#direction = direction;
    this.#connection = connection;
    this.#memory = options.memory ?? new ConversationMemory();
    for (const rule of rules) this.#start(rule);
    const kinds = new Set(this.#subscriptions.flatMap(({ streams }) => streams));
    this.#search = new StreamSearch(kinds, this.#memory, (hit, direction, transfer) =>
      this.#tellHit(hit, direction, transfer),
    );
  }

  /** Takes the next event of the association; gives the findings that are settled by it. */
  on(event: AssociationEvent): Finding[] {
    const settled = event.kind === 'tpdu' && !this.#transferring ? this.flush() : [];
    if (event.kind === 'mode') this.#mode = event.mode;
    if (event.kind === 'transfer') this.#transferring = event.phase === 'started';
    if (this.#direction === undefined || event.direction === this.#direction) this.#judge(event);
    const watching = this.#watch.get(event.kind);
    if (watching !== undefined) for (const watch of watching) watch(event);
    return this.#drafts.length > MOST_WAITING ? [...settled, ...this.flush()] : settled;
  }

  /** Takes all events of one chunk, and settles what they gave. */
  push(events: Iterable<AssociationEvent>): Finding[] {
    const findings: Finding[] = [];
    for (const event of events) findings.push(...this.on(event));
    return this.#transferring ? findings : [...findings, ...this.flush()];
  }

  /** The association is over, or all that is known of it. */
  end(): Finding[] {
    this.#search.end();
    for (const { running } of this.#started) running.end?.();
    return this.flush();
  }

  /** Settles what waits: for who knows that the PDU is whole. */
  flush(): Finding[] {
    // What stands before a CONNECT has told its mode is found before it is known whether the rule holds in it.
    const mode = this.#mode;
    const drafts = mode === undefined ? this.#drafts : this.#drafts.filter(({ modes }) => modes.includes(mode));
    const findings = drafts.length === 0 ? [] : settle(drafts);
    this.#drafts = [];
    this.#roots = [];
    this.#octets = [];
    return findings;
  }

  #start(rule: Rule): void {
    const permission = (key: string | undefined): string | undefined =>
      this.#permissions.find(({ rule: id, match }) => id === rule.id && (match === undefined || match === key))?.reason;
    const context: RuleContext = {
      find: (place, message, options) => this.#find(rule, place, message, options ?? {}, permission),
      permits: permission,
      hits: (subscription) => this.#subscriptions.push(subscription),
      memory: this.#memory,
    };
    const running = rule.start(context);
    this.#started.push({ rule, running });
    for (const kind of running.kinds ?? EVENT_KINDS) {
      if (running.watch !== undefined) add(this.#watch, kind, (event) => running.watch?.(event));
      if (running.on !== undefined) add(this.#onEvent, kind, (event) => running.on?.(event));
    }
    if (running.anomaly !== undefined) this.#onAnomaly.push((anomaly, site) => running.anomaly?.(anomaly, site));
    for (const [type, handler] of Object.entries(running.nodes ?? {})) add(this.#onNode, type, handler);
  }

  #judge(event: AssociationEvent): void {
    this.#sender = event.direction;
    this.#stretches = 'transfer' in event ? event.transfer?.stretches : undefined;
    const handlers = this.#onEvent.get(event.kind);
    if (handlers !== undefined) for (const handler of handlers) handler(event);
    switch (event.kind) {
      case 'anomaly':
        this.#anomaly(event.anomaly);
        break;
      case 'spdu':
        this.#octets.push(event.spdu.octets);
        break;
      case 'tpdu':
        if (event.tpdu.kind !== 'DT') this.#octets.push(event.tpdu.octets);
        break;
      case 'pdu':
        this.#walk(event.decoded, event.layer);
        break;
      case 'bind':
      case 'apdu':
        if (event.decoded !== undefined) this.#walk(event.decoded, 'p1');
        break;
      default:
        break;
    }
    this.#search.on(event);
  }

  #anomaly(anomaly: Anomaly): void {
    const site = siteOf(anomaly);
    for (const handler of this.#onAnomaly) handler(anomaly, site);
  }

  #walk(root: Decoded, layer: Finding['layer']): void {
    this.#layer = layer;
    this.#roots.push(root.element);
    this.#visit(root);
  }

  #visit(node: Decoded): void {
    const handlers = this.#onNode.get(node.type.name);
    if (handlers !== undefined) for (const handler of handlers) handler(node);
    for (const child of node.children) this.#visit(child);
  }

  #tellHit(hit: Hit, sender: Direction, transfer: Transfer | undefined): void {
    this.#sender = sender;
    this.#stretches = transfer?.stretches;
    this.#hit = hit.stream;
    for (const { streams, found } of this.#subscriptions) {
      if (streams.includes(hit.stream)) found(hit);
    }
    this.#hit = undefined;
  }

  #find(
    rule: Rule,
    place: Place,
    message: string,
    options: FindOptions,
    permission: (key: string | undefined) => string | undefined,
  ): void {
    if (this.#mode !== undefined && !rule.appliesTo.includes(this.#mode)) return;
    const where = this.#locate(place, options);
    const permitted = rule.tier === 2 ? permission(options.key) : undefined;
    const signature = options.signature ?? where.signature;
    const finding: Finding = {
      rule: rule.id,
      tier: rule.tier,
      path: where.path,
      layer: where.layer,
      connection: this.#connection,
      direction: this.#sender,
      offset: where.offset,
      length: where.length,
      message,
      clause: options.clause ?? (isAnomaly(place) ? place.clause : undefined) ?? rule.clause,
      ...(permitted === undefined ? {} : { permitted }),
      ...(signature === undefined ? {} : { signature }),
    };
    const covers = options.covers ?? where.covers;
    const undecodable = isAnomaly(place) && place.code === 'malformed';
    const stretches = this.#stretches;
    this.#drafts.push({
      finding,
      end: where.end,
      covers,
      undecodable,
      hit: this.#hit,
      modes: rule.appliesTo,
      stretches,
    });
  }

  #locate(place: Place, { path, layer }: FindOptions): Location {
    if (place instanceof Decoded) {
      const { element } = place;
      const { offset, length } = element;
      return { path: place.path, layer: layer ?? this.#layer, offset, length, end: endOf(element), covers: true };
    }
    if (place instanceof Element) {
      const { offset, length } = place;
      return { path: path ?? '', layer: layer ?? this.#layer, offset, length, end: endOf(place), covers: true };
    }
    const { offset, length } = place;
    const base = { path: path ?? place.path, layer: layer ?? place.layer, offset, length, covers: false };
    if (!isAnomaly(place)) return { ...base, end: offset + length };
    const covers = COVERING.has(place.code);
    const element = this.#elementAt(offset, length);
    const end = element === undefined ? offset + length : endOf(element);
    if (!NAMEABLE.has(place.code)) return { ...base, end, covers };
    const octets = element?.toBytes() ?? (this.#stretches === undefined ? this.#octetsAt(offset, length) : undefined);
    return { ...base, end, covers, signature: octets === undefined ? undefined : probableNature(octets) };
  }

  #elementAt(offset: number, length: number): Element | undefined {
    for (const root of this.#roots) {
      const element = elementAt(root, offset, length);
      if (element !== undefined) return element;
    }
    return undefined;
  }

  #octetsAt(offset: number, length: number): Uint8Array | undefined {
    for (const octets of this.#octets) {
      const found = octetsAt(octets, offset, length);
      if (found !== undefined) return found.toBytes();
    }
    return undefined;
  }
}

interface Location {
  readonly path: string;
  readonly layer: Finding['layer'];
  readonly offset: number;
  readonly length: number;
  readonly end: number;
  readonly covers: boolean;
  readonly signature?: string;
}
