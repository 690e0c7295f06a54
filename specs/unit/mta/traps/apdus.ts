import type { BerNode } from '../../../../harness/ber/writer.js';
import type { Mode } from '../../../../harness/stack/association/events.js';
import { domain, message, orName, privateExtension, recipient, report } from '../../rules/support/apdus.js';
import {
  app,
  appOf,
  cons,
  ctx,
  ctxOf,
  integer,
  octets,
  oidNode,
  prim,
  printable,
  sequence,
  set,
} from '../../rules/support/association.js';
import { within, without } from '../../rules/support/example.js';

const P1_1988: readonly Mode[] = ['normal', 'x410-1988'];

/** An APDU with a trap in it, as real MTAs have sent it. */
export interface TrappedApdu {
  /** By its id in `traps` or `machineTraps`. */
  readonly trap: string;
  readonly what: string;
  readonly apdu: BerNode | ((mode: Mode) => BerNode);
  readonly modes?: readonly Mode[];
  /** A relay sends it on, or a report on it; else it is taken, and told of as one that cannot be cared for. */
  readonly fate: 'relayed' | 'reported' | 'kept';
  /** Octets of the trap, in hexadecimal, that the relay must not send on. */
  readonly never?: string;
  /** What a strict MTA refuses it for; it takes it where there is none. */
  readonly refusedFor: readonly string[];
  /** What the rules tell of all the same, as it is the originator's own and not the relay's to change. */
  readonly told?: readonly string[];
}

const standard = (...members: BerNode[]): BerNode => appOf(0, sequence(...members));
const gb = appOf(1, printable('GB'));
const any = appOf(2, printable(' '));
const surname = ctxOf(5, ctx(0, 'up'));
const arrivalTime = (time: string): BerNode => appOf(9, sequence(domain(), set(ctx(0, time), ctx(2, [0]))));
const indicators = (...bits: number[]): BerNode => set(orName('arrows'), ctx(0, [1]), ctx(1, bits));
const eanDomain = (): BerNode => appOf(3, appOf(1, printable('')), appOf(2, printable('')), printable('uninett'));
const strings = (text: string): BerNode => cons(0, 4, ...[text.slice(0, 3), text.slice(3)].map((part) => octets(part)));
const longOid = (): BerNode => oidNode(`2.6.1.10.${Array.from({ length: 40 }, () => 1).join('.')}`);
/** P1 of 1984 has no content type in a report. */
const reportIn = (mode: Mode, tree: BerNode): BerNode =>
  mode === 'x410-1984' ? within(tree, 1, (content) => without(content, 1)) : tree;
const actualRecipient = (name: BerNode): BerNode =>
  within(report(), 1, (content) => within(content, 2, (list) => within(list, 0, (one) => within(one, 0, () => name))));

export const trappedApdus: readonly TrappedApdu[] = [
  {
    trap: 'short-indicators',
    what: 'of five bits',
    apdu: message({ recipients: [indicators(3, 0xd0)] }),
    fate: 'relayed',
    refusedFor: ['ENC-021'],
    never: '810203d0',
  },
  {
    trap: 'short-indicators',
    what: 'of nine',
    apdu: message({ recipients: [indicators(7, 0xd0, 0)] }),
    fate: 'relayed',
    refusedFor: [],
  },
  {
    trap: 'unused-bits',
    what: 'of the indicators',
    apdu: message({ recipients: [indicators(3, 0xd7)], more: [app(8, [4, 0x3f])] }),
    fate: 'relayed',
    refusedFor: ['ENC-020', 'ENC-021'],
    never: '810203d7',
  },
  {
    trap: 'empty-personal-name',
    what: 'of the originator',
    apdu: message({ originator: standard(gb, any, ctxOf(5)) }),
    fate: 'kept',
    refusedFor: ['ADDR-002'],
  },
  {
    trap: 'given-name-alone',
    what: 'of the originator',
    apdu: message({ originator: standard(gb, any, ctxOf(5, ctx(1, 'Alice'))) }),
    fate: 'kept',
    refusedFor: ['ADDR-002'],
  },
  {
    trap: 'any-administration-domain',
    what: 'of the originator',
    apdu: message({ originator: standard(gb, any, surname) }),
    fate: 'relayed',
    refusedFor: [],
  },
  {
    trap: 'empty-domain',
    what: 'of identifier and trace',
    apdu: message({ trace: appOf(9, sequence(eanDomain(), set(ctx(0, '851106103311+0000'), ctx(2, [0])))) }),
    fate: 'relayed',
    refusedFor: ['ENC-021'],
    told: ['ENC-021'],
  },
  {
    trap: 'empty-administration-domain',
    what: 'of the originator',
    apdu: message({ originator: standard(gb, appOf(2, printable('')), surname) }),
    fate: 'relayed',
    refusedFor: [],
  },
  {
    trap: 'long-object-identifier',
    what: 'as content type',
    apdu: message({ contentType: longOid() }),
    modes: P1_1988,
    fate: 'relayed',
    refusedFor: [],
  },
  {
    trap: 'empty-content-identifier',
    what: '4a00',
    apdu: message({ more: [app(10, '')] }),
    fate: 'relayed',
    refusedFor: ['ENC-021'],
    never: '4a00',
  },
  {
    trap: 'empty-arrival-time',
    what: 'in the trace',
    apdu: message({ trace: arrivalTime('') }),
    fate: 'kept',
    refusedFor: ['ENV-004'],
  },
  ...['9506011000Z', '950601110000+0100', '9506011100+0100', '851106103311+0000'].map((time) => ({
    trap: 'time-forms',
    what: time,
    apdu: message({ trace: arrivalTime(time) }),
    fate: 'relayed' as const,
    refusedFor: [],
  })),
  {
    trap: 'generalized-time',
    what: 'in the trace',
    apdu: message({ trace: arrivalTime('19950601100000Z') }),
    fate: 'kept',
    refusedFor: ['ENV-004'],
  },
  {
    trap: 'empty-extensions',
    what: 'in the envelope and per recipient',
    apdu: message({ recipients: [recipient(orName('arrows'), ctxOf(3))], more: [ctxOf(3)] }),
    modes: P1_1988,
    fate: 'relayed',
    refusedFor: ['ENC-020'],
    never: 'a300',
  },
  {
    trap: 'explicit-extension-type',
    what: "PP's",
    apdu: message({ more: [ctxOf(3, sequence(ctxOf(0, integer(3)), ctxOf(2, prim(0, 10, [1]))))] }),
    modes: P1_1988,
    fate: 'relayed',
    refusedFor: ['ENC-020'],
    never: 'a003020103',
  },
  {
    trap: 'explicit-default',
    what: 'normal priority',
    apdu: message({ more: [app(7, [0])] }),
    fate: 'relayed',
    refusedFor: ['ENC-020'],
    never: '470100',
  },
  {
    trap: 'indefinite-length',
    what: 'a constructed content',
    apdu: message({ content: strings('The content.') }),
    fate: 'relayed',
    refusedFor: [],
    never: '2410',
  },
  {
    trap: 'unknown-member',
    what: '[17]',
    apdu: message({ more: [ctx(17, 'x')] }),
    fate: 'relayed',
    refusedFor: ['ENV-002'],
    never: '910178',
  },
  {
    trap: 'second-member',
    what: 'the content type twice',
    apdu: message({ more: [app(6, [2])] }),
    fate: 'relayed',
    refusedFor: ['ENV-003'],
    never: '460102',
  },
  {
    trap: 'sequence-order',
    what: 'ADMD in front of country',
    apdu: message({ originator: standard(any, gb, surname) }),
    fate: 'relayed',
    refusedFor: ['ADDR-002'],
    never: '620313012061041302',
  },
  {
    trap: 'tagged-private-domain',
    what: 'in the trace',
    apdu: message({
      trace: appOf(9, sequence(appOf(3, gb, any, ctxOf(2, printable('P'))), set(ctx(0, '950601100000Z'), ctx(2, [0])))),
    }),
    fate: 'relayed',
    refusedFor: ['ENV-002'],
    never: 'a203130150',
  },
  {
    trap: 'printable-underscore',
    what: 'in a surname',
    apdu: message({ originator: standard(gb, any, ctxOf(5, ctx(0, 'bo_b'))) }),
    fate: 'relayed',
    refusedFor: ['ADDR-003'],
    told: ['ADDR-003'],
  },
  {
    trap: 'country-code',
    what: 'of one letter',
    apdu: message({ originator: standard(appOf(1, printable('X')), any, surname) }),
    fate: 'relayed',
    refusedFor: ['ENC-021'],
    told: ['ENC-021'],
  },
  {
    trap: 'braces-in-directory-name',
    what: 'in a common name',
    apdu: message({
      recipients: [recipient(orName('up', ctxOf(0, sequence(set(sequence(oidNode('2.5.4.3'), prim(0, 20, '{}')))))))],
    }),
    modes: P1_1988,
    fate: 'relayed',
    refusedFor: [],
  },
  {
    trap: 'empty-recipient-in-report',
    what: 'no attribute at all',
    apdu: (mode) => reportIn(mode, actualRecipient(ctxOf(0, sequence()))),
    fate: 'relayed',
    refusedFor: [],
  },
  {
    trap: 'report-tagged-probe',
    what: 'a message under [1]',
    apdu: { ...message(), tagNumber: 1 } as BerNode,
    fate: 'kept',
    refusedFor: ['RPT-001', 'RPT-002'],
  },
  {
    trap: 'critical-extension',
    what: 'for transfer, of no known number',
    apdu: message({ more: [ctxOf(3, sequence(ctx(0, [99]), ctx(1, [5, 0x20]), ctxOf(2, octets('x'))))] }),
    modes: P1_1988,
    fate: 'relayed',
    refusedFor: ['ENV-008'],
    told: ['ENV-008'],
  },
  {
    trap: 'critical-extension',
    what: 'private',
    apdu: message({ more: [ctxOf(3, privateExtension('1.2.840.113556.4.1'))] }),
    modes: P1_1988,
    fate: 'relayed',
    refusedFor: ['ENV-007'],
    told: ['ENV-007'],
  },
  {
    trap: 'long-trace',
    what: '600 elements',
    apdu: message({
      trace: appOf(
        9,
        ...Array.from({ length: 600 }, () => sequence(domain(), set(ctx(0, '950601100000Z'), ctx(2, [1])))),
      ),
    }),
    fate: 'reported',
    refusedFor: ['ENC-021'],
  },
];
