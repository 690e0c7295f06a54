import {
  conformanceCase,
  type DrivenAssociation,
  expect,
  NotApplicable,
  type Peer,
} from '../../../harness/verdict/index.js';
import { comesOnce, copies } from '../support/arrival.js';
import { foreignElement } from '../support/deviations.js';
import { agreed, UNIT } from '../support/session.js';
import { aloneGiveTokens, noActivityStart } from '../support/tpkt.js';

const LARGE = 12 * UNIT;
/** The checkpoint whose confirmation ends the first attempt. */
const AT = 3;

type Break = (association: DrivenAssociation) => void;

/** Transfers of the peer that break off: the IUT takes nothing until it has all, and then once. */
export function receiverCases(): void {
  for (const [number, what, clause, breaksOff] of [
    [13, 'interrupts a transfer', 'X.218 9.3; X.225 7.31', ({ service }) => service.interruptTransfer()],
    [14, 'discards a transfer', 'X.218 9.3; X.225 7.33', ({ service }) => service.discardTransfer()],
    [
      15,
      'aborts the association inside a transfer',
      'X.218 9.6, 9.7',
      ({ service }) => service.abort('temporaryProblem'),
    ],
    [16, 'closes TCP inside a transfer', 'X.218 9.6', (association) => association.destroy()],
  ] as const satisfies readonly (readonly [number, string, string, Break])[]) {
    conformanceCase(
      `P1/RTS/BO-0${number}`,
      {
        purpose: `When the peer ${what} nothing of it is taken, and the message is, once, when it comes whole`,
        clause,
        role: 'responder',
        strength: 'shall',
        peers: [{}, {}],
      },
      async ({ peer, peers, bed }) => {
        const onward = peers[1] ?? peer;
        const { apdu, identifier } = peer.message({ onward, size: LARGE });
        const first = await begins(peer, apdu, breaksOff);
        expect(copies(onward, identifier), 'copies before all of it came').to.equal(0);
        const second = first.service.state === 'open' ? first : await peer.drives({ checkpointSize: 1 });
        expect((await second.transfers(apdu))?.secured, 'the whole message was taken').to.equal(true);
        await comesOnce(bed, onward, identifier);
      },
    );
  }

  conformanceCase(
    'P1/RTS/BO-017',
    {
      purpose: 'A transfer that the peer resumes is continued or refused, and the message is taken once',
      clause: 'X.228 7.8; X.225 7.30',
      role: 'responder',
      strength: 'shall',
      peers: [{}, {}],
    },
    async ({ peer, peers, bed }) => {
      const onward = peers[1] ?? peer;
      const { apdu, identifier } = peer.message({ onward, size: LARGE });
      const association = await begins(peer, apdu, ({ service }) => service.interruptTransfer());
      const resumption = association.last('rtTransferConfirm')?.resumption;
      expect(resumption, 'what it takes to resume').not.to.equal(undefined);
      const resumed = await association.transfers(apdu, { resume: resumption });
      expect(resumed, 'an end of the transfer that was resumed').not.to.equal(undefined);
      if (resumed?.secured !== true) {
        const whole = association.service.state === 'open' ? association : await peer.drives();
        expect((await whole.transfers(apdu))?.secured, 'the whole message was taken').to.equal(true);
      }
      await comesOnce(bed, onward, identifier);
    },
  );

  conformanceCase(
    'P1/RTS/BO-018',
    {
      purpose: 'An association that the peer recovers is continued or refused, and the message is taken once',
      clause: 'X.228 7.8; X.228 9, RTORQ',
      role: 'responder',
      strength: 'shall',
      peers: [{}, {}],
    },
    async ({ peer, peers, bed }) => {
      const onward = peers[1] ?? peer;
      const { apdu, identifier } = peer.message({ onward, size: LARGE });
      const lost = await begins(peer, apdu, (association) => association.destroy());
      const resumption = lost.last('rtTransferConfirm')?.resumption;
      const recovering = await peer.drives({ checkpointSize: 1, recover: lost.service.connection });
      const answer = recovering.last('rtOpenConfirm');
      expect(answer, 'an answer to the request to recover').not.to.equal(undefined);
      const resumed = answer?.accepted === true ? await recovering.transfers(apdu, { resume: resumption }) : answer;
      expect(resumed, 'an end of the transfer that was resumed').not.to.equal(undefined);
      if (resumed?.kind !== 'rtTransferConfirm' || !resumed.secured) {
        const whole = recovering.service.state === 'open' ? recovering : await peer.drives();
        expect((await whole.transfers(apdu))?.secured, 'the whole message was taken').to.equal(true);
      }
      await comesOnce(bed, onward, identifier);
    },
  );

  conformanceCase(
    'P1/RTS/BI-003',
    {
      purpose: 'GIVE TOKENS in a TSDU of its own is borne or ends the association, and other mail is taken',
      clause: 'X.225 6.3.7, A.4.3',
      role: 'responder',
      strength: 'shall',
      peers: [{}, {}],
      deliberateErrors: ['the peer: GIVE TOKENS stands in a TSDU of its own, and the SPDU behind it alone'],
    },
    async ({ peer, peers }) => {
      const onward = peers[1] ?? peer;
      const { apdu, identifier } = peer.message({ onward });
      const association = await peer.drives({ outgoing: aloneGiveTokens });
      association.begins(apdu);
      await association.settles('rtTransferConfirm');
      await othersAreTaken(peer);
      expect(copies(onward, identifier), 'copies of the message').to.be.at.most(1);
    },
  );

  conformanceCase(
    'P1/RTS/BI-004',
    {
      purpose: 'Data outside an activity ends the association and nothing of it is taken, and other mail is',
      clause: 'X.218 9.3; X.228 7.3, 7.6',
      role: 'responder',
      strength: 'shall',
      peers: [{}, {}],
      deliberateErrors: ['the peer: DATA TRANSFER without an ACTIVITY START before it'],
    },
    async ({ peer, peers }) => {
      const onward = peers[1] ?? peer;
      const { apdu, identifier } = peer.message({ onward });
      const association = await peer.drives({ outgoing: noActivityStart });
      association.begins(apdu);
      await association.settles('disconnected');
      expect(association.seen.outcome, 'the end of the association').to.equal('aborted');
      await othersAreTaken(peer);
      expect(copies(onward, identifier), 'copies of the message').to.equal(0);
    },
  );

  conformanceCase(
    'P1/RTS/BI-005',
    {
      purpose: 'An element of the request to open that RTSE does not define is ignored, and mail is taken',
      clause: 'X.228 7.1, 9, RTORQ',
      role: 'responder',
      strength: 'shall',
      peers: [{ toIut: { deviations: { rtseElements: [foreignElement()] } } }],
      deliberateErrors: ['the peer: the request to open holds an element [9] that X.228 does not define'],
    },
    async ({ peer }) => {
      const identifiers = await peer.sends(1).messages();
      expect(await peer.hasDelivered(identifiers), 'the message was taken').to.equal(true);
    },
  );
}

/** A transfer of the peer that ends at a checkpoint. */
async function begins(peer: Peer, apdu: Uint8Array, breaksOff: Break): Promise<DrivenAssociation> {
  let whole = false;
  const association = await peer.drives({
    checkpointSize: 1,
    windowSize: 1,
    on: {
      checkpointConfirm: ({ serial }, driven) => {
        if (serial < AT || whole) return;
        whole = true;
        breaksOff(driven);
      },
    },
  });
  expect(association.service.state, 'the association').to.equal('open');
  if (agreed(association.seen).checkpointSize === 0) throw new NotApplicable('the IUT agrees to no checkpoints');
  association.begins(apdu);
  const { secured } = await association.next('rtTransferConfirm');
  expect(secured, 'the transfer that broke off was taken').to.equal(false);
  return association;
}

async function othersAreTaken(peer: Peer): Promise<void> {
  const identifiers = await peer.sends(1).messages();
  expect(await peer.hasDelivered(identifiers), 'a message after that was taken').to.equal(true);
}
