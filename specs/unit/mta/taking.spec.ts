import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import type { Mta } from '../../../harness/mta/engine.js';
import { FileSpool } from '../../../harness/mta/file-spool.js';
import type { Spool } from '../../../harness/mta/spool.js';
import { Bench, mail } from './two-mtas.js';

const MINUTE = 60_000;

/** A spool that says what it is told, and when. */
function telling(spool: FileSpool, told: string[]): Spool {
  const { transfers } = spool;
  const say = (what: string, act: () => void) => {
    told.push(what);
    act();
  };
  return {
    queues: () => spool.queues(),
    journal: (peer) => {
      const journal = spool.journal(peer);
      const added: typeof journal.added = (...items) => say(`queued for ${peer}`, () => journal.added(...items));
      return { ...journal, added };
    },
    received: (apdu, peer) => say(`received from ${peer}`, () => spool.received(apdu, peer)),
    caring: (care) => spool.caring(care),
    taken: () => say('taken', () => spool.taken()),
    transfers: {
      secure: (key, serial, octets) => transfers.secure(key, serial, octets),
      resumed: (key, by, serial) => transfers.resumed(key, by, serial),
      completed: (key) => say('completed', () => transfers.completed(key)),
      discarded: (key) => transfers.discarded(key),
      find: (key) => transfers.find(key),
    },
    connections: spool.connections,
  };
}

describe('what is taken from a peer', () => {
  let folder = '';

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'p1spec-'));
  });

  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  function chain(listen: (b: Mta) => void = () => {}) {
    const bench = new Bench();
    const told: string[] = [];
    const spool = new FileSpool(folder);
    const c: Mta = bench.mta('C', [{ name: 'B' }]);
    const toC = async () => {
      told.push('calls C');
      return bench.link(() => c);
    };
    const b: Mta = bench.mta('B', [{ name: 'A' }, { name: 'C', connect: toC }], {
      route: () => 'C',
      spool: telling(spool, told),
    });
    const a: Mta = bench.mta('A', [{ name: 'B', connect: async () => bench.link(() => b) }]);
    const got: string[] = [];
    c.on('messageReceived', ({ apdu }) => got.push(apdu.identifier ?? ''));
    listen(b);
    for (const mta of [a, b, c]) mta.start();
    return { bench, told, a, b, got, spool };
  }

  it('is kept as a whole before anything of it goes on', async () => {
    const { bench, told, a, got } = chain();
    a.submit('B', mail('x'));
    await bench.pass(MINUTE);
    expect(told).to.deep.equal(['received from A', 'queued for C', 'completed', 'taken', 'calls C']);
    expect(got).to.have.lengthOf(1);
    expect(readdirSync(join(folder, 'queues', 'C')).filter((name) => name !== 'peer')).to.deep.equal([]);
  });

  it('is kept too where who hears of it ends the association, and comes again', async () => {
    let killed = false;
    const { bench, told, a, got, spool } = chain((b) => {
      b.on('messageReceived', () => {
        if (killed) return;
        killed = true;
        for (const association of b.associations) association.close();
      });
    });
    a.submit('B', mail('x'));
    await bench.pass(30 * MINUTE);
    expect(told.slice(0, 4)).to.deep.equal(['received from A', 'queued for C', 'taken', 'calls C']);
    expect(got).to.have.lengthOf(2);
    expect(spool.queues().get('C')).to.deep.equal([]);
  });

  it('holds back nobody who was told to go on meanwhile', async () => {
    const { bench, a, b, got } = chain((mta) => {
      mta.on('messageQueued', () => mta.connectorTo('C').freeze(false));
    });
    b.connectorTo('C').freeze(true);
    a.submit('B', mail('x'));
    await bench.pass(MINUTE);
    expect(got).to.have.lengthOf(1);
  });
});
