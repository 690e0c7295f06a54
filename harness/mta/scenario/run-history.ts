import type { ReceivedApdu } from '../received.js';
import type { Happening } from './happening.js';
import { happeningText } from './run-text.js';

/** Happenings of an MTA that are kept, to be shown where a step fails. */
const SHOWN = 10;

export interface Arrived {
  /** The neighbour that it came from. */
  readonly from: string | undefined;
  readonly kind: string | undefined;
  readonly subject: string | undefined;
}

/** What a scenario's MTAs have been through, as far as it is asked for later. */
export class History {
  readonly #live: ReadonlySet<string>;
  readonly #last = new Map<string, Happening[]>();
  readonly #arrived = new Map<string, Arrived[]>();
  /** The last message or probe, by MTA and neighbour. */
  readonly #came = new Map<string, ReceivedApdu>();
  readonly #reached = new Set<string>();
  readonly #unreached = new Set<string>();
  #binds = 0;
  #tried = false;

  /** `live`: those that say nothing of themselves. */
  constructor(live: ReadonlySet<string>) {
    this.#live = live;
  }

  add(happening: Happening): void {
    const { mta, event, fields, apdu } = happening;
    const last = this.#last.get(mta) ?? [];
    last.push(happening);
    if (last.length > SHOWN) last.shift();
    this.#last.set(mta, last);
    this.#countArrivals(happening);
    const peer = typeof fields.peer === 'string' ? fields.peer : undefined;
    const toLive = peer !== undefined && this.#live.has(peer);
    // A fake tells of the binds that come to it; those that go to a live MTA show in its answer.
    if (event === 'bind' || (toLive && answersBind(happening))) this.#binds += 1;
    if (event === 'associationClosed' || event === 'associationOpened' || event === 'connect') this.#tried = true;
    if (peer === undefined) return;
    if (apdu?.kind === 'message' || apdu?.kind === 'probe') this.#came.set(pairKey(mta, peer), apdu);
    if (event === 'associationClosed' || event === 'nextRetry') this.#unreached.add(peer);
    else if (SIGNS_OF_LIFE.has(event)) this.#reached.add(peer);
  }

  /** The latest last. */
  lastAt(mta: string, started: number): string[] {
    return (this.#last.get(mta) ?? []).map((each) => happeningText(each, started));
  }

  /** What an MTA has taken; of a live one, what the fakes have transferred to it. */
  arrivedAt(mta: string): readonly Arrived[] {
    return this.#arrived.get(mta) ?? [];
  }

  /** The last message or probe that came to an MTA from a neighbour, whatever became of it. */
  lastApdu(at: string, from: string): ReceivedApdu | undefined {
    return this.#came.get(pairKey(at, from));
  }

  /** Connections on which a bind was seen. */
  get binds(): number {
    return this.#binds;
  }

  /** Whether an association was begun at all. */
  get tried(): boolean {
    return this.#tried;
  }

  /** Whether there were attempts to reach an MTA, and none got through. */
  isOutOfReach(mta: string): boolean {
    return this.#unreached.has(mta) && !this.#reached.has(mta);
  }

  #countArrivals({ mta, event, fields }: Happening): void {
    const { peer, subject } = fields;
    const more = { subject: typeof subject === 'string' ? subject : undefined };
    const kind = event === 'reportReceived' ? 'report' : typeof fields.kind === 'string' ? fields.kind : undefined;
    if (event === 'messageReceived' || event === 'reportReceived') {
      this.#arrive(mta, { ...more, from: typeof peer === 'string' ? peer : undefined, kind });
    } else if (event === 'messageTransferred' && typeof peer === 'string' && this.#live.has(peer)) {
      this.#arrive(peer, { ...more, from: mta, kind });
    }
  }

  #arrive(mta: string, arrived: Arrived): void {
    const all = this.#arrived.get(mta) ?? [];
    all.push(arrived);
    this.#arrived.set(mta, all);
  }
}

/** Events that only a peer gives rise to which is there. */
const SIGNS_OF_LIFE: ReadonlySet<string> = new Set([
  'connect',
  'session',
  'bind',
  'bindResult',
  'bindRefused',
  'associationOpened',
  'abort',
]);

function pairKey(mta: string, peer: string): string {
  return JSON.stringify([mta, peer]);
}

function answersBind({ event, fields }: Happening): boolean {
  return event === 'bindResult' || (event === 'bindRefused' && fields.by === 'peer');
}
