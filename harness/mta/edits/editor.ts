import { createHash } from 'node:crypto';
import { P1specError } from '../../ber/error.js';
import { editionOf, type Mode } from '../../stack/association/events.js';
import type { Emitter } from '../emitter.js';
import type { MtaEvents } from '../events.js';
import type { Outgoing } from '../host.js';
import type { QueuedItem } from '../queue.js';
import { applyEdits } from './apply.js';
import { checkPduEdit } from './check.js';
import { ROOTS, typeOf } from './declared.js';
import type { EditedPdu, PduEdit } from './edit.js';

/** An edit that is meant for a PDU, and the number that the PDU has for it. */
interface Meant {
  /** Its place among the edits, from 0. */
  readonly edit: number;
  readonly nth: number;
}

type Bind = Extract<EditedPdu, `bind${string}`>;

/** Changes what one MTA sends, as its edits say, and counts what it sends for them. */
export class Editor {
  readonly #edits: readonly PduEdit[];
  readonly #events: Emitter<MtaEvents>;
  readonly #counts: number[];
  readonly #used = new Set<number>();
  /** What was decided when an item went out first: it holds for every attempt. */
  readonly #items = new WeakMap<QueuedItem, readonly Meant[]>();

  /** Throws ERR_EDIT, ERR_EDIT_PATH or ERR_EDIT_OCTETS where an edit cannot be meant. */
  constructor(edits: readonly PduEdit[], events: Emitter<MtaEvents>) {
    edits.forEach(checkPduEdit);
    this.#edits = edits;
    this.#events = events;
    this.#counts = edits.map(() => 0);
  }

  /** Those that nothing was changed by so far. */
  get unused(): PduEdit[] {
    return this.#edits.filter((_, i) => !this.#used.has(i));
  }

  bind(pdu: Bind, peer: string | undefined, octets: Uint8Array, mode: Mode | undefined): Uint8Array {
    const meant = this.#meant(pdu, peer);
    return this.#apply(pdu, peer, octets, mode, meant, meant);
  }

  /**
   * An item is counted once, and edited alike each time: a transfer that is gone on with has the same octets. `queued` is
   * the one that it stands for, where that is another.
   */
  outgoing(peer: string, { item, apdu }: Outgoing, mode: Mode | undefined, queued = item): Outgoing {
    const before = this.#items.get(item) ?? this.#items.get(queued);
    const meant = before ?? this.#meant(item.kind, peer);
    if (this.#edits.length > 0) this.#items.set(item, meant);
    const octets = this.#apply(item.kind, peer, apdu, mode, meant, before === undefined ? meant : []);
    if (octets === apdu) return { item, apdu };
    return { item, apdu: octets, digest: createHash('sha256').update(octets).digest('hex') };
  }

  #meant(pdu: EditedPdu, peer: string | undefined): Meant[] {
    return this.#edits.flatMap((edit, i) => {
      if (edit.pdu !== pdu || (edit.to !== undefined && edit.to !== peer)) return [];
      const nth = (this.#counts[i] ?? 0) + 1;
      this.#counts[i] = nth;
      return isMeant(edit.nth, nth) ? [{ edit: i, nth }] : [];
    });
  }

  /** What cannot be edited goes out as it is, and those who watch are told. */
  #apply(
    pdu: EditedPdu,
    peer: string | undefined,
    octets: Uint8Array,
    mode: Mode | undefined,
    meant: readonly Meant[],
    told: readonly Meant[],
  ): Uint8Array {
    let edited = octets;
    for (const each of meant) {
      const place = { peer, pdu, ...each };
      try {
        const options = { edition: editionOf(mode), roots: ROOTS[pdu] };
        const changed = applyEdits(edited, typeOf(pdu, mode), this.#edits[each.edit]?.edits ?? [], options);
        // Octets that are the same go out as what they are.
        if (Buffer.compare(changed, edited) !== 0) edited = changed;
        this.#used.add(each.edit);
        if (told.includes(each)) this.#events.emit('edited', place);
      } catch (error) {
        if (!(error instanceof P1specError)) throw error;
        if (told.includes(each)) this.#events.emit('editFailed', { ...place, error });
      }
    }
    return edited;
  }
}

function isMeant(nth: PduEdit['nth'], count: number): boolean {
  if (nth === undefined) return true;
  if (typeof nth === 'number') return count === nth;
  return 'first' in nth ? count <= nth.first : count % nth.every === 0;
}
