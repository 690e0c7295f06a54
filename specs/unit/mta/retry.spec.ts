import { expect } from 'chai';
import { type Attempts, RetryModel } from '../../../harness/mta/retry.js';

const fresh = (): Attempts => ({ openRetries: 0, transferRetries: 0 });

describe("the connector's retry model, KB 157630", () => {
  it('retries an opening 144 times, 600 s apart: 24 h', () => {
    const model = new RetryModel();
    const item = fresh();
    let now = 0;
    let openings = 0;
    for (;;) {
      openings += 1;
      model.openFailed(now, [item]);
      if (model.exhausted(item)) break;
      now = model.nextRetry ?? Number.NaN;
      model.resume();
    }
    expect(now).to.equal(24 * 3_600_000);
    expect(openings).to.equal(1 + 144);
  });

  it('retries a transfer twice, 120 s apart, and then waits as for an opening', () => {
    const model = new RetryModel();
    const [item, behind] = [fresh(), fresh()];
    const waits: (number | undefined)[] = [];
    for (let now = 0, i = 0; i < 4; i += 1) {
      model.transferFailed(now, item, [item, behind]);
      waits.push((model.nextRetry ?? 0) - now);
      now = model.nextRetry ?? now;
      model.resume();
    }
    expect(waits).to.deep.equal([120_000, 120_000, 600_000, 120_000]);
    expect(item).to.deep.equal({ openRetries: 1, transferRetries: 1 });
    expect(behind).to.deep.equal({ openRetries: 1, transferRetries: 0 });
  });

  it('counts the retries of what came later from when it came', () => {
    const model = new RetryModel({ maxOpenRetries: 2 });
    const [first, later] = [fresh(), fresh()];
    model.openFailed(0, [first]);
    model.openFailed(0, [first]);
    model.resume();
    model.openFailed(1, [first, later]);
    model.resume();
    model.openFailed(2, [first, later]);
    expect(model.exhausted(first)).to.equal(true);
    expect(model.exhausted(later)).to.equal(false);
  });

  it('opens an association for each 50 queued messages, up to nine', () => {
    const model = new RetryModel();
    expect([0, 1, 50, 51, 120, 10_000].map((n) => model.associationsFor(n))).to.deep.equal([0, 1, 1, 2, 3, 9]);
  });

  it('lets a message become 2, 7 or 10 days old', () => {
    const model = new RetryModel();
    const day = 86_400_000;
    expect(model.expired('urgent', 0, 2 * day - 1)).to.equal(false);
    expect(model.expired('urgent', 0, 2 * day)).to.equal(true);
    expect(model.expired('normal', 0, 7 * day)).to.equal(true);
    expect(model.expired('nonUrgent', 0, 9 * day)).to.equal(false);
  });
});
