import { concat } from '../../../../harness/ber/octets.js';
import type { BerNode } from '../../../../harness/ber/writer.js';
import type { Mode } from '../../../../harness/stack/association/events.js';
import { encodeTpkt } from '../../../../harness/stack/tpkt/codec.js';
import { modeExamples } from '../rules.modes.js';
import { domain, message, orName, report } from '../support/apdus.js';
import {
  type AssociationScript,
  appOf,
  association,
  cons,
  ctx,
  ctxOf,
  integer,
  latin1,
  octets,
  prim,
  printable,
  type Sent,
  sequence,
  set,
} from '../support/association.js';
import { edit, transfer, within, without } from '../support/example.js';

/** Associations in which a trap is sprung, one after the other, and what the rules tell of the last. */
export interface Vector {
  readonly what?: string;
  /** All where absent. */
  readonly modes?: readonly Mode[];
  readonly of: (mode: Mode) => readonly (readonly Sent[])[];
  /** Every rule that is to tell of it; those of the trap where absent. */
  readonly rules?: readonly string[];
}

export const P1_1988: readonly Mode[] = ['normal', 'x410-1988'];
export const P1_1984: readonly Mode[] = ['x410-1984'];

/** One association by script, in every mode or in some. */
export function by(
  script: AssociationScript | ((mode: Mode) => AssociationScript),
  more: Omit<Vector, 'of'> = {},
): Vector {
  return { ...more, of: (mode) => [association({ mode, ...(typeof script === 'function' ? script(mode) : script) })] };
}
/** The octets of an association, changed. */
export function changed(change: (sent: readonly Sent[]) => readonly Sent[], more: Omit<Vector, 'of'> = {}): Vector {
  return { ...more, of: (mode) => [change(association({ mode, ...transfer(message()) }))] };
}
/** A message that is so in every mode. */
export const carrying = (apdu: BerNode, more?: Omit<Vector, 'of'>): Vector => by(transfer(apdu), more);
/** The example by which a rule is seen to fail or hold, again: in the modes in which it is written. */
export function example(id: string, which: 'fails' | 'holds', n: number, more: Omit<Vector, 'of'> = {}): Vector {
  const { fails, holds } = modeExamples[id]!;
  const script = which === 'fails' ? fails[n]!.script : holds[n]!;
  return { ...more, modes: [script.mode ?? 'normal'], of: () => [association(script)] };
}

/** DT TPDUs, by the octets of their TSDU. */
export const data = (octetsOf: Uint8Array, last: boolean): Uint8Array =>
  encodeTpkt(concat([Uint8Array.of(2, 0xf0, last ? 0x80 : 0), octetsOf]));
export const isData = ({ octets: tpkt }: Sent): boolean => tpkt[5] === 0xf0;
/** Each DT as several, of these parts. */
export function resplit(sent: readonly Sent[], parts: (tsdu: Uint8Array) => readonly Uint8Array[]): Sent[] {
  return sent.flatMap((each) => {
    if (!isData(each)) return [each];
    const all = parts(each.octets.subarray(7));
    return all.map((part, n) => ({ ...each, octets: data(part, n === all.length - 1) }));
  });
}
export function cut(bytes: Uint8Array, size: number): Uint8Array[] {
  return Array.from({ length: Math.ceil(bytes.length / size) }, (_, n) => bytes.subarray(n * size, (n + 1) * size));
}

export const userReference = (tag: number, text: string): Uint8Array =>
  Uint8Array.from([tag, text.length, ...latin1(text)]);
export const bind = (mode: Mode, credentials: BerNode): BerNode => {
  const argument = ctxOf(1, ctx(0, 'mta.initiator.example'), credentials);
  return mode === 'normal' ? ctxOf(16, argument) : argument;
};
export const reference = (mode: Mode): BerNode => prim(0, mode === 'normal' ? 4 : 20, latin1('alpha'));
export const common = prim(0, 23, latin1('950601100000Z'));
export const rtorq = (at: number, member: BerNode): AssociationScript => ({
  edit: edit('RTORQ', (tree) => within(tree, at, () => member)),
});
export const one = ctx(0, [1]);
export const long = message({ content: 'x'.repeat(4000) });
export const country = (code: string): BerNode =>
  appOf(0, sequence(appOf(1, printable(code)), appOf(2, printable(' ')), ctxOf(5, ctx(0, 'up'))));
export const administration = (...name: BerNode[]): BerNode =>
  appOf(0, sequence(appOf(1, printable('GB')), ...name, ctxOf(5, ctx(0, 'up'))));
export const traced = (...members: BerNode[]): BerNode =>
  appOf(9, sequence(appOf(3, ...members), set(ctx(0, '950601100000Z'), ctx(2, [0]))));
export const arrival = (time: BerNode): BerNode => appOf(9, sequence(domain(), set(time, ctx(2, [0]))));
export const bilateral = ctxOf(
  1,
  sequence(
    appOf(1, printable('GB')),
    sequence(ctxOf(0, appOf(2, printable(' '))), ctxOf(1, printable('P'))),
    octets('agreed'),
  ),
);
export const indicators = (bits: number[]): BerNode => set(orName('arrows'), ctx(0, [1]), ctx(1, bits));
export const external = (...references: BerNode[]): AssociationScript => ({
  ...transfer(message()),
  edit: edit('EXTERNAL', (tree) => within(tree, 0, (first) => first)),
  ...(references.length === 0 ? {} : { edit: edit('EXTERNAL', (tree) => cons(0, 8, ...references, lastOf(tree))) }),
});
export const lastOf = (tree: BerNode): BerNode => {
  if ('raw' in tree || tree.content instanceof Uint8Array) throw new TypeError('not a constructed node');
  return tree.content.at(-1) as BerNode;
};
export const pdv = (value: BerNode): BerNode => sequence(integer(3), value);
export const segments = (bytes: Uint8Array): BerNode => cons(0, 4, ...cut(bytes, 20).map((part) => octets(part)));
export const rawOf = (tree: BerNode): Uint8Array => {
  if ('raw' in tree || !(tree.content instanceof Uint8Array)) throw new TypeError('not a primitive node');
  return tree.content;
};
export const refuse = (mode: Mode): AssociationScript => ({
  error: mode === 'normal' ? ctxOf(18, integer(3)) : ctx(0, [3]),
});

/** The TSDUs of one SPDU cut behind their GIVE TOKENS. */
export function alone(mode: Mode, kind: string): Sent[] {
  return association({ mode, ...transfer(message()) }).flatMap((each) => {
    if (each.what !== kind) return [each];
    const tsdu = each.octets.subarray(7);
    return [
      { ...each, octets: data(tsdu.subarray(0, 2), true) },
      { ...each, octets: data(tsdu.subarray(2), true) },
    ];
  });
}

/** The SPDU with its length in three octets. */
export function longForm(each: Sent): Sent {
  const tsdu = each.octets.subarray(7);
  const [si, li] = tsdu as unknown as [number, number];
  return { ...each, octets: data(concat([Uint8Array.of(si, 0xff, 0, li), tsdu.subarray(2)]), true) };
}

/** A bind with a certificate that version 1 of the session has no room for. */
export function certified(mode: Mode, wrapper: number): BerNode {
  const certificate = ctxOf(1, sequence(octets('x'.repeat(600))));
  const value = ctxOf(1, ctx(0, 'mta.example'), ctxOf(1, ctxOf(0, certificate)));
  return mode === 'normal' ? ctxOf(wrapper, value) : value;
}

export function transferOnly(): AssociationScript {
  return transfer(message());
}

/** The value of a PDV in single-ASN1-type. */
export function singleOf(tree: BerNode): BerNode {
  return lastOf(lastOf(lastOf(tree)));
}

/** The slice of a DATA as two, each in a PDV of its own. */
export function twoValues(tree: BerNode): BerNode {
  const bytes = rawOf(singleOf(tree));
  return appOf(1, ...cut(bytes, Math.ceil(bytes.length / 2)).map((part) => pdv(ctxOf(0, octets(part)))));
}

export function retagged(tree: BerNode, tag: number): BerNode {
  if ('raw' in tree) throw new TypeError('octets');
  return { ...tree, tagNumber: tag };
}

/** The connect phase with the ACCEPT of another mode. */
export function answered(mode: Mode, other: Mode): Sent[] {
  const foreign = association({ mode: other }).find(({ what }) => what === 'ACCEPT') as Sent;
  return association({ mode }).flatMap((each) =>
    each.what === 'ACCEPT' ? [foreign] : each.what === 'FINISH' || each.what === 'DISCONNECT' ? [] : [each],
  );
}

export function emptyRecipient(mode: Mode): BerNode {
  const change = (content: BerNode): BerNode =>
    within(content, 2, (list) => within(list, 0, (fields) => within(fields, 0, () => ctxOf(0, sequence()))));
  // P1 of 1984 has no content type in a report.
  return within(report(), 1, (content) => (mode === 'x410-1984' ? without(change(content), 1) : change(content)));
}
