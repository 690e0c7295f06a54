import { expect } from 'chai';
import fc from 'fast-check';
import { concat, Octets } from '../../../../harness/ber/octets.js';
import { IncomingTransfer } from '../../../../harness/stack/rtse/incoming.js';
import { OutgoingTransfer } from '../../../../harness/stack/rtse/outgoing.js';

describe('an outgoing transfer, X.228 7.3', () => {
  it('is one slice where there are no checkpoints', () => {
    const transfer = new OutgoingTransfer(new Uint8Array(100_000), 0, 3);
    expect(transfer.next).to.equal('slice');
    expect(transfer.takeSlice()).to.have.lengthOf(100_000);
    expect(transfer.next).to.equal('end');
  });

  it('has a checkpoint behind every slice but the last', () => {
    const transfer = new OutgoingTransfer(new Uint8Array(2048), 1, 3);
    expect(transfer.takeSlice()).to.have.lengthOf(1024);
    expect(transfer.next).to.equal('checkpoint');
    transfer.checkpointSent(1);
    expect(transfer.takeSlice()).to.have.lengthOf(1024);
    expect(transfer.next).to.equal('end');
  });

  it('never has more checkpoints unconfirmed than the window, and loses no octet', () => {
    const sizes = fc.record({
      octets: fc.integer({ min: 1, max: 20_000 }),
      checkpointSize: fc.integer({ min: 1, max: 4 }),
      window: fc.integer({ min: 1, max: 5 }),
      confirmEach: fc.boolean(),
    });
    fc.assert(
      fc.property(sizes, ({ octets, checkpointSize, window, confirmEach }) => {
        const value = Uint8Array.from({ length: octets }, (_, i) => i & 0xff);
        const transfer = new OutgoingTransfer(value, checkpointSize, window);
        const slices: Uint8Array[] = [];
        let [sent, confirmed] = [0, 0];
        for (let next = transfer.next; next !== 'end'; next = transfer.next) {
          if (next === 'slice') slices.push(transfer.takeSlice());
          else if (next === 'checkpoint') {
            transfer.checkpointSent(++sent);
            expect(sent - confirmed).to.be.at.most(window);
          } else {
            expect(sent - confirmed).to.equal(window);
            // Confirming one confirms all before it.
            confirmed = confirmEach ? confirmed + 1 : sent;
            transfer.confirmed(confirmed);
          }
        }
        expect(Buffer.compare(concat(slices), value)).to.equal(0);
        for (const slice of slices.slice(0, -1)) expect(slice).to.have.lengthOf(checkpointSize * 1024);
      }),
    );
  });
});

describe('an incoming transfer', () => {
  it('is a rope of its slices', () => {
    const transfer = new IncomingTransfer(100);
    transfer.push(Octets.of(Uint8Array.of(1, 2), 10));
    transfer.push(Octets.of(Uint8Array.of(3), 50));
    expect(transfer.octets.toHex()).to.equal('010203');
    expect(transfer.octets.offsetAt(2)).to.equal(50);
    expect(transfer.over).to.equal(false);
  });

  it('keeps nothing past its limit, and goes on counting', () => {
    const transfer = new IncomingTransfer(3);
    for (let i = 0; i < 4; i += 1) transfer.push(Octets.of(Uint8Array.of(i)));
    expect([transfer.over, transfer.length, transfer.octets.length]).to.deep.equal([true, 4, 0]);
  });
});
