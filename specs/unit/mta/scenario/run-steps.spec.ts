import { expect } from 'chai';
import { P1specError } from '../../../../harness/ber/error.js';
import { Octets } from '../../../../harness/ber/octets.js';
import type { QueuedItem } from '../../../../harness/mta/queue.js';
import { readApdu, recipientsOf, typedApdu } from '../../../../harness/mta/received.js';
import { subjectOf } from '../../../../harness/mta/subject.js';
import { formatORName } from '../../../../harness/p1/text.js';
import type { Finding } from '../../../../harness/rules/finding.js';
import { FakeStage, play } from './support/fake-stage.js';

const read = ({ apdu }: QueuedItem) => readApdu(Octets.of(apdu), undefined);
const subjects = (items: readonly QueuedItem[]) => items.map((item) => subjectOf(read(item)));

function recipients(item: QueuedItem | undefined): string[] {
  const value = item && typedApdu(read(item));
  return value === undefined ? [] : recipientsOf(value).map((each) => formatORName(each));
}

function items(stage: FakeStage, at: string, to: string): QueuedItem[] {
  return stage.actor(at).mta.queueTo(to).items();
}

describe('steps of a scenario', () => {
  describe('send', () => {
    it('submits one message from a user of the MTA to a user of another', async () => {
      const stage = new FakeStage();
      expect((await play([{ send: { from: 'a', to: 'b' } }], stage)).verdict).to.equal('pass');
      const [item] = items(stage, 'a', 'b');
      expect(item).to.deep.include({ kind: 'message', priority: 'normal', system: false });
      expect(recipients(item)).to.deep.equal(['/C=XX/A= /P=B/S=User/']);
      const originator = item && typedApdu(read(item))?.message?.envelope.originatorName;
      expect(originator && formatORName(originator)).to.equal('/C=XX/A= /P=A/S=User/');
    });

    it('numbers them, lets time pass between them, and makes them as large as asked for', async () => {
      const stage = new FakeStage();
      const send = {
        from: 'a',
        to: 'b',
        count: 3,
        every: '10 s',
        subject: 'Order {n}',
        size: 5000,
        priority: 'urgent',
      };
      const result = await play([{ send: send as { from: string; to: string } }], stage);
      expect(result.elapsed).to.equal(20_000);
      const sent = items(stage, 'a', 'b');
      expect(subjects(sent)).to.deep.equal(['Order 1', 'Order 2', 'Order 3']);
      expect(sent.map(({ queuedAt }) => queuedAt - (sent[0]?.queuedAt ?? 0))).to.deep.equal([0, 10_000, 20_000]);
      expect(sent.map(({ priority }) => priority)).to.deep.equal(['urgent', 'urgent', 'urgent']);
      for (const { apdu } of sent) expect(apdu.length).to.be.within(5000, 5500);
    });

    it('sends a copy to each neighbour, to addresses of the scenario and beyond it', async () => {
      const stage = new FakeStage(['a', 'b', 'c']);
      const links = [{ between: ['a', 'b'] }, { between: ['a', 'c'] }] as { between: [string, string] }[];
      const steps = [
        { send: { from: 'a', to: ['b', 'c'] } },
        { send: { from: 'a', recipients: ['C=XX;A= ;P=C;S=Bob'] } },
        { send: { from: 'a', recipients: ['C=GB;A= ;P=Elsewhere;S=Eve'], via: 'b' } },
      ];
      expect((await play(steps, stage, { links })).verdict).to.equal('pass');
      expect(items(stage, 'a', 'b').map((each) => recipients(each))).to.deep.equal([
        ['/C=XX/A= /P=B/S=User/'],
        ['/C=GB/A= /P=Elsewhere/S=Eve/'],
      ]);
      expect(items(stage, 'a', 'c').map((each) => recipients(each))).to.deep.equal([
        ['/C=XX/A= /P=C/S=User/'],
        ['/C=XX/A= /P=C/S=Bob/'],
      ]);
      const lost = await play([{ send: { from: 'a', recipients: ['C=GB;A= ;P=Elsewhere;S=Eve'] } }], stage, { links });
      expect(lost.steps[0]?.why).to.match(/ERR_NO_ROUTE.*via/);
    });

    it('defers, and takes content and whole APDUs as they stand', async () => {
      const stage = new FakeStage();
      const steps = [
        { send: { from: 'a', to: 'b', deferFor: '1 h' } },
        { send: { from: 'a', to: 'b', content: { type: '1.2.840.113556.4.5', octets: '31 00' } } },
        { send: { from: 'a', via: 'b', apdu: 'a0 03 02 01 05' } },
      ];
      expect((await play(steps, stage)).verdict).to.equal('pass');
      const sent = items(stage, 'a', 'b');
      const [content, verbatim, deferred] = sent;
      expect(deferred?.deferredUntil).to.equal((deferred?.queuedAt ?? 0) + 3_600_000);
      const message = content && typedApdu(read(content))?.message;
      expect(message?.envelope.contentType).to.deep.equal({ extended: '1.2.840.113556.4.5' });
      expect(Buffer.from(verbatim?.apdu ?? []).toString('hex')).to.equal('a003020105');
      expect(verbatim?.verbatim).to.equal(true);
    });

    it('says what is wrong with an address or a content type', async () => {
      const originator = await play([{ send: { from: 'a', to: 'b', originator: 'P=ALPHA' } }]);
      expect(originator.steps[0]?.why).to.match(/country/i);
      const type = await play([{ send: { from: 'a', to: 'b', content: { type: 'MDBEF', octets: '' } } }]);
      expect(type.steps[0]?.why).to.include('ERR_CONTENT_TYPE');
      const nowhere = await play([{ send: { from: 'a', apdu: 'a000' } }]);
      expect(nowhere.steps[0]?.why).to.include('ERR_NO_ROUTE');
    });
  });

  it('probe: submits probes', async () => {
    const stage = new FakeStage();
    await play([{ probe: { from: 'a', to: 'b', count: 2, contentLength: 4711 } }], stage);
    const sent = items(stage, 'a', 'b');
    expect(sent.map(({ kind }) => kind)).to.deep.equal(['probe', 'probe']);
    const [first] = sent;
    expect(first && typedApdu(read(first))?.probe?.contentLength).to.equal(4711);
  });

  describe('report', () => {
    it('is on the last message that came from there, or on an identifier', async () => {
      const stage = new FakeStage();
      await play([{ send: { from: 'b', to: 'a', subject: 'Hello' } }], stage);
      const [message] = items(stage, 'b', 'a');
      stage.at(10, () => stage.actor('a').happen('transfer', { peer: 'b' }, undefined, message && read(message)));
      const steps = [
        { wait: '1 s' },
        { report: { from: 'a', to: 'b', on: 'last', reason: 1, diagnostic: 6 } },
        { report: { from: 'a', to: 'b', on: '[/PRMD=X/ADMD= /C=GB/;local-7]' } },
      ];
      expect((await play(steps, stage)).verdict).to.equal('pass');
      const [first, second] = items(stage, 'a', 'b').map((each) => typedApdu(read(each))?.report);
      expect(message?.identifier).to.include(first?.content.subjectIdentifier.localIdentifier);
      expect(first?.content.perRecipientFields[0]?.lastTraceInformation.reportType).to.deep.include({
        nonDelivery: { nonDeliveryReasonCode: 1, nonDeliveryDiagnosticCode: 6 },
      });
      expect(second?.content.subjectIdentifier.localIdentifier).to.equal('local-7');
      expect(second?.content.perRecipientFields[0]?.lastTraceInformation.reportType).to.have.property('delivery');
    });

    it('fails where nothing came, and where the identifier is none', async () => {
      const nothing = await play([{ report: { from: 'a', to: 'b', on: 'last' } }]);
      expect(nothing.steps[0]?.why).to.include('ERR_REPORT_SUBJECT');
      const none = await play([{ report: { from: 'a', to: 'b', on: 'X;7' } }]);
      expect(none.steps[0]?.why).to.include('ERR_MTS_IDENTIFIER');
    });
  });

  describe('check', () => {
    it('a queue: its length, system messages and state', async () => {
      const stage = new FakeStage();
      const steps = [
        { send: { from: 'a', to: 'b', count: 2 } },
        { check: { at: 'a', queue: { to: 'b', length: 2, system: 0, state: 'ready' } } },
        { check: { at: 'a', queue: { to: 'b', length: { atLeast: 1, atMost: 2 } } } },
      ] as const;
      expect((await play([...steps], stage)).verdict).to.equal('pass');
      const wrong = { to: 'b', length: { atLeast: 3 }, system: 1, state: 'retry' } as const;
      const failing = await play([{ check: { at: 'a', queue: wrong } }], stage);
      expect(failing.steps[0]?.why).to.equal(
        'a: queue to b: length: 2, not at least 3; queue to b: system messages: 0, not 1; queue to b: state is ready, not retry',
      );
    });

    it('what was received: from whom, what kind, with which subject', async () => {
      const stage = new FakeStage(['a', 'b', 'c']);
      const links = [{ between: ['a', 'b'] }, { between: ['c', 'b'] }] as { between: [string, string] }[];
      stage.at(1, () => stage.actor('b').happen('messageReceived', { peer: 'a', kind: 'message', subject: 'Order 1' }));
      stage.at(2, () => stage.actor('b').happen('messageReceived', { peer: 'a', kind: 'probe' }));
      stage.at(3, () => stage.actor('b').happen('messageReceived', { peer: 'c', kind: 'message', subject: 'Order 2' }));
      stage.at(4, () => stage.actor('b').happen('reportReceived', { peer: 'c' }));
      const holding = [
        { wait: '1 s' },
        { check: { at: 'b', received: { messages: 3, reports: 1 } } },
        { check: { at: 'b', received: { from: 'c', messages: 1, reports: 1 } } },
        { check: { at: 'b', received: { subject: 'Order', messages: 2 } } },
      ];
      expect((await play(holding, stage, { links })).verdict).to.equal('pass');
      const failing = await play([{ check: { at: 'b', received: { subject: 'Order', messages: 1 } } }], stage, {
        links,
      });
      expect(failing.steps[0]?.why).to.equal("b: messages received with 'Order' in the subject: 0, not 1");
    });

    it('a counter and findings', async () => {
      const stage = new FakeStage();
      stage.actor('a').counts = { 'Queue Length': 4 };
      stage.actor('a').findings.push({ rule: 'BIND-001', tier: 1 } as Finding);
      const counter = { name: 'Queue Length', to: 'b', value: 4 };
      expect((await play([{ check: { at: 'a', counter, findings: 1 } }], stage)).verdict).to.equal('pass');
      const failing = await play([{ check: { at: 'a', counter: { ...counter, value: 5 }, findings: 0 } }], stage);
      expect(failing.steps[0]?.why).to.equal('a: Queue Length to b: 4, not 5; findings: 1, not 0');
    });

    it('waits until it holds, as long as it may', async () => {
      const check = { check: { at: 'a', counter: { name: 'Queue Length', value: 1 }, within: '1 min' } };
      for (const [when, verdict, elapsed] of [
        [30_000, 'pass', 30_000],
        [90_000, 'fail', 60_000],
      ] as const) {
        const stage = new FakeStage();
        stage.at(when, () => {
          stage.actor('a').counts = { 'Queue Length': 1 };
        });
        const result = await play([check], stage);
        expect([result.verdict, result.elapsed]).to.deep.equal([verdict, elapsed]);
      }
    });
  });

  it('queue: freezes, thaws and deletes, with a report or without', async () => {
    const stage = new FakeStage();
    stage.actor('a').mta.start();
    const steps = [
      { queue: { at: 'a', to: 'b', do: 'freeze' } },
      { send: { from: 'a', to: 'b', count: 3, subject: 'Order {n}' } },
      { check: { at: 'a', queue: { to: 'b', state: 'frozen' } } },
      { queue: { at: 'a', to: 'b', do: 'delete', where: { subject: 'Order 2' } } },
      { queue: { at: 'a', to: 'b', do: 'thaw' } },
      { check: { at: 'a', queue: { to: 'b', state: 'ready', length: 2 } } },
    ] as const;
    expect((await play([...steps], stage)).verdict).to.equal('pass');
    expect(subjects(items(stage, 'a', 'b'))).to.deep.equal(['Order 1', 'Order 3']);
    const again = await play([{ queue: { at: 'a', to: 'b', do: 'delete', where: { subject: 'Order 2' } } }], stage);
    expect(again.steps[0]?.why).to.equal('nothing like that waits at a for b');
  });

  it('association: fails where there is none', async () => {
    const result = await play([{ association: { at: 'a', with: 'b', do: 'abort' } }]);
    expect(result.steps[0]?.why).to.match(/no open association with b \[ERR_NO_ASSOCIATION\]/);
  });

  it('link: down, up, cut', async () => {
    const stage = new FakeStage();
    const between: [string, string] = ['a', 'b'];
    await play(
      (['down', 'up', 'cut'] as const).map((does) => ({ link: { between, do: does } })),
      stage,
    );
    expect(stage.links).to.deep.equal(['a b down', 'a b up', 'a b cut']);
  });

  it('linkState: as many changes as asked for', async () => {
    const stage = new FakeStage();
    await play([{ linkState: { at: 'a' } }, { linkState: { at: 'b', changes: 3 } }], stage);
    expect([stage.actor('a').done.length, stage.actor('b').done.length]).to.deep.equal([1, 3]);
  });

  it('restart: away for a time, and back as another', async () => {
    const stage = new FakeStage();
    const steps = [
      { restart: { mta: 'a', after: '5 min', preset: 'echo' } },
      { restart: { mta: 'b', how: 'kill' } },
    ] as const;
    await play([...steps], stage);
    expect(stage.actor('a').done).to.deep.equal(['stop', 'kill', 'restart echo at 300000']);
    expect(stage.actor('b').done).to.deep.equal(['kill', 'restart as it was at 300000']);
  });

  it('hotfix: applied, or refused where it has to be', async () => {
    const steps = (refused: boolean) => [{ hotfix: { mta: 'a', apply: 'kb916986', refused } }] as const;
    const error = new P1specError('ERR_HOTFIX', { message: 'it is too old' });
    for (const [hotfixError, refused, verdict] of [
      [undefined, false, 'pass'],
      [undefined, true, 'fail'],
      [error, true, 'pass'],
      [error, false, 'fail'],
      [new P1specError('ERR_UNKNOWN_PRESET', { message: 'other' }), true, 'fail'],
    ] as const) {
      const stage = new FakeStage();
      stage.actor('a').hotfixError = hotfixError;
      expect((await play([...steps(refused)], stage)).verdict, `${hotfixError?.code} ${refused}`).to.equal(verdict);
    }
  });

  it('fails at an MTA that is not there', async () => {
    const result = await play([{ never: { at: 'z', event: 'bind', for: '1 s' } }]);
    expect(result.steps[0]?.why).to.include('ERR_UNKNOWN_MTA');
  });
});
