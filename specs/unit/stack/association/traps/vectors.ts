import { concat, fromHex } from '../../../../../harness/ber/octets.js';
import type { BerForm, BerNode } from '../../../../../harness/ber/writer.js';
import type { Mode } from '../../../../../harness/stack/association/events.js';
import type { Direction } from '../../../../../harness/stack/direction.js';
import type { SpduDescription } from '../../../../../harness/stack/session/encode.js';
import {
  type AssociationScript,
  appended,
  appOf,
  cons,
  ctx,
  ctxOf,
  integer,
  latin1,
  octets,
  oidNode,
  raw,
  type Sent,
  sequence,
} from '../../../rules/support/association.js';
import { adds, edit, within, without } from '../../../rules/support/example.js';
import { inTpdus, type Role, tsduChanged } from './meet.js';

export const MODES = ['normal', 'x410-1988', 'x410-1984'] as const;
const X410: readonly Mode[] = ['x410-1988', 'x410-1984'];

/** What one side sends, and is taken: the association opens, and each transfer is secured. */
export interface Vector {
  /** By its id in `traps` or `machineTraps`. */
  readonly trap: string;
  readonly what: string;
  /** All modes where absent. */
  readonly modes?: readonly Mode[];
  /** Of our machine; both where absent. */
  readonly roles?: readonly Role[];
  readonly script?: AssociationScript | ((mode: Mode) => AssociationScript);
  readonly change?: (sent: readonly Sent[]) => readonly Sent[];
  /** What the opening tells its user. */
  readonly opened?: object;
}

const NORMAL: readonly Mode[] = ['normal'];
const RESPONDER: readonly Role[] = ['responder'];
const INITIATOR: readonly Role[] = ['initiator'];

const overriding = (kinds: readonly string[], code: number, value: Uint8Array | undefined): AssociationScript => ({
  spdu: (description) =>
    kinds.includes(description.kind) ? { ...description, override: new Map([[code, value]]) } : description,
});
const extra = (kinds: readonly string[], ...extraParameters: { code: number; value: Uint8Array }[]) => ({
  spdu: (description: SpduDescription) =>
    kinds.includes(description.kind) ? { ...description, extraParameters } : description,
});
const reference = (value: Uint8Array | undefined): AssociationScript => ({
  spdu: (description) =>
    description.kind === 'CONNECT'
      ? { ...description, callingReference: value }
      : description.kind === 'ACCEPT'
        ? { ...description, calledReference: value }
        : description,
});
const reserved = (sent: readonly Sent[]): Sent[] =>
  sent.map((each) => ({ ...each, octets: Uint8Array.from(each.octets, (octet, i) => (i === 1 ? 0x11 : octet)) }));

/** Top-level parameters of an SPDU of category 1, in reverse. */
export function reversed(tsdu: Uint8Array): Uint8Array {
  const long = tsdu[1] === 0xff;
  const parts: Uint8Array[] = [];
  for (let at = long ? 4 : 2; at < tsdu.length; ) {
    const header = tsdu[at + 1] === 0xff ? 4 : 2;
    const length = header === 4 ? ((tsdu[at + 2] ?? 0) << 8) | (tsdu[at + 3] ?? 0) : (tsdu[at + 1] ?? 0);
    parts.unshift(tsdu.subarray(at, at + header + length));
    at += header + length;
  }
  return concat([tsdu.subarray(0, long ? 4 : 2), ...parts]);
}

/** Its length in three octets though one is enough. X.225 8.2.5. */
export function escaped(tsdu: Uint8Array): Uint8Array {
  const at = tsdu[0] === 1 || tsdu[0] === 2 ? 2 : 0;
  const [length = 0] = tsdu.subarray(at + 1);
  if (length === 0xff || at + 2 > tsdu.length) return tsdu;
  return concat([tsdu.subarray(0, at + 1), Uint8Array.of(0xff, 0, length), tsdu.subarray(at + 2)]);
}

const connects = ['CONNECT', 'ACCEPT'];
const isConnect = (what: string): boolean => connects.includes(what);
const onConnect = (change: (tsdu: Uint8Array) => Uint8Array) =>
  tsduChanged((tsdu, what) => [isConnect(what) ? change(tsdu) : tsdu]);

/** In front of every second TSDU behind the connect phase, one that has no effect. */
const interspersed = (hex: string) => tsduChanged((tsdu, what) => (isConnect(what) ? [tsdu] : [fromHex(hex), tsdu]));

/** RTORQ and RTOAC, or what PConnect and PAccept have in their place, without or with other members. */
const both =
  (change: (tree: BerNode) => BerNode): AssociationScript['edit'] =>
  (pdu, tree) =>
    pdu === 'RTORQ' || pdu === 'RTOAC' ? change(tree) : tree;

const openAs = (hex: string, hexOfAnswer = hex): AssociationScript => ({
  edit: (pdu, tree) => {
    if (pdu === 'RTORQ') return within(tree, 3, () => raw(fromHex(`a3${hex}`)));
    return pdu === 'RTOAC' ? within(tree, 1, () => raw(fromHex(`a2${hexOfAnswer}`))) : tree;
  },
});
const split = (tree: BerNode): BerNode => {
  // A PDV list for each half of the slice: 61{30{02 01 ctx, a0{04 slice}}}.
  const content = rttrOf(tree);
  const half = Math.ceil(content.length / 2);
  return appOf(1, pdv(octets([...content.subarray(0, half)])), pdv(octets([...content.subarray(half)])));
};
const rttrOf = (tree: BerNode): Uint8Array => {
  let node = tree;
  while (!('raw' in node) && !(node.content instanceof Uint8Array)) node = node.content.at(-1) as BerNode;
  return 'raw' in node ? node.raw : (node.content as Uint8Array);
};
const RTSE = 3;
const pdv = (value: BerNode): BerNode => sequence(integer(RTSE), ctxOf(0, value));
const aligned = (tree: BerNode): BerNode => {
  const content = rttrOf(tree);
  return appOf(1, sequence(integer(RTSE), ctx(1, [4, 0x81, content.length, ...content])));
};
const constructedSlice = (tree: BerNode): BerNode => {
  const content = rttrOf(tree);
  const pieces = [content.subarray(0, 3), content.subarray(3)].map((piece) => octets([...piece]));
  return appOf(1, pdv(cons(0, 4, ...pieces)));
};

const forms: readonly BerForm[] = [{ indefinite: true }, { lengthOctets: 2 }, { lengthOctets: 5 }];

export const vectors: readonly Vector[] = [
  { trap: 'tpkt-reserved-octet', what: '0x11 in every TPKT', change: reserved },
  ...[1, 2, 3, 7].map(
    (size) => ({ trap: 'split-headers', what: `${size} octets in each`, change: inTpdus(size) }) as const,
  ),
  { trap: 'empty-last-tpdu', what: 'behind all of the TSDU', change: inTpdus(2000, true) },
  { trap: 'empty-last-tpdu', what: 'behind pieces of 5', change: inTpdus(5, true) },
  {
    trap: 'tpdu-size',
    what: 'none is proposed, or answered',
    script: { connect: (_kind, parameters) => parameters.filter(({ code }) => code !== 0xc0) },
  },
  { trap: 'give-tokens-alone', what: 'without a token', change: interspersed('0100') },
  { trap: 'give-tokens-alone', what: 'PLEASE TOKENS alike', change: interspersed('0200') },
  { trap: 'length-escape', what: 'where one octet is enough', change: tsduChanged((tsdu) => [escaped(tsdu)]) },
  {
    trap: 'length-escape',
    what: 'a CONNECT of more than 254 octets',
    script: adds('MTABindArgument', raw(fromHex(`9f8148 81c8 ${'41'.repeat(200)}`))),
    roles: RESPONDER,
  },
  { trap: 'parameter-order', what: 'in CONNECT and ACCEPT', change: onConnect(reversed) },
  {
    trap: 'empty-parameter',
    what: 'selectors, references and token setting',
    script: extra(connects, ...[51, 52].map((code) => ({ code, value: new Uint8Array(0) }))),
  },
  { trap: 'empty-parameter', what: 'Session User Requirements', script: overriding(connects, 20, new Uint8Array(0)) },
  {
    trap: 'unknown-session-parameter',
    what: 'in CONNECT, ACCEPT and ACTIVITY START',
    script: extra([...connects, 'ACTIVITY START', 'ACTIVITY END'], { code: 0x63, value: latin1('what') }),
  },
  { trap: 'absent-functional-units', what: 'which is 0349', script: overriding(connects, 20, undefined) },
  {
    trap: 'session-selector-in-x410',
    what: 'called and calling',
    modes: X410,
    script: extra(connects, { code: 51, value: latin1('A') }, { code: 52, value: latin1('MTA') }),
  },
  ...(
    [
      ['T61String', '1405616c706861'],
      ['OCTET STRING', '0405616c706861'],
      ['IA5String', '1605616c706861'],
      ['bare text', '616c706861'],
      ['an empty T61String', '1400'],
      ['nothing', ''],
      ['64 octets', '43'.repeat(64)],
    ] as const
  ).map(([what, hex]) => ({ trap: 'reference-types', what, script: reference(fromHex(hex)) }) as const),
  { trap: 'reference-types', what: 'none', script: reference(undefined) },
  {
    trap: 'leading-zeros',
    what: 'three digits each',
    script: {
      spdu: (description) => {
        const { serialNumber } = description;
        if (serialNumber === undefined) return description;
        return { ...description, override: new Map([[42, latin1(String(serialNumber).padStart(3, '0'))]]) };
      },
    },
  },
  {
    trap: 'other-context-identifiers',
    what: '11, 21 and 31',
    modes: NORMAL,
    roles: RESPONDER,
    script: { contexts: [11, 21, 31] },
  },
  {
    trap: 'other-context-identifiers',
    what: '129, 1 and 127',
    modes: NORMAL,
    roles: RESPONDER,
    script: { contexts: [125, 1, 127] },
  },
  {
    trap: 'values-behind-cp',
    what: 'a value behind CP',
    modes: NORMAL,
    roles: RESPONDER,
    script: {
      spdu: (description) =>
        description.kind === 'CONNECT'
          ? {
              ...description,
              userData: concat([description.userData ?? new Uint8Array(0), fromHex('6109 3007 020101 a002 0500')]),
            }
          : description,
    },
  },
  {
    trap: 'several-slices-in-one-data',
    what: 'each with a half of the slice',
    modes: NORMAL,
    script: { edit: edit('TD', split) },
  },
  { trap: 'several-slices-in-one-data', what: 'octet-aligned', modes: NORMAL, script: { edit: edit('TD', aligned) } },
  {
    trap: 'several-slices-in-one-data',
    what: 'a constructed RTTR',
    modes: NORMAL,
    script: { edit: edit('TD', constructedSlice) },
  },
  {
    trap: 'external-references',
    what: 'with both references',
    modes: NORMAL,
    script: { edit: edit('EXTERNAL', (tree) => cons(0, 8, oidNode('2.1.1'), ...members(tree))) },
  },
  {
    trap: 'external-references',
    what: 'that of the bind with the indirect reference alone',
    modes: NORMAL,
    script: {
      edit: (pdu, tree) =>
        pdu === 'AARQ' || pdu === 'AARE'
          ? within(tree, members(tree).length - 1, (user) => within(user, 0, (external) => without(external, 0)))
          : tree,
    },
  },
  ...forms.map((form) => ({ trap: 'indefinite-length', what: JSON.stringify(form), script: { form } }) as const),
  {
    trap: 'explicit-default',
    what: 'of RTSE',
    script: {
      edit: (pdu, tree) =>
        pdu === 'RTORQ'
          ? within(
              within(
                within(tree, 0, () => ctx(0, [0])),
                1,
                () => ctx(1, [3]),
              ),
              2,
              () => ctx(2, [0]),
            )
          : pdu === 'RTOAC'
            ? appended(
                within(tree, 0, () => ctx(0, [0])),
                ctx(1, [3]),
              )
            : tree,
    },
  },
  {
    trap: 'explicit-default',
    what: 'the protocol version of ACSE',
    modes: NORMAL,
    script: {
      edit: (pdu, tree) =>
        pdu === 'AARQ' || pdu === 'AARE' ? { ...tree, content: [ctx(0, [7, 0x80]), ...members(tree)] } : tree,
    },
  },
  {
    trap: 'set-order',
    what: 'of the connect PDUs',
    script: {
      edit: (pdu, tree) =>
        ['CP', 'CPA', 'RTORQ', 'RTOAC', 'PConnect', 'PAccept'].includes(pdu)
          ? { ...tree, content: [...members(tree)].reverse() }
          : tree,
    },
  },
  {
    trap: 'set-order',
    what: 'of the bind',
    script: {
      edit: (pdu, tree) => (pdu.startsWith('MTABind') ? turned(tree) : tree),
    },
  },
  {
    trap: 'absent-dialogue-mode',
    what: 'which is monologue',
    roles: RESPONDER,
    script: { edit: edit('RTORQ', (tree) => without(tree, 2)) },
    opened: { dialogueMode: 'monologue', checkpointSize: 63, windowSize: 5 },
  },
  {
    trap: 'window-in-answer',
    what: '9 in answer to 5',
    roles: INITIATOR,
    script: adds('RTOAC', ctx(1, [9])),
    opened: { windowSize: 5 },
  },
  {
    trap: 'window-of-zero',
    what: 'in the request and in the answer',
    script: {
      edit: (pdu, tree) =>
        pdu === 'RTORQ' ? within(tree, 1, () => ctx(1, [0])) : pdu === 'RTOAC' ? appended(tree, ctx(1, [0])) : tree,
    },
  },
  {
    trap: 'checkpoint-in-answer',
    what: '64 in answer to 63',
    roles: INITIATOR,
    script: { edit: edit('RTOAC', (tree) => within(tree, 0, () => ctx(0, [64]))) },
    opened: { checkpointSize: 63 },
  },
  {
    trap: 'absent-application-protocol',
    what: 'which is 1',
    modes: X410,
    roles: RESPONDER,
    script: { edit: edit('RTORQ', (tree) => without(tree, 4)) },
    opened: { mode: 'x410-1984' },
  },
  {
    trap: 'unknown-rtse-member',
    what: 'of context and of private class',
    script: { edit: both((tree) => appended(tree, ctx(9, [1]), { tagClass: 3, tagNumber: 5, content: latin1('x') })) },
  },
  ...(
    [
      ['[0] IMPLICIT NULL', '02 8000'],
      ['ISODE request', '04 a0028000'],
      ['ISODE answer', '04 a0020500'],
    ] as const
  ).map(([what, hex]) => ({ trap: 'null-bind', what, script: openAs(hex) }) as const),
  {
    trap: 'null-bind',
    what: 'NULL in its wrapper',
    modes: NORMAL,
    script: openAs('06 a004b0020500', '06 a004b1020500'),
  },
];

/** All of a mode's SETs that stand in a bind, members the other way round. */
function turned(tree: BerNode): BerNode {
  if ('raw' in tree || tree.content instanceof Uint8Array) return tree;
  const isSet = tree.tagClass === 2 && tree.tagNumber === 1 && tree.content.length > 1;
  const content = tree.content.map(turned);
  return { ...tree, content: isSet ? content.reverse() : content };
}

export function members(tree: BerNode): readonly BerNode[] {
  if ('raw' in tree || tree.content instanceof Uint8Array) throw new TypeError('not a constructed node');
  return tree.content;
}

/** A vector's association in a mode, with what is to be transferred by the side that our machine listens to. */
export function scriptOf(
  { script = {} }: Vector,
  mode: Mode,
  direction: Direction,
  apdus: readonly Uint8Array[],
): AssociationScript {
  const own = typeof script === 'function' ? script(mode) : script;
  const change = own.spdu ?? ((description: SpduDescription) => description);
  return {
    ending: 'none',
    transfers: apdus.map((apdu) => ({ apdu, direction, slice: 60, checkpoints: true })),
    ...own,
    mode,
    // All tokens are the side's that transfers.
    spdu: (description) => {
      const tokenSetting = direction === 'r2i' ? 0x15 : 0;
      return change(isConnect(description.kind) ? { ...description, tokenSetting } : description);
    },
  };
}
