import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { fromHex } from '../../../../harness/ber/octets.js';
import type { ServiceEvent } from '../../../../harness/stack/association/service.js';
import type { Direction } from '../../../../harness/stack/direction.js';
import { encodeTpkt } from '../../../../harness/stack/tpkt/codec.js';
import { openConversation } from '../../../../harness/transcript/open.js';
import { machine, modes, START, tsdus } from './support.js';

const captures = process.env.P1SPEC_CAPTURES;

/** The TPKTs of one side of a recording. */
async function side(name: string, direction: Direction): Promise<Uint8Array[]> {
  const chunks: Uint8Array[] = [];
  const conversation = await openConversation(join(captures ?? '', name));
  for await (const event of conversation.events()) {
    if (event.kind === 'data' && event.direction === direction) chunks.push(event.octets);
  }
  const stream = Buffer.concat(chunks);
  const tpkts: Uint8Array[] = [];
  for (let at = 0; at < stream.length; at += stream.readUInt16BE(at + 2)) {
    tpkts.push(stream.subarray(at, at + stream.readUInt16BE(at + 2)));
  }
  return tpkts;
}

/** A file of the log of 1992: one TPDU or SPDU. */
function logged(name: string): Uint8Array {
  return fromHex(readFileSync(join(captures ?? '', 'x410-1992', name), 'utf8').trim());
}

function drain(own: ReturnType<typeof machine>, react: (event: ServiceEvent) => void): void {
  for (let events = own.takeEvents(); events.length > 0; events = own.takeEvents()) {
    for (const event of events) react(event);
  }
}

describe('recordings in X.410 mode as peers', () => {
  before(function () {
    if (captures === undefined) this.skip();
  });

  it('ISODE: 25 turns of its echo service, answered with the octets that ISODE answered', async () => {
    const responder = machine('responder', { modes, acceptsApplicationProtocol: [128] });
    const kinds: string[] = [];
    let turns = 0;
    const react = (event: ServiceEvent) => {
      kinds.push(event.kind);
      if (event.kind === 'rtOpenIndication') {
        expect(event).to.include({ mode: 'x410-1984', initialTurn: 'responder', dialogueMode: 'twa' });
        responder.acceptOpen({ userData: fromHex('0202091c'), checkpointSize: 1, windowSize: 3 });
      } else if (event.kind === 'rtTurnPleaseIndication') {
        responder.turnGive();
      } else if (event.kind === 'rtTransferIndication') {
        const octets = event.octets ?? event.apdu;
        echo = octets?.toBytes();
        responder.acceptTransfer();
        // ISODE asks less urgently each time.
        turns += 1;
        responder.turnPlease(turns);
      } else if (event.kind === 'rtTurnGiveIndication' && echo !== undefined) {
        responder.transfer(echo);
      }
    };
    let echo: Uint8Array | undefined;
    responder.connected(START);
    for (const chunk of await side('isode-rts-x410-echo.pcapng', 'i2r')) {
      responder.receive(chunk, START);
      drain(responder, react);
    }
    const answered = tsdus(responder.takeOutput());
    const recorded = tsdus(await side('isode-rts-x410-echo.pcapng', 'r2i'));
    // ISODE selects version 2 of session, and sends the window of 3, which is the default.
    expect(answered[0]).to.equal(
      recorded[0]
        ?.replace(/^0e49/, '0e46')
        .replace('160102', '160101')
        .replace('c1173115', 'c1143112')
        .replace('a10e800101810103', 'a10b800101'),
    );
    expect(answered.slice(1)).to.deep.equal(recorded.slice(1));
    expect(kinds.at(-1)).to.equal('rtCloseIndication');
    expect(kinds.filter((kind) => kind === 'rtTransferConfirm')).to.have.lengthOf(25);
  });

  it('ISODE: the echo service itself, to which this initiator sends what ISODE sent', async () => {
    const recorded = tsdus(await side('isode-rts-x410-echo.pcapng', 'i2r'));
    const messages = recorded.filter((tsdu) => tsdu.startsWith('01000100')).map((tsdu) => fromHex(tsdu.slice(8)));
    const initiator = machine('initiator', {
      modes: ['x410-1984'],
      applicationProtocol: 128,
      // ISODE offers both versions of session, and selects version 2.
      sessionVersions: 3,
      // The transport reference to which the recorded CC answers.
      random: () => Uint8Array.of(0x09, 0x1b),
    });
    const echoes: (string | undefined)[] = [];
    let turns = 0;
    const please = () => {
      turns += 1;
      initiator.turnPlease(turns);
    };
    const react = (event: ServiceEvent) => {
      if (event.kind === 'rtOpenConfirm') please();
      if (event.kind === 'rtTurnPleaseIndication') initiator.turnGive();
      if (event.kind === 'rtTurnGiveIndication') {
        const message = messages.shift();
        if (message === undefined) initiator.close();
        else initiator.transfer(message);
      }
      if (event.kind !== 'rtTransferIndication') return;
      echoes.push((event.apdu ?? event.octets)?.toHex());
      initiator.acceptTransfer();
      please();
    };
    const expected = messages.map((message) => Buffer.from(message).toString('hex'));
    const userData = fromHex('0202091b');
    initiator.open({ userData, dialogueMode: 'twa', initialTurn: 'responder', checkpointSize: 63 });
    initiator.connected(START);
    for (const tpkt of await side('isode-rts-x410-echo.pcapng', 'r2i')) {
      initiator.receive(tpkt, START);
      drain(initiator, react);
    }
    expect(echoes).to.deep.equal(expected);
    const sent = tsdus(initiator.takeOutput());
    // ISODE's CONNECT has a limit for TSDUs and a session selector besides; its PConnect is the same.
    expect(sent[0]?.slice(-58)).to.equal(recorded[0]?.slice(-58));
    expect(sent.slice(1)).to.deep.equal(recorded.slice(1));
  });

  it('a Microsoft Mail gateway of 1992: opens, with the bind and the references that were sent', () => {
    const responder = machine('responder', { modes });
    const dt = (spdu: Uint8Array) => encodeTpkt([Uint8Array.of(2, 0xf0, 0x80), spdu]);
    responder.connected(START);
    responder.receive(encodeTpkt(logged('03-tx-CR-TPDU.hex')), START);
    responder.receive(dt(logged('05-tx-CN-SPDU.hex')), START);
    const events: ServiceEvent[] = [];
    drain(responder, (event) => {
      events.push(event);
      if (event.kind !== 'rtOpenIndication') return;
      const { mode, windowSize, checkpointSize, dialogueMode } = event;
      expect({ mode, windowSize, checkpointSize, dialogueMode }).to.deep.equal({
        mode: 'x410-1984',
        windowSize: 1,
        checkpointSize: 0,
        dialogueMode: 'monologue',
      });
      expect(event.userData.toHex()).to.equal('a11680107767632e6d6963726f736f66742e6361a1021600');
      responder.acceptOpen({ userData: fromHex('a10d800765616e2e756263a1021600'), checkpointSize: 0, windowSize: 1 });
    });
    // What the EAN MTA answered, without an empty additional reference and the checkpoint size of 0, which is the default.
    const accept = Buffer.from(logged('06-rx-AC-SPDU.hex')).toString('hex');
    expect(tsdus(responder.takeOutput())).to.deep.equal([
      accept
        .replace(/^0e53011e/, '0e4e011c')
        .replace('0c00', '')
        .replace('c1223120', 'c11f311d')
        .replace('a119800100', 'a116'),
    ]);
    responder.receive(dt(logged('10-tx-FN-SPDU.hex')), START);
    drain(responder, (event) => events.push(event));
    expect(events.map(({ kind }) => kind)).to.deep.equal(['rtOpenIndication', 'rtCloseIndication']);
    expect(tsdus(responder.takeOutput())).to.deep.equal([Buffer.from(logged('11-rx-DN-SPDU.hex')).toString('hex')]);
  });
});
