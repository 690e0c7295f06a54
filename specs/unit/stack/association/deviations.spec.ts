import { expect } from 'chai';
import { fromHex, toHex } from '../../../../harness/ber/octets.js';
import { TagClass, Universal } from '../../../../harness/ber/tag.js';
import { constructed, primitive } from '../../../../harness/ber/writer.js';
import type { Mode } from '../../../../harness/stack/association/events.js';
import { AssociationMachine } from '../../../../harness/stack/association/machine.js';
import type { Deviations } from '../../../../harness/stack/association/service.js';
import { anomalies, apdu, converse, linkKinds, Pair, random, tsdus, x410Modes } from './support.js';

const leak = new TextEncoder().encode('ORGINFO');
const [memory] = linkKinds;

/** What an observer finds in an association whose initiator, or responder, deviates. */
async function found(role: 'initiator' | 'responder', deviations: Deviations, transfer = false, mode?: Mode) {
  if (memory === undefined) throw new Error('no link');
  const own = { modes: [mode ?? 'normal'], deviations };
  const talk = await converse(memory, { mode, [role]: own });
  const confirm = await talk.initiator.wait('rtOpenConfirm');
  if (transfer) {
    talk.initiator.drive.use((association) => association.transfer(apdu(2000)));
    await talk.initiator.wait('rtTransferConfirm');
  }
  talk.initiator.drive.use((association) => association.close());
  await talk.initiator.wait('disconnected');
  await talk.finish();
  expect(confirm.accepted).to.equal(true);
  return anomalies(talk.recording).map(({ layer, code, path }) => `${layer} ${code} ${path}`);
}

describe('deliberate deviations', () => {
  it('parameters of SPDUs', async () => {
    const spduParameters = { CONNECT: [{ code: 0x63, value: leak }], FINISH: [{ code: 0x70, value: leak }] };
    expect(await found('initiator', { spduParameters })).to.deep.equal([
      'session unknown-parameter CONNECT.<0x63>',
      'session unknown-parameter FINISH.<0x70>',
    ]);
  });

  it('presentation contexts: refused by the other side, and no fault of the octets', async () => {
    expect(
      await found('initiator', { presentationContexts: [{ id: 7, abstractSyntax: '1.2.840.113556.1.3' }] }),
    ).to.deep.equal([]);
  });

  it('elements of AARQ and AARE, and EXTERNALs behind the one of RTSE', async () => {
    const acseElements = [primitive(TagClass.context, 27, leak)];
    const userInformation = [
      constructed(TagClass.universal, Universal.external, [
        { raw: fromHex('06062a864886f714') },
        constructed(TagClass.context, 0, [primitive(TagClass.universal, Universal.octetString, leak)]),
      ]),
    ];
    for (const [role, apduName] of [
      ['initiator', 'AARQ'],
      ['responder', 'AARE'],
    ] as const) {
      expect(await found(role, { acseElements, userInformation })).to.deep.equal([
        `acse unknown-element ${apduName.toLowerCase()}`,
        `acse surplus-value ${apduName.toLowerCase()}.userInformation[1]`,
      ]);
    }
  });

  it('elements of RTORQ and RTOAC', async () => {
    const rtseElements = [primitive(TagClass.context, 9, leak)];
    expect(await found('initiator', { rtseElements })).to.deep.equal(['rtse unknown-element RTORQ']);
    expect(await found('responder', { rtseElements })).to.deep.equal(['rtse unknown-element RTOAC']);
  });

  it('another application context', async () => {
    const talk =
      memory === undefined
        ? undefined
        : await converse(memory, { initiator: { deviations: { applicationContext: '2.6.0.1.0' } } });
    await talk?.initiator.wait('rtOpenConfirm');
    const octets = talk?.recording.flatMap((event) => (event.kind === 'data' ? [toHex(event.octets)] : [])) ?? [];
    // The responder answers its own, as X.227 7.1 allows: an echo would be a foreign context of its own.
    expect(octets.filter((hex) => hex.includes('a106060456000100'))).to.have.lengthOf(1);
    await talk?.finish();
  });

  it('any legal form, in connect PDUs and in RTTR: nothing is found', async () => {
    for (const form of [{ indefinite: true }, { segment: 100 }, { lengthOctets: 5 }, { reverseSets: true }]) {
      expect(await found('initiator', { form }, true), JSON.stringify(form)).to.deep.equal([]);
      expect(await found('responder', { form }, true), JSON.stringify(form)).to.deep.equal([]);
    }
  });

  it('a rewritten tree', async () => {
    const surplus = primitive(TagClass.private, 5, leak);
    const rewrite: Deviations['rewrite'] = (pdu, tree) =>
      pdu === 'CP' && !('raw' in tree) && !(tree.content instanceof Uint8Array)
        ? { ...tree, content: [...tree.content, surplus] }
        : tree;
    expect(await found('initiator', { rewrite })).to.deep.equal(['presentation unknown-element CP']);
  });
});

for (const mode of x410Modes) {
  describe(`deliberate deviations in mode ${mode}`, () => {
    const [pConnect, pAccept] = ['rtse unknown-element PConnect', 'rtse unknown-element PAccept'];

    it('parameters of SPDUs', async () => {
      const spduParameters = { CONNECT: [{ code: 0x63, value: leak }], FINISH: [{ code: 0xc1, value: leak }] };
      expect(await found('initiator', { spduParameters }, false, mode)).to.deep.equal([
        'session unknown-parameter CONNECT.<0x63>',
        'session unexpected-user-data FINISH.userData',
      ]);
    });

    it('elements of RTORQ and RTOAC, as PConnect and PAccept have them', async () => {
      const rtseElements = [primitive(TagClass.context, 9, leak)];
      expect(await found('initiator', { rtseElements }, false, mode)).to.deep.equal([`${pConnect}.pUserData`]);
      expect(await found('responder', { rtseElements }, false, mode)).to.deep.equal([`${pAccept}.pUserData`]);
    });

    it('any legal form of the connect PDUs: nothing is found', async () => {
      for (const form of [{ indefinite: true }, { segment: 1 }, { lengthOctets: 5 }, { reverseSets: true }]) {
        for (const role of ['initiator', 'responder'] as const) {
          expect(await found(role, { form }, true, mode), JSON.stringify(form)).to.deep.equal([]);
        }
      }
    });

    it('a rewritten PConnect, PAccept, PRefuse', async () => {
      const surplus = primitive(TagClass.private, 5, leak);
      const rewrite: Deviations['rewrite'] = (pdu, tree) =>
        ['PCONNECT', 'PACCEPT', 'PREFUSE'].includes(pdu) && !('raw' in tree) && !(tree.content instanceof Uint8Array)
          ? { ...tree, content: [...tree.content, surplus] }
          : tree;
      expect(await found('initiator', { rewrite }, false, mode)).to.deep.equal([pConnect]);
      expect(await found('responder', { rewrite }, false, mode)).to.deep.equal([pAccept]);
      const pair = new Pair({ mode, responder: { deviations: { rewrite } } });
      pair.connect();
      pair.run((event, service) => {
        if (event.kind === 'rtOpenIndication') service.refuseOpen({ refuseReason: 0 });
      });
      expect(tsdus(pair.sent.responder)[0]).to.equal(`0c14110101320f02310c800100c507${toHex(leak)}`);
      expect(pair.last('initiator')).to.include({ accepted: false, reason: 0 });
    });
  });
}

describe('what a machine is made with', () => {
  it('no mode at all is a typed error', () => {
    expect(() => new AssociationMachine({ role: 'responder', modes: [], random }))
      .to.throw()
      .with.property('code', 'ERR_MODE_UNSUPPORTED');
  });

  it('requests out of order are typed errors, and change nothing', () => {
    const machine = new AssociationMachine({ role: 'responder', modes: ['normal'], random });
    for (const request of [
      () => machine.transfer(apdu(1)),
      () => machine.open({ userData: apdu(1) }),
      () => machine.acceptTransfer(),
      () => machine.close(),
      () => machine.abort(),
    ]) {
      expect(request).to.throw().with.property('code', 'ERR_ASSOCIATION_STATE');
    }
    expect(machine.state).to.equal('idle');
  });
});
