import { message, orName, probe, recipient, standardExtension } from '../support/apdus.js';
import { app, appOf, ctx, ctxOf, integer, oidNode, prim, printable, sequence, set } from '../support/association.js';
import { transfer } from '../support/example.js';

import {
  administration,
  arrival,
  bilateral,
  by,
  carrying,
  country,
  emptyRecipient,
  indicators,
  P1_1988,
  retagged,
  traced,
  type Vector,
} from './support.js';

export const encodingVectors: Readonly<Record<string, readonly Vector[]>> = {
  'set-order': [by({ ...transfer(message()), form: { reverseSets: true } })],
  'sequence-order': [
    carrying(
      message({
        originator: appOf(0, sequence(appOf(2, printable(' ')), appOf(1, printable('GB')), ctxOf(5, ctx(0, 'up')))),
      }),
    ),
  ],
  'indefinite-length': [by({ ...transfer(message()), form: { indefinite: true, segment: 3 } })],
  'unknown-member': [carrying(message({ more: [ctx(17, 'x')] }))],
  'second-member': [carrying(message({ more: [app(6, [2])] }))],
  'explicit-default': [carrying(message({ more: [app(7, [0])] }))],
  'empty-extensions': [carrying(message({ more: [ctxOf(3)] }), { modes: P1_1988 })],
  'explicit-extension-type': [
    carrying(message({ more: [ctxOf(3, sequence(ctxOf(0, integer(3)), ctxOf(2, prim(0, 10, [1]))))] }), {
      modes: P1_1988,
    }),
    carrying(message({ more: [ctxOf(3, standardExtension(3, prim(0, 10, [1])))] }), {
      what: 'the usual one',
      modes: P1_1988,
      rules: [],
    }),
  ],
  'short-indicators': [
    carrying(message({ recipients: [indicators([3, 0xd0])] }), { what: 'five bits' }),
    carrying(message({ recipients: [indicators([0])] }), { what: 'none' }),
    carrying(message({ recipients: [indicators([7, 0xd0, 0])] }), { what: 'nine', rules: [] }),
  ],
  'unused-bits': [carrying(message({ recipients: [indicators([7, 0xd0, 0x7f])] }))],
  'empty-personal-name': [ctxOf(5), ctxOf(5, ctx(1, 'given')), ctxOf(5, ctx(0, ''))].map((name, n) =>
    carrying(
      message({ originator: appOf(0, sequence(appOf(1, printable('GB')), appOf(2, printable(' ')), name)) }),
      n === 2 ? { what: 'an empty surname', rules: ['ENC-021'] } : { what: n === 0 ? 'nothing' : 'no surname' },
    ),
  ),
  'any-administration-domain': [carrying(message({ originator: administration(appOf(2, printable(' '))) }))],
  'empty-administration-domain': [
    carrying(message({ originator: administration(appOf(2, printable(''))) })),
    carrying(message({ trace: traced(appOf(1, printable('GB')), appOf(2, printable(''))) }), { what: 'in a trace' }),
  ],
  'absent-administration-domain': [carrying(message({ trace: traced(appOf(1, printable('GB'))) }))],
  'tagged-private-domain': [
    carrying(message({ trace: traced(appOf(1, printable('GB')), appOf(2, printable(' ')), ctxOf(2, printable('P'))) })),
  ],
  'kept-bilateral-tag': [carrying(message({ more: [bilateral] }), { modes: P1_1988 })],
  'report-tagged-probe': [carrying(retagged(probe(), 1))],
  'long-object-identifier': [
    carrying(message({ contentType: oidNode(`2.6.1.10.${Array.from({ length: 40 }, () => 1).join('.')}`) }), {
      modes: P1_1988,
    }),
  ],
  'empty-content-identifier': [carrying(message({ more: [app(10, '')] }))],
  'empty-arrival-time': [carrying(message({ trace: arrival(ctx(0, '')) }))],
  'time-forms': ['9506011000Z', '950601110000+0100', '9506011100+0100'].map((time) =>
    carrying(message({ trace: arrival(ctx(0, time)) }), { what: time }),
  ),
  'generalized-time': [carrying(message({ trace: arrival(ctx(0, '19950601100000Z')) }))],
  'country-code': [carrying(message({ originator: country('X') }))],
  'printable-underscore': [
    carrying(
      message({
        originator: appOf(0, sequence(appOf(1, printable('GB')), appOf(2, printable(' ')), ctxOf(5, ctx(0, 'bo_b')))),
      }),
    ),
  ],
  'braces-in-directory-name': [
    carrying(
      message({
        recipients: [recipient(orName('up', ctxOf(0, sequence(set(sequence(oidNode('2.5.4.3'), prim(0, 20, '{}')))))))],
      }),
      { modes: P1_1988 },
    ),
  ],
  'empty-recipient-in-report': [by((mode) => transfer(emptyRecipient(mode)))],
};
