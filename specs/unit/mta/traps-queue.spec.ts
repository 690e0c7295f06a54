import { expect } from 'chai';
import { BitString } from '../../../harness/asn1/bit-string.js';
import { encode } from '../../../harness/asn1/encode.js';
import { fromHex, toHex } from '../../../harness/ber/octets.js';
import { writeBer } from '../../../harness/ber/writer.js';
import { VirtualClock } from '../../../harness/link/clock.js';
import type { LinkEvent } from '../../../harness/link/events.js';
import { memoryPair } from '../../../harness/link/memory.js';
import { recordLink } from '../../../harness/link/recorder.js';
import { runBetween, type Side } from '../../../harness/mta/conversation.js';
import { Mta } from '../../../harness/mta/engine.js';
import type { MtaEvents } from '../../../harness/mta/events.js';
import { type Address, globalDomainIdentifier, orName } from '../../../harness/mta/names.js';
import { tolerant } from '../../../harness/mta/presets/index.js';
import type { Submission } from '../../../harness/mta/queue.js';
import { seededRandom } from '../../../harness/mta/random.js';
import { typedApdu } from '../../../harness/mta/received.js';
import { MTSAPDU } from '../../../harness/p1/mts-apdu.js';
import type { ORName } from '../../../harness/p1/or-name.js';
import { formatORName } from '../../../harness/p1/text.js';
import { ConversationJudge } from '../../../harness/rules/conversation.js';
import type { Finding } from '../../../harness/rules/finding.js';
import type { Mode } from '../../../harness/stack/association/events.js';
import { message } from '../rules/support/apdus.js';
import { appOf, ctx, ctxOf, printable, sequence } from '../rules/support/association.js';

// Defects that are the queue's: one item that holds back all others, or that comes again without end.

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const MODES = ['normal', 'x410-1988', 'x410-1984'] as const;
const here = { country: 'US', administrationDomain: ' ', privateDomain: 'Here' };
const there = { country: 'GB', administrationDomain: ' ', privateDomain: 'There' };
const alice = orName({ ...here, surname: 'Alice' });
const bob = orName({ ...there, surname: 'Bob' });
const mail = { originator: alice, recipients: [bob], text: 'x' };

interface Sides {
  readonly a?: Partial<Side>;
  readonly b?: Partial<Side>;
  readonly sink?: (event: LinkEvent) => void;
}

function begin({ a, b, sink }: Sides = {}, mode: Mode = 'normal') {
  const peer = { mode, retry: { transferInterval: 1000, openInterval: 5000, maxOpenRetries: 3 } };
  const modes = [mode];
  return runBetween(
    {
      preset: tolerant,
      name: 'A',
      domain: here,
      ...a,
      peer: { ...peer, ...a?.peer },
      options: { modes, ...a?.options },
    },
    {
      preset: tolerant,
      name: 'B',
      domain: there,
      ...b,
      peer: { ...peer, ...b?.peer },
      options: { modes, ...b?.options },
    },
    { clock: new VirtualClock(Date.UTC(2006, 7, 8)), links: 'memory', sink },
  );
}

function watch<K extends keyof MtaEvents>(mta: Mta, name: K): MtaEvents[K][] {
  const seen: MtaEvents[K][] = [];
  mta.on(name, (payload) => {
    seen.push(payload);
  });
  return seen;
}

const item = (kind: Submission['kind'], apdu: Uint8Array): Submission => ({
  kind,
  apdu,
  priority: kind === 'report' ? 'urgent' : 'normal',
  identifier: 'by hand',
  system: false,
});

const domainOf = (domain: typeof here) => globalDomainIdentifier(domain);
const traced = (domain: typeof here) => ({
  globalDomainIdentifier: domainOf(domain),
  domainSuppliedInformation: { arrivalTime: '060808000000Z', routingAction: 0, otherActions: BitString.empty },
});

/** A non-delivery report to a destination, on a message from there. */
function report(destination: ORName, more: object = {}): Submission {
  const apdu = encode(MTSAPDU, {
    report: {
      envelope: {
        reportIdentifier: { globalDomainIdentifier: domainOf(here), localIdentifier: 'report-1' },
        reportDestinationName: destination,
        traceInformation: [traced(here)],
        extensions: [],
      },
      content: {
        subjectIdentifier: { globalDomainIdentifier: domainOf(there), localIdentifier: 'lost-1' },
        extensions: [],
        perRecipientFields: [
          {
            actualRecipientName: alice,
            originallySpecifiedRecipientNumber: 1,
            perRecipientIndicators: BitString.atLeast(8, 0, 2, 4),
            lastTraceInformation: {
              arrivalTime: '060808000000Z',
              reportType: { nonDelivery: { nonDeliveryReasonCode: 1, nonDeliveryDiagnosticCode: 0 } },
            },
            extensions: [],
          },
        ],
        ...more,
      },
    },
  });
  return item('report', apdu);
}

const kinds = (arrivals: readonly { readonly apdu: { readonly kind: string | undefined } }[]) =>
  arrivals.map(({ apdu }) => apdu.kind);

for (const mode of MODES) {
  describe(`traps of the queue in mode ${mode}`, () => {
    it('additional-information of a foreign MTA in a report holds back nothing: KB 151785', async () => {
      const both = await begin({}, mode);
      const foreign = { additionalInformation: fromHex('30060401ff020105') };
      both.a.enqueue('B', report(bob, mode === 'x410-1984' ? { billingInformation: fromHex('0402beef') } : foreign));
      both.a.submit('B', mail);
      await both.advance(MINUTE);
      expect(kinds(both.received.b)).to.deep.equal(['report', 'message']);
      expect(both.a.queueTo('B').length).to.equal(0);
    });

    it('given-name-alone: what no MTA should send holds back nothing, nor does what comes of it: KB 821177', async () => {
      const both = await begin({}, mode);
      const given = appOf(0, sequence(appOf(1, printable('US')), appOf(2, printable(' ')), ctxOf(5, ctx(1, 'Alice'))));
      both.a.enqueue('B', item('message', writeBer(message({ originator: given }))));
      both.a.submit('B', mail);
      await both.advance(MINUTE);
      expect(both.received.b.map(({ apdu }) => apdu.unparseable)).to.deep.equal([true, false]);
      expect(both.a.queueTo('B').account()).to.include({ length: 0, transferred: 2, failedTransfers: 0 });
      // None of ours is so: an address without a surname is not written.
      expect(() =>
        both.a.submit('B', {
          ...mail,
          originator: { builtInStandardAttributes: { personalName: { givenName: 'A' } } } as never,
        }),
      )
        .to.throw()
        .with.property('code', 'ERR_ENCODE');
    });

    it('undeliverable-report: taken where nobody is there for it, and given up where nobody takes it: KB 918522', async () => {
      const nobody = orName({ ...there, surname: 'Nobody' });
      const onTransfer = ({ phase, apdu }: { phase: string; apdu?: { kind: string | undefined } }) =>
        phase === 'end' && apdu?.kind === 'report'
          ? ({ do: 'exception', reason: 'unrecoverableProcedureError' } as const)
          : undefined;
      const refusing = await begin({ b: { options: { hooks: { onTransfer }, modes: [mode] } } }, mode);
      const given = watch(refusing.a, 'nonDelivered');
      refusing.a.enqueue('B', report(nobody));
      refusing.a.submit('B', mail);
      await refusing.advance(HOUR);
      // Nobody is told of it; what stood behind it is not lost: the connector counts its waits for all that waits.
      const [first, second] = given;
      expect([first?.item.kind, first?.report, second?.report?.kind]).to.deep.equal(['report', undefined, 'report']);
      expect(refusing.a.queueTo('B').length + refusing.b.queueTo('A').length).to.equal(0);

      const taking = await begin({}, mode);
      taking.a.enqueue('B', report(nobody));
      taking.a.submit('B', mail);
      await taking.advance(MINUTE);
      expect(kinds(taking.received.b)).to.deep.equal(['report', 'message']);
      expect(taking.b.queueTo('A').length).to.equal(0);
    });

    it('looping-report: comes to rest, and nothing is made of it: KB 932894', async () => {
      const route = (to: string) => ({ options: { route: () => to, modes: [mode] } });
      const both = await begin({ a: route('B'), b: route('A') }, mode);
      both.a.enqueue('B', report(orName({ ...there, privateDomain: 'Elsewhere', surname: 'X' })));
      await both.advance(HOUR);
      expect([both.received.a.length, both.received.b.length]).to.deep.equal([1, 1]);
      expect(both.a.queueTo('B').length + both.b.queueTo('A').length).to.equal(0);
      expect(both.a.queueTo('B').account().transferred).to.equal(1);
    });

    it('a domain is known in a trace whatever its case: X.402 18.3', async () => {
      const shouting = { country: 'us', administrationDomain: ' ', privateDomain: 'HERE' };
      const both = await begin(
        {
          a: { options: { route: () => 'B', modes: [mode] } },
          b: { domain: shouting, options: { route: () => 'A', modes: [mode] } },
        },
        mode,
      );
      both.a.submit('B', mail);
      await both.advance(HOUR);
      expect([kinds(both.received.b), kinds(both.received.a)]).to.deep.equal([['message'], ['report']]);
    });

    it('unacceptable-dialogue-mode: who asks a monologue for turns is told so, keeps its mail, and may ask again', async () => {
      let takesTurns = false;
      const onSession = ({ dialogueMode }: { dialogueMode: string }) =>
        dialogueMode === 'twa' && !takesTurns
          ? ({ do: 'refuse', error: 'unacceptableDialogueMode' } as const)
          : undefined;
      const both = await begin(
        { a: { peer: { dialogueMode: 'twa' } }, b: { options: { hooks: { onSession }, modes: [mode] } } },
        mode,
      );
      const refused = watch(both.a, 'bindRefused');
      const closed = watch(both.a, 'associationClosed');
      both.a.submit('B', mail);
      await both.advance(1000);
      // X.410 has no bind error: RTSE's reason 3 says the same.
      const error = mode === 'normal' ? 'unacceptableDialogueMode' : undefined;
      expect(refused).to.have.lengthOf(1);
      expect(refused[0]).to.include({ by: 'peer', error });
      if (mode !== 'normal') expect(closed[0]?.detail).to.equal('rtse, reason 3');
      expect(both.a.queueTo('B').account()).to.include({ length: 1, state: 'retry' });
      takesTurns = true;
      await both.advance(MINUTE);
      expect(kinds(both.received.b)).to.deep.equal(['message']);
    });

    it('crossing-opens: two associations, on which everything passes', async () => {
      const both = await begin({}, mode);
      const opened = watch(both.a, 'associationOpened');
      both.a.submit('B', mail);
      both.b.submit('A', { ...mail, originator: bob, recipients: [alice] });
      await both.advance(MINUTE);
      expect(opened.map(({ role }) => role)).to.have.members(['initiator', 'responder']);
      expect([kinds(both.received.a), kinds(both.received.b)]).to.deep.equal([['message'], ['message']]);
      await both.stop();
      expect(both.a.associations.length + both.b.associations.length).to.equal(0);
    });

    it('acknowledged-before-commit: nothing is on the link before the APDU is kept', async () => {
      const clock = new VirtualClock(Date.UTC(2006, 7, 8));
      const seen: string[] = [];
      const b = new Mta({
        name: 'B',
        preset: tolerant,
        domain: there,
        clock,
        random: seededRandom(2),
        modes: [mode],
        peers: [{ name: 'A' }],
      });
      const sink = (event: LinkEvent) => {
        if (event.kind !== 'data' || event.direction !== 'r2i') return;
        if (toHex(event.octets).includes('02002a032a01')) seen.push('acknowledged');
      };
      const connect = async () => {
        const pair = memoryPair({ initiator: 'A', responder: 'B' });
        b.accept(recordLink(pair.responder, { connection: 0, clock, sink }));
        return pair.initiator;
      };
      const a = new Mta({
        name: 'A',
        preset: tolerant,
        domain: here,
        clock,
        random: seededRandom(1),
        peers: [{ name: 'B', connect, mode }],
      });
      b.on('messageReceived', () => seen.push('kept'));
      a.on('messageTransferred', () => seen.push('let go'));
      a.start();
      b.start();
      a.submit('B', mail);
      a.submit('B', mail);
      await clock.advanceToAsync(clock.now() + 1000);
      expect(seen).to.deep.equal(['kept', 'acknowledged', 'let go', 'kept', 'acknowledged', 'let go']);
      a.kill();
      b.kill();
    });
  });
}

describe('the trap common-name-in-1984', () => {
  const withCommonName: Address = { ...there, surname: 'Bob', commonName: 'Robert in the post room' };

  it('is not left in what goes to an MTA of 1984: KB 232656', async () => {
    const judge = new ConversationJudge();
    const findings: Finding[] = [];
    const both = await begin({ sink: (event) => findings.push(...judge.push(event)) }, 'x410-1984');
    const told = watch(both.a, 'downgraded');
    both.a.submit('B', { ...mail, recipients: [orName(withCommonName)] });
    await both.advance(MINUTE);
    const [arrival] = both.received.b;
    const envelope = arrival && typedApdu(arrival.apdu)?.message?.envelope;
    const [recipient] = envelope?.perRecipientFields ?? [];
    expect(recipient?.recipientName.extensionAttributes).to.equal(undefined);
    expect(recipient && formatORName(recipient.recipientName)).to.contain('DDA:Common=Robert');
    expect(told).to.have.lengthOf(1);
    expect([...findings, ...judge.end()]).to.deep.equal([]);
  });

  it('whom nothing else names is not reached, and holds back nothing', async () => {
    const both = await begin({}, 'x410-1984');
    const given = watch(both.a, 'nonDelivered');
    both.a.submit('B', { ...mail, recipients: [orName({ directoryName: [['CN', 'Robert']] })] });
    both.a.submit('B', mail);
    await both.advance(MINUTE);
    both.a.enqueue('B', report(orName({ directoryName: [['CN', 'Robert']] })));
    both.a.submit('B', mail);
    await both.advance(MINUTE);
    expect(given.map(({ item: { kind } }) => kind)).to.deep.equal(['message', 'report']);
    expect(kinds(both.received.b)).to.deep.equal(['message', 'message']);
  });
});
