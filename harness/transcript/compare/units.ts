import type { Decoded } from '../../asn1/decoded.js';
import type { Element } from '../../ber/element.js';
import type { Limits } from '../../ber/limits.js';
import { Octets } from '../../ber/octets.js';
import type { LinkEvent } from '../../link/events.js';
import type { Anomaly } from '../../stack/anomaly.js';
import { type AssociationEvent, type Transfer, type UserTypes, wholeOf } from '../../stack/association/events.js';
import { ConversationObserver, type ObservedEvent } from '../observe.js';
import { p1UserTypes } from '../p1-user-types.js';
import { anomalyLeaf, ElementIndex, isOfEncoding, OctetsText, octetsIn, octetsText } from './anomaly-leaves.js';
import { ContentGatherer } from './content-leaves.js';
import { decodedLeaves, type OpenLeaf } from './decoded-leaves.js';
import { spduLeaves, tpduLeaves } from './lower-leaves.js';
import type { Leaf, Unit } from './unit.js';

export interface UnitOptions {
  /** P1's, if absent. */
  readonly types?: UserTypes;
  readonly limits?: Partial<Limits>;
}

interface Building {
  readonly unit: Omit<Unit, 'leaves'>;
  readonly leaves: OpenLeaf[];
  /** Offset just behind its last octet; of an APDU that is nowhere. */
  readonly end: number | undefined;
  /** Where decoded PDUs of it begin: what another one's open value holds is told there, once. */
  readonly roots: { readonly offset: number; readonly index: number }[];
  readonly decoded: Decoded[];
  /** Of `decoded`; made where something in them is odd. */
  elements?: ElementIndex;
}

/** What is known of one direction of a connection between two units. */
interface Sending {
  /** The TSDU that has just come, or as much of it as came. */
  tsdu: Octets[];
  isWhole: boolean;
  /** What was odd about what the next unit is in. */
  ahead: OpenLeaf[];
  /** What was odd about units that are there as the cuts have it: told with the next other one. */
  carried: OpenLeaf[];
}

/** Units that are there once or more, or not at all, as the cuts have it: what is odd about them is told with the next. */
const CUTS: ReadonlySet<string> = new Set(['DT', 'DATA TRANSFER', 'MINOR SYNC POINT', 'MINOR SYNC ACK']);
const STRAY = 'APDU.stray';
/** Oddities that are kept for the next unit: who sends more has said enough. */
const ODD = 1000;

/** From link events to units, for any number of connections, live or recorded. The one observer is asked, and no other. */
export class UnitReader {
  readonly #observer: ConversationObserver;
  readonly #contents = new Map<Transfer, ContentGatherer>();
  readonly #strays = new Map<Transfer, OctetsText>();
  readonly #sendings = new Map<string, Sending>();
  #building: Building | undefined;
  #units: Unit[] = [];

  constructor({ types = p1UserTypes, limits }: UnitOptions = {}) {
    this.#observer = new ConversationObserver({ types, limits });
  }

  push(event: LinkEvent): Unit[] {
    return this.#take(this.#observer.push(event));
  }

  /** The source has ended. */
  end(): Unit[] {
    return this.#take(this.#observer.end());
  }

  #take(events: readonly ObservedEvent[]): Unit[] {
    for (const event of events) if (event.kind !== 'open') this.#event(event);
    this.#finish();
    const units = this.#units;
    this.#units = [];
    return units;
  }

  #event(event: AssociationEvent): void {
    switch (event.kind) {
      case 'tpdu':
        this.#tpdu(event);
        break;
      case 'spdu':
        this.#begin(event, 'session', event.spdu.kind, event.spdu.octets, spduLeaves(event.spdu));
        break;
      case 'pdu':
      case 'bind': {
        const { decoded } = event;
        const building = this.#building;
        if (decoded === undefined || building === undefined || building.unit.direction !== event.direction) break;
        building.roots.push({ offset: decoded.element.offset, index: building.leaves.length });
        building.decoded.push(decoded);
        building.elements = undefined;
        building.leaves.push(...decodedLeaves(event.kind === 'pdu' ? event.layer : 'p1', decoded));
        break;
      }
      case 'content':
        this.#contentOf(event.transfer).push(event.bytes, event.offset);
        break;
      case 'stray': {
        const key = wholeOf(event.transfer);
        const stray = this.#strays.get(key) ?? new OctetsText();
        stray.push(event.bytes);
        this.#strays.set(key, stray);
        break;
      }
      case 'apdu':
        this.#apdu(event);
        break;
      case 'undecodable': {
        const { octets } = event;
        const value = octetsText(octets.toBytes());
        this.#begin(event, 'tpkt', 'octets', octets, [{ layer: 'tpkt', path: 'octets', type: 'octets', value }]);
        break;
      }
      case 'anomaly':
        this.#anomaly(event, event.anomaly);
        break;
      case 'end':
        for (const direction of ['i2r', 'r2i'] as const) {
          this.#sendings.delete(sendingKey({ connection: event.connection, direction }));
        }
        break;
      default:
        break;
    }
  }

  #tpdu(event: AssociationEvent & { kind: 'tpdu' }): void {
    const { tpdu } = event;
    this.#begin(event, 'cotp', tpdu.kind, tpdu.octets, tpduLeaves(tpdu));
    if (tpdu.kind !== 'DT') return;
    const sending = this.#sendingOf(event);
    if (sending.isWhole) sending.tsdu = [];
    sending.tsdu.push(tpdu.userData);
    sending.isWhole = tpdu.endOfTsdu;
  }

  #apdu(event: AssociationEvent & { kind: 'apdu' }): void {
    const key = wholeOf(event.transfer);
    const { decoded, complete, foreign, octets, transfer } = event;
    const name = decoded?.children[0]?.name ?? (foreign === undefined ? 'APDU' : 'foreign APDU');
    const leaves: OpenLeaf[] = [];
    for (const leaf of decoded === undefined ? [] : decodedLeaves('p1', decoded)) {
      const content = leaf.type === 'streamed' ? this.#contents.get(key) : undefined;
      if (content === undefined) leaves.push(leaf);
      else leaves.push(...content.leaves(leaf.path));
    }
    if (decoded === undefined) {
      const value = foreign?.toHex() ?? `${octets} octets`;
      leaves.push({ layer: 'p1', path: 'APDU', type: 'octets', value });
    }
    if (!complete) leaves.push({ layer: 'p1', path: 'APDU.complete', type: 'BOOLEAN', value: false });
    const stray = this.#strays.get(key);
    if (stray !== undefined) {
      leaves.push({ layer: 'p1', path: STRAY, type: 'octets', value: stray.toString() });
    }
    this.#contents.delete(key);
    this.#strays.delete(key);
    // Over several connections offsets are shifted, and stand for no octet of this one.
    const placed = transfer.stretches === undefined ? leaves : leaves.map(({ place, ...leaf }) => leaf);
    this.#begin(event, 'p1', name, decoded?.element, placed);
    if (decoded !== undefined) this.#building?.decoded.push(decoded);
  }

  #begin(
    { connection, direction, time }: AssociationEvent,
    layer: Unit['layer'],
    name: string,
    place: Octets | Element | undefined,
    leaves: OpenLeaf[],
  ): void {
    this.#finish();
    const sending = this.#sendingOf({ connection, direction });
    leaves.push(...sending.ahead.filter((leaf) => !isTold(leaf, leaves)));
    sending.ahead = [];
    const offset = place?.offset ?? 0;
    const end = place instanceof Octets ? place.offsetAt(place.length) : undefined;
    this.#building = {
      unit: { connection, direction, time, layer, name, offset },
      leaves,
      end,
      roots: [],
      decoded: [],
    };
  }

  #anomaly(event: AssociationEvent, anomaly: Anomaly): void {
    if (isOfEncoding(anomaly)) return;
    const { layer, offset, length } = anomaly;
    const building = this.#building?.unit.direction === event.direction ? this.#building : undefined;
    const sending = this.#sendingOf(event);
    // What the layers below presentation find is told before the unit that it is in, or behind that.
    const isLow = layer === 'tpkt' || layer === 'cotp' || layer === 'session';
    if (building === undefined || (isLow && !isInside(anomaly, building))) {
      if (sending.ahead.length >= ODD) return;
      const octets = layer === 'session' ? octetsIn(tsduOf(sending), offset, length) : undefined;
      keep(sending.ahead, anomalyLeaf(anomaly, octets));
      return;
    }
    // The octets behind an APDU are one of its leaves.
    if (layer === 'rtse' && anomaly.code === 'surplus-octets' && building.leaves.some(({ path }) => path === STRAY))
      return;
    building.elements ??= indexOf(building.decoded);
    const octets = building.elements.octetsAt(offset, length) ?? octetsIn(tsduOf(sending), offset, length);
    const leaf = anomalyLeaf(anomaly, octets);
    if (!isTold(leaf, building.leaves)) building.leaves.push(leaf);
  }

  #sendingOf(place: Pick<AssociationEvent, 'connection' | 'direction'>): Sending {
    const key = sendingKey(place);
    const sending = this.#sendings.get(key) ?? { tsdu: [], isWhole: true, ahead: [], carried: [] };
    this.#sendings.set(key, sending);
    return sending;
  }

  #finish(): void {
    const building = this.#building;
    this.#building = undefined;
    if (building === undefined) return;
    const { unit, leaves, roots } = building;
    const kept = leaves.filter(
      ({ open }, index) =>
        open === undefined ||
        !roots.some((root) => root.index > index && root.offset >= open.from && root.offset < open.to),
    );
    const sending = this.#sendingOf(unit);
    if (CUTS.has(unit.name)) {
      for (const leaf of kept) if (isOdd(leaf)) keep(sending.carried, leaf);
      this.#units.push({ ...unit, leaves: distinct(kept.filter((leaf) => !isOdd(leaf))) });
      return;
    }
    this.#units.push({ ...unit, leaves: distinct([...kept, ...sending.carried]) });
    sending.carried = [];
  }

  #contentOf(transfer: Transfer): ContentGatherer {
    const key = wholeOf(transfer);
    const gatherer = this.#contents.get(key) ?? new ContentGatherer();
    this.#contents.set(key, gatherer);
    return gatherer;
  }
}

function sendingKey({ connection, direction }: Pick<AssociationEvent, 'connection' | 'direction'>): string {
  return `${connection} ${direction}`;
}

function isInside({ layer, offset }: Anomaly, { unit, end }: Building): boolean {
  return layer === unit.layer && offset >= unit.offset && offset < (end ?? 0);
}

/** What no cut brings about. */
function isOdd({ type, path }: Leaf): boolean {
  return type === 'unknown' || type === 'anomaly' || path.endsWith('.userData');
}

/** A parameter that is told is not told as an oddity too. */
function isTold({ layer, path }: Leaf, leaves: readonly Leaf[]): boolean {
  if (layer !== 'session' && layer !== 'cotp') return false;
  const parameter = path.replace(/!.*$/, '');
  return leaves.some((leaf) => leaf.path === parameter);
}

/** Once: how often it comes follows from the cuts. */
function keep(odd: OpenLeaf[], leaf: OpenLeaf): void {
  if (odd.length >= ODD || odd.some(({ path, value }) => path === leaf.path && value === leaf.value)) return;
  odd.push(leaf);
}

function tsduOf(sending: Sending): Octets {
  const whole = Octets.join(sending.tsdu);
  sending.tsdu = [whole];
  return whole;
}

function indexOf(decoded: readonly Decoded[]): ElementIndex {
  const index = new ElementIndex();
  for (const each of decoded) index.add(each);
  return index;
}

/** A path stands for one value: of several with one path the later ones are numbered. */
function distinct(leaves: readonly OpenLeaf[]): Leaf[] {
  const counts = new Map<string, number>();
  return leaves.map(({ open, ...leaf }): Leaf => {
    const count = (counts.get(leaf.path) ?? 0) + 1;
    counts.set(leaf.path, count);
    return count === 1 ? leaf : { ...leaf, path: `${leaf.path}#${count}` };
  });
}

/** All units of a recording, in the order in which they were completed. */
export function unitsOf(events: Iterable<LinkEvent>, options: UnitOptions = {}): Unit[] {
  const reader = new UnitReader(options);
  const units: Unit[] = [];
  for (const event of events) for (const unit of reader.push(event)) units.push(unit);
  for (const unit of reader.end()) units.push(unit);
  return units;
}
