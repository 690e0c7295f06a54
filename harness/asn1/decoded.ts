import type { Element } from '../ber/element.js';
import type { Compiled, CompiledMember } from './compile.js';
import { readPrimitive } from './primitives.js';

/** Stands for the value of a primitive that is read when somebody asks: of most values nobody does. */
export const UNREAD: unique symbol = Symbol('unread');
/** Of all that have none; nobody adds to it. */
const NO_CHILDREN: Decoded[] = [];

/**
 * One decoded value in place: its type, the octets it came from, and what is inside it. The tree mirrors the
 * declarations; elements that no declaration knows are not in it but among the issues.
 */
export class Decoded {
  readonly type: Compiled;
  /** The path segment: a member's name, `[3]` in a collection, or the root's name. */
  readonly name: string;
  readonly parent: Decoded | undefined;
  /** The outermost TLV, explicit wrappers included. */
  readonly element: Element;
  /** The TLV that holds the value itself. */
  readonly inner: Element;
  #children: Decoded[] = NO_CHILDREN;
  #primitive: unknown;

  /** For the decoder. `primitive` is the value of a primitive, or `UNREAD` where its content is of the type. */
  constructor(
    type: Compiled,
    name: string,
    parent: Decoded | undefined,
    element: Element,
    inner: Element,
    primitive?: unknown,
  ) {
    this.type = type;
    this.name = name;
    this.parent = parent;
    this.element = element;
    this.inner = inner;
    this.#primitive = primitive;
  }

  /** Components, members of a collection, the chosen alternative, or the resolved value of an open type. */
  get children(): readonly Decoded[] {
    return this.#children;
  }

  /** For the decoder. */
  adopt(child: Decoded): void {
    if (this.#children === NO_CHILDREN) this.#children = [child];
    else this.#children.push(child);
  }

  /** The value of a primitive; undefined where the octets are not of the type. */
  get primitive(): unknown {
    if (this.#primitive === UNREAD && this.type.base === 'primitive') {
      this.#primitive = readPrimitive(this.type.type, this.inner, this.inner.bytes).value;
    }
    return this.#primitive;
  }

  /** From the root: `MTS-APDU.message.envelope.perRecipientFields[0].recipientName`. */
  get path(): string {
    if (this.parent === undefined) return this.name;
    return joinPath(this.parent.path, this.name);
  }

  /** The child of that name, or the deeper one: `get('message', 'envelope')`. */
  get(...names: string[]): Decoded | undefined {
    let node: Decoded | undefined = this;
    for (const name of names) node = node?.children.find((child) => child.name === name);
    return node;
  }

  /** This node and all below it, in the order sent. */
  *walk(): Generator<Decoded> {
    yield this;
    for (const child of this.children) yield* child.walk();
  }

  /** The typed value: instances of the declared classes, arrays, primitives. Defaults are filled in. */
  get value(): unknown {
    return typedValue(this);
  }
}

export function joinPath(parent: string, name: string): string {
  if (parent === '') return name;
  if (name === '') return parent;
  return name.startsWith('[') ? `${parent}${name}` : `${parent}.${name}`;
}

function typedValue(node: Decoded): unknown {
  const { type } = node;
  switch (type.base) {
    case 'primitive':
      return node.primitive;
    case 'open': {
      const [resolved] = node.children;
      return resolved === undefined ? node.inner.toBytes() : resolved.value;
    }
    case 'collection':
      return node.children.map((child) => child.value);
    case 'structure': {
      const value = new type.construct() as Record<string, unknown>;
      const present = new Set<string>();
      for (const child of node.children) {
        if (present.has(child.name)) continue;
        present.add(child.name);
        value[child.name] = child.value;
      }
      if (type.declaration.kind !== 'choice') {
        for (const { declaration } of type.members(1988).list) fillDefault(value, declaration, present);
      }
      return value;
    }
  }
}

function fillDefault(
  value: Record<string, unknown>,
  declaration: CompiledMember['declaration'],
  present: Set<string>,
): void {
  if (present.has(declaration.name) || value[declaration.name] !== undefined) return;
  if (!('default' in declaration)) return;
  const standard = declaration.default;
  value[declaration.name] = Array.isArray(standard) ? [...standard] : standard;
}
