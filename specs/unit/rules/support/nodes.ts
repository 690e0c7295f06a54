import { TagClass, Universal } from '../../../../harness/ber/tag.js';
import {
  type BerNode,
  constructed as berConstructed,
  primitive as berPrimitive,
} from '../../../../harness/ber/writer.js';

// BER trees by hand.

const { universal, application, context } = TagClass;

export function prim(tagClass: TagClass, tag: number, content: Uint8Array | string | number[]): BerNode {
  return berPrimitive(tagClass, tag, typeof content === 'string' ? latin1(content) : Uint8Array.from(content));
}
export function cons(tagClass: TagClass, tag: number, ...content: BerNode[]): BerNode {
  return berConstructed(tagClass, tag, content);
}
/** `[n]` primitive and constructed, and the common universal types. */
export const ctx = (tag: number, content: Uint8Array | string | number[]): BerNode => prim(context, tag, content);
export const ctxOf = (tag: number, ...content: BerNode[]): BerNode => cons(context, tag, ...content);
export const app = (tag: number, content: Uint8Array | string | number[]): BerNode => prim(application, tag, content);
export const appOf = (tag: number, ...content: BerNode[]): BerNode => cons(application, tag, ...content);
export const sequence = (...content: BerNode[]): BerNode => cons(universal, Universal.sequence, ...content);
export const set = (...content: BerNode[]): BerNode => ({
  ...berConstructed(universal, Universal.set, content),
  unordered: true,
});
export const integer = (value: number): BerNode => prim(universal, Universal.integer, integerOctets(value));
export const octets = (content: Uint8Array | string | number[]): BerNode => ({
  ...berPrimitive(
    universal,
    Universal.octetString,
    typeof content === 'string' ? latin1(content) : Uint8Array.from(content),
  ),
  string: 'octets',
});
export const ia5 = (text: string): BerNode => prim(universal, Universal.ia5String, text);
export const printable = (text: string): BerNode => prim(universal, Universal.printableString, text);
export const oidNode = (dotted: string): BerNode => prim(universal, Universal.objectIdentifier, oidOctets(dotted));
export const raw = (bytes: Uint8Array): BerNode => ({ raw: bytes });

export function latin1(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text, 'latin1'));
}

export function oidOctets(dotted: string): number[] {
  const [top, second, ...rest] = dotted.split('.').map(Number) as [number, number, ...number[]];
  return [top * 40 + second, ...rest].flatMap((arc) => {
    const septets = [arc & 0x7f];
    for (let left = Math.floor(arc / 128); left > 0; left = Math.floor(left / 128))
      septets.unshift((left & 0x7f) | 0x80);
    return septets;
  });
}

export function integerOctets(value: number): number[] {
  const all: number[] = [];
  for (let rest = value; ; rest = Math.floor(rest / 256)) {
    all.unshift(rest & 0xff);
    if (rest >= -128 && rest <= 127) return all;
  }
}

/** Appends members to a constructed node. */
export function appended(node: BerNode, ...more: BerNode[]): BerNode {
  if ('raw' in node || node.content instanceof Uint8Array) throw new TypeError('not a constructed node');
  return { ...node, content: [...node.content, ...more] };
}

/** A MTABindArgument or MTABindResult without its wrapper, with members behind its two. */
export function authenticated(name: string, password: string, ...more: BerNode[]): BerNode {
  return ctxOf(1, ctx(0, name), ctxOf(1, ia5(password)), ...more);
}
export const bindArgument = (...more: BerNode[]): BerNode =>
  ctxOf(16, authenticated('mta.initiator.example', 'secret', ...more));
export const bindResult = (...more: BerNode[]): BerNode =>
  ctxOf(17, authenticated('mta.responder.example', 'other', ...more));
/** The same in the X.410 modes, without a wrapper. */
export const x410BindArgument = (...more: BerNode[]): BerNode =>
  authenticated('mta.initiator.example', 'secret', ...more);
export const x410BindResult = (...more: BerNode[]): BerNode => authenticated('mta.responder.example', 'other', ...more);
