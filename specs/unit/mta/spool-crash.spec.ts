import fs, {
  cpSync,
  existsSync,
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

  it('is used by the next, though another process has its number by now', function () {
    if (!existsSync(`/proc/${process.ppid}/stat`)) this.skip();
    writeFileSync(join(folder, 'lock'), `${process.ppid} 1`);
    expect(() => new FileSpool(folder)).to.not.throw();
  });

  it('is in use where its process lives', () => {
    new FileSpool(folder);
    const [, start = ''] = readFileSync(join(folder, 'lock'), 'utf8').split(' ');
    expect(start).to.match(existsSync('/proc/self/stat') ? /^\d+$/ : /^$/);
    // A spool of an earlier version has the number alone.
    writeFileSync(join(folder, 'lock'), `${process.ppid}`);
    expect(() => new FileSpool(folder))
      .to.throw(P1specError)
      .with.property('code', 'ERR_SPOOL_IN_USE');
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
    for (const each of ['one', 'two', 'three']) {
      first.received(apdu(each), 'A');
      first.taken();
    }
    const [oldest = ''] = readdirSync(join(folder, 'received')).sort();
    rmSync(join(folder, 'received', oldest));
    const second = run();
    second.received(apdu('four'), 'A');
    second.taken();
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
      made = [];
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

    describe('while something is taken', () => {
      const key = { connection: 'aa/bb/', activity: '7' };
      const what = readApdu(Octets.of(new Uint8Array(Buffer.from('came'))), 'normal');

      /** What came, what is to go on because of it, and whether its transfer is known as completed. */
      const kept = (at: string) => {
        const spool = run(at);
        const count = readdirSync(join(at, 'received')).filter((name) => name.endsWith('.apdu')).length;
        const items = (peer: string) => (spool.queues().get(peer) ?? []).map(({ identifier }) => identifier);
        return [count, ...items('B'), ...items('C'), spool.transfers.find(key) ?? 'unknown'];
      };
      const NOTHING = [0, 'unknown'];
      const ALL = [1, 'one', 'two', 'three', 'completed'];

      function takeInto(spool: FileSpool, completes: boolean): void {
        spool.received(what, 'A');
        spool.caring(() => {
          new DestinationQueue('B', spool.journal('B')).add(submission('one'), 0);
          const queue = new DestinationQueue('C', spool.journal('C'));
          queue.add(submission('two'), 0);
          queue.add(submission('three'), 0);
        });
        if (completes) spool.transfers.completed(key);
        spool.taken();
      }

      it('has all that comes of it, or nothing: so it comes again where it was not completed, and only there', () => {
        const spool = run();
        made = copies(() => takeInto(spool, true));
        const states = made.map((each) => JSON.stringify(kept(each)));
        expect(new Set(states)).to.deep.equal(new Set([NOTHING, ALL].map((each) => JSON.stringify(each))));
        // Once it is all there, it stays.
        expect(states.lastIndexOf(JSON.stringify(NOTHING))).to.be.lessThan(states.indexOf(JSON.stringify(ALL)));
        expect(kept(folder)).to.deep.equal(ALL);
        for (const each of [folder, ...made])
          expect(files(each).filter((path) => /\.taking$|completion$/.test(path))).to.deep.equal([]);
      });

      it('the same where the next process is killed while it looks what there is', () => {
        const spool = run();
        const first = copies(() => takeInto(spool, true));
        const second = first.flatMap((each) => {
          const own = folder;
          folder = each;
          try {
            return copies(() => run(each));
          } finally {
            folder = own;
          }
        });
        made = [...first, ...second];
        for (const each of second) expect(kept(each)).to.be.deep.oneOf([NOTHING, ALL]);
      });

      it('has it too where nobody can be told that it was completed', () => {
        takeInto(run(), false);
        expect(kept(folder)).to.deep.equal([1, 'one', 'two', 'three', 'unknown']);
      });

      it('has at once what is queued for another reason', () => {
        const spool = run();
        spool.received(what, 'A');
        new DestinationQueue('B', spool.journal('B')).add(submission('one'), 0);
        expect(kept(folder)).to.deep.equal([0, 'one', 'unknown']);
      });

      it('has no item that was removed again', () => {
        const spool = run();
        spool.received(what, 'A');
        spool.caring(() => {
          const queue = new DestinationQueue('B', spool.journal('B'));
          queue.add(submission('one'), 0);
          const item = queue.take();
          if (item !== undefined) queue.settle(item);
        });
        spool.transfers.completed(key);
        spool.taken();
        expect(kept(folder)).to.deep.equal([1, 'completed']);
      });

      it('goes on with what was completed only where it is said in full', () => {
        takeInto(run(), true);
        for (const text of ['', '{', '{"names":[1],"files":[]}', '{"names":["x"]}', '[]']) {
          writeFileSync(join(folder, 'completion'), text);
          expect(kept(folder)).to.deep.equal(ALL);
        }
      });
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
