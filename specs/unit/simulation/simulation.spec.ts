import { expect } from 'chai';
import { Mta } from '../../../harness/mta/engine.js';
import { brokenMtas } from '../../../simulation/broken.js';
import { drawPlan, MODES } from '../../../simulation/draw.js';
import type { Plan } from '../../../simulation/plan.js';
import { type Outcome, simulate } from '../../../simulation/simulate.js';
import { describePlan } from '../../../simulation/words.js';

/** More are simulated by `npm run simulate`, also in CI. */
const SEEDS = 36;
/** Within so many seeds an MTA that breaks a promise is found out. */
const FOUND_WITHIN = 100;
/** What shows only where a kill meets a short moment takes more of them. */
const RARE: Readonly<Record<string, number>> = { 'queues-before-it-takes': 150 };

function told({ plan, problems }: Outcome): string {
  return [`seed ${plan.seed}`, ...problems.map(({ message }) => message)].join('\n');
}

describe('the simulation', () => {
  for (const mode of MODES) {
    it(`loses nothing, and has nothing twice that it could help, in mode ${mode}`, async () => {
      for (let seed = 1; seed <= SEEDS / MODES.length; seed += 1) {
        const outcome = await simulate(drawPlan(seed, [mode]));
        expect(outcome.problems, told(outcome)).to.deep.equal([]);
        expect(outcome.counts.submitted).to.be.greaterThan(0);
      }
    });
  }

  it('meets with faults, broken transfers, resumptions, copies that came twice and mail that was given up', async () => {
    const all: Outcome['counts'][] = [];
    for (let seed = 100; seed < 130; seed += 1) all.push((await simulate(drawPlan(seed, MODES))).counts);
    for (const what of ['incidents', 'failures', 'resumed', 'twice', 'nonDelivered'] as const) {
      expect(
        all.reduce((sum, counts) => sum + counts[what], 0),
        what,
      ).to.be.greaterThan(0);
    }
  });

  it('does the same for the same seed, to the octet', async () => {
    for (const seed of [3, 4]) {
      const [one, other] = [await simulate(drawPlan(seed)), await simulate(drawPlan(seed))];
      expect(one.digest).to.equal(other.digest);
      expect(one.story).to.deep.equal(other.story);
      expect(describePlan(one.plan)).to.deep.equal(describePlan(other.plan));
    }
    expect((await simulate(drawPlan(3))).digest).to.not.equal((await simulate(drawPlan(4))).digest);
  });

  it('has every transfer go through at once where nothing goes wrong', async () => {
    for (let seed = 1; seed <= 10; seed += 1) {
      const drawn = drawPlan(seed);
      // Whom 1984 has no name for would not be reached.
      const traffic = drawn.traffic.map((each) => ({
        ...each,
        recipients: each.recipients.map(({ home }) => ({ home, named: 'personal' as const })),
      }));
      const plan: Plan = { ...drawn, traffic, faults: [] };
      const { problems, counts } = await simulate(plan);
      expect(problems, `seed ${seed}`).to.deep.equal([]);
      expect([counts.failures, counts.twice, counts.nonDelivered, counts.resumed], `seed ${seed}`).to.deep.equal([
        0, 0, 0, 0,
      ]);
    }
  });

  for (const [name, broken] of Object.entries(brokenMtas)) {
    it(`finds an MTA out that ${name.replaceAll('-', ' ')}`, async () => {
      let found: Outcome | undefined;
      for (let seed = 1; seed <= (RARE[name] ?? FOUND_WITHIN) && found === undefined; seed += 1) {
        const outcome = await simulate(drawPlan(seed), broken);
        if (outcome.problems.length > 0) found = outcome;
      }
      expect(found, 'no seed found it').to.not.equal(undefined);
      // The same seed is clean with an MTA that keeps its promises: it was the broken one.
      const sound = await simulate((found as Outcome).plan, Mta);
      expect(sound.problems, told(sound)).to.deep.equal([]);
    });
  }
});
