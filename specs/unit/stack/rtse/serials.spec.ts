import { expect } from 'chai';
import { Octets, toHex } from '../../../../harness/ber/octets.js';
import { connectionKey, type Resumption } from '../../../../harness/stack/rtse/recovery.js';
import { MemoryTransferStore } from '../../../../harness/stack/rtse/transfer-store.js';
import { RtsePair } from './support.js';

const connection = { callingReference: Uint8Array.of(4, 1, 65), commonReference: Uint8Array.of(23, 1, 48) };
const activity = Uint8Array.of(2, 1, 1);
const apdu = Uint8Array.of(0x04, 0x82, 0x0f, 0xa0, ...new Uint8Array(4000));

describe('serial numbers of six digits', () => {
  for (const serial of [999_990, 999_996, 999_997, 999_998]) {
    it(`are all that a transfer has which goes on behind ${serial}`, () => {
      const store = new MemoryTransferStore();
      store.secure({ connection: connectionKey(connection), activity: toHex(activity) }, serial, Octets.empty);
      const pair = new RtsePair({ mode: 'x410-1988', responder: { store } });
      pair.open({ checkpointSize: 1, windowSize: 1 });
      const resume: Resumption = { connection, activity, serial, position: 0, ended: false };
      pair.initiator.rtse.transfer(apdu, { resume });
      pair.run();
      const points = pair.responder.of('checkpointIndication').map((each) => each.serial);
      expect(points.length).to.equal(Math.min(3, 999_998 - serial));
      expect(points.every((each) => each < 999_999)).to.equal(true);
      expect(pair.responder.last('rtTransferIndication').apdu?.toHex()).to.equal(toHex(apdu));
      pair.responder.rtse.acceptTransfer();
      pair.run();
      expect(pair.initiator.last('rtTransferConfirm').secured).to.equal(true);
    });
  }
});
