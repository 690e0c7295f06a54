import fs, {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { P1specError } from '../../../harness/ber/error.js';
import { Octets } from '../../../harness/ber/octets.js';
import { FileSpool } from '../../../harness/mta/file-spool.js';
import { FileTransferStore } from '../../../harness/mta/file-transfer-store.js';
import { DestinationQueue } from '../../../harness/mta/queue.js';
import { readApdu } from '../../../harness/mta/received.js';
import { interruptedAt, submission } from './spooled.js';

const interrupted = interruptedAt(3);

const files = (folder: string) =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((each) => each.isFile())
    .map((each) => join(each.parentPath, each.name));

describe('a spool whose process was killed', () => {
  let folder = '';

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'p1spec-'));
  });

  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  const run = (at = folder) => {
    rmSync(join(at, 'lock'), { force: true });
    return new FileSpool(at);
  };
  const queueOf = (peer: string, spool = run()) => {
    const items = spool.queues().get(peer) ?? [];
    const queue = new DestinationQueue(peer, spool.journal(peer));
    queue.restore(items);
    return queue;
  };
  const inSpool = (peer: string, at = folder) => (run(at).queues().get(peer) ?? []).map(({ identifier }) => identifier);

  it('while it took the lock, is used by the next', () => {
    writeFileSync(join(folder, 'lock'), '');
    expect(() => new FileSpool(folder)).to.not.throw();
  });

  it('keeps the order of arrival over several runs', () => {
    const first = queueOf('B');
    for (let i = 0; i < 5; i += 1) first.add(submission(`early ${i}`), 0);
    for (let i = 0; i < 3; i += 1) {
      const item = first.take();
      if (item !== undefined) first.settle(item);
    }
    const second = queueOf('B');
    for (let i = 0; i < 2; i += 1) second.add(submission(`late ${i}`), 0);
    expect(
      queueOf('B')
        .items()
        .map(({ identifier }) => identifier),
    ).to.deep.equal(['early 3', 'early 4', 'late 0', 'late 1']);
  });

  it('while progress was written, has the item, with what it was before', () => {
    const queue = queueOf('B');
    queue.add(submission('one'), 0);
    const before = new Map(files(folder).map((path) => [path, readFileSync(path).toString('hex')]));
    const item = queue.take();
    if (item !== undefined) queue.progressed(item, interrupted);
    const written = files(folder).filter((path) => before.get(path) !== readFileSync(path).toString('hex'));
    expect(written).to.not.deep.equal([]);
    // Progress does not wait for the disk: none of it may be there.
    for (const path of written) truncateSync(path, Math.floor(statSync(path).size / 2));
    expect(inSpool('B')).to.deep.equal(['one']);
    for (const path of written) truncateSync(path, 0);
    expect(inSpool('B')).to.deep.equal(['one']);
  });

  it('says which file cannot be read, in an error of ours', () => {
    queueOf('B').add(submission('one'), 0);
    const [meta = ''] = files(folder).filter((path) => path.endsWith('.json'));
    for (const text of ['', '{', 'null', '[]', '{"interrupted":{}}', '{"place":"x"}', '7']) {
      writeFileSync(meta, text);
      expect(() => run().queues(), text)
        .to.throw(P1specError)
        .with.property('code', 'ERR_SPOOL');
      expect(() => run().queues()).to.throw('0000000001.json');
    }
  });

  it('passes over what is none of its own', () => {
    queueOf('B').add(submission('one'), 0);
    const [meta = ''] = files(folder).filter((path) => path.endsWith('.json'));
    writeFileSync(join(folder, 'queues', '.DS_Store'), 'x');
    writeFileSync(join(folder, 'queues', 'B', 'notes.json'), '{}');
    mkdirSync(join(folder, 'queues', '100%'));
    const queue = queueOf('B');
    queue.add(submission('two'), 0);
    queue.add(submission('three'), 0);
    expect(meta).to.include('B');
    expect(inSpool('B')).to.deep.equal(['one', 'two', 'three']);
  });

  it('writes over nothing that came before, whatever was taken out of it since', () => {
    const apdu = (text: string) => readApdu(Octets.of(new Uint8Array(Buffer.from(text))), 'normal');
    const first = run();
    for (const each of ['one', 'two', 'three']) first.received(apdu(each), 'A');
    const [oldest = ''] = readdirSync(join(folder, 'received')).sort();
    rmSync(join(folder, 'received', oldest));
    run().received(apdu('four'), 'A');
    const there = files(join(folder, 'received')).map((path) => readFileSync(path, 'utf8'));
    expect(there.sort()).to.deep.equal(['four', 'three', 'two']);
  });

  it('has a place for every name of a peer', () => {
    const names = [
      '',
      '.',
      '..',
      'a/b',
      'x'.repeat(300),
      `${'x'.repeat(300)}y`,
      'é'.repeat(100),
      'a b',
      '\n',
      '*',
      '%',
    ];
    const first = run();
    for (const name of names) {
      new DestinationQueue(name, first.journal(name)).add(submission(`to ${name}`), 0);
      first.received(readApdu(undefined, 'normal'), name);
      first.connections.opened(`aa/bb/${names.indexOf(name)}`, name);
    }
    const next = run();
    const queues = next.queues();
    for (const name of names) {
      expect(queues.get(name)?.map(({ identifier }) => identifier)).to.deep.equal([`to ${name}`]);
      expect(next.connections.peerOf(`aa/bb/${names.indexOf(name)}`)).to.equal(name);
    }
  });

  it('keeps peers apart whose folders a disk takes for one', () => {
    // A disk that does not tell cases apart gives the folder of one to the other.
    const first = run();
    new DestinationQueue('b', first.journal('b')).add(submission('to b'), 0);
    const path = join(folder, 'queues', 'b');
    cpSync(path, join(folder, 'queues', 'B'), { recursive: true });
    rmSync(path, { recursive: true });
    new DestinationQueue('B', run().journal('B')).add(submission('to B'), 0);
    const queues = run().queues();
    expect(queues.get('b')?.map(({ identifier }) => identifier)).to.deep.equal(['to b']);
    expect(queues.get('B')?.map(({ identifier }) => identifier)).to.deep.equal(['to B']);
  });

  describe('between two writes', () => {
    /** A copy of the folder behind every change to it, while `action` runs. */
    function copies(action: () => void): string[] {
      const made: string[] = [];
      const names = ['writeSync', 'renameSync', 'rmSync', 'appendFileSync', 'truncateSync', 'writeFileSync'] as const;
      const real = { ...fs };
      const copy = () => {
        const to = `${folder}-${made.length}`;
        real.cpSync(folder, to, { recursive: true });
        made.push(to);
      };
      for (const name of names) {
        (fs as unknown as Record<string, unknown>)[name] = (...args: unknown[]) => {
          if (name === 'writeFileSync' && real.existsSync(String(args[0])) && args[2] === undefined) {
            // It empties the file before it writes.
            real.truncateSync(String(args[0]), 0);
            copy();
          }
          const result = (real[name] as (...args: unknown[]) => unknown)(...args);
          copy();
          return result;
        };
      }
      syncBuiltinESMExports();
      try {
        action();
      } finally {
        for (const name of names) (fs as unknown as Record<string, unknown>)[name] = real[name];
        syncBuiltinESMExports();
      }
      return made;
    }

    let made: string[] = [];
    afterEach(() => {
      for (const each of made) rmSync(each, { recursive: true });
    });

    it('has an item once that stands for another', () => {
      const queue = queueOf('B');
      queue.add(submission('one'), 0);
      const item = queue.take();
      made = copies(() => {
        if (item !== undefined) queue.amend(item, Uint8Array.of(1, 2, 3));
      });
      expect(made.length).to.be.greaterThan(1);
      for (const each of made) expect(inSpool('B', each)).to.deep.equal(['one']);
      expect([...(run().queues().get('B')?.[0]?.apdu ?? [])]).to.deep.equal([1, 2, 3]);
    });

    it('has an item from its adding to its removal', () => {
      const queue = queueOf('B');
      made = copies(() => {
        queue.add(submission('one'), 0);
      });
      const counts = made.map((each) => inSpool('B', each).length);
      expect([...counts].sort()).to.deep.equal(counts);
      expect(counts.at(-1)).to.equal(1);
    });

    it('knows what was completed before, whatever it forgets of other transfers', () => {
      const { transfers } = run();
      const key = (activity: string) => ({ connection: 'aa/bb/', activity });
      for (const each of ['1', '2', '3']) transfers.completed(key(each));
      made = copies(() => {
        transfers.discarded(key('2'));
        new FileTransferStore(join(folder, 'transfers'));
      });
      expect(made.length).to.be.greaterThan(0);
      for (const each of made) {
        const { transfers: next } = run(each);
        expect([next.find(key('1')), next.find(key('3'))]).to.deep.equal(['completed', 'completed']);
      }
    });

    it('knows whose connections were lost, also while it starts', () => {
      run().connections.opened('aa/bb/', 'B');
      made = copies(() => {
        run();
      });
      for (const each of made) expect(run(each).connections.peerOf('aa/bb/')).to.equal('B');
    });
  });

  describe('what it keeps of transfers', () => {
    const key = { connection: 'aa/bb/', activity: '1' };
    const kept = (spool: FileSpool) => {
      const found = spool.transfers.find(key);
      return found === 'completed' || found === undefined ? found : found.upTo(found.serial)?.toHex();
    };

    it('goes on behind a line that was cut off', () => {
      const first = run();
      first.transfers.secure(key, 1, Octets.of(Uint8Array.of(1)));
      const [points = ''] = files(join(folder, 'transfers')).filter((path) => path.endsWith('.points'));
      fs.appendFileSync(points, 'poi');
      run().transfers.secure(key, 2, Octets.of(Uint8Array.of(2)));
      expect(kept(run())).to.equal('0102');
    });

    it('is no transfer whose octets nobody can tell', () => {
      run().transfers.secure(key, 1, Octets.of(Uint8Array.of(1)));
      for (const path of files(join(folder, 'transfers'))) truncateSync(path, 0);
      expect(kept(run())).to.equal(undefined);
      for (const path of files(join(folder, 'transfers'))) writeFileSync(path, 'name\npoint\nback x y\npoint 1 -4\n\n');
      expect(() => run()).to.not.throw();
    });

    it('forgets what the disk does not take, and does not throw', () => {
      const { transfers } = run();
      transfers.secure(key, 1, Octets.of(Uint8Array.of(1)));
      rmSync(join(folder, 'transfers'), { recursive: true });
      const other = { connection: 'cc/dd/', activity: '1' };
      transfers.secure(key, 2, Octets.of(Uint8Array.of(2)));
      transfers.secure(other, 1, Octets.of(Uint8Array.of(2)));
      expect([transfers.find(key), transfers.find(other)]).to.deep.equal([undefined, undefined]);
      transfers.completed(key);
      transfers.discarded(key);
      transfers.resumed(key, other, 1);
      mkdirSync(join(folder, 'transfers'));
    });
  });
});
