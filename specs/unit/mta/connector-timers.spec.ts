import { expect } from 'chai';
import type { Link } from '../../../harness/link/link.js';
import type { PeerConfig } from '../../../harness/mta/peer.js';
import { connectorDefaults, RetryModel } from '../../../harness/mta/retry.js';
import { Bench, mail, pairOf } from './two-mtas.js';

const SECOND = 1000;

/** A link on which nothing is heard any more once `isDeaf`. */
function deafened(link: Link, isDeaf: () => boolean): Link {
  return {
    ...link,
    start: (handlers) =>
      link.start({ ...handlers, data: (bytes) => (isDeaf() ? undefined : handlers.data(bytes)), end: () => {} }),
    send: (bytes) => link.send(bytes),
    close: () => link.close(),
    destroy: () => link.destroy(),
  };
}

/** What became of A's associations to B, and how many milliseconds after the start. */
function endings(bench: Bench, ofB: Partial<PeerConfig>, isDeaf: () => boolean) {
  const { b } = pairOf(bench);
  const connect = async () =>
    deafened(
      bench.link(() => b),
      isDeaf,
    );
  const { a } = pairOf(bench, { ofB: { ...ofB, connect } });
  const start = bench.clock.now();
  const seen: { readonly ending: string; readonly at: number; readonly detail: string | undefined }[] = [];
  const failures: { readonly reason: string; readonly at: number }[] = [];
  a.on('associationClosed', ({ ending, detail }) => seen.push({ ending, detail, at: bench.clock.now() - start }));
  a.on('transferFailed', ({ reason }) => failures.push({ reason, at: bench.clock.now() - start }));
  a.start();
  return { a, seen, failures };
}

describe("the connector's timers, KB 234157", () => {
  it('have its defaults', () => {
    expect(connectorDefaults).to.deep.include({
      disconnectTimeout: 120 * SECOND,
      recoveryTimeout: 60 * SECOND,
      transferTimeout: { urgent: 1000 * SECOND, normal: 2000 * SECOND, nonUrgent: 3000 * SECOND },
    });
  });

  it('give a transfer its time by its priority, for each K begun', () => {
    const model = new RetryModel();
    expect(model.transferTime('normal', 1)).to.equal(2000 * SECOND);
    expect(model.transferTime('normal', 1024)).to.equal(2000 * SECOND);
    expect(model.transferTime('urgent', 1025)).to.equal(2000 * SECOND);
    expect(model.transferTime('nonUrgent', 10 * 1024)).to.equal(30_000 * SECOND);
    expect(model.transferTime('urgent', 0)).to.equal(1000 * SECOND);
  });

  it('discard a transfer that is not secured within its time', async () => {
    const bench = new Bench();
    const transferTimeout = { urgent: SECOND, normal: 5 * SECOND, nonUrgent: 50 * SECOND };
    const { b } = pairOf(bench, { b: { hooks: { onTransfer: () => ({ do: 'hold' }) } } });
    const retry = { transferTimeout, transferInterval: 1_000_000 };
    const { a } = pairOf(bench, { ofB: { retry, connect: async () => bench.link(() => b) } });
    const failures: [string, number][] = [];
    const start = bench.clock.now();
    a.on('transferFailed', ({ reason }) => failures.push([reason, bench.clock.now() - start]));
    a.start();
    const { apdu } = a.submit('B', mail('slow', 10_000));
    const time = Math.ceil(apdu.length / 1024) * 5 * SECOND;
    await bench.pass(time - 1);
    expect(failures).to.deep.equal([]);
    // A peer that does not answer the discarding either is another matter.
    await bench.pass(1000 * SECOND);
    expect(failures[0]?.[0]).to.match(/within the transfer time/);
  });

  it('close the link of a peer that answers neither FINISH nor the ABORT behind it, when disconnect is over', async () => {
    for (const disconnectTimeout of [7 * SECOND, 120 * SECOND]) {
      const bench = new Bench();
      const retry = { associationLifetime: 10 * SECOND, disconnectTimeout };
      let deaf = false;
      const { a, seen } = endings(bench, { retry }, () => deaf);
      a.submit('B', mail('x'));
      await bench.pass(5 * SECOND);
      deaf = true;
      await bench.pass(1000 * SECOND);
      // A link that we have closed is dropped after 30 s in any case.
      const behindAbort = Math.min(disconnectTimeout, 30 * SECOND);
      expect(seen.map(({ at }) => at)).to.deep.equal([10 * SECOND + disconnectTimeout + behindAbort]);
    }
  });

  it("prefer a peer's own", async () => {
    const bench = new Bench();
    const retry = { associationLifetime: 10 * SECOND, disconnectTimeout: 7 * SECOND };
    let deaf = false;
    const { a, seen } = endings(bench, { retry, timers: { release: 20 * SECOND } }, () => deaf);
    a.submit('B', mail('x'));
    await bench.pass(5 * SECOND);
    deaf = true;
    await bench.pass(1000 * SECOND);
    expect(seen.map(({ at }) => at)).to.deep.equal([(10 + 20 + 20) * SECOND]);
  });

  it('await the answer to a recovery no longer than its timeout, and that to a bind as ever', async () => {
    const bench = new Bench();
    // The first association is lost in the middle of a transfer; from then on nobody answers.
    bench.faults.push([{ direction: 'sent', offset: 15_000, does: { kind: 'reset' } }]);
    const retry = {
      recoveryTimeout: 9 * SECOND,
      openInterval: 100 * SECOND,
      transferInterval: 100 * SECOND,
      maxTransferRetries: 0,
    };
    let lost = false;
    const { a, seen } = endings(bench, { retry, timers: { release: 1 } }, () => lost);
    a.on('associationClosed', () => {
      lost = true;
    });
    a.submit('B', mail('large', 40_000));
    await bench.pass(1000 * SECOND);
    // Two recoveries, then binds: each begins 100 s after the one before has failed.
    const lengths = seen.map(({ at }, i) => at - (seen[i - 1]?.at ?? 0) - (i === 0 ? 0 : 100 * SECOND));
    expect(lengths.slice(0, 4)).to.deep.equal([0, 9 * SECOND, 9 * SECOND, 60 * SECOND]);
  });
});
