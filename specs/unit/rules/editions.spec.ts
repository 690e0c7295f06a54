import { expect } from 'chai';
import type { Direction } from '../../../harness/stack/direction.js';
import { cleanValue, x410Carrier } from './injector/carrier.js';
import { cleanProfile } from './injector/clean.js';
import { rootOf } from './injector/conversation.js';
import { association, x410BindArgument } from './support/association.js';
import { judged } from './support/judged.js';

// All that 1988 has and 1984 has not, sent to an MTA of 1984: each element is told by the rule for that, and by no other.

const later = x410Carrier('x410-1988');
const carrier = { ...later, profile: cleanProfile(later.profile) };
const TURNS = 7;

function told(mode: 'x410-1984' | 'x410-1988', apdu: Uint8Array, direction: Direction): string[] {
  const sent = association({ mode, transfers: [{ apdu, direction }] });
  return judged(sent).flatMap(({ rule, tier, path, message }) =>
    tier === 3 ? [] : [`${rule} ${path.replace(/\[\d+\]/g, '')}: ${message}`],
  );
}

describe('an APDU of 1988 in P1-1984', () => {
  for (let turn = 0; turn < TURNS; turn += 1) {
    const apdu = cleanValue(carrier, rootOf(carrier, 'TRANSFER'), { full: true, turn });
    const direction = turn % 2 === 0 ? 'i2r' : 'r2i';

    it(`is told by ENV-016 alone, turn ${turn}`, () => {
      const findings = told('x410-1984', apdu, direction);
      expect(findings).to.not.have.lengthOf(0);
      expect(findings.filter((each) => !each.startsWith('ENV-016'))).to.deep.equal([]);
    });
    it(`is clean where it belongs, turn ${turn}`, () => {
      expect(told('x410-1988', apdu, direction)).to.deep.equal([]);
    });
  }

  it('tells of extensions in every place, of names and of content types', () => {
    const all = new Set<string>();
    for (let turn = 0; turn < TURNS; turn += 1) {
      const apdu = cleanValue(carrier, rootOf(carrier, 'TRANSFER'), { full: true, turn });
      for (const each of told('x410-1984', apdu, 'i2r')) all.add(each);
    }
    const text = [...all].join('\n');
    for (const place of [
      'message.envelope: extensions',
      'message.envelope.perRecipientFields: extensions',
      'probe: extensions',
      'probe.perRecipientFields: extensions',
      'report.envelope: extensions',
      'report.content: extensions',
      'report.content.perRecipientFields: extensions',
      'originatorName: extensionAttributes',
      'originatorName: directoryName',
      'contentType',
      'extendedEncodedInformationTypes',
      'otherActions',
    ]) {
      expect(text).to.include(place);
    }
  });
});

describe('a bind of 1988 in P1-1984', () => {
  it('is the same as far as 1984 goes', () => {
    const sent = association({ mode: 'x410-1984', argument: x410BindArgument() });
    expect(judged(sent)).to.deep.equal([]);
  });
});
