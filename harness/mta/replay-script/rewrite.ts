import type { Element } from '../../ber/element.js';
import { encodeIdentifier, encodeLength } from '../../ber/header.js';
import { concat, type Octets } from '../../ber/octets.js';
import { readElements } from '../../ber/reader.js';
import { decodeTsdu } from '../../stack/session/decode.js';
import { encodeLength as encodeSessionLength } from '../../stack/session/encode.js';
import type { Spdu, SpduParameter } from '../../stack/session/spdu.js';

/** Octets that take the place of others: a whole value, or as many as there were. */
export interface Edit {
  /** In the stream of the direction. */
  readonly offset: number;
  readonly length: number;
  readonly octets: Uint8Array;
  /** Called where it cannot be made: the recorded octets are sent. */
  readonly undo?: () => void;
}

/** Something with a length in front of it, in indices of its rope. */
interface Container {
  readonly start: number;
  readonly end: number;
  readonly contentStart: number;
  readonly contentEnd: number;
  readonly header: (length: number) => Uint8Array;
  readonly children: () => readonly Container[];
  /** Its content is a value: it is replaced as a whole, or in what BER is in it, or not at all. */
  readonly primitive: boolean;
}

/** What came out, and where what stood at an index stands now. */
export interface Rewritten {
  readonly octets: Uint8Array;
  indexOf(old: number): number;
}

/** The APDU with these values, and the lengths around them put right. */
export function rewriteElements(rope: Octets, edits: readonly Edit[]): Rewritten {
  const { elements } = readElements(rope);
  const containers = elements.map((element) => elementContainer(rope, element));
  if (elements.every(({ complete }) => complete)) return rewrite(rope, containers, edits);
  // Of what broke off, nobody can say how long it was to be.
  const fitting = edits.filter(({ length, octets, undo }) => {
    if (length !== octets.length) undo?.();
    return length === octets.length;
  });
  return rewrite(rope, containers, fitting);
}

/** A TSDU with these values: its SPDUs, their parameters, and what BER is in them. */
export function rewriteTsdu(tsdu: Octets, edits: readonly Edit[]): Uint8Array {
  const containers = decodeTsdu(tsdu).spdus.flatMap((spdu) => spduContainers(tsdu, spdu));
  return rewrite(tsdu, containers, edits).octets;
}

interface Piece {
  readonly octets: Uint8Array;
  /** Of what is copied: where it stood. */
  readonly from?: number;
}

interface Placed {
  readonly from: number;
  readonly to: number;
  readonly octets: Uint8Array;
  readonly undo: (() => void) | undefined;
}

function rewrite(rope: Octets, containers: readonly Container[], edits: readonly Edit[]): Rewritten {
  const placed = edits
    .flatMap(({ offset, length, octets, undo }): Placed[] => {
      const from = rope.indexOf(offset);
      if (from !== undefined && from + length <= rope.length) return [{ from, to: from + length, octets, undo }];
      undo?.();
      return [];
    })
    .sort((one, other) => one.from - other.from);
  const pieces = level(rope, 0, rope.length, containers, placed, false);
  const starts: { readonly old: number; readonly now: number; readonly length: number }[] = [];
  let now = 0;
  for (const { octets, from } of pieces) {
    if (from !== undefined) starts.push({ old: from, now, length: octets.length });
    now += octets.length;
  }
  const length = now;
  return {
    octets: concat(pieces.map((piece) => piece.octets)),
    indexOf(old) {
      if (old >= rope.length) return length;
      const before = starts.findLast((each) => each.old <= old);
      return before === undefined ? 0 : before.now + Math.min(old - before.old, before.length);
    },
  };
}

function level(
  rope: Octets,
  start: number,
  end: number,
  containers: readonly Container[],
  edits: readonly Placed[],
  whole: boolean,
): Piece[] {
  const pieces: Piece[] = [];
  let at = start;
  const copyTo = (to: number) => {
    if (to > at) pieces.push({ octets: rope.subarray(at, to).toBytes(), from: at });
    at = Math.max(at, to);
  };
  const todo = [...edits];
  while (todo.length > 0) {
    const [edit] = todo as [Placed];
    const container = containers.find((each) => edit.from >= each.contentStart && edit.to <= each.contentEnd);
    if (container === undefined) {
      todo.shift();
      const same = edit.octets.length === edit.to - edit.from;
      // A value that lies in several segments would take their headers with it.
      const cuts = containers.some((each) => edit.from < each.end && edit.to > each.start && !covers(edit, each));
      // Part of a value cannot grow: what is inside it has lengths that nobody knows.
      if (edit.from < at || cuts || (whole && !same && (edit.from !== start || edit.to !== end))) {
        edit.undo?.();
        continue;
      }
      copyTo(edit.from);
      pieces.push({ octets: edit.octets });
      at = edit.to;
      continue;
    }
    const inside = todo.filter((each) => each.from >= container.contentStart && each.to <= container.contentEnd);
    for (const each of inside) todo.splice(todo.indexOf(each), 1);
    copyTo(container.start);
    const { contentStart, contentEnd, primitive } = container;
    const part = inside.some(({ from, to }) => from > contentStart || to < contentEnd);
    const children = primitive && !part ? [] : container.children();
    const content = level(rope, contentStart, contentEnd, children, inside, primitive);
    const length = content.reduce((sum, { octets }) => sum + octets.length, 0);
    if (length === contentEnd - contentStart) copyTo(contentStart);
    else pieces.push({ octets: container.header(length) });
    pieces.push(...content);
    at = contentEnd;
    copyTo(container.end);
  }
  copyTo(end);
  return pieces;
}

function covers(edit: Placed, container: Container): boolean {
  return edit.from <= container.start && edit.to >= container.end;
}

function elementContainer(rope: Octets, element: Element): Container {
  const start = rope.indexOf(element.offset) ?? 0;
  const end = start + element.length;
  const contentStart = start + element.headerLength;
  return {
    start,
    end,
    contentStart,
    contentEnd: element.indefinite && element.complete ? end - END_OF_CONTENTS : end,
    header: (length) => elementHeader(element, length),
    children: () =>
      (element.constructed ? element.children : valuesIn(element)).map((each) => elementContainer(rope, each)),
    primitive: !element.constructed,
  };
}

/** A content of P1, or an octet-aligned EXTERNAL, holds BER of its own: whole elements, or nothing that counts. */
function valuesIn({ content }: Element): readonly Element[] {
  const { elements, error } = readElements(content);
  const whole = error === undefined && elements.every((each) => each.complete);
  return whole && elements.reduce((sum, { length }) => sum + length, 0) === content.length ? elements : [];
}

/** X.690 8.1.5. */
const END_OF_CONTENTS = 2;

/** As it was sent, with as many length octets where they are enough. */
function elementHeader(element: Element, length: number): Uint8Array {
  const { tagClass, tagNumber, constructed, identifierLength, headerLength, indefinite } = element;
  const identifier = encodeIdentifier(tagClass, constructed, tagNumber, identifierLength);
  if (indefinite) return concat([identifier, Uint8Array.of(0x80)]);
  const octets = element.minimalLength ? 0 : headerLength - identifierLength;
  return concat([identifier, encodeLength(length, octets)]);
}

function spduContainers(tsdu: Octets, spdu: Spdu): Container[] {
  const start = tsdu.indexOf(spdu.offset) ?? 0;
  const header = sessionHeader(tsdu, start);
  const { userData } = spdu;
  // Of a REFUSE the data stand behind the reason; of the others they are a parameter's value, or behind all parameters.
  const information =
    userData === undefined ? [] : () => readElements(userData).elements.map((each) => elementContainer(tsdu, each));
  const container: Container = {
    start,
    end: header.contentEnd,
    ...header,
    children: () => spdu.parameters.map((parameter) => parameterContainer(tsdu, parameter, userData)),
    primitive: false,
  };
  const behind = userData !== undefined && (tsdu.indexOf(userData.offset) ?? 0) >= header.contentEnd;
  return behind && typeof information === 'function' ? [container, ...information()] : [container];
}

function parameterContainer(tsdu: Octets, parameter: SpduParameter, userData: Octets | undefined): Container {
  const start = tsdu.indexOf(parameter.offset) ?? 0;
  const { members, value } = parameter;
  const header = sessionHeader(tsdu, start);
  const from = userData === undefined ? undefined : tsdu.indexOf(userData.offset);
  const carries = from !== undefined && from >= header.contentStart && from < header.contentEnd;
  return {
    start,
    end: header.contentEnd,
    ...header,
    children: () => {
      if (members !== undefined) return members.map((member) => parameterContainer(tsdu, member, undefined));
      if (!carries || userData === undefined) return [];
      return readElements(userData).elements.map((element) => elementContainer(tsdu, element));
    },
    primitive: members === undefined && !carries && value.length > 0,
  };
}

/** Code and length indicator of an SPDU or a parameter. X.225 8.2.5. */
function sessionHeader(tsdu: Octets, start: number): Pick<Container, 'contentStart' | 'contentEnd' | 'header'> {
  const code = tsdu.at(start) ?? 0;
  const first = tsdu.at(start + 1) ?? 0;
  const long = first === 0xff;
  const length = long ? ((tsdu.at(start + 2) ?? 0) << 8) | (tsdu.at(start + 3) ?? 0) : first;
  const contentStart = start + (long ? 4 : 2);
  return {
    contentStart,
    contentEnd: Math.min(contentStart + length, tsdu.length),
    header: (changed) => concat([Uint8Array.of(code), encodeSessionLength(changed)]),
  };
}
