import type { Direction } from '../direction.js';
import type { AssociationEvent } from './events.js';
import type { RunningTransfer } from './running-transfer.js';

/** A transfer that may go on in another connection. */
export interface BrokenTransfer {
  readonly running: RunningTransfer;
  /** It goes on in that connection, where all else is told. */
  continued(connection: number): void;
  /** Nothing more of it is awaited: what there is of it is told. */
  lapsed(): void;
}

/** An association that has not ended, as far as is seen. */
export interface OpenAssociation {
  /** Gives up the transfers of that name: their sender goes on with them elsewhere. */
  giveUp(name: string): void;
}

/** What an ACTIVITY RESUME asks for. */
export interface Resumed {
  /** Of the activity and its session connection: `transferName`. */
  readonly name: string;
  readonly serial: number;
  readonly direction: Direction;
  readonly connection: number;
  /** Who opened the connection on which it asks, by its calling reference. */
  readonly caller: string | undefined;
  /** Who asks. */
  readonly by: OpenAssociation;
}

export interface BrokenTransferLimits {
  readonly transfers: number;
  /** Octets that may be kept of all of them. */
  readonly octets: number;
}

const DEFAULT_LIMITS: BrokenTransferLimits = { transfers: 64, octets: 16 * 1024 * 1024 };

/** Names a transfer in a conversation: session connections by their references, activities by their identifiers. */
export function transferName(connection: string, activity: string): string {
  return `${connection} ${activity}`;
}

/**
 * What the observers of one conversation know of each other's transfers: one that breaks off with its association is
 * kept, and its observer's place is taken by the one that sees it resumed. X.228 7.8. Bounded: the oldest lapses first.
 */
export class BrokenTransfers {
  readonly #limits: BrokenTransferLimits;
  /** The oldest first, with the octets kept of it. */
  readonly #kept = new Map<BrokenTransfer, number>();
  readonly #open = new Set<OpenAssociation>();
  #octets = 0;
  #late: AssociationEvent[] = [];

  constructor(limits: Partial<BrokenTransferLimits> = {}) {
    this.#limits = { ...DEFAULT_LIMITS, ...limits };
  }

  opened(association: OpenAssociation): void {
    this.#open.add(association);
  }

  closed(association: OpenAssociation): void {
    this.#open.delete(association);
  }

  keep(broken: BrokenTransfer): void {
    const { held } = broken.running;
    this.#kept.set(broken, held);
    this.#octets += held;
    for (const oldest of this.#kept.keys()) {
      if (this.#kept.size <= this.#limits.transfers && this.#octets <= this.#limits.octets) return;
      this.#forget(oldest);
      oldest.lapsed();
    }
  }

  /** The transfer that goes on; undefined where it was never seen, or not with that point. */
  take(resumed: Resumed): RunningTransfer | undefined {
    let found = this.#find(resumed);
    if (found === undefined) {
      // A link may be lost to its sender, and not to who looks on.
      for (const association of [...this.#open]) if (association !== resumed.by) association.giveUp(resumed.name);
      found = this.#find(resumed);
    }
    if (found === undefined) return undefined;
    this.#forget(found);
    found.continued(resumed.connection);
    return found.running;
  }

  /** Takes an event of an association that is not the one whose octets were last seen. */
  tell(event: AssociationEvent): void {
    this.#late.push(event);
  }

  /** What was told so since the last call. */
  told(): readonly AssociationEvent[] {
    if (this.#late.length === 0) return NONE;
    const late = this.#late;
    this.#late = [];
    return late;
  }

  /** The conversation is over. */
  end(): void {
    for (const broken of [...this.#kept.keys()]) {
      this.#forget(broken);
      broken.lapsed();
    }
  }

  /**
   * Both sides may have used one name: then the direction tells. Of two of one direction it is the later. Where the same
   * side has opened both connections, what went the other way is the other side's.
   */
  #find({ name, serial, direction, caller }: Resumed): BrokenTransfer | undefined {
    const fitting = [...this.#kept.keys()].filter(({ running }) => running.isNamed(name) && running.knows(serial));
    const same = fitting.findLast(({ running }) => running.transfer.direction === direction);
    return same ?? fitting.findLast(({ running }) => running.caller === undefined || running.caller !== caller);
  }

  #forget(broken: BrokenTransfer): void {
    this.#octets -= this.#kept.get(broken) ?? 0;
    this.#kept.delete(broken);
  }
}

const NONE: readonly AssociationEvent[] = [];
