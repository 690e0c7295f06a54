import { BitString } from '../../harness/asn1/bit-string.js';
import type { Decoded } from '../../harness/asn1/decoded.js';
import { PerRecipientIndicators } from '../../harness/p1/message.js';
import {
  conformanceCase,
  expect,
  group,
  type Iut,
  type Peer,
  type SeenApdu,
  type Testbed,
} from '../../harness/verdict/index.js';
import { secured } from './support/arrival.js';
import { activities, agreed, flowOf, number, UNIT } from './support/session.js';

const bit = PerRecipientIndicators.named;
const LARGE = 12 * UNIT;

group('XFER', 'Messages, probes and reports are transferred whole, in order, and acknowledged', () => {
  conformanceCase(
    'P1/XFER/BV-001',
    {
      purpose: 'A message comes out of the IUT with the content that it was given, octet for octet',
      clause: 'X.411 14.3',
      role: 'initiator',
      strength: 'shall',
    },
    async ({ iut, peer, bed }) => {
      const content = Uint8Array.from({ length: 3000 }, (_, i) => (i * 7) % 251);
      const [identifier] = await iut.sends(1).messages({ content });
      const message = await secured(bed, () => peer.received, identifier);
      expect(Buffer.from(message.content).equals(content), 'the content is the same').to.equal(true);
    },
  );

  conformanceCase(
    'P1/XFER/BV-002',
    {
      purpose: 'The envelope of a message has all that X.411 makes mandatory',
      clause: 'X.411 (06/1999) 12.2.1.1, MessageTransferEnvelope',
      role: 'initiator',
      strength: 'shall',
    },
    async ({ iut, peer, bed }) => {
      const [identifier] = await iut.sends(1).messages();
      const envelope = envelopeOf(await secured(bed, () => peer.received, identifier));
      for (const name of [
        'messageIdentifier',
        'originatorName',
        'contentType',
        'traceInformation',
        'perRecipientFields',
      ]) {
        expect(envelope?.get(name), name).not.to.equal(undefined);
      }
      for (const recipient of envelope?.get('perRecipientFields')?.children ?? []) {
        for (const name of ['recipientName', 'originallySpecifiedRecipientNumber', 'perRecipientIndicators']) {
          expect(recipient.get(name), name).not.to.equal(undefined);
        }
      }
    },
  );

  conformanceCase(
    'P1/XFER/BV-003',
    {
      purpose:
        'Per-recipient indicators have at least eight bits, ask the MTA for some report, and the originator for one',
      clause: 'X.411 (06/1999) 12.2.1.1, PerRecipientIndicators',
      role: 'initiator',
      strength: 'shall',
    },
    async ({ iut, peer, bed }) => {
      const [identifier] = await iut.sends(1).messages();
      const envelope = envelopeOf(await secured(bed, () => peer.received, identifier));
      const indicators = envelope
        ?.get('perRecipientFields')
        ?.children.map((each) => each.get('perRecipientIndicators'));
      expect(indicators, 'the recipients').to.have.lengthOf(1);
      for (const each of indicators ?? []) {
        const bits = each?.primitive instanceof BitString ? each.primitive : BitString.empty;
        expect(bits.length, 'the number of bits').to.be.at.least(8);
        const asksMta = bits.has(bit.originatingMTAReport) || bits.has(bit.originatingMTANonDeliveryReport);
        expect(asksMta, 'an originating-MTA report or non-delivery report is asked for').to.equal(true);
        const asksBoth = bits.has(bit.originatorReport) && bits.has(bit.originatorNonDeliveryReport);
        expect(asksBoth, 'both originator reports at once').to.equal(false);
      }
    },
  );

  conformanceCase(
    'P1/XFER/BV-004',
    {
      purpose: 'The IUT stands in the trace of a message that begins with it: its domain, a time, and what it did',
      clause: 'X.411 (06/1999), TraceInformation',
      role: 'initiator',
      strength: 'shall',
    },
    async ({ iut, peer, bed }) => {
      const [identifier] = await iut.sends(1).messages();
      const envelope = envelopeOf(await secured(bed, () => peer.received, identifier));
      const trace = envelope?.get('traceInformation')?.children ?? [];
      expect(trace, 'the trace').not.to.have.lengthOf(0);
      expect(text(trace[0]?.get('globalDomainIdentifier')), 'the first domain of the trace').to.equal(
        text(envelope?.get('messageIdentifier', 'globalDomainIdentifier')),
      );
      const supplied = trace[0]?.get('domainSuppliedInformation');
      expect(supplied?.get('arrivalTime'), 'the arrival time').not.to.equal(undefined);
      expect(supplied?.get('routingAction'), 'the routing action').not.to.equal(undefined);
    },
  );

  conformanceCase(
    'P1/XFER/BV-005',
    {
      purpose: 'A message that is relayed keeps its identifier, content and trace, and gets one element of trace more',
      clause: 'X.411 14.3, TraceInformation',
      role: 'both',
      strength: 'shall',
      peers: [{}, {}],
    },
    async ({ iut, peer, peers, bed }) => {
      const onward = peers[1] ?? peer;
      const identifier = await peer.sendsVia(onward, { size: 2000 });
      const relayed = await secured(bed, () => onward.received, identifier);
      const original = iut.traffic.sentByPeers(peer.name).find((each) => each.identifier === identifier);
      expect(Buffer.from(relayed.content).equals(original?.content ?? new Uint8Array(0)), 'the same content').to.equal(
        true,
      );
      const before = traceOf(original);
      const after = traceOf(relayed);
      expect(after.slice(0, before.length), 'the trace that was there').to.deep.equal(before);
      expect(after, 'the trace').to.have.lengthOf(before.length + 1);
    },
  );

  conformanceCase(
    'P1/XFER/BV-006',
    {
      purpose: 'A large message has a checkpoint at least every negotiated checkpoint size',
      clause: 'X.228, RTORQ; X.218 9.3',
      role: 'initiator',
      strength: 'shall',
      peers: [{ toIut: { checkpointSize: 1, windowSize: 2 } }],
    },
    async ({ iut, peer, bed }) => {
      const [identifier] = await iut.sends(1).messages({ size: LARGE });
      const message = await secured(bed, () => peer.received, identifier);
      const { checkpointSize } = agreed(message.association);
      expect(checkpointSize, 'the negotiated checkpoint size').to.equal(1);
      const { octets, largest } = flowOf(message.association.spdus(), message.association.mode);
      expect(octets, 'the octets transferred').to.be.greaterThan(LARGE);
      expect(largest, 'the most octets without a checkpoint').to.be.within(1, checkpointSize * UNIT);
    },
  );

  conformanceCase(
    'P1/XFER/BV-007',
    {
      purpose: 'The IUT never has more checkpoints unconfirmed than the negotiated window',
      clause: 'X.228, RTORQ; X.218 9.3',
      role: 'initiator',
      strength: 'shall',
      peers: [{ toIut: { checkpointSize: 1, windowSize: 2 } }],
    },
    async ({ iut, peer, bed }) => {
      peer.when('checkpoint').nth(1).then.delay(80);
      const [identifier] = await iut.sends(1).messages({ size: LARGE });
      const message = await secured(bed, () => peer.received, identifier);
      const { unconfirmed } = flowOf(message.association.spdus(), message.association.mode);
      expect(unconfirmed, 'the most unconfirmed checkpoints').to.be.within(1, agreed(message.association).windowSize);
    },
  );

  conformanceCase(
    'P1/XFER/BV-008',
    {
      purpose: 'Serial numbers begin at 1 in each activity and go up by one, the end of the activity included',
      clause: 'X.225 7.29, 7.35',
      role: 'initiator',
      strength: 'shall',
      peers: [{ toIut: { checkpointSize: 2, windowSize: 3 } }],
    },
    async ({ iut, peer, bed }) => {
      const identifiers = await iut.sends(2).messages({ size: LARGE });
      for (const identifier of identifiers) await secured(bed, () => peer.received, identifier);
      const all = peer.associations.flatMap(activities);
      expect(all.length, 'the number of transfers').to.be.at.least(identifiers.length);
      for (const { spdus } of all) {
        const serials = spdus
          .filter(({ abbreviation }) => abbreviation === 'MIP' || abbreviation === 'AE')
          .map(({ serialNumber }) => serialNumber);
        expect(serials, 'the serial numbers').to.deep.equal(serials.map((_, i) => i + 1));
      }
    },
  );

  conformanceCase(
    'P1/XFER/BV-009',
    {
      purpose: 'As receiver the IUT confirms checkpoints within the window and takes a large message whole',
      clause: 'X.218 9.3; X.225 7.29',
      role: 'responder',
      strength: 'shall',
      peers: [{ toIut: { checkpointSize: 1, windowSize: 1 } }],
    },
    async ({ iut, peer, bed }) => {
      const [identifier] = await peer.sends(1).messages({ size: LARGE });
      const message = await secured(bed, () => iut.traffic.sentByPeers(peer.name), identifier);
      const [activity] = activities(message.association);
      const points = serials(activity, 'MIP');
      expect(points, 'checkpoints of the peer').not.to.have.lengthOf(0);
      expect(serials(activity, 'MIA').at(-1), 'the last checkpoint that the IUT confirmed').to.be.at.most(
        points.length,
      );
    },
  );

  conformanceCase(
    'P1/XFER/BV-010',
    {
      purpose: 'The IUT acknowledges the end of a transfer, with its serial number, once the peer has ended it',
      clause: 'X.225 7.35; X.218 9.3',
      role: 'responder',
      strength: 'shall',
    },
    async ({ iut, peer, bed }) => {
      const [identifier] = await peer.sends(1).messages();
      const message = await secured(bed, () => iut.traffic.sentByPeers(peer.name), identifier);
      const [activity] = activities(message.association);
      const kinds = activity?.spdus.map(({ abbreviation }) => abbreviation) ?? [];
      expect(kinds.slice(-2), 'the end of the activity and its acknowledgement').to.deep.equal(['AE', 'AEA']);
      expect(serials(activity, 'AEA'), 'the serial number acknowledged').to.deep.equal(serials(activity, 'AE'));
    },
  );

  conformanceCase(
    'P1/XFER/BV-011',
    {
      purpose: 'Of what waits for the same peer the urgent goes first, the non-urgent last',
      clause: 'X.411 (06/1999), Priority',
      role: 'initiator',
      strength: 'should',
    },
    async ({ iut, peer, bed }) => {
      const last = await iut.sends(1).messages({ priority: 'nonUrgent' });
      const middle = await iut.sends(1).messages({ priority: 'normal' });
      const first = await iut.sends(1).messages({ priority: 'urgent' });
      const wanted = [...first, ...middle, ...last];
      await bed.until('all three messages come', () => secureds(peer.received, wanted).length === wanted.length);
      expect(secureds(peer.received, wanted), 'the messages in the order in which they came').to.deep.equal(wanted);
    },
  );

  conformanceCase(
    'P1/XFER/BV-012',
    {
      purpose: 'A message that asks for a delivery report gets one, about itself and its recipient',
      clause: 'X.411 (06/1999) 12.2.1.3, ReportTransferContent',
      role: 'both',
      strength: 'shall',
    },
    async ({ iut, peer, bed }) => {
      const [identifier] = await peer.sends(1).messages({ reports: true });
      const report = await reportTo(bed, iut, peer.name);
      const original = iut.traffic.sentByPeers(peer.name).find((each) => each.identifier === identifier);
      const content = report.decoded?.get('report', 'content');
      expect(text(content?.get('subjectIdentifier')), 'the subject of the report').to.equal(
        text(envelopeOf(original)?.get('messageIdentifier')),
      );
      const [field] = content?.get('perRecipientFields')?.children ?? [];
      expect(number(field?.get('originallySpecifiedRecipientNumber'), 0), 'the recipient number').to.equal(1);
      const type = field?.get('lastTraceInformation', 'reportType');
      expect(type?.get('delivery'), 'a delivery').not.to.equal(undefined);
    },
  );

  conformanceCase(
    'P1/XFER/BV-013',
    {
      purpose: 'A probe is answered by a report about it',
      clause: 'X.411 (06/1999) 12.2.1.2, 12.2.1.3',
      role: 'both',
      strength: 'shall',
    },
    async ({ iut, peer, bed }) => {
      await peer.sendsProbe();
      const report = await reportTo(bed, iut, peer.name);
      const probe = iut.traffic.sentByPeers(peer.name).find(({ kind }) => kind === 'probe');
      expect(text(report.decoded?.get('report', 'content', 'subjectIdentifier')), 'the subject of the report').to.equal(
        text(probe?.decoded?.get('probe', 'probeIdentifier')),
      );
    },
  );

  conformanceCase(
    'P1/XFER/BI-001',
    {
      purpose: 'After an APDU that cannot be read the IUT still takes a message from another peer',
      clause: 'X.411 (06/1999), MTS-APDU',
      role: 'responder',
      strength: 'shall',
      peers: [{}, {}],
      deliberateErrors: ['the peer: an MTS-APDU [0] whose SEQUENCE is empty'],
    },
    async ({ iut, peer, peers, bed }) => {
      await peer.sendsOctets(Uint8Array.of(0xa0, 0x00));
      // Taken or not: how an MTA refuses what it cannot read is its own affair.
      await bed.until('the IUT answers the APDU', () =>
        peer.associations.some(
          (each) => each.outcome !== undefined || iut.traffic.sentByPeers(peer.name).some(({ confirmed }) => confirmed),
        ),
      );
      const other = peers[1] ?? peer;
      const identifiers = await other.sends(1).messages();
      expect(await other.hasDelivered(identifiers), 'the message was taken').to.equal(true);
    },
  );

  conformanceCase(
    'P1/XFER/BO-001',
    {
      purpose: 'A message whose transfer the peer aborts is sent again',
      clause: 'X.218 9.3, 9.7',
      role: 'initiator',
      strength: 'shall',
    },
    async ({ iut, peer }) => {
      peer.when('transfer').nth(1).then.abort('temporaryProblem');
      const identifiers = await iut.sends(1).messages();
      await expect(iut.queueTo(peer)).to.drain({ within: '2 retry intervals' });
      expect(taken(peer, identifiers), 'what the peer has taken').to.deep.equal(identifiers);
    },
  );

  conformanceCase(
    'P1/XFER/BO-002',
    {
      purpose: 'A message whose transfer the peer answers with an exception is sent again',
      clause: 'X.218 9.3; X.225 7.28',
      role: 'initiator',
      strength: 'shall',
    },
    async ({ iut, peer }) => {
      peer.when('transfer').nth(1).then.refuse('temporaryProblem');
      const identifiers = await iut.sends(1).messages();
      await expect(iut.queueTo(peer)).to.drain({ within: '2 retry intervals' });
      expect(taken(peer, identifiers), 'what the peer has taken').to.deep.equal(identifiers);
    },
  );

  conformanceCase(
    'P1/XFER/BO-003',
    {
      purpose: 'A message is sent again when TCP closes in the middle of its transfer',
      clause: 'X.218 9.3, 9.6',
      role: 'initiator',
      strength: 'shall',
    },
    async ({ iut, peer }) => {
      peer.when('transferStart').nth(1).then.close();
      const identifiers = await iut.sends(1).messages({ size: LARGE });
      await expect(iut.queueTo(peer)).to.drain({ within: '2 retry intervals' });
      expect(taken(peer, identifiers), 'what the peer has taken').to.deep.equal(identifiers);
    },
  );
});

/** Those of the messages that the peer took, each as often as that happened. */
function taken(peer: Peer, identifiers: readonly string[]): string[] {
  return peer.taken.filter((identifier) => identifiers.includes(identifier));
}

/** Those of the messages that were acknowledged, in that order, each as often as that happened. */
function secureds(received: readonly SeenApdu[], identifiers: readonly string[]): string[] {
  return received.map(({ identifier = '' }) => identifier).filter((identifier) => identifiers.includes(identifier));
}

async function reportTo(bed: Testbed, iut: Iut, peer: string): Promise<SeenApdu> {
  return bed.until('the IUT sends a report', () => iut.traffic.sentByIut(peer).find(({ kind }) => kind === 'report'));
}

function serials(activity: ReturnType<typeof activities>[number] | undefined, kind: string): number[] {
  return (activity?.spdus ?? [])
    .filter(({ abbreviation }) => abbreviation === kind)
    .map(({ serialNumber }) => serialNumber ?? 0);
}

function envelopeOf(apdu: SeenApdu | undefined): Decoded | undefined {
  return apdu?.decoded?.get('message', 'envelope');
}

function traceOf(apdu: SeenApdu | undefined): string[] {
  return envelopeOf(apdu)?.get('traceInformation')?.children.map(text) ?? [];
}

/** The octets of a value, to be compared. */
function text(decoded: Decoded | undefined): string {
  return Buffer.from(decoded?.element.toBytes() ?? []).toString('hex');
}
