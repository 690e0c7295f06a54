import { concat } from '../../../../harness/ber/octets.js';
import { writeBer } from '../../../../harness/ber/writer.js';
import { exchange2003Sp2 } from '../../../../harness/mta/presets/index.js';
import type { Mode } from '../../../../harness/stack/association/events.js';
import { encodeTpkt } from '../../../../harness/stack/tpkt/codec.js';
import { message } from '../../rules/support/apdus.js';
import { cons, ctx, ctxOf, integer, latin1, octets, raw } from '../../rules/support/association.js';
import { escaped, reversed } from '../../stack/association/traps/vectors.js';
import type { Defect } from './strict-pair.js';

export const X410: readonly Mode[] = ['x410-1988', 'x410-1984'];
export const ROLES = ['initiator', 'responder'] as const;

const parameter = (kind: string, code: number, text: string): Defect => ({
  peer: { deviations: { spduParameters: { [kind]: [{ code, value: latin1(text) }] } } },
});
export const reserved = (bytes: Uint8Array): Uint8Array =>
  bytes[0] === 3 ? Uint8Array.from(bytes, (octet, i) => (i === 1 ? 0x11 : octet)) : bytes;

/** Other octets for the TSDU of a TPKT. */
const tsduRewritten = (change: (tsdu: Uint8Array) => Uint8Array) => (bytes: Uint8Array) =>
  bytes[5] === 0xf0 ? encodeTpkt(concat([bytes.subarray(4, 7), change(bytes.subarray(7))])) : bytes;
const isConnect = (tsdu: Uint8Array): boolean => tsdu[0] === 0x0d || tsdu[0] === 0x0e;
const onConnect = (change: (tsdu: Uint8Array) => Uint8Array) =>
  tsduRewritten((tsdu) => (isConnect(tsdu) ? change(tsdu) : tsdu));

/** In DATA, `61 L 30 L 02 01 03`: the slice in the context of the APDUs. */
function inOtherContext(tsdu: Uint8Array): Uint8Array {
  const at = Buffer.from(tsdu).indexOf(Uint8Array.of(2, 1, 3));
  const isData = tsdu[2] === 1 && tsdu[4] === 0x61;
  return isData && at > 0 ? Uint8Array.from(tsdu, (octet, i) => (i === at + 2 ? 5 : octet)) : tsdu;
}

/** A defect of the bind: which of the two is refused depends on who has it. */
export interface BindDefect {
  /** By its id in `traps` or `machineTraps`. */
  readonly trap: string;
  readonly defect: Defect | ((mode: Mode) => Defect);
  readonly rules: readonly string[];
  readonly modes?: readonly Mode[];
  readonly roles?: readonly (typeof ROLES)[number][];
}

export const bindDefects: readonly BindDefect[] = [
  { trap: 'tpkt-reserved-octet', defect: { rewrite: reserved }, rules: ['ENC-020'] },
  { trap: 'parameter-order', defect: { rewrite: onConnect(reversed) }, rules: ['ENC-020'] },
  { trap: 'length-escape', defect: { rewrite: onConnect(escaped) }, rules: ['ENC-020'], modes: X410 },
  {
    trap: 'unknown-session-parameter',
    defect: parameter('CONNECT', 0x63, 'x'),
    rules: ['BIND-005'],
    roles: ['initiator'],
  },
  {
    trap: 'unknown-session-parameter',
    defect: parameter('ACCEPT', 0x63, 'x'),
    rules: ['BIND-005'],
    roles: ['responder'],
  },
  {
    trap: 'session-selector-in-x410',
    defect: parameter('CONNECT', 0x34, 'MTA'),
    rules: ['BIND-025'],
    modes: X410,
    roles: ['initiator'],
  },
  {
    trap: 'unknown-rtse-member',
    defect: { peer: { deviations: { rtseElements: [ctx(9, [1])] } } },
    rules: ['BIND-002'],
  },
  {
    trap: 'window-in-answer',
    defect: { peer: { deviations: { rtseElements: [ctx(1, [9])] } } },
    rules: ['BIND-023'],
    roles: ['responder'],
  },
  {
    trap: 'indefinite-length',
    defect: { peer: { deviations: { form: { lengthOctets: 5 } } } },
    rules: ['ENC-020'],
  },
  {
    trap: 'unknown-member',
    defect: {
      peer: {
        deviations: { acseElements: [ctx(27, [1])] },
      },
    },
    rules: ['BIND-003'],
    modes: ['normal'],
  },
  {
    trap: 'unknown-member',
    defect: { preset: exchange2003Sp2 },
    rules: ['BIND-001'],
    roles: ['initiator'],
  },
];

/** A defect of the transfer, wherever the mail is from. */
export interface TransferDefect {
  readonly trap: string;
  readonly defect: Defect;
  readonly rules: readonly string[];
  readonly modes: readonly Mode[];
}

const byHand = (apdu: Uint8Array) =>
  ({ kind: 'message', priority: 'urgent', identifier: 'by hand', apdu, system: false, verbatim: true }) as const;
const whole = writeBer(message());

export const transferDefects: readonly TransferDefect[] = [
  {
    trap: 'wrong-context',
    defect: { rewrite: tsduRewritten(inOtherContext) },
    rules: ['ENC-008'],
    modes: ['normal'],
  },
  {
    trap: 'external-in-x410',
    defect: { items: [byHand(writeBer(cons(0, 8, integer(5), ctxOf(0, raw(whole)))))] },
    rules: ['ENC-012'],
    modes: X410,
  },
  {
    trap: 'octet-string-in-x410',
    defect: { items: [byHand(writeBer(octets([...whole])))] },
    rules: ['ENC-012'],
    modes: X410,
  },
];
