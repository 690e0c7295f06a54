import { type Compiled, type CompiledStructure, compile } from '../../../../harness/asn1/compile.js';
import type { TypeRef } from '../../../../harness/asn1/types.js';
import { extensionAttributes, standardExtensions } from '../../../../harness/p1/index.js';
import type { Carrier } from './carrier.js';

/**
 * Every SEQUENCE and SET that a mode's roots lead to, by name, found without the walk that makes the places: through
 * the members of all editions that the mode has, and all types that open types can be.
 */
export function reachableStructures(carrier: Carrier): Set<string> {
  const { profile, roots } = carrier;
  const names = new Set<string>();
  const seen = new Set<unknown>();
  const visit = (type: Compiled): void => {
    if (type.base === 'collection') visit(type.of());
    if (type.base !== 'structure' || seen.has(type.declaration)) return;
    seen.add(type.declaration);
    if (type.declaration.kind !== 'choice') names.add(type.declaration.name);
    for (const member of (type as CompiledStructure).members(profile.edition).list) visit(member.type);
  };
  const refs: TypeRef[] = [...roots.map(({ type }) => type), ...profile.opens.map(([, type]) => type)];
  // P1 of 1984 has neither extensions nor extension attributes.
  if (profile.edition !== 1984) {
    for (const { type, places } of standardExtensions.values()) {
      if (type !== undefined && places.length > 0) refs.push(type);
    }
    for (const { type } of extensionAttributes.values()) refs.push(type);
  }
  for (const ref of refs) visit(compile(ref));
  return names;
}
