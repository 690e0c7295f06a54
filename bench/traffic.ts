import { closeSync, openSync } from 'node:fs';
import { VirtualClock } from '../harness/link/clock.js';
import type { LinkEvent } from '../harness/link/events.js';
import { bindArgument, bindResult } from '../harness/mta/bind.js';
import { interpersonalMessage } from '../harness/mta/content.js';
import { MessageFactory } from '../harness/mta/message.js';
import { orName } from '../harness/mta/names.js';
import { seededRandom } from '../harness/mta/random.js';
import { AssociationMachine } from '../harness/stack/association/machine.js';
import type { ServiceEvent } from '../harness/stack/association/service.js';
import type { Direction } from '../harness/stack/direction.js';
import { transcriptHeader } from '../harness/transcript/format.js';
import { PcapngWriter } from '../harness/transcript/pcapng-writer.js';
import { writeAll } from '../harness/transcript/writer.js';

/** One kind of traffic: the same octets each time it is made. */
export interface Traffic {
  readonly name: string;
  readonly associations: number;
  readonly messagesEach: number;
  readonly recipients: number;
  /** Octets of text in each message's one body part. */
  readonly textOctets: number;
}

export const TRAFFIC: readonly Traffic[] = [
  { name: '2 KB, 1 recipient', associations: 100, messagesEach: 200, recipients: 1, textOctets: 1792 },
  { name: '2 KB, 500 recipients', associations: 20, messagesEach: 25, recipients: 500, textOctets: 1792 },
  { name: '10 MB, 1 recipient', associations: 4, messagesEach: 4, recipients: 1, textOctets: 10 * 1024 * 1024 },
];

const START = Date.UTC(2005, 9, 1, 8);
const DOMAIN = { country: 'GB', administrationDomain: ' ', privateDomain: 'ALPHA' };
const WORDS = 'the quick brown fox jumps over a lazy dog while seven wizards box and bright vixens doze '.split(' ');

/** Writes the traffic as a pcapng capture. */
export function writeTraffic(traffic: Traffic, file: string): void {
  const fd = openSync(file, 'w');
  try {
    const header = transcriptHeader({ mode: 'normal', comment: `bench: ${traffic.name}` });
    const writer = new PcapngWriter((bytes) => writeAll(fd, bytes, file), header);
    for (const event of conversations(traffic)) writer.record(event);
  } finally {
    closeSync(fd);
  }
}

/** One association behind the other: each is opened, carries its messages, and is released. */
function* conversations(traffic: Traffic): Generator<LinkEvent> {
  const clock = new VirtualClock(START);
  const random = seededRandom(4711);
  const messages = apdus(traffic, clock, random);
  for (let connection = 0; connection < traffic.associations; connection += 1) {
    const common = { connection, initiator: '10.0.0.1:49152', responder: '10.0.0.2:102' } as const;
    yield { kind: 'open', time: clock.now(), ...common };
    yield* new Conversation(connection, traffic.messagesEach, messages, clock, random).run();
    yield { kind: 'close', connection, time: clock.now(), direction: 'i2r', how: 'end' };
    yield { kind: 'close', connection, time: clock.now(), direction: 'r2i', how: 'end' };
  }
}

/** Both machines of one association, and every octet that they send. */
class Conversation {
  readonly #connection: number;
  readonly #messages: Iterator<Uint8Array>;
  readonly #clock: VirtualClock;
  readonly #machines: Readonly<Record<Direction, AssociationMachine>>;
  #left: number;

  constructor(
    connection: number,
    count: number,
    messages: Iterator<Uint8Array>,
    clock: VirtualClock,
    random: (octets: number) => Uint8Array,
  ) {
    this.#connection = connection;
    this.#left = count;
    this.#messages = messages;
    this.#clock = clock;
    const modes = ['normal'] as const;
    this.#machines = {
      i2r: new AssociationMachine({ role: 'initiator', modes, random, userReference: 'ALPHA' }),
      r2i: new AssociationMachine({ role: 'responder', modes, random, userReference: 'BETA', collectLimit: 0 }),
    };
  }

  *run(): Generator<LinkEvent> {
    const { i2r, r2i } = this.#machines;
    // The checkpoint size and window that the connector has by default.
    i2r.open({ userData: bindArgument('normal', { mtaName: 'ALPHA' }), checkpointSize: 30, windowSize: 5 });
    r2i.connected(this.#clock.now());
    i2r.connected(this.#clock.now());
    for (let moved = true; moved; ) {
      moved = false;
      for (const direction of ['i2r', 'r2i'] as const) {
        const own = this.#machines[direction];
        for (const event of own.takeEvents()) {
          this.#react(own, event);
          moved = true;
        }
        for (const octets of own.takeOutput()) {
          const time = this.#clock.now();
          yield { kind: 'data', connection: this.#connection, direction, time, octets };
          this.#machines[direction === 'i2r' ? 'r2i' : 'i2r'].receive(octets, time);
          moved = true;
        }
      }
    }
  }

  #react(own: AssociationMachine, event: ServiceEvent): void {
    switch (event.kind) {
      case 'rtOpenIndication':
        own.acceptOpen({ userData: bindResult('normal', { mtaName: 'BETA' }), checkpointSize: 30, windowSize: 5 });
        break;
      case 'rtOpenConfirm':
      case 'rtTransferConfirm':
        this.#clock.advanceTo(this.#clock.now() + 20);
        this.#next(own);
        break;
      case 'rtTransferIndication':
        own.acceptTransfer();
        break;
      default:
        break;
    }
  }

  #next(own: AssociationMachine): void {
    this.#left -= 1;
    const apdu = this.#left < 0 ? undefined : this.#messages.next().value;
    if (apdu === undefined) own.close();
    else own.transfer(apdu);
  }
}

function* apdus(traffic: Traffic, clock: VirtualClock, random: (octets: number) => Uint8Array): Generator<Uint8Array> {
  const factory = new MessageFactory({ domain: DOMAIN, server: 'EXCHANGE-01', now: () => clock.now() });
  const originator = orName({ ...DOMAIN, organization: 'Alpha', surname: 'Sender', givenName: 'Sue' });
  const recipients = Array.from({ length: traffic.recipients }, (_, i) =>
    orName({ ...DOMAIN, privateDomain: 'BETA', organization: 'Beta', surname: `Recipient${i}`, givenName: 'Rob' }),
  );
  // Text is what the search for link state data has to read; one text for all messages, from another place each time.
  const text = words(traffic.textOctets + 4096, random);
  for (let i = 0; ; i += 1) {
    const from = (i * 61) % 4096;
    // Only the envelope names all recipients: the content stays the size that the traffic says.
    const content = interpersonalMessage({
      identifier: `message-${i}`,
      originator,
      recipients: recipients.slice(0, 1),
      subject: `Message ${i}`,
      text: text.slice(from, from + traffic.textOctets),
    });
    yield factory.message({ originator, recipients, content }).apdu;
  }
}

function words(octets: number, random: (octets: number) => Uint8Array): string {
  const line = Array.from(random(4096), (octet) => WORDS[octet % WORDS.length]).join(' ');
  return line.repeat(Math.ceil(octets / line.length)).slice(0, octets);
}
