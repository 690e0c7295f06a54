import { expect } from 'chai';
import { type BerNode, writeBer } from '../../../harness/ber/writer.js';
import { associationRules } from '../../../harness/rules/catalogue.js';
import { modeExamples } from './rules.modes.js';
import {
  ARRIVAL,
  CONSTRUCTS,
  directoryName,
  domain,
  domainDefined,
  eits,
  extensionAttribute,
  extensions,
  GUID,
  LINK_STATE,
  message,
  orName,
  privateExtension,
  probe,
  recipient,
  report,
  standardExtension,
  trace,
} from './support/apdus.js';
import {
  type AssociationScript,
  app,
  appended,
  association,
  bindArgument,
  bindResult,
  cons,
  ctx,
  ctxOf,
  ia5,
  integer,
  latin1,
  octets,
  offsetOf,
  oidNode,
  prim,
  printable,
  type Sent,
  sequence,
  set,
} from './support/association.js';
import { adds, type Example, edit, spdu, transfer, within } from './support/example.js';
import { judged } from './support/judged.js';

// Every rule is seen failing, at its octet, and seen holding on what stands nearest to it and is right.

const FOREIGN = ctx(27, 'foreign octets');
const MICROSOFT = '1.2.840.113556.9.1';

const policyOf = (oid: string): BerNode => set(oidNode(oid));
const connect =
  (code: number, value: string): AssociationScript['connect'] =>
  (kind, parameters) =>
    kind === 'CR' ? [...parameters, { code, value: latin1(value) }] : parameters;
const bilateral = sequence(cons(1, 1, printable('GB')), cons(1, 2, printable('DOMAIN')), sequence(printable('hops')));
const barred = ctxOf(1, sequence(sequence(oidNode('1.3.14.7.2')), prim(0, 3, [0, 0x5a])));
const underscore = ctxOf(5, ctx(0, 'bo_b'));
const withUnderscore = cons(1, 0, sequence(cons(1, 1, printable('GB')), cons(1, 2, printable(' ')), underscore));
const oneContent = (type: BerNode): BerNode => message({ contentType: type });
const externally = (type: string, builtIn = 1): BerNode =>
  message({ contentType: app(6, [builtIn]), content: writeBer(cons(0, 8, oidNode(type), ctx(1, 'the content'))) });

const examples: Readonly<Record<string, Example>> = {
  ...modeExamples,
  'BIND-001': {
    fails: [
      { what: 'a marker in the argument', script: { argument: bindArgument(FOREIGN) }, at: FOREIGN },
      { what: 'its echo', script: { result: bindResult(FOREIGN) }, at: FOREIGN, direction: 'r2i' },
    ],
    holds: [{ argument: bindArgument(ctxOf(2, policyOf('2.6.3.9'))) }, { error: ctxOf(18, integer(2)) }],
  },
  'BIND-002': {
    fails: [
      { what: 'in RTORQ', script: adds('RTORQ', FOREIGN), at: FOREIGN },
      { what: 'in RTOAC', script: adds('RTOAC', FOREIGN), at: FOREIGN, direction: 'r2i' },
      { what: 'in RTAB', script: { ...adds('RTAB', FOREIGN), ending: 'abort' }, at: FOREIGN },
      {
        what: 'in RTORJ',
        script: { ...adds('RTORJ', FOREIGN), error: ctxOf(18, integer(2)) },
        at: FOREIGN,
        direction: 'r2i',
      },
    ],
    // A real MTA leaves out the wrapper of its MTABindError, and another sends RTAB under UNIVERSAL 22.
    holds: [
      { error: integer(2) },
      { ending: 'abort', edit: edit('RTAB', () => cons(0, 22, ctx(0, [4]))) },
      { ending: 'abort' },
    ],
  },
  'BIND-003': {
    fails: [
      { what: 'in AARQ', script: adds('AARQ', FOREIGN), at: FOREIGN },
      { what: 'in AARE', script: adds('AARE', FOREIGN), at: FOREIGN, direction: 'r2i' },
      { what: 'in RLRQ', script: adds('RLRQ', FOREIGN), at: FOREIGN },
      { what: 'in ABRT', script: { ...adds('ABRT', FOREIGN), ending: 'abort' }, at: FOREIGN },
    ],
    holds: [{ edit: edit('AARQ', (tree) => within(tree, 0, (first) => first)) }],
  },
  'BIND-004': {
    fails: [
      { what: 'in CP', script: adds('CP', FOREIGN), at: FOREIGN },
      { what: 'in CPA', script: adds('CPA', FOREIGN), at: FOREIGN, direction: 'r2i' },
    ],
    holds: [{}],
  },
  'BIND-005': {
    fails: [
      {
        what: 'parameter 0x63 of a CONNECT',
        script: { spdu: spdu('CONNECT', { extraParameters: [{ code: 0x63, value: latin1('MSX') }] }) },
        at: Uint8Array.of(0x63, 3, ...latin1('MSX')),
      },
    ],
    holds: [
      { spdu: spdu('CONNECT', { calledSelector: latin1('MTA') }) },
      { spdu: spdu('ACCEPT', { calledSelector: new Uint8Array(0) }) },
    ],
  },
  'BIND-006': {
    fails: [
      {
        what: 'a second name',
        script: { argument: bindArgument(ctx(0, 'second name')) },
        at: ctx(0, 'second name'),
      },
    ],
    holds: [{ edit: edit('MTABindArgument', () => ctxOf(16, ctxOf(1, ctxOf(1, ia5('p')), ctx(0, 'reversed')))) }],
  },
  'BIND-007': {
    fails: [
      {
        what: 'a result where the argument should be',
        script: { argument: ctxOf(17, ctxOf(1, ctx(0, 'wrong wrapper'), ctxOf(1, ia5('p')))) },
        at: ctxOf(17, ctxOf(1, ctx(0, 'wrong wrapper'), ctxOf(1, ia5('p')))),
      },
    ],
    holds: [{ argument: ctxOf(16, cons(2, 1, ctx(0, 'name'), ctxOf(1, octets('octet string password')))) }],
  },
  'BIND-008': {
    fails: [
      {
        what: 'behind the complete CP',
        script: {
          spdu: (each) => (each.kind === 'CONNECT' ? { ...each, userData: joined(each.userData, FOREIGN) } : each),
        },
        at: FOREIGN,
      },
      {
        what: 'inside a NULL',
        script: { argument: ctxOf(16, { tagClass: 0, tagNumber: 5, content: latin1('in a null') }) },
        at: 'in a null',
      },
    ],
    holds: [{ argument: ctxOf(16, { tagClass: 0, tagNumber: 5, content: new Uint8Array(0) }) }],
  },
  'BIND-009': {
    fails: [
      {
        what: 'a second EXTERNAL',
        script: { edit: edit('AARQ', (tree) => within(tree, 1, (info) => appended(info, secondExternal()))) },
        at: secondExternal(),
      },
    ],
    holds: [{}],
  },
  'BIND-010': {
    fails: [
      {
        what: 'user information in RLRQ',
        script: { edit: edit('RLRQ', (tree) => appended(tree, ctxOf(30, secondExternal()))) },
        at: secondExternal(),
      },
    ],
    holds: [{ edit: edit('RLRQ', () => cons(1, 2)) }],
  },
  'BIND-011': {
    fails: [
      {
        what: 'another application context',
        script: { edit: edit('AARQ', (tree) => within(tree, 0, () => ctxOf(1, oidNode(MICROSOFT)))) },
        at: oidNode(MICROSOFT),
      },
      {
        what: 'that of P3',
        script: { edit: edit('AARQ', (tree) => within(tree, 0, () => ctxOf(1, oidNode('2.6.0.1.0')))) },
        at: oidNode('2.6.0.1.0'),
      },
    ],
    holds: [{}],
  },
  'BIND-012': {
    fails: [
      {
        what: 'a fourth presentation context',
        script: {
          edit: edit('CP', (tree) =>
            within(tree, 1, (all) => within(all, 0, (list) => appended(list, context(MICROSOFT)))),
          ),
        },
        at: context(MICROSOFT),
      },
    ],
    holds: [{ contexts: [3, 5, 7] }],
  },
  'BIND-013': {
    fails: [
      {
        what: 'another transfer syntax',
        script: {
          edit: edit('CP', (tree) =>
            within(tree, 1, (all) =>
              within(all, 0, (list) => within(list, 2, (one) => within(one, 2, () => sequence(oidNode('2.1.2.1'))))),
            ),
          ),
        },
        at: oidNode('2.1.2.1'),
      },
    ],
    holds: [{}],
  },
  'BIND-014': {
    fails: [
      {
        what: 'in the password',
        script: { argument: ctxOf(16, ctxOf(1, ctx(0, 'n'), ctxOf(1, octets(LINK_STATE.slice(0, 60))))) },
        at: LINK_STATE.slice(0, LINK_STATE.length - 2),
      },
      {
        what: 'in the reference of the session',
        script: { spdu: spdu('CONNECT', { callingReference: latin1(LINK_STATE) }) },
        at: LINK_STATE.slice(0, LINK_STATE.length - 2),
      },
    ],
    holds: [{ argument: ctxOf(16, ctxOf(1, ctx(0, 'ORGINFO'), ctxOf(1, octets('ARROWS BH TARGBH STATE UP')))) }],
  },
  'BIND-015': {
    fails: [
      {
        what: 'implementation information',
        script: { edit: edit('AARQ', withImplementation) },
        at: ctx(29, 'Microsoft'),
      },
    ],
    holds: [{}],
  },
  'BIND-016': {
    fails: [
      {
        what: 'parameter 0x99',
        script: { connect: connect(0x99, 'unknown') },
        at: Uint8Array.of(0x99, 7, ...latin1('unknown')),
      },
    ],
    holds: [{ connect: connect(0xc2, '592') }],
  },
  'BIND-017': {
    fails: [
      {
        what: 'a policy of Microsoft',
        script: { argument: bindArgument(ctxOf(2, policyOf(MICROSOFT))) },
        at: oidNode(MICROSOFT),
      },
    ],
    holds: [{ argument: bindArgument(ctxOf(2, policyOf('1.3.26.1'))) }],
  },
  'BIND-018': {
    fails: [
      {
        what: 'a GUID in binary',
        script: { spdu: spdu('CONNECT', { callingReference: Uint8Array.of(4, 4, 0, 1, 2, 0xff) }) },
        at: Uint8Array.of(10, 6, 4, 4, 0, 1, 2, 0xff),
      },
    ],
    holds: [{}],
  },
  'BIND-019': {
    fails: [{ what: 'a protected password', script: { argument: withCredentials(barred) }, at: barred }],
    holds: [{ argument: withCredentials(ctxOf(0, ctxOf(0, ctx(0, [0x51, 1]), ctxOf(1, octets('signed'))))) }],
  },
  'ENV-001': {
    fails: [
      {
        what: 'an APDU [5]',
        script: transfer(ctxOf(5, octets('a private APDU'))),
        at: ctxOf(5, octets('a private APDU')),
      },
    ],
    holds: [transfer(message()), transfer(probe()), transfer(report())],
  },
  'ENV-002': {
    fails: [
      { what: 'in the envelope', script: transfer(message({ more: [FOREIGN] })), at: FOREIGN },
      {
        what: 'in a recipient',
        script: transfer(message({ recipients: [recipient(undefined, FOREIGN)] })),
        at: FOREIGN,
      },
      { what: 'in the trace', script: transfer(message({ trace: trace(FOREIGN) })), at: FOREIGN },
      { what: 'in a probe', script: transfer(probe(FOREIGN)), at: FOREIGN },
    ],
    holds: [transfer(message({ more: [ctxOf(3)] }))],
  },
  'ENV-003': {
    fails: [
      {
        what: 'a second priority',
        script: transfer(message({ more: [app(7, [1]), app(7, [2])] })),
        at: app(7, [2]),
      },
    ],
    holds: [transfer(message({ more: [app(7, [2])] }))],
  },
  'ENV-004': {
    fails: [
      {
        what: 'a time of no digits',
        script: transfer(message({ more: [ctx(0, 'never')] })),
        at: ctx(0, 'never'),
      },
    ],
    holds: [transfer(message({ more: [ctx(0, '9506011000+0100')] }))],
  },
  'ENV-005': {
    fails: [
      {
        what: 'behind the named bits',
        script: transfer(message({ more: [app(8, [0, 0x40, 0, ...latin1('in the tail')])] })),
        at: 'in the tail',
      },
    ],
    // Nine bits, dirty unused bits: what real MTAs send.
    holds: [transfer(message({ more: [app(8, [7, 0x40, 0x00])] })), transfer(message({ more: [app(8, [2, 0x43])] }))],
  },
  'ENV-006': {
    fails: [
      {
        what: 'number 300',
        script: transfer(message({ more: [extensions(standardExtension(300, octets('beyond')))] })),
        at: standardExtension(300, octets('beyond')),
      },
    ],
    holds: [transfer(message({ more: [extensions(standardExtension(23, ia5('correlator')))] }))],
  },
  'ENV-007': {
    fails: [
      {
        what: 'by an object identifier',
        script: transfer(message({ more: [extensions(privateExtension(MICROSOFT))] })),
        at: privateExtension(MICROSOFT),
      },
      {
        what: 'with an explicit tag',
        script: transfer(message({ more: [extensions(sequence(ctxOf(0, oidNode(MICROSOFT))))] })),
        at: sequence(ctxOf(0, oidNode(MICROSOFT))),
      },
      {
        what: 'in a report',
        script: transfer(report({ content: [extensions(privateExtension(MICROSOFT))] })),
        at: privateExtension(MICROSOFT),
      },
    ],
    holds: [
      transfer(
        message({
          more: [
            extensions(
              sequence(ctxOf(0, integer(1)), ctxOf(2, { tagClass: 0, tagNumber: 10, content: Uint8Array.of(1) })),
            ),
          ],
        }),
      ),
    ],
  },
  'ENV-008': {
    fails: [
      {
        what: 'number 200',
        script: transfer(message({ more: [extensions(standardExtension(200, octets('unassigned')))] })),
        at: standardExtension(200, octets('unassigned')),
      },
      {
        what: 'number 47 of a recipient',
        script: transfer(message({ recipients: [recipient(undefined, extensions(standardExtension(47)))] })),
        at: standardExtension(47),
      },
    ],
    holds: [transfer(message({ recipients: [recipient(undefined, extensions(standardExtension(46, octets('o'))))] }))],
  },
  'ENV-009': {
    fails: [
      {
        what: 'a delivery method of a message',
        script: transfer(message({ more: [extensions(standardExtension(6, sequence(integer(1))))] })),
        at: standardExtension(6, sequence(integer(1))),
      },
    ],
    holds: [
      transfer(message({ recipients: [recipient(undefined, extensions(standardExtension(6, sequence(integer(1)))))] })),
      transfer(message({ recipients: [recipient(undefined, extensions(standardExtension(41, octets('bcc'))))] })),
    ],
  },
  'ENV-010': {
    fails: [{ what: 'for one domain', script: transfer(message({ more: [ctxOf(1, bilateral)] })), at: bilateral }],
    holds: [transfer(message())],
  },
  'ENV-011': {
    fails: [
      {
        what: 'in a message',
        script: transfer(message({ more: [cons(1, 30, sequence(ia5('an MTA of 1984')))] })),
        at: cons(1, 30, sequence(ia5('an MTA of 1984'))),
      },
    ],
    holds: [transfer(message())],
  },
  'ENV-012': {
    fails: [
      {
        what: 'in a label',
        script: transfer(message({ more: [extensions(standardExtension(20, policyOf(MICROSOFT)))] })),
        at: oidNode(MICROSOFT),
      },
    ],
    holds: [transfer(message({ more: [extensions(standardExtension(20, policyOf('1.3.26.1')))] }))],
  },
  'ENV-013': {
    fails: [
      {
        what: 'in a correlator',
        script: transfer(message({ more: [extensions(standardExtension(23, octets(LINK_STATE)))] })),
        at: LINK_STATE.slice(0, LINK_STATE.length - 2),
      },
    ],
    holds: [transfer(message({ more: [extensions(standardExtension(23, octets(`ORGINFO about ${GUID}`)))] }))],
  },
  'ENV-014': {
    fails: [
      {
        what: 'in a message',
        script: transfer(message({ more: [extensions(standardExtension(38, internalTrace()))] })),
        at: standardExtension(38, internalTrace()),
      },
    ],
    holds: [transfer(message())],
  },
  'ENV-015': {
    fails: [
      {
        what: 'of Microsoft',
        script: transfer(message({ more: [eits('2.6.3.4.2', MICROSOFT)] })),
        at: oidNode(MICROSOFT),
      },
    ],
    holds: [transfer(message({ more: [eits('2.6.1.12.0', '1.0.10021.7.1.0.100')] }))],
  },
  'ADDR-001': {
    fails: [
      { what: 'behind the attributes', script: transfer(message({ originator: orName('up', FOREIGN) })), at: FOREIGN },
    ],
    holds: [transfer(message({ originator: orName('arrows', domainDefined('RFC-822', 'a(a)b')) }))],
  },
  'ADDR-002': {
    fails: [
      {
        what: 'two sets of extension attributes',
        script: transfer(
          message({
            originator: orName('up', extensionAttribute(1, printable('one')), extensionAttribute(1, printable('two'))),
          }),
        ),
        at: extensionAttribute(1, printable('two')),
      },
    ],
    holds: [transfer(message({ originator: orName('up', extensionAttribute(1, printable('one'))) }))],
  },
  'ADDR-003': {
    fails: [
      {
        what: 'an underscore in a PrintableString',
        script: transfer(message({ originator: withUnderscore })),
        at: ctx(0, 'bo_b'),
      },
    ],
    holds: [transfer(message({ originator: orName('bo-b') }))],
  },
  'ADDR-004': {
    fails: [
      {
        what: 'a recipient by directory name alone',
        script: transfer(message({ recipients: [recipient(cons(1, 0, sequence(), directoryName('Bob')))] })),
        at: cons(1, 0, sequence(), directoryName('Bob')),
      },
    ],
    holds: [
      transfer(message({ recipients: [recipient(orName('bob', directoryName('Bob')))] })),
      transfer(message({ originator: cons(1, 0, sequence(), directoryName('Bob')) })),
    ],
  },
  'ADDR-005': {
    fails: [
      {
        what: 'on a recipient',
        script: transfer(message({ recipients: [recipient(orName('bob', domainDefined('MSXCHNGE', 'site')))] })),
        at: sequence(printable('MSXCHNGE'), printable('site')),
      },
    ],
    holds: [transfer(message({ recipients: [recipient(orName('bob', domainDefined('MAIL', 'msxchnge')))] }))],
  },
  'ADDR-006': {
    fails: [
      {
        what: 'of a recipient',
        script: transfer(message({ recipients: [recipient(orName('bob', extensionAttribute(1, printable(GUID))))] })),
        at: printable(GUID),
      },
      {
        what: 'in a directory name',
        script: transfer(message({ recipients: [recipient(orName('bob', directoryName(GUID)))] })),
        at: printable(GUID),
      },
      {
        what: 'as the domain-defined attribute that stands for it in 1984',
        script: transfer(message({ recipients: [recipient(orName('bob', domainDefined('COMMON', GUID)))] })),
        at: printable(GUID),
      },
    ],
    holds: [
      transfer(message({ recipients: [recipient(orName('bob', domainDefined('ID', GUID)))] })),
      transfer(
        message({
          content: `Ticket ${GUID}`,
          recipients: [recipient(orName('bob', extensionAttribute(1, printable(`Bob ${GUID.slice(0, 8)}`))))],
        }),
      ),
    ],
  },
  'ADDR-007': {
    fails: [
      {
        what: 'in a directory name',
        script: transfer(message({ recipients: [recipient(orName('bob', directoryName('Configuration')))] })),
        at: printable('Configuration'),
      },
      {
        what: 'as a unit',
        script: transfer(message({ originator: withUnit('cn=Configuration') })),
        at: printable('cn=Configuration'),
      },
    ],
    holds: [transfer(message({ originator: withUnit('Configuration Management') }))],
  },
  'ADDR-008': {
    fails: [
      {
        what: 'number 99',
        script: transfer(message({ originator: orName('up', extensionAttribute(99, printable('private attribute'))) })),
        at: sequence(ctx(0, [99]), ctxOf(1, printable('private attribute'))),
      },
    ],
    holds: [transfer(message({ originator: orName('up', extensionAttribute(7, printable('pds'))) }))],
  },
  'RPT-001': {
    fails: [
      { what: 'in its envelope', script: transfer(report({ envelope: [FOREIGN] })), at: FOREIGN },
      { what: 'in its content', script: transfer(report({ content: [FOREIGN] })), at: FOREIGN },
      { what: 'in its recipient', script: transfer(report({ perRecipient: [FOREIGN] })), at: FOREIGN },
    ],
    holds: [transfer(report({ content: [ctx(1, 'returned content')] }))],
  },
  'RPT-002': {
    fails: [
      {
        what: 'a second supplement',
        script: transfer(report({ perRecipient: [ctx(5, 'one'), ctx(5, 'second supplement')] })),
        at: ctx(5, 'second supplement'),
      },
    ],
    holds: [transfer(report({ perRecipient: [ctx(5, 'one')] }))],
  },
  'RPT-003': {
    fails: [
      {
        what: 'a supplement that is not printable',
        script: transfer(report({ perRecipient: [ctx(5, 'no_such_user')] })),
        at: ctx(5, 'no_such_user'),
      },
    ],
    holds: [transfer(report({ perRecipient: [ctx(5, 'no such user')] }))],
  },
  'RPT-004': {
    fails: [
      {
        what: 'behind the indicators of a report',
        script: transfer(report({ content: [cons(1, 5, ctx(0, [0, 0x20, 0, 0, 0, ...latin1('in the tail')]))] })),
        at: 'in the tail',
      },
    ],
    holds: [transfer(report({ content: [cons(1, 5, ctx(0, [6, 0x20, 0x40]))] }))],
  },
  'RPT-005': {
    fails: [
      {
        what: 'of any type',
        script: transfer(report({ content: [ctxOf(2, octets('additional'))] })),
        at: ctxOf(2, octets('additional')),
      },
    ],
    holds: [transfer(report())],
  },
  'BODY-001': {
    fails: [
      {
        what: 'in a message',
        script: transfer(oneContent(oidNode('1.2.840.113556.5.1'))),
        at: oidNode('1.2.840.113556.5.1'),
      },
      {
        what: 'in a report',
        script: transfer(report({ contentType: oidNode('1.2.840.113556.5.1') })),
        at: oidNode('1.2.840.113556.5.1'),
      },
      {
        what: 'in the EXTERNAL that is the content',
        script: transfer(externally('1.2.840.113556.5.1')),
        at: oidNode('1.2.840.113556.5.1'),
      },
    ],
    holds: [
      transfer(oneContent(app(6, [99]))),
      transfer(externally('2.6.1.10.1')),
      // What a content of another type begins with is its own affair.
      transfer(externally('1.2.840.113556.5.1', 22)),
    ],
  },
  'BODY-002': {
    fails: [
      { what: 'TNEF', script: transfer(oneContent(oidNode('1.2.840.113556.5.2'))), at: oidNode('1.2.840.113556.5.2') },
      {
        what: 'P772',
        script: transfer(oneContent(oidNode('1.3.26.0.4406.0.4.1'))),
        at: oidNode('1.3.26.0.4406.0.4.1'),
      },
      {
        what: 'TNEF in the EXTERNAL that is the content',
        script: transfer(externally('1.2.840.113556.5.2')),
        at: oidNode('1.2.840.113556.5.2'),
      },
    ],
    holds: [transfer(oneContent(oidNode('2.6.1.10.1'))), transfer(oneContent(app(6, [0])))],
  },
  'BODY-003': {
    fails: [
      {
        what: 'a packet',
        script: transfer(message({ content: `x${LINK_STATE}` })),
        at: LINK_STATE.slice(0, LINK_STATE.length - 2),
      },
      {
        what: 'its constructs',
        script: transfer(message({ content: `some ${CONSTRUCTS}` })),
        at: 'ARROWS ( {4}SMTP {1}* 1 ) BH ( 0123456789abcdef0123456789abcdef CONN_AVAIL {7}',
      },
    ],
    holds: [
      transfer(
        message({ content: 'The ARROWS (a club) of BH (Bosnia) keep STATE UP; ORGINFO and X-LINK2STATE are words.' }),
      ),
      transfer(message({ content: `{00000123} ${GUID}` })),
    ],
  },
  'BODY-004': {
    fails: [
      {
        what: 'between the segments',
        script: transfer(message({ content: cons(0, 4, octets('one'), FOREIGN, octets('two')) })),
        at: FOREIGN,
      },
    ],
    holds: [transfer(message({ content: cons(0, 4, octets('one'), octets('two')) }))],
  },
  'ENC-001': {
    fails: [
      {
        what: 'a parameter of an activity start',
        script: {
          ...transfer(message()),
          spdu: spdu('ACTIVITY START', { extraParameters: [{ code: 0x63, value: latin1('MSX') }] }),
        },
        at: Uint8Array.of(0x63, 3, ...latin1('MSX')),
      },
    ],
    holds: [transfer(message())],
  },
  'ENC-002': {
    fails: [
      {
        what: 'in the EXTERNAL',
        script: { ...transfer(message()), ...adds('EXTERNAL', FOREIGN) },
        at: FOREIGN,
      },
    ],
    holds: [
      {
        ...transfer(message()),
        edit: edit('EXTERNAL', (tree) =>
          'raw' in tree ? tree : cons(0, 8, oidNode('2.1.1'), ...(tree.content as BerNode[])),
        ),
      },
    ],
  },
  'ENC-003': {
    fails: [
      {
        what: 'a second activity identifier',
        script: {
          ...transfer(message()),
          spdu: spdu('ACTIVITY START', { extraParameters: [{ code: 41, value: latin1('twice'), at: 'end' }] }),
        },
        at: Uint8Array.of(41, 5, ...latin1('twice')),
      },
    ],
    holds: [transfer(message())],
  },
  'ENC-004': {
    fails: [
      {
        what: 'text in place of an APDU',
        script: {
          transfers: [{ apdu: message(), behind: new Uint8Array(0) }],
          edit: edit('EXTERNAL', () => ({ raw: latin1('no BER at all') })),
        },
        at: 'no BER at all',
      },
    ],
    holds: [{ transfers: [{ apdu: message(), slice: 7 }] }],
  },
  'ENC-005': {
    fails: [
      {
        what: 'behind the APDU',
        script: { transfers: [{ apdu: message(), behind: latin1('behind it') }] },
        at: 'behind it',
      },
    ],
    holds: [{ transfers: [{ apdu: message() }, { apdu: message() }] }],
  },
  'ENC-006': {
    fails: [
      {
        what: 'on an activity start',
        script: { ...transfer(message()), spdu: spdu('ACTIVITY START', { userData: latin1('on the start') }) },
        at: Uint8Array.of(0xc1, 12, ...latin1('on the start')),
      },
      {
        what: 'on an acknowledgement',
        script: { ...transfer(message()), spdu: spdu('ACTIVITY END ACK', { userData: latin1('on the ack') }) },
        at: Uint8Array.of(0xc1, 10, ...latin1('on the ack')),
        direction: 'r2i',
      },
    ],
    holds: [{ turnPlease: true }],
  },
  'ENC-007': {
    fails: [
      {
        what: 'TYPED DATA',
        script: { extraTsdus: [Uint8Array.of(33, 0, ...latin1('typed'))] },
        at: Uint8Array.of(33, 0, ...latin1('typed')),
      },
    ],
    holds: [transfer(message())],
  },
  'ENC-008': {
    fails: [
      {
        what: 'an APDU in the context of RTSE',
        script: {
          ...transfer(message()),
          edit: edit('EXTERNAL', (tree) => within(tree, 0, () => integer(77))),
        },
        at: Uint8Array.of(2, 1, 77),
      },
    ],
    holds: [transfer(message())],
  },
  'ENC-009': {
    fails: [
      {
        what: 'a second value in a release',
        script: { spdu: (each) => (each.kind === 'FINISH' ? { ...each, userData: twoValues() } : each) },
        at: sequence(integer(1), ctxOf(0, cons(1, 2, ctx(0, [1])))),
      },
    ],
    holds: [{}],
  },
  // Below: octets beside an APDU nearly always belong to a finding of their own, and then only name it.
  'ENC-010': { fails: [], holds: [transfer(message({ content: 'ORGINFO' }))] },
  'ENC-020': {
    fails: [
      {
        what: 'an explicit default',
        script: transfer(message({ more: [app(7, [0])] })),
        at: app(7, [0]),
      },
    ],
    holds: [transfer(message({ more: [app(7, [1])] }))],
  },
  'ENC-021': {
    fails: [
      {
        what: 'a content identifier that is empty',
        script: transfer(message({ more: [app(10, 'seventeen letters')] })),
        at: app(10, 'seventeen letters'),
      },
    ],
    holds: [transfer(message({ more: [app(10, 'sixteen letters.')] }))],
  },
};

describe('the rules on associations', () => {
  it('each have an example here', () => {
    expect(Object.keys(examples)).to.have.members(associationRules.map(({ id }) => id));
  });

  for (const { id, tier, title } of associationRules) {
    const example = examples[id];
    if (example === undefined) continue;
    describe(`${id} (tier ${tier}): ${title}`, () => {
      for (const { what, script, at, direction = 'i2r' } of example.fails) {
        it(`fails: ${what}`, () => {
          const sent = association(script);
          const octetsOf = at instanceof Uint8Array ? at : typeof at === 'string' ? latin1(at) : writeBer(at);
          const found = judged(sent).filter(({ rule }) => rule === id);
          expect(found).to.have.lengthOf(1);
          expect(found[0]).to.include({
            tier,
            direction,
            offset: offsetOf(sent, direction, octetsOf),
            length: octetsOf.length,
          });
          if (tier !== 3) expect(others(sent, id), 'nothing else is told of it').to.deep.equal([]);
        });
      }
      example.holds.forEach((script, i) => {
        it(`holds, ${i + 1}`, () => {
          expect(judged(association(script)).filter((each) => each.rule === id || each.tier !== 3)).to.deep.equal([]);
        });
      });
    });
  }
});

function secondExternal(): BerNode {
  return cons(0, 8, oidNode('2.1.1'), ctx(1, 'octet aligned'));
}

function withImplementation(aarq: BerNode): BerNode {
  if ('raw' in aarq || aarq.content instanceof Uint8Array) throw new TypeError('not a constructed node');
  const [name, ...rest] = aarq.content as BerNode[];
  return { ...aarq, content: [name as BerNode, ctx(29, 'Microsoft'), ...rest] };
}

function context(syntax: string): BerNode {
  return sequence(integer(7), oidNode(syntax), sequence(oidNode('2.1.1')));
}

function withCredentials(credentials: BerNode): BerNode {
  return ctxOf(16, ctxOf(1, ctx(0, 'mta.initiator.example'), ctxOf(1, credentials)));
}
function withUnit(unit: string): BerNode {
  return cons(1, 0, sequence(cons(1, 1, printable('GB')), cons(1, 2, printable(' ')), ctxOf(6, printable(unit))));
}

function internalTrace(): BerNode {
  return sequence(sequence(domain(), ia5('mta'), set(ctx(0, ARRIVAL), ctx(2, [0]))));
}

function twoValues(): Uint8Array {
  const value = (reason: number): BerNode => sequence(integer(1), ctxOf(0, cons(1, 2, ctx(0, [reason]))));
  return writeBer(cons(1, 1, value(0), value(1)));
}

function others(sent: readonly Sent[], id: string): string[] {
  return judged(sent).flatMap(({ rule, tier, message: text }) =>
    rule === id || tier === 3 ? [] : [`${rule} ${text}`],
  );
}

function joined(userData: Uint8Array | undefined, more: BerNode): Uint8Array {
  return Uint8Array.from([...(userData ?? []), ...writeBer(more)]);
}
