import { expect } from 'chai';
import { MemorySpool, type SpoolWrite } from '../../../harness/mta/memory-spool.js';
import { DestinationQueue, type Submission } from '../../../harness/mta/queue.js';

function submission(identifier: string): Submission {
  return { kind: 'message', priority: 'normal', identifier, apdu: new Uint8Array(1), system: false };
}

function spoolOf(earlier?: MemorySpool, lives = Number.POSITIVE_INFINITY) {
  const writes: SpoolWrite[] = [];
  const isAlive = () => writes.length < lives;
  const wrote = (write: SpoolWrite) => void writes.push(write);
  const spool = new MemorySpool({ earlier, transfers: 'kept', isAlive, wrote });
  return { spool, writes };
}

/** What a run finds that is started over the spool. */
function found(earlier: MemorySpool): string[] {
  const items = spoolOf(earlier).spool.queues().get('B') ?? [];
  return items.map(({ identifier, openRetries }) => `${identifier} ${openRetries}`);
}

describe('a spool in memory', () => {
  it('holds what it was told, and none of what only the MTA knows', () => {
    const { spool } = spoolOf();
    const queue = new DestinationQueue('B', spool.journal('B'));
    const [one, two] = ['one', 'two'].map((identifier) => queue.add(submission(identifier), 0));
    if (one === undefined || two === undefined) throw new Error('no items');
    one.openRetries = 7;
    expect(found(spool)).to.deep.equal(['one 0', 'two 0']);
    queue.progressed(one, undefined);
    queue.take();
    queue.settle(one);
    expect(found(spool)).to.deep.equal(['two 0']);
  });

  it('writes nothing of an MTA that has ended, though that goes on for a breath', () => {
    const { spool, writes } = spoolOf(undefined, 2);
    const queue = new DestinationQueue('B', spool.journal('B'));
    for (const each of ['one', 'two', 'three']) queue.add(submission(each), 0);
    const taken = queue.take();
    if (taken !== undefined) queue.settle(taken);
    expect(writes.map(({ what }) => what)).to.deep.equal(['added', 'added']);
    expect(found(spool)).to.deep.equal(['one 0', 'two 0']);
  });

  it('gives the items of one run to the next, which writes on', () => {
    const first = spoolOf().spool;
    new DestinationQueue('B', first.journal('B')).add(submission('one'), 0);
    const second = spoolOf(first).spool;
    const queue = new DestinationQueue('B', second.journal('B'));
    queue.restore(second.queues().get('B') ?? []);
    const item = queue.take();
    if (item === undefined) throw new Error('no item');
    queue.settle(item);
    expect([found(first), found(second)]).to.deep.equal([['one 0'], []]);
  });
});
