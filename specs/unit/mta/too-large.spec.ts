import { expect } from 'chai';
import { Bench, mail, pairOf } from './two-mtas.js';

const LIMIT = 64 * 1024 * 1024;

describe('a message larger than what is collected', () => {
  it('is not acknowledged, as nobody has it', async () => {
    const bench = new Bench();
    const { a, b } = pairOf(bench, { ofB: { checkpointSize: 4096, windowSize: 3 }, ofA: { checkpointSize: 4096 } });
    const refused: string[] = [];
    b.on('transferRefused', ({ answer }) => refused.push(answer));
    let transferred = 0;
    a.on('messageTransferred', () => {
      transferred += 1;
    });
    a.start();
    b.start();
    a.submit('B', mail('x', LIMIT));
    await bench.pass(500);
    expect(transferred).to.equal(0);
    expect(refused.length).to.be.greaterThan(0);
    expect(a.queueTo('B').length).to.equal(1);
    a.kill();
    b.kill();
  }).timeout(60_000);
});
