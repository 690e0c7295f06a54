import { expect } from 'chai';
import { EVERY_MODE } from '../../../../harness/rules/rule.js';
import type { ServiceEvent } from '../../../../harness/stack/association/service.js';
import { machineTraps } from '../../../support/traps/machine.js';
import { traps } from '../../../support/traps.js';
import type { Sent } from '../../rules/support/association.js';
import { encodingVectors } from '../../rules/traps/encoding.js';
import { lowerVectors } from '../../rules/traps/lower.js';
import { transferVectors } from '../../rules/traps/transfer.js';
import { ABORTS, ANSWERS, REFUSED } from './traps/heard.js';
import { hear } from './traps/meet.js';
import { vectors as taken } from './traps/vectors.js';

// The vectors of which the rules are to tell, heard by our machines: what rules tell of, an association need not mind.

const vectors = { ...lowerVectors, ...transferVectors, ...encodingVectors };

const aborted = (events: readonly ServiceEvent[]) => events.find((event) => event.kind === 'rtPAbortIndication');
const isAnswer = ({ what }: Sent) => ['ACCEPT', 'REFUSE', 'DR'].includes(what);

describe('the traps that rules tell of', () => {
  for (const [id, own] of Object.entries(vectors)) {
    for (const vector of own) {
      for (const mode of vector.modes ?? EVERY_MODE) {
        const name = vector.what === undefined ? id : `${id}, ${vector.what}`;
        const sent = vector.of(mode).at(-1) ?? [];

        it(`${name}: heard by the responder in mode ${mode}`, () => {
          const { events, answers, machine } = hear('responder', mode, sent);
          const layer = REFUSED[id];
          if (layer !== undefined) {
            expect(aborted(events)).to.include({ layer });
            expect(answers.at(-1)).to.be.oneOf(['ABORT', 'REFUSE']);
            return;
          }
          if (!ABORTS.includes(id)) expect(aborted(events)).to.equal(undefined);
          // A TSDU may be several TPDUs.
          const theirs = sent.filter(({ direction }) => direction === 'i2r').map(({ what }) => what);
          const ends = theirs.filter((what, i) => what === 'ACTIVITY END' && theirs[i - 1] !== what).length;
          expect(answers.filter((kind) => kind === 'ACTIVITY END ACK')).to.have.lengthOf(ends);
          const asked = sent.some(({ what }) => what === 'CONNECT');
          if (asked) expect(answers[0]).to.equal('ACCEPT');
          else expect(machine.state).to.equal('opening');
        });

        if (!sent.some(isAnswer)) continue;
        it(`${name}: heard by the initiator in mode ${mode}, as far as the answer`, () => {
          const upTo = sent.findLastIndex(isAnswer);
          const { events } = hear('initiator', mode, sent.slice(0, upTo + 1), {
            request: { initialTurn: 'initiator' },
          });
          const [first] = events;
          const told = ANSWERS[id];
          if (told === 'refused') expect(first).to.include({ kind: 'rtOpenConfirm', accepted: false });
          else if (told !== undefined) expect(first?.kind).to.equal(told);
          // An ACCEPT of version 1 where the CONNECT has version 2 alone.
          else if (id === 'user-data-of-version-1' && mode === 'normal')
            expect(aborted(events)?.layer).to.equal('session');
          // X.224 6.5.4 j: the CC may only lower what the CR has.
          else if (vector.what?.startsWith('a CC of 4096')) expect(aborted(events)?.layer).to.equal('cotp');
          else expect(first).to.include({ kind: 'rtOpenConfirm', accepted: true });
        });
      }
    }
  }

  it('and those of machines have names that are told apart', () => {
    const ids = [...traps, ...machineTraps].map(({ id }) => id);
    expect(new Set(ids).size).to.equal(ids.length);
    for (const { trap } of taken) expect(ids).to.include(trap);
    for (const id of [...Object.keys(REFUSED), ...ABORTS, ...Object.keys(ANSWERS)])
      expect(vectors).to.have.property(id);
  });
});
