import { expect } from 'chai';
import fc from 'fast-check';
import { BitString } from '../../../harness/asn1/bit-string.js';
import { encode } from '../../../harness/asn1/encode.js';
import { fromHex, Octets, toHex } from '../../../harness/ber/octets.js';
import { VirtualClock } from '../../../harness/link/clock.js';
import { type Conversation, runBetween, type Side } from '../../../harness/mta/conversation.js';
import { dispose } from '../../../harness/mta/delivery.js';
import { apduFor, type Conveyance } from '../../../harness/mta/editions.js';
import type { Mta } from '../../../harness/mta/engine.js';
import type { MtaEvents } from '../../../harness/mta/events.js';
import { MessageFactory } from '../../../harness/mta/message.js';
import { type Address, orName } from '../../../harness/mta/names.js';
import { exchange2003Sp2, tolerant } from '../../../harness/mta/presets/index.js';
import type { Submission } from '../../../harness/mta/queue.js';
import { readApdu, typedApdu } from '../../../harness/mta/received.js';
import { foreignness } from '../../../harness/mta/recognise.js';
import type { RoutingMessageOptions } from '../../../harness/mta/routing.js';
import { MTSAPDU } from '../../../harness/p1/mts-apdu.js';
import type { ORName } from '../../../harness/p1/or-name.js';
import { formatORName } from '../../../harness/p1/text.js';
import type { Mode } from '../../../harness/stack/association/events.js';
import { mtsApdu } from '../p1/arbitraries.js';
import { decodeAs, valueIn } from '../p1/support.js';

const here = { country: 'US', administrationDomain: ' ', privateDomain: 'Here' };
const there = { country: 'GB', administrationDomain: ' ', privateDomain: 'There' };
const alice = orName({ ...here, surname: 'Alice' });
const at = (address: Address): ORName => orName({ ...there, ...address });
const bob = at({ surname: 'Bob' });
/** An address of 1988 that 1984 has no form for. */
const postman: ORName = {
  ...at({ surname: 'Pat' }),
  extensionAttributes: [{ extensionAttributeType: 17, extensionAttributeValue: { printableString: 'Street 1' } }],
};

const factory = () => new MessageFactory({ domain: here, server: 'A', now: () => Date.UTC(1986, 0, 1) });
const messageTo = (...recipients: ORName[]): Submission =>
  factory().message({ originator: alice, recipients, text: 'hello' });

function transferred(conveyance: Conveyance): Conveyance & { kind: 'transfer' } {
  if (conveyance.kind === 'undeliverable') throw new Error(conveyance.cause.message);
  return conveyance;
}

const in1984 = (submission: Pick<Submission, 'apdu' | 'verbatim'>) => apduFor(submission, 'x410-1984');

/** What is sent, as 1984 reads it with nothing left over. */
function read1984(apdu: Uint8Array): MTSAPDU {
  const read = decodeAs(MTSAPDU, apdu, 1984);
  expect(read.issues).to.deep.equal([]);
  return read.decoded?.value as MTSAPDU;
}

describe('an item on an association of another edition', () => {
  it('goes as it is in the modes of 1988', () => {
    const submission = messageTo(bob, postman);
    for (const mode of ['normal', 'x410-1988', undefined] as const) {
      const conveyance = transferred(apduFor(submission, mode));
      expect(conveyance.apdu).to.equal(submission.apdu);
      expect(conveyance.leftBehind).to.deep.equal([]);
    }
  });

  it('is downgraded in 1984, to the same octets each time', () => {
    const submission = messageTo(at({ commonName: 'Gateway' }));
    const first = transferred(in1984(submission));
    expect(toHex(transferred(in1984(submission)).apdu)).to.equal(toHex(first.apdu));
    const { envelope } = read1984(first.apdu).message ?? {};
    expect(envelope?.contentType).to.deep.equal({ builtIn: 2 });
    expect(envelope?.perRecipientFields.map(({ recipientName }) => formatORName(recipientName))).to.deep.equal([
      '/C=GB/A= /P=There/DDA:Common=Gateway/',
    ]);
    expect(first).to.not.have.property('kept');
  });

  it('is left alone, octet for octet, where it is of 1984 already', () => {
    const { apdu } = transferred(in1984(messageTo(bob)));
    expect(transferred(in1984({ apdu })).apdu).to.equal(apdu);
    const oddly = encode(MTSAPDU, read1984(apdu), { edition: 1984, form: { indefinite: true } });
    expect(transferred(in1984({ apdu: oddly })).apdu).to.equal(oddly);
  });

  it('leaves behind whom it cannot reach, and keeps no responsibility for them', () => {
    const conveyance = transferred(in1984(messageTo(bob, postman)));
    expect(conveyance.leftBehind).to.have.lengthOf(1);
    const [left] = conveyance.leftBehind;
    expect(left?.fate).to.deep.equal({
      reason: 1,
      diagnostic: 47,
      supplementaryInformation: 'no 1984 form of the address: street-address',
    });
    const names = left?.subject.recipients.map(({ recipientName }) => recipientName);
    expect(names?.map(formatORName)).to.deep.equal(['/C=GB/A= /P=There/S=Pat/']);
    expect(names?.[0]?.extensionAttributes?.[0]?.extensionAttributeType).to.equal(17);
    expect(read1984(conveyance.apdu).message?.envelope.perRecipientFields).to.have.lengthOf(1);
    const kept = conveyance.kept ?? new Uint8Array(0);
    const again = transferred(in1984({ apdu: kept }));
    expect(again.leftBehind).to.deep.equal([]);
    expect(toHex(again.apdu)).to.equal(toHex(conveyance.apdu));
    const fields = typedApdu(readApdu(Octets.of(kept), 'normal'))?.message?.envelope.perRecipientFields;
    expect(fields?.map(({ perRecipientIndicators }) => perRecipientIndicators.has(0))).to.deep.equal([true, false]);
  });

  it('reaches nobody where nobody is left', () => {
    const conveyance = in1984(messageTo(postman));
    expect(conveyance.kind).to.equal('undeliverable');
    expect(conveyance.leftBehind).to.have.lengthOf(1);
    const probe = factory().probe({ originator: alice, recipients: [postman] });
    expect(in1984(probe).kind).to.equal('undeliverable');
  });

  it('is not touched where it is to provoke', () => {
    const verbatim = { ...messageTo(at({ commonName: 'Gateway' })), verbatim: true };
    expect(transferred(in1984(verbatim)).apdu).to.equal(verbatim.apdu);
    for (const apdu of ['a003 310100', 'ff', '', 'a0023100 00', 'a303040100'].map((octets) =>
      fromHex(octets.replaceAll(' ', '')),
    )) {
      expect(transferred(in1984({ apdu })).apdu).to.equal(apdu);
    }
    const foreign = fromHex(`${toHex(messageTo(bob).apdu)}0500`);
    expect(transferred(in1984({ apdu: foreign })).apdu).to.equal(foreign);
  });
});

describe('any item on an association of 1984', () => {
  it('is octets that 1984 reads with nothing left over, unless it reaches nobody', () => {
    fc.assert(
      fc.property(mtsApdu, (value) => {
        const apdu = encode(MTSAPDU, value);
        const conveyance = in1984({ apdu });
        if (conveyance.kind === 'undeliverable') {
          const responsible = conveyance.leftBehind.flatMap(({ subject }) => subject.recipients);
          for (const { perRecipientIndicators } of responsible) expect(perRecipientIndicators.has(0)).to.equal(true);
          return;
        }
        const { issues } = decodeAs(MTSAPDU, conveyance.apdu, 1984);
        expect(issues.filter(({ kind }) => kind !== 'encoding-form')).to.deep.equal([]);
        if (conveyance.kept === undefined) return;
        const again = transferred(in1984({ apdu: conveyance.kept }));
        expect(toHex(again.apdu)).to.equal(toHex(conveyance.apdu));
        expect(again.leftBehind).to.deep.equal([]);
      }),
      { numRuns: 150 },
    );
  });

  it('is never the end of the MTA, whatever its octets', () => {
    fc.assert(
      fc.property(
        mtsApdu,
        fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 4 }),
        (value, flips) => {
          const apdu = encode(MTSAPDU, value).slice();
          for (const [at, octet] of flips) apdu[at % apdu.length] = octet;
          expect(in1984({ apdu }).kind).to.be.oneOf(['transfer', 'undeliverable']);
        },
      ),
      { numRuns: 200 },
    );
  });
});

/** Every event of one name, from now on. */
function watch<K extends keyof MtaEvents>(mta: Mta, name: K): MtaEvents[K][] {
  const seen: MtaEvents[K][] = [];
  mta.on(name, (payload) => {
    seen.push(payload);
  });
  return seen;
}

function begin(a: Partial<Side> = {}, b: Partial<Side> = {}): Promise<Conversation> {
  const mode: Mode = 'x410-1984';
  return runBetween(
    { preset: tolerant, name: 'A', domain: here, peer: { mode, dialogueMode: 'twa' }, ...a },
    {
      preset: tolerant,
      name: 'B',
      domain: there,
      peer: { mode, activation: 'remote' },
      options: { modes: [mode] },
      ...b,
    },
    { clock: new VirtualClock(Date.UTC(1986, 7, 8)), links: 'memory' },
  );
}

const MINUTE = 60_000;
const octetsAt = (both: Conversation, which: 'a' | 'b') => both.received[which].map(({ apdu }) => apdu.octets);

describe('an MTA on an association of 1984', () => {
  it('sends messages, probes and reports that 1984 has all of', async () => {
    const both = await begin();
    both.a.submit('B', { originator: alice, recipients: [at({ commonName: 'Bob' })], text: 'x', reports: true });
    both.a.probe('B', { originator: alice, recipients: [bob], contentLength: 100 });
    await both.advance(MINUTE);
    expect(both.received.b.map(({ apdu }) => apdu.kind)).to.deep.equal(['message', 'probe']);
    expect(both.received.a.map(({ apdu }) => apdu.kind)).to.deep.equal(['report', 'report']);
    for (const apdu of [...octetsAt(both, 'a'), ...octetsAt(both, 'b')]) read1984(apdu);
    expect(both.a.queueTo('B').account()).to.include({ length: 0, transferred: 2, nonDelivered: 0 });
  });

  it('reports on whom it cannot reach, transfers to the others, and says what it did not tell', async () => {
    const both = await begin({ options: { route: () => undefined } });
    const given = watch(both.a, 'nonDelivered');
    const downgraded = watch(both.a, 'downgraded');
    both.a.submit('B', { originator: alice, recipients: [postman], text: 'x' });
    both.a.submit('B', { originator: alice, recipients: [bob, postman], text: 'x' });
    await both.advance(MINUTE);
    expect(given.map(({ fate, report }) => [fate, report?.kind])).to.deep.equal([
      [{ reason: 1, diagnostic: 47 }, 'report'],
    ]);
    expect(downgraded.map(({ leftBehind }) => leftBehind.length)).to.deep.equal([1]);
    expect(both.received.b).to.have.lengthOf(1);
    expect(both.a.queueTo('B').account()).to.include({ length: 0, transferred: 1, nonDelivered: 1 });
  });

  it('says it once, however often the others have to be tried', async () => {
    let refused = 0;
    const onTransfer = ({ phase }: { readonly phase: string }) => {
      if (phase !== 'end' || refused === 2) return undefined;
      refused += 1;
      return { do: 'exception', reason: 'unrecoverableProcedureError' } as const;
    };
    const options = { modes: ['x410-1984'] as const, hooks: { onTransfer } };
    const both = await begin({}, { options });
    const downgraded = watch(both.a, 'downgraded');
    both.a.submit('B', { originator: alice, recipients: [bob, postman], text: 'x' });
    await both.advance(10 * MINUTE);
    expect(both.received.b).to.have.lengthOf(1);
    expect(downgraded.map(({ leftBehind }) => leftBehind.length)).to.deep.equal([1, 0, 0]);
  });

  it('reports to the MTA that a relayed message came from, and nothing else to it', async () => {
    const route = (recipient: ORName) => (formatORName(recipient).includes('P=There') ? 'B' : undefined);
    const both = await begin({ options: { route } });
    const relayed = { ...messageTo(postman), from: 'B' };
    both.a.enqueue('B', relayed);
    await both.advance(MINUTE);
    const [only, ...more] = both.received.b;
    expect(more).to.deep.equal([]);
    const value = only && typedApdu(only.apdu);
    const [fields] = value?.report?.content.perRecipientFields ?? [];
    expect(fields?.actualRecipientName.builtInStandardAttributes.personalName?.surname).to.equal('Pat');
    // 47 is not of 1984: a report that goes there says the reason alone.
    expect(fields?.lastTraceInformation.reportType.nonDelivery).to.deep.include({ nonDeliveryReasonCode: 1 });
    expect(fields?.supplementaryInformation).to.include('street-address');
  });

  it('sends a routing packet that is still one', async () => {
    const peer = { mode: 'x410-1984', dialogueMode: 'twa' } as const;
    const both = await begin({ preset: exchange2003Sp2, peer });
    both.a.submit('B', { originator: alice, recipients: [bob], text: 'x' });
    await both.advance(MINUTE);
    const packets = both.received.b.filter(({ apdu }) => foreignness(apdu) !== undefined);
    expect(packets).to.have.lengthOf(1);
    const { envelope } = read1984(packets[0]?.apdu.octets ?? new Uint8Array(0)).message ?? {};
    expect(envelope?.contentType).to.deep.equal({ builtIn: 1 });
    const [recipient] = envelope?.perRecipientFields ?? [];
    expect(formatORName(recipient?.recipientName ?? {})).to.match(/DDA:Common=[0-9A-F]{8}-[0-9A-F-]{27}\/$/);
    const content = Buffer.from(typedApdu(packets[0]?.apdu ?? readApdu(undefined, undefined))?.message?.content ?? []);
    expect(content.subarray(0, 16).toString('hex')).to.include('06082a864886f7140501');
  });
});

describe('what Exchange sends in 1984', () => {
  it('has bilateral information where it is on, in the form that 1984 has', async () => {
    const preset = exchange2003Sp2.with({ bilateralInformation: true });
    const both = await begin({ preset, peer: { mode: 'x410-1984', dialogueMode: 'twa' } });
    both.a.submit('B', { originator: alice, recipients: [bob], text: 'x' });
    await both.advance(MINUTE);
    const messages = octetsAt(both, 'b').map((octets) => read1984(octets).message?.envelope);
    expect(messages).to.have.lengthOf(2);
    for (const envelope of messages) {
      expect(envelope?.perDomainBilateralInformation?.map(({ domain }) => domain)).to.deep.equal([
        { administrationDomainName: { printable: ' ' } },
      ]);
    }
  });
});

describe('routing packets in 1984', () => {
  const packetsWith = async (routingMessage: Partial<RoutingMessageOptions>) => {
    const preset = exchange2003Sp2.with({ routingMessage });
    const both = await begin({ preset, peer: { mode: 'x410-1984', dialogueMode: 'twa' } });
    const given = watch(both.a, 'nonDelivered');
    both.a.submit('B', { originator: alice, recipients: [bob], text: 'x' });
    await both.advance(MINUTE);
    const packets = both.received.b.filter(({ apdu }) => foreignness(apdu) !== undefined);
    return { packets: packets.map(({ apdu }) => read1984(apdu.octets)), given, received: both.received.b };
  };

  it('keep a domain-defined attribute, and a content type that has a number', async () => {
    const { packets } = await packetsWith({ recipientForm: 'dda', contentType: 'unidentified' });
    const [envelope] = packets.map((packet) => packet.message?.envelope);
    expect(envelope?.contentType).to.deep.equal({ builtIn: 0 });
    expect(envelope?.perRecipientFields.map(({ recipientName }) => formatORName(recipientName))[0]).to.match(
      /DDA:MSXCHNGE=/,
    );
  });

  it('do not go where they have a directory name alone; mail behind them does, and nobody is told', async () => {
    const { packets, given, received } = await packetsWith({ recipientForm: 'dn' });
    expect(packets).to.deep.equal([]);
    expect(given.map(({ item, report }) => [item.system, report])).to.deep.equal([[true, undefined]]);
    expect(received).to.have.lengthOf(1);
  });
});

describe('a relay between editions', () => {
  /** What A, which has taken it over in one mode, sends to B in another. */
  async function relay(from: Mode, to: Mode, apdu: Uint8Array): Promise<Uint8Array> {
    const both = await begin(
      { peer: { mode: to } },
      { peer: { mode: to, activation: 'remote' }, options: { modes: [to] } },
    );
    const value = typedApdu(readApdu(Octets.of(apdu), from));
    if (value === undefined) throw new Error('it cannot be read');
    for (const { submission } of dispose(value, () => 'B', factory().traceElement(0)).relayed) {
      both.a.enqueue('B', submission);
    }
    await both.advance(MINUTE);
    const [octets = new Uint8Array(0), ...more] = octetsAt(both, 'b');
    expect(more).to.deep.equal([]);
    return octets;
  }

  const domain = { countryName: { iso3166Alpha2Code: 'FR' }, administrationDomainName: { printable: 'atlas' } };
  const arrived = { arrivalTime: '860101120000+0100', routingAction: 0, otherActions: BitString.empty };
  const element = { globalDomainIdentifier: domain, domainSuppliedInformation: arrived };
  const report = (billing: object): MTSAPDU => ({
    report: {
      envelope: {
        reportIdentifier: { globalDomainIdentifier: domain, localIdentifier: 'r-1' },
        reportDestinationName: bob,
        traceInformation: [element],
        extensions: [],
      },
      content: {
        subjectIdentifier: { globalDomainIdentifier: domain, localIdentifier: 'm-1' },
        extensions: [],
        perRecipientFields: [
          {
            actualRecipientName: alice,
            originallySpecifiedRecipientNumber: 1,
            perRecipientIndicators: BitString.atLeast(8, 1, 3),
            lastTraceInformation: {
              arrivalTime: '8601011200Z',
              reportType: { nonDelivery: { nonDeliveryReasonCode: 1, nonDeliveryDiagnosticCode: 0 } },
            },
            extensions: [],
          },
        ],
        ...billing,
      },
    },
  });

  it('tells 1988 all that 1984 told, identifiers and trace to the octet', async () => {
    const billing = { billingInformation: fromHex('0402beef') };
    const given = encode(MTSAPDU, report(billing), { edition: 1984 });
    const read = decodeAs(MTSAPDU, await relay('x410-1984', 'normal', given));
    expect(read.issues).to.deep.equal([]);
    const { content, envelope } = valueIn<MTSAPDU>(read).report ?? {};
    expect(content?.additionalInformation).to.deep.equal(billing.billingInformation);
    expect(envelope?.traceInformation).to.have.lengthOf(2);
    const before = decodeAs(MTSAPDU, given, 1984).decoded;
    for (const path of [
      ['report', 'envelope', 'reportIdentifier'],
      ['report', 'content', 'subjectIdentifier'],
      ['report', 'envelope', 'traceInformation', '[0]'],
    ]) {
      const sent = before?.get(...path)?.element.toBytes();
      expect(sent, path.join('.')).to.not.equal(undefined);
      expect(read.decoded?.get(...path)?.element.toBytes()).to.deep.equal(sent);
    }
  });

  it('keeps what 1984 alone has from 1988, where it would be foreign', async () => {
    const { message } = read1984(transferred(in1984(messageTo(bob))).apdu);
    const capabilities = {
      builtInEncodedInformationTypes: BitString.of(4),
      g3Facsimile: BitString.empty,
      presentationCapabilities: [fromHex('0500')],
    };
    const envelope = {
      ...message?.envelope,
      originalEncodedInformationTypes: capabilities,
      traceInformation: [element],
    };
    const given = encode(MTSAPDU, { message: { ...message, envelope } }, { edition: 1984 });
    expect(decodeAs(MTSAPDU, given, 1988).issues).to.have.lengthOf(1);
    expect(decodeAs(MTSAPDU, await relay('x410-1984', 'normal', given)).issues).to.deep.equal([]);
  });

  it('tells 1984 what it can of 1988', async () => {
    const sent = await relay('normal', 'x410-1984', encode(MTSAPDU, report({ contentType: { builtIn: 22 } })));
    const { content } = read1984(sent).report ?? {};
    expect(content?.contentType).to.equal(undefined);
    expect(content?.subjectIdentifier.localIdentifier).to.equal('m-1');
  });
});
