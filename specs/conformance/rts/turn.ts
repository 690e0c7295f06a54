import { conformanceCase, expect, Inconclusive, type SeenAssociation } from '../../../harness/verdict/index.js';
import { steps, UNIT } from '../support/session.js';

const LARGE = 6 * UNIT;
const URGENT = 1;

/** Who may transfer, and how the turn passes: two-way alternate, and monologue. */
export function turnCases(): void {
  conformanceCase(
    'P1/RTS/BV-012',
    {
      purpose: 'On a two-way alternate association that it opened the IUT gives the turn when it is asked for it',
      clause: 'X.218 9.4, 9.5; X.225 7.17, 7.18',
      role: 'initiator',
      strength: 'shall',
      peers: [{ toIut: { activation: 'remote' }, fromIut: { dialogueMode: 'twa' } }],
    },
    async ({ iut, peer }) => {
      const back = await peer.sends(1).messages();
      await iut.sends(1).messages();
      expect(await peer.hasDelivered(back), "the peer's message was taken").to.equal(true);
      const association = peer.associations.find((each) => sent(each, 'peer').includes('AS'));
      expect(association?.iutRole, 'who opened the association').to.equal('initiator');
      const order = sent(association, 'iut', 'peer').filter((name) => name === 'iut GTC' || name === 'peer AS');
      expect(order.slice(0, 2), 'the turn, and the transfer').to.deep.equal(['iut GTC', 'peer AS']);
    },
  );

  conformanceCase(
    'P1/RTS/BV-013',
    {
      purpose: 'On a two-way alternate association of the peer the IUT asks for the turn, and transfers once it has it',
      clause: 'X.218 9.3, 9.4; X.225 7.17',
      role: 'responder',
      strength: 'shall',
      peers: [{ toIut: { dialogueMode: 'twa' }, fromIut: { activation: 'remote' } }],
    },
    async ({ iut, peer }) => {
      await iut.sends(1).messages();
      await peer.sends(1).messages();
      await expect(iut.queueTo(peer)).to.drain();
      const association = peer.associations.find((each) => sent(each, 'iut').includes('AS'));
      expect(association?.iutRole, 'whose association it was').to.equal('responder');
      const order = sent(association, 'iut', 'peer').filter((name) => ['iut PT', 'peer GTC', 'iut AS'].includes(name));
      expect(order.slice(0, 3), 'how it got to transfer').to.deep.equal(['iut PT', 'peer GTC', 'iut AS']);
    },
  );

  conformanceCase(
    'P1/RTS/BV-014',
    {
      purpose:
        'A responder that has the initial turn transfers without asking, and gives the turn when it is asked for',
      clause: 'X.218 9.1, 9.4; X.225 8.3.1.11',
      role: 'responder',
      strength: 'shall',
      peers: [{ toIut: { dialogueMode: 'twa', initialTurn: 'responder' }, fromIut: { activation: 'remote' } }],
    },
    async ({ iut, peer }) => {
      await iut.sends(1).messages();
      const back = await peer.sends(1).messages();
      expect(await peer.hasDelivered(back), "the peer's message was taken").to.equal(true);
      await expect(iut.queueTo(peer)).to.drain();
      const [association] = peer.associations;
      const order = sent(association, 'iut', 'peer').filter((name) => ['iut PT', 'iut AS', 'iut GTC'].includes(name));
      expect(order.slice(0, 2), 'what the IUT did with the turn').to.deep.equal(['iut AS', 'iut GTC']);
    },
  );

  conformanceCase(
    'P1/RTS/BV-015',
    {
      purpose: 'An initiator that left the initial turn to the peer asks for it before it transfers, and to release',
      clause: 'X.218 9.2, 9.3, 9.4',
      role: 'initiator',
      strength: 'shall',
      peers: [{ toIut: { activation: 'remote' }, fromIut: { dialogueMode: 'twa', initialTurn: 'responder' } }],
    },
    async ({ iut, peer, bed }) => {
      await iut.sends(1).messages();
      await expect(iut.queueTo(peer)).to.drain();
      const [association] = peer.associations;
      await bed.settles(() => association?.outcome !== undefined);
      let turn: 'iut' | 'peer' = 'peer';
      for (const name of sent(association, 'iut', 'peer')) {
        if (name === 'peer GTC') turn = 'iut';
        if (name === 'iut GTC') turn = 'peer';
        if (name === 'iut AS' || name === 'iut FN') expect(turn, `who had the turn at ${name}`).to.equal('iut');
      }
      expect(association?.outcome, 'the end of the association').to.equal('released');
    },
  );

  conformanceCase(
    'P1/RTS/BV-016',
    {
      purpose: 'The IUT releases no association while a transfer is under way on it, nor without the turn',
      clause: 'X.218 9.2; X.225 7.7',
      role: 'initiator',
      strength: 'shall',
      peers: [{ toIut: { activation: 'remote' }, fromIut: { dialogueMode: 'twa', checkpointSize: 1 } }],
    },
    async ({ iut, peer, bed }) => {
      peer.when('checkpoint').every().then.delay(20);
      const back = await peer.sends(2).messages({ size: LARGE });
      await iut.sends(2).messages({ size: LARGE });
      await expect(iut.queueTo(peer)).to.drain();
      expect(await peer.hasDelivered(back), "the peer's messages were taken").to.equal(true);
      const [association] = peer.associations;
      await bed.settles(() => association?.outcome !== undefined);
      let underWay = false;
      for (const name of sent(association, 'iut', 'peer')) {
        if (name.endsWith(' AS') || name.endsWith(' AR')) underWay = true;
        if (/ (AEA|AIA|ADA)$/.test(name)) underWay = false;
        if (name === 'iut FN') expect(underWay, 'a transfer under way at FINISH').to.equal(false);
      }
      expect(association?.outcome, 'the end of the association').to.equal('released');
    },
  );

  conformanceCase(
    'P1/RTS/BO-001',
    {
      purpose: 'Asked for the turn inside its transfer, the IUT ends the transfer first, and then gives the turn',
      clause: 'X.218 9.4; X.225 7.17',
      role: 'initiator',
      strength: 'shall',
      peers: [{ toIut: { activation: 'remote' }, fromIut: { dialogueMode: 'twa', checkpointSize: 1 } }],
    },
    async ({ iut, peer }) => {
      const call = peer.drivesNext({
        checkpointSize: 1,
        on: { checkpointIndication: ({ serial }, { service }) => serial === 1 && service.turnPlease(URGENT) },
      });
      await iut.sends(1).messages({ size: LARGE });
      const association = await call.opened();
      await association.next('rtTransferIndication');
      if (association.last('checkpointIndication') === undefined) throw new Inconclusive('the IUT sent no checkpoint');
      expect(await association.settles('rtTurnGiveIndication'), 'the turn').not.to.equal(undefined);
      const order = sent(association.seen, 'iut', 'peer').filter((name) => /(AE|AEA|GTC)$/.test(name));
      expect(order.slice(0, 3), 'the end of the transfer, and the turn').to.deep.equal([
        'iut AE',
        'peer AEA',
        'iut GTC',
      ]);
    },
  );

  conformanceCase(
    'P1/RTS/BO-002',
    {
      purpose: 'While the peer keeps the turn to itself the IUT transfers nothing on that association',
      clause: 'X.218 9.3, 9.4',
      role: 'responder',
      strength: 'shall',
      peers: [{ toIut: { dialogueMode: 'twa' }, fromIut: { activation: 'remote' } }],
    },
    async ({ iut, peer, bed }) => {
      peer.when('turn').every().then.hold();
      await iut.sends(1).messages();
      const identifiers = await peer.sends(2).messages();
      expect(await peer.hasDelivered(identifiers), "the peer's messages were taken").to.equal(true);
      await bed.pause(100);
      for (const association of peer.associations) {
        expect(sent(association, 'iut'), 'what the IUT sent').not.to.include('AS');
        expect(association.outcome, 'the end of the association').not.to.equal('aborted');
      }
    },
  );
}

/** What was sent, by the abbreviations of X.225: of one side `AS`, of both `iut AS`. */
function sent(association: SeenAssociation | undefined, ...senders: ('iut' | 'peer')[]): string[] {
  if (association === undefined) return [];
  return steps(association)
    .filter(({ sender }) => senders.includes(sender))
    .map(({ sender, spdu }) => (senders.length === 1 ? spdu.abbreviation : `${sender} ${spdu.abbreviation}`));
}
