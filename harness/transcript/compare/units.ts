import type { Limits } from '../../ber/limits.js';
import type { LinkEvent } from '../../link/events.js';
import type { Anomaly } from '../../stack/anomaly.js';
import { type AssociationEvent, type Transfer, type UserTypes, wholeOf } from '../../stack/association/events.js';
import type { Direction } from '../../stack/direction.js';
import { ConversationObserver, type ObservedEvent } from '../observe.js';
import { p1UserTypes } from '../p1-user-types.js';
import { ContentGatherer } from './content-leaves.js';
import { decodedLeaves, type OpenLeaf } from './decoded-leaves.js';
import { spduLeaves, tpduLeaves } from './lower-leaves.js';
import type { Leaf, Unit } from './unit.js';

export interface UnitOptions {
  /** P1's, if absent. */
  readonly types?: UserTypes;
  readonly limits?: Partial<Limits>;
}

/** Octets of an undecodable TSDU, or of a stray piece, that are compared. */
const SHOWN = 4096;

interface Building {
  readonly unit: Omit<Unit, 'leaves'>;
  readonly leaves: OpenLeaf[];
  /** Where decoded PDUs of it begin: what another one's open value holds is told there, once. */
  readonly roots: { readonly offset: number; readonly index: number }[];
}

/** From link events to units, for any number of connections, live or recorded. The one observer is asked, and no other. */
export class UnitReader {
  readonly #observer: ConversationObserver;
  readonly #contents = new Map<Transfer, ContentGatherer>();
  readonly #strays = new Map<Transfer, string>();
  #building: Building | undefined;
  #units: Unit[] = [];
  #anomalies: Anomaly[] = [];

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
        this.#begin(event, 'cotp', event.tpdu.kind, event.tpdu.offset, tpduLeaves(event.tpdu));
        break;
      case 'spdu':
        this.#begin(event, 'session', event.spdu.kind, event.spdu.offset, spduLeaves(event.spdu));
        break;
      case 'pdu':
      case 'bind': {
        const { decoded } = event;
        const building = this.#building;
        if (decoded === undefined || building === undefined || building.unit.direction !== event.direction) break;
        building.roots.push({ offset: decoded.element.offset, index: building.leaves.length });
        building.leaves.push(...decodedLeaves(event.kind === 'pdu' ? event.layer : 'p1', decoded));
        break;
      }
      case 'content':
        this.#contentOf(event.transfer).push(event.bytes, event.offset);
        break;
      case 'stray': {
        const key = wholeOf(event.transfer);
        const before = this.#strays.get(key) ?? '';
        this.#strays.set(key, `${before}${Buffer.from(event.bytes).toString('hex')}`.slice(0, SHOWN));
        break;
      }
      case 'apdu':
        this.#apdu(event);
        break;
      case 'undecodable': {
        const value = event.octets.subarray(0, SHOWN).toHex();
        this.#begin(event, 'tpkt', 'octets', event.octets.offset, [
          { layer: 'tpkt', path: 'octets', type: 'octets', value },
        ]);
        break;
      }
      case 'anomaly':
        this.#anomaly(event.direction, event.anomaly);
        break;
      default:
        break;
    }
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
    if (stray !== undefined) leaves.push({ layer: 'p1', path: 'APDU.stray', type: 'octets', value: stray });
    this.#contents.delete(key);
    this.#strays.delete(key);
    // Over several connections offsets are shifted, and stand for no octet of this one.
    const placed = transfer.stretches === undefined ? leaves : leaves.map(({ place, ...leaf }) => leaf);
    this.#begin(event, 'p1', name, decoded?.element.offset ?? 0, placed);
  }

  #begin(
    { connection, direction, time }: AssociationEvent,
    layer: Unit['layer'],
    name: string,
    offset: number,
    leaves: OpenLeaf[],
  ): void {
    this.#finish();
    this.#building = { unit: { connection, direction, time, layer, name, offset }, leaves, roots: [] };
    for (const anomaly of this.#anomalies) leaves.push(anomalyLeaf(anomaly));
    this.#anomalies = [];
  }

  #anomaly(direction: Direction, anomaly: Anomaly): void {
    if (TOLD.has(anomaly.code)) return;
    // What the layers below RTSE find is told before the unit that it is in.
    const before = anomaly.layer === 'tpkt' || anomaly.layer === 'cotp' || anomaly.layer === 'session';
    const building = before || this.#building?.unit.direction !== direction ? undefined : this.#building;
    if (building === undefined) this.#anomalies.push(anomaly);
    else building.leaves.push(anomalyLeaf(anomaly));
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
    this.#units.push({ ...unit, leaves: distinct(kept) });
  }

  #contentOf(transfer: Transfer): ContentGatherer {
    const key = wholeOf(transfer);
    const gatherer = this.#contents.get(key) ?? new ContentGatherer();
    this.#contents.set(key, gatherer);
    return gatherer;
  }
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

/** Anomalies that say no more than the leaves do, or only how a value is encoded. */
const TOLD: ReadonlySet<Anomaly['code']> = new Set<Anomaly['code']>([
  'encoding-form',
  'unknown-element',
  'unknown-parameter',
]);

function anomalyLeaf({ layer, path, code }: Anomaly): OpenLeaf {
  return { layer, path: `${path}!${code}`, type: 'anomaly', value: true };
}

/** All units of a recording, in the order in which they were completed. */
export function unitsOf(events: Iterable<LinkEvent>, options: UnitOptions = {}): Unit[] {
  const reader = new UnitReader(options);
  const units: Unit[] = [];
  for (const event of events) for (const unit of reader.push(event)) units.push(unit);
  for (const unit of reader.end()) units.push(unit);
  return units;
}
