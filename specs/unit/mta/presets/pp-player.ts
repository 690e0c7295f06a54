import { Octets } from '../../../../harness/ber/octets.js';
import { VirtualClock } from '../../../../harness/link/clock.js';
import { drive } from '../../../../harness/link/driver.js';
import type { LinkEvent } from '../../../../harness/link/events.js';
import { memoryPair } from '../../../../harness/link/memory.js';
import { recordLink } from '../../../../harness/link/recorder.js';
import { Mta } from '../../../../harness/mta/engine.js';
import type { MtaEvents } from '../../../../harness/mta/events.js';
import { orName } from '../../../../harness/mta/names.js';
import type { Directory } from '../../../../harness/mta/presets/pp-reading.js';
import { ppWith } from '../../../../harness/mta/presets/third-party-pp.js';
import { seededRandom } from '../../../../harness/mta/random.js';
import { readApdu, typedApdu } from '../../../../harness/mta/received.js';
import type { Mode } from '../../../../harness/stack/association/events.js';
import { AssociationMachine } from '../../../../harness/stack/association/machine.js';
import { TpktFramer } from '../../../../harness/stack/tpkt/framer.js';
import type { Tpkt } from '../../stack/association/recordings/steps.js';

/** What became of an APDU that was acknowledged. */
export type Fate = 'stored' | 'for a person' | 'lost' | `reported ${string}`;

/** What the preset did when it was fed the initiator's side of a recording. */
export interface PpPlayed {
  /** By connection: all that went over it. */
  readonly connections: readonly (readonly Tpkt[])[];
  /** Of the APDUs that it took, in order. */
  readonly fates: readonly Fate[];
}

const OURS = { mtaName: 'mta-pp', password: 'pppass' };
const START = Date.UTC(1995, 5, 1, 10);
const domain = { country: 'GB', administrationDomain: ' ' };

/** Bob, and who is behind the channel to HARNESS: what PP was configured with. */
const knows: Directory = (recipient) => {
  const values = [...recipient.walk()].map(({ primitive }) => primitive);
  return (
    values.includes('HARNESS') || (values.includes('PPTEST') && (values.includes('bob') || values.includes('bo_b')))
  );
};

/** PP had a listener for normal mode, and another for the rest: the CR names one by its selector. */
function modesOf([connection]: readonly (readonly Tpkt[])[]): readonly Mode[] {
  const cr = Buffer.from(connection?.[0]?.octets ?? []).toString('latin1');
  return cr.includes('592') ? ['x410-1984', 'x410-1988'] : ['normal'];
}

/** Feeds what the initiator sent, each TPKT behind what we answer to those before it, and the connections one after the other. */
export async function playToPp(recording: readonly (readonly Tpkt[])[]): Promise<PpPlayed> {
  const clock = new VirtualClock(START);
  const settle = (milliseconds: number) => clock.advanceToAsync(clock.now() + milliseconds);
  const mta = new Mta({
    name: 'mta-pp',
    preset: ppWith(knows),
    domain: { ...domain, privateDomain: 'PPTEST' },
    clock,
    random: seededRandom(1),
    modes: modesOf(recording),
    peers: [
      {
        name: 'percival',
        theirs: { mtaName: 'percival.smhs.co.uk', password: 'excalibur' },
        ours: OURS,
      },
      {
        name: 'gateway',
        theirs: { mtaName: 'wgc.microsoft.ca', password: '' },
        ours: { mtaName: 'ean.ubc', password: '' },
      },
      {
        name: 'itself',
        theirs: { mtaName: 'mta-pp', password: 'pppass' },
        ours: { mtaName: 'mta-harness', password: 'harness' },
      },
      // Who does not say its name is answered like all others.
      { name: 'anybody', theirs: {}, ours: OURS },
    ],
  });
  const fates: Fate[] = [];
  const note = <K extends keyof MtaEvents>(name: K, fate: (event: MtaEvents[K]) => Fate | undefined) =>
    mta.on(name, (event) => {
      const own = fate(event);
      if (own !== undefined) fates.push(own);
    });
  note('messageReceived', () => 'stored');
  note('reportReceived', () => 'stored');
  note('messageDiscarded', ({ apdu }) => (apdu.kind === 'probe' || apdu.octets.length === 0 ? 'lost' : 'for a person'));
  mta.on('messageQueued', ({ item }) => {
    const report = typedApdu(readApdu(Octets.of(item.apdu), 'normal'))?.report;
    const { nonDelivery } = report?.content.perRecipientFields[0]?.lastTraceInformation.reportType ?? {};
    // What is reported on was taken just before.
    if (nonDelivery !== undefined)
      fates[fates.length - 1] =
        `reported ${nonDelivery.nonDeliveryReasonCode}/${nonDelivery.nonDeliveryDiagnosticCode}`;
  });
  const connections: Tpkt[][] = [];
  for (const recorded of recording) {
    const tpkts: Tpkt[] = [];
    connections.push(tpkts);
    const pair = memoryPair();
    const framer = new TpktFramer();
    let gone = false;
    const { initiator: link } = pair;
    mta.accept(pair.responder);
    link.start({
      data: (bytes) => {
        for (const unit of framer.push(Octets.of(bytes)))
          if (unit.kind === 'tpkt') tpkts.push({ direction: 'r2i', octets: unit.octets.toBytes() });
      },
      end: () => link.close(),
      close: () => {
        gone = true;
      },
    });
    await settle(0);
    for (const { direction, octets } of recorded) {
      if (direction !== 'i2r' || gone) continue;
      tpkts.push({ direction, octets });
      link.send(octets);
      await settle(0);
    }
    link.destroy();
    await settle(0);
  }
  mta.kill();
  return { connections, fates };
}

/** What the preset sends, as an initiator, up to its CONNECT. */
export async function calledByPp(): Promise<Tpkt[]> {
  const clock = new VirtualClock(START);
  const tpkts: Tpkt[] = [];
  const machine = new AssociationMachine({ role: 'responder', modes: ['normal'], random: seededRandom(2) });
  const connect = async () => {
    const pair = memoryPair();
    drive(machine, pair.responder, clock, () => {});
    const framer = new TpktFramer();
    const sink = (event: LinkEvent) => {
      if (event.kind !== 'data' || event.direction !== 'i2r') return;
      for (const unit of framer.push(Octets.of(event.octets)))
        if (unit.kind === 'tpkt') tpkts.push({ direction: event.direction, octets: unit.octets.toBytes() });
    };
    return recordLink(pair.initiator, { connection: 0, clock, sink });
  };
  const peers = [{ name: 'harness', ours: OURS, connect }];
  const own = { ...domain, privateDomain: 'PPTEST' };
  const mta = new Mta({ name: 'mta-pp', preset: ppWith(knows), domain: own, clock, random: seededRandom(1), peers });
  mta.start();
  const bob = orName({ ...own, surname: 'bob' });
  mta.submit('harness', { originator: bob, recipients: [bob], text: 'What makes it call.' });
  await clock.advanceToAsync(clock.now());
  mta.kill();
  return tpkts;
}
