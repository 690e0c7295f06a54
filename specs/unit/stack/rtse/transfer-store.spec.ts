import { expect } from 'chai';
import fc from 'fast-check';
import { Octets, toHex } from '../../../../harness/ber/octets.js';
import { MemoryTransferStore, POINT_OCTETS } from '../../../../harness/stack/rtse/transfer-store.js';

const key = (name: string) => ({ connection: name.slice(0, 1), activity: name.slice(1) });

interface Entry {
  readonly names: string[];
  readonly points: Uint8Array[];
}

/** What a store is to do, in the plainest way: lists that are searched. */
class Model {
  entries: Entry[] = [];
  completed: string[] = [];

  constructor(
    readonly octets: number,
    readonly transfers: number,
    readonly remembered: number,
  ) {}

  of(name: string): Entry | undefined {
    return this.entries.find(({ names }) => names.includes(name));
  }

  secure(name: string, octets: Uint8Array): void {
    const entry = this.of(name) ?? { names: [name], points: [] };
    entry.points.push(octets);
    this.entries = [...this.entries.filter((each) => each !== entry), entry];
    while (this.cost > this.octets || this.entries.length > this.transfers) this.entries.shift();
  }

  resumed(name: string, by: string, serial: number): void {
    const entry = this.of(name);
    if (entry === undefined) return;
    entry.points.length = serial;
    if (!entry.names.includes(by)) entry.names.push(by);
  }

  completedAs(name: string): void {
    const entry = this.of(name);
    for (const each of entry?.names ?? [name]) if (!this.completed.includes(each)) this.completed.push(each);
    this.entries = this.entries.filter((each) => each !== entry);
    this.completed = this.completed.slice(-this.remembered);
  }

  discarded(name: string): void {
    this.entries = this.entries.filter((each) => !each.names.includes(name));
    this.completed = this.completed.filter((each) => each !== name);
  }

  get cost(): number {
    const cost = (points: readonly Uint8Array[]) => points.reduce((sum, each) => sum + each.length + POINT_OCTETS, 0);
    return this.entries.reduce((sum, { points }) => sum + cost(points), 0);
  }
}

describe('a store of transfers in memory', () => {
  it('does what lists would do, within its bounds', () => {
    const names = ['a1', 'a2', 'b1', 'b2', 'c1'];
    const name = fc.constantFrom(...names);
    const step = fc.oneof(
      {
        weight: 6,
        arbitrary: fc.record({ do: fc.constant('secure' as const), name, octets: fc.uint8Array({ maxLength: 90 }) }),
      },
      { weight: 2, arbitrary: fc.record({ do: fc.constant('resumed' as const), name, by: name, back: fc.nat(3) }) },
      { weight: 1, arbitrary: fc.record({ do: fc.constantFrom('completed' as const, 'discarded' as const), name }) },
    );
    const limits = fc.record({
      octets: fc.integer({ min: 100, max: 1500 }),
      transfers: fc.integer({ min: 1, max: 4 }),
      completed: fc.integer({ min: 1, max: 3 }),
    });
    let evicted = 0;
    fc.assert(
      fc.property(limits, fc.array(step, { maxLength: 60, size: 'max' }), (bounds, steps) => {
        const store = new MemoryTransferStore(bounds);
        const model = new Model(bounds.octets, bounds.transfers, bounds.completed);
        for (const each of steps) {
          const known = model.of(each.name)?.points.length ?? 0;
          const taken = model.completed.includes(each.name);
          if (each.do === 'secure' && !taken) {
            const before = model.entries.length;
            store.secure(key(each.name), known + 1, Octets.of(each.octets));
            model.secure(each.name, each.octets);
            if (model.entries.length < before || model.of(each.name) === undefined) evicted += 1;
          } else if (each.do === 'resumed' && store.find(key(each.by)) === undefined) {
            const serial = Math.max(0, known - each.back);
            store.resumed(key(each.name), key(each.by), serial);
            model.resumed(each.name, each.by, serial);
          } else if (each.do === 'completed') {
            store.completed(key(each.name));
            model.completedAs(each.name);
          } else if (each.do === 'discarded') {
            store.discarded(key(each.name));
            model.discarded(each.name);
          }
          for (const one of names) {
            const found = store.find(key(one));
            const entry = model.of(one);
            if (model.completed.includes(one)) expect(found).to.equal('completed');
            else if (entry === undefined) expect(found).to.equal(undefined);
            else if (found === undefined || found === 'completed') throw new Error(`${one} is ${found}`);
            else {
              expect(found.serial).to.equal(entry.points.length);
              let text = '';
              for (const [i, octets] of entry.points.entries()) {
                expect(found.upTo(i)?.toHex()).to.equal(text);
                text += toHex(octets);
              }
              expect(found.upTo(entry.points.length)?.toHex()).to.equal(text);
              expect(found.upTo(entry.points.length + 1)).to.equal(undefined);
            }
          }
        }
      }),
      { numRuns: 200 },
    );
    expect(evicted).to.be.greaterThan(100);
  });

  it('keeps octets of its own, not those of the link', () => {
    const store = new MemoryTransferStore();
    const chunk = Uint8Array.of(1, 2, 3);
    store.secure(key('a1'), 1, Octets.of(chunk.subarray(0, 2)));
    chunk.fill(9);
    const found = store.find(key('a1'));
    expect(found !== undefined && found !== 'completed' && found.upTo(1)?.toHex()).to.equal('0102');
  });

  it('ends with points that have no octets, too', () => {
    const store = new MemoryTransferStore({ octets: 10 * POINT_OCTETS });
    for (let serial = 1; serial <= 10; serial += 1) store.secure(key('a1'), serial, Octets.empty);
    expect(store.find(key('a1'))).to.not.equal(undefined);
    store.secure(key('a1'), 11, Octets.empty);
    expect(store.find(key('a1'))).to.equal(undefined);
  });

  it('knows a transfer by its last names, however often it is resumed', () => {
    const store = new MemoryTransferStore();
    store.secure(key('a0'), 1, Octets.empty);
    for (let i = 1; i <= 100; i += 1) store.resumed(key(`a${i - 1}`), key(`a${i}`), 1);
    expect([store.find(key('a0')), store.find(key('a100'))].map((each) => each !== undefined)).to.deep.equal([
      false,
      true,
    ]);
    store.completed(key('a100'));
    expect([store.find(key('a99')), store.find(key('a0'))]).to.deep.equal(['completed', undefined]);
  });
});
