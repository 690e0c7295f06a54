import type { Element } from '../../harness/ber/element.js';
import { readElements } from '../../harness/ber/reader.js';
import { TagClass, Universal } from '../../harness/ber/tag.js';
import { constructed, primitive, writeBer } from '../../harness/ber/writer.js';
import { AbortReason, RefuseReason } from '../../harness/stack/rtse/types.js';
import { conformanceCase, expect, group, type Peer } from '../../harness/verdict/index.js';
import { copies, secured } from './support/arrival.js';
import { editsOfOpen, setMember, withoutMember, wrappedBind } from './support/deviations.js';
import { X410 } from './support/modes.js';
import { openAnswer, openRequest } from './support/session.js';
import { noActivityStart } from './support/tpkt.js';

/** X.419 13.2.1.1.1 and X.410: what names P1 in X.410 mode. */
const PROTOCOLS = { 'x410-1984': 1, 'x410-1988': 12, normal: undefined } as const;
/** That of P3. */
const OTHER_PROTOCOL = 3;
const APPLICATION_PROTOCOL = 4;
/** PI 194, for user data of more than 512 octets, which version 1 does not have. X.225 8.3.1.18. */
const EXTENDED_USER_DATA = 194;
const CALLED_SESSION_SELECTOR = 52;
/** Octets of user data in ABORT. X.225 (1988) Annex D. */
const ABORT_OCTETS = 9;

group('X410', 'In the X.410 modes P1 stands on session, with nothing of presentation and ACSE', () => {
  conformanceCase(
    'P1/X410/BV-001',
    {
      purpose: 'The CONNECT of the IUT holds PConnect with the X.409 transfer syntax and the protocol of its mode',
      clause: 'X.410 (1984) 4.2; X.419 (06/1999) 13.2.1.1.1; X.226 8.2',
      role: 'initiator',
      strength: 'shall',
      modes: X410,
    },
    async ({ iut, peer, bed }) => {
      const request = (await iut.opensAssociationTo(peer)).pdu('PConnect', 'iut');
      const syntax = request?.get('dataTransferSyntax', 'dataTransferSyntax')?.primitive;
      expect(syntax, 'the data transfer syntax').to.equal(0);
      // X.410 has 1 where none is named.
      const protocol = request?.get('pUserData', 'applicationProtocol')?.primitive ?? 1;
      expect(protocol, 'the application protocol').to.equal(PROTOCOLS[bed.mode]);
    },
  );

  conformanceCase(
    'P1/X410/BV-002',
    {
      purpose: 'The bind argument of the IUT stands bare in PConnect, without the wrapper of normal mode',
      clause: 'X.419 (06/1999) 13.2; X.410 (1984) 4.2',
      role: 'initiator',
      strength: 'shall',
      modes: X410,
    },
    async ({ iut, peer }) => {
      const request = openRequest(await iut.opensAssociationTo(peer));
      expect(isBareBind(request?.get('connectionDataRQ', 'open')?.inner), 'a bare bind argument').to.equal(true);
    },
  );

  conformanceCase(
    'P1/X410/BV-003',
    {
      purpose: 'The IUT offers version 1 of session, and its bind is within the 512 octets that CONNECT then has',
      clause: 'X.225 6.4, 8.3.1.9, 8.3.1.18',
      role: 'initiator',
      strength: 'shall',
      modes: X410,
    },
    async ({ iut, peer }) => {
      const [connect] = (await iut.opensAssociationTo(peer)).spdus('iut');
      expect((connect?.versions ?? 1) & 1, 'version 1 among the versions offered').to.equal(1);
      expect(connect?.parameter(EXTENDED_USER_DATA), 'extended user data').to.equal(undefined);
      expect(connect?.userData?.length ?? 0, 'octets of user data').to.be.within(1, 512);
    },
  );

  conformanceCase(
    'P1/X410/BV-004',
    {
      purpose: 'The IUT sends the octets of an APDU bare: no OCTET STRING, no EXTERNAL, no presentation around them',
      clause: 'X.226 8.4.3.2; X.410 (1984) 4.3',
      role: 'initiator',
      strength: 'shall',
      modes: X410,
    },
    async ({ iut, peer, bed }) => {
      const [identifier] = await iut.sends(1).messages();
      const { association } = await secured(bed, () => peer.received, identifier);
      let first = true;
      for (const { abbreviation, userData } of association.spdus('iut')) {
        if (abbreviation === 'AS') first = true;
        if (abbreviation !== 'DT' || !first) continue;
        // MTS-APDU: message, report, probe.
        expect(userData?.at(0), 'the first octet of a transfer').to.be.oneOf([0xa0, 0xa1, 0xa2]);
        first = false;
      }
    },
  );

  conformanceCase(
    'P1/X410/BV-005',
    {
      purpose: 'The IUT releases an association that it opened and no longer needs, by FINISH without user data',
      clause: 'X.218 9.2.1; X.225 7.7',
      role: 'initiator',
      strength: 'shall',
      modes: X410,
    },
    async ({ iut, peer, bed }) => {
      const association = await iut.opensAssociationTo(peer);
      await bed.settles(() => association.outcome !== undefined);
      expect(association.outcome, 'the end of the association').to.equal('released');
      const last = association.spdus('iut').at(-1);
      expect(last?.kind, 'the last SPDU of the IUT').to.equal('FINISH');
      expect(last?.userData, 'its user data').to.equal(undefined);
    },
  );

  conformanceCase(
    'P1/X410/BV-006',
    {
      purpose: 'As responder the IUT answers in version 1 by PAccept, with a bare bind result that has its name',
      clause: 'X.410 (1984) 4.2; X.226 8.2; X.225 5.8.5',
      role: 'responder',
      strength: 'shall',
      modes: X410,
    },
    async ({ iut, peer }) => {
      const association = await peer.opensAssociation();
      const accept = association.spdus('iut').find(({ kind }) => kind === 'ACCEPT');
      expect(accept?.version, 'the version of session').to.equal(1);
      const answer = association.pdu('PAccept', 'iut');
      expect(answer?.get('dataTransferSyntax', 'dataTransferSyntax')?.primitive, 'the transfer syntax').to.equal(0);
      const open = openAnswer(association)?.get('connectionDataAC', 'open')?.inner;
      expect(isBareBind(open), 'a bare bind result').to.equal(true);
      const name = association.result?.get('authenticated', 'responderName')?.primitive;
      expect(name, 'the responder name').to.equal(iut.name);
    },
  );

  conformanceCase(
    'P1/X410/BV-007',
    {
      purpose: 'The IUT answers a release by DISCONNECT without user data',
      clause: 'X.218 9.2.1; X.225 7.7',
      role: 'responder',
      strength: 'shall',
      modes: X410,
    },
    async ({ peer, bed }) => {
      const association = await peer.opensAssociation();
      await bed.settles(() => association.outcome !== undefined);
      expect(association.outcome, 'the end of the association').to.equal('released');
      const last = association.spdus('iut').at(-1);
      expect(last?.kind, 'the last SPDU of the IUT').to.equal('DISCONNECT');
      expect(last?.userData, 'its user data').to.equal(undefined);
    },
  );

  conformanceCase(
    'P1/X410/BV-008',
    {
      purpose: 'A PConnect without an application protocol is one of P1, and its mail is taken',
      clause: 'X.410 (1984) 4.2, PConnect',
      role: 'responder',
      strength: 'shall',
      modes: ['x410-1984'],
      peers: [{ toIut: { deviations: { rewrite: editsOfOpen(withoutMember(APPLICATION_PROTOCOL)) } } }],
    },
    async ({ peer }) => {
      const identifiers = await peer.sends(1).messages();
      expect(await peer.hasDelivered(identifiers), 'the message was taken').to.equal(true);
    },
  );

  conformanceCase(
    'P1/X410/BV-009',
    {
      purpose: 'A session selector that the peer calls does not keep the IUT from taking its bind',
      clause: 'X.225 8.3.1.20; Microsoft KB Q152932',
      role: 'responder',
      strength: 'should',
      modes: X410,
      peers: [{ toIut: { deviations: { spduParameters: { CONNECT: [selector('S1')] } } } }],
    },
    async ({ peer }) => {
      const identifiers = await peer.sends(1).messages();
      expect(await peer.hasDelivered(identifiers), 'the message was taken').to.equal(true);
    },
  );

  conformanceCase(
    'P1/X410/BV-010',
    {
      purpose: 'The IUT asks for the turn by PLEASE TOKENS with a bare priority',
      clause: 'X.226 8.4.3.1; X.410 (1984) 4.3; X.218 9.4',
      role: 'responder',
      strength: 'shall',
      modes: X410,
      peers: [{ toIut: { dialogueMode: 'twa' }, fromIut: { activation: 'remote' } }],
    },
    async ({ iut, peer }) => {
      await iut.sends(1).messages();
      await peer.sends(1).messages();
      await expect(iut.queueTo(peer)).to.drain();
      const asked = peer.associations
        .flatMap((each) => each.spdus('iut'))
        .filter(({ tokenItem, abbreviation }) => {
          return abbreviation === 'PT' && tokenItem !== undefined;
        });
      expect(asked, 'PLEASE TOKENS of the IUT').not.to.have.lengthOf(0);
      for (const { userData } of asked) {
        // X.218 9.4.1.1: without one it is 0.
        if (userData === undefined) continue;
        const { elements } = readElements(userData);
        expect(elements.map(({ tagClass, tagNumber }) => [tagClass, tagNumber])).to.deep.equal([
          [TagClass.universal, Universal.integer],
        ]);
      }
    },
  );

  for (const [number, what, ours] of [
    [1, 'with a wrong password', { mtaName: 'peer.example.net', password: 'wrong' }],
    [2, 'of an MTA that the IUT does not know', { mtaName: 'stranger.example.org', password: 'percolate' }],
  ] as const) {
    conformanceCase(
      `P1/X410/BI-00${number}`,
      {
        purpose: `A bind ${what} is refused by PRefuse with validationFailure, and nothing else`,
        clause: 'X.410 (1984) 4.2, PRefuse; X.218 9.1.1.4',
        role: 'responder',
        strength: 'shall',
        modes: X410,
        peers: [{ toIut: { ours } }],
      },
      async ({ peer, bed }) => {
        const association = await peer.opensAssociation();
        await bed.settles(() => association.outcome !== undefined);
        expect(association.isBound, 'the bind was accepted').to.equal(false);
        expect(association.outcome, 'the end of the association').to.equal('refused');
        expect(association.refusal, 'the refusal').to.deep.equal({
          layer: 'rtse',
          reason: RefuseReason.named.validationFailure,
        });
        expect(association).to.carryNoTier(1);
      },
    );
  }

  conformanceCase(
    'P1/X410/BI-003',
    {
      purpose: "A bind for another application protocol, P3's, is refused, and others go on beside it",
      clause: 'X.419 (06/1999) 13.2.1.1.1; X.410 (1984) 4.2, PConnect',
      role: 'responder',
      strength: 'shall',
      modes: X410,
      peers: [{ toIut: { deviations: { rewrite: editsOfOpen(setMember(APPLICATION_PROTOCOL, OTHER_PROTOCOL)) } } }, {}],
      deliberateErrors: ['the peer: PConnect names application protocol 3'],
    },
    async ({ peer, peers }) => {
      const wrong = await peer.opensAssociation();
      expect(wrong.isBound, 'the bind was accepted').to.equal(false);
      await othersGoOn(peers[1] ?? peer);
    },
  );

  conformanceCase(
    'P1/X410/BI-004',
    {
      purpose: 'A bind in the wrapper of normal mode is refused, or read all the same, and others go on beside it',
      clause: 'X.419 (06/1999) 13.2; X.410 (1984) 4.2',
      role: 'responder',
      strength: 'shall',
      modes: X410,
      peers: [{ toIut: { deviations: { rewrite: wrappedBind } } }, {}],
      deliberateErrors: ['the peer: its bind argument stands in [16], as in normal mode'],
    },
    async ({ peer, peers }) => {
      const wrong = await peer.opensAssociation();
      const { isBound, refusal, outcome } = wrong;
      expect(isBound || refusal !== undefined || outcome === 'aborted', 'an answer to the bind').to.equal(true);
      expect(wrong).to.carryNoTier(1);
      await othersGoOn(peers[1] ?? peer);
    },
  );

  for (const [number, what, wrapped] of [
    [5, 'an OCTET STRING', (apdu: Uint8Array) => primitive(TagClass.universal, Universal.octetString, apdu)],
    [6, 'an EXTERNAL', external],
  ] as const) {
    conformanceCase(
      `P1/X410/BI-00${number}`,
      {
        purpose: `Of an APDU in ${what}, as normal mode has it, the IUT makes one message or none, and takes others`,
        clause: 'X.226 8.4.3.2; X.411 (06/1999), MTS-APDU',
        role: 'responder',
        strength: 'shall',
        modes: X410,
        peers: [{}, {}],
        deliberateErrors: [`the peer: an MTS-APDU stands in ${what}`],
      },
      async ({ peer, peers }) => {
        const onward = peers[1] ?? peer;
        const { apdu, identifier } = peer.message({ onward });
        const association = await peer.drives();
        association.begins(writeBer(wrapped(apdu)));
        await association.settles('rtTransferConfirm');
        await othersGoOn(onward);
        expect(copies(onward, identifier), 'copies of what was wrapped').to.be.at.most(1);
      },
    );
  }

  conformanceCase(
    'P1/X410/BO-001',
    {
      purpose: 'Data outside an activity makes the IUT abort by AbortInformation, of at most nine octets',
      clause: 'X.410 (1984) 4.4, AbortInformation; X.225 (1988) Annex D',
      role: 'responder',
      strength: 'shall',
      modes: X410,
      deliberateErrors: ['the peer: DATA TRANSFER without an ACTIVITY START before it'],
    },
    async ({ peer }) => {
      const association = await peer.drives({ outgoing: noActivityStart });
      association.begins(peer.message().apdu);
      await association.settles('disconnected');
      const abort = association.seen.spdus('iut').find(({ kind }) => kind === 'ABORT');
      expect(abort, 'an ABORT').not.to.equal(undefined);
      expect(abort?.userData?.length ?? 0, 'octets of its user data').to.be.at.most(ABORT_OCTETS);
      const reason = association.seen.pdu('AbortInformation', 'iut')?.get('abortReason')?.primitive;
      expect(reason ?? AbortReason.named.protocolError, 'the reason').to.equal(AbortReason.named.protocolError);
    },
  );
});

/** NULL, or [1] with name and credentials: X.411's MTABindArgument and MTABindResult as they are. */
function isBareBind(element: Element | undefined): boolean {
  if (element === undefined) return false;
  const { tagClass, tagNumber } = element;
  return tagClass === TagClass.universal ? tagNumber === Universal.null : tagNumber === 1;
}

async function othersGoOn(peer: Peer): Promise<void> {
  const identifiers = await peer.sends(1).messages();
  expect(await peer.hasDelivered(identifiers), 'the message of another peer was taken').to.equal(true);
}

function selector(text: string) {
  return { code: CALLED_SESSION_SELECTOR, value: new Uint8Array(Buffer.from(text, 'latin1')) };
}

/** As RT-TRANSFER has it in normal mode: an indirect reference to a context, and the APDU. */
function external(apdu: Uint8Array) {
  return constructed(TagClass.universal, Universal.external, [
    primitive(TagClass.universal, Universal.integer, Uint8Array.of(5)),
    constructed(TagClass.context, 0, [{ raw: apdu }]),
  ]);
}
