import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { pp } from '../../../../harness/mta/presets/index.js';
import { answerDifferences } from '../../stack/association/recordings/compare.js';
import { recordedTpkts } from '../../stack/association/recordings/files.js';
import { stepsOf, type Tpkt } from '../../stack/association/recordings/steps.js';
import { type Explained, explained, explanationOf, type OtherFates, otherFates, ppFates } from './pp-differences.js';
import { calledByPp, type Fate, playToPp } from './pp-player.js';

// The initiator's side of each recording is fed to the preset; what it answers, and what becomes of the messages, is held
// against what PP did. In the cases E PP is the initiator, and a fake on its side follows a queue, not a recording.

const captures = process.env.P1SPEC_CAPTURES;
const folder = join(captures ?? '', 'pp-reactions');
const SUFFIX = '.tpkt.hex';

/** All that PP acknowledged was stored, but for what is known to be otherwise. */
function recordedFates(name: string, recording: readonly (readonly Tpkt[])[]): readonly Fate[] {
  const acknowledged = recording.flatMap((tpkts) =>
    stepsOf(tpkts).r2i.filter(({ kind }) => kind === 'ACTIVITY END ACK'),
  );
  return ppFates[name] ?? acknowledged.map(() => 'stored');
}

describe("the preset pp and PP's recorded reactions", () => {
  before(function () {
    if (captures === undefined) this.skip();
  });

  const names = (captures === undefined ? [] : readdirSync(folder))
    .filter((name) => name.endsWith(SUFFIX) && !name.startsWith('E'))
    .map((name) => name.slice(0, -SUFFIX.length));
  const met = new Set<Explained | OtherFates>();
  for (const name of names) {
    it(`${name}: the answers are PP's, or explained`, async () => {
      const recording = await recordedTpkts(join(folder, `${name}${SUFFIX}`));
      const { connections, fates } = await playToPp(recording);
      const unexplained: string[] = [];
      for (const [connection, recorded] of recording.entries()) {
        const played = { tpkts: connections[connection] ?? [], services: [], misfit: undefined };
        for (const difference of answerDifferences(recorded, played, 'r2i')) {
          const why = explanationOf(name, difference);
          const { step, what, ours, theirs } = difference;
          if (why === undefined) unexplained.push(`${connection}, ${step}, ${what}: ours ${ours}, theirs ${theirs}`);
          else met.add(why);
        }
      }
      expect(unexplained).to.deep.equal([]);
      const theirs = recordedFates(name, recording);
      const other = otherFates.find(({ cases }) => cases.includes(name));
      expect(fates, other?.why).to.deep.equal(other?.fates ?? theirs);
      if (other === undefined) return;
      expect(fates, `${name} has become like PP`).to.not.deep.equal(theirs);
      met.add(other);
    });
  }

  it('E01: it calls with the bind and the sizes that PP calls with', async () => {
    const [recorded = []] = await recordedTpkts(join(folder, `E01${SUFFIX}`));
    const facts = (tpkts: readonly Tpkt[]) => {
      const connect = stepsOf(tpkts).i2r.find(({ kind }) => kind === 'CONNECT');
      const told = ['bind argument', 'RTORQ.checkpointSize', 'RTORQ.windowSize', 'units', 'tokens'];
      return told.map((name) => `${name}: ${connect?.facts.get(name) ?? 'absent'}`);
    };
    expect(facts(await calledByPp())).to.deep.equal(facts(recorded));
  });

  it('are explained by nothing that is no longer so', () => {
    const unused = [...explained, ...otherFates].filter((each) => !met.has(each));
    expect(unused.map(({ cases, why }) => `${cases}: ${why}`)).to.deep.equal([]);
  });

  it('are in the evidence of the preset, by cases that were recorded', () => {
    const told = pp.statements.flatMap(({ evidence }) =>
      evidence.kind === 'recorded' ? evidence.case.split(/, | to /) : [],
    );
    expect(told.length).to.be.greaterThan(20);
    // Some cases are told by their family; some recordings are not kept.
    const known = (id: string) =>
      readdirSync(folder).some((name) => name.startsWith(id)) || ['A07f', 'C10', 'E06a', 'E06b'].includes(id);
    expect(told.filter((id) => !known(id))).to.deep.equal([]);
  });
});
