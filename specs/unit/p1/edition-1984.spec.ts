import { expect } from 'chai';
import { encode } from '../../../harness/asn1/encode.js';
import type { TypeRef } from '../../../harness/asn1/types.js';
import { P1specError } from '../../../harness/ber/error.js';
import { toHex } from '../../../harness/ber/octets.js';
import { PerDomainBilateralInformation } from '../../../harness/p1/bilateral.js';
import { MTABindArgument, MTABindResult } from '../../../harness/p1/bind.js';
import { ContentType } from '../../../harness/p1/content-types.js';
import { EncodedInformationTypes } from '../../../harness/p1/eits.js';
import { MTSAPDU } from '../../../harness/p1/mts-apdu.js';
import { ORName } from '../../../harness/p1/or-name.js';
import { DomainSuppliedInformation } from '../../../harness/p1/trace.js';
import { ascii, decodeAs, tlv, valueIn } from './support.js';

// Octets put together by hand from X.411 of 1984, as ISODE and PP have it in their modules.

const country = tlv('61', '13025553');
const admd = tlv('62', '130120');
const domain = tlv('63', country, admd, tlv('13', ascii('Here')));
const identifier = tlv('64', domain, tlv('16', ascii('860101-7')));
const orNameIn = (tag: string, surname: string, ...more: string[]): string =>
  tlv(
    tag,
    tlv('30', country, admd, tlv('a2', tlv('13', ascii('Here'))), tlv('a5', tlv('80', ascii(surname)))),
    ...more,
  );
const orName = (surname: string, ...more: string[]): string => orNameIn('60', surname, ...more);
const dda = tlv('30', tlv('30', tlv('13', ascii('ID')), tlv('13', ascii('bob'))));
const time = tlv('80', ascii('8601011200Z'));
const relayed = tlv('31', time, '820100');
const eits = (...more: string[]): string => tlv('65', '80020520', ...more);
/** [3]: what T.73 says of presentation capabilities is not X.411's. */
const capabilities = tlv('a3', '3000');
const trace = tlv(
  '69',
  tlv('30', domain, relayed),
  tlv('30', domain, tlv('31', time, tlv('81', ascii('8601021200Z')), '820101', eits(), domain)),
);
const bilateral = tlv('a1', tlv('30', country, admd, tlv('04', 'cafe')));
const recipient = tlv('31', orName('bob', dda), '800101', '810200f0', '820101');

const envelope = [
  identifier,
  orName('alice'),
  eits(tlv('81', '0780000000'), tlv('a2', tlv('80', ascii('1'))), capabilities),
  '460102',
  tlv('4a', ascii('job 7')),
  '470102',
  '480204f0',
  tlv('80', ascii('860102000000Z')),
  bilateral,
  tlv('a2', recipient),
  trace,
];
const message = tlv('a0', tlv('31', ...envelope), tlv('04', ascii('content')));
/** Without the presentation capabilities. */
const common = envelope.with(2, eits());
const probe = tlv(
  'a2',
  identifier,
  orName('alice'),
  '460102',
  tlv('4a', ascii('job 8')),
  eits(),
  trace,
  '48020560',
  '80020400',
  bilateral,
  tlv('a2', recipient),
);
const reported = (fate: string): string =>
  tlv(
    '31',
    orNameIn('a0', 'bob'),
    '810101',
    '820200f0',
    tlv('a3', time, eits(), tlv('a1', fate)),
    orNameIn('a4', 'robert'),
    tlv('85', ascii('no such user')),
  );
const report = tlv(
  'a1',
  tlv('31', identifier, orName('alice'), trace),
  tlv(
    '31',
    identifier,
    trace,
    tlv('4a', ascii('job 7')),
    tlv('a0', reported(tlv('a0', time, '810101')), reported(tlv('a1', '800101', '81010b'))),
    tlv('81', ascii('content')),
    tlv('a2', tlv('04', 'beef')),
  ),
);
const bind = (password: string): string => tlv('a1', tlv('80', ascii('ean.ubc')), tlv('a1', password));

describe('P1 of 1984', () => {
  const vectors: [string, TypeRef, string][] = [
    ['a message', MTSAPDU, message],
    ['a probe', MTSAPDU, probe],
    ['a delivery report', MTSAPDU, report],
    ['a bind argument with a password', MTABindArgument, bind(tlv('16', ascii('secret')))],
    ['a bind argument with an empty password', MTABindArgument, bind('1600')],
    ['a bind argument with a password in octets', MTABindArgument, bind('0402beef')],
    ['a bind argument of NULL', MTABindArgument, '0500'],
    ['a bind result', MTABindResult, bind(tlv('16', ascii('secret')))],
    ['a bind result of NULL', MTABindResult, '0500'],
  ];
  for (const [name, type, octets] of vectors) {
    it(`reads ${name} with nothing left over, and writes it again`, () => {
      const read = decodeAs(type, octets, 1984);
      expect(read.issues).to.deep.equal([]);
      const written = encode(type, read.decoded?.value, { edition: 1984 });
      const again = decodeAs(type, written, 1984);
      expect(again.issues).to.deep.equal([]);
      expect(valueIn(again)).to.deep.equal(valueIn(read));
      expect(written.length).to.equal(octets.length / 2);
    });
  }

  it('is read by 1988 too, but for the presentation capabilities, which later editions have taken out', () => {
    for (const [name, type, octets] of vectors) {
      const plain = octets === message ? tlv('a0', tlv('31', ...common), '0400') : octets;
      expect(decodeAs(type, plain, 1988).issues, name).to.deep.equal([]);
    }
    const [only, ...more] = decodeAs(MTSAPDU, message, 1988).issues;
    expect(more).to.deep.equal([]);
    expect(only).to.include({ kind: 'unknown-element', detail: '[3]' });
    expect(only?.path).to.match(/originalEncodedInformationTypes$/);
  });

  it('has of a report what 1988 calls otherwise', () => {
    const { content } = valueIn<MTSAPDU>(decodeAs(MTSAPDU, report, 1984)).report ?? {};
    expect(content?.billingInformation).to.deep.equal(Uint8Array.of(4, 2, 0xbe, 0xef));
    expect(content?.additionalInformation).to.equal(undefined);
    const later = valueIn<MTSAPDU>(decodeAs(MTSAPDU, report, 1988)).report?.content;
    expect(later?.additionalInformation).to.deep.equal(Uint8Array.of(4, 2, 0xbe, 0xef));
  });

  const extension = tlv('30', '800101', 'a2030a0101');
  const standard = tlv('30', country);
  const directoryName = tlv('a0', tlv('30', tlv('31', tlv('30', '0603550403', tlv('13', ascii('Bob'))))));
  const commonName = tlv('31', tlv('30', '800101', tlv('a1', tlv('13', ascii('gw')))));
  const inMessage = (...more: string[]): string => tlv('a0', tlv('31', ...common, ...more), '0400');
  const additions: [string, TypeRef, string, string][] = [
    ['extensions of a message', MTSAPDU, inMessage(tlv('a3', extension)), '[3]'],
    [
      'extensions of its recipients',
      MTSAPDU,
      tlv(
        'a0',
        tlv('31', ...common.with(9, tlv('a2', tlv('31', orName('bob'), '800101', '810200f0', tlv('a3', extension))))),
        '0400',
      ),
      '[3]',
    ],
    [
      'extensions of a probe',
      MTSAPDU,
      tlv('a2', identifier, orName('alice'), '460102', tlv('a2', recipient), trace, tlv('a3', extension)),
      '[3]',
    ],
    [
      'extensions of a report',
      MTSAPDU,
      tlv(
        'a1',
        tlv('31', identifier, orName('alice'), trace, tlv('a1', extension)),
        tlv('31', identifier, tlv('a0', reported(tlv('a0', time)))),
      ),
      '[1]',
    ],
    ['extension attributes', ORName, tlv('60', standard, commonName), '[UNIVERSAL 17]'],
    ['a directory name', ORName, tlv('60', standard, directoryName), '[0]'],
    ['content types by object identifier', ContentType, '06022a03', '[UNIVERSAL 6]'],
    ['extended EITs', EncodedInformationTypes, eits(tlv('a4', '06022a03')), '[4]'],
    ['other-actions', DomainSuppliedInformation, tlv('31', time, '820100', '83020780'), '[3]'],
    ['strong credentials', MTABindArgument, tlv('a1', tlv('80', ascii('a')), tlv('a1', tlv('a0', ''))), '[0]'],
    [
      'a security context',
      MTABindArgument,
      tlv('a1', tlv('80', ascii('a')), tlv('a1', '1600'), tlv('a2', '3100')),
      '[2]',
    ],
  ];
  for (const [name, type, octets, tag] of additions) {
    it(`does not have ${name}`, () => {
      const unknown = (edition: 1984 | 1988) =>
        decodeAs(type, octets, edition)
          .issues.filter(({ kind }) => kind === 'unknown-element')
          .map(({ detail }) => detail);
      expect(unknown(1984)).to.deep.equal([tag]);
      expect(unknown(1988)).to.deep.equal([]);
    });
  }

  it('does not have bilateral information for private domains, and takes it for the information itself', () => {
    const octets = tlv('30', country, tlv('30', 'a003130120', 'a10313014d'), '0500');
    const kinds = decodeAs(PerDomainBilateralInformation, octets, 1984).issues.map(({ kind }) => kind);
    expect(kinds).to.include('unknown-element');
    expect(decodeAs(PerDomainBilateralInformation, octets, 1988).issues).to.deep.equal([]);
  });

  it('does not have the EITs and the content type of a report, each at its own tag', () => {
    const content = tlv('31', identifier, eits(), '460102', tlv('a0', reported(tlv('a0', time))), tlv('a3', extension));
    const octets = tlv('a1', tlv('31', identifier, orName('alice'), trace), content);
    const details = decodeAs(MTSAPDU, octets, 1984).issues.map(({ kind, detail }) => `${kind} ${detail}`);
    expect(details).to.deep.equal([
      'unknown-element [APPLICATION 5]',
      'unknown-element [APPLICATION 6]',
      'unknown-element [3]',
    ]);
    expect(decodeAs(MTSAPDU, octets, 1988).issues).to.deep.equal([]);
  });

  it('is written without what it does not have, and a choice that it does not have is refused', () => {
    const value = {
      builtInStandardAttributes: { countryName: { iso3166Alpha2Code: 'US' } },
      extensionAttributes: [{ extensionAttributeType: 1, extensionAttributeValue: 'gw' }],
      directoryName: { rdnSequence: [] },
    };
    expect(toHex(encode(ORName, value, { edition: 1984 }))).to.equal(tlv('60', standard));
    expect(() => encode(ContentType, { extended: '1.2.3' }, { edition: 1984 })).to.throw(P1specError, /alternative/);
    expect(toHex(encode(ContentType, { extended: '1.2.3' }))).to.equal('06022a03');
  });

  it('has domains without a name in trace, as real systems of 1985 sent them', () => {
    const nameless = tlv('63', tlv('61', '1300'), tlv('62', '1300'));
    const octets = tlv('69', tlv('30', nameless, relayed));
    const read = decodeAs(MTSAPDU, tlv('a0', tlv('31', ...envelope.with(10, octets)), '0400'), 1984);
    // A name of no characters is out of the bounds of today; nothing else is wrong with it.
    expect(read.issues.map(({ kind }) => kind)).to.deep.equal(['bounds']);
    const written = toHex(encode(MTSAPDU, read.decoded?.value, { edition: 1984 }));
    expect(written).to.include(octets);
  });
});
