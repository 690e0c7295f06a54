import { writeBer } from '../../../../harness/ber/writer.js';
import { NORMAL_MODE, X410_MODES } from '../../../../harness/rules/rule.js';
import { encodeTpkt } from '../../../../harness/stack/tpkt/codec.js';
import { message } from '../support/apdus.js';
import {
  appOf,
  association,
  bindArgument,
  cons,
  ctx,
  ctxOf,
  ia5,
  integer,
  latin1,
  octets,
  oidNode,
  raw,
  set,
  x410BindArgument,
} from '../support/association.js';
import { adds, edit, spdu, transfer, within, without } from '../support/example.js';

import {
  answered,
  bind,
  by,
  carrying,
  common,
  example,
  external,
  long,
  one,
  P1_1984,
  pdv,
  rawOf,
  reference,
  refuse,
  rtorq,
  segments,
  singleOf,
  transferOnly,
  twoValues,
  userReference,
  type Vector,
} from './support.js';

export const transferVectors: Readonly<Record<string, readonly Vector[]>> = {
  'absent-dialogue-mode': [by({ edit: edit('RTORQ', (tree) => without(tree, 2)), ...transferOnly() })],
  'dialogue-mode-mismatch': [
    by({
      edit: edit('RTORQ', (tree) => without(tree, 2)),
      transfers: [{ apdu: message() }, { apdu: message(), direction: 'r2i' }],
    }),
  ],
  'unacceptable-dialogue-mode': [by(refuse)],
  'window-in-answer': [
    by({
      edit: (pdu, tree) =>
        pdu === 'RTORQ' ? without(tree, 1) : pdu === 'RTOAC' ? within(tree, 0, () => ctx(1, [5])) : tree,
    }),
    by(rtorq(1, ctx(1, [2])), { what: '2 proposed, and none, which is 3, in the answer' }),
  ],
  'checkpoint-in-answer': [by(rtorq(0, ctx(0, [10])))],
  'checkpoint-of-responder': [
    by(rtorq(0, ctx(0, [0])), { what: '0 proposed', rules: ['ENC-020'] }),
    by(
      { edit: (pdu, tree) => (pdu === 'RTORQ' || pdu === 'RTOAC' ? without(tree, 0) : tree) },
      { what: 'none at all' },
    ),
  ],
  'checkpoint-on-recovery': [
    {
      of: (mode) => [
        association({ mode, edit: edit('RTORQ', (tree) => within(tree, 1, () => ctx(1, [3]))), ending: 'none' }),
        association({
          mode,
          edit: edit('RTORQ', (tree) =>
            within(
              within(without(tree, 1), 0, () => ctx(0, [10])),
              2,
              () => ctxOf(3, ctxOf(1, reference(mode), common)),
            ),
          ),
          ending: 'none',
        }).slice(0, 3),
      ],
    },
  ],
  'octets-between-points': [by({ edit: edit('RTOAC', (tree) => within(tree, 0, () => one)), ...transfer(long) })],
  'short-last-checkpoint': [
    by({
      edit: edit('RTOAC', (tree) => within(tree, 0, () => one)),
      transfers: [{ apdu: long, slice: 1000, checkpoints: true }],
    }),
    by({ transfers: [{ apdu: message(), slice: 1, checkpoints: true }] }, { what: 'of one octet' }),
  ],
  'point-behind-last-slice': [example('ENC-024', 'fails', 0)],
  'window-overrun': [example('ENC-023', 'fails', 0)],
  'lost-confirmation': [],
  'several-slices-in-one-data': [
    by(
      { ...transfer(message()), edit: edit('TD', (tree) => twoValues(tree)) },
      { what: 'two PDVs', modes: NORMAL_MODE },
    ),
    by(
      { ...transfer(message()), edit: edit('RTTR', (tree) => segments(rawOf(tree))) },
      { what: 'constructed', modes: NORMAL_MODE },
    ),
    by(
      {
        ...transfer(message()),
        edit: (pdu, tree) => (pdu === 'TD' ? appOf(1, pdv(ctx(1, writeBer(singleOf(tree))))) : tree),
      },
      { what: 'octet-aligned', modes: NORMAL_MODE },
    ),
  ],
  'slices-inside-headers': [1, 2, 3].map((slice) =>
    by({ transfers: [{ apdu: message(), slice }] }, { what: `${slice}` }),
  ),
  'mistagged-abort': [
    by({ ending: 'abort', edit: edit('RTAB', () => cons(0, 22, ctx(0, [4]))) }, { modes: NORMAL_MODE }),
  ],
  'octet-string-in-x410': [
    by(
      { transfers: [{ apdu: message(), slice: 50 }], edit: edit('RTTR', (tree) => octets(writeBer(tree))) },
      { modes: X410_MODES },
    ),
    by(
      {
        transfers: [{ apdu: message(), slice: 50 }],
        edit: edit('RTTR', (tree) => appOf(1, pdv(ctxOf(0, octets(writeBer(tree)))))),
      },
      { what: 'a presentation header', modes: X410_MODES },
    ),
  ],
  'external-in-x410': [carrying(cons(0, 8, integer(5), ctxOf(0, message())), { modes: X410_MODES })],
  'wrapped-bind-in-x410': [by({ argument: bindArgument() }, { modes: X410_MODES })],
  'bare-apdu-in-normal': [
    by({ ...transfer(message()), edit: edit('EXTERNAL', () => message()) }, { modes: NORMAL_MODE }),
  ],
  'bare-bind-in-normal': [by({ argument: x410BindArgument() }, { modes: NORMAL_MODE })],
  'bare-bind-error': [by({ error: integer(2) }, { modes: NORMAL_MODE })],
  'user-data-in-refusal': [
    by(
      { error: ctx(0, [2]), edit: edit('PRefuse', (_tree) => set(ctx(0, [2]), ctxOf(1, ctxOf(18, integer(2))))) },
      { modes: X410_MODES },
    ),
  ],
  'reason-of-normal-mode': [
    by({ ending: 'abort', edit: edit('AbortInformation', () => set(ctx(0, [6]))) }, { modes: X410_MODES }),
  ],
  'absent-application-protocol': [by({ edit: edit('RTORQ', (tree) => without(tree, 4)) }, { modes: P1_1984 })],
  'other-application-protocol': [by(rtorq(4, ctx(4, [0x22, 0xb3])), { modes: P1_1984 })],
  'application-protocol-in-normal': [by(adds('RTORQ', ctx(4, [12])), { modes: NORMAL_MODE })],
  'mixed-parameters': [
    by(adds('PConnect', ctxOf(2, ctxOf(4))), { modes: X410_MODES, rules: ['BIND-002'] }),
    by(adds('CP', ctxOf(1, ctxOf(3, ctxOf(0, integer(1))))), { modes: NORMAL_MODE, rules: ['BIND-004'] }),
  ],
  'session-selector-in-x410': [by({ spdu: spdu('CONNECT', { calledSelector: latin1('MTA') }) }, { modes: X410_MODES })],
  'selectors-in-normal': [
    by(
      { spdu: spdu('CONNECT', { calledSelector: latin1('MTA'), callingSelector: latin1('A') }) },
      { modes: NORMAL_MODE },
    ),
  ],
  'answer-of-another-mode': [
    {
      what: 'a CPA in X.410 mode',
      modes: X410_MODES,
      rules: ['BIND-002', 'BIND-006'],
      of: (mode) => [answered(mode, 'normal')],
    },
    {
      what: 'a PAccept in normal mode',
      modes: NORMAL_MODE,
      rules: ['BIND-004'],
      of: (mode) => [answered(mode, 'x410-1988')],
    },
  ],
  'reference-types': [
    ...[4, 20].map((tag) =>
      by({ spdu: spdu('CONNECT', { callingReference: userReference(tag, 'alpha') }) }, { what: `[${tag}]` }),
    ),
  ],
  'later-elements-in-1984': [0, 1, 2].map((n) => example('ENV-016', 'fails', n)),
  'later-bind-in-1984': [0, 1].map((n) => example('BIND-021', 'fails', n)),
  'wrong-context': [
    by(
      { ...transfer(message()), edit: edit('EXTERNAL', (tree) => within(tree, 0, () => integer(3))) },
      { what: 'of the APDU', modes: NORMAL_MODE },
    ),
    by(
      {
        ...transfer(message()),
        edit: edit('TD', (tree) => within(tree, 0, (list) => within(list, 0, () => integer(5)))),
      },
      { what: 'of the slice', modes: NORMAL_MODE },
    ),
  ],
  'simply-encoded': [
    by(
      {
        edit: edit('CPA', (tree) =>
          within(tree, 1, (parameters) => within(parameters, 1, () => appOf(0, octets('x')))),
        ),
      },
      { modes: NORMAL_MODE },
    ),
  ],
  'external-references': [
    by(external(oidNode('2.1.1'), integer(5)), { what: 'both', modes: NORMAL_MODE }),
    by(external(integer(5)), { what: 'the indirect one', modes: NORMAL_MODE }),
  ],
  'external-order': [by(external(integer(5), oidNode('2.1.1')), { modes: NORMAL_MODE })],
  'password-type': [
    by((mode) => ({ argument: bind(mode, ctxOf(1, ia5('secret'))) }), { what: 'IA5String' }),
    by((mode) => ({ argument: bind(mode, ctxOf(1, octets('secret'))) }), { what: 'OCTET STRING' }),
  ],
  'credentials-without-wrapper': [by((mode) => ({ argument: bind(mode, ctx(1, 'secret')) }), { rules: ['BIND-007'] })],
  'null-bind': [
    by((mode) => ({ argument: mode === 'normal' ? ctxOf(16, raw(Uint8Array.of(5, 0))) : raw(Uint8Array.of(5, 0)) }), {
      what: 'a NULL',
      rules: [],
    }),
    by(rtorq(3, ctxOf(3, ctx(0, []))), { what: '[0] of no octets', modes: X410_MODES }),
  ],
  'unknown-transport-selector': [
    {
      of: (mode) => [
        [
          ...association({ mode }).slice(0, 1),
          { direction: 'r2i', octets: encodeTpkt(Uint8Array.of(6, 0x80, 0, 1, 0, 0, 3)), what: 'DR' },
        ],
      ],
    },
  ],
};
