import { writeBer } from '../../harness/ber/writer.js';
import type { CaseFinding } from '../../harness/verdict/index.js';
import { ConformanceFailure, conformanceCase, expect, group, Inconclusive } from '../../harness/verdict/index.js';
import { foreignElement } from './support/deviations.js';
import { openAnswer } from './support/session.js';

const ofBind = ({ path }: CaseFinding) => path.startsWith('MTABind');
const ofTransfer = ({ path }: CaseFinding) => path.startsWith('MTS-APDU');

group('ROUTE', 'What is sent to a foreign MTA carries no proprietary routing data', () => {
  // KB 281744: the bind request is where the marker travelled.
  conformanceCase(
    'P1/ROUTE/BV-001',
    {
      purpose: 'The bind argument that the IUT sends holds only what X.411 defines',
      clause: 'X.411 (06/1999), MTABindArgument',
      role: 'initiator',
      strength: 'shall',
    },
    async ({ iut, peer }) => {
      const association = await iut.opensAssociationTo(peer);
      expect(association.part(ofBind)).to.carryNoProprietaryRoutingData();
    },
  );

  conformanceCase(
    'P1/ROUTE/BV-002',
    {
      purpose: 'The PDUs that carry the bind argument (CR, CONNECT, CP, AARQ, RTORQ) hold nothing foreign',
      clause: 'X.419, id-ac-mts-transfer; X.227 7.1; X.226 8.2; X.225 8.3.1',
      role: 'initiator',
      strength: 'shall',
    },
    async ({ iut, peer }) => {
      const association = await iut.opensAssociationTo(peer);
      expect(
        association.part((finding) => !ofBind(finding) && !ofTransfer(finding)),
      ).to.carryNoProprietaryRoutingData();
    },
  );

  conformanceCase(
    'P1/ROUTE/BV-003',
    {
      purpose: 'The messages that the IUT transfers carry no proprietary routing data',
      clause: 'X.411 (06/1999), MTS-APDU',
      role: 'initiator',
      strength: 'shall',
    },
    async ({ iut, peer, bed }) => {
      const identifiers = await iut.sends(2).messages();
      await bed.until('the IUT transfers its messages', () =>
        identifiers.every((each) => identifiersTo(peer.received).has(each)),
      );
      expect(iut.traffic.part(ofTransfer)).to.carryNoProprietaryRoutingData();
    },
  );

  // KB 916986: the queue fills with routing packets.
  conformanceCase(
    'P1/ROUTE/BV-004',
    {
      purpose: 'The IUT sends a foreign MTA no message of its own that holds its link state table',
      clause: 'X.411 (06/1999), MTS-APDU; Microsoft KB 916986',
      role: 'initiator',
      strength: 'shall',
    },
    async ({ iut, peer, bed }) => {
      const identifiers = await iut.sends(1).messages();
      await bed.until('the IUT transfers its message', () => identifiersTo(peer.received).has(identifiers[0] ?? ''));
      await bed.settles(() => iut.queueTo(peer).isDrained);
      const own = iut.traffic.sentByIut(peer.name).filter(({ identifier }) => !identifiers.includes(identifier ?? ''));
      if (own.length === 0) return;
      throw new ConformanceFailure({
        requirement: "Only mail, probes and reports go to a foreign MTA, no routing packets of the IUT's own kind",
        expected: `one message, ${identifiers[0]}`,
        actual: `${own.length} more: ${own.map(({ identifier }) => identifier).join(', ')}`,
        findings: iut.traffic.findings().filter((finding) => ofTransfer(finding) && finding.tier !== 3),
      });
    },
  );

  conformanceCase(
    'P1/ROUTE/BV-005',
    {
      purpose: 'As responder the IUT answers a bind (CC, ACCEPT, CPA, AARE, RTOAC, bind result) with nothing foreign',
      clause: 'X.411 (06/1999), MTABindResult; X.227 7.1; X.226 8.2',
      role: 'responder',
      strength: 'shall',
    },
    async ({ peer }) => {
      const association = await peer.opensAssociation();
      expect(association.isBound, 'the bind is accepted').to.equal(true);
      expect(association).to.carryNoProprietaryRoutingData();
    },
  );

  // KB 281744: Exchange 2000 took a peer that echoed its marker for one of its kind.
  conformanceCase(
    'P1/ROUTE/BV-006',
    {
      purpose: 'A peer whose answer to the bind holds an element that nobody defined gets no routing data either',
      clause: 'X.411 (06/1999), MTS-APDU; Microsoft KB 281744',
      role: 'initiator',
      strength: 'shall',
      peers: [{ toIut: { deviations: { rtseElements: [foreignElement()] } } }],
      deliberateErrors: ['the peer: RTOAC holds an element [9] that X.228 does not define'],
    },
    async ({ iut, peer, bed }) => {
      const identifiers = await iut.sends(1).messages();
      await bed.until('the IUT transfers its message', () => identifiersTo(peer.received).has(identifiers[0] ?? ''));
      const answers = peer.associations.map((each) => openAnswer(each)?.element.toBytes() ?? []);
      const isMarked = answers.some((octets) => Buffer.from(octets).includes(Buffer.from(writeBer(foreignElement()))));
      if (!isMarked) throw new Inconclusive("the peer's answer did not hold the element");
      expect(iut.traffic).to.carryNoProprietaryRoutingData();
    },
  );

  conformanceCase(
    'P1/ROUTE/BV-007',
    {
      purpose: 'From connection to release of an association without trouble the IUT sends nothing foreign',
      clause: 'X.227 7.2; X.225 8.3.6; X.411 (06/1999), MTS-APDU',
      role: 'initiator',
      strength: 'shall',
    },
    async ({ iut, peer, bed }) => {
      const association = await iut.opensAssociationTo(peer);
      await bed.until('the IUT releases the association', () => association.outcome === 'released');
      expect(iut.traffic).to.carryNoProprietaryRoutingData();
    },
  );

  conformanceCase(
    'P1/ROUTE/BV-008',
    {
      purpose: 'The report that the IUT sends on a message holds only what X.411 defines',
      clause: 'X.411 (06/1999), ReportTransferEnvelope, ReportTransferContent',
      role: 'both',
      strength: 'shall',
    },
    async ({ iut, peer, bed }) => {
      await peer.sends(1).messages({ reports: true });
      await bed.until('the IUT sends a report', () =>
        iut.traffic.sentByIut(peer.name).some(({ kind }) => kind === 'report'),
      );
      expect(iut.traffic.part(({ path }) => path.startsWith('MTS-APDU.report'))).to.carryNoProprietaryRoutingData();
    },
  );

  conformanceCase(
    'P1/ROUTE/BV-009',
    {
      purpose: 'A message that the IUT relays leaves it with nothing foreign added',
      clause: 'X.411 14.3',
      role: 'both',
      strength: 'shall',
      peers: [{}, {}],
    },
    async ({ iut, peer, peers, bed }) => {
      const onward = peers[1] ?? peer;
      const identifier = await peer.sendsVia(onward);
      await bed.until('the IUT relays the message', () => identifiersTo(onward.received).has(identifier));
      expect(iut.traffic.part(ofTransfer)).to.carryNoProprietaryRoutingData();
    },
  );

  conformanceCase(
    'P1/ROUTE/BV-010',
    {
      purpose: 'A second association to the same peer is as free of proprietary data as the first',
      clause: 'X.411 (06/1999), MTABindArgument, MTS-APDU',
      role: 'initiator',
      strength: 'shall',
    },
    async ({ iut, peer, bed }) => {
      const first = await iut.opensAssociationTo(peer);
      await bed.until('the IUT releases the first association', () => first.outcome !== undefined);
      const second = await iut.opensAssociationTo(peer);
      await bed.until('the IUT releases the second association', () => second.outcome !== undefined);
      expect(second).to.carryNoProprietaryRoutingData();
    },
  );

  conformanceCase(
    'P1/ROUTE/BI-001',
    {
      purpose: 'When its bind is refused the IUT sends no proprietary data on the attempts that follow either',
      clause: 'X.411 (06/1999), MTABindError',
      role: 'initiator',
      strength: 'shall',
    },
    async ({ iut, peer, bed }) => {
      peer.when('bind').nth(1).then.refuse('busy');
      await iut.sends(1).messages();
      await bed.until(
        'the IUT binds again',
        () => peer.associations.filter(({ isBound }) => isBound).length > 0,
        2 * bed.retryInterval,
      );
      expect(iut.traffic.part(ofBind)).to.carryNoProprietaryRoutingData();
    },
  );
});

function identifiersTo(received: readonly { readonly identifier: string | undefined }[]): Set<string> {
  return new Set(received.map(({ identifier }) => identifier ?? ''));
}
