import { expect } from 'chai';
import { drive, memoryPair, VirtualClock } from '../../../harness/link/index.js';
import type { ServiceEvent } from '../../../harness/stack/association/service.js';
import { bindArgument, machine, START } from '../stack/association/support.js';

describe('drive', () => {
  it('runs the timers of an association whose peer is silent, and closes the link', () => {
    const clock = new VirtualClock(START);
    const { initiator, responder, deliverAll } = memoryPair({ delivery: 'manual' });
    const seen: string[] = [];
    responder.start({
      data: (bytes) => seen.push(`${bytes.length} octets`),
      end: () => seen.push('end'),
      close: (how) => seen.push(how),
    });
    const association = machine('initiator');
    association.open({ userData: bindArgument });
    const events: ServiceEvent[] = [];
    drive(association, initiator, clock, (event) => events.push(event));
    deliverAll();
    clock.advanceTo(START + 59_999);
    expect(events).to.deep.equal([]);
    clock.advanceTo(START + 60_000);
    deliverAll();
    expect(events[0]).to.include({ kind: 'rtPAbortIndication', layer: 'cotp' });
    expect(seen).to.deep.equal(['14 octets', 'end']);
    // The peer does not close its side either: after as long again the link is dropped.
    clock.advanceTo(START + 90_000);
    deliverAll();
    expect(seen.at(-1)).to.equal('reset');
    expect(events.at(-1)).to.deep.equal({ kind: 'disconnected' });
  });
});
