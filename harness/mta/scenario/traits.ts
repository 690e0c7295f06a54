import { Octets } from '../../ber/octets.js';
import { priority as priorities } from '../../p1/message.js';
import type { QueuedItem } from '../queue.js';
import { type ReceivedApdu, readApdu } from '../received.js';
import { foreignness } from '../recognise.js';
import { subjectOf } from '../subject.js';
import type { Happening } from './happening.js';

type Fields = Happening['fields'];

/** Reads what messages can be told apart by; each once, however much is told of it. */
export class TraitReader {
  readonly #ofReceived = new WeakMap<ReceivedApdu, Fields>();
  readonly #ofQueued = new WeakMap<Uint8Array, Fields>();

  received(apdu: ReceivedApdu): Fields {
    const known = this.#ofReceived.get(apdu);
    if (known !== undefined) return known;
    const subject = subjectOf(apdu);
    const fields: Fields = {
      ...(apdu.kind === undefined ? {} : { kind: apdu.kind }),
      ...(apdu.kind === 'message' ? { priority: priorityOf(apdu) } : {}),
      ...(subject === undefined ? {} : { subject }),
      foreign: foreignness(apdu) !== undefined,
    };
    this.#ofReceived.set(apdu, fields);
    return fields;
  }

  queued({ kind, priority, system, apdu }: QueuedItem): Fields {
    return { kind, priority, system, ...this.#inside(apdu) };
  }

  #inside(octets: Uint8Array): Fields {
    const known = this.#ofQueued.get(octets);
    if (known !== undefined) return known;
    const apdu = readApdu(Octets.of(octets), undefined);
    const subject = subjectOf(apdu);
    const fields = { ...(subject === undefined ? {} : { subject }), foreign: foreignness(apdu) !== undefined };
    this.#ofQueued.set(octets, fields);
    return fields;
  }
}

/** By X.411's name; normal where nothing is said, or something that has none. */
function priorityOf(apdu: ReceivedApdu): string {
  const value = apdu.decoded?.get('message', 'envelope', 'priority')?.primitive;
  return Object.entries(priorities).find(([, each]) => each === value)?.[0] ?? 'normal';
}
