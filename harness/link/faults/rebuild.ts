import type { Element } from '../../ber/element.js';
import { encodeLength } from '../../ber/header.js';
import { concat, Octets } from '../../ber/octets.js';
import { readElements } from '../../ber/reader.js';
import { decodeTsdu } from '../../stack/session/decode.js';
import { encodeLength as encodeLengthIndicator } from '../../stack/session/encode.js';
import type { Spdu, SpduParameter } from '../../stack/session/spdu.js';

/** Other octets for a unit of a TSDU; all around it is to fit them. */
export interface Edit {
  readonly start: number;
  readonly end: number;
  readonly change: (bytes: Uint8Array) => Uint8Array;
}

/** Something with a length of its own, and how it is written with other content. */
interface Node {
  readonly start: number;
  readonly end: number;
  readonly written: (edits: readonly Edit[]) => Uint8Array;
}

/**
 * The TSDU with its units changed: length indicators of session and lengths of BER around each of them say what is there
 * then, in as few octets as before, or as many. Inner units are changed before outer ones, and one in the order given.
 */
export function rebuilt(tsdu: Uint8Array, edits: readonly Edit[]): Uint8Array {
  const { spdus } = decodeTsdu(Octets.of(tsdu));
  return new Rebuild(tsdu).level(0, tsdu.length, edits, (build) => spdus.map((spdu) => build.spdu(spdu)));
}

class Rebuild {
  readonly #bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  level(start: number, end: number, edits: readonly Edit[], nodes: (build: Rebuild) => readonly Node[]): Uint8Array {
    const own = edits.filter((edit) => edit.start === start && edit.end === end);
    const inner = edits.filter((edit) => !own.includes(edit));
    const parts: Uint8Array[] = [];
    let at = start;
    for (const node of inner.length === 0 ? [] : nodes(this)) {
      const within = inner.filter((edit) => edit.start >= node.start && edit.end <= node.end);
      if (within.length === 0) continue;
      parts.push(this.#bytes.subarray(at, node.start), this.#node(node, within));
      at = node.end;
    }
    parts.push(this.#bytes.subarray(at, end));
    return changed(concat(parts), own);
  }

  #node({ start, end, written }: Node, edits: readonly Edit[]): Uint8Array {
    const own = edits.filter((edit) => edit.start === start && edit.end === end);
    const inner = edits.filter((edit) => !own.includes(edit));
    return changed(inner.length === 0 ? this.#bytes.subarray(start, end) : written(inner), own);
  }

  spdu(spdu: Spdu): Node {
    const { offset, length, parameters, userData } = spdu;
    const end = offset + length;
    const information =
      userData !== undefined && !parameters.some((each) => holds(each, userData)) ? userData : undefined;
    const bodyEnd = information?.offset ?? end;
    const bodyStart = parameters[0]?.offset ?? bodyEnd;
    const written = (edits: readonly Edit[]): Uint8Array => {
      const inBody = edits.filter((edit) => edit.start < bodyEnd);
      const body = this.level(bodyStart, bodyEnd, inBody, () =>
        parameters.map((each) => this.#parameter(each, userData)),
      );
      const behind = edits.filter((edit) => edit.start >= bodyEnd);
      const rest = this.level(bodyEnd, end, behind, () => this.#elements(bodyEnd, end));
      return concat([this.#lengthIndicator(offset, bodyStart, bodyEnd, body), body, rest]);
    };
    return { start: offset, end, written };
  }

  #parameter(parameter: SpduParameter, userData: Octets | undefined): Node {
    const { offset, length, value, members } = parameter;
    const end = offset + length;
    const written = (edits: readonly Edit[]): Uint8Array => {
      // A REFUSE has a reason octet in front of its user data. X.225 8.3.5.10.
      const from = userData !== undefined && holds(parameter, userData) ? userData.offset : value.offset;
      const reason = this.#bytes.subarray(value.offset, from);
      const inside = this.level(from, end, edits, () =>
        members === undefined ? this.#elements(from, end) : members.map((each) => this.#parameter(each, userData)),
      );
      const body = concat([reason, inside]);
      return concat([this.#lengthIndicator(offset, value.offset, end, body), body]);
    };
    return { start: offset, end, written };
  }

  /** SI or PI with its length, as it was where that still holds. X.225 8.2.5. */
  #lengthIndicator(offset: number, bodyStart: number, bodyEnd: number, body: Uint8Array): Uint8Array {
    if (body.length === bodyEnd - bodyStart) return this.#bytes.subarray(offset, bodyStart);
    return concat([this.#bytes.subarray(offset, offset + 1), encodeLengthIndicator(body.length)]);
  }

  /** Elements of BER, as deep as what is to be changed lies; strings too may hold some. */
  #elements(start: number, end: number): readonly Node[] {
    const { elements } = readElements(Octets.of(this.#bytes.subarray(start, end), start));
    return elements.map((element) => this.#element(element));
  }

  #element(element: Element): Node {
    const {
      offset,
      length,
      headerLength,
      identifierLength,
      minimalLength,
      indefinite,
      complete,
      constructed,
      children,
    } = element;
    const end = offset + length;
    const contentStart = offset + headerLength;
    const contentEnd = indefinite && complete ? end - 2 : end;
    const written = (edits: readonly Edit[]): Uint8Array => {
      const content = this.level(contentStart, contentEnd, edits, () =>
        constructed ? children.map((child) => this.#element(child)) : this.#elements(contentStart, contentEnd),
      );
      const isSame = indefinite || content.length === contentEnd - contentStart;
      const header = isSame
        ? this.#bytes.subarray(offset, contentStart)
        : concat([
            this.#bytes.subarray(offset, offset + identifierLength),
            encodeLength(content.length, minimalLength ? 0 : headerLength - identifierLength),
          ]);
      return concat([header, content, this.#bytes.subarray(contentEnd, end)]);
    };
    return { start: offset, end, written };
  }
}

function holds({ offset, length }: SpduParameter, { offset: at }: Octets): boolean {
  return at >= offset && at < offset + length;
}

function changed(bytes: Uint8Array, edits: readonly Edit[]): Uint8Array {
  return edits.reduce((result, { change }) => change(result), bytes);
}
