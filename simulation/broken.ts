import type { NonDelivery } from '../harness/mta/answers.js';
import type { MtaAssociation } from '../harness/mta/association.js';
import { Mta, type MtaOptions } from '../harness/mta/engine.js';
import type { Fate } from '../harness/mta/message.js';
import type { Interrupted, QueuedItem, Submission } from '../harness/mta/queue.js';
import type { ReceivedApdu } from '../harness/mta/received.js';
import type { Spool } from '../harness/mta/spool.js';
import type { TransferStore } from '../harness/stack/association/service.js';
import type { MtaClass } from './world.js';

// MTAs that break a promise each. A simulation that did not find them would prove nothing of the others.

/** Acknowledges what it has not stored yet. */
class AcknowledgesFirst extends Mta {
  override received(association: MtaAssociation, apdu: ReceivedApdu, nonDelivery: NonDelivery | undefined): void {
    this.after(2000, () => super.received(association, apdu, nonDelivery));
  }
}

/** Takes everything twice. */
class DeliversTwice extends Mta {
  override received(association: MtaAssociation, apdu: ReceivedApdu, nonDelivery: NonDelivery | undefined): void {
    super.received(association, apdu, nonDelivery);
    super.received(association, apdu, nonDelivery);
  }
}

/** Takes no report further. */
class LosesReports extends Mta {
  override received(association: MtaAssociation, apdu: ReceivedApdu, nonDelivery: NonDelivery | undefined): void {
    if (apdu.kind !== 'report') super.received(association, apdu, nonDelivery);
  }
}

/** Leaves out the first item of each queue that it is started over. */
class DropsAtRestart extends Mta {
  constructor(options: MtaOptions) {
    const { spool } = options;
    super({ ...options, spool: spool && { ...wrapped(spool), queues: () => withoutFirst(spool.queues()) } });
  }
}

/** Queues what comes of a transfer before that counts as completed. */
class QueuesBeforeItTakes extends Mta {
  constructor(options: MtaOptions) {
    const { spool } = options;
    super({ ...options, spool: spool && { ...wrapped(spool), caring: (care) => care() } });
  }
}

/** Forgets what a peer has answered with an exception. */
class ForgetsAfterException extends Mta {
  override failed(association: MtaAssociation, item: QueuedItem, reason: string, rest: Interrupted | undefined): void {
    if (reason.includes('exception')) this.queueTo(association.peer ?? '').settle(item);
    else super.failed(association, item, reason, rest);
  }
}

/** Takes a lost acknowledgement for one that came. */
class TrustsTheLink extends Mta {
  override failed(association: MtaAssociation, item: QueuedItem, reason: string, rest: Interrupted | undefined): void {
    if (rest?.resumption.ended) this.transferred(association, item);
    else super.failed(association, item, reason, rest);
  }
}

/** Never goes on with what broke off, though it could. */
class SendsAgainWhole extends Mta {
  override failed(association: MtaAssociation, item: QueuedItem, reason: string): void {
    super.failed(association, item, reason, undefined);
  }
}

/** Gives up with nothing said. */
class GivesUpInSilence extends Mta {
  override notDelivered(_item: QueuedItem, _fate: Fate): Submission | undefined {
    return undefined;
  }
}

/** Goes on with transfers that it has taken already, and takes them again. */
class ForgetsWhatIsComplete extends Mta {
  constructor(options: MtaOptions) {
    const { recovery } = options;
    super({ ...options, recovery: typeof recovery === 'object' ? forgetful(recovery) : recovery });
  }
}

function forgetful(store: TransferStore): TransferStore {
  return {
    secure: (key, serial, octets) => store.secure(key, serial, octets),
    resumed: (key, by, serial) => store.resumed(key, by, serial),
    completed: () => {},
    discarded: (key) => store.discarded(key),
    find: (key) => store.find(key),
  };
}

function wrapped(spool: Spool): Spool {
  return {
    queues: () => spool.queues(),
    journal: (peer) => spool.journal(peer),
    received: (apdu, peer) => spool.received(apdu, peer),
    caring: (care) => (spool.caring === undefined ? care() : spool.caring(care)),
    taken: () => spool.taken?.(),
    transfers: spool.transfers,
    connections: spool.connections,
  };
}

function withoutFirst(queues: ReadonlyMap<string, readonly QueuedItem[]>): ReadonlyMap<string, readonly QueuedItem[]> {
  return new Map([...queues].map(([peer, items]) => [peer, items.slice(1)]));
}

export const brokenMtas: Readonly<Record<string, MtaClass>> = {
  'acknowledges-first': AcknowledgesFirst,
  'delivers-twice': DeliversTwice,
  'loses-reports': LosesReports,
  'drops-at-restart': DropsAtRestart,
  'queues-before-it-takes': QueuesBeforeItTakes,
  'forgets-after-exception': ForgetsAfterException,
  'trusts-the-link': TrustsTheLink,
  'sends-again-whole': SendsAgainWhole,
  'gives-up-in-silence': GivesUpInSilence,
  'forgets-what-is-complete': ForgetsWhatIsComplete,
};
