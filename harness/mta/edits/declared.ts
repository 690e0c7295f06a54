import { type Compiled, type CompiledMember, compile } from '../../asn1/compile.js';
import { joinPath } from '../../asn1/decoded.js';
import type { TypeRef } from '../../asn1/types.js';
import { P1specError } from '../../ber/error.js';
import { BindError, BindInvoke, BindResult, MTABindArgument, MTABindResult } from '../../p1/bind.js';
import { MTSAPDU } from '../../p1/mts-apdu.js';
import type { Mode } from '../../stack/association/events.js';
import { nearest } from '../nearest.js';
import type { EditedPdu } from './edit.js';
import { parsePath } from './path.js';

/** The declaration of a PDU: binds have a wrapper in normal mode alone. X.419 13. */
export function typeOf(pdu: EditedPdu, mode: Mode | undefined): TypeRef {
  switch (pdu) {
    case 'bindArgument':
      return mode === 'normal' ? BindInvoke : MTABindArgument;
    case 'bindResult':
      return mode === 'normal' ? BindResult : MTABindResult;
    case 'bindError':
      return BindError;
    default:
      return MTSAPDU;
  }
}

/** As findings call the roots of binds; there the mode makes no difference. */
export const ROOTS: Readonly<Record<EditedPdu, readonly string[]>> = {
  bindArgument: ['MTABindArgument', 'bind-invoke'],
  bindResult: ['MTABindResult', 'bind-result'],
  bindError: ['MTABindError', 'bind-error'],
  message: [],
  probe: [],
  report: [],
};

/**
 * Looks whether a path can lead anywhere in such a PDU, in any edition: before anything is sent, a slip of the pen is
 * told. Behind an open type, and behind `/#2`, it cannot know. Throws ERR_EDIT_PATH.
 */
export function checkPath(pdu: EditedPdu, at: string): void {
  const root = compile(typeOf(pdu, 'normal'));
  const roots = [root.name, ...ROOTS[pdu]];
  const [first, ...rest] = parsePath(at);
  const isNamed = first !== undefined && 'name' in first && roots.includes(first.name);
  let type = root;
  let path = '';
  for (const step of isNamed || first === undefined ? rest : [first, ...rest]) {
    if ('raw' in step || type.base === 'open') return;
    const name = 'name' in step ? step.name : `[${step.index}]`;
    // An MTS-APDU is one of three, and this one is known.
    const names = type === root && isApdu(pdu) ? [pdu] : namesIn(type);
    const next = names.includes(name) || type.base === 'collection' ? inside(type, name) : undefined;
    if (next === undefined) throw unknown(at, path, name, names);
    type = next;
    path = joinPath(path, name);
  }
}

function isApdu(pdu: EditedPdu): boolean {
  return pdu === 'message' || pdu === 'probe' || pdu === 'report';
}

function inside(type: Compiled, name: string): Compiled | undefined {
  if (type.base === 'collection') return name.startsWith('[') ? type.of() : undefined;
  return membersOf(type).find(({ declaration }) => declaration.name === name)?.type;
}

function membersOf(type: Compiled): CompiledMember[] {
  return type.base === 'structure' ? [...type.members(1988).list, ...type.members(1984).list] : [];
}

function namesIn(type: Compiled): string[] {
  if (type.base === 'collection') return ['[0]', '[1]'];
  return [...new Set(membersOf(type).map(({ declaration }) => declaration.name))];
}

function unknown(at: string, path: string, name: string, names: readonly string[]): P1specError {
  const meant = nearest(name, names);
  const listed = names.length === 0 ? 'it has no members' : `it has ${names.join(', ')}`;
  return new P1specError('ERR_EDIT_PATH', {
    message: `${at}: ${path === '' ? 'the PDU' : path} never has ${name}`,
    at: { path },
    hint: meant === undefined ? listed : `did you mean ${meant}? ${listed}`,
  });
}
