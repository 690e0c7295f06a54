import type { Element } from '../ber/element.js';
import { P1specError } from '../ber/error.js';
import type { Tag } from '../ber/tag.js';
import type { Edition, StructureClass, TypeRef } from './types.js';

/** One component of a SEQUENCE or SET, or one alternative of a CHOICE. */
export interface MemberDeclaration {
  /** Property name: the Recommendation's, in camelCase. */
  readonly name: string;
  readonly type: TypeRef;
  /** Context tag of the component. */
  readonly tag?: number;
  readonly explicit: boolean;
  readonly optional: boolean;
  /** The DEFAULT value; a component with one is optional on the wire. */
  readonly default?: unknown;
  readonly since: Edition;
  /** Last edition that has it. */
  readonly until?: Edition;
}

export type StructureKind = 'sequence' | 'set' | 'choice';

export interface StructureDeclaration {
  readonly kind: StructureKind;
  readonly name: string;
  /** The type's own tag; a CHOICE has none unless it is tagged by name (then explicit, X.680 31.2.7). */
  readonly tag: Tag | undefined;
  readonly members: readonly MemberDeclaration[];
  readonly tolerate?: Tolerance;
}

/**
 * Recognises an encoding that the declaration does not have but that real MTAs send for one of its members, and gives
 * the element as the declaration would have it. It is decoded as that, and reported as an encoding form.
 */
export type Tolerance = (element: Element) => { readonly element: Element; readonly message: string } | undefined;

/** Where a class keeps its declaration: on its prototype, so that COMPONENTS OF is inheritance. */
export const MEMBERS = Symbol('members');
export const DECLARATION = Symbol('declaration');

export interface Declared {
  [MEMBERS]?: MemberDeclaration[];
  [DECLARATION]?: StructureDeclaration;
}

/** The declaration of a decorated class. Throws where the class has none: a programming error. */
export function declarationOf(type: StructureClass): StructureDeclaration {
  const declaration = (type.prototype as Declared)[DECLARATION];
  if (declaration === undefined) {
    throw new P1specError('ERR_NOT_DECLARED', { message: `${type.name} bears no @sequence, @set or @choice` });
  }
  return declaration;
}

export function isStructureClass(type: unknown): type is StructureClass {
  return typeof type === 'function' && typeof type.prototype === 'object' && DECLARATION in (type.prototype as object);
}
