import type { VirtualClock } from '../../../harness/link/clock.js';
import { drive } from '../../../harness/link/driver.js';
import type { LinkEvent } from '../../../harness/link/events.js';
import type { Link } from '../../../harness/link/link.js';
import { memoryPair } from '../../../harness/link/memory.js';
import { recordLink } from '../../../harness/link/recorder.js';
import { bindResult } from '../../../harness/mta/bind.js';
import { MessageFactory } from '../../../harness/mta/message.js';
import { orName } from '../../../harness/mta/names.js';
import { seededRandom } from '../../../harness/mta/random.js';
import { Sender, type SendOptions, type SendProgress, type SendResult } from '../../../harness/mta/send.js';
import { AssociationMachine } from '../../../harness/stack/association/machine.js';
import type { AssociationService, ServiceEvent } from '../../../harness/stack/association/service.js';

const domain = { country: 'GB', administrationDomain: ' ', privateDomain: 'P1SPEC' };
export const alice = orName({ ...domain, surname: 'Alice' });
export const bob = orName({ ...domain, surname: 'Bob' });

/** Makes what is sent, and reports on it. */
export function factoryAt(clock: VirtualClock): MessageFactory {
  return new MessageFactory({ domain, server: 'TEST', now: () => clock.now() });
}

/** What a peer does in place of what a willing one does; true where that is all. */
export type PeerHabit = (event: ServiceEvent, service: AssociationService, link: Link) => boolean;

/** Who wants to know at once. */
export interface Watcher {
  readonly onPassed?: (event: LinkEvent) => void;
  readonly onProgress?: (progress: SendProgress) => void;
}

export interface Sent {
  readonly result: SendResult;
  readonly progress: readonly SendProgress[];
  readonly kinds: readonly string[];
}

/** A sender against a peer in memory, in virtual time, up to `until` milliseconds. */
export async function sent(
  clock: VirtualClock,
  options: Partial<SendOptions>,
  habit: PeerHabit = () => false,
  until = 60_000,
  also: Watcher = {},
): Promise<Sent> {
  const { mode = 'normal' } = options;
  const progress: SendProgress[] = [];
  const pair = memoryPair();
  const peer = new AssociationMachine({ role: 'responder', modes: [mode], random: seededRandom(2) });
  drive(peer, pair.responder, clock, (event, service) => {
    if (habit(event, service, pair.responder)) return;
    if (event.kind === 'rtOpenIndication') {
      service.acceptOpen({
        userData: bindResult(mode, { mtaName: 'PEER', password: 'pw' }),
        checkpointSize: event.checkpointSize,
        windowSize: event.windowSize,
      });
    } else if (event.kind === 'rtTransferIndication') service.acceptTransfer();
    else if (event.kind === 'rtTurnPleaseIndication' && service.transferring === 'none') service.turnGive();
  });
  const sender = new Sender({
    mode,
    ours: { mtaName: 'US', password: 'us' },
    timeout: 5_000,
    clock,
    random: seededRandom(1),
    onProgress: (each) => {
      progress.push(each);
      also.onProgress?.(each);
    },
    ...options,
  });
  const sink = (event: LinkEvent) => also.onPassed?.(event);
  const link = recordLink(pair.initiator, { connection: 0, clock, sink });
  let ended = false;
  const run = sender.run(link).then((result) => {
    ended = true;
    return result;
  });
  for (let at = 0; at <= until && !ended; at += 100) await clock.advanceToAsync(clock.now() + 100);
  if (!ended)
    throw new Error(`the sender is not done after ${until} ms: ${progress.map(({ kind }) => kind).join(' ')}`);
  return { result: await run, progress, kinds: progress.map(({ kind }) => kind) };
}
