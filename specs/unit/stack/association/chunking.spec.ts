import { expect } from 'chai';
import fc from 'fast-check';
import type { Mode } from '../../../../harness/stack/association/events.js';
import { accepting, apdu, bindFor, machine, modes, Pair, START } from './support.js';

/** Everything in one conversation: transfers both ways, an exception, the turn, release. */
function conversation(mode: Mode, cut?: (bytes: Uint8Array) => Iterable<Uint8Array>): Pair {
  const pair = new Pair({ mode }, cut);
  let exceptions = 0;
  const step = () =>
    pair.run((event, service) => {
      if (event.kind === 'rtTransferStart' && exceptions === 0) {
        exceptions += 1;
        service.reportException('sequenceError');
      } else if (event.kind === 'rtTransferIndication' && service.state === 'open') {
        service.acceptTransfer();
      } else if (event.kind === 'rtOpenIndication') {
        service.acceptOpen({ userData: bindFor(event.mode).result });
      }
    });
  pair.connect({ dialogueMode: 'twa', checkpointSize: 1, windowSize: 2 });
  step();
  pair.initiator.transfer(apdu(3000));
  step();
  pair.initiator.transfer(apdu(6000));
  step();
  pair.initiator.turnGive();
  step();
  pair.responder.transfer(apdu(10));
  step();
  pair.responder.turnGive();
  step();
  pair.initiator.close();
  return step();
}

for (const mode of modes) {
  describe(`chunking in mode ${mode}`, () => {
    const whole = conversation(mode);

    it('is of no account: the same octets and the same events, however the octets are cut', () => {
      const cuts = fc.array(fc.integer({ min: 1, max: 900 }), { minLength: 1, maxLength: 20 });
      fc.assert(
        fc.property(cuts, (sizes) => {
          let next = 0;
          const cut = function* (bytes: Uint8Array) {
            for (let at = 0; at < bytes.length; ) {
              const size = sizes[next++ % sizes.length] as number;
              yield bytes.subarray(at, at + size);
              at += size;
            }
          };
          const pair = conversation(mode, cut);
          expect(pair.hex('initiator')).to.equal(whole.hex('initiator'));
          expect(pair.hex('responder')).to.equal(whole.hex('responder'));
          expect(pair.events.initiator.map(({ kind }) => kind)).to.deep.equal(
            whole.events.initiator.map(({ kind }) => kind),
          );
          expect(pair.events.responder.map(({ kind }) => kind)).to.deep.equal(
            whole.events.responder.map(({ kind }) => kind),
          );
        }),
        { numRuns: 25 },
      );
    });

    it('is of no account wherever the one cut is', () => {
      const short = new Pair({ mode });
      short.connect({ checkpointSize: 1 });
      short.run();
      short.initiator.transfer(apdu(30));
      short.run();
      short.initiator.close();
      const stream = Buffer.from(short.run().hex('initiator'), 'hex');
      for (let at = 1; at < stream.length; at += 1) {
        const responder = machine('responder', { modes: [mode] });
        responder.connected(START);
        const sent: Uint8Array[] = [];
        for (const piece of [stream.subarray(0, at), stream.subarray(at)]) {
          responder.receive(piece, START);
          for (let events = responder.takeEvents(); events.length > 0; events = responder.takeEvents()) {
            for (const event of events) accepting(event, responder);
          }
          sent.push(...responder.takeOutput());
        }
        expect(Buffer.concat(sent).toString('hex'), `cut at ${at}`).to.equal(short.hex('responder'));
      }
    });

    it('lets the user answer an event before the next TSDU of the same chunk is looked at', () => {
      // All that the initiator sent, in one chunk: the exception comes before the transfer goes on.
      const responder = machine('responder', { modes: [mode] });
      responder.connected(START);
      responder.receive(Buffer.from(whole.hex('initiator'), 'hex'), START);
      const kinds: string[] = [];
      for (let events = responder.takeEvents(); events.length > 0; events = responder.takeEvents()) {
        for (const event of events) {
          kinds.push(event.kind);
          accepting(event, responder);
          if (event.kind === 'rtTransferStart' && kinds.length === 2) responder.reportException('sequenceError');
        }
      }
      expect(kinds.slice(0, 4)).to.deep.equal([
        'rtOpenIndication',
        'rtTransferStart',
        'transferAbandoned',
        'rtTransferStart',
      ]);
    });
  });
}
