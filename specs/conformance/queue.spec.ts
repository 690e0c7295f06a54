import { conformanceCase, expect, group, type SeenApdu } from '../../harness/verdict/index.js';

group('QUEUE', 'What the IUT has taken responsibility for comes out, whatever one peer does', () => {
  conformanceCase(
    'P1/QUEUE/BV-001',
    {
      purpose: 'The queue to a tolerant peer drains',
      clause: 'X.411 14.3',
      role: 'initiator',
      strength: 'shall',
    },
    async ({ iut, peer }) => {
      await iut.sends(5).messages();
      await expect(iut.queueTo(peer)).to.drain({ within: '2 retry intervals' });
    },
  );

  // The founding case: KB 916986.
  conformanceCase(
    'P1/QUEUE/BV-002',
    {
      purpose: 'The queue to a peer that refuses all traffic after a routing packet drains',
      clause: 'X.411 14.3; Microsoft KB 916986',
      role: 'initiator',
      strength: 'shall',
      peers: [{ preset: 'refuse-after-routing-packet' }],
    },
    async ({ iut, peer }) => {
      await iut.sends(3).messages();
      await expect(iut.queueTo(peer)).to.drain({ within: '2 retry intervals' });
    },
  );

  conformanceCase(
    'P1/QUEUE/BV-003',
    {
      purpose: 'Mail from such a peer arrives, whether or not the queue to it drains',
      clause: 'X.411 14.3; Microsoft KB 916986',
      role: 'both',
      strength: 'shall',
      peers: [{ preset: 'refuse-after-routing-packet' }],
    },
    async ({ iut, peer, bed }) => {
      await iut.sends(2).messages();
      // Either nothing is wrong with it, or the peer has begun to refuse it.
      await bed.settles(
        () => iut.queueTo(peer).isDrained || peer.associations.some(({ outcome }) => outcome === 'refused'),
      );
      const identifiers = await peer.sends(3).messages();
      expect(await peer.hasDelivered(identifiers), 'the mail of the peer arrived').to.equal(true);
    },
  );

  conformanceCase(
    'P1/QUEUE/BV-004',
    {
      purpose: 'Mail to a tolerant peer drains while another peer refuses all traffic',
      clause: 'X.411 14.3',
      role: 'initiator',
      strength: 'shall',
      peers: [{}, { preset: 'refuse-after-routing-packet' }],
    },
    async ({ iut, peer, peers }) => {
      const refusing = peers[1] ?? peer;
      refusing.when('bind').every().then.refuse('busy');
      await iut.sends(2).messages({ to: refusing });
      await iut.sends(3).messages();
      await expect(iut.queueTo(peer)).to.drain({ within: '2 retry intervals' });
    },
  );

  conformanceCase(
    'P1/QUEUE/BV-005',
    {
      purpose: 'Every message comes out once, and none twice, where nothing goes wrong',
      clause: 'X.218 9.3.1.3',
      role: 'initiator',
      strength: 'shall',
    },
    async ({ iut, peer }) => {
      const identifiers = await iut.sends(12).messages();
      await expect(iut.queueTo(peer)).to.drain({ within: '2 retry intervals' });
      for (const identifier of identifiers) {
        expect(timesIn(peer.received, identifier), `times that ${identifier} came`).to.equal(1);
      }
    },
  );

  conformanceCase(
    'P1/QUEUE/BV-006',
    {
      purpose: 'Mail behind a refused transfer is still delivered',
      clause: 'X.411 14.3',
      role: 'initiator',
      strength: 'shall',
    },
    async ({ iut, peer }) => {
      peer.when('transfer').nth(1).then.refuse('temporaryProblem');
      const identifiers = await iut.sends(3).messages();
      await expect(iut.queueTo(peer)).to.drain({ within: '2 retry intervals' });
      const received = peer.received.map(({ identifier }) => identifier);
      expect(received).to.include.members(identifiers);
    },
  );

  conformanceCase(
    'P1/QUEUE/BV-007',
    {
      purpose: 'Messages to be relayed come out as well as those that begin at the IUT',
      clause: 'X.411 14.3',
      role: 'both',
      strength: 'shall',
      peers: [{}, {}],
    },
    async ({ iut, peer, peers, bed }) => {
      const onward = peers[1] ?? peer;
      const own = await iut.sends(2).messages({ to: onward });
      const relayed = [await peer.sendsVia(onward), await peer.sendsVia(onward), await peer.sendsVia(onward)];
      const identifiers = [...own, ...relayed];
      const out = await bed.settles(
        () => identifiers.every((identifier) => timesIn(onward.received, identifier) === 1) || undefined,
        2 * bed.retryInterval,
      );
      expect(out, 'all five messages came to the other peer, once').to.equal(true);
    },
  );

  conformanceCase(
    'P1/QUEUE/BO-001',
    {
      purpose: 'The queue drains after the peer has refused binds as busy for a while',
      clause: 'X.411 (06/1999), MTABindError',
      role: 'initiator',
      strength: 'shall',
    },
    async ({ iut, peer }) => {
      peer.when('bind').first(2).then.refuse('busy');
      await iut.sends(2).messages();
      await expect(iut.queueTo(peer)).to.drain({ within: '4 retry intervals' });
    },
  );

  conformanceCase(
    'P1/QUEUE/BO-002',
    {
      purpose: 'The queue drains after the peer has closed TCP connections without a word',
      clause: 'X.218 9.6',
      role: 'initiator',
      strength: 'shall',
    },
    async ({ iut, peer }) => {
      peer.when('bind').first(2).then.close();
      await iut.sends(2).messages();
      await expect(iut.queueTo(peer)).to.drain({ within: '4 retry intervals' });
    },
  );

  conformanceCase(
    'P1/QUEUE/BO-003',
    {
      purpose: 'A message whose acknowledgement is lost is sent again, once',
      clause: 'X.218 9.3.1.3',
      role: 'initiator',
      strength: 'shall',
    },
    async ({ iut, peer }) => {
      peer.when('transfer').nth(1).then.close();
      await iut.sends(1).messages();
      await expect(iut.queueTo(peer)).to.drain({ within: '2 retry intervals' });
      // Whatever it sent first is what the acknowledgement was lost of.
      const identifier = iut.traffic.sentByIut(peer.name)[0]?.identifier ?? '';
      expect(iut.queueTo(peer).attempts().get(identifier), 'transfers of the message').to.equal(2);
      expect(timesIn(peer.received, identifier), 'times that it was acknowledged').to.equal(1);
    },
  );

  conformanceCase(
    'P1/QUEUE/BO-004',
    {
      purpose: 'A message that the next MTA always refuses is given up, and its originator gets a non-delivery report',
      clause: 'X.411 14.3, 12.2.1.3',
      role: 'both',
      strength: 'shall',
      peers: [
        {},
        { fromIut: { retry: { maxOpenRetries: 1, openInterval: 100, maxTransferRetries: 1, transferInterval: 40 } } },
      ],
    },
    async ({ iut, peer, peers, bed }) => {
      const refusing = peers[1] ?? peer;
      refusing.when('transfer').every().then.refuse('unrecoverableProcedureError');
      const identifier = await peer.sendsVia(refusing);
      const report = await bed.settles(
        () => iut.traffic.sentByIut(peer.name).find(({ kind }) => kind === 'report'),
        4 * bed.retryInterval,
      );
      expect(report, 'a report to the originator').not.to.equal(undefined);
      const [field] = report?.decoded?.get('report', 'content', 'perRecipientFields')?.children ?? [];
      expect(field?.get('lastTraceInformation', 'reportType', 'nonDelivery'), 'a non-delivery').not.to.equal(undefined);
      const tries = iut.queueTo(refusing).attempts().get(identifier);
      await bed.pause(2 * bed.retryInterval);
      expect(iut.queueTo(refusing).attempts().get(identifier), 'tries, some time after the report').to.equal(tries);
    },
  );

  conformanceCase(
    'P1/QUEUE/BO-005',
    {
      purpose: 'The queue drains after a peer that did not answer the bind in time',
      clause: 'X.218 8.1',
      role: 'initiator',
      strength: 'shall',
      peers: [{ fromIut: { timers: { open: 400 }, retry: { openInterval: 100 } } }],
    },
    async ({ iut, peer }) => {
      peer.when('bind').nth(1).then.hold();
      await iut.sends(2).messages();
      await expect(iut.queueTo(peer)).to.drain({ within: '3 retry intervals' });
    },
  );

  conformanceCase(
    'P1/QUEUE/BO-006',
    {
      purpose: 'The queue drains after a peer that did not acknowledge a transfer in time',
      clause: 'X.218 9.3',
      role: 'initiator',
      strength: 'shall',
      peers: [{ fromIut: { timers: { transfer: 400 }, retry: { openInterval: 100, transferInterval: 50 } } }],
    },
    async ({ iut, peer }) => {
      peer.when('transfer').nth(1).then.hold();
      await iut.sends(2).messages();
      await expect(iut.queueTo(peer)).to.drain({ within: '4 retry intervals' });
    },
  );
});

function timesIn(received: readonly SeenApdu[], identifier: string): number {
  return received.filter((apdu) => apdu.identifier === identifier).length;
}
