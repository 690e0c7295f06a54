import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { P1specError } from '../../../harness/ber/error.js';
import { FileSpool } from '../../../harness/mta/file-spool.js';
import { DestinationQueue } from '../../../harness/mta/queue.js';
import { interruptedAt, submission } from './spooled.js';

const interrupted = interruptedAt(7168, { mode: 'x410-1984', attempts: 1 });

describe('a spool in a folder', () => {
  let folder = '';

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'p1spec-'));
  });

  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  /** Another run over the same folder, with nothing closed. */
  const run = () => {
    rmSync(join(folder, 'lock'), { force: true });
    return new FileSpool(folder);
  };

  it('gives the items of a run that just ended to the next, with how far their transfers got', () => {
    const first = run();
    const queue = new DestinationQueue('A & B/../C', first.journal('A & B/../C'));
    for (const each of ['one', 'two', 'three']) queue.add(submission(each), 1000);
    const taken = queue.take();
    if (taken !== undefined) queue.progressed(taken, interrupted);
    const [, two] = queue.items();
    for (const item of queue.giveUp((each) => each === two)) queue.forget(item);

    const [[peer, items] = []] = run().queues();
    expect(peer).to.equal('A & B/../C');
    expect(items?.map(({ identifier, place }) => [identifier, place])).to.deep.equal([
      ['one', 1],
      ['three', 3],
    ]);
    expect(items?.[0]?.interrupted).to.deep.equal(interrupted);
    expect(Buffer.from(items?.[0]?.apdu ?? []).toString()).to.equal('one');
    expect(readdirSync(folder)).to.include.members(['queues', 'received', 'transfers']);
  });

  it('holds an item once, however often it is taken over, and not at all when it is transferred', () => {
    const first = run();
    new DestinationQueue('B', first.journal('B')).add(submission('one'), 1000);
    for (let i = 0; i < 3; i += 1) {
      const spool = run();
      const queue = new DestinationQueue('B', spool.journal('B'));
      queue.restore(spool.queues().get('B') ?? []);
      expect(queue.length).to.equal(1);
      queue.add(submission(`more ${i}`), 2000);
      const last = queue.items().at(-1);
      for (const item of queue.giveUp((each) => each === last)) queue.forget(item);
    }
    const spool = run();
    const queue = new DestinationQueue('B', spool.journal('B'));
    queue.restore(spool.queues().get('B') ?? []);
    const item = queue.take();
    if (item !== undefined) queue.settle(item);
    expect(run().queues().get('B')).to.deep.equal([]);
  });

  it('does not take half an item for one', () => {
    const first = run();
    new DestinationQueue('B', first.journal('B')).add(submission('one'), 1000);
    writeFileSync(join(folder, 'queues', 'B', '0000000002.apdu'), 'x');
    writeFileSync(join(folder, 'queues', 'B', '0000000003.json.new'), '{');
    expect(
      run()
        .queues()
        .get('B')
        ?.map(({ identifier }) => identifier),
    ).to.deep.equal(['one']);
  });

  it('knows whose connections they were, until they are released', () => {
    const first = run();
    first.connections.opened('aa/bb/', 'B');
    first.connections.opened('cc/dd/', 'C D');
    first.connections.released('aa/bb/');
    const { connections } = run();
    expect([connections.peerOf('aa/bb/'), connections.peerOf('cc/dd/')]).to.deep.equal([undefined, 'C D']);
  });

  it('is one process’s alone', () => {
    const mine = run();
    writeFileSync(join(folder, 'lock'), String(process.ppid));
    expect(() => new FileSpool(folder))
      .to.throw(P1specError)
      .with.property('code', 'ERR_SPOOL_IN_USE');
    mine.close();
    expect(() => new FileSpool(folder)).to.not.throw();
  });
});
