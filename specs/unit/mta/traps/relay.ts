import { VirtualClock } from '../../../../harness/link/clock.js';
import type { LinkEvent } from '../../../../harness/link/events.js';
import { memoryPair } from '../../../../harness/link/memory.js';
import { recordLink } from '../../../../harness/link/recorder.js';
import { Mta, type MtaOptions } from '../../../../harness/mta/engine.js';
import type { MtaEvents } from '../../../../harness/mta/events.js';
import type { PeerConfig } from '../../../../harness/mta/peer.js';
import { tolerant } from '../../../../harness/mta/presets/index.js';
import { seededRandom } from '../../../../harness/mta/random.js';
import type { ReceivedApdu } from '../../../../harness/mta/received.js';
import { ConversationJudge } from '../../../../harness/rules/conversation.js';
import type { Finding } from '../../../../harness/rules/finding.js';
import type { Mode } from '../../../../harness/stack/association/events.js';
import { type AssociationScript, association } from '../../rules/support/association.js';
import { tsdus } from '../../stack/association/support.js';

/** Who binds in the scripts that are written by hand. */
export const CALLER = { mtaName: 'mta.initiator.example', password: 'secret' } as const;
export const MINUTE = 60_000;

export interface Relayed {
  /** What the relay took from the caller, and could not care for. */
  readonly taken: ReceivedApdu[];
  readonly notCaredFor: MtaEvents['notCaredFor'][];
  /** What the next MTA took from it. */
  readonly next: ReceivedApdu[];
  /** What the rules tell of all that the relay sent on. */
  readonly findings: Finding[];
  /** TSDUs of the relay to the caller, in hexadecimal. */
  readonly answers: string[];
  readonly relay: Mta;
  readonly clock: VirtualClock;
}

/**
 * A scripted MTA calls a relay of ours; every recipient is behind a next MTA, with which the relay speaks mode `onward`.
 */
export async function throughRelay(
  script: AssociationScript,
  {
    onward = script.mode ?? 'normal',
    caller = {},
    options = {},
  }: { onward?: Mode; caller?: Partial<PeerConfig>; options?: Partial<MtaOptions> } = {},
): Promise<Relayed> {
  const clock = new VirtualClock(Date.UTC(2006, 7, 8));
  const modes: readonly Mode[] = ['normal', 'x410-1988', 'x410-1984'];
  const judge = new ConversationJudge({ iut: 'i' });
  const findings: Finding[] = [];
  const sink = (event: LinkEvent) => findings.push(...judge.push(event));
  const common = { preset: tolerant, clock, modes } as const;
  const nextMta = new Mta({
    ...common,
    name: 'Next',
    domain: { country: 'DE', administrationDomain: 'dbp', privateDomain: 'Next' },
    random: seededRandom(2),
    peers: [{ name: 'Relay' }],
  });
  let connection = 0;
  const connect = async () => {
    const pair = memoryPair({ initiator: 'Relay', responder: 'Next' });
    nextMta.accept(pair.responder);
    connection += 1;
    return recordLink(pair.initiator, { connection: connection - 1, clock, sink });
  };
  const relay = new Mta({
    ...common,
    name: 'Relay',
    domain: { country: 'FR', administrationDomain: 'atlas', privateDomain: 'Relay' },
    random: seededRandom(1),
    route: () => 'Next',
    ...options,
    peers: [
      { name: 'Caller', theirs: CALLER, ours: { mtaName: 'mta.responder.example', password: 'other' }, ...caller },
      { name: 'Next', connect, mode: onward },
    ],
  });
  const told: Relayed = { taken: [], notCaredFor: [], next: [], findings, answers: [], relay, clock };
  relay.on('messageReceived', ({ peer, apdu }) => peer === 'Caller' && told.taken.push(apdu));
  relay.on('reportReceived', ({ peer, apdu }) => peer === 'Caller' && told.taken.push(apdu));
  relay.on('notCaredFor', (event) => told.notCaredFor.push(event));
  nextMta.on('messageReceived', ({ apdu }) => told.next.push(apdu));
  nextMta.on('reportReceived', ({ apdu }) => told.next.push(apdu));
  relay.start();
  nextMta.start();

  const call = memoryPair({ initiator: 'Caller', responder: 'Relay' });
  relay.accept(call.responder);
  const heard: Uint8Array[] = [];
  const nothing = () => {};
  call.initiator.start({ data: (bytes) => heard.push(bytes), end: nothing, close: nothing });
  for (const { direction, octets } of association(script)) {
    if (direction !== 'i2r') continue;
    call.initiator.send(octets);
    await clock.advanceToAsync(clock.now() + 10);
  }
  await clock.advanceToAsync(clock.now() + 20 * MINUTE);
  findings.push(...judge.end());
  told.answers.push(...tsdus(heard));
  relay.kill();
  nextMta.kill();
  return told;
}
