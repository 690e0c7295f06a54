import type { Element } from '../ber/element.js';
import { concat, Octets } from '../ber/octets.js';
import { readElements } from '../ber/reader.js';
import { TagClass, tagKey, Universal } from '../ber/tag.js';
import { constructed, writeBer } from '../ber/writer.js';
import type { LinkEvent, LinkOpened } from '../link/events.js';
import type { AssociationEvent, UserTypes } from '../stack/association/events.js';
import { unwrapExternal } from '../stack/association/external.js';
import { AssociationMachine } from '../stack/association/machine.js';
import type { ServiceEvent } from '../stack/association/service.js';
import type { Direction } from '../stack/direction.js';
import type { Spdu } from '../stack/session/spdu.js';
import { ConversationObserver } from './observe.js';

// For dissectors that decode P1 in normal mode only: the same bind and the same APDUs, carried as normal mode does.

/** What an association carried, apart from how. */
export interface CarriedAssociation {
  readonly opened: LinkOpened;
  /** The MTA-bind's values, bare: the TLVs as they were sent. */
  readonly argument: Uint8Array;
  readonly result: Uint8Array;
  /** In the order in which they were ended; of those that were resumed, all of it. */
  readonly apdus: readonly { readonly direction: Direction; readonly octets: Uint8Array }[];
}

/**
 * What dissectors do not find: of associations in X.410 mode all APDUs, and of those in normal mode the ones that were
 * resumed, be it on another association. Associations whose bind was not accepted are left out.
 */
export function carriedAssociations(events: Iterable<LinkEvent>, types: UserTypes): CarriedAssociation[] {
  const observer = new ConversationObserver({ types });
  const gathering = new Map<number, Gathering>();
  const unended: Activity[] = [];
  const take = (event: ReturnType<ConversationObserver['push']>[number]): void => {
    if (event.kind === 'open') gathering.set(event.connection, new Gathering(event, unended));
    else gathering.get(event.connection)?.take(event);
  };
  for (const event of events) for (const each of observer.push(event)) take(each);
  for (const each of observer.end()) take(each);
  return [...gathering.values()].flatMap((each) => each.association() ?? []);
}

interface Activity {
  readonly direction: Direction;
  /** The association in which it began. */
  readonly owner: Gathering;
  identifier: string;
  resumed: boolean;
  octets: Uint8Array[];
  length: number;
  /** Octets before each minor synchronization point, by its serial number. */
  readonly marks: Map<number, number>;
}

class Gathering {
  readonly #opened: LinkOpened;
  /** Activities of all associations that were neither ended nor discarded. */
  readonly #unended: Activity[];
  readonly #bind: { argument?: Uint8Array; result?: Uint8Array } = {};
  readonly #apdus: { direction: Direction; octets: Uint8Array }[] = [];
  #x410 = false;
  #running: Activity | undefined;

  constructor(opened: LinkOpened, unended: Activity[]) {
    this.#opened = opened;
    this.#unended = unended;
  }

  take(event: AssociationEvent): void {
    if (event.kind === 'mode') this.#x410 = event.mode !== 'normal';
    if (event.kind === 'bind' && event.phase !== 'error' && (event.decoded?.children.length ?? 0) > 0)
      this.#bind[event.phase] = event.decoded?.element.toBytes();
    // What is not all there cannot be carried again.
    if (event.kind === 'gap' && this.#running?.direction === event.direction) this.#forget();
    if (event.kind === 'spdu') this.#spdu(event.direction, event.spdu);
  }

  association(): CarriedAssociation | undefined {
    const { argument, result } = this.#bind;
    const some = this.#x410 || this.#apdus.length > 0;
    if (!some || argument === undefined || result === undefined) return undefined;
    return { opened: this.#opened, argument: bare(argument), result: bare(result), apdus: this.#apdus };
  }

  #spdu(direction: Direction, spdu: Spdu): void {
    const running = this.#running;
    const identifier = spdu.activityIdentifier?.toHex() ?? '';
    switch (spdu.kind) {
      case 'ACTIVITY START':
        this.#running = {
          direction,
          owner: this,
          identifier,
          resumed: false,
          octets: [],
          length: 0,
          marks: new Map([[0, 0]]),
        };
        this.#unended.push(this.#running);
        break;
      case 'ACTIVITY RESUME':
        this.#resume(direction, spdu, identifier);
        break;
      case 'DATA TRANSFER':
        if (running === undefined || spdu.userData === undefined) break;
        for (const slice of this.#slices(spdu.userData)) {
          running.octets.push(slice);
          running.length += slice.length;
        }
        break;
      case 'MINOR SYNC POINT':
        if (running !== undefined && spdu.serialNumber !== undefined)
          running.marks.set(spdu.serialNumber, running.length);
        break;
      case 'ACTIVITY INTERRUPT':
        this.#running = undefined;
        break;
      case 'ACTIVITY DISCARD':
        this.#forget();
        break;
      case 'ACTIVITY END':
        if (running !== undefined) this.#ended(running);
        this.#forget();
        break;
      default:
        break;
    }
  }

  #forget(): void {
    if (this.#running !== undefined) this.#unended.splice(this.#unended.indexOf(this.#running), 1);
    this.#running = undefined;
  }

  /** X.226 8.4.3.2: bare in X.410 mode; else the OCTET STRINGs of its presentation data values. */
  #slices(userData: Octets): Uint8Array[] {
    return this.#x410 ? [userData.toBytes()] : readElements(userData).elements.flatMap(octetStrings);
  }

  #ended({ owner, direction, octets, length, resumed }: Activity): void {
    if (length === 0 || !(this.#x410 || resumed)) return;
    const value = concat(octets);
    const apdu = this.#x410 ? value : unwrapExternal(Octets.of(value))?.toBytes();
    if (apdu !== undefined) owner.#apdus.push({ direction, octets: apdu });
  }

  /** X.225 7.30: it goes on behind the point that was confirmed; what was sent behind that comes again. */
  #resume(direction: Direction, { linking }: Spdu, identifier: string): void {
    this.#running = undefined;
    const old = linking?.activityIdentifier?.toHex();
    const before = this.#unended.findLast((each) => each.identifier === old && each.direction === direction);
    const mark = before?.marks.get(linking?.serialNumber ?? 0);
    if (before === undefined || mark === undefined) return;
    Object.assign(before, {
      identifier,
      resumed: true,
      octets: [concat(before.octets).subarray(0, mark)],
      length: mark,
    });
    this.#running = before;
  }
}

const OCTET_STRING = tagKey(TagClass.universal, Universal.octetString);

function octetStrings(element: Element): Uint8Array[] {
  if (!element.constructed) return element.key === OCTET_STRING ? [element.bytes] : [];
  return element.children.flatMap(octetStrings);
}

/** BER tags of the ROSE-bind wrappers, which normal mode has and the X.410 modes do not. X.419 (06/1999) Annex A. */
const WRAPPER = { argument: 16, result: 17 } as const;
const WRAPPERS: ReadonlySet<number> = new Set(Object.values(WRAPPER).map((tag) => tagKey(TagClass.context, tag)));

/** A bind without its wrapper, if it has one. */
function bare(value: Uint8Array): Uint8Array {
  const [element] = readElements(Octets.of(value)).elements;
  const [inner] = element?.children ?? [];
  return element !== undefined && inner !== undefined && WRAPPERS.has(element.key) ? inner.toBytes() : value;
}

/** References need not differ: nobody compares one association with another. */
const random = (octets: number): Uint8Array => new Uint8Array(octets).fill(1);

/** Writes the association anew in normal mode: ACSE, presentation with its contexts, EXTERNAL and RTTR. */
export function rewrap({ opened, argument, result, apdus }: CarriedAssociation): LinkEvent[] {
  const { connection, time } = opened;
  const events: LinkEvent[] = [
    { kind: 'open', connection, time, initiator: opened.initiator, responder: opened.responder },
  ];
  const pair = new NormalPair(wrapped(WRAPPER.result, result), time, (direction, octets) =>
    events.push({ kind: 'data', connection, direction, time, octets }),
  );
  pair.open(wrapped(WRAPPER.argument, argument));
  for (const { direction, octets } of apdus) pair.transfer(direction, octets);
  pair.close();
  for (const direction of ['i2r', 'r2i'] as const)
    events.push({ kind: 'close', connection, time, direction, how: 'end' });
  return events;
}

function wrapped(tag: number, value: Uint8Array): Uint8Array {
  return writeBer(constructed(TagClass.context, tag, [{ raw: value }]));
}

type Send = (direction: Direction, octets: Uint8Array) => void;

/** Two machines that carry what they are told, in memory. */
class NormalPair {
  readonly #sides: Readonly<Record<Direction, AssociationMachine>>;
  readonly #result: Uint8Array;
  readonly #time: number;
  readonly #send: Send;

  constructor(result: Uint8Array, time: number, send: Send) {
    const options = { modes: ['normal'], random, userReference: 'rewrapped' } as const;
    this.#sides = {
      i2r: new AssociationMachine({ role: 'initiator', ...options }),
      r2i: new AssociationMachine({ role: 'responder', ...options }),
    };
    this.#result = result;
    this.#time = time;
    this.#send = send;
  }

  open(userData: Uint8Array): void {
    const { i2r, r2i } = this.#sides;
    i2r.open({ userData, dialogueMode: 'twa' });
    r2i.connected(this.#time);
    i2r.connected(this.#time);
    this.#run();
  }

  transfer(direction: Direction, apdu: Uint8Array): void {
    this.#turnTo(direction);
    this.#sides[direction].transfer(apdu);
    this.#run();
  }

  close(): void {
    this.#turnTo('i2r');
    this.#sides.i2r.close();
    this.#run();
  }

  #turnTo(direction: Direction): void {
    const { i2r, r2i } = this.#sides;
    if (this.#sides[direction].hasTurn) return;
    (direction === 'i2r' ? r2i : i2r).turnGive();
    this.#run();
  }

  #run(): void {
    while (this.#step('i2r', 'r2i') || this.#step('r2i', 'i2r'));
  }

  #step(direction: Direction, other: Direction): boolean {
    const own = this.#sides[direction];
    let moved = false;
    for (let events = own.takeEvents(); events.length > 0; events = own.takeEvents()) {
      for (const event of events) this.#react(own, event);
      moved = true;
    }
    for (const octets of own.takeOutput()) {
      this.#send(direction, octets);
      this.#sides[other].receive(octets, this.#time);
      moved = true;
    }
    return moved;
  }

  #react(own: AssociationMachine, event: ServiceEvent): void {
    if (event.kind === 'rtOpenIndication') own.acceptOpen({ userData: this.#result });
    if (event.kind === 'rtTransferIndication') own.acceptTransfer();
  }
}
