import type { AssociationEvent } from '../stack/association/events.js';
import type { Direction } from '../stack/direction.js';
import { defineRule, type PlainPlace, type Rule } from './rule.js';

// ENC, third part: sizes of the transport.

type Tpdu = Extract<AssociationEvent, { kind: 'tpdu' }>['tpdu'];

function placeOf({ kind, offset, length }: Tpdu): PlainPlace {
  return { path: kind, layer: 'cotp', offset, length };
}

/** Told once for each side: who is wrong about the size is wrong about all of its long TPDUs. */
const tpduSize = defineRule({
  id: 'ENC-028',
  title: 'TPDUs are no longer than was agreed, their header included',
  tier: 3,
  strength: 'shall',
  clause: 'X.224 6.5.4, 13.3.4, 13.7.5',
  rationale: 'A size counts the three octets of the header of DT: who forgets them overruns a strict peer.',
  start: ({ find }) => {
    let proposed: number | undefined;
    let agreed: number | undefined;
    const told = new Set<Direction>();
    return {
      kinds: ['tpdu'],
      watch(event) {
        if (event.kind !== 'tpdu') return;
        const { tpdu } = event;
        if (tpdu.kind === 'CR') proposed = tpdu.tpduSize;
        // Without C0 in the answer the size is RFC 1006's, or follows from F0: then no TPKT is too long.
        else if (tpdu.kind === 'CC') agreed = tpdu.tpduSize;
      },
      on(event) {
        if (event.kind !== 'tpdu') return;
        const { tpdu, direction } = event;
        if (tpdu.kind === 'CC' && (tpdu.tpduSize ?? 0) > (proposed ?? Number.POSITIVE_INFINITY)) {
          find(placeOf(tpdu), `a TPDU size of ${tpdu.tpduSize} in answer to ${proposed}`);
        }
        if (tpdu.kind !== 'DT' || agreed === undefined || tpdu.length <= agreed || told.has(direction)) return;
        told.add(direction);
        find(placeOf(tpdu), `a DT of ${tpdu.length} octets, where ${agreed} are agreed`);
      },
    };
  },
});

export const transportRules: readonly Rule[] = [tpduSize];
