import type { Element } from '../../ber/element.js';
import type { Octets } from '../../ber/octets.js';
import { readElements } from '../../ber/reader.js';
import { TagClass, tagKey, tagName, Universal } from '../../ber/tag.js';
import type { Anomaly } from '../anomaly.js';
import type { Direction } from '../direction.js';
import type { PresentationObserver, PresentationValue } from '../presentation/observer.js';
import type { EventBody, Mode } from './events.js';

export interface SliceObserverOptions {
  readonly rtseAbstractSyntax: string;
  readonly presentation: PresentationObserver;
  readonly emit: (event: EventBody) => void;
  /** Takes the octets of each RTTR, and what stood around it. */
  readonly slice: (direction: Direction, octets: Octets, wrapping: Wrapping | undefined) => void;
}

/** From the user data of DATA to the slices of APDUs. X.226 8.4, X.228 8.3. */
export class SliceObserver {
  readonly #options: SliceObserverOptions;
  #mode: Mode | undefined;
  #foreign = false;
  /** In X.410 mode, what a sender puts around the slices of its activity; undefined before the first of them. */
  readonly #wrapping: Record<Direction, Wrapping | undefined> = { i2r: undefined, r2i: undefined };

  constructor(options: SliceObserverOptions) {
    this.#options = options;
  }

  setMode(mode: Mode): void {
    this.#mode = mode;
  }

  /** The application is not P1: no one can say what its slices look like. */
  setForeign(): void {
    this.#foreign = true;
  }

  /** An activity of this side begins, or goes on: from the middle of an APDU no one can tell what is around it. */
  begin(direction: Direction, wrapping: Wrapping | undefined): void {
    this.#wrapping[direction] = wrapping;
  }

  data(direction: Direction, userData: Octets): void {
    if (this.#mode !== undefined && this.#mode !== 'normal') {
      this.#bareSlice(direction, userData);
      return;
    }
    const slice = this.#options.presentation.plainData(userData, this.#options.rtseAbstractSyntax);
    if (slice !== undefined) {
      this.#options.slice(direction, slice, undefined);
      return;
    }
    const { anomalies, values } = this.#options.presentation.data(userData);
    for (const anomaly of anomalies) this.#options.emit({ kind: 'anomaly', direction, anomaly });
    for (const value of values) this.#segment(direction, value);
  }

  /** X.226 8.4.3.2: in X.410 mode the slice stands there bare. What normal mode has around it is told once, and read. */
  #bareSlice(direction: Direction, userData: Octets): void {
    const first = this.#wrapping[direction] === undefined;
    if (first) this.#wrapping[direction] = this.#foreign ? 'none' : wrappingOf(userData);
    const wrapping = this.#wrapping[direction];
    const elements = wrapping === 'none' ? [] : readElements(userData, { layer: 'presentation' }).elements;
    const [element] = elements;
    if (wrapping === 'none' || element === undefined || !element.complete) {
      this.#options.slice(direction, userData, wrapping);
      return;
    }
    if (first) {
      const { offset, length } = element;
      const message = `${wrapping} around a slice, which stands bare in the X.410 modes`;
      this.#options.emit({
        kind: 'anomaly',
        direction,
        anomaly: { layer: 'rtse', code: 'other-mode', path: 'RTTR', offset, length, message, clause: 'X.226 8.4.3.2' },
      });
    }
    if (element.key === OCTET_STRING) this.#slices(direction, element);
    else for (const value of this.#options.presentation.data(userData).values) this.#segment(direction, value);
  }

  /** One RTTR: an OCTET STRING in the context of RTSE. X.228 8.3. */
  #segment(direction: Direction, value: PresentationValue): void {
    const { element, pdv, abstractSyntax } = value;
    const foreign = abstractSyntax !== undefined && abstractSyntax !== this.#options.rtseAbstractSyntax;
    if (foreign || element === undefined || element.key !== OCTET_STRING) {
      const message = foreign
        ? `user data in the context of ${abstractSyntax}, where RTSE sends its own`
        : element === undefined
          ? 'a value that is no OCTET STRING'
          : `${tagName(element)} where RTTR should be`;
      const anomaly: Anomaly = {
        layer: 'rtse',
        code: foreign ? 'foreign-context' : 'malformed',
        path: pdv.path,
        offset: pdv.element.offset,
        length: pdv.element.length,
        message,
        clause: 'X.228 8.3',
        detail: abstractSyntax,
      };
      this.#options.emit({ kind: 'anomaly', direction, anomaly });
    }
    // What another context holds is no slice, and would spoil the APDU around it.
    const unknown = this.#options.presentation.connectSeen && abstractSyntax === undefined;
    if (element?.key === OCTET_STRING && !foreign && !unknown) this.#slices(direction, element);
  }

  #slices(direction: Direction, element: Element): void {
    if (!element.constructed) {
      this.#options.slice(direction, element.content, this.#wrapping[direction]);
      return;
    }
    for (const child of element.children) {
      if (child.key === OCTET_STRING) this.#slices(direction, child);
      else {
        const message = `${tagName(child)} inside a constructed RTTR`;
        const { offset, length } = child;
        const anomaly: Anomaly = {
          layer: 'rtse',
          code: 'unknown-element',
          path: 'RTTR',
          offset,
          length,
          message,
          clause: 'X.690 8.7',
        };
        this.#options.emit({ kind: 'anomaly', direction, anomaly });
      }
    }
  }
}

const OCTET_STRING = tagKey(TagClass.universal, Universal.octetString);
const FULLY_ENCODED_DATA = tagKey(TagClass.application, 1);
/** The first octets of what normal mode has around a slice: an OCTET STRING, and User-data. */
const WRAPPED: readonly (number | undefined)[] = [0x04, 0x24, 0x61];

/** What a sender puts around its slices in X.410 mode, which has nothing there. */
export type Wrapping = 'none' | 'an OCTET STRING' | 'a presentation header';

/** What stands around the first slice of an activity: an APDU of P1 begins with neither. X.411 12.2. */
function wrappingOf(slice: Octets): Wrapping {
  if (!WRAPPED.includes(slice.at(0))) return 'none';
  const [element, ...more] = readElements(slice, { layer: 'presentation' }).elements;
  if (element === undefined || !element.complete || more.length > 0 || element.length !== slice.length) return 'none';
  if (element.key === OCTET_STRING) return 'an OCTET STRING';
  return element.key === FULLY_ENCODED_DATA ? 'a presentation header' : 'none';
}
