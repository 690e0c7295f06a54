import { expect } from 'chai';
import type { AssociationMachine } from '../../../../harness/stack/association/machine.js';
import type { ServiceEvent } from '../../../../harness/stack/association/service.js';
import { apdu, bindFor, Pair, tsdus, x410Modes } from './support.js';

const strip = (hex: string) => hex.replace(/\s+/g, '');
const NULL = Uint8Array.of(5, 0);

/** T61String "Percival", UTCTime. */
const REFERENCES = strip('0a0a 1408 506572636976616c 0b0f 170d 3035313030313134343835325a');

function refusing(refuseReason?: number) {
  return (event: ServiceEvent, service: AssociationMachine) => {
    if (event.kind === 'rtOpenIndication') service.refuseOpen({ refuseReason });
  };
}

for (const mode of x410Modes) {
  const protocol = mode === 'x410-1988' ? '84010c' : '840101';
  const open = { userData: NULL, checkpointSize: 1 };

  describe(`the octets of an association in mode ${mode}`, () => {
    it('has PConnect in a CONNECT of version 1, the bind bare, and references as T61Strings', () => {
      const pair = new Pair({ mode });
      pair.connect({ ...open, dialogueMode: 'twa', windowSize: 2 });
      const [connect] = tsdus(pair.run().sent.initiator);
      const pConnect = strip(`3119 a003 800100 a112 800101 810102 820101 a304 a002 0500 ${protocol}`);
      expect(connect).to.equal(strip(`0d4b 011d ${REFERENCES} 0509 130100 160101 1a0100 14020249 c11b ${pConnect}`));
    });

    it('has authenticated binds bare too', () => {
      const pair = new Pair({ mode });
      pair.connect();
      pair.run();
      const argument = Buffer.from(bindFor(mode).argument).toString('hex');
      const result = Buffer.from(bindFor(mode).result).toString('hex');
      expect(tsdus(pair.sent.initiator)[0]).to.contain(`a326a024${argument}`);
      expect(tsdus(pair.sent.responder)[0]).to.contain(`a224a022${result}`);
      expect([argument.slice(0, 4), result.slice(0, 4)]).to.deep.equal(['a122', 'a120']);
    });

    it('has PAccept in an ACCEPT of version 1, which echoes the references', () => {
      const pair = new Pair({ mode });
      pair.connect({ ...open, initialTurn: 'responder' });
      pair.run((event, service) => {
        if (event.kind === 'rtOpenIndication') service.acceptOpen({ userData: NULL, windowSize: 2 });
      });
      const [accept] = tsdus(pair.sent.responder);
      const references = REFERENCES.replace('0a0a', '090a');
      const pAccept = strip('3113 a003 800100 a10c 800101 810102 a204 a002 0500');
      expect(accept).to.equal(strip(`0e45 011d ${references} 0509 130100 160101 1a0115 14020249 c115 ${pAccept}`));
    });

    it('refuses with RF and PRefuse: the reason given, or that the initiator was not validated', () => {
      for (const [reason, octet] of [
        [undefined, '02'],
        [2, '02'],
        [0, '00'],
        [3, '03'],
      ] as const) {
        const pair = new Pair({ mode });
        pair.connect(open);
        pair.run(refusing(reason));
        expect(tsdus(pair.sent.responder)).to.deep.equal([strip(`0c0b 110101 3206 02 31038001${octet}`)]);
        expect(pair.last('initiator')).to.include({ accepted: false, refusedBy: 'rtse', reason: reason ?? 2 });
      }
    });

    it('aborts with AB and AbortInformation, within the nine octets of version 1', () => {
      for (const form of [undefined, { indefinite: true }, { lengthOctets: 5 }]) {
        const pair = new Pair({ mode, initiator: { deviations: form === undefined ? {} : { form } } });
        pair.connect(open);
        pair.run();
        pair.initiator.abort('protocolError');
        pair.run();
        const abort = tsdus(pair.sent.initiator).at(-1);
        if (form?.indefinite === true) expect(abort).to.equal(strip('190c 110103 c107 3180 800104 0000'));
        else expect(abort).to.equal(strip('190a 110103 c105 3103800104'));
        expect(pair.last('responder')).to.include({ kind: 'rtPAbortIndication', layer: 'rtse', reason: 4 });
      }
    });

    it('has no reason in it that belongs to normal mode alone', () => {
      for (const [reason, octet] of [
        ['userError', '00'],
        ['permanentProblem', '00'],
        ['temporaryProblem', '03'],
      ] as const) {
        const pair = new Pair({ mode });
        pair.connect(open);
        pair.run();
        pair.initiator.abort(reason, apdu(20));
        expect(tsdus(pair.initiator.takeOutput())).to.deep.equal([strip(`190a 110103 c105 31038001${octet}`)]);
      }
    });

    it('transfers: AS, DT with the bare octets of the APDU, MIP and MIA, AE and AEA', () => {
      const pair = new Pair({ mode });
      pair.connect(open);
      pair.run();
      pair.initiator.transfer(apdu(1100));
      pair.run();
      const whole = Buffer.from(apdu(1100)).toString('hex');
      const [, start, first, minor, second, end] = tsdus(pair.sent.initiator);
      expect(start).to.equal('01002d052903020101');
      expect(first).to.equal(`01000100${whole.slice(0, 2048)}`);
      expect(minor).to.equal('010031032a0131');
      expect(second).to.equal(`01000100${whole.slice(2048)}`);
      expect(end).to.equal('010029032a0132');
      expect(tsdus(pair.sent.responder).slice(1)).to.deep.equal(['020032032a0131', '02002a032a0132']);
      const [indication] = pair.events.responder.filter(({ kind }) => kind === 'rtTransferIndication');
      expect(indication?.kind === 'rtTransferIndication' && indication.apdu?.toHex()).to.equal(whole);
    });

    it('asks for the turn with a bare RTTP in PT, and releases without user data', () => {
      const pair = new Pair({ mode });
      pair.connect({ ...open, dialogueMode: 'twa' });
      pair.run();
      pair.responder.turnPlease(0);
      pair.run();
      expect(pair.last('initiator')).to.deep.equal({ kind: 'rtTurnPleaseIndication', priority: 0 });
      pair.responder.turnPlease(200);
      pair.run();
      expect(pair.last('initiator')).to.deep.equal({ kind: 'rtTurnPleaseIndication', priority: 200 });
      pair.initiator.turnGive();
      pair.run();
      pair.responder.turnGive();
      pair.run();
      pair.initiator.close();
      pair.run();
      expect(tsdus(pair.sent.responder).slice(1)).to.deep.equal([
        strip('0208 100101 c103 020100'),
        strip('0209 100101 c104 020200c8'),
        '1600',
        '1500',
        '0a00',
      ]);
      expect(tsdus(pair.sent.initiator).slice(1)).to.deep.equal(['1500', '1600', '0903110101']);
    });

    it('leaves the application protocol out where it is told so, or names another', () => {
      for (const [applicationProtocol, member] of [
        ['absent', ''],
        [8883, '840222b3'],
      ] as const) {
        const pair = new Pair({ mode, initiator: { applicationProtocol } });
        pair.connect(open);
        expect(tsdus(pair.run().sent.initiator)[0]).to.match(new RegExp(`a304a0020500${member}$`));
      }
    });

    it('names the session connection that it recovers, in place of the bind', () => {
      const recover = {
        callingReference: Buffer.from('1408506572636976616c', 'hex'),
        commonReference: Buffer.from('170d3035313030313134343835325a', 'hex'),
        additionalReference: Buffer.from('14023031', 'hex'),
      };
      const pair = new Pair({ mode });
      pair.connect({ userData: NULL, recover });
      pair.run(refusing(1));
      const connection = '1408506572636976616c 170d3035313030313134343835325a 80023031';
      expect(tsdus(pair.sent.initiator)[0]).to.contain(strip(`a31f a11d ${connection}`));
      const [indication] = pair.events.responder;
      expect(indication).to.deep.include({ kind: 'rtOpenIndication' });
      const named = indication?.kind === 'rtOpenIndication' ? indication.recover : undefined;
      expect(hexOf(named)).to.deep.equal(hexOf(recover));
      expect(tsdus(pair.sent.responder)).to.deep.equal([strip('0c0b 110101 3206 02 3103800101')]);
    });

    it('answers that it recovers it, in place of the bind', () => {
      const recover = { callingReference: Buffer.from('140141', 'hex'), commonReference: Buffer.from('170130', 'hex') };
      const pair = new Pair({ mode });
      pair.connect({ userData: NULL, recover });
      pair.run();
      expect(tsdus(pair.sent.responder)[0]).to.match(/a208a106140141170130$/);
      expect(pair.last('initiator')).to.include({ kind: 'rtOpenConfirm', accepted: true });
    });

    it('has the same name for the session connection on both sides', () => {
      const pair = new Pair({ mode });
      pair.connect(open);
      pair.run();
      expect(hexOf(pair.initiator.connection)).to.deep.equal(hexOf(pair.responder.connection));
      expect(hexOf(pair.initiator.connection)).to.include({ callingReference: '1408506572636976616c' });
    });
  });
}

function hexOf(connection: object | undefined) {
  const entries = Object.entries(connection ?? {}).filter(([, octets]) => octets !== undefined);
  return Object.fromEntries(entries.map(([name, octets]) => [name, Buffer.from(octets).toString('hex')]));
}
