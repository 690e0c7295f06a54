import { expect } from 'chai';
import { BitString } from '../../../harness/asn1/bit-string.js';
import { Octets } from '../../../harness/ber/octets.js';
import { VirtualClock } from '../../../harness/link/clock.js';
import { openRefusal } from '../../../harness/mta/bind.js';
import type { Fate } from '../../../harness/mta/message.js';
import { readApdu } from '../../../harness/mta/received.js';
import { MTABindError } from '../../../harness/p1/bind.js';
import { explainAbort, explainException, explainRefusal } from '../../../harness/report/reasons.js';
import { reportOutcomes, reportText } from '../../../harness/report/report-outcomes.js';
import { type Step, StepTeller, stepJson, stepLine } from '../../../harness/report/steps.js';
import { ConversationJudge } from '../../../harness/rules/conversation.js';
import { RefuseReason } from '../../../harness/stack/rtse/types.js';
import { alice, bob, factoryAt, type PeerHabit, sent } from '../mta/sending.js';

/** The steps of one sending, as they are told. */
async function steps(options: Parameters<typeof sent>[1], habit?: PeerHabit): Promise<Step[]> {
  const clock = new VirtualClock(Date.UTC(2026, 10, 23));
  const told: Step[] = [];
  const teller = new StepTeller(clock.now(), (step) => told.push(step));
  const judge = new ConversationJudge({ iut: 'r', onEvent: (event) => teller.passed(event) });
  await sent(clock, options, habit, 60_000, {
    onPassed: (event) => judge.push(event),
    onProgress: (progress) => teller.progress(progress, clock.now()),
  });
  return told;
}

const lines = (told: readonly Step[]) => told.map((step) => stepLine(step).slice(11));
const names = (told: readonly Step[]) =>
  told.flatMap(({ fields }) => (fields === undefined ? [] : [String(fields.name ?? fields.step)]));

describe('the steps of a sending', () => {
  const clock = new VirtualClock(Date.UTC(2026, 10, 23));
  const message = (text: string) => factoryAt(clock).message({ originator: alice, recipients: [bob], text });

  it('stand in the order in which they happened, in the words of show', async () => {
    const told = await steps({ submission: message('Hello'), mode: 'x410-1988' });
    expect(names(told)).to.deep.equal(
      'CR CC CN PConnect bind AC PAccept bind opened AS DT AE message AEA acknowledged FN DN released'.split(' '),
    );
    expect(lines(told)).to.include("← AC   ACCEPT  version 1, units 0249, the turn is the initiator's");
    expect(lines(told)).to.include('✓ open: mode x410-1988, session version 1, TPDUs of 2048 octets, no checkpoints');
    expect(lines(told)).to.include('✓ the peer is MTA "PEER", with a password of 2 octets');
  });

  it('sum up what there is much of, and lose none of it', async () => {
    const told = await steps({ submission: message('x'.repeat(30 * 1024)), checkpointSize: 1, windowSize: 3 });
    for (const name of ['DT', 'MIP', 'MIA']) {
      const of = told.filter(({ fields }) => fields?.name === name);
      const one = of.filter(({ fields }) => fields?.count === undefined);
      const more = of.reduce((sum, { fields }) => sum + Number(fields?.count ?? 0), 0);
      expect(one, name).to.have.lengthOf(10);
      expect(one.length + more, name).to.equal(name === 'DT' ? 31 : 30);
    }
    expect(lines(told)).to.include('→ MIP  MINOR SYNC POINT  … and 20 more, the last with serial 30');
    const order = told.map(({ fields }) => fields?.name);
    expect(order.lastIndexOf('MIP'), 'all points stand before the end').to.be.below(order.indexOf('AE'));
    expect(order.lastIndexOf('MIA')).to.be.below(order.indexOf('AEA'));
  });

  it('explain a refusal once, at its end', async () => {
    const told = await steps({ mode: 'normal' }, (event, service) => {
      if (event.kind === 'rtOpenIndication') service.refuseOpen(openRefusal('authenticationError', 'normal'));
      return event.kind === 'rtOpenIndication';
    });
    expect(lines(told).slice(-2)).to.deep.equal([
      '✗ refused by the MTA itself: MTA-bind error 2 (authenticationError)',
      '· to try: check --name, --password and --password-form against what the peer knows this MTA by',
    ]);
    const failed = told
      .filter(({ fields }) => fields?.step === 'failed')
      .map((step) => JSON.parse(stepJson(step) ?? ''));
    expect(failed).to.have.lengthOf(1);
    expect(failed[0]).to.include({ outcome: 'refused', layer: 'p1', reason: 2, name: 'authenticationError' });
  });

  it('say of an abort in the transfer that nothing is acknowledged, with its reason', async () => {
    const told = await steps({ submission: message('Hello') }, (event, service) => {
      if (event.kind === 'rtTransferIndication') service.abort('userError');
      return event.kind === 'rtTransferIndication';
    });
    expect(lines(told).at(-2)).to.match(/^✗ aborted: .*, reason 6 \(userError\); what was sent is not acknowledged$/);
  });

  it('escape what the peer says of itself', async () => {
    const teller: Step[] = [];
    new StepTeller(0, (step) => teller.push(step)).progress(
      {
        kind: 'opened',
        mode: 'normal',
        checkpointSize: 0,
        windowSize: 3,
        peer: { authenticated: true, mtaName: 'a\x1b[2J', password: undefined, foreign: [], decoded: undefined },
      },
      0,
    );
    expect(lines(teller).join('\n')).to.contain('a\\x1b[2J').and.not.contain('\x1b');
  });

  it('read reports recipient by recipient', () => {
    const factory = factoryAt(clock);
    const recipients = [
      { recipientName: bob, originallySpecifiedRecipientNumber: 1, perRecipientIndicators: BitString.atLeast(8) },
    ];
    const countryName = { iso3166Alpha2Code: 'GB' };
    const globalDomainIdentifier = { countryName, administrationDomainName: { printable: ' ' } };
    const subject = { identifier: { globalDomainIdentifier, localIdentifier: '1' }, originator: alice, recipients };
    const outcomes = (fate: Fate) =>
      reportOutcomes(readApdu(Octets.of(factory.report(subject, fate, clock.now()).apdu), 'normal'));
    const recipient = '/C=GB/A= /P=P1SPEC/S=Bob/';
    expect(outcomes({ deliveredAt: clock.now() })).to.deep.equal([{ recipient, delivered: true, at: '261123000000Z' }]);
    const refused = { delivered: false, reason: 1, diagnostic: 11, supplementaryInformation: 'sorry' } as const;
    expect(outcomes(refused)).to.deep.equal([{ recipient, ...refused }]);
    expect(reportOutcomes(readApdu(Octets.of(Uint8Array.of(5, 0)), 'normal'))).to.deep.equal([]);
    expect(
      reportText({
        recipient: '/S=Bob/',
        delivered: false,
        reason: 1,
        diagnostic: 0,
        supplementaryInformation: 'no\n',
      }),
    ).to.equal('/S=Bob/ not delivered: reason 1 (unable-to-transfer), diagnostic 0 (unrecognised-OR-name), "no\\x0a"');
  });
});

describe('reason codes in words', () => {
  it('have a name and something to try for every code that a layer has', () => {
    for (const error of Object.keys(MTABindError.named)) {
      const { name, tries } = explainRefusal('acse', undefined, error as keyof typeof MTABindError.named);
      expect([name, tries.length > 0]).to.deep.equal([error, true]);
    }
    for (const [name, reason] of Object.entries(RefuseReason.named))
      expect(explainRefusal('rtse', reason).name).to.equal(name);
    const codes = {
      cotp: [0, 1, 2, 3, 128, 129, 130, 133],
      session: [0, 1, 2, 129, 130, 131, 132, 133, 134],
      presentation: [0, 1, 2, 3, 4, 5, 6, 7],
      acse: [1, 2, 10, 14],
    };
    for (const [layer, reasons] of Object.entries(codes)) {
      for (const reason of reasons) expect(explainRefusal(layer, reason).name, `${layer} ${reason}`).to.be.a('string');
    }
    for (const reason of [0, 1, 3, 5, 6, 128]) expect(explainException(reason).name).to.be.a('string');
    for (const reason of [0, 1, 2, 3, 4, 5, 6, 7]) expect(explainAbort('rtse', reason, true).name).to.be.a('string');
  });

  it('tell a wrong T-selector from a wrong S-selector and a wrong P-selector', () => {
    expect(explainRefusal('cotp', 3).tries).to.contain('--tsel');
    expect(explainRefusal('session', 129).tries).to.contain('--ssel');
    expect(explainRefusal('presentation', 3).tries).to.contain('--psel');
  });

  it('have something to try for codes that no Recommendation has', () => {
    for (const layer of ['cotp', 'session', 'presentation', 'acse', 'rtse', 'other']) {
      const { name, tries } = explainRefusal(layer, 77);
      expect([name, tries.length > 0], layer).to.deep.equal([undefined, true]);
      expect(explainAbort(layer, 0x80, false).tries).to.not.equal('');
    }
    expect(explainException(99).name).to.equal(undefined);
  });
});
