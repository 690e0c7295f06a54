import { expect } from 'chai';
import { Octets } from '../../../harness/ber/octets.js';
import { p1UserTypes } from '../../../harness/rules/p1-association.js';
import { masked, secretsIn } from '../../../harness/rules/secrets.js';
import { association, bindArgument, observe, streamOf } from './support/association.js';

describe('passwords in what is shown', () => {
  it('are found in the bind argument and the bind result, and nowhere else', () => {
    const sent = association({ argument: bindArgument() });
    const texts = observe(sent, p1UserTypes)
      .flatMap(secretsIn)
      .map(({ direction, offset, length }) =>
        Buffer.from(streamOf(sent, direction).subarray(offset, offset + length)).toString('latin1'),
      );
    expect(texts).to.deep.equal(['secret', 'other']);
  });

  it('are found in every form, and over every TPKT boundary', () => {
    const form = { indefinite: true, segment: 2 };
    const found = observe(association({ argument: bindArgument(), form }), p1UserTypes).flatMap(secretsIn);
    expect(found.filter(({ direction }) => direction === 'i2r').reduce((sum, { length }) => sum + length, 0)).to.equal(
      6,
    );
  });

  it('are masked in place: offsets and number of octets stay', () => {
    const octets = Octets.join([Octets.of(Uint8Array.of(1, 2, 3), 10), Octets.of(Uint8Array.of(4, 5), 20)]);
    const hidden = masked(octets, [{ connection: 0, direction: 'i2r', offset: 12, length: 9 }]);
    expect(hidden.toHex()).to.equal('01022a2a05');
    expect([hidden.offset, hidden.offsetAt(3)]).to.deep.equal([10, 20]);
    expect(octets.toHex(), 'the original is left alone').to.equal('0102030405');
  });
});
