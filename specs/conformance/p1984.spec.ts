import { conformanceCase, expect, group, type Peer, type SeenApdu } from '../../harness/verdict/index.js';
import { comesOnce, copies } from './support/arrival.js';

/** X.411's standard extensions for a message; the value of each is an ENUMERATED or a string. */
const CONTENT_CORRELATOR = 23;
const CONVERSION_WITH_LOSS_PROHIBITED = 4;

/** An APDU of P1-1984 has no element of 1988. */
const OF_1988 = 'ENV-016';

const modes = ['x410-1984'] as const;
/** An MTA of 1988, from which mail comes, and one of 1984. */
const peers = [{ toIut: { mode: 'x410-1988' }, fromIut: { mode: 'x410-1988' } }, {}] as const;

group('P1984', 'Between P1 of 1988 and of 1984 a message loses what 1984 does not have, or is reported on', () => {
  conformanceCase(
    'P1/P1984/BV-001',
    {
      purpose: 'A message of 1988 that the IUT relays to an MTA of 1984 has no element of 1988 any more',
      clause: 'X.419 (06/1999) Annex B',
      role: 'both',
      strength: 'shall',
      modes,
      peers,
    },
    async ({ iut, peer, peers: all, bed }) => {
      const onward = all[1] ?? peer;
      const correlator = { standardExtension: CONTENT_CORRELATOR, value: { ia5text: 'correlator' } };
      const identifier = await peer.sendsVia(onward, { extensions: [correlator] });
      await comesOnce(bed, onward, identifier);
      expect(iut.traffic.part(({ rule }) => rule === OF_1988)).to.carryNoTier(1);
      const envelope = relayed(onward, identifier)?.decoded?.get('message', 'envelope');
      expect(envelope?.get('extensions'), 'extensions').to.equal(undefined);
    },
  );

  conformanceCase(
    'P1/P1984/BV-002',
    {
      purpose: 'The common name of a recipient goes to an MTA of 1984 as the domain-defined attribute Common',
      clause: 'X.419 (06/1999) Annex B; RFC 1328 3.2',
      role: 'both',
      strength: 'should',
      modes,
      peers,
    },
    async ({ peer, peers: all, bed }) => {
      const onward = all[1] ?? peer;
      const identifier = await peer.sendsVia(onward, { commonName: 'Postmaster General' });
      await comesOnce(bed, onward, identifier);
      const fields = relayed(onward, identifier)?.decoded?.get('message', 'envelope', 'perRecipientFields')?.children;
      const name = fields?.[0]?.get('recipientName');
      expect(name?.get('extensionAttributes'), 'extension attributes').to.equal(undefined);
      const attributes = name?.get('builtInDomainDefinedAttributes')?.children ?? [];
      const said = attributes.map((each) => [each.get('type')?.primitive, each.get('value')?.primitive]);
      expect(said, 'domain-defined attributes').to.deep.equal([['Common', 'Postmaster General']]);
    },
  );

  conformanceCase(
    'P1/P1984/BI-001',
    {
      purpose: 'A message with an extension critical for transfer does not go to an MTA of 1984, but is reported on',
      clause: 'X.419 (06/1999) Annex B; X.411 (06/1999) 9.1',
      role: 'both',
      strength: 'shall',
      modes,
      peers,
    },
    async ({ iut, peer, peers: all, bed }) => {
      const onward = all[1] ?? peer;
      const prohibited = {
        standardExtension: CONVERSION_WITH_LOSS_PROHIBITED,
        value: 1,
        critical: 'forTransfer',
      } as const;
      const identifier = await peer.sendsVia(onward, { extensions: [prohibited] });
      const report = await bed.settles(
        () => iut.traffic.sentByIut(peer.name).find(({ kind }) => kind === 'report'),
        bed.retryInterval,
      );
      const [field] = report?.decoded?.get('report', 'content', 'perRecipientFields')?.children ?? [];
      const { primitive: reason } =
        field?.get('lastTraceInformation', 'reportType', 'nonDelivery', 'nonDeliveryReasonCode') ?? {};
      expect(reason, 'the reason of a non-delivery report: unable-to-transfer').to.equal(1);
      expect(copies(onward, identifier), 'copies that went to the MTA of 1984').to.equal(0);
    },
  );
});

function relayed(onward: Peer, identifier: string): SeenApdu | undefined {
  return onward.received.find((apdu) => apdu.identifier === identifier);
}
