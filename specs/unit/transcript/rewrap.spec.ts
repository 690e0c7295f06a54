import { join } from 'node:path';
import { expect } from 'chai';
import { fromHex, toHex } from '../../../harness/ber/octets.js';
import type { LinkEvent } from '../../../harness/link/events.js';
import { p1UserTypes } from '../../../harness/rules/p1-association.js';
import { ConversationObserver, type ObservedEvent } from '../../../harness/transcript/observe.js';
import { openConversation } from '../../../harness/transcript/open.js';
import { carriedAssociations, rewrap } from '../../../harness/transcript/rewrap.js';
import { Folder } from './support/files.js';
import { activity, anomalies, bind, opening, probe, release, turn } from './support/x410.js';

function observed(events: readonly LinkEvent[]): ObservedEvent[] {
  const observer = new ConversationObserver({ types: p1UserTypes });
  return [...events.flatMap((event) => observer.push(event)), ...observer.end()];
}

/** What an association carried, whatever its mode. */
function carried(events: readonly LinkEvent[]) {
  const seen = observed(events);
  return {
    modes: seen.flatMap((event) => (event.kind === 'mode' ? [event.mode] : [])),
    bind: seen.flatMap((event) =>
      event.kind === 'bind' ? [toHex(event.decoded?.inner.toBytes() ?? Uint8Array.of())] : [],
    ),
    apdus: seen.flatMap((event) =>
      event.kind === 'apdu' ? [`${event.direction} ${toHex(event.decoded?.element.toBytes() ?? Uint8Array.of())}`] : [],
    ),
    anomalies: anomalies(seen),
    outcomes: seen.flatMap((event) => (event.kind === 'end' ? [event.outcome] : [])),
  };
}

describe('an X.410 conversation in normal mode', () => {
  let folder: Folder;
  before(() => {
    folder = new Folder();
  });
  after(() => folder.remove());

  const link = async (lines: readonly string[]): Promise<LinkEvent[]> =>
    (await folder.read(`# log\n${lines.join('\n')}\n`)).events;
  const again = async (lines: readonly string[]) => {
    const [only, ...more] = carriedAssociations(await link(lines), p1UserTypes);
    expect(more).to.deep.equal([]);
    if (only === undefined) throw new Error('no association in X.410 mode');
    return rewrap(only);
  };

  it('carries the same bind and the same APDUs, each in its direction', async () => {
    const lines = [
      ...opening(),
      ...activity('>', probe()),
      ...turn('<', 1),
      ...activity('<', probe()),
      ...turn('>', 2),
      ...release,
    ];
    const rewrapped = carried(await again(lines));
    expect(rewrapped).to.deep.equal({
      modes: ['normal'],
      bind: [bind('left'), bind('right')],
      apdus: [`i2r ${probe()}`, `r2i ${probe()}`],
      anomalies: [],
      outcomes: ['released'],
    });
    expect(carried(await link(lines)).apdus).to.deep.equal(rewrapped.apdus);
  });

  it('carries a NULL bind', async () => {
    const { bind: values, anomalies: wrong } = carried(await again(opening({ argument: '0500', result: '0500' })));
    expect(values).to.deep.equal(['0500', '0500']);
    expect(wrong).to.deep.equal([]);
  });

  const start = '> 0 AS-SPDU 2d052903020101';
  const slice = (from: number, to?: number) => `> 0 DT-SPDU 0100${probe().slice(from, to)}`;
  const begun = [
    ...opening(),
    start,
    slice(0, 20),
    '> 0 MIP-SPDU 31032a0131',
    '< 0 MIA-SPDU 32032a0131',
    slice(20, 60),
  ];

  it('puts slices together, also those of an activity that was interrupted', async () => {
    const lines = [
      ...begun,
      '> 0 AI-SPDU 1903320101',
      '< 0 AIA-SPDU 1a00',
      '> 0 AR-SPDU 1d0f 2108 2903020101 2a0131 2903020102',
      slice(20, 80),
      slice(80),
      '> 0 AE-SPDU 29032a0132',
    ];
    expect(carried(await again(lines)).apdus).to.deep.equal([`i2r ${probe()}`]);
  });

  it('puts an activity together that broke off with its association, and was recovered by another', async () => {
    const second = (line: string) => line.replace(' 0 ', ' 1 ');
    const lines = [
      ...begun,
      '> 0 AB-SPDU 190a110103c1053103800100',
      ...opening().map(second),
      '> 1 AR-SPDU 1d0f 2108 2903020101 2a0131 2903020102',
      second(slice(20)),
      '> 1 AE-SPDU 29032a0132',
      '< 1 AEA-SPDU 2a032a0132',
    ];
    const [first] = carriedAssociations(await link(lines), p1UserTypes);
    expect(first?.apdus.map(({ octets }) => toHex(octets))).to.deep.equal([probe()]);
  });

  it('leaves normal mode alone, but for what was resumed', async () => {
    const [whole] = carriedAssociations(await link([...opening(), ...activity('>', probe()), ...release]), p1UserTypes);
    if (whole === undefined) throw new Error('no association');
    // In normal mode now, and its data before a checkpoint that was confirmed.
    const data = rewrap(whole);
    const at = data.findIndex((event) => event.kind === 'data' && toHex(event.octets).includes('29032a0131'));
    const before = data.slice(0, at);
    const own = (hex: string): LinkEvent => ({
      kind: 'data',
      connection: 0,
      time: 0,
      direction: 'i2r',
      octets: fromHex(`0300${toHex(Uint8Array.of(0, 7 + hex.length / 2))}02f080${hex}`),
    });
    const resumed = [
      ...before,
      own('010031032a0131'),
      own('01001903320101'),
      own('01001d0f21082903020101' + '2a01312903020102'),
      own('010029032a0132'),
    ];
    expect(
      carriedAssociations(resumed, p1UserTypes).map(({ argument, apdus }) => [toHex(argument), apdus.length]),
    ).to.deep.equal([[bind('left'), 1]]);
    expect(carriedAssociations(data, p1UserTypes)).to.deep.equal([]);
  });

  it('leaves out what was discarded, or is not all there', async () => {
    expect(carried(await again([...begun, '> 0 AD-SPDU 3903320100', '< 0 ADA-SPDU 3a00'])).apdus).to.deep.equal([]);
    expect(carried(await again([...opening(), start, '> 0 AE-SPDU 29032a0131'])).apdus).to.deep.equal([]);
    const events = (await link([...begun, slice(60), '> 0 AE-SPDU 29032a0132'])).map(
      (event, i, all): LinkEvent =>
        i === all.length - 3 && event.kind === 'data' ? { ...event, lostBefore: 20 } : event,
    );
    expect(carriedAssociations(events, p1UserTypes).map(({ apdus }) => apdus)).to.deep.equal([[]]);
  });

  it('has nothing to carry of other modes, of refused binds, and of what is not P1', async () => {
    const none = async (lines: readonly string[]) => carriedAssociations(await link(lines), p1UserTypes);
    expect(await none(opening({ protocol: 128, argument: '0202091b' }))).to.deep.equal([]);
    expect(await none(opening().slice(0, 3))).to.deep.equal([]);
    const [whole] = await none([...opening(), ...activity('>', probe()), ...release]);
    if (whole === undefined) throw new Error('no association');
    expect(carriedAssociations(rewrap(whole), p1UserTypes)).to.deep.equal([]);
  });

  it('is cut where an APDU is large', async () => {
    const message = fromHex(probe());
    const opened = { kind: 'open', connection: 3, time: 9, initiator: 'a', responder: 'b' } as const;
    const large = new Uint8Array(200_000).fill(0x55);
    const octets = fromHex(`248400030d46048400030d40${toHex(large)}`);
    const events = rewrap({
      opened,
      argument: fromHex('0500'),
      result: fromHex('0500'),
      apdus: [
        { direction: 'r2i', octets },
        { direction: 'i2r', octets: message },
      ],
    });
    expect(events.every(({ connection, time }) => connection === 3 && time === 9)).to.equal(true);
    const told = observed(events).flatMap((event) =>
      event.kind === 'apdu' ? [`${event.direction} ${event.complete}`] : [],
    );
    expect(told).to.deep.equal(['r2i true', 'i2r true']);
  });

  describe('of a real MTA', () => {
    const captures = process.env.P1SPEC_CAPTURES;
    before(function () {
      if (captures === undefined) this.skip();
    });

    // PP in both X.410 modes, with a message that goes through, and a large one.
    for (const name of ['A02', 'A12', 'A13']) {
      it(`carries what ${name} did`, async () => {
        const events: LinkEvent[] = [];
        const conversation = await openConversation(join(captures ?? '', 'pp-reactions', `${name}.tpkt.hex`));
        for await (const event of conversation.events()) events.push(event);
        const [association] = carriedAssociations(events, p1UserTypes);
        if (association === undefined) throw new Error('no association');
        const { anomalies: wrong, apdus, outcomes } = carried(rewrap(association));
        expect(wrong).to.deep.equal([]);
        expect(apdus).to.deep.equal(carried(events).apdus).and.to.have.lengthOf(1);
        expect(outcomes).to.deep.equal(['released']);
      });
    }
  });
});
