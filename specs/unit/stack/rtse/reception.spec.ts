import { expect } from 'chai';
import { Octets } from '../../../../harness/ber/octets.js';
import type { ModeProfile } from '../../../../harness/stack/rtse/mode.js';
import type { Receiver } from '../../../../harness/stack/rtse/receiver.js';
import { Reception } from '../../../../harness/stack/rtse/reception.js';

type Resumed = Parameters<Reception['resume']>[0];

/** One that has completed whatever is resumed. */
function reception(): { readonly reception: Reception; readonly said: string[] } {
  const said: string[] = [];
  const session = new Proxy({}, { get: (_, name) => () => said.push(String(name)) });
  const mode = { session: () => session } as unknown as ModeProfile;
  const receiver = { resume: () => 'completed', discarded: () => {}, interrupted: () => {} } as unknown as Receiver;
  return { reception: new Reception(mode, receiver, () => {}), said };
}

const resumed = { activityIdentifier: Octets.of(Uint8Array.of(2, 1, 1)) } as unknown as Resumed;

describe('the receiving side of reliable transfer', () => {
  for (const how of ['discarded', 'interrupted'] as const) {
    it(`has told that an activity was complete before only until it is ${how}: a later abort is about another`, () => {
      const { reception: receiving, said } = reception();
      expect(receiving.resume(resumed)).to.equal('refused');
      expect(receiving.completedBefore).to.equal(true);
      receiving.abandoned(how, 3, false);
      expect(receiving.completedBefore).to.equal(false);
      expect(said[0]).to.equal('sUExceptionReport');
    });
  }
});
