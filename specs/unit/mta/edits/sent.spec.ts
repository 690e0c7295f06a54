import { expect } from 'chai';
import { P1specError } from '../../../../harness/ber/error.js';
import { toHex } from '../../../../harness/ber/octets.js';
import { Editor } from '../../../../harness/mta/edits/editor.js';
import { applyEdits, checkPath, type Edit, type PduEdit } from '../../../../harness/mta/edits/index.js';
import { Emitter } from '../../../../harness/mta/emitter.js';
import type { MtaEvents } from '../../../../harness/mta/events.js';
import type { Hooks } from '../../../../harness/mta/hooks.js';
import { globalDomainIdentifier } from '../../../../harness/mta/names.js';
import { MTSAPDU } from '../../../../harness/p1/mts-apdu.js';
import type { Mode } from '../../../../harness/stack/association/events.js';
import { alice, Bench, bob, mail, pairOf } from '../two-mtas.js';
import { judgedPair } from './judged-pair.js';

const MODES: readonly Mode[] = ['normal', 'x410-1988', 'x410-1984'];
/** [PRIVATE 5]: no declaration knows it. */
const FOREIGN = 'c5 03 616263';
const one = (edit: Edit, pdu: PduEdit['pdu'] = 'message', more: Partial<PduEdit> = {}): PduEdit => ({
  pdu,
  edits: [edit],
  ...more,
});
const inject = (at: string): Edit => ({ inject: { at, tlv: FOREIGN } });

function edited(mta: ReturnType<typeof judgedPair>['a']): MtaEvents['edited'][] {
  const events: MtaEvents['edited'][] = [];
  mta.on('edited', (event) => events.push(event));
  return events;
}

describe('what an MTA sends, edited on its way out', () => {
  for (const mode of MODES) {
    for (const at of ['message.envelope', 'message.envelope.perRecipientFields[0].recipientName', 'message']) {
      it(`has a leak at ${at}, which the judge finds there, in mode ${mode}`, async () => {
        const { bench, a, b, findings } = judgedPair(mode, [one(inject(at))]);
        const events = edited(a);
        a.start();
        a.submit('B', mail('one'));
        await bench.pass(5_000);
        expect(events).to.deep.equal([{ peer: 'B', pdu: 'message', edit: 0, nth: 1 }]);
        expect(findings().map(({ path, length, tier }) => ({ path, length, tier }))).to.deep.equal([
          { path: `MTS-APDU.${at}`, length: 5, tier: 1 },
        ]);
        expect(b.queueTo('A').length).to.equal(0);
      });
    }

    it(`has one in the bind argument, in mode ${mode}`, async () => {
      const { bench, a, findings } = judgedPair(mode, [
        one(inject('MTABindArgument.authenticated'), 'bindArgument', { nth: 1 }),
      ]);
      a.start();
      a.submit('B', mail('one'));
      await bench.pass(5_000);
      expect(findings().map(({ path }) => path)).to.deep.equal(['MTABindArgument.authenticated']);
      expect(a.unusedEdits).to.deep.equal([]);
    });

    it(`is the same value in other forms: nothing is found, in mode ${mode}`, async () => {
      const forms = ['indefinite', 'long-lengths', 'constructed-strings', 'reversed-sets'] as const;
      const edits = forms.map((form): Edit => ({ rewrite: { form } }));
      const { bench, a, b, findings } = judgedPair(mode, [{ pdu: 'message', edits }]);
      const identifiers: (string | undefined)[] = [];
      b.on('messageReceived', ({ apdu }) => identifiers.push(apdu.identifier));
      a.start();
      const { identifier } = a.submit('B', mail('one'));
      await bench.pass(5_000);
      expect(identifiers).to.deep.equal([identifier]);
      expect(findings()).to.deep.equal([]);
    });
  }

  it('is told of where nothing could be edited, and goes out as it is', async () => {
    const { bench, a, b, findings } = judgedPair('normal', [one(inject('message.envelope.extensions[7]'))]);
    const failed: MtaEvents['editFailed'][] = [];
    a.on('editFailed', (event) => failed.push(event));
    let received = 0;
    b.on('messageReceived', () => {
      received += 1;
    });
    a.start();
    a.submit('B', mail('one'));
    await bench.pass(5_000);
    expect(failed.map(({ error, nth }) => [error.code, nth])).to.deep.equal([['ERR_EDIT_PATH', 1]]);
    expect(a.unusedEdits).to.have.lengthOf(1);
    expect([received, findings().length]).to.deep.equal([1, 0]);
  });

  it('counts what it sends of the PDU, to that peer, and a repetition as the same', async () => {
    let refusals = 1;
    const b = {
      hooks: {
        onTransfer: ({ phase }: { phase: string }) =>
          phase === 'end' && refusals-- > 0 ? ({ do: 'exception', reason: 'unspecified' } as const) : undefined,
      },
    };
    const nths: PduEdit['nth'][] = [2, { first: 2 }, { every: 3 }];
    const edits = nths.map((nth) => one(inject('message'), 'message', { nth }));
    const pair = judgedPair('normal', [...edits, one(inject('message'), 'message', { to: 'C' })], { b });
    const events = edited(pair.a);
    pair.a.start();
    for (const text of ['1', '2', '3', '4']) pair.a.submit('B', mail(text));
    await pair.bench.pass(20_000);
    expect(pair.a.queueTo('B').length).to.equal(0);
    expect(events.map(({ edit, nth }) => [edit, nth])).to.deep.equal([
      [1, 1],
      [0, 2],
      [1, 2],
      [2, 3],
    ]);
    expect(pair.a.unusedEdits).to.deep.equal([one(inject('message'), 'message', { to: 'C' })]);
    // The first one was sent twice, and edited both times.
    expect(pair.findings()).to.have.lengthOf(5);
  });

  it('counts an item as the same one that takes its place, without those whom 1984 does not reach', () => {
    const events = new Emitter<MtaEvents>();
    const told: number[] = [];
    events.on('edited', ({ nth }) => told.push(nth));
    const editor = new Editor([one(inject('message'))], events);
    const { a } = judgedPair('normal', []);
    const item = a.submit('B', mail('one'));
    const { apdu } = item;
    const amended = { ...item };
    const first = editor.outgoing('B', { item, apdu }, 'normal');
    const octets = [item, amended].map((from) => editor.outgoing('B', { item: amended, apdu }, 'normal', from).apdu);
    expect(octets.map(toHex)).to.deep.equal([toHex(first.apdu), toHex(first.apdu)]);
    expect(told).to.deep.equal([1]);
  });

  it('goes on over another connection with the same octets', async () => {
    let cut = false;
    const hooks: Hooks = {
      onSending: ({ serial = 0 }) => {
        if (cut || serial < 4) return undefined;
        cut = true;
        return { do: 'close' };
      },
    };
    const edits: Edit[] = [
      inject('message.envelope'),
      { splice: { at: 'message.content', from: 9_000, remove: 1, insert: '00ff00' } },
    ];
    const { bench, a, b } = judgedPair('normal', [{ pdu: 'message', nth: 1, edits }], { a: { hooks } });
    const resumed: number[] = [];
    a.on('transferResumed', ({ serial }) => resumed.push(serial));
    const received: Uint8Array[] = [];
    b.on('messageReceived', ({ apdu }) => received.push(apdu.octets));
    a.start();
    const { apdu } = a.submit('B', mail('one', 20_000));
    await bench.pass(20_000);
    expect(resumed).to.have.lengthOf(1);
    expect(resumed[0]).to.be.at.least(3);
    expect(received.map(toHex)).to.deep.equal([toHex(applyEdits(apdu, MTSAPDU, edits))]);
  });

  for (const same of [true, false]) {
    const what = same
      ? 'goes on in a later run that edits it alike'
      : 'is begun anew where a later run edits it otherwise';
    it(what, async () => {
      const edits = [one(inject('message.envelope'))];
      const { bench, a, b } = judgedPair('normal', edits, {
        a: { hooks: { onSending: ({ serial = 0 }) => (serial < 4 ? undefined : { do: 'close' }) } },
        ofB: { retry: { transferInterval: 60_000 } },
      });
      a.start();
      const { apdu } = a.submit('B', mail('one', 20_000));
      await bench.pass(5_000);
      const items = a.queueTo('B').items();
      expect(items[0]?.interrupted?.digest).to.be.a('string');
      a.kill();
      const connect = async () => bench.link(() => b);
      const peer = { name: 'B', connect, checkpointSize: 1 };
      const again = bench.mta('A', [peer], same ? { edits } : {});
      again.restore('B', items);
      const resumed: number[] = [];
      again.on('transferResumed', ({ serial }) => resumed.push(serial));
      const received: Uint8Array[] = [];
      b.on('messageReceived', (event) => received.push(event.apdu.octets));
      again.start();
      await bench.pass(20_000);
      expect(resumed.length > 0).to.equal(same);
      const expected = same ? applyEdits(apdu, MTSAPDU, edits[0]?.edits ?? []) : apdu;
      expect(received.map(toHex)).to.deep.equal([toHex(expected)]);
    });
  }

  it('is a report or a probe too', async () => {
    const { bench, a, b, findings } = judgedPair('normal', [
      one(inject('probe'), 'probe'),
      one(inject('report.content.perRecipientFields[0]'), 'report'),
    ]);
    a.start();
    a.probe('B', { originator: alice, recipients: [bob] });
    const [identifier] = a.queueTo('B').items();
    expect(identifier?.kind).to.equal('probe');
    a.report('B', {
      subject: {
        globalDomainIdentifier: globalDomainIdentifier({
          country: 'XX',
          administrationDomain: ' ',
          privateDomain: 'B',
        }),
        localIdentifier: 'never-sent',
      },
      destination: bob,
      recipients: [
        { name: alice, fate: { reason: 1, diagnostic: 0, supplementaryInformation: 'not here' } },
        { name: bob, number: 7, fate: { deliveredAt: bench.clock.now() } },
      ],
    });
    const reports: unknown[] = [];
    b.on('reportReceived', ({ apdu }) =>
      reports.push(apdu.decoded?.get('report', 'content', 'subjectIdentifier')?.value),
    );
    await bench.pass(5_000);
    expect(reports).to.have.lengthOf(1);
    expect(findings().map(({ path }) => path)).to.have.members([
      'MTS-APDU.probe',
      'MTS-APDU.report.content.perRecipientFields[0]',
    ]);
  });

  for (const mode of MODES) {
    it(`is a bind result too, in mode ${mode}`, async () => {
      const edits = [one(inject('MTABindResult.authenticated'), 'bindResult', { to: 'A' })];
      const { bench, a, b, findings } = judgedPair(mode, [], { b: { edits } });
      const events = edited(b);
      a.start();
      a.submit('B', mail('one'));
      await bench.pass(5_000);
      expect(events).to.deep.equal([{ peer: 'A', pdu: 'bindResult', edit: 0, nth: 1 }]);
      expect(findings().map(({ path }) => path)).to.deep.equal(['MTABindResult.authenticated']);
    });

    it(`is a bind error where there is one, in mode ${mode}`, async () => {
      const edits = [one({ replace: { at: 'MTABindError', tlv: 'b2 03 02 01 63' } }, 'bindError')];
      const hooks: Hooks = { onBind: () => ({ do: 'refuse', error: 'busy' }) };
      const { bench, a, b } = judgedPair(mode, [], { b: { edits, hooks } });
      const refused = a.once('bindRefused');
      const events = edited(b);
      a.start();
      a.submit('B', mail('one'));
      await bench.pass(500);
      const { by, error } = await refused;
      // 99 is the name of none.
      expect([by, error]).to.deep.equal(['peer', undefined]);
      expect(events).to.have.lengthOf(mode === 'normal' ? 1 : 0);
    });
  }

  it('is not sent where it does not fit: the link is closed, and the MTA lives on', async () => {
    const large = `04 82 8000 ${'00'.repeat(0x8000)}`;
    const edits = (pdu: PduEdit['pdu']) => [one({ inject: { at: 'authenticated', tlv: large } }, pdu, { nth: 1 })];
    for (const of of ['bindArgument', 'bindResult'] as const) {
      const ours = of === 'bindArgument' ? edits(of) : [];
      const { bench, a, b } = judgedPair('x410-1984', ours, { b: { edits: edits('bindResult') } });
      const endings: (string | undefined)[] = [];
      a.on('associationClosed', ({ ending }) => endings.push(ending));
      a.start();
      a.submit('B', mail('one'));
      await bench.pass(10_000);
      // A result that is not sent ends the link under the caller; an argument that is not opens nothing.
      expect(endings[0]).to.equal(of === 'bindArgument' ? 'closed' : 'aborted');
      expect([a.queueTo('B').length, b.associations.length]).to.deep.equal([0, 1]);
    }
  });

  it('is counted when it is sent: whoever is out of reach was sent nothing', async () => {
    const bench = new Bench();
    let attempts = 0;
    const connect = async () => {
      attempts += 1;
      if (attempts < 3) throw new Error('out of reach');
      return bench.link(() => b);
    };
    const edits = [one(inject('authenticated'), 'bindArgument', { nth: 1 })];
    const { a, b } = pairOf(bench, { a: { edits }, ofB: { connect } });
    const foreign: number[] = [];
    b.on('messageReceived', () => foreign.push(attempts));
    const events = edited(a);
    a.start();
    a.submit('B', mail('one'));
    await bench.pass(1_500);
    expect([attempts, events.length, a.unusedEdits.length]).to.deep.equal([2, 0, 1]);
    await bench.pass(5_000);
    expect([attempts, events.length, a.unusedEdits.length, foreign]).to.deep.equal([3, 1, 0, [3]]);
  });

  it('has edits that can be meant, or there is no MTA', () => {
    const wrong: readonly (readonly [code: string, edit: object])[] = [
      ['ERR_EDIT_PATH', { inject: { at: 'message..envelope', tlv: '0500' } }],
      ['ERR_EDIT_PATH', { remove: { at: 'message.envelope.perRecipientFields[0].recipientname' } }],
      ['ERR_EDIT_PATH', { remove: { at: 'probe.traceInformation' } }],
      ['ERR_EDIT_PATH', { remove: { at: 'message.content.subject' } }],
      ['ERR_EDIT_OCTETS', { inject: { at: 'message', tlv: '050' } }],
      ['ERR_EDIT', { rewrite: { form: 'der' } }],
      ['ERR_EDIT', { splice: { at: 'message', from: -1 } }],
      ['ERR_EDIT', { forget: { at: 'message' } }],
      ['ERR_EDIT', {}],
    ];
    for (const [code, edit] of wrong) {
      expect(() => judgedPair('normal', [one(edit as Edit)]), JSON.stringify(edit))
        .to.throw()
        .with.property('code', code);
    }
    for (const [slip, hint] of [
      ['message.envelope.contentIdentifer', 'did you mean contentIdentifier? it has messageIdentifier, '],
      ['message.envelope.perRecipientFields.recipientName', 'it has [0], [1]'],
      ['MTS-APDU.mesage', 'did you mean message? it has message'],
    ] as const) {
      const path = (): void => checkPath('message', slip);
      expect(path).to.throw(P1specError, 'never has').with.property('hint').that.includes(hint);
    }
    for (const known of [
      'MTS-APDU.report.content.billingInformation',
      'report.content.additionalInformation.whatever[3]/#2',
      '/#0/#1.anything',
      '',
    ]) {
      expect(() => checkPath('report', known), known).to.not.throw();
    }
    expect(() => checkPath('bindError', 'MTABindError')).to.not.throw();
    for (const nth of [0, 1.5, { every: 0 }]) {
      expect(() => judgedPair('normal', [one(inject('message'), 'message', { nth })])).to.throw('nth');
    }
    expect(() => judgedPair('normal', [one(inject('message'), 'bind' as PduEdit['pdu'])])).to.throw('no PDU');
  });
});
