import { expect } from 'chai';
import { fromHex, Octets, toHex } from '../../../../harness/ber/octets.js';
import { Recomputing } from '../../../../harness/mta/replay-script/recompute.js';
import type { OwnStep } from '../../../../harness/mta/replay-script/script.js';
import { defaultComparisonRules } from '../../../../harness/transcript/compare/default-rules.js';
import { Renaming } from '../../../../harness/transcript/compare/renaming.js';
import { type ComparisonRule, RuleSet } from '../../../../harness/transcript/compare/rule.js';
import type { Leaf, Unit } from '../../../../harness/transcript/compare/unit.js';

const SENT = Date.UTC(2006, 7, 8, 9, 0, 10);
const NOW = Date.UTC(2011, 2, 3, 14, 30, 7);

function unit(name: string, leaves: readonly Leaf[]): Unit {
  return { connection: 0, direction: 'r2i', time: SENT, layer: 'session', name, offset: 0, leaves };
}

function recomputing(more: { freshIdentifiers?: boolean; rules?: readonly ComparisonRule[] } = {}) {
  const { rules = defaultComparisonRules, freshIdentifiers } = more;
  const renaming = new Renaming();
  return { renaming, made: new Recomputing({ rules: new RuleSet(rules), renaming, now: () => NOW, freshIdentifiers }) };
}

const stepOf = (own: Unit): OwnStep => {
  const sent = { octets: Octets.empty, tsdu: undefined };
  return { kind: 'own', needs: [], time: SENT, sent, units: [own], transfer: undefined };
};

const leafOf = (fields: Partial<Leaf> & Pick<Leaf, 'path' | 'value'>): Leaf => {
  const { value } = fields;
  return {
    layer: 'session',
    type: 'UTCTime',
    form: 'text',
    place: { offset: 0, length: String(value).length },
    ...fields,
  };
};

describe('what our side recomputes', () => {
  const times: readonly (readonly [recorded: string, now: string])[] = [
    ['060808090010Z', '110303143007Z'],
    // A minute before it was sent, and an hour after.
    ['060808085910Z', '110303142907Z'],
    ['060808100010Z', '110303153007Z'],
    // Without seconds, and in another zone.
    ['0608080900Z', '1103031429Z'],
    ['060808110010+0200', '110303163007+0200'],
    ['0608080130-0730', '1103030659-0730'],
    // Of a clock that was wrong.
    ['950601100000Z', '110303143007Z'],
  ];
  for (const [recorded, now] of times) {
    it(`a time of ${recorded} becomes ${now}`, () => {
      const [edit] = recomputing().made.edits(
        stepOf(unit('message', [leafOf({ path: 'x.arrivalTime', value: recorded })])),
      );
      expect(Buffer.from(edit?.octets ?? []).toString('latin1')).to.equal(now);
    });
  }

  it('leaves what is no time, and what no rule speaks of', () => {
    const leaves = [leafOf({ path: 'x', value: 'yesterday' }), leafOf({ path: 'y', value: 'Alice', type: 'text' })];
    expect(recomputing().made.edits(stepOf(unit('message', leaves)))).to.deep.equal([]);
  });

  it('gives a reference of ours the time of today, and keeps to it', () => {
    const path = 'CONNECT.connectionIdentifier.commonReference';
    const value = '060808090010Z';
    const { made } = recomputing();
    const reference = leafOf({ path, value, type: 'reference' });
    const [one] = made.edits(stepOf(unit('CONNECT', [reference])));
    const [other] = made.edits(stepOf(unit('CONNECT', [reference])));
    expect(Buffer.from(one?.octets ?? []).toString('latin1')).to.equal('110303143007Z');
    expect(other?.octets).to.deep.equal(one?.octets);
  });

  it('names what the peer has named as it names it now', () => {
    const { made, renaming } = recomputing();
    const rule = defaultComparisonRules.find(({ id }) => id === 'transport-references');
    expect(renaming.meet(rule as ComparisonRule & { how: 'renamed' }, 0, 1, 513)).to.equal(undefined);
    const place = { offset: 7, length: 2 };
    const path = 'CC.destinationReference';
    const leaf: Leaf = { layer: 'cotp', path, type: 'reference', value: 1, form: 'unsigned', place };
    const [edit] = made.edits(stepOf({ ...unit('CC', [leaf]), layer: 'cotp' }));
    expect([edit?.offset, edit?.length, toHex(edit?.octets ?? fromHex(''))]).to.deep.equal([7, 2, '0201']);
  });

  it('confirms the checkpoints that the peer has set, by its numbers', () => {
    const { made } = recomputing();
    const serial = (name: string, value: number) => {
      const path = `${name}.serialNumber`;
      return unit(name, [leafOf({ path, value, type: 'serial' })]);
    };
    const confirmation = serial('MINOR SYNC ACK', 2);
    expect(made.isIdle(confirmation)).to.equal(true);
    made.heard(serial('MINOR SYNC POINT', 2), serial('MINOR SYNC POINT', 11));
    expect(made.isIdle(confirmation)).to.equal(false);
    const [edit] = made.edits(stepOf(confirmation));
    expect(Buffer.from(edit?.octets ?? []).toString()).to.equal('11');
    // Each activity counts anew.
    made.heard(unit('ACTIVITY START', []), unit('ACTIVITY START', []));
    expect(made.isIdle(confirmation)).to.equal(true);
  });
});
