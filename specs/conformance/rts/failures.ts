import {
  type CaseContext,
  conformanceCase,
  type DrivenAssociation,
  expect,
  Inconclusive,
} from '../../../harness/verdict/index.js';
import { comesOnce, copies } from '../support/arrival.js';
import { UNIT } from '../support/session.js';

const LARGE = 12 * UNIT;
/** RTSE's RefuseReason. X.228 9. */
const CANNOT_RECOVER = 1;
/** The checkpoint at which things go wrong. */
const AT = 3;

const peers = [
  {
    toIut: { checkpointSize: 1, windowSize: 1 },
    fromIut: { checkpointSize: 1 },
  },
];

/** Transfers of the IUT that break off: the message comes all the same, and once. */
export function failureCases(): void {
  for (const [number, reason, what] of [
    [3, 'unspecified', 'an exception for no specific reason'],
    [4, 'receivingAbilityJeopardized', 'an exception, its ability to receive being jeopardized'],
    [5, 'localUserError', 'an exception for a local error of its user'],
    [6, 'unrecoverableProcedureError', 'an exception for an unrecoverable procedural error'],
  ] as const) {
    conformanceCase(
      `P1/RTS/BO-00${number}`,
      {
        purpose: `A message comes, and once, when the peer reports ${what} inside its transfer`,
        clause: 'X.218 9.3; X.228 7.8; X.225 7.28',
        role: 'initiator',
        strength: 'shall',
        peers,
      },
      async (context) => {
        const cause = reason === 'receivingAbilityJeopardized' ? 'temporaryProblem' : reason;
        context.peer.when('checkpoint').nth(AT).then.refuse(cause);
        await leavesOnce(context);
      },
    );
  }

  conformanceCase(
    'P1/RTS/BO-007',
    {
      purpose: 'A message comes, and once, when the peer aborts the association at the start of its transfer',
      clause: 'X.218 9.3, 9.6, 9.7',
      role: 'initiator',
      strength: 'shall',
      peers,
    },
    async (context) => {
      context.peer.when('transferStart').nth(1).then.abort('temporaryProblem');
      await leavesOnce(context);
    },
  );

  conformanceCase(
    'P1/RTS/BO-008',
    {
      purpose: 'A message comes, and once, when the peer aborts the association in the middle of its transfer',
      clause: 'X.218 9.3, 9.6, 9.7',
      role: 'initiator',
      strength: 'shall',
      peers,
    },
    async (context) => {
      context.peer.when('checkpoint').nth(AT).then.abort('temporaryProblem');
      await leavesOnce(context);
    },
  );

  conformanceCase(
    'P1/RTS/BO-009',
    {
      purpose: 'A message comes, and once, when TCP closes in the middle of its transfer',
      clause: 'X.218 8.1, 9.3, 9.6',
      role: 'initiator',
      strength: 'shall',
      peers,
    },
    async (context) => {
      context.peer.when('checkpoint').nth(AT).then.close();
      await leavesOnce(context);
    },
  );

  conformanceCase(
    'P1/RTS/BO-010',
    {
      purpose: 'A message comes whole when its association is lost and the peer cannot recover it',
      clause: 'X.228 7.8; X.228 9, RefuseReason',
      role: 'initiator',
      strength: 'shall',
      peers,
    },
    async (context) => {
      let broke = false;
      const lose = (association: DrivenAssociation) => {
        broke = true;
        association.destroy();
      };
      context.peer.drivesNext({
        checkpointSize: 1,
        on: { checkpointIndication: ({ serial }, association) => serial === AT && lose(association) },
      });
      context.peer.drivesNext({
        checkpointSize: 1,
        on: { rtOpenIndication: ({ recover }, association) => opens(recover, association) },
      });
      await leavesOnce(context, () => broke);
    },
  );

  conformanceCase(
    'P1/RTS/BO-011',
    {
      purpose: 'A message comes whole when the peer answers its resumption with exception reason 6, as ISODE does',
      clause: 'X.228 7.8; X.225 7.28, 8.3.28.4',
      role: 'initiator',
      strength: 'shall',
      peers,
    },
    async (context) => {
      let broke = false;
      // Without a store the driven association refuses to resume anything.
      context.peer.drivesNext({
        checkpointSize: 1,
        windowSize: 1,
        on: {
          checkpointIndication: ({ serial }, { service }) => {
            if (serial !== AT || broke) return;
            broke = true;
            service.reportException('localUserError');
          },
        },
      });
      await leavesOnce(context, () => broke);
    },
  );

  conformanceCase(
    'P1/RTS/BO-012',
    {
      purpose: 'Mail comes out, each message once, though the peer reports exceptions at the end of two transfers',
      clause: 'X.411 14.3; X.218 9.3',
      role: 'initiator',
      strength: 'shall',
      peers,
    },
    async ({ iut, peer }) => {
      peer.when('transfer').first(2).then.refuse('unrecoverableProcedureError');
      const identifiers = await iut.sends(3).messages();
      await expect(iut.queueTo(peer)).to.drain({ within: '4 retry intervals' });
      for (const identifier of identifiers) expect(copies(peer, identifier), `copies of ${identifier}`).to.equal(1);
    },
  );
}

/** A large message leaves the IUT for the peer, which takes it once, though the first attempt `broke`. */
async function leavesOnce({ iut, peer, bed }: CaseContext, broke = () => peer.fired > 0): Promise<void> {
  const identifiers = await iut.sends(1).messages({ size: LARGE });
  await expect(iut.queueTo(peer)).to.drain({ within: '4 retry intervals' });
  if (!broke()) throw new Inconclusive(`the transfer did not come to checkpoint ${AT}`);
  for (const identifier of identifiers) await comesOnce(bed, peer, identifier);
}

function opens(recover: object | undefined, association: DrivenAssociation): void {
  if (recover === undefined) association.accept();
  else association.refuse(CANNOT_RECOVER);
}
