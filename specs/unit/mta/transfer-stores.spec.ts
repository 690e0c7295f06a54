import { appendFileSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import fc from 'fast-check';
import { Octets } from '../../../harness/ber/octets.js';
import { FileTransferStore } from '../../../harness/mta/file-transfer-store.js';
import type { TransferKey, TransferStore } from '../../../harness/stack/association/service.js';
import { MemoryTransferStore, POINT_OCTETS } from '../../../harness/stack/rtse/transfer-store.js';

const key = (activity: string, connection = 'c1'): TransferKey => ({ connection, activity });
const octets = (text: string) => Octets.of(new Uint8Array(Buffer.from(text)));

function textUpTo(store: TransferStore, name: TransferKey, serial: number): string | undefined {
  const found = store.find(name);
  if (found === undefined || found === 'completed') return found;
  const bytes = found.upTo(serial)?.toBytes();
  return bytes && Buffer.from(bytes).toString();
}

describe('transfer stores', () => {
  let folder = '';
  let count = 0;

  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'p1spec-'));
  });

  after(() => {
    rmSync(folder, { recursive: true });
  });

  const fresh = (): string => {
    count += 1;
    const path = join(folder, String(count));
    mkdirSync(path);
    return path;
  };

  const kinds = {
    'in memory': () => new MemoryTransferStore(),
    'on disk': () => new FileTransferStore(fresh()),
  };

  for (const [name, make] of Object.entries(kinds)) {
    describe(name, () => {
      it('gives back what stands in front of any point that was secured', () => {
        const store = make();
        store.secure(key('01'), 1, octets('abc'));
        store.secure(key('01'), 2, octets('de'));
        expect([0, 1, 2, 3].map((serial) => textUpTo(store, key('01'), serial))).to.deep.equal([
          '',
          'abc',
          'abcde',
          undefined,
        ]);
        expect(store.find(key('01', 'c2'))).to.equal(undefined);
      });

      it('goes on behind a point under a second name, and both name it', () => {
        const store = make();
        store.secure(key('01'), 1, octets('abc'));
        store.secure(key('01'), 2, octets('lost'));
        store.resumed(key('01'), key('07', 'c2'), 1);
        store.secure(key('07', 'c2'), 2, octets('XY'));
        for (const each of [key('01'), key('07', 'c2')]) expect(textUpTo(store, each, 2)).to.equal('abcXY');
        store.completed(key('07', 'c2'));
        for (const each of [key('01'), key('07', 'c2')]) expect(store.find(each)).to.equal('completed');
      });

      it('knows a completed transfer again, and forgets one that was discarded', () => {
        const store = make();
        store.completed(key('01'));
        expect(store.find(key('01'))).to.equal('completed');
        store.secure(key('02'), 1, octets('x'));
        store.discarded(key('02'));
        expect(store.find(key('02'))).to.equal(undefined);
        store.discarded(key('01'));
        expect(store.find(key('01'))).to.equal(undefined);
      });
    });
  }

  it('does on disk, closed and opened at any moment, what it does in memory', () => {
    const activity = fc.constantFrom('01', '02', '03').map((each) => key(each));
    const step = fc.oneof(
      fc.record({ do: fc.constant('secure' as const), key: activity, text: fc.string({ maxLength: 5 }) }),
      fc.record({ do: fc.constant('resumed' as const), key: activity, by: activity, back: fc.nat(2) }),
      fc.record({ do: fc.constantFrom('completed' as const, 'discarded' as const, 'reopen' as const), key: activity }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
        const path = fresh();
        const memory = new MemoryTransferStore();
        let disk = new FileTransferStore(path);
        for (const each of steps) {
          const found = memory.find(each.key);
          const serial = found === undefined || found === 'completed' ? 0 : found.serial;
          switch (each.do) {
            case 'secure':
              if (found === 'completed') break;
              for (const store of [memory, disk]) store.secure(each.key, serial + 1, octets(each.text));
              break;
            case 'resumed':
              if (memory.find(each.by) !== undefined) break;
              for (const store of [memory, disk]) store.resumed(each.key, each.by, Math.max(0, serial - each.back));
              break;
            case 'reopen':
              disk = new FileTransferStore(path);
              break;
            default:
              for (const store of [memory, disk]) store[each.do](each.key);
          }
          for (const name of ['01', '02', '03'].map((one) => key(one))) {
            for (let point = 0; point <= serial + 1; point += 1) {
              expect(textUpTo(disk, name, point)).to.equal(textUpTo(memory, name, point));
            }
          }
        }
      }),
      { numRuns: 60 },
    );
  });

  it('does not give out a point whose octets the disk has lost, nor half a line', () => {
    const path = fresh();
    const store = new FileTransferStore(path);
    store.secure(key('01'), 1, octets('abc'));
    store.secure(key('01'), 2, octets('de'));
    const [file = ''] = readdirSync(path).filter((each) => each.endsWith('.octets'));
    writeFileSync(join(path, file), 'abcd');
    appendFileSync(join(path, file.replace('.octets', '.points')), 'point 3 4');
    const again = new FileTransferStore(path);
    expect([1, 2, 3].map((serial) => textUpTo(again, key('01'), serial))).to.deep.equal(['abc', undefined, undefined]);
  });

  it('keeps no more in memory than it is allowed: what was touched longest ago goes', () => {
    const store = new MemoryTransferStore({ octets: 10 + 3 * POINT_OCTETS, transfers: 2, completed: 1 });
    store.secure(key('01'), 1, octets('12345'));
    store.secure(key('02'), 1, octets('12345'));
    store.secure(key('01'), 2, octets('6'));
    expect(store.find(key('02'))).to.equal(undefined);
    expect(textUpTo(store, key('01'), 2)).to.equal('123456');
    store.completed(key('08'));
    store.completed(key('09'));
    expect([store.find(key('08')), store.find(key('09'))]).to.deep.equal([undefined, 'completed']);
  });
});
