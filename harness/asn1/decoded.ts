import type { Element } from '../ber/element.js';
import type { Compiled, CompiledMember } from './compile.js';

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
  /** Components, members of a collection, the chosen alternative, or the resolved value of an open type. */
  readonly children: Decoded[] = [];
  /** The value of a primitive; undefined where the octets are not of the type. */
  readonly primitive: unknown;

  constructor(init: {
    type: Compiled;
    name: string;
    parent: Decoded | undefined;
    element: Element;
    inner: Element;
    primitive?: unknown;
  }) {
    this.type = init.type;
    this.name = init.name;
    this.parent = init.parent;
    this.element = init.element;
    this.inner = init.inner;
    this.primitive = init.primitive;
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
