import { appendFileSync, mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { accountOf, faultsOf, type Kill } from '../../../simulation/kills/account.js';
import { type Happening, logOf, type Role, spoolOf, textOf, tokenIn, tokenOf } from '../../../simulation/kills/plan.js';

describe('the account of killed processes', () => {
  let folder = '';
  let now = 0;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'p1spec-'));
    now = 1000;
  });

  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  let files = 0;
  const note = (role: Role, what: Happening['what'], token = '#1.1.1.100#') => {
    now += 10;
    if (what !== 'received' && what !== 'damaged') {
      appendFileSync(logOf(folder, role), `${JSON.stringify({ at: now, what, token })}\n`);
      return;
    }
    const received = join(spoolOf(folder, role), 'received');
    mkdirSync(received, { recursive: true });
    files += 1;
    const file = join(received, `${files}-message-X.apdu`);
    writeFileSync(file, what === 'received' ? `..${textOf(token)}..` : `..${token}..`);
    utimesSync(file, now / 1000, now / 1000);
  };
  const killed = (role: Role): Kill => {
    now += 10;
    return { role, at: now };
  };
  const faults = (kills: readonly Kill[] = []) => faultsOf(accountOf(folder, kills));

  /** Up to the relay, and its acknowledgement back. */
  function relayed(): void {
    note('source', 'accepted');
    note('relay', 'received');
    note('source', 'transferred');
  }

  it('is content with what was accepted and came', () => {
    relayed();
    note('sink', 'received');
    expect(faults()).to.deep.equal([]);
    expect(accountOf(folder, [])).to.include({ accepted: 1, arrived: 1 });
  });

  it('finds what was accepted and never came', () => {
    relayed();
    expect(faults()).to.deep.equal(['#1.1.1.100# was accepted and is lost']);
  });

  it('does not ask for what was not acknowledged to its submitter', () => {
    relayed();
    note('sink', 'received');
    note('relay', 'received', '#1.1.2.100#');
    expect(faults()).to.deep.equal([]);
  });

  it('finds that nothing was tried', () => {
    expect(faults()).to.deep.equal(['nothing was accepted']);
  });

  it('excuses what came twice around a kill, before its acknowledgement', () => {
    note('source', 'accepted');
    note('relay', 'received');
    const kill = killed('relay');
    note('relay', 'received');
    note('source', 'transferred');
    note('sink', 'received');
    note('sink', 'received');
    expect(faults([kill])).to.deep.equal([]);
    expect(accountOf(folder, [kill]).duplicates).to.deep.equal([
      { token: '#1.1.1.100#', at: 'relay', times: 2, killed: ['relay'], afterAcknowledgement: false },
    ]);
  });

  it('finds what came twice though nobody at either end was killed', () => {
    note('source', 'accepted');
    note('relay', 'received');
    const kill = killed('sink');
    note('relay', 'received');
    note('source', 'transferred');
    note('sink', 'received');
    expect(faults([kill])).to.deep.equal(['#1.1.1.100# came to the relay 2 times, and nobody was killed in between']);
  });

  it('finds what was sent again after its acknowledgement', () => {
    relayed();
    note('sink', 'received');
    note('relay', 'transferred');
    const kill = killed('relay');
    note('sink', 'received');
    expect(faults([kill])).to.deep.equal(['#1.1.1.100# came to the sink again after its acknowledgement']);
  });

  it('finds what came damaged, and what was given up', () => {
    relayed();
    note('sink', 'received');
    note('sink', 'damaged');
    note('relay', 'nonDelivered');
    expect(faults()).to.deep.equal(['1 came damaged', '1 were given up']);
  });

  it('reads a log whose last line was being written', () => {
    relayed();
    note('sink', 'received');
    appendFileSync(logOf(folder, 'sink'), '{"at":12');
    expect(faults()).to.deep.equal([]);
  });

  it('names each message by what is in it', () => {
    const plan = { role: 'source', folder, mode: 'normal', port: 0, incarnation: 3, seed: 9 } as const;
    const token = tokenOf(plan, 7);
    expect(tokenOf(plan, 7)).to.equal(token);
    expect(tokenOf(plan, 8)).to.not.equal(token);
    expect(tokenIn(new Uint8Array(Buffer.from(`..${textOf(token)}..`)))).to.equal(token);
  });
});
