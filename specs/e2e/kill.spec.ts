import { expect } from 'chai';
import { faultsOf } from '../../simulation/kills/account.js';
import { runKills } from '../../simulation/kills/run.js';
import { temporaryFolder } from './support/cli.js';

/** How often a process is killed; `npm run kills` does it 200 times. */
const KILLS = Number(process.env.P1SPEC_KILLS ?? 10);
const SEED = Number(process.env.P1SPEC_KILLS_SEED ?? 916986);

describe('a chain of three MTAs with spools, whose processes are killed at random moments', function () {
  // A kill costs a start of the process, and what it takes until traffic flows again.
  this.timeout(120_000 + KILLS * 10_000);
  const folder = temporaryFolder();
  after(() => folder.remove());

  it(`loses nothing in ${KILLS} kills, and takes twice only what its acknowledgement was lost of`, async () => {
    const account = await runKills({ seed: SEED, kills: KILLS, folder: folder.path });
    expect(faultsOf(account), JSON.stringify(account)).to.deep.equal([]);
    expect(account.kills.source + account.kills.relay + account.kills.sink).to.equal(KILLS);
    expect(account.arrived).to.be.at.least(account.accepted);
  });
});
