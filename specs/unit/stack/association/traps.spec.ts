import { expect } from 'chai';
import { toHex } from '../../../../harness/ber/octets.js';
import { writeBer } from '../../../../harness/ber/writer.js';
import { message } from '../../rules/support/apdus.js';
import { association, streamOf } from '../../rules/support/association.js';
import { meet, otherSide } from './traps/meet.js';
import { MODES, scriptOf, vectors } from './traps/vectors.js';

const apdus = [message(), message({ content: 'x'.repeat(200) })].map((tree) => writeBer(tree));

for (const id of new Set(vectors.map(({ trap }) => trap))) {
  const own = vectors.filter(({ trap }) => trap === id);
  describe(`the trap ${id}`, () => {
    for (const vector of own) {
      for (const role of vector.roles ?? (['initiator', 'responder'] as const)) {
        for (const mode of vector.modes ?? MODES) {
          it(`${vector.what}: taken by the ${role} in mode ${mode}`, () => {
            const script = scriptOf(vector, mode, otherSide(role), apdus);
            const { events, answers, machine } = meet(role, script, vector.change);
            const why = JSON.stringify(events.filter(({ kind }) => kind.includes('Abort')));
            expect(machine.state, why).to.equal('open');
            expect(events[0]).to.include(vector.opened ?? {});
            const taken = events.flatMap((event) =>
              event.kind === 'rtTransferIndication' ? [event.apdu?.toHex()] : [],
            );
            expect(taken).to.deep.equal(apdus.map(toHex));
            expect(answers.filter((kind) => kind === 'ACTIVITY END ACK')).to.have.lengthOf(2);
            expect(new Set(answers.slice(1))).to.deep.equal(new Set(['MINOR SYNC ACK', 'ACTIVITY END ACK']));
          });
        }
      }
    }
  });
}

describe('the vectors of machines', () => {
  it('each have other octets than an ordinary association, in a role and a mode at least', () => {
    for (const vector of vectors) {
      const isOdd = (vector.roles ?? (['initiator', 'responder'] as const)).some((role) =>
        (vector.modes ?? MODES).some((mode) => {
          const sides = [vector, { trap: '', what: '' }].map((each) => {
            const sent = association(scriptOf(each, mode, otherSide(role), apdus));
            return streamOf(each === vector ? (vector.change?.(sent) ?? sent) : sent, otherSide(role));
          });
          return toHex(sides[0] as Uint8Array) !== toHex(sides[1] as Uint8Array);
        }),
      );
      expect(isOdd, `${vector.trap}: ${vector.what}`).to.equal(true);
    }
  });
});
