import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import type { Direction } from '../../../../harness/stack/direction.js';
import { answerDifferences, type Difference, serviceDifferences } from './recordings/compare.js';
import { recordedTpkts } from './recordings/files.js';
import { play } from './recordings/player.js';
import type { Tpkt } from './recordings/steps.js';
import { type Explained, explained, explanationOf } from './recordings/table.js';

// One side of each recording is fed to our machine in the other role; what it is told and what it answers is compared
// with what the real MTA was told and answered. docs/recordings.md has the differences.

const captures = process.env.P1SPEC_CAPTURES;

const REAL_BOTH = [
  'x400-ping-success.pcap',
  'pp-ping-success.pcapng',
  'pp-p1-message.pcapng',
  'isode-rts-x410-echo.pcapng',
  'x410-1992',
];
const ROLES = { i2r: 'initiator', r2i: 'responder' } as const;

/** Whose octets are a real MTA's: the driver of PP's reactions errs on purpose, and its octets are no example. */
function isReal(file: string, side: Direction): boolean {
  if (!file.startsWith('pp-reactions/')) return true;
  return side === (file.startsWith('pp-reactions/E') ? 'i2r' : 'r2i');
}

function differencesOf(file: string, tpkts: readonly Tpkt[], own: Direction): Difference[] {
  const played = play(tpkts, own === 'i2r' ? 'r2i' : 'i2r');
  const answers = isReal(file, own) ? answerDifferences(tpkts, played, own) : [];
  return [...answers, ...serviceDifferences(tpkts, played, own)];
}

describe('the recordings as peers', () => {
  before(function () {
    if (captures === undefined) this.skip();
  });

  const reactions = captures === undefined ? [] : readdirSync(join(captures, 'pp-reactions'));
  const files = [
    ...REAL_BOTH,
    ...reactions.filter((name) => name.endsWith('.tpkt.hex')).map((name) => `pp-reactions/${name}`),
  ];
  const met = new Set<Explained>();
  for (const file of captures === undefined ? [] : files) {
    it(`${file}: what is told and answered is the same, or explained`, async () => {
      const unexplained: string[] = [];
      for (const [connection, tpkts] of (await recordedTpkts(join(captures ?? '', file))).entries()) {
        for (const own of ['i2r', 'r2i'] as const) {
          for (const difference of differencesOf(file, tpkts, own)) {
            const why = explanationOf(file, ROLES[own], difference);
            if (why !== undefined) met.add(why);
            const { step, what, ours, theirs } = difference;
            if (why === undefined)
              unexplained.push(`${connection} ${ROLES[own]}, ${step}, ${what}: ours ${ours}, theirs ${theirs}`);
          }
        }
      }
      expect(unexplained).to.deep.equal([]);
    });
  }

  it('are explained by nothing that is no longer so', function () {
    if (files.length < 100) this.skip();
    expect(
      explained.filter((each) => !met.has(each)).map(({ of, step, what }) => `${of}: ${step} ${what}`),
    ).to.deep.equal([]);
  });

  it('tell the same services to our user as to theirs, with nothing left out', async () => {
    let compared = 0;
    for (const file of REAL_BOTH) {
      for (const tpkts of await recordedTpkts(join(captures ?? '', file))) {
        for (const own of ['i2r', 'r2i'] as const) {
          const played = play(tpkts, own === 'i2r' ? 'r2i' : 'i2r');
          expect(serviceDifferences(tpkts, played, own), `${file} as ${ROLES[own]}`).to.deep.equal([]);
          expect(played.misfit, file).to.equal(undefined);
          compared += played.services.length;
        }
      }
    }
    // The echo alone has 25 messages each way, each with its turn.
    expect(compared).to.be.greaterThan(250);
  });

  it('would show a service that is told otherwise', async () => {
    const [tpkts = []] = await recordedTpkts(join(captures ?? '', 'isode-rts-x410-echo.pcapng'));
    const played = play(tpkts, 'i2r');
    const without = played.services.filter(({ kind }, i) => kind !== 'rtTurnPleaseIndication' || i > 100);
    expect(serviceDifferences(tpkts, { ...played, services: without }, 'r2i')).to.have.lengthOf(1);
  });

  it('differ where one octet of the real MTA is another', async () => {
    const [tpkts = []] = await recordedTpkts(join(captures ?? '', 'isode-rts-x410-echo.pcapng'));
    const changed = tpkts.map(({ direction, octets }) => {
      const hex = Buffer.from(octets).toString('hex');
      // ISODE's 25th turn please of the responder: its priority.
      const other = direction === 'r2i' ? hex.replace(/c103020119$/, 'c10302011a') : hex;
      return { direction, octets: Uint8Array.from(Buffer.from(other, 'hex')) };
    });
    expect(changed).not.to.deep.equal(tpkts);
    const played = play(tpkts, 'i2r');
    expect(answerDifferences(changed, played, 'r2i').map(({ step, what }) => [step, what])).to.deep.include([
      'PLEASE TOKENS',
      'RTTP',
    ]);
  });
});
