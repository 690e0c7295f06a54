import { conformanceCase, expect } from '../../../harness/verdict/index.js';
import { comesOnce, secured } from '../support/arrival.js';
import { editsOfAccept, editsOfOpen, setMember, withoutMember } from '../support/deviations.js';
import { activities, agreed, flowOf, UNIT } from '../support/session.js';
import { emptyLast } from '../support/tpkt.js';

const LARGE = 24 * UNIT;
/** Members of RTORQ and RTOAC. */
const CHECKPOINT_SIZE = 0;
const WINDOW_SIZE = 1;
const DIALOGUE_MODE = 2;
/** Milliseconds for which a confirmation is withheld. */
const WHILE = 60;

/** Checkpoints, windows and sizes, as sender and as receiver. */
export function checkpointCases(): void {
  for (const [number, windowSize] of [
    [1, 1],
    [2, 3],
    [3, 10],
  ] as const) {
    conformanceCase(
      `P1/RTS/BV-00${number}`,
      {
        purpose: `With checkpoint size 1 and window ${windowSize} the IUT sends no more between and ahead of checkpoints`,
        clause: 'X.218 9.3; X.228 7.1.4, 7.1.5, 7.3',
        role: 'initiator',
        strength: 'shall',
        peers: [
          {
            toIut: { checkpointSize: 1, windowSize },
            fromIut: { checkpointSize: 1, windowSize },
          },
        ],
      },
      async ({ iut, peer, bed }) => {
        peer.when('checkpoint').every().then.delay(2);
        const [identifier] = await iut.sends(1).messages({ size: LARGE });
        const { association } = await secured(bed, () => peer.received, identifier);
        expect(agreed(association), 'what was agreed on').to.deep.equal({ checkpointSize: 1, windowSize });
        const { octets, largest, unconfirmed, points } = flowOf(association.spdus(), association.mode);
        expect(largest, 'the most octets without a checkpoint').to.be.within(1, UNIT);
        expect(unconfirmed, 'the most checkpoints unconfirmed').to.be.within(1, windowSize);
        expect(points, 'checkpoints').to.be.at.least(Math.ceil(octets / UNIT) - 1);
      },
    );
  }

  conformanceCase(
    'P1/RTS/BV-004',
    {
      purpose: 'Where the answer has no window size, 3 holds, though the IUT offered more',
      clause: 'X.228 7.1.5, RTOAC; Microsoft KB Q189754',
      role: 'initiator',
      strength: 'shall',
      peers: [{ fromIut: { checkpointSize: 1, windowSize: 10 } }],
    },
    async ({ iut, peer, bed }) => {
      const call = peer.drivesNext({
        checkpointSize: 1,
        on: { rtTransferStart: (_, { service }) => service.holdCheckpoints(true) },
      });
      await iut.sends(1).messages({ size: LARGE });
      const association = await call.opened();
      await association.next('rtTransferStart');
      await bed.pause(WHILE);
      association.use((service) => service.holdCheckpoints(false));
      await association.next('rtTransferIndication');
      const { unconfirmed } = flowOf(association.seen.spdus(), association.seen.mode);
      expect(unconfirmed, 'the most checkpoints unconfirmed').to.be.within(1, 3);
    },
  );

  conformanceCase(
    'P1/RTS/BV-005',
    {
      purpose: 'Where the answer has checkpoint size 0, the IUT sends no checkpoints',
      clause: 'X.228 7.1.4, RTOAC',
      role: 'initiator',
      strength: 'shall',
      peers: [{ fromIut: { checkpointSize: 1 } }],
    },
    async ({ iut, peer }) => {
      const call = peer.drivesNext({ checkpointSize: 0 });
      await iut.sends(1).messages({ size: LARGE });
      const association = await call.opened();
      const came = await association.settles('rtTransferIndication');
      expect(flowOf(association.seen.spdus(), association.seen.mode).points, 'checkpoints').to.equal(0);
      expect(came, 'the end of the transfer').not.to.equal(undefined);
    },
  );

  conformanceCase(
    'P1/RTS/BV-006',
    {
      purpose: 'As receiver the IUT takes a message with a checkpoint each 1024 octets, whatever the window',
      clause: 'X.218 9.3; X.228 7.3; X.225 7.29',
      role: 'responder',
      strength: 'shall',
      peers: [1, 3, 10].map((windowSize) => ({ toIut: { checkpointSize: 1, windowSize } })),
    },
    async ({ peers }) => {
      for (const each of peers) {
        const identifiers = await each.sends(1).messages({ size: LARGE });
        expect(await each.hasDelivered(identifiers), 'the message was taken').to.equal(true);
      }
    },
  );

  conformanceCase(
    'P1/RTS/BV-007',
    {
      purpose: 'As receiver the IUT confirms checkpoints in their order, and never one that was not sent',
      clause: 'X.225 7.30, Table A.4',
      role: 'responder',
      strength: 'shall',
      peers: [{ toIut: { checkpointSize: 1, windowSize: 3 } }],
    },
    async ({ peer }) => {
      const identifiers = await peer.sends(1).messages({ size: LARGE });
      await peer.hasDelivered(identifiers);
      const all = peer.associations.flatMap(activities);
      expect(all, 'transfers that were acknowledged').not.to.have.lengthOf(0);
      for (const { spdus } of all) {
        let [sent, confirmed] = [0, 0];
        for (const { abbreviation, serialNumber = 0 } of spdus) {
          if (abbreviation === 'MIP') sent = serialNumber;
          if (abbreviation !== 'MIA') continue;
          expect(serialNumber, 'the checkpoint confirmed').to.be.within(confirmed + 1, sent);
          confirmed = serialNumber;
        }
      }
    },
  );

  conformanceCase(
    'P1/RTS/BV-008',
    {
      purpose: 'Each transfer has an activity identifier of its own on its association',
      clause: 'X.228 7.3; X.225 8.3.29',
      role: 'initiator',
      strength: 'shall',
    },
    async ({ iut, peer, bed }) => {
      const identifiers = await iut.sends(4).messages();
      for (const identifier of identifiers) await secured(bed, () => peer.received, identifier);
      for (const association of peer.associations) {
        const starts = association.spdus('iut').filter(({ abbreviation }) => abbreviation === 'AS');
        const names = starts.map(({ activityIdentifier }) => activityIdentifier?.toHex());
        expect(new Set(names).size, 'distinct activity identifiers').to.equal(names.length);
      }
    },
  );

  conformanceCase(
    'P1/RTS/BV-009',
    {
      purpose: 'Each transfer of the peer is acknowledged once',
      clause: 'X.218 9.3; X.225 7.35',
      role: 'responder',
      strength: 'shall',
    },
    async ({ peer, bed }) => {
      const identifiers = await peer.sends(4).messages();
      expect(await peer.hasDelivered(identifiers), 'the messages were taken').to.equal(true);
      await bed.pause(WHILE);
      for (const association of peer.associations) {
        const ends = association.spdus('peer').filter(({ abbreviation }) => abbreviation === 'AE');
        const acknowledgements = association.spdus('iut').filter(({ abbreviation }) => abbreviation === 'AEA');
        expect(acknowledgements, 'acknowledgements').to.have.lengthOf(ends.length);
      }
    },
  );

  conformanceCase(
    'P1/RTS/BV-010',
    {
      purpose: 'A request without a dialogue mode is one for monologue, and its transfers are taken',
      clause: 'X.228 9, RTORQ',
      role: 'responder',
      strength: 'shall',
      peers: [{ toIut: { deviations: { rewrite: editsOfOpen(withoutMember(DIALOGUE_MODE)) } } }],
    },
    async ({ peer }) => {
      const identifiers = await peer.sends(1).messages();
      expect(await peer.hasDelivered(identifiers), 'the message was taken').to.equal(true);
    },
  );

  conformanceCase(
    'P1/RTS/BV-011',
    {
      purpose: 'A TSDU whose last TPDU is empty is taken as if it ended one TPDU earlier',
      clause: 'X.224 6.3.3; RFC 1006 6',
      role: 'responder',
      strength: 'shall',
      peers: [{}, {}],
    },
    async ({ peer, peers, bed }) => {
      const onward = peers[1] ?? peer;
      const { apdu, identifier } = peer.message({ onward });
      const association = await peer.drives({ outgoing: emptyLast });
      expect((await association.transfers(apdu))?.secured, 'the message was taken').to.equal(true);
      await comesOnce(bed, onward, identifier);
    },
  );

  for (const [number, what, member, offered, answered] of [
    [1, 'window size', WINDOW_SIZE, 2, 10],
    [2, 'checkpoint size', CHECKPOINT_SIZE, 1, 10],
  ] as const) {
    conformanceCase(
      `P1/RTS/BI-00${number}`,
      {
        purpose: `An answer with a ${what} above that of the request makes the IUT exceed its own no more than abort`,
        clause: 'X.228 7.1.4, 7.1.5, RTOAC; Microsoft KB Q189754',
        role: 'initiator',
        strength: 'shall',
        peers: [{ fromIut: { checkpointSize: 1, windowSize: 2 } }],
        deliberateErrors: [`the peer: its answer has ${what} ${answered} where ${offered} was offered`],
      },
      async ({ iut, peer, bed }) => {
        const call = peer.drivesNext({
          checkpointSize: 1,
          windowSize: 2,
          deviations: { rewrite: editsOfAccept(setMember(member, answered)) },
          on: { rtTransferStart: (_, { service }) => service.holdCheckpoints(true) },
        });
        await iut.sends(1).messages({ size: LARGE });
        const association = await call.opened();
        if ((await association.settles('rtTransferStart')) === undefined) return;
        await bed.pause(WHILE);
        association.use((service) => service.transferring === 'receiving' && service.holdCheckpoints(false));
        await association.settles('rtTransferIndication');
        const { largest, unconfirmed } = flowOf(association.seen.spdus(), association.seen.mode);
        expect(largest, 'the most octets without a checkpoint').to.be.at.most(UNIT);
        expect(unconfirmed, 'the most checkpoints unconfirmed').to.be.at.most(2);
      },
    );
  }
}
