import type { BerNode } from '../../../harness/ber/writer.js';
import { writeBer } from '../../../harness/ber/writer.js';
import type { SpduDescription } from '../../../harness/stack/session/encode.js';
import { extensionAttribute, extensions, message, orName, privateExtension } from './support/apdus.js';
import {
  type AssociationScript,
  bindArgument,
  bindResult,
  cons,
  ctx,
  ctxOf,
  integer,
  latin1,
  octets,
  oidNode,
  printable,
  set,
  type Tsdu,
  x410BindArgument,
  x410BindResult,
} from './support/association.js';
import { adds, type Example, edit, spdu, transfer, within, without } from './support/example.js';

// Rules that hold in one mode only, and rules on what is negotiated and on the order of activities, points and turns.

const old = { mode: 'x410-1984' } as const;
const x410 = { mode: 'x410-1988' } as const;
const label = ctxOf(2, set(oidNode('2.6.3.9')));
const checkpointed: AssociationScript = { transfers: [{ apdu: message(), slice: 60, checkpoints: true }] };

const give: SpduDescription = { kind: 'GIVE TOKENS' };
const please: SpduDescription = { kind: 'PLEASE TOKENS' };
/** Of the initiator, behind a GIVE TOKENS. */
const i = (kind: SpduDescription['kind'], more: Partial<SpduDescription> = {}): Tsdu => ({
  direction: 'i2r',
  spdus: [give, { kind, ...more }],
});
/** Of the responder, behind a PLEASE TOKENS. */
const r = (kind: SpduDescription['kind'], more: Partial<SpduDescription> = {}): Tsdu => ({
  direction: 'r2i',
  spdus: [please, { kind, ...more }],
});
const start = i('ACTIVITY START', { activityIdentifier: Uint8Array.of(2, 1, 1) });
const point = (serialNumber: number): Tsdu => i('MINOR SYNC POINT', { serialNumber });
const ack = (serialNumber: number): Tsdu => r('MINOR SYNC ACK', { serialNumber });
const discarded: readonly Tsdu[] = [i('ACTIVITY DISCARD', { reason: 0 }), r('ACTIVITY DISCARD ACK')];
const octetsOf = (si: number, serial: string): Uint8Array =>
  Uint8Array.of(si, 2 + serial.length, 42, serial.length, ...latin1(serial));
/** In the X.410 modes user data is the slice itself. */
const slice = (length: number, letter: number): Tsdu =>
  i('DATA TRANSFER', { userData: new Uint8Array(length).fill(letter) });

const sized =
  (kind: 'CR' | 'CC', code: number): AssociationScript['connect'] =>
  (which, parameters) =>
    which === kind ? [{ code: 0xc0, value: Uint8Array.of(code) }] : parameters;

const bare = message();
const external = cons(0, 8, integer(5), ctxOf(0, message({ content: 'in an EXTERNAL' })));
const wrapped = (tree: BerNode): BerNode => octets('raw' in tree ? tree.raw : writeBer(tree));

export const modeExamples: Readonly<Record<string, Example>> = {
  'BIND-020': {
    fails: [
      { what: 'bind-invoke in X.410 mode', script: { ...x410, argument: bindArgument() }, at: bindArgument() },
      { what: 'the same in P1-1984', script: { ...old, argument: bindArgument() }, at: bindArgument() },
      { what: 'bind-result', script: { ...x410, result: bindResult() }, at: bindResult(), direction: 'r2i' },
    ],
    holds: [x410, old, {}, { argument: ctxOf(16, { raw: Uint8Array.of(5, 0) }) }],
  },
  'BIND-021': {
    fails: [
      { what: 'a security context', script: { ...old, argument: x410BindArgument(label) }, at: label },
      {
        what: 'strong credentials',
        script: { ...old, argument: ctxOf(1, ctx(0, 'mta'), ctxOf(1, ctxOf(0))) },
        at: ctxOf(0),
      },
    ],
    holds: [{ ...x410, argument: x410BindArgument(label) }, { argument: bindArgument(label) }, old],
  },
  'BIND-022': {
    fails: [
      {
        what: 'that of a European profile',
        script: { ...old, edit: edit('RTORQ', (tree) => within(tree, 4, () => ctx(4, [0x22, 0xb3]))) },
        at: ctx(4, [0x22, 0xb3]),
      },
    ],
    // Where there is none it is 1.
    holds: [x410, old, { ...old, edit: edit('RTORQ', (tree) => without(tree, 4)) }],
  },
  'BIND-023': {
    fails: [
      { what: '6 in answer to 5', script: adds('RTOAC', ctx(1, [6])), at: ctx(1, [6]), direction: 'r2i' },
      {
        what: '5 where none was proposed, which is 3',
        script: {
          ...x410,
          edit: (pdu, tree) =>
            pdu === 'RTORQ' ? without(tree, 1) : pdu === 'RTOAC' ? within(tree, 0, () => ctx(1, [5])) : tree,
        },
        at: ctx(1, [5]),
        direction: 'r2i',
      },
    ],
    holds: [adds('RTOAC', ctx(1, [5])), { ...old, ...adds('RTOAC', ctx(1, [1])) }],
  },
  'BIND-024': {
    fails: [
      {
        what: 'a number beyond all bounds',
        script: { edit: edit('RTOAC', (tree) => within(tree, 0, () => ctx(0, [1, ...new Array<number>(9).fill(0)]))) },
        at: ctx(0, [1, ...new Array<number>(9).fill(0)]),
        direction: 'r2i',
      },
      {
        what: '64 in answer to 63',
        script: { edit: edit('RTOAC', (tree) => within(tree, 0, () => ctx(0, [64]))) },
        at: ctx(0, [64]),
        direction: 'r2i',
      },
    ],
    holds: [
      {},
      { edit: edit('RTOAC', (tree) => within(tree, 0, () => ctx(0, [0]))) },
      // 0 leaves the choice to the responder.
      { ...x410, edit: edit('RTORQ', (tree) => within(tree, 0, () => ctx(0, [0]))) },
    ],
  },
  'BIND-025': {
    fails: [
      {
        what: 'a called session selector',
        script: { ...old, spdu: spdu('CONNECT', { calledSelector: latin1('MTA') }) },
        at: Uint8Array.of(52, 3, ...latin1('MTA')),
      },
    ],
    holds: [
      { spdu: spdu('CONNECT', { calledSelector: latin1('MTA') }) },
      { ...old, spdu: spdu('CONNECT', { calledSelector: new Uint8Array(0) }) },
    ],
  },
  'BIND-026': {
    fails: [
      {
        what: 'userError in X.410 mode',
        script: { ...x410, ending: 'abort', edit: edit('AbortInformation', () => set(ctx(0, [6]))) },
        at: ctx(0, [6]),
      },
    ],
    holds: [{ ...x410, ending: 'abort' }, { ending: 'abort' }],
  },
  // It takes two associations to fail: below, among the recoveries.
  'BIND-027': { fails: [], holds: [{}, x410] },
  'ENV-016': {
    fails: [
      {
        what: 'extensions',
        script: { ...old, ...transfer(message({ more: [extensions(privateExtension('2.6.1.99'))] })) },
        at: extensions(privateExtension('2.6.1.99')),
      },
      {
        what: 'a content type by object identifier',
        script: { ...old, ...transfer(message({ contentType: oidNode('2.6.1.10.1') })) },
        at: oidNode('2.6.1.10.1'),
      },
      {
        what: 'a common name in an address',
        script: {
          ...old,
          ...transfer(message({ originator: orName('up', extensionAttribute(1, printable('a name'))) })),
        },
        at: extensionAttribute(1, printable('a name')),
      },
    ],
    holds: [
      { ...old, ...transfer(message()) },
      { ...x410, ...transfer(message({ contentType: oidNode('2.6.1.10.1') })) },
      transfer(message({ originator: orName('up', extensionAttribute(1, printable('a name'))) })),
    ],
  },
  'ENC-012': {
    fails: [
      { what: 'an EXTERNAL around the APDU', script: { ...x410, ...transfer(external) }, at: external },
      {
        what: 'an OCTET STRING around the slice',
        script: { ...old, ...transfer(bare), edit: edit('RTTR', wrapped) },
        at: wrapped(bare),
      },
      {
        what: 'the first of several',
        script: { ...x410, transfers: [{ apdu: bare, slice: 50 }], edit: edit('RTTR', wrapped) },
        at: octets(writeBer(bare).subarray(0, 50)),
      },
      {
        what: 'a presentation header',
        script: { ...x410, ...transfer(bare), edit: edit('RTTR', (tree) => presented(wrapped(tree))) },
        at: presented(wrapped(bare)),
      },
    ],
    holds: [{ ...x410, ...transfer(bare) }, { ...old, transfers: [{ apdu: bare, slice: 1 }] }, transfer(bare)],
  },
  'ENC-014': {
    fails: [
      { what: 'a point that is not next', script: { tsdus: [start, point(5)] }, at: octetsOf(49, '5') },
      {
        what: 'an end that is not next',
        script: { ...x410, transfers: [{ apdu: bare }], spdu: (each) => renumbered(each, 'ACTIVITY END') },
        at: octetsOf(41, '9'),
      },
      {
        what: 'a confirmation of what was not sent',
        script: { tsdus: [start, point(1), ack(2), ...discarded] },
        at: octetsOf(50, '2'),
        direction: 'r2i',
      },
      {
        what: 'a confirmation behind that of a later point',
        script: { tsdus: [start, point(1), point(2), ack(2), ack(1), ...discarded] },
        at: octetsOf(50, '1'),
        direction: 'r2i',
      },
    ],
    holds: [
      checkpointed,
      { ...old, ...checkpointed },
      // One confirmation for all before it; each activity begins anew.
      { tsdus: [start, point(1), point(2), ack(2), point(3), ...discarded, start, point(1), ...discarded] },
    ],
  },
  'ENC-015': {
    fails: [
      {
        what: 'inside an activity',
        script: { tsdus: [start, { direction: 'i2r', spdus: [{ kind: 'GIVE TOKENS CONFIRM' }] }], ending: 'none' },
        at: Uint8Array.of(21, 0),
      },
    ],
    holds: [
      {
        transfers: [{ apdu: bare }],
        tsdus: [
          { direction: 'i2r', spdus: [{ kind: 'GIVE TOKENS CONFIRM' }] },
          { direction: 'r2i', spdus: [{ kind: 'GIVE TOKENS ACK' }] },
        ],
      },
    ],
  },
  'ENC-022': {
    fails: [
      {
        what: '1100 octets where 1024 are negotiated',
        script: {
          ...x410,
          edit: edit('RTOAC', (tree) => within(tree, 0, () => ctx(0, [1]))),
          tsdus: [start, slice(600, 0x41), slice(500, 0x42), ...discarded],
        },
        at: new Uint8Array(500).fill(0x42),
      },
    ],
    holds: [
      {
        ...x410,
        edit: edit('RTOAC', (tree) => within(tree, 0, () => ctx(0, [1]))),
        transfers: [{ apdu: message({ content: 'x'.repeat(4000) }), slice: 1024, checkpoints: true }],
      },
      // 0: no checkpoints at all.
      {
        ...x410,
        edit: edit('RTOAC', (tree) => within(tree, 0, () => ctx(0, [0]))),
        transfers: [{ apdu: message({ content: 'x'.repeat(4000) }) }],
      },
    ],
  },
  'ENC-023': {
    fails: [
      {
        what: 'a fourth where 3 are negotiated',
        script: { tsdus: [start, point(1), point(2), point(3), point(4), ...discarded] },
        at: octetsOf(49, '4'),
      },
    ],
    holds: [checkpointed, { tsdus: [start, point(1), point(2), point(3), ack(1), point(4), ...discarded] }],
  },
  'ENC-024': {
    fails: [
      {
        what: 'a point behind the last slice',
        script: {
          tsdus: [
            start,
            point(1),
            ack(1),
            i('ACTIVITY END', { serialNumber: 2 }),
            r('ACTIVITY END ACK', { serialNumber: 2 }),
          ],
        },
        at: octetsOf(49, '1'),
      },
    ],
    holds: [checkpointed],
  },
  'ENC-025': {
    fails: [
      {
        what: 'a FINISH of the responder',
        script: { ...x410, tsdus: [{ direction: 'r2i', spdus: [{ kind: 'FINISH' }] }], ending: 'none' },
        at: Uint8Array.of(9, 0),
        direction: 'r2i',
      },
    ],
    holds: [{}, x410],
  },
  'ENC-026': {
    fails: [
      {
        what: 'both sides send',
        script: {
          edit: edit('RTORQ', (tree) => without(tree, 2)),
          transfers: [{ apdu: bare }, { apdu: bare, direction: 'r2i' }],
        },
        at: Uint8Array.of(45, 5, 41, 3, 2, 1, 2),
        direction: 'r2i',
      },
    ],
    holds: [
      { transfers: [{ apdu: bare }, { apdu: bare, direction: 'r2i' }] },
      { edit: edit('RTORQ', (tree) => without(tree, 2)), transfers: [{ apdu: bare, direction: 'r2i' }] },
    ],
  },
  'ENC-028': {
    fails: [
      {
        what: 'a CC of 4096 to a CR of 2048',
        script: { connect: sized('CC', 0x0c) },
        at: Uint8Array.of(9, 0xd0, 0, 1, 0, 2, 0, 0xc0, 1, 0x0c),
        direction: 'r2i',
      },
      {
        what: 'DTs of 2048 octets where 1024 are agreed',
        script: { ...x410, connect: sized('CC', 0x0a), tsdus: [start, slice(2000, 0x41), ...discarded] },
        at: Uint8Array.of(2, 0xf0, 0x80, 1, 0, 1, 0, ...new Uint8Array(2000).fill(0x41)),
      },
    ],
    holds: [
      { transfers: [{ apdu: message({ content: 'x'.repeat(4000) }) }] },
      { connect: sized('CR', 0x0c), transfers: [{ apdu: message({ content: 'x'.repeat(4000) }) }] },
    ],
  },
  'ENC-027': {
    fails: [
      {
        what: '10 octets in an ABORT of version 1',
        script: {
          ...x410,
          ending: 'abort',
          edit: edit('AbortInformation', () => set(ctx(0, [1]), ctx(1, [0, 0xff, 0]))),
        },
        at: Uint8Array.of(0xc1, 10, ...writeBer(set(ctx(0, [1]), ctx(1, [0, 0xff, 0])))),
      },
    ],
    holds: [
      { ...x410, ending: 'abort', edit: edit('AbortInformation', () => set(ctx(0, [1]), ctx(1, [0, 0xff]))) },
      { ending: 'abort' },
      { ...x410, result: x410BindResult() },
    ],
  },
};

function presented(rttr: BerNode): BerNode {
  return cons(1, 1, cons(0, 16, integer(3), ctxOf(0, rttr)));
}

function renumbered(description: SpduDescription, kind: string): SpduDescription {
  return description.kind === kind || description.kind === `${kind} ACK`
    ? { ...description, serialNumber: 9 }
    : description;
}
