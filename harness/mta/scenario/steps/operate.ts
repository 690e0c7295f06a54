import { P1specError } from '../../../ber/error.js';
import { Octets } from '../../../ber/octets.js';
import type { MtaAssociation } from '../../association.js';
import type { QueuedItem } from '../../queue.js';
import { readApdu } from '../../received.js';
import { subjectOf } from '../../subject.js';
import type { StepOf } from '../schema/steps.js';
import type { StepAction } from './context.js';

/** What an operator does to a queue. */
export const queue: StepAction<'queue'> = ({ at, to, do: does, where = {} }, { stage }) => {
  const connector = stage.actor(at).mta.connectorTo(to);
  switch (does) {
    case 'retry':
      connector.retryNow();
      break;
    case 'freeze':
    case 'thaw':
      connector.freeze(does === 'freeze');
      break;
    case 'delete':
    case 'deleteWithReport': {
      const removed = connector.remove((item) => isMeant(item, where), does === 'deleteWithReport');
      if (removed === 0) return { why: `nothing like that waits at ${at} for ${to}` };
    }
  }
  return undefined;
};

function isMeant(item: QueuedItem, { priority, system, subject }: NonNullable<StepOf<'queue'>['where']>): boolean {
  if (priority !== undefined && item.priority !== priority) return false;
  if (system !== undefined && item.system !== system) return false;
  return subject === undefined || (subjectOf(readApdu(Octets.of(item.apdu), undefined)) ?? '').includes(subject);
}

/** Something is done to the open associations with a peer. */
export const association: StepAction<'association'> = ({ at, with: peer, do: does }, { stage }) => {
  const open = stage.actor(at).mta.associations.filter((each) => each.peer === peer && each.isOpen);
  if (open.length === 0) {
    throw new P1specError('ERR_NO_ASSOCIATION', {
      message: `${at} has no open association with ${peer}`,
      hint: 'expect associationOpened before it',
    });
  }
  switch (does) {
    case 'release':
      release(open, at, peer);
      break;
    case 'abort':
      for (const each of open) each.abort();
      break;
    case 'close':
      for (const each of open) each.close();
      break;
    case 'interrupt':
    case 'discard':
      breakOff(open, does, at, peer);
      break;
  }
  return undefined;
};

/** X.218 9.2: only the initiator releases. */
function release(open: readonly MtaAssociation[], at: string, peer: string): void {
  const own = open.filter(({ role }) => role === 'initiator');
  if (own.length === 0) {
    throw new P1specError('ERR_NOT_INITIATOR', {
      message: `${at} has opened none of its associations with ${peer}, and only who opened one releases it`,
      hint: `release it at ${peer}, or abort it`,
    });
  }
  for (const each of own) each.release();
}

function breakOff(open: readonly MtaAssociation[], how: 'interrupt' | 'discard', at: string, peer: string): void {
  const broken = open.filter((each) => each.breakOff(how));
  if (broken.length > 0) return;
  throw new P1specError('ERR_NO_TRANSFER', {
    message: `${at} has no transfer to ${peer} under way`,
    hint: 'expect sendingCheckpoint before it, or have the peer delay its answer',
  });
}

export const link: StepAction<'link'> = ({ between: [one, other], do: does }, { stage }) => {
  stage.link(one, other)[does]();
  return undefined;
};

/** A link elsewhere goes up or down: a new link state table is sent. */
export const linkState: StepAction<'linkState'> = ({ at, changes = 1 }, { stage }) => {
  const actor = stage.actor(at);
  for (let change = 0; change < changes; change += 1) actor.changeLinkState();
  return undefined;
};
