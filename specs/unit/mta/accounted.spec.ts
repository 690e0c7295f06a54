import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { Octets } from '../../../harness/ber/octets.js';
import type { Edit } from '../../../harness/mta/edits/index.js';
import { FileSpool } from '../../../harness/mta/file-spool.js';
import { globalDomainIdentifier } from '../../../harness/mta/names.js';
import { Counters } from '../../../harness/mta/operator/counters.js';
import { OperatorLog } from '../../../harness/mta/operator/log.js';
import { readApdu, typedApdu } from '../../../harness/mta/received.js';
import type { Mode } from '../../../harness/stack/association/events.js';
import { alice, Bench, bob, mail, pairOf } from './two-mtas.js';

const MODES: readonly Mode[] = ['normal', 'x410-1988', 'x410-1984'];

const unreadable: Readonly<Record<string, Edit>> = {
  'cut short': { spoil: { at: '', truncate: 9 } },
  'of an unknown tag': { spoil: { at: '', tag: { class: 'context', number: 9 } } },
};

describe('what a tolerant MTA takes, and cannot do anything with', () => {
  let folder = '';

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'p1spec-'));
  });

  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  for (const [what, edit] of Object.entries(unreadable)) {
    for (const mode of MODES) {
      it(`is told of, counted and kept where it is ${what}, in mode ${mode}`, async () => {
        const bench = new Bench();
        const spool = new FileSpool(folder);
        const edits = [{ pdu: 'message', nth: 1, edits: [edit] } as const];
        const { a, b } = pairOf(bench, { a: { edits }, b: { spool, route: () => 'A' }, ofB: { mode } });
        const told: string[] = [];
        for (const name of ['messageReceived', 'reportReceived', 'notCaredFor', 'messageQueued'] as const) {
          b.on(name, () => told.push(name));
        }
        new OperatorLog(b, { family: 'third-party', tell: ({ name }) => told.push(name) });
        const counters = new Counters(b);
        a.start();
        a.submit('B', mail('one'));
        await bench.pass(1000);
        expect(told.filter((name) => name !== 'associationOpened')).to.deep.equal([
          'messageReceived',
          'notCaredFor',
          'invalidApdu',
        ]);
        expect(a.queueTo('B').account()).to.include({ transferred: 1, length: 0 });
        expect(counters.snapshot(bench.clock.now()).mta).to.include({ 'Inbound Messages Total': 1 });
        const [name, ...more] = readdirSync(join(folder, 'received'));
        expect([name, more.length]).to.deep.equal([
          // The X.410 modes have no presentation layer that misses the rest, and its tag says what it is.
          `00000001-${what === 'cut short' && mode !== 'normal' ? 'message' : 'unreadable'}-A.apdu`,
          0,
        ]);
        spool.close();
      });
    }
  }
});

describe('a report that has been here before', () => {
  it('goes no further, and that is told, and reported on to nobody', async () => {
    const bench = new Bench();
    const { a, b } = pairOf(bench, { b: { route: () => 'A' } });
    const looped: string[] = [];
    b.on('loopDetected', ({ subject }) => looped.push(subject));
    const counters = new Counters(b);
    const made = b.report('A', {
      subject: {
        globalDomainIdentifier: globalDomainIdentifier({ country: 'XX', administrationDomain: ' ' }),
        localIdentifier: '1',
      },
      destination: alice,
      recipients: [{ name: bob, fate: { reason: 1 } }],
    });
    b.connectorTo('A').remove(() => true, false);
    a.start();
    const { kind, priority, system, identifier, apdu } = made;
    expect(typedApdu(readApdu(Octets.of(apdu), undefined))?.report).to.not.equal(undefined);
    a.enqueue('B', { kind, priority, system, identifier, apdu });
    await bench.pass(1000);
    expect(looped).to.deep.equal([identifier]);
    expect(counters.snapshot(bench.clock.now()).mta).to.include({ 'Total Loops Detected': 1 });
    expect(b.queueTo('A').items()).to.deep.equal([]);
  });
});
