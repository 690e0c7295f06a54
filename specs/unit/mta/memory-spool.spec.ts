import { expect } from 'chai';
import { Octets } from '../../../harness/ber/octets.js';
import { MemorySpool, type SpoolWrite } from '../../../harness/mta/memory-spool.js';
import { DestinationQueue, type Submission } from '../../../harness/mta/queue.js';
import { readApdu } from '../../../harness/mta/received.js';
import type { TransferKey } from '../../../harness/stack/association/service.js';

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

  describe('of what is taken from a peer', () => {
    const apdu = readApdu(Octets.empty, undefined);
    const key: TransferKey = { connection: 'one', activity: '1' };

    /** A spool that is taking something because of which one item is queued for B. */
    function taking(lives?: number) {
      const each = spoolOf(undefined, lives);
      const queue = new DestinationQueue('B', each.spool.journal('B'));
      each.spool.received(apdu, 'A');
      let item = queue.add(submission('reply'), 0);
      each.spool.caring(() => {
        item = queue.add(submission('copy'), 0);
      });
      return { ...each, queue, item };
    }

    it('has nothing before the transfer is completed, and all of it together with that', () => {
      const { spool, writes } = taking();
      expect(found(spool)).to.deep.equal(['reply 0']);
      spool.transfers.completed(key);
      spool.taken();
      expect(found(spool)).to.deep.equal(['reply 0', 'copy 0']);
      expect(spoolOf(spool).spool.transfers.find(key)).to.equal('completed');
      expect(writes.map(({ what }) => what)).to.deep.equal(['added', 'taken']);
      expect(writes.flatMap((write) => (write.what === 'taken' ? write.added : []))).to.have.lengthOf(1);
    });

    it('has it too where no transfer is kept, once it is taken, or something else comes', () => {
      const { spool, writes } = taking();
      spool.received(apdu, 'A');
      expect(found(spool)).to.deep.equal(['reply 0', 'copy 0']);
      spool.taken();
      spool.taken();
      expect(writes.map(({ what }) => what)).to.deep.equal(['added', 'taken', 'taken']);
    });

    it('has none of it, and no completed transfer, of an MTA that has ended before', () => {
      const { spool, writes } = taking(1);
      spool.transfers.completed(key);
      spool.taken();
      expect(found(spool)).to.deep.equal(['reply 0']);
      expect(spoolOf(spool).spool.transfers.find(key)).to.equal(undefined);
      expect(writes).to.have.lengthOf(1);
    });

    it('has none that was taken out again meanwhile', () => {
      const { spool, queue, item } = taking();
      for (const each of queue.giveUp((other) => other === item)) queue.forget(each);
      spool.taken();
      expect(found(spool)).to.deep.equal(['reply 0']);
    });
  });
});
