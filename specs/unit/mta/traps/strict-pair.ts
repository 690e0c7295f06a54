import { VirtualClock } from '../../../../harness/link/clock.js';
import type { Link } from '../../../../harness/link/link.js';
import { memoryPair } from '../../../../harness/link/memory.js';
import { recordLink } from '../../../../harness/link/recorder.js';
import { Mta } from '../../../../harness/mta/engine.js';
import type { MtaEvents } from '../../../../harness/mta/events.js';
import { orName } from '../../../../harness/mta/names.js';
import type { PeerConfig } from '../../../../harness/mta/peer.js';
import type { Preset } from '../../../../harness/mta/preset.js';
import { tolerant } from '../../../../harness/mta/presets/index.js';
import type { Submission } from '../../../../harness/mta/queue.js';
import { seededRandom } from '../../../../harness/mta/random.js';
import type { ReceivedApdu } from '../../../../harness/mta/received.js';
import type { Mode } from '../../../../harness/stack/association/events.js';
import { type StrictOptions, StrictPeer } from '../strict-peer.js';

const here = { country: 'US', administrationDomain: ' ', privateDomain: 'Here' };
const there = { country: 'GB', administrationDomain: ' ', privateDomain: 'There' };
export const alice = orName({ ...here, surname: 'Alice' });
export const bob = orName({ ...there, surname: 'Bob' });
export const mail = { originator: alice, recipients: [bob], text: 'Ordinary mail.' };
export const MINUTE = 60_000;

/** What is wrong with the MTA that faces the strict one. */
export interface Defect {
  readonly peer?: Partial<PeerConfig>;
  readonly preset?: Preset;
  /** Other octets for what it sends. */
  readonly rewrite?: (bytes: Uint8Array) => Uint8Array;
  /** In front of its ordinary mail. */
  readonly items?: readonly Submission[];
}

export interface Outcome {
  readonly strict: StrictPeer;
  /** What the strict MTA took. */
  readonly taken: readonly ReceivedApdu[];
  /** Of the MTA that faces it. */
  readonly bindRefused: readonly MtaEvents['bindRefused'][];
  readonly transferFailed: readonly MtaEvents['transferFailed'][];
  readonly queueBlocked: readonly MtaEvents['queueBlocked'][];
  /** How many items it still has, and in which state the queue is. */
  readonly length: number;
  readonly state: string;
  /** What of the conversation was found and not answered. */
  readonly left: readonly string[];
}

function rewriting(link: Link, rewrite: (bytes: Uint8Array) => Uint8Array): Link {
  return {
    localEndpoint: link.localEndpoint,
    remoteEndpoint: link.remoteEndpoint,
    opened: link.opened,
    start: (handlers) => link.start(handlers),
    send: (bytes) => link.send(rewrite(bytes)),
    close: () => link.close(),
    destroy: () => link.destroy(),
  };
}

/** An MTA with a defect, and one that is strict about it. `defective` says which of them opens the association. */
export async function faceStrictPeer(
  mode: Mode,
  { peer = {}, preset = tolerant, rewrite, items = [] }: Defect,
  {
    defective = 'initiator',
    strictly,
    during = MINUTE,
  }: { defective?: 'initiator' | 'responder'; strictly?: StrictOptions; during?: number } = {},
): Promise<Outcome> {
  const clock = new VirtualClock(Date.UTC(2006, 7, 8));
  const strict = new StrictPeer(strictly);
  const taken: ReceivedApdu[] = [];
  let connection = 0;
  const record = (link: Link): Link => {
    connection += 1;
    return recordLink(link, { connection: connection - 1, clock, sink: (event) => strict.hear(event) });
  };
  const bent = (link: Link): Link => (rewrite === undefined ? link : rewriting(link, rewrite));
  const common = { clock, modes: [mode] } as const;
  const twa = { mode, dialogueMode: 'twa' } as const;
  const calls = defective === 'initiator';
  const connect = async () => {
    const pair = memoryPair({ initiator: calls ? 'A' : 'B', responder: calls ? 'B' : 'A' });
    if (calls) {
      b.accept(record(pair.responder));
      return bent(pair.initiator);
    }
    a.accept(bent(pair.responder));
    return record(pair.initiator);
  };
  const a: Mta = new Mta({
    ...common,
    name: 'A',
    preset,
    domain: here,
    random: seededRandom(1),
    peers: [{ name: 'B', ...twa, ...(calls ? { connect } : { activation: 'remote' }), ...peer }],
  });
  const b: Mta = new Mta({
    ...common,
    name: 'B',
    preset: tolerant,
    domain: there,
    random: seededRandom(2),
    hooks: strict.hooks,
    peers: [{ name: 'A', ...twa, ...(calls ? { activation: 'remote' } : { connect }) }],
  });
  b.on('messageReceived', ({ apdu }) => taken.push(apdu));
  b.on('reportReceived', ({ apdu }) => taken.push(apdu));
  const [bindRefused, transferFailed, queueBlocked] = [
    watch(a, 'bindRefused'),
    watch(a, 'transferFailed'),
    watch(a, 'queueBlocked'),
  ];
  a.start();
  b.start();
  for (const item of items) a.enqueue('B', item);
  a.submit('B', mail);
  if (!calls) b.submit('A', { ...mail, originator: bob, recipients: [alice] });
  await clock.advanceToAsync(clock.now() + during);
  const { length, state } = a.queueTo('B').account();
  a.kill();
  b.kill();
  await clock.advanceToAsync(clock.now() + 1);
  return { strict, taken, bindRefused, transferFailed, queueBlocked, length, state, left: strict.end() };
}

function watch<K extends keyof MtaEvents>(mta: Mta, name: K): MtaEvents[K][] {
  const seen: MtaEvents[K][] = [];
  mta.on(name, (payload) => {
    seen.push(payload);
  });
  return seen;
}
