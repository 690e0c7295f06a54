import { type Tag, TagClass, Universal } from '../ber/tag.js';
import {
  DECLARATION,
  type Declared,
  MEMBERS,
  type MemberDeclaration,
  type StructureKind,
  type Tolerance,
} from './declaration.js';
import { registerStructure } from './second-engine.js';
import type { Edition, StructureClass, TypeRef } from './types.js';

export {
  declarationOf,
  isStructureClass,
  type MemberDeclaration,
  type StructureDeclaration,
  type StructureKind,
  type Tolerance,
} from './declaration.js';

export interface MemberOptions {
  /** `[n]`: implicit, as in the modules of X.411, unless `explicit`; over a CHOICE or an open type always explicit. */
  readonly tag?: number;
  readonly explicit?: boolean;
  readonly optional?: boolean;
  readonly default?: unknown;
  readonly since?: Edition;
  readonly until?: Edition;
}

export interface StructureOptions {
  /** `[APPLICATION n]`. */
  readonly application?: number;
  /** `[n]` as part of the type itself. */
  readonly context?: number;
  /** A universal number other than SEQUENCE's or SET's, such as EXTERNAL's 8. */
  readonly universal?: number;
  /** The Recommendation's name where the class cannot bear it. */
  readonly name?: string;
  readonly tolerate?: Tolerance;
}

/** Declares a component. The order of declaration is the order of a SEQUENCE. */
export function member(type: TypeRef, options: MemberOptions = {}): PropertyDecorator {
  return (prototype, property) => {
    const holder = prototype as Declared;
    // COMPONENTS OF is inheritance: start from the base class's members.
    if (!Object.hasOwn(holder, MEMBERS)) holder[MEMBERS] = [...(holder[MEMBERS] ?? [])];
    const declaration: MemberDeclaration = {
      name: String(property),
      type,
      tag: options.tag,
      explicit: options.explicit ?? false,
      optional: options.optional === true || 'default' in options,
      ...('default' in options ? { default: options.default } : {}),
      since: options.since ?? 1984,
      until: options.until,
    };
    const members = holder[MEMBERS] as MemberDeclaration[];
    const inherited = members.findIndex(({ name }) => name === declaration.name);
    if (inherited >= 0) members[inherited] = declaration;
    else members.push(declaration);
  };
}

function structure(kind: StructureKind, universal: number | undefined) {
  return (options: StructureOptions = {}): ClassDecorator =>
    (target) => {
      const prototype = target.prototype as Declared;
      prototype[DECLARATION] = {
        kind,
        name: options.name ?? target.name,
        tag: ownTag(options, universal),
        members: prototype[MEMBERS] ?? [],
        tolerate: options.tolerate,
      };
      registerStructure(target as unknown as StructureClass, prototype[DECLARATION]);
    };
}

function ownTag(options: StructureOptions, universal: number | undefined): Tag | undefined {
  if (options.application !== undefined) return { tagClass: TagClass.application, tagNumber: options.application };
  if (options.context !== undefined) return { tagClass: TagClass.context, tagNumber: options.context };
  const number = options.universal ?? universal;
  return number === undefined ? undefined : { tagClass: TagClass.universal, tagNumber: number };
}

export const sequence = structure('sequence', Universal.sequence);
export const set = structure('set', Universal.set);
/** A CHOICE: an object with exactly one of its properties present. */
export const choice = structure('choice', undefined);
