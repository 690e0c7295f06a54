import { MTABindError } from '../../harness/p1/bind.js';
import { oid } from '../../harness/p1/object-identifiers.js';
import { conformanceCase, expect, group, type SeenAssociation } from '../../harness/verdict/index.js';
import { foreignElement } from './support/deviations.js';
import { NORMAL } from './support/modes.js';
import { number, openAnswer, RTSE_FUNCTIONAL_UNITS } from './support/session.js';

/** X.411's upper bound ub-mta-name-length. */
const LONGEST_NAME = 32;
const AUTHENTICATION_ERROR = MTABindError.named.authenticationError;
const BER = '2.1.1';
const ACSE = '2.2.1.0.1';

group('BIND', 'Associations are opened, refused and released as X.419 and the layers below have it', () => {
  conformanceCase(
    'P1/BIND/BV-001',
    {
      purpose: 'The CONNECT of the IUT proposes the functional units that RTSE needs, 0x0249',
      clause: 'X.225 8.3.1.16',
      role: 'initiator',
      strength: 'shall',
    },
    async ({ iut, peer }) => {
      const [connect] = (await iut.opensAssociationTo(peer)).spdus('iut');
      expect(connect?.kind, 'the first SPDU').to.equal('CONNECT');
      const missing = RTSE_FUNCTIONAL_UNITS & ~(connect?.functionalUnits ?? 0);
      expect(missing, 'functional units of 0x0249 that are missing').to.equal(0);
    },
  );

  conformanceCase(
    'P1/BIND/BV-002',
    {
      purpose: 'The IUT asks for the application context of message transfer, 2.6.0.1.6',
      clause: 'X.419, id-ac-mts-transfer',
      role: 'initiator',
      strength: 'shall',
      modes: NORMAL,
    },
    async ({ iut, peer }) => {
      const request = (await iut.opensAssociationTo(peer)).pdu('AARQ', 'iut');
      expect(request?.get('applicationContextName')?.primitive, 'the application context').to.equal(
        oid.idAcMtsTransfer,
      );
    },
  );

  conformanceCase(
    'P1/BIND/BV-003',
    {
      purpose:
        'The IUT proposes contexts for ACSE, RTSE and message transfer in BER, with identifiers odd and distinct',
      clause: 'X.226 6.2.2.7',
      role: 'initiator',
      strength: 'shall',
      modes: NORMAL,
    },
    async ({ iut, peer }) => {
      const contexts = proposed(await iut.opensAssociationTo(peer));
      expect(contexts.map(({ abstractSyntax }) => abstractSyntax)).to.include.members([
        ACSE,
        oid.idAsMtaRtse,
        oid.idAsMtse,
      ]);
      const identifiers = contexts.map(({ identifier }) => identifier);
      expect(new Set(identifiers).size, 'distinct identifiers').to.equal(identifiers.length);
      expect(
        identifiers.filter((identifier) => identifier % 2 === 0),
        'even identifiers',
      ).to.deep.equal([]);
      for (const { abstractSyntax, transferSyntaxes } of contexts) {
        expect(transferSyntaxes, `the transfer syntaxes of ${abstractSyntax}`).to.include(BER);
      }
    },
  );

  conformanceCase(
    'P1/BIND/BV-004',
    {
      purpose: 'The IUT says who it is: an MTA name of 1 to 32 characters, and credentials',
      clause: 'X.411 (06/1999), MTABindArgument, MTAName',
      role: 'initiator',
      strength: 'shall',
    },
    async ({ iut, peer }) => {
      const authenticated = (await iut.opensAssociationTo(peer)).argument?.get('authenticated');
      const name = authenticated?.get('initiatorName')?.primitive;
      expect(name, 'the initiator name').to.be.a('string');
      expect(String(name).length, 'the length of the initiator name').to.be.within(1, LONGEST_NAME);
      expect(authenticated?.get('initiatorCredentials'), 'the credentials').not.to.equal(undefined);
    },
  );

  conformanceCase(
    'P1/BIND/BV-005',
    {
      purpose: 'As responder the IUT takes no larger checkpoint size and window than it was offered',
      clause: 'X.228, RTORQ, RTOAC',
      role: 'responder',
      strength: 'shall',
      peers: [{ toIut: { checkpointSize: 2, windowSize: 2 } }],
    },
    async ({ peer }) => {
      const association = await peer.opensAssociation();
      expect(number(openAnswer(association)?.get('checkpointSize'), 0), 'checkpoint size').to.be.within(0, 2);
      expect(number(openAnswer(association)?.get('windowSize'), 3), 'window size').to.be.within(1, 2);
    },
  );

  conformanceCase(
    'P1/BIND/BV-006',
    {
      purpose:
        'As responder the IUT answers each proposed context, in order, with a transfer syntax where it accepts it',
      clause: 'X.226 6.2.3.5',
      role: 'responder',
      strength: 'shall',
      modes: NORMAL,
    },
    async ({ peer }) => {
      const association = await peer.opensAssociation();
      checkContextResults(association);
    },
  );

  conformanceCase(
    'P1/BIND/BV-007',
    {
      purpose: 'As responder the IUT selects functional units out of those proposed, and not two kinds of duplex',
      clause: 'X.225 7.4.1',
      role: 'responder',
      strength: 'shall',
    },
    async ({ peer }) => {
      const association = await peer.opensAssociation();
      const accept = association.spdus('iut').find(({ kind }) => kind === 'ACCEPT');
      const offered = association.spdus('peer')[0]?.functionalUnits ?? 0;
      expect((accept?.functionalUnits ?? 0) & offered & RTSE_FUNCTIONAL_UNITS, 'the units selected').to.equal(
        RTSE_FUNCTIONAL_UNITS,
      );
      expect((accept?.functionalUnits ?? 0) & 0b11, 'half-duplex without duplex').to.equal(0b01);
    },
  );

  conformanceCase(
    'P1/BIND/BV-008',
    {
      purpose: 'As responder the IUT gives its own name in the bind result',
      clause: 'X.411 (06/1999), MTABindResult',
      role: 'responder',
      strength: 'shall',
    },
    async ({ iut, peer }) => {
      const association = await peer.opensAssociation();
      const name = association.result?.get('authenticated', 'responderName')?.primitive;
      expect(name, 'the responder name').to.equal(iut.name);
    },
  );

  conformanceCase(
    'P1/BIND/BV-009',
    {
      purpose: 'The IUT releases an association that it opened and no longer needs, by FINISH with RLRQ',
      clause: 'X.218 9.2; X.227 7.2',
      role: 'initiator',
      strength: 'shall',
      modes: NORMAL,
    },
    async ({ iut, peer, bed }) => {
      const association = await iut.opensAssociationTo(peer);
      await bed.settles(() => association.outcome !== undefined);
      expect(association.outcome, 'the end of the association').to.equal('released');
      expect(association.spdus('iut').at(-1)?.kind, 'the last SPDU of the IUT').to.equal('FINISH');
      expect(association.pdu('RLRQ', 'iut'), 'RLRQ').not.to.equal(undefined);
    },
  );

  conformanceCase(
    'P1/BIND/BV-010',
    {
      purpose: 'The IUT answers a release by DISCONNECT with RLRE',
      clause: 'X.218 9.2; X.227 7.2',
      role: 'responder',
      strength: 'shall',
      modes: NORMAL,
    },
    async ({ peer, bed }) => {
      const association = await peer.opensAssociation();
      await bed.settles(() => association.outcome !== undefined);
      expect(association.outcome, 'the end of the association').to.equal('released');
      expect(association.spdus('iut').at(-1)?.kind, 'the last SPDU of the IUT').to.equal('DISCONNECT');
      expect(association.pdu('RLRE', 'iut'), 'RLRE').not.to.equal(undefined);
    },
  );

  conformanceCase(
    'P1/BIND/BV-011',
    {
      purpose: 'The IUT opens associations in the mode that was agreed on for this peer',
      clause: 'X.419 (06/1999) 13.2; X.226 8.2',
      role: 'initiator',
      strength: 'shall',
    },
    async ({ iut, peer, bed }) => {
      expect((await iut.opensAssociationTo(peer)).mode, 'the mode of its CONNECT').to.equal(bed.mode);
    },
  );

  conformanceCase(
    'P1/BIND/BI-001',
    {
      purpose: 'A bind with a wrong password is refused as an authentication error',
      clause: 'X.411 (06/1999), MTABindError',
      role: 'responder',
      strength: 'shall',
      modes: NORMAL,
      peers: [{ toIut: { ours: { mtaName: 'peer.example.net', password: 'wrong' } } }],
    },
    async ({ peer }) => {
      const association = await peer.opensAssociation();
      expect(association.isBound, 'the bind was accepted').to.equal(false);
      expect(association.bindError, 'the MTABindError').to.equal(AUTHENTICATION_ERROR);
    },
  );

  conformanceCase(
    'P1/BIND/BI-002',
    {
      purpose: 'A bind of an MTA that the IUT does not know is refused as an authentication error',
      clause: 'X.411 (06/1999), MTABindError',
      role: 'responder',
      strength: 'shall',
      modes: NORMAL,
      peers: [{ toIut: { ours: { mtaName: 'stranger.example.org', password: 'percolate' } } }],
    },
    async ({ peer }) => {
      const association = await peer.opensAssociation();
      expect(association.isBound, 'the bind was accepted').to.equal(false);
      expect(association.bindError, 'the MTABindError').to.equal(AUTHENTICATION_ERROR);
    },
  );

  // A real MTA accepts such a bind: what counts is that nothing else suffers.
  conformanceCase(
    'P1/BIND/BI-003',
    {
      purpose:
        'A bind in another application context is refused, or answered in the right one, and others go on beside it',
      clause: 'X.419, id-ac-mts-transfer; X.227 7.1',
      role: 'responder',
      strength: 'shall',
      modes: NORMAL,
      peers: [{ toIut: { deviations: { applicationContext: '2.6.0.1.7' } } }, {}],
      deliberateErrors: ['the peer: AARQ names an application context of another protocol'],
    },
    async ({ peer, peers }) => {
      const wrong = await peer.opensAssociation();
      expect(wrong.isBound || wrong.refusal !== undefined, 'an answer to the bind').to.equal(true);
      expect(wrong).to.carryNoTier(1);
      const right = await (peers[1] ?? peer).opensAssociation();
      expect(right.isBound, 'the right bind is accepted').to.equal(true);
    },
  );

  conformanceCase(
    'P1/BIND/BI-004',
    {
      purpose: 'A parameter of the CONNECT that X.225 does not define is ignored',
      clause: 'X.225 A.4.3.1.1',
      role: 'responder',
      strength: 'shall',
      peers: [{ toIut: { deviations: { spduParameters: { CONNECT: [{ code: 0xf0, value: Uint8Array.of(1, 2) }] } } } }],
      deliberateErrors: ['the peer: CONNECT has a parameter 240 that X.225 does not define'],
    },
    async ({ peer }) => {
      const association = await peer.opensAssociation();
      expect(association.isBound, 'the bind is accepted all the same').to.equal(true);
    },
  );

  conformanceCase(
    'P1/BIND/BI-005',
    {
      purpose: 'A fourth presentation context is answered like the others, and the bind goes on',
      clause: 'X.226 6.2.3.5',
      role: 'responder',
      strength: 'shall',
      modes: NORMAL,
      peers: [{ toIut: { deviations: { presentationContexts: [{ id: 7, abstractSyntax: '2.6.0.2.1' }] } } }],
      deliberateErrors: ['the peer: CP proposes a context for an abstract syntax that message transfer has no use for'],
    },
    async ({ peer }) => {
      const association = await peer.opensAssociation();
      expect(association.isBound, 'the bind is accepted').to.equal(true);
      checkContextResults(association);
    },
  );

  conformanceCase(
    'P1/BIND/BI-006',
    {
      purpose: 'An element of the AARQ that X.227 does not define is ignored',
      clause: 'X.227 7.4',
      role: 'responder',
      strength: 'shall',
      modes: NORMAL,
      peers: [{ toIut: { deviations: { acseElements: [foreignElement('acse')] } } }],
      deliberateErrors: ['the peer: AARQ holds an element [28] that X.227 does not define'],
    },
    async ({ peer }) => {
      const association = await peer.opensAssociation();
      expect(association.isBound, 'the bind is accepted all the same').to.equal(true);
    },
  );

  conformanceCase(
    'P1/BIND/BI-007',
    {
      purpose: 'The IUT transfers nothing to a responder whose credentials are wrong',
      clause: 'X.411 (06/1999), MTABindResult',
      role: 'initiator',
      strength: 'shall',
      peers: [
        {
          toIut: { ours: { mtaName: 'peer.example.net', password: 'wrong' } },
          fromIut: { retry: { maxOpenRetries: 0 } },
        },
      ],
    },
    async ({ iut, peer, bed }) => {
      const association = await iut.opensAssociationTo(peer);
      await bed.settles(() => association.outcome !== undefined);
      expect(peer.received, 'messages that the peer got').to.deep.equal([]);
    },
  );
});

function proposed(association: SeenAssociation) {
  const list = association.pdu('CP', 'iut')?.get('normalModeParameters', 'presentationContextDefinitionList');
  return (list?.children ?? []).map((each) => ({
    identifier: number(each.get('presentationContextIdentifier'), 0),
    abstractSyntax: each.get('abstractSyntaxName')?.primitive,
    transferSyntaxes: each.get('transferSyntaxNameList')?.children.map(({ primitive }) => primitive) ?? [],
  }));
}

function checkContextResults(association: SeenAssociation): void {
  const offered = association.pdu('CP', 'peer')?.get('normalModeParameters', 'presentationContextDefinitionList');
  const answered = association
    .pdu('CPA', 'iut')
    ?.get('normalModeParameters', 'presentationContextDefinitionResultList')?.children;
  expect(answered, 'the results').to.have.lengthOf(offered?.children.length ?? 0);
  for (const [i, each] of (answered ?? []).entries()) {
    const accepted = number(each.get('result'), -1) === 0;
    expect(each.get('transferSyntaxName') !== undefined, `a transfer syntax in result ${i + 1}`).to.equal(accepted);
  }
}
