import { expect } from 'chai';
import { concat } from '../../../../harness/ber/octets.js';
import { type BerForm, writeBer } from '../../../../harness/ber/writer.js';
import type { LinkEvent } from '../../../../harness/link/events.js';
import type { Direction } from '../../../../harness/stack/direction.js';
import type { SpduDescription } from '../../../../harness/stack/session/encode.js';
import { compareConversations } from '../../../../harness/transcript/compare/compare.js';
import type { Difference } from '../../../../harness/transcript/compare/match.js';
import { carriers, cleanValue, type Root } from '../../rules/injector/carrier.js';
import { behindAccept, everySpdu, tsduAsSent, written } from '../../rules/injector/conversation.js';
import { foreignKinds, markOf } from '../../rules/injector/foreign.js';
import { type Place, placesOf } from '../../rules/injector/places.js';
import { textOctets } from '../../rules/injector/samples.js';
import { association, type Sent } from '../../rules/support/association.js';
import { foreignOctets, mark, probe } from '../../rules/support/foreign.js';

// What the leak injector puts in is told as a difference wherever that is: no rule that lets something vary hides it.

/** Of the places in an APDU, which are thousands, every so many-th. */
const STEP = 61;
/** Values of one association. */
const BATCH = 40;

function eventsOf(sent: readonly Sent[]): LinkEvent[] {
  const at = { connection: 0, time: 0 };
  return [
    { ...at, kind: 'open', initiator: 'A', responder: 'B' },
    ...sent.map(({ direction, octets }): LinkEvent => ({ ...at, kind: 'data', direction, octets })),
    ...(['i2r', 'r2i'] as const).map((direction): LinkEvent => ({ ...at, kind: 'close', direction, how: 'end' })),
  ];
}

const differences = (one: readonly Sent[], other: readonly Sent[]): Difference[] =>
  compareConversations(eventsOf(one), eventsOf(other));
const told = (found: readonly Difference[]) => found.map(({ unit, path }) => `${unit} ${path}`);

/** Octets that stand for each other: the same place, another mark. */
function foreignFor(place: Place, i: number): [Uint8Array, Uint8Array] {
  const kind = foreignKinds[i % foreignKinds.length];
  const isBare = place.kind === 'null' || place.kind === 'tail';
  const make = (count: number) =>
    (isBare ? undefined : kind?.make(markOf(count), place.avoid)) ?? textOctets(markOf(count));
  return [make(i), make(i + 5000)];
}

/** The places whose octets were changed with no difference told. */
function hiddenIn(
  root: Root,
  places: readonly Place[],
  compared: (place: Place, i: number) => [Uint8Array, Uint8Array],
) {
  const [direction] = root.directions as [Direction];
  const hidden: string[] = [];
  const size = Math.min(root.batch, BATCH);
  for (let at = 0; at < places.length; at += size) {
    const batch = places.slice(at, at + size);
    const pairs = batch.map((place, i) => compared(place, at + i).map((octets) => writeBer(place.inject(octets))));
    const sent = ([0, 1] as const).map(
      (which) =>
        root.carry(
          pairs.map((pair) => pair[which] as Uint8Array),
          direction,
        ).sent,
    );
    const found = differences(sent[0] as readonly Sent[], sent[1] as readonly Sent[]);
    // Behind the units that open the association, each value has an ACTIVITY START, an ACTIVITY END and an APDU.
    const isTold = (i: number) =>
      root.batch === 1 ? found.length > 0 : found.some(({ index }) => Math.floor((index - 2) / 3) === i);
    hidden.push(...batch.filter((_, i) => !isTold(i)).map(({ path, kind }) => `${path} (${kind})`));
  }
  return hidden;
}

for (const carrier of carriers) {
  describe(`conversations in which something foreign differs, mode ${carrier.mode}`, () => {
    const { mode } = carrier;
    for (const root of carrier.roots) {
      const all = placesOf(root.name, root.type, carrier.profile);
      const places = all.filter((_, i) => root.name !== 'TRANSFER' || i % STEP === 0);
      if (places.length === 0) continue;

      it(`tell what is put into ${root.name}, in ${places.length} places`, () => {
        const added = places.filter(({ kind }) => kind !== 'alternative');
        const none = new Uint8Array();
        expect(hiddenIn(root, added, (place, i) => [none, foreignFor(place, i)[0]])).to.deep.equal([]);
      });

      it(`tell where it is another one in ${root.name}`, () => {
        // Of what stands around an APDU in its slices only the length is told.
        const inside = places.filter(({ path }) => path !== 'TRANSFER');
        expect(hiddenIn(root, inside, foreignFor)).to.deep.equal([]);
      });

      it(`tell nothing where ${root.name} is only written otherwise`, () => {
        const forms: readonly BerForm[] = [
          { indefinite: true },
          { reverseSets: true },
          { segment: 3 },
          { lengthOctets: 4 },
        ];
        const [direction] = root.directions as [Direction];
        const clean = root.carry([cleanValue(carrier, root)], direction).sent;
        for (const form of forms) {
          const other = root.carry([cleanValue(carrier, root, undefined, form)], direction).sent;
          expect(told(differences(clean, other)), JSON.stringify(form)).to.deep.equal([]);
        }
      });
    }

    it('tell a parameter that X.225 does not have, in every SPDU', () => {
      const tsdus = everySpdu(carrier);
      const clean = behindAccept(association({ mode }), tsdus.map(written));
      for (const tsdu of tsdus) {
        for (const spdu of tsdu.spdus) {
          const into: SpduDescription = { ...spdu, extraParameters: [{ code: 0x63, value: mark, at: 'end' }] };
          const changed = tsdus.map((each) =>
            each === tsdu ? { ...each, spdus: each.spdus.map((other) => (other === spdu ? into : other)) } : each,
          );
          const found = differences(clean, behindAccept(association({ mode }), changed.map(written)));
          const paths = found.map(({ path }) => path);
          expect(paths, `${spdu.kind} with ${tsdu.spdus.at(-1)?.kind}`).to.deep.equal([`${spdu.kind}.<0x63>`]);
        }
      }
    });

    it('tell octets behind a TSDU, and which', () => {
      const behind = (octets: Uint8Array) => association({ mode, behindSpdu: { ACCEPT: octets } });
      expect(told(differences(association({ mode }), behind(mark)))).to.deep.equal([
        'ACCEPT ACCEPT.<surplus>!surplus-octets',
      ]);
      expect(differences(behind(mark), behind(mark.map((octet) => octet ^ 1)))).to.have.lengthOf(1);
    });

    it('tell octets behind an APDU, however it is cut, and nothing of the cuts', () => {
      const cut = (slice: number | undefined, behind?: Uint8Array) =>
        association({ mode, transfers: [{ apdu: probe(), slice, behind, checkpoints: true }] });
      for (const slice of [1, 7, 40]) {
        expect(told(differences(cut(undefined), cut(slice)))).to.deep.equal([]);
        expect(told(differences(cut(undefined), cut(slice, foreignOctets)))).to.deep.equal(['probe APDU.stray']);
        expect(told(differences(cut(undefined, foreignOctets), cut(slice, foreignOctets)))).to.deep.equal([]);
      }
    });

    it('tell an APDU of an unknown tag, and another one', () => {
      const sent = (octets: Uint8Array) => {
        const apdu = writeBer({ tagClass: 2, tagNumber: 19, content: octets });
        return association({ mode, transfers: [{ apdu }] });
      };
      expect(differences(sent(mark), sent(mark.map((octet) => octet ^ 1)))).to.have.lengthOf(1);
    });
  });
}

describe('conversations in which transport differs', () => {
  it('tell a reserved octet of a TPKT, though its TPDU may vary', () => {
    const clean = association();
    const odd = clean.map((each) =>
      each.what === 'FINISH'
        ? { ...each, octets: Uint8Array.from(each.octets, (octet, i) => (i === 1 ? 0x11 : octet)) }
        : each,
    );
    expect(differences(clean, odd).map(({ unit }) => unit)).to.deep.equal(['FINISH']);
  });

  it('tell what differs behind the octets that are kept', () => {
    const long = (last: number) => {
      const octets = new Uint8Array(9000);
      octets[8999] = last;
      return behindAccept(association(), [tsduAsSent('i2r', concat([Uint8Array.of(0x77, 0), octets]))]);
    };
    expect(differences(long(1), long(1))).to.deep.equal([]);
    expect(differences(long(1), long(2))).to.not.deep.equal([]);
  });
});
