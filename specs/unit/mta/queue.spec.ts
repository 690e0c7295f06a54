import { expect } from 'chai';
import { DestinationQueue, type QueuePriority, type Submission } from '../../../harness/mta/queue.js';

function submission(identifier: string, priority: QueuePriority = 'normal'): Submission {
  return { kind: 'message', identifier, priority, apdu: new Uint8Array(10), system: false };
}

function queueOf(...entries: [string, QueuePriority?][]): DestinationQueue {
  const queue = new DestinationQueue('peer');
  entries.forEach(([identifier, priority], i) => {
    queue.add(submission(identifier, priority), i);
  });
  return queue;
}

const names = (queue: DestinationQueue) => queue.items().map(({ identifier }) => identifier);

describe('a destination queue', () => {
  it('serves urgent before normal before non-urgent, each in the order of arrival', () => {
    const queue = queueOf(['n1'], ['low', 'nonUrgent'], ['u1', 'urgent'], ['n2'], ['u2', 'urgent']);
    expect(names(queue)).to.deep.equal(['u1', 'u2', 'n1', 'n2', 'low']);
    expect(queue.take()?.identifier).to.equal('u1');
  });

  it('gives an item that failed its old place again', () => {
    const queue = queueOf(['a'], ['b'], ['c']);
    const a = queue.take();
    const b = queue.take();
    if (b !== undefined) queue.putBack(b);
    if (a !== undefined) queue.putBack(a);
    expect(names(queue)).to.deep.equal(['a', 'b', 'c']);
    expect(queue.account()).to.include({ failedTransfers: 2, length: 3 });
  });

  it('counts an item until the peer has secured it', () => {
    const queue = queueOf(['a'], ['b']);
    const a = queue.take();
    expect(queue.length).to.equal(2);
    expect(queue.waitingLength).to.equal(1);
    if (a !== undefined) queue.settle(a);
    expect(queue.account()).to.deep.include({ length: 1, octets: 10, oldest: 1, transferred: 1, nonDelivered: 0 });
  });

  it('takes only what is wanted', () => {
    const queue = queueOf(['n1'], ['u1', 'urgent']);
    expect(queue.take(['normal'])?.identifier).to.equal('n1');
  });

  it('gives up waiting items, not those under way', () => {
    const queue = queueOf(['a'], ['b']);
    queue.take();
    expect(queue.giveUp(() => true).map(({ identifier }) => identifier)).to.deep.equal(['b']);
    expect(queue.account()).to.include({ length: 1, nonDelivered: 1 });
  });

  it('holds what is deferred apart, and gives it the place of its arrival when it is due', () => {
    const queue = queueOf(['n1']);
    for (const [identifier, deferredUntil, priority] of [
      ['late', 300, 'normal'],
      ['urgent', 200, 'urgent'],
      ['soon', 100, 'normal'],
    ] as const) {
      queue.add({ ...submission(identifier, priority), deferredUntil }, 1);
    }
    queue.add(submission('n2'), 2);
    expect(queue.waiting().map(({ identifier }) => identifier)).to.deep.equal(['n1', 'n2']);
    expect(names(queue)).to.deep.equal(['n1', 'n2', 'soon', 'urgent', 'late']);
    expect(queue.account()).to.deep.include({
      length: 2,
      octets: 20,
      deferred: 3,
      byPriority: { urgent: 0, normal: 2, nonUrgent: 0 },
    });
    expect(queue.nextRelease).to.equal(100);
    expect(queue.release(99)).to.deep.equal([]);
    expect(queue.release(200).map(({ identifier }) => identifier)).to.deep.equal(['soon', 'urgent']);
    expect(queue.waiting().map(({ identifier }) => identifier)).to.deep.equal(['urgent', 'n1', 'soon', 'n2']);
    expect(queue.account()).to.include({ length: 4, deferred: 1, oldest: 0 });
    expect(queue.release(Number.POSITIVE_INFINITY)).to.have.lengthOf(1);
    expect(queue.nextRelease).to.equal(undefined);
  });

  it('gives up what is deferred too, where it is asked to', () => {
    const queue = queueOf(['n1']);
    queue.add({ ...submission('late'), deferredUntil: 300 }, 1);
    expect(queue.giveUp(({ identifier }) => identifier === 'late')).to.have.lengthOf(1);
    expect(queue.account()).to.include({ length: 1, deferred: 0, nonDelivered: 1 });
  });

  it('is restored with what is deferred', () => {
    const queue = queueOf(['n1']);
    queue.add({ ...submission('late'), deferredUntil: 300 }, 1);
    const other = new DestinationQueue('peer');
    other.restore(queue.items());
    expect(other.account()).to.include({ length: 1, deferred: 1 });
    expect(other.nextRelease).to.equal(300);
  });

  it('lets an item under way go that reaches nobody, once', () => {
    const queue = queueOf(['a'], ['b']);
    const a = queue.take();
    if (a === undefined) throw new Error('nothing to take');
    queue.abandon(a);
    queue.abandon(a);
    expect(queue.account()).to.include({ length: 1, nonDelivered: 1, transferred: 0 });
  });

  it('puts another APDU in place of that of an item under way, and tells its journal so that nothing is lost', () => {
    const told: string[] = [];
    const note = (what: string) => (item: { readonly apdu: Uint8Array }) => {
      told.push(`${what} ${item.apdu.length}`);
    };
    const journal = { added: note('added'), changed: note('changed'), removed: note('removed'), restored: () => {} };
    const queue = new DestinationQueue('peer', journal);
    queue.add(submission('a'), 0);
    queue.add(submission('b'), 1);
    const a = queue.take();
    if (a === undefined) throw new Error('nothing to take');
    const amended = queue.amend(a, new Uint8Array(5));
    expect(queue.amend(a, new Uint8Array(7))).to.equal(a);
    expect(told).to.deep.equal(['added 10', 'added 10', 'added 5', 'removed 10']);
    queue.putBack(amended);
    expect(queue.items().map(({ identifier, apdu }) => [identifier, apdu.length])).to.deep.equal([
      ['a', 5],
      ['b', 10],
    ]);
  });

  it('is restored in its order, with ages and attempts', () => {
    const queue = queueOf(['n1'], ['u1', 'urgent'], ['n2']);
    for (const item of queue.waiting()) item.openRetries = 7;
    const other = new DestinationQueue('peer');
    other.restore(queue.items());
    other.add(submission('n3'), 99);
    expect(names(other)).to.deep.equal(['u1', 'n1', 'n2', 'n3']);
    expect(other.head()).to.include({ openRetries: 7, queuedAt: 1 });
  });
});
