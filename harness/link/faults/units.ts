import type { Decoded } from '../../asn1/decoded.js';
import type { Element } from '../../ber/element.js';
import { Octets } from '../../ber/octets.js';
import { TagClass, tagKey, Universal } from '../../ber/tag.js';
import { observeAcse } from '../../stack/acse/observer.js';
import { type PpduObservation, PresentationObserver, presentationMode } from '../../stack/presentation/observer.js';
import { observeRtse, observeRtseOctets, type RtseName } from '../../stack/rtse/observer.js';
import { decodeTsdu } from '../../stack/session/decode.js';
import { isSegment, type Spdu } from '../../stack/session/spdu.js';
import { ApduFinder, type ApduPart } from './apdu-finder.js';
import type { FaultDirection, FaultLayer } from './fault.js';

/** A unit of some layer, and its place in its TSDU. */
export interface FoundUnit {
  readonly layer: FaultLayer;
  readonly kind: string;
  readonly start: number;
  /** Behind its last octet. */
  readonly end: number;
  /** A GIVE TOKENS or PLEASE TOKENS with which another SPDU is concatenated. X.225 6.3.7. */
  readonly leads?: true;
  /** Of an RTTR: where its content stands, and what of a P1 APDU is in it. */
  readonly slice?: FoundSlice;
}

export interface FoundSlice {
  readonly start: number;
  readonly end: number;
  readonly apdu: ApduPart | undefined;
}

const OCTET_STRING = tagKey(TagClass.universal, Universal.octetString);

interface Place {
  readonly start: number;
  readonly end: number;
}

/**
 * Finds the units of all layers above transport in the TSDUs of one connection, with the codecs and observers of the
 * stack. What cannot be read has no units; segments of an SSDU (X.225 7.37) have none above session.
 */
export class UnitFinder {
  readonly #presentation = new PresentationObserver();
  /** X.410 mode has neither presentation nor ACSE; without a CONNECT it is taken for normal mode. X.226 8.2. */
  #x410 = false;
  readonly #apdus: Record<FaultDirection, ApduFinder | undefined> = { sent: undefined, received: undefined };
  #units: FoundUnit[] = [];

  /** The outermost first. Each TSDU is to be given once, when it is whole. */
  find(direction: FaultDirection, tsdu: Uint8Array): readonly FoundUnit[] {
    this.#units = [];
    const { spdus } = decodeTsdu(Octets.of(tsdu));
    const [first, second] = spdus;
    // As X.225 6.3.7 has it, the one that leads is processed last; alone it says nothing, unless it carries something.
    if (second !== undefined) this.#spdu(direction, second);
    if (first !== undefined && (second === undefined || isMore(first))) {
      if (second === undefined) this.#spdu(direction, first);
      else this.#add('session', first.kind, placeOf(first), { leads: true });
    }
    return this.#units;
  }

  #add(layer: FaultLayer, kind: string, { start, end }: Place, more: Partial<FoundUnit> = {}): void {
    this.#units.push({ layer, kind, start, end, ...more });
  }

  #spdu(direction: FaultDirection, spdu: Spdu): void {
    const { kind, userData } = spdu;
    this.#add('session', kind, placeOf(spdu));
    switch (kind) {
      case 'ACTIVITY START':
        this.#apdus[direction] = new ApduFinder(!this.#x410);
        return;
      // What goes on was counted when it began, and at which octet it goes on only its receiver knows.
      case 'ACTIVITY RESUME':
      case 'ACTIVITY END':
      case 'ACTIVITY INTERRUPT':
      case 'ACTIVITY DISCARD':
        this.#apdus[direction] = undefined;
        return;
      default:
        if (userData !== undefined && !isSegment(spdu)) this.#carried(direction, kind, userData);
    }
  }

  #carried(direction: FaultDirection, kind: Spdu['kind'], userData: Octets): void {
    switch (kind) {
      case 'CONNECT':
        this.#x410 = presentationMode(userData) === 'x410';
        if (this.#x410) this.#bare('RTORQ', 'PConnect', userData);
        else this.#ppdu(this.#presentation.connect(userData), 'RTORQ');
        break;
      case 'ACCEPT':
        if (this.#x410) this.#bare('RTOAC', 'PAccept', userData);
        else this.#ppdu(this.#presentation.accept(userData), 'RTOAC');
        break;
      case 'REFUSE':
        if (this.#x410) this.#bare('RTORJ', 'PRefuse', userData);
        else this.#ppdu(this.#presentation.refuse(userData), 'RTORJ');
        break;
      case 'ABORT':
        if (this.#x410) this.#bare('RTAB', 'AbortInformation', userData);
        else this.#ppdu(this.#presentation.abort(userData), 'RTAB');
        break;
      case 'FINISH':
      case 'DISCONNECT':
        // X.226 has no PPDU for a release: its user data is User-data alone.
        if (!this.#x410) this.#acse(this.#presentation.data(userData).values[0]?.element, undefined);
        break;
      case 'PLEASE TOKENS':
        if (this.#x410) this.#bare('RTTP', 'RTTP', userData);
        else this.#element('rtse', 'RTTP', this.#presentation.data(userData).values[0]?.element);
        break;
      case 'DATA TRANSFER':
        if (this.#x410) this.#slice(direction, placeOf(userData), placeOf(userData), userData);
        else this.#data(direction, userData);
        break;
      default:
        break;
    }
  }

  /** In X.410 mode the RTSE APDU is the SS-user data, as X.410-1984 4.2 has it. */
  #bare(kind: string, name: RtseName, userData: Octets): void {
    const { decoded } = observeRtseOctets(name, userData);
    this.#add('rtse', kind, placeOf(userData));
    this.#bind(kind, decoded?.get('pUserData'));
  }

  #ppdu({ name, decoded, values }: PpduObservation, expected: RtseName): void {
    if (decoded === undefined) return;
    this.#element('presentation', name, decoded.element);
    this.#acse(values[0]?.element, expected);
  }

  #acse(element: Element | undefined, expected: RtseName | undefined): void {
    if (element === undefined) return;
    const { name, userInformation } = observeAcse(element);
    if (name === undefined) return;
    this.#element('acse', name, element);
    if (expected === undefined || userInformation?.element === undefined) return;
    const { decoded } = observeRtse(expected, userInformation.element);
    if (decoded === undefined) return;
    this.#element('rtse', expected, userInformation.element);
    this.#bind(expected, decoded);
  }

  /** The user data of RT-OPEN, in its wrapper where it has one. X.419 13. */
  #bind(kind: string, decoded: Decoded | undefined): void {
    if (kind === 'RTORQ') this.#element('p1', 'bindArgument', decoded?.get('connectionDataRQ', 'open')?.inner);
    if (kind === 'RTOAC') this.#element('p1', 'bindResult', decoded?.get('connectionDataAC', 'open')?.inner);
    if (kind === 'RTORJ') this.#element('p1', 'bindError', decoded?.get('userDataRJ')?.inner);
  }

  #data(direction: FaultDirection, userData: Octets): void {
    const { decoded, values } = this.#presentation.data(userData);
    if (decoded === undefined) return;
    this.#element('presentation', 'TD', decoded.element);
    for (const { element } of values) {
      // One in segments (X.690 8.7) has no slice that could be cut.
      if (element?.key !== OCTET_STRING || element.constructed) continue;
      this.#slice(direction, placeOf(element), placeOf(element.content), element.content);
    }
  }

  #slice(direction: FaultDirection, unit: Place, content: Place, octets: Octets): void {
    const apdu = this.#apdus[direction]?.push(octets.toBytes());
    this.#add('rtse', 'RTTR', unit, { slice: { ...content, apdu } });
  }

  #element(layer: FaultLayer, kind: string, element: Element | undefined): void {
    if (element?.complete === true) this.#add(layer, kind, placeOf(element));
  }
}

/** Offsets count in the TSDU, which was read as one piece. */
function placeOf({ offset, length }: { readonly offset: number; readonly length: number }): Place {
  return { start: offset, end: offset + length };
}

function isMore({ tokenItem, userData }: Spdu): boolean {
  return tokenItem !== undefined || userData !== undefined;
}
