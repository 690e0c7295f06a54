import type { Decoded } from '../asn1/decoded.js';
import type { Element } from '../ber/element.js';
import type { Octets } from '../ber/octets.js';
import type { AssociationEvent, Transfer, TransferPhase } from '../stack/association/events.js';
import type { Direction } from '../stack/direction.js';
import type { SpduParameter } from '../stack/session/spdu.js';
import { type Hit, LinkStateScanner, type Match, SHORTEST, type StreamKind, scanLeaf } from './signatures.js';

type Tell = (hit: Hit, direction: Direction) => void;

/** SPDU parameters that hold what upper layers read themselves. X.225: user data, and the data of an RF. */
const READ_ABOVE: ReadonlySet<number> = new Set([46, 50, 193, 194]);

/** What is interrupted may be resumed; an exception is answered by that, or by discarding. */
const ENDS: ReadonlySet<TransferPhase> = new Set<TransferPhase>(['ended', 'confirmed', 'discarded', 'broken']);

interface Running {
  readonly content: LinkStateScanner;
  readonly stray: LinkStateScanner;
  readonly transfer: Transfer;
  /** Told when the APDU is: only then is it known what the content was part of. */
  contentMatch: Match | undefined;
  strayMatch: Match | undefined;
}

/** Runs the automaton over every octet that can carry text: leaves one by one, streams with their state kept. */
export class StreamSearch {
  readonly #kinds: ReadonlySet<StreamKind>;
  readonly #tell: Tell;
  #running: Running | undefined;

  constructor(kinds: ReadonlySet<StreamKind>, tell: Tell) {
    this.#kinds = kinds;
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
        if (ENDS.has(event.phase)) this.end();
        break;
      case 'bind':
        if (event.decoded !== undefined) this.#leaves(event.decoded, 'bind', event.direction);
        break;
      case 'pdu':
        this.#leaves(event.decoded, 'bind', event.direction);
        break;
      case 'spdu':
        this.#parameters(event.spdu.parameters, event.direction);
        break;
      case 'tpdu':
        if (event.tpdu.kind !== 'DT') this.#octets(event.tpdu.octets, 'session', event.tpdu.kind, event.direction);
        break;
      case 'undecodable':
        this.#octets(event.octets, 'stray', 'TSDU', event.direction);
        break;
      default:
        break;
    }
  }

  /** No more comes of the running transfer. */
  end(): void {
    if (this.#running !== undefined) this.#finish(this.#running, 'MTS-APDU');
  }

  #of(transfer: Transfer): Running {
    if (this.#running?.transfer.index !== transfer.index) {
      this.end();
      this.#running = {
        content: new LinkStateScanner(),
        stray: new LinkStateScanner(),
        transfer,
        contentMatch: undefined,
        strayMatch: undefined,
      };
    }
    return this.#running as Running;
  }

  #apdu(transfer: Transfer, decoded: Decoded | undefined): void {
    if (this.#running?.transfer.index === transfer.index) {
      const report = decoded?.get('report') !== undefined;
      this.#finish(this.#running, report ? 'MTS-APDU.report.content.returnedContent' : 'MTS-APDU.message.content');
    }
    if (decoded !== undefined) this.#leaves(decoded, 'envelope', transfer.direction);
  }

  #finish(running: Running, contentPath: string): void {
    const { direction } = running.transfer;
    this.#running = undefined;
    this.#report(running.contentMatch ?? running.content.end(), 'content', contentPath, direction);
    this.#report(running.strayMatch ?? running.stray.end(), 'stray', 'RTTR', direction);
  }

  #leaves(node: Decoded, stream: StreamKind, direction: Direction): void {
    if (!this.#kinds.has(stream)) return;
    const { type, children, inner } = node;
    if (inner.length < SHORTEST) return;
    if (children.length > 0) {
      for (const child of children) this.#leaves(child, stream, direction);
    } else if (type.base === 'open' || (type.base === 'primitive' && !inner.streamed)) {
      this.#element(inner, stream, node, direction);
    }
  }

  /** A leaf; of an open value that nobody has typed, each leaf inside it. */
  #element(element: Element, stream: StreamKind, node: Decoded, direction: Direction): void {
    if (element.length < SHORTEST) return;
    if (!element.constructed) {
      const match = scanLeaf(element.content.slices);
      if (match !== undefined) this.#report(match, stream, node.path, direction);
    } else if (node.type.base === 'primitive') {
      const match = scanLeaf(segmentsOf(element));
      if (match !== undefined) this.#report(match, stream, node.path, direction);
    } else {
      for (const child of element.children) this.#element(child, stream, node, direction);
    }
  }

  #parameters(parameters: readonly SpduParameter[], direction: Direction): void {
    for (const { code, members, value, path } of parameters) {
      if (members !== undefined) this.#parameters(members, direction);
      else if (!READ_ABOVE.has(code)) this.#octets(value, 'session', path, direction);
    }
  }

  #octets(octets: Octets, stream: StreamKind, path: string, direction: Direction): void {
    if (octets.length < SHORTEST || !this.#kinds.has(stream)) return;
    this.#report(scanLeaf(octets.slices), stream, path, direction);
  }

  #report(match: Match | undefined, stream: StreamKind, path: string, direction: Direction): void {
    if (match === undefined || !this.#kinds.has(stream)) return;
    this.#tell({ signature: 'link-state', stream, path, ...match }, direction);
  }
}

/** The segments of a constructed string, in order. */
function segmentsOf(element: Element): { bytes: Uint8Array; offset: number }[] {
  if (!element.constructed) return [...element.content.slices];
  return element.children.flatMap(segmentsOf);
}
