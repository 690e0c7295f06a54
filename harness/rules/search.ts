import type { Decoded } from '../asn1/decoded.js';
import type { Element } from '../ber/element.js';
import type { Octets } from '../ber/octets.js';
import { type AssociationEvent, type Transfer, type TransferPhase, wholeOf } from '../stack/association/events.js';
import type { Direction } from '../stack/direction.js';
import type { SpduParameter } from '../stack/session/spdu.js';
import type { ConversationMemory, SuspendedSearch } from './memory.js';
import { type Hit, LinkStateScanner, type Match, SHORTEST, type StreamKind, scanLeaf } from './signatures.js';

/** `transfer`: whose octets they are, where they may have come over several connections. */
type Tell = (hit: Hit, direction: Direction, transfer?: Transfer) => void;

/** Who sent it: an event of the association, or a transfer. */
type Source = { readonly direction: Direction } | Transfer;

/** SPDU parameters that hold what upper layers read themselves. X.225: user data, and the data of an RF. */
const READ_ABOVE: ReadonlySet<number> = new Set([46, 50, 193, 194]);

/** What is interrupted may be resumed; an exception is answered by that, or by discarding. */
const ENDS: ReadonlySet<TransferPhase> = new Set<TransferPhase>(['ended', 'confirmed', 'discarded', 'broken']);

interface Running extends SuspendedSearch {
  transfer: Transfer;
}

const CONTENT = 'MTS-APDU.message.content';
const RETURNED_CONTENT = 'MTS-APDU.report.content.returnedContent';
/** The tag of a report among MTS-APDUs. X.411 12.2. */
const REPORT = 1;

/** Runs the automaton over every octet that can carry text: leaves one by one, streams with their state kept. */
export class StreamSearch {
  readonly #kinds: ReadonlySet<StreamKind>;
  readonly #tell: Tell;
  readonly #memory: ConversationMemory;
  #running: Running | undefined;
  /** Of transfers that may go on, by what they were first told as. */
  readonly #suspended = new Map<Transfer, Running>();

  constructor(kinds: ReadonlySet<StreamKind>, memory: ConversationMemory, tell: Tell) {
    this.#kinds = kinds;
    this.#memory = memory;
    this.#tell = tell;
  }

  on(event: AssociationEvent): void {
    switch (event.kind) {
      case 'content': {
        const running = this.#of(event.transfer);
        running.contentMatch ??= running.content.push(event.bytes, event.offset);
        break;
      }
      case 'stray': {
        const running = this.#of(event.transfer);
        running.strayMatch ??= running.stray.push(event.bytes, event.offset);
        break;
      }
      case 'apdu':
        this.#apdu(event.transfer, event.decoded);
        break;
      case 'transfer':
        this.#phase(event);
        break;
      case 'bind':
        if (event.decoded !== undefined) this.#leaves(event.decoded, 'bind', event);
        break;
      case 'pdu':
        this.#leaves(event.decoded, 'bind', event);
        break;
      case 'spdu':
        this.#parameters(event.spdu.parameters, event);
        break;
      case 'tpdu':
        if (event.tpdu.kind !== 'DT') this.#octets(event.tpdu.octets, 'session', event.tpdu.kind, event);
        break;
      case 'undecodable':
        this.#octets(event.octets, 'stray', 'TSDU', event);
        break;
      default:
        break;
    }
  }

  /** No more comes of any transfer. */
  end(): void {
    this.#over();
    for (const running of this.#suspended.values()) this.#finish(running, 'MTS-APDU');
    this.#suspended.clear();
  }

  #phase(event: AssociationEvent & { kind: 'transfer' }): void {
    const { phase, transfer } = event;
    if (phase === 'started') this.#resume(transfer);
    else if (phase === 'interrupted' || (phase === 'broken' && event.awaited === true)) this.#suspend(event);
    else if (phase === 'continued') this.#suspended.delete(wholeOf(transfer));
    else if (ENDS.has(phase)) this.#over();
  }

  /** What was found in the content so far is told: it may be long until the transfer goes on. */
  #suspend({ phase, transfer, tagNumber }: AssociationEvent & { kind: 'transfer' }): void {
    const running = this.#running;
    if (running?.transfer.index !== transfer.index) return;
    this.#running = undefined;
    const whole = wholeOf(transfer);
    this.#suspended.set(whole, running);
    this.#memory.searches.set(whole, running);
    if (phase === 'broken')
      this.#content(running, running.contentMatch, tagNumber === REPORT ? RETURNED_CONTENT : CONTENT);
  }

  /** On this association, or from another one of the conversation. */
  #resume(transfer: Transfer): void {
    const whole = transfer.first;
    const before = whole === undefined ? undefined : this.#memory.searches.get(whole);
    if (whole === undefined || before === undefined) return;
    this.#over();
    this.#suspended.delete(whole);
    this.#memory.searches.delete(whole);
    this.#running = Object.assign(before, { transfer });
  }

  #over(): void {
    if (this.#running !== undefined) this.#finish(this.#running, 'MTS-APDU');
    this.#running = undefined;
  }

  #of(transfer: Transfer): Running {
    if (this.#running?.transfer.index !== transfer.index) {
      this.#over();
      this.#running = {
        content: new LinkStateScanner(),
        stray: new LinkStateScanner(),
        transfer,
        contentMatch: undefined,
        strayMatch: undefined,
        contentTold: false,
      };
    }
    return this.#running;
  }

  #apdu(transfer: Transfer, decoded: Decoded | undefined): void {
    const whole = wholeOf(transfer);
    const running = this.#running?.transfer.index === transfer.index ? this.#running : this.#suspended.get(whole);
    if (running !== undefined) {
      if (running === this.#running) this.#running = undefined;
      this.#suspended.delete(whole);
      this.#memory.searches.delete(whole);
      this.#finish(running, decoded?.get('report') === undefined ? CONTENT : RETURNED_CONTENT);
    }
    if (decoded !== undefined) this.#leaves(decoded, 'envelope', transfer);
  }

  #finish(running: Running, contentPath: string): void {
    this.#content(running, running.contentMatch ?? running.content.end(), contentPath);
    this.#report(running.strayMatch ?? running.stray.end(), 'stray', 'RTTR', running.transfer);
  }

  #content(running: Running, match: Match | undefined, path: string): void {
    if (match === undefined || running.contentTold) return;
    running.contentTold = true;
    this.#report(match, 'content', path, running.transfer);
  }

  #leaves(node: Decoded, stream: StreamKind, source: Source): void {
    if (!this.#kinds.has(stream)) return;
    const { type, children, inner } = node;
    if (inner.length < SHORTEST) return;
    if (children.length > 0) {
      for (const child of children) this.#leaves(child, stream, source);
    } else if (type.base === 'open' || (type.base === 'primitive' && !inner.streamed)) {
      this.#element(inner, stream, node, source);
    }
  }

  /** A leaf; of an open value that nobody has typed, each leaf inside it. */
  #element(element: Element, stream: StreamKind, node: Decoded, source: Source): void {
    if (element.length < SHORTEST) return;
    if (!element.constructed) {
      const match = scanLeaf(element.content.slices);
      if (match !== undefined) this.#report(match, stream, node.path, source);
    } else if (node.type.base === 'primitive') {
      const match = scanLeaf(segmentsOf(element));
      if (match !== undefined) this.#report(match, stream, node.path, source);
    } else {
      for (const child of element.children) this.#element(child, stream, node, source);
    }
  }

  #parameters(parameters: readonly SpduParameter[], source: Source): void {
    for (const { code, members, value, path } of parameters) {
      if (members !== undefined) this.#parameters(members, source);
      else if (!READ_ABOVE.has(code)) this.#octets(value, 'session', path, source);
    }
  }

  #octets(octets: Octets, stream: StreamKind, path: string, source: Source): void {
    if (octets.length < SHORTEST || !this.#kinds.has(stream)) return;
    this.#report(scanLeaf(octets.slices), stream, path, source);
  }

  #report(match: Match | undefined, stream: StreamKind, path: string, source: Source): void {
    if (match === undefined || !this.#kinds.has(stream)) return;
    const transfer = 'index' in source ? source : undefined;
    this.#tell({ signature: 'link-state', stream, path, ...match }, source.direction, transfer);
  }
}

/** The segments of a constructed string, in order. */
function segmentsOf(element: Element): { bytes: Uint8Array; offset: number }[] {
  if (!element.constructed) return [...element.content.slices];
  return element.children.flatMap(segmentsOf);
}
