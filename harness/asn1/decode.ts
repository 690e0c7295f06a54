import type { Element } from '../ber/element.js';
import { tagName } from '../ber/tag.js';
import {
  type Compiled,
  type CompiledCollection,
  type CompiledMember,
  type CompiledOpen,
  type CompiledPrimitive,
  type CompiledStructure,
  compile,
  firstTags,
  memberFor,
  memberInOrder,
} from './compile.js';
import { Decoded, joinPath, UNREAD } from './decoded.js';
import type { Issue, IssueKind } from './issue.js';
import { readPrimitive } from './primitives.js';
import { joinSegments } from './segments.js';
import type { Edition, TypeRef } from './types.js';
import { sameValue } from './value.js';

export interface DecodeOptions {
  readonly edition?: Edition;
  /** Name of the root in paths; the type's name where absent. */
  readonly name?: string;
  /** Issues beyond this many are counted, not kept. */
  readonly maxIssues?: number;
}

export interface DecodeResult {
  /** Undefined where the element is not of the type at all. */
  readonly decoded: Decoded | undefined;
  readonly issues: Issue[];
  /** Number of issues beyond `maxIssues`. */
  readonly omittedIssues: number;
}

const MAX_ISSUES = 10_000;

/**
 * The observing decoder: reads an element as a type, and reports whatever the declaration does not know. It never
 * throws on what the octets hold, and decodes as far as it can; of an incomplete element it reads what is whole. It
 * goes no deeper than the elements do, so that the reader's limit is its own.
 */
export function decode(ref: TypeRef, element: Element, options: DecodeOptions = {}): DecodeResult {
  const type = compile(ref);
  const decoder = new Decoder(options.edition ?? 1988, options.maxIssues ?? MAX_ISSUES);
  const decoded = decoder.value(type, element, options.name ?? type.name, undefined);
  return { decoded, issues: decoder.issues, omittedIssues: decoder.omitted };
}

/** A value on its way: what `Decoded` will hold of it, before its content is read. */
interface Place {
  readonly name: string;
  readonly parent: Decoded | undefined;
}

class Decoder {
  readonly issues: Issue[] = [];
  omitted = 0;
  readonly #edition: Edition;
  readonly #maxIssues: number;

  constructor(edition: Edition, maxIssues: number) {
    this.#edition = edition;
    this.#maxIssues = maxIssues;
  }

  value(type: Compiled, element: Element, name: string, parent: Decoded | undefined): Decoded | undefined {
    const inner = usualInner(type, element) ?? this.#unwrap(type, element, { name, parent });
    if (inner === undefined) return undefined;
    if (type.base === 'primitive') {
      if (inner.isPlain && type.isUsual(inner)) return new Decoded(type, name, parent, element, inner, UNREAD);
      return this.#primitive(type, element, inner, { name, parent });
    }
    const node = new Decoded(type, name, parent, element, inner);
    switch (type.base) {
      case 'open':
        this.#open(type, node);
        break;
      case 'collection':
        this.#collection(type, node);
        break;
      case 'structure':
        if (type.declaration.kind === 'choice') this.#choice(type, node);
        else this.#members(type, node);
    }
    return node;
  }

  /** Takes explicit wrappers off and checks the tags on the way. */
  #unwrap(type: Compiled, element: Element, place: Place): Element | undefined {
    const { tags, keys, wrappers } = type;
    let inner = element;
    for (let i = 0; i < tags.length; i += 1) {
      const tag = tags[i] as (typeof tags)[number];
      if (inner.key !== keys[i]) {
        this.#foreign('malformed', place, inner, `${tagName(inner)} where ${type.name} should be`);
        return undefined;
      }
      this.#form(inner, place);
      if (i >= wrappers) break;
      const [only, ...more] = inner.children;
      if (only === undefined) {
        if (inner.complete) {
          this.#issue('malformed', place, inner, `${tagName(tag)} without the ${type.name} it should hold`);
        }
        return undefined;
      }
      for (const extra of more) this.#foreign('unknown-element', place, extra, `a second element in ${tagName(tag)}`);
      inner = only;
    }
    return inner;
  }

  #primitive(type: CompiledPrimitive, element: Element, inner: Element, place: Place): Decoded | undefined {
    const { name, parent } = place;
    if (inner.streamed) {
      for (const foreign of inner.children) this.#foreignSegment(foreign, place);
      return new Decoded(type, name, parent, element, inner);
    }
    if (inner.constructed && !isString(type)) {
      this.#issue('malformed', place, inner, `${type.name} in constructed form`);
      return undefined;
    }
    const content = inner.constructed ? this.#segments(type, inner, place) : inner.bytes;
    // Half a value is none: what a capture has cut off is not judged.
    if (!inner.complete) return new Decoded(type, name, parent, element, inner);
    const reading = readPrimitive(type.type, inner, content);
    for (const problem of reading.problems) {
      this.#issue(problem.kind, place, problem.at ?? inner, `${type.name}: ${problem.message}`);
    }
    return new Decoded(type, name, parent, element, inner, reading.value);
  }

  #segments(type: CompiledPrimitive, inner: Element, place: Place): Uint8Array {
    return joinSegments(type, inner, {
      segment: (segment) => this.#form(segment, place),
      foreign: (segment) => this.#foreignSegment(segment, place),
      unusedBits: (segment) =>
        this.#issue('malformed', place, segment, `${type.name}: unused bits in a segment that is not the last`),
    });
  }

  #foreignSegment(element: Element, place: Place): void {
    this.#foreign('unknown-element', place, element, `${tagName(element)} inside a constructed string`);
  }

  #open(type: CompiledOpen, node: Decoded): void {
    const { inner, parent } = node;
    const resolved = type.type.resolve?.((sibling) => parent?.get(sibling)?.value);
    if (resolved === undefined) {
      this.#walkForms(inner, node);
      return;
    }
    const compiled = compile(resolved);
    const tags = firstTags(compiled, this.#edition);
    if (tags !== undefined && !tags.includes(inner.key)) {
      this.#foreign('malformed', node, inner, `${tagName(inner)} where ${compiled.name} should be`);
      return;
    }
    const child = this.value(compiled, inner, '', node);
    if (child !== undefined) node.adopt(child);
  }

  #collection(type: CompiledCollection, node: Decoded): void {
    const { inner } = node;
    if (!this.#isConstructed(inner, type, node)) return;
    const of = type.of();
    const tags = firstTags(of, this.#edition);
    const count = inner.children.length;
    for (let i = 0; i < count; i += 1) {
      const child = inner.children[i] as Element;
      const name = INDEXES[i] ?? `[${i}]`;
      if (tags !== undefined && !tags.includes(child.key)) {
        this.#foreign('unknown-element', { name, parent: node }, child, `${tagName(child)} is no ${of.name}`);
        continue;
      }
      const member = this.value(of, child, name, node);
      if (member !== undefined) node.adopt(member);
    }
    const { size } = type.type;
    if (!inner.complete || size === undefined) return;
    if (count < (size.min ?? 0) || count > (size.max ?? Number.POSITIVE_INFINITY)) {
      const range = `${size.min ?? 0} to ${size.max ?? 'any number'}`;
      this.#issue('bounds', node, inner, `${type.name}: ${count} members where ${range} are allowed`);
    }
  }

  #choice(type: CompiledStructure, node: Decoded): void {
    const sent = this.#tolerate(type, node.inner, node);
    const member = memberFor(type.members(this.#edition), sent);
    if (member === undefined) {
      this.#unknown(type, node, sent, `${tagName(sent)} is no alternative of ${type.name}`);
      return;
    }
    const child = this.value(member.type, sent, member.declaration.name, node);
    if (child !== undefined) node.adopt(child);
  }

  #members(type: CompiledStructure, node: Decoded): void {
    const { inner } = node;
    if (!this.#isConstructed(inner, type, node)) return;
    const members = type.members(this.#edition);
    const present = new Array<boolean>(members.list.length).fill(false);
    const ordered = type.declaration.kind === 'sequence';
    let next = 0;
    let strangers = 0;
    for (const raw of inner.children) {
      const child = this.#tolerate(type, raw, node);
      const member = ordered ? memberInOrder(members, child, next) : memberFor(members, child);
      if (member === undefined) {
        this.#unknown(type, node, child, `${tagName(child)} is no member of ${type.name}`);
        strangers += 1;
        continue;
      }
      const { name } = member.declaration;
      if (present[member.index] === true) {
        this.#foreign('duplicate-element', { name, parent: node }, child, `a second ${name}`);
        continue;
      }
      if (member.index < next && ordered) {
        this.#foreign('misplaced-element', { name, parent: node }, child, `${name} out of order`);
      }
      present[member.index] = true;
      if (member.index >= next) next = member.index + 1;
      const value = this.value(member.type, child, name, node);
      if (value === undefined) continue;
      node.adopt(value);
      if (member.hasDefault) this.#explicitDefault(member, value);
    }
    if (!inner.complete) return;
    for (const member of members.required) {
      if (present[member.index] === true) continue;
      // An alternative that an untagged CHOICE does not have looks like a member too many: it is one thing wrong.
      if (strangers > 0 && isUntaggedChoice(member.type)) {
        strangers -= 1;
        continue;
      }
      this.#issue('missing-element', node, inner, `${type.name} without its ${member.declaration.name}`);
    }
  }

  /** A declaration may know other encodings of its members that real MTAs send. */
  #tolerate(type: CompiledStructure, element: Element, node: Decoded): Element {
    const tolerated = type.declaration.tolerate?.(element);
    if (tolerated === undefined) return element;
    this.#issue('encoding-form', node, element, tolerated.message);
    return tolerated.element;
  }

  #explicitDefault({ declaration, type }: CompiledMember, value: Decoded): void {
    if (!value.inner.complete || value.inner.streamed) return;
    // An empty list of what is known may still hold what is not.
    if (type.base === 'collection' && value.children.length !== value.inner.children.length) return;
    const sent = type.base === 'open' ? value.inner.toBytes() : value.value;
    if (!sameValue(sent, declaration.default)) return;
    this.#issue('encoding-form', value, value.element, 'a default that is sent explicitly');
  }

  #isConstructed(element: Element, type: Compiled, place: Place): boolean {
    if (element.constructed) return true;
    this.#issue('malformed', place, element, `${type.name} in primitive form`);
    return false;
  }

  #form(element: Element, place: Place): void {
    if (element.isMinimal) return;
    if (!element.minimalLength) this.#issue('encoding-form', place, element, 'a length in more octets than it needs');
    if (!element.minimalTag) this.#issue('encoding-form', place, element, 'a tag in more octets than it needs');
  }

  #walkForms(element: Element, place: Place): void {
    this.#form(element, place);
    for (const child of element.children) this.#walkForms(child, place);
  }

  /** What the edition does not have; another one may. */
  #unknown(type: CompiledStructure, place: Place, element: Element, message: string): void {
    const other = this.#edition === 1984 ? type.members(1988).byTag.get(element.key) : undefined;
    if (other === undefined) this.#foreign('unknown-element', place, element, message);
    else {
      const name = `${other.declaration.name}, which ${type.name} has only since 1988`;
      this.#issue('unknown-element', place, element, name, tagName(element), 1988);
    }
  }

  /** An issue that names the tag of the element. */
  #foreign(kind: IssueKind, place: Place, element: Element, message: string): void {
    this.#issue(kind, place, element, message, tagName(element));
  }

  #issue(
    kind: IssueKind,
    { name, parent }: Place,
    at: { offset: number; length: number },
    message: string,
    detail?: string,
    edition?: Edition,
  ): void {
    if (this.issues.length >= this.#maxIssues) {
      this.omitted += 1;
      return;
    }
    const path = parent === undefined ? name : joinPath(parent.path, name);
    const issue: Issue = { kind, path, offset: at.offset, length: at.length, message, detail };
    this.issues.push(edition === undefined ? issue : { ...issue, edition });
  }
}

/** The element of the value where everything about its tags is as declared; undefined where there may be more to say. */
function usualInner({ keys, wrappers }: Compiled, element: Element): Element | undefined {
  let inner = element;
  for (let i = 0; i < keys.length; i += 1) {
    if (inner.key !== keys[i] || !inner.isMinimal) return undefined;
    if (i >= wrappers) break;
    if (inner.children.length !== 1) return undefined;
    inner = inner.children[0] as Element;
  }
  return inner;
}

/** Names of members of collections, made once: long ones have hundreds. */
const INDEXES: readonly string[] = Array.from({ length: 1024 }, (_, i) => `[${i}]`);

function isUntaggedChoice(type: Compiled): boolean {
  return type.base === 'structure' && type.declaration.kind === 'choice' && type.tags.length === 0;
}

/** The types whose encoding may be constructed. X.690 8.6, 8.7, 8.21; UTCTime is a VisibleString, X.680 47. */
function isString(type: CompiledPrimitive): boolean {
  const { kind } = type.type;
  return kind === 'octetString' || kind === 'bitString' || kind === 'characterString' || kind === 'utcTime';
}
