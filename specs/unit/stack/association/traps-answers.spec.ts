import { expect } from 'chai';
import { concat, fromHex, toHex } from '../../../../harness/ber/octets.js';
import { writeBer } from '../../../../harness/ber/writer.js';
import type { AssociationMachine } from '../../../../harness/stack/association/machine.js';
import type { ServiceEvent } from '../../../../harness/stack/association/service.js';
import { encodeTpkt } from '../../../../harness/stack/tpkt/codec.js';
import { message } from '../../rules/support/apdus.js';
import { type AssociationScript, cons, ctx, ctxOf, integer, octets, raw } from '../../rules/support/association.js';
import { edit } from '../../rules/support/example.js';
import { accepting, apdu, bindFor, machine, modes, Pair, START, tsdus, x410Modes } from './support.js';
import { meet, otherSide, type Role, tsduChanged } from './traps/meet.js';
import { scriptOf } from './traps/vectors.js';

// What is not simply taken: what is refused and in which form, what only one state can meet, and what we say ourselves.

const ROLES = ['initiator', 'responder'] as const;
const whole = writeBer(message());
const tsdu = (hex: string) => encodeTpkt([Uint8Array.of(2, 0xf0, 0x80), fromHex(hex)]);

function plain(role: Role, mode: (typeof modes)[number], script: AssociationScript = {}): AssociationScript {
  return scriptOf({ trap: '', what: '', script }, mode, otherSide(role), [whole]);
}

function feed(own: AssociationMachine, ...hex: string[]): ServiceEvent[] {
  const all: ServiceEvent[] = [];
  for (const each of hex) own.receive(tsdu(each), START);
  for (let events = own.takeEvents(); events.length > 0; events = own.takeEvents()) {
    for (const event of events) {
      all.push(event);
      accepting(event, own);
    }
  }
  return all;
}

function opened(mode: (typeof modes)[number], request: object = {}): Pair {
  const pair = new Pair({ mode });
  pair.connect({ dialogueMode: 'twa', ...request });
  pair.run();
  pair.initiator.takeOutput();
  pair.responder.takeOutput();
  return pair;
}

const kindsOf = (events: readonly ServiceEvent[]) => events.map(({ kind }) => kind);

for (const mode of modes) {
  const normal = mode === 'normal';
  describe(`traps that are answered in mode ${mode}`, () => {
    for (const role of ROLES) {
      it(`give-tokens-alone, and what it should lead is alone too: refused by the ${role}`, () => {
        const apart = tsduChanged((each, what) =>
          what === 'CONNECT' || what === 'ACCEPT' ? [each] : [each.subarray(0, 2), each.subarray(2)],
        );
        const { events, said } = meet(role, plain(role, mode), apart);
        expect(events.at(-1)).to.include({ kind: 'rtPAbortIndication', layer: 'session' });
        expect(said.at(-1)).to.equal('1903110105');
      });

      it(`octets-between-points: taken by the ${role}`, () => {
        const script = { ...plain(role, mode), transfers: [{ apdu: message({ content: 'x'.repeat(150_000) }) }] };
        const all = script.transfers.map((each) => ({ ...each, direction: otherSide(role), slice: 70_000 }));
        const small = edit(role === 'responder' ? 'RTORQ' : 'RTOAC', (tree) =>
          'raw' in tree ? tree : { ...tree, content: [ctx(0, [1]), ...(tree.content as never[]).slice(1)] },
        );
        const { events, answers } = meet(role, { ...script, transfers: all, edit: small });
        expect(events[0]).to.include({ checkpointSize: 1 });
        expect(answers.at(-1)).to.equal('ACTIVITY END ACK');
      });
    }

    it(`unacceptable-dialogue-mode: refused with reason 3 of the mode`, () => {
      // MTABindError unacceptable-dialogue-mode is 3 as well as RTSE's reason.
      const refusal = normal ? { userData: fromHex('b203020103') } : { refuseReason: 3 };
      const refusing = (event: ServiceEvent, own: AssociationMachine) => {
        if (event.kind === 'rtOpenIndication' && event.dialogueMode === 'twa') own.refuseOpen(refusal);
      };
      const { said, events } = meet('responder', plain('responder', mode), undefined, refusing);
      expect(events[0]).to.include({ kind: 'rtOpenIndication', dialogueMode: 'twa' });
      if (normal)
        expect(said)
          .to.have.lengthOf(1)
          .with.property('0')
          .that.matches(/^0c.*b207a105b203020103$/);
      else expect(said).to.deep.equal(['0c0b1101013206023103800103']);
      const pair = new Pair({ mode });
      pair.connect({ dialogueMode: 'twa' });
      pair.run(refusing);
      const told = pair.last('initiator');
      expect(told).to.include({ kind: 'rtOpenConfirm', accepted: false, refusedBy: 'rtse' });
      if (normal) expect(told?.kind === 'rtOpenConfirm' && told.userData?.toHex()).to.equal('b203020103');
      else expect(told).to.include({ reason: 3 });
    });

    it(`confirms-several; a lower one behind it is an error`, () => {
      const pair = opened(mode, { checkpointSize: 1, windowSize: 3 });
      const { initiator } = pair;
      initiator.transfer(apdu(8000));
      const points = () => tsdus(initiator.takeOutput()).filter((each) => each.startsWith('01003103'));
      expect(points()).to.deep.equal(['010031032a0131', '010031032a0132', '010031032a0133']);
      expect(kindsOf(feed(initiator, '020032032a0132'))).to.deep.equal(['checkpointConfirm']);
      expect(points()).to.deep.equal(['010031032a0134', '010031032a0135']);
      const [lost, aborted] = feed(initiator, '020032032a0131');
      expect(lost).to.include({ kind: 'rtTransferConfirm', secured: false });
      expect(aborted).to.include({ kind: 'rtPAbortIndication', layer: 'session' });
    });

    it('confirms-too-much: a point that was not sent is a protocol error', () => {
      const { initiator } = opened(mode, { checkpointSize: 1, windowSize: 3 });
      initiator.transfer(apdu(2500));
      expect(feed(initiator, '020032032a0137').at(-1)).to.include({ kind: 'rtPAbortIndication', layer: 'session' });
      expect(tsdus(initiator.takeOutput()).at(-1)).to.equal('1903110105');
    });

    it('dialogue-mode-mismatch: who has the turn is heard, and does not transfer itself', () => {
      const { initiator, responder } = opened(mode, { dialogueMode: 'monologue' });
      initiator.turnGive();
      expect(tsdus(initiator.takeOutput())).to.deep.equal(['1500']);
      expect(feed(initiator, '1600', '01002d052903020101')).to.deep.equal([
        { kind: 'rtTransferStart', activity: '020101', resumedAt: undefined },
      ]);
      feed(responder, '1500');
      expect(() => responder.transfer(apdu(1))).to.throw(/monologue/);
    });

    it('two-octet-tsdu: GIVE TOKENS CONFIRM is answered, in whatever pieces it comes', () => {
      const { responder } = opened(mode);
      for (const octet of tsdu('1500')) responder.receive(Uint8Array.of(octet), START);
      expect(responder.takeEvents()).to.deep.equal([{ kind: 'rtTurnGiveIndication' }]);
      expect(tsdus(responder.takeOutput())).to.deep.equal(['1600']);
    });

    it('an acknowledgement of the end confirms every point before it', () => {
      const { initiator } = opened(mode, { checkpointSize: 1, windowSize: 3 });
      initiator.transfer(apdu(2500));
      const end = tsdus(initiator.takeOutput()).at(-1);
      expect(end).to.equal('010029032a0133');
      expect(feed(initiator, '02002a032a0133')).to.deep.equal([{ kind: 'rtTransferConfirm', secured: true }]);
    });

    it(`bare-please: the most urgent, 0`, () => {
      const told = feed(opened(mode).initiator, '0203100101');
      expect(told).to.deep.equal([{ kind: 'rtTurnPleaseIndication', priority: 0 }]);
    });

    it(`please-inside-activity: told at once, and the turn given behind the acknowledgement`, () => {
      const { initiator } = opened(mode);
      initiator.transfer(apdu(10));
      const please = normal ? '0211100101c10c610a3008020103a003020102' : '0208100101c103020102';
      expect(feed(initiator, please)).to.deep.equal([{ kind: 'rtTurnPleaseIndication', priority: 2 }]);
      expect(() => initiator.turnGive())
        .to.throw()
        .with.property('code', 'ERR_PRIMITIVE_STATE');
      expect(kindsOf(feed(initiator, '02002a032a0131'))).to.deep.equal(['rtTransferConfirm']);
      initiator.takeOutput();
      initiator.turnGive();
      expect(tsdus(initiator.takeOutput())).to.deep.equal(['1500']);
    });

    it(`release-by-responder: answered`, () => {
      for (const dialogueMode of ['monologue', 'twa']) {
        const { initiator } = opened(mode, { dialogueMode, initialTurn: 'responder' });
        expect(kindsOf(feed(initiator, '0903110101'))).to.deep.equal(['rtCloseIndication']);
        expect(tsdus(initiator.takeOutput())[0]?.slice(0, 2)).to.equal('0a');
      }
    });

    it('empty-mandatory-parameter: an activity that has no name, or goes on from nowhere, is a protocol error', () => {
      for (const spdu of [
        '01002d022900',
        '01001d0c2108290302010 12a0131 2900',
        '01001d0e21072903020101 2a00 2903020102',
      ]) {
        const { responder } = opened(mode);
        expect(feed(responder, spdu)[0], spdu).to.include({ kind: 'rtPAbortIndication', layer: 'session' });
        expect(tsdus(responder.takeOutput())).to.deep.equal(['1903110105']);
      }
    });

    it('never releases as a responder, nor without the turn, nor inside a transfer', () => {
      const { initiator, responder } = opened(mode, { initialTurn: 'responder' });
      expect(() => responder.close()).to.throw(/responder/);
      expect(() => initiator.close()).to.throw(/turn/);
      const busy = opened(mode).initiator;
      busy.transfer(apdu(10));
      expect(() => busy.close())
        .to.throw()
        .with.property('code', 'ERR_PRIMITIVE_STATE');
    });

    it(`tpdu-size: no TPDU of ours is larger, header and all`, () => {
      for (const size of [128, 256, 1024]) {
        const pair = new Pair({ mode, responder: { tpduSize: size } });
        pair.connect();
        pair.run();
        pair.initiator.transfer(apdu(5000));
        pair.run();
        const lengths = [...pair.sent.initiator, ...pair.sent.responder].slice(1).map((tpkt) => tpkt.length - 4);
        expect(Math.max(...lengths)).to.equal(size);
      }
    });

    it(`window-in-answer: an answer of ours never is, whatever was proposed`, () => {
      for (const windowSize of [undefined, 1, 2, 3, 4, 10]) {
        const pair = new Pair({ mode });
        pair.connect({ windowSize });
        pair.run();
        const [confirm] = pair.events.initiator;
        expect(confirm?.kind === 'rtOpenConfirm' && confirm.accepted && confirm.windowSize).to.be.at.most(
          windowSize ?? 3,
        );
      }
    });

    it(`checkpoint-in-answer: an answer of ours never is, unless 0 was proposed`, () => {
      for (const checkpointSize of [0, 1, 63]) {
        const pair = new Pair({ mode });
        pair.connect({ checkpointSize });
        pair.run();
        expect(pair.events.initiator[0]).to.include({ checkpointSize });
      }
    });
  });
}

describe('traps that are answered in normal mode', () => {
  for (const role of ROLES) {
    it(`wrong-context: one that was not agreed is refused by the ${role}, with ARP`, () => {
      const script = edit('TD', (tree) => {
        const value = writeBer(tree);
        // 61 L 30 L 02 01 ctx: its octet stands behind two headers of the same form.
        const at = Buffer.from(value).indexOf(fromHex('020103'));
        return raw(Uint8Array.from(value, (octet, i) => (i === at + 2 ? 77 : octet)));
      });
      const { events, said } = meet(role, plain(role, 'normal', { edit: script }));
      expect(events.at(-1)).to.include({ kind: 'rtPAbortIndication', layer: 'presentation', reason: 6 });
      expect(said.at(-1)).to.match(/^19.*30068001068101..$/);
    });

    it(`bare-apdu-in-normal: a bare slice is refused by the ${role}, with invalidParameter`, () => {
      const bare = tsduChanged((each, what) =>
        what === 'DATA TRANSFER' ? [concat([fromHex('01000100'), whole.subarray(0, 40)])] : [each],
      );
      const { events, machine: own } = meet(role, plain(role, 'normal'), bare);
      expect(events.at(-1)?.kind).to.equal('rtPAbortIndication');
      expect(own.state).to.equal('closing');
    });

    it(`bare-apdu-in-normal: an APDU without its EXTERNAL is handed over as octets by the ${role}`, () => {
      const { events, answers } = meet(role, plain(role, 'normal', { edit: edit('EXTERNAL', () => raw(whole)) }));
      const indication = events.find(({ kind }) => kind === 'rtTransferIndication');
      expect(indication).to.include({ apdu: undefined, length: whole.length });
      expect(answers.at(-1)).to.equal('ACTIVITY END ACK');
    });
  }

  it(`bare-bind-error: refused by RTSE, with the error as it came`, () => {
    const { events } = meet('initiator', { error: integer(2) });
    const [confirm] = events;
    expect(confirm).to.include({ kind: 'rtOpenConfirm', accepted: false, refusedBy: 'rtse' });
    expect(confirm?.kind === 'rtOpenConfirm' && confirm.userData?.toHex()).to.equal('020102');
  });

  for (const [what, tag] of [
    ['UNIVERSAL 22', '36'],
    ['its own', 'b6'],
  ] as const) {
    for (const role of ROLES) {
      it(`mistagged-abort (${what}): read by the ${role}`, () => {
        const { initiator, responder } = opened('normal');
        const abort = `193b110103c136a034a0123007020101060251013007020103060251016 11e301c020101a0176415800100be10280e06025101020103a005${tag}03800103`;
        const own = role === 'initiator' ? initiator : responder;
        expect(feed(own, abort)[0]).to.include({ kind: 'rtPAbortIndication', layer: 'rtse', reason: 3 });
      });
    }
  }
});

for (const mode of x410Modes) {
  describe(`traps that are answered in mode ${mode}`, () => {
    it(`user-data-in-refusal: told as RTSE's`, () => {
      for (const reason of [0, 1, 2, 3]) {
        const { events } = meet('initiator', { mode, error: ctx(0, [reason]) });
        expect(events[0]).to.include({ kind: 'rtOpenConfirm', accepted: false, refusedBy: 'rtse', reason });
      }
    });

    for (const role of ROLES) {
      it(`external-in-x410: an EXTERNAL or an OCTET STRING is handed over as it came by the ${role}`, () => {
        const external = writeBer(cons(0, 8, integer(5), ctxOf(0, raw(whole))));
        for (const wrapped of [external, writeBer(octets([...whole]))]) {
          const script = { ...plain(role, mode), transfers: [{ apdu: wrapped, direction: otherSide(role) }] };
          const { events, answers } = meet(role, script);
          const indication = events.find(({ kind }) => kind === 'rtTransferIndication');
          expect(indication?.kind === 'rtTransferIndication' && indication.apdu?.toHex()).to.equal(toHex(wrapped));
          expect(answers.at(-1)).to.equal('ACTIVITY END ACK');
        }
      });
    }

    it(`user-data-of-version-1: no ABORT of ours has more, and no CONNECT or ACCEPT`, () => {
      const pair = opened(mode);
      pair.initiator.abort('userError', apdu(30));
      expect(tsdus(pair.initiator.takeOutput())).to.deep.equal(['190a110103c1053103800100']);
      const own = machine('initiator', { modes: [mode] });
      expect(() => own.open({ userData: new Uint8Array(513).fill(0x41) }))
        .to.throw()
        .with.property('code', 'ERR_BIND_SIZE');
      const { initiator } = opened(mode);
      expect(kindsOf(feed(initiator, `1913110103c10e${'41'.repeat(14)}`))).to.deep.equal(['rtPAbortIndication']);
      expect(bindFor(mode).argument.length).to.be.at.most(512);
    });
  });
}
