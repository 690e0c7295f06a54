import { NORMAL_MODE } from '../../../../harness/rules/rule.js';
import { message } from '../support/apdus.js';
import { latin1 } from '../support/association.js';
import { spdu, transfer } from '../support/example.js';

import {
  alone,
  by,
  certified,
  changed,
  cut,
  example,
  long,
  longForm,
  P1_1988,
  resplit,
  type Vector,
} from './support.js';

export const lowerVectors: Readonly<Record<string, readonly Vector[]>> = {
  'tpkt-reserved-octet': [
    changed((sent) =>
      sent.map((each, n) => (n === 1 ? { ...each, octets: Uint8Array.from(each.octets).fill(0x11, 1, 2) } : each)),
    ),
  ],
  'empty-last-tpdu': [changed((sent) => resplit(sent, (tsdu) => [tsdu, new Uint8Array(0)]))],
  'empty-middle-tpdu': [
    changed((sent) => resplit(sent, (tsdu) => [tsdu.subarray(0, 2), new Uint8Array(0), tsdu.subarray(2)])),
  ],
  'split-headers': [1, 3, 20].map((size) =>
    changed((sent) => resplit(sent, (tsdu) => cut(tsdu, size)), { what: `${size} octets` }),
  ),
  'tpdu-size': [
    by(
      {
        ...transfer(long),
        connect: (kind, all) => (kind === 'CC' ? [{ code: 0xc0, value: Uint8Array.of(0x0a) }] : all),
      },
      { what: 'DTs of 2048 octets where 1024 are agreed' },
    ),
    by(
      { connect: (kind, all) => (kind === 'CC' ? [{ code: 0xc0, value: Uint8Array.of(0x0c) }] : all) },
      { what: 'a CC of 4096 to a CR of 2048' },
    ),
  ],
  'two-octet-tsdu': [example('ENC-015', 'holds', 0)],
  'unknown-transport-parameter': [
    by({ connect: (kind, all) => (kind === 'CR' ? [...all, { code: 0x99, value: latin1('x') }] : all) }),
  ],
  'give-tokens-alone': [
    {
      what: 'before DATA',
      rules: ['ENC-001', 'ENC-005'],
      of: (mode) => [alone(mode, 'DATA TRANSFER')],
    },
    { what: 'before ACTIVITY END', rules: ['ENC-007'], of: (mode) => [alone(mode, 'ACTIVITY END')] },
  ],
  'parameter-order': [
    by({ spdu: spdu('CONNECT', { extraParameters: [{ code: 52, value: new Uint8Array(0), at: 'end' }] }) }),
  ],
  'length-escape': [changed((sent) => sent.map((each) => (each.what === 'CONNECT' ? longForm(each) : each)))],
  'empty-parameter': [by({ spdu: spdu('ACCEPT', { calledSelector: new Uint8Array(0) }) })],
  'empty-mandatory-parameter': [
    by({ ...transfer(message()), spdu: spdu('ACTIVITY START', { activityIdentifier: new Uint8Array(0) }) }),
  ],
  'absent-functional-units': [by({ spdu: spdu('CONNECT', { functionalUnits: undefined }) })],
  'user-data-of-version-1': [
    by((mode) => ({ result: certified(mode, 17), spdu: spdu('ACCEPT', { versions: 1 }) }), {
      what: 'an ACCEPT',
      modes: P1_1988,
    }),
    example('ENC-027', 'fails', 0, { what: 'an ABORT, of too many bits', rules: ['ENC-027', 'ENC-021'] }),
  ],
  'extended-user-data': [
    by(
      (mode) => ({
        argument: certified(mode, 16),
        spdu: (each) =>
          each.kind === 'CONNECT'
            ? {
                ...each,
                override: new Map([
                  [193, each.userData],
                  [194, undefined],
                ]),
              }
            : each,
      }),
      { modes: NORMAL_MODE },
    ),
    by((mode) => ({ argument: certified(mode, 16) }), { what: 'in PGI 194', modes: NORMAL_MODE, rules: [] }),
  ],
  'major-sync-for-activity-end': [
    by({
      ...transfer(message()),
      spdu: spdu('ACTIVITY END', { extraParameters: [{ code: 15, value: Uint8Array.of(1) }] }),
    }),
  ],
  'explicit-sync-type': [
    by({
      transfers: [{ apdu: message(), slice: 60, checkpoints: true }],
      spdu: spdu('MINOR SYNC POINT', { syncType: 1 }),
    }),
  ],
  'user-data-of-a-confirmation': [
    by({
      transfers: [{ apdu: message(), slice: 150, checkpoints: true }],
      spdu: spdu('MINOR SYNC ACK', { userData: latin1('x') }),
    }),
  ],
  'serial-not-digits': [
    by({ ...transfer(message()), spdu: spdu('ACTIVITY END', { override: new Map([[42, latin1('x')]]) }) }),
  ],
  'serial-not-next': [0, 1].map((n) => example('ENC-014', 'fails', n)),
  'confirms-too-much': [2, 3].map((n) => example('ENC-014', 'fails', n)),
  'confirms-several': [example('ENC-014', 'holds', 2)],
  'turn-inside-activity': [example('ENC-015', 'fails', 0)],
  'please-inside-activity': [
    by({
      tsdus: [
        {
          direction: 'i2r',
          spdus: [{ kind: 'GIVE TOKENS' }, { kind: 'ACTIVITY START', activityIdentifier: Uint8Array.of(2, 1, 1) }],
        },
        { direction: 'r2i', spdus: [{ kind: 'PLEASE TOKENS', tokenItem: 1 }] },
        { direction: 'i2r', spdus: [{ kind: 'GIVE TOKENS' }, { kind: 'ACTIVITY DISCARD', reason: 0 }] },
        { direction: 'r2i', spdus: [{ kind: 'PLEASE TOKENS' }, { kind: 'ACTIVITY DISCARD ACK' }] },
      ],
    }),
  ],
  'release-by-responder': [example('ENC-025', 'fails', 0)],
  'binary-reference': [by({ spdu: spdu('CONNECT', { callingReference: Uint8Array.of(4, 3, 0, 1, 2) }) })],
};
