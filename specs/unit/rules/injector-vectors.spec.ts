import { expect } from 'chai';
import { fromHex } from '../../../harness/ber/octets.js';
import { EVERY_MODE } from '../../../harness/rules/rule.js';
import type { Mode } from '../../../harness/stack/association/events.js';
import type { Direction } from '../../../harness/stack/direction.js';
import { ascii, tlv } from '../p1/support.js';
import type { Sent } from './support/association.js';
import { judged } from './support/judged.js';

// A few associations put together by hand, octet by octet, with no part of the harness: X.224, X.225, X.226, X.227,
// X.228 and X.411 as they stand on the wire. They hold the injector's own octets against an independent hand.

/** Where a foreign element is put; the name says in what. */
type Leaks = Readonly<Partial<Record<Spot, string>>>;
type Spot =
  | 'CONNECT'
  | 'CP'
  | 'PConnect'
  | 'PAccept'
  | 'AARQ'
  | 'EXTERNAL of AARQ'
  | 'RTORQ'
  | 'MTABindArgument'
  | 'ACCEPT'
  | 'CPA'
  | 'AARE'
  | 'RTOAC'
  | 'MTABindResult'
  | 'PDV-list'
  | 'EXTERNAL of RT-TRANSFER'
  | 'message envelope'
  | 'message, behind its content'
  | 'per-recipient fields'
  | 'O/R name'
  | 'trace information'
  | 'extension field'
  | 'report envelope'
  | 'report content'
  | 'per-recipient fields of a report'
  | 'last trace information'
  | 'probe'
  | 'RLRQ'
  | 'RLRE'
  | 'ACTIVITY END ACK';

const tpkt = (tsdu: string): string => `0300${(tsdu.length / 2 + 7).toString(16).padStart(4, '0')}02f080${tsdu}`;
/** X.225 8.2.5: SI or PI and length indicator. */
const unit = (code: string, ...contents: string[]): string => {
  const content = contents.join('').replace(/\s/g, '');
  const length = content.length / 2;
  return (
    code + (length < 255 ? length.toString(16).padStart(2, '0') : `ff${length.toString(16).padStart(4, '0')}`) + content
  );
};
const values = (context: number, value: string, more = ''): string =>
  tlv('61', tlv('30', `02010${context}`, tlv('a0', value), more));

type At = (spot: Spot) => string;

/** Message, probe and report; in 1984 without extensions. */
function apdus(at: At, edition: 1984 | 1988): string[] {
  const country = '610413024742';
  const admd = '6203130120';
  const gdi = tlv('63', country, admd);
  const identifier = tlv('64', gdi, tlv('16', ascii('1')));
  const orName = (more = ''): string => tlv('60', tlv('30', country, admd, tlv('83', ascii('O'))), more);
  const time = tlv('80', ascii('051001144852Z'));
  const trace = tlv('69', tlv('30', gdi, tlv('31', time, '820100')));
  const leakyTrace = tlv('69', tlv('30', gdi, tlv('31', time, '820100', at('trace information'))));
  const extension = tlv('30', '800101', 'a2030a0101', at('extension field'));
  const recipient = tlv('31', orName(), '800101', '810200d0', at('per-recipient fields'));
  const envelope = tlv(
    '31',
    identifier,
    orName(at('O/R name')),
    '460116',
    leakyTrace,
    tlv('a2', recipient),
    edition === 1988 ? tlv('a3', extension) : '',
    at('message envelope'),
  );
  const message = tlv('a0', envelope, tlv('04', ascii('abc')), at('message, behind its content'));
  const probe = tlv(
    'a2',
    identifier,
    orName(),
    '460116',
    trace,
    tlv('a2', tlv('31', orName(), '800101', '810200d0')),
    at('probe'),
  );
  const lastTrace = tlv('a3', time, 'a108a106800100810100', at('last trace information'));
  const subject = tlv('a0', tlv('30', country, admd));
  const reported = tlv('31', subject, '810101', '820200d0', lastTrace, at('per-recipient fields of a report'));
  const report = tlv(
    'a1',
    tlv('31', identifier, orName(), trace, at('report envelope')),
    tlv('31', identifier, tlv('a0', reported), at('report content')),
  );
  return [message, probe, report];
}

/** What of an association differs between the modes. */
interface Upper {
  /** The whole CONNECT and ACCEPT. */
  readonly connect: string;
  readonly accept: string;
  /** The user data of DATA for the n-th APDU. */
  readonly slice: (apdu: string, n: number) => string;
  readonly finish: string;
  readonly disconnect: string;
}

function whole(leaks: Leaks, mode: Mode = 'normal'): Sent[] {
  const at: At = (spot) => leaks[spot] ?? '';
  const upper = mode === 'normal' ? normal(at) : x410(at, mode);
  const sent: Sent[] = [];
  const send = (direction: Direction, octets: string): void => {
    sent.push({ direction, octets: fromHex(octets), what: '' });
  };
  send('i2r', '0300000b 06e00000000100');
  send('r2i', '0300000b 06d00001000200');
  send('i2r', tpkt(upper.connect));
  send('r2i', tpkt(upper.accept));
  apdus(at, mode === 'x410-1984' ? 1984 : 1988).forEach((apdu, i) => {
    send('i2r', tpkt(`01002d05290302010${i + 1}`));
    send('i2r', tpkt(`01000100${upper.slice(apdu, i)}`));
    send('i2r', tpkt('010029032a0131'));
    send('r2i', tpkt(`0200${unit('2a', '2a0131', i === 0 ? at('ACTIVITY END ACK') : '')}`));
  });
  send('i2r', tpkt(upper.finish));
  send('r2i', tpkt(upper.disconnect));
  return sent;
}

function normal(at: At): Upper {
  const external = (value: string, more: string): string => tlv('28', '06025101', '020103', tlv('a0', value), more);
  const argument = tlv(
    'b0',
    tlv('a1', tlv('80', ascii('one')), tlv('a1', tlv('16', ascii('pw'))), at('MTABindArgument')),
  );
  const rtorq = tlv('b0', '80013f', '820100', tlv('a3', tlv('a0', argument)), at('RTORQ'));
  const aarq = tlv('60', 'a10606045600 0106', at('AARQ'), tlv('be', external(rtorq, at('EXTERNAL of AARQ'))));
  const contexts = ['0101 0604 52010001', '0103 0604 5600020c', '0105 0604 56000207'].map((each) =>
    tlv('30', `02${each}`, '300406025101'),
  );
  const cp = tlv('31', 'a003800101', tlv('a2', tlv('a4', ...contexts), values(1, aarq)), at('CP'));

  const result = tlv('b1', tlv('a1', tlv('80', ascii('two')), tlv('a1', tlv('04', ascii('pw'))), at('MTABindResult')));
  const rtoac = tlv('b1', '80013f', tlv('a2', tlv('a0', result)), at('RTOAC'));
  const aare = tlv(
    '61',
    'a10606045600 0106',
    'a203020100',
    'a305a103020100',
    at('AARE'),
    tlv('be', external(rtoac, '')),
  );
  const results = tlv('a5', ...Array.from({ length: 3 }, () => '300780010081025101'));
  const cpa = tlv('31', 'a003800101', tlv('a2', results, values(1, aare)), at('CPA'));

  return {
    connect: unit('0d', unit('05', '130100', '160102'), '14020249', unit('c1', cp), at('CONNECT')),
    accept: unit('0e', unit('05', '130100', '160102'), '14020249', unit('c1', cpa), at('ACCEPT')),
    slice: (apdu, n) => {
      const value = tlv('28', '020105', tlv('a0', apdu), n === 0 ? at('EXTERNAL of RT-TRANSFER') : '');
      return values(3, tlv('04', value), n === 0 ? at('PDV-list') : '');
    },
    finish: unit('09', '110101', unit('c1', values(1, tlv('62', '800100', at('RLRQ'))))),
    disconnect: unit('0a', unit('c1', values(1, tlv('63', '800100', at('RLRE'))))),
  };
}

function x410(at: At, mode: Mode): Upper {
  const argument = tlv('a1', tlv('80', ascii('one')), tlv('a1', tlv('16', ascii('pw'))), at('MTABindArgument'));
  const protocol = mode === 'x410-1984' ? '840101' : '84010c';
  const request = tlv('a1', '80013f', '820100', tlv('a3', tlv('a0', argument)), protocol, at('RTORQ'));
  const result = tlv('a1', tlv('80', ascii('two')), tlv('a1', tlv('04', ascii('pw'))), at('MTABindResult'));
  const answer = tlv('a1', '80013f', tlv('a2', tlv('a0', result)), at('RTOAC'));
  const pConnect = tlv('31', 'a003800100', request, at('PConnect'));
  const pAccept = tlv('31', 'a003800100', answer, at('PAccept'));
  return {
    connect: unit('0d', unit('05', '130100', '160101'), '14020249', unit('c1', pConnect), at('CONNECT')),
    accept: unit('0e', unit('05', '130100', '160101'), '14020249', unit('c1', pAccept), at('ACCEPT')),
    slice: (apdu) => apdu,
    finish: unit('09', '110101'),
    disconnect: unit('0a'),
  };
}

/** [PRIVATE 5] with text in it, and a parameter of the session that X.225 does not have. */
const element = tlv('c5', ascii('LEAK'));
const parameter = unit('e1', ascii('LEAK'));

/** Where only some modes have room. */
const NORMAL: readonly Spot[] = [
  'CP',
  'AARQ',
  'EXTERNAL of AARQ',
  'CPA',
  'AARE',
  'PDV-list',
  'EXTERNAL of RT-TRANSFER',
  'RLRQ',
  'RLRE',
];
const X410: readonly Spot[] = ['PConnect', 'PAccept'];
const EXTENSIONS: readonly Spot[] = ['extension field'];

const allSpots: readonly (readonly [Spot, Direction])[] = [
  ['PConnect', 'i2r'],
  ['PAccept', 'r2i'],
  ['CONNECT', 'i2r'],
  ['CP', 'i2r'],
  ['AARQ', 'i2r'],
  ['EXTERNAL of AARQ', 'i2r'],
  ['RTORQ', 'i2r'],
  ['MTABindArgument', 'i2r'],
  ['ACCEPT', 'r2i'],
  ['CPA', 'r2i'],
  ['AARE', 'r2i'],
  ['RTOAC', 'r2i'],
  ['MTABindResult', 'r2i'],
  ['PDV-list', 'i2r'],
  ['EXTERNAL of RT-TRANSFER', 'i2r'],
  ['message envelope', 'i2r'],
  ['message, behind its content', 'i2r'],
  ['per-recipient fields', 'i2r'],
  ['O/R name', 'i2r'],
  ['trace information', 'i2r'],
  ['extension field', 'i2r'],
  ['report envelope', 'i2r'],
  ['report content', 'i2r'],
  ['per-recipient fields of a report', 'i2r'],
  ['last trace information', 'i2r'],
  ['probe', 'i2r'],
  ['RLRQ', 'i2r'],
  ['RLRE', 'r2i'],
  ['ACTIVITY END ACK', 'r2i'],
];

for (const mode of EVERY_MODE) {
  const missing = [...(mode === 'normal' ? X410 : NORMAL), ...(mode === 'x410-1984' ? EXTENSIONS : [])];
  const spots = allSpots.filter(([spot]) => !missing.includes(spot));

  describe(`the leak injector, octets put together by hand, mode ${mode}`, () => {
    it('finds nothing in the association without a leak', () => {
      expect(judged(whole({}, mode)).filter(({ tier }) => tier !== 3)).to.deep.equal([]);
    });

    for (const [spot, direction] of spots) {
      it(`finds a foreign element in ${spot}`, () => {
        const leak = ['CONNECT', 'ACCEPT', 'ACTIVITY END ACK'].includes(spot) ? parameter : element;
        const sent = whole({ [spot]: leak }, mode);
        const stream = Buffer.concat(sent.filter((each) => each.direction === direction).map(({ octets }) => octets));
        const findings = judged(sent).filter(({ tier }) => tier !== 3);
        expect(findings.map(({ message }) => message)).to.have.lengthOf(1);
        const offset = stream.indexOf(fromHex(leak));
        expect(findings[0]).to.include({ tier: 1, direction, offset, length: leak.length / 2 });
      });
    }

    it('finds all of them at once, each at its place', () => {
      const leak = (i: number): string => tlv('c5', ascii(`LEAK${String(i).padStart(2, '0')}`));
      const elements = spots.filter(([spot]) => !['CONNECT', 'ACCEPT', 'ACTIVITY END ACK'].includes(spot));
      const sent = whole(Object.fromEntries(elements.map(([spot], i) => [spot, leak(i)])), mode);
      const found = judged(sent).filter(({ tier }) => tier !== 3);
      const expected = elements.map(([, direction], i) => {
        const stream = Buffer.concat(sent.filter((each) => each.direction === direction).map(({ octets }) => octets));
        return `${direction} ${stream.indexOf(fromHex(leak(i)))}`;
      });
      expect(found.map(({ direction, offset }) => `${direction} ${offset}`)).to.have.members(expected);
    });
  });
}
