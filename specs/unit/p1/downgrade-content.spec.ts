import { expect } from 'chai';
import { BitString } from '../../../harness/asn1/bit-string.js';
import { encode } from '../../../harness/asn1/encode.js';
import { fromHex, toHex } from '../../../harness/ber/octets.js';
import type { ContentType } from '../../../harness/p1/content-types.js';
import { type DowngradeOptions, downgrade } from '../../../harness/p1/downgrade.js';
import { ORName } from '../../../harness/p1/or-name.js';
import { ascii, tlv } from './support.js';

// Interpersonal messages put together by hand from X.420; content is not P1's.

const nameWith = (surname: string, number?: number, value?: unknown): string =>
  toHex(
    encode(ORName, {
      builtInStandardAttributes: { personalName: { surname } },
      ...(number === undefined
        ? {}
        : { extensionAttributes: [{ extensionAttributeType: number, extensionAttributeValue: value }] }),
    }),
  );
const common = (surname: string): string => nameWith(surname, 1, 'Gateway');
const physical = (surname: string): string => nameWith(surname, 17, { printableString: 'Street 1' });
const defined = (surname: string): string =>
  toHex(
    encode(ORName, {
      builtInStandardAttributes: { personalName: { surname } },
      builtInDomainDefinedAttributes: [{ type: 'Common', value: 'Gateway' }],
    }),
  );

const identifier = (...user: string[]): string => tlv('6b', ...user, tlv('13', ascii('ipm-1')));
const subject = tlv('a8', tlv('14', ascii('hello')));
const text = tlv('a0', '3100', tlv('16', ascii('a text')));
const ipm = (heading: string[], ...parts: string[]): string => tlv('a0', tlv('31', ...heading), tlv('30', ...parts));

function downgraded(
  content: string,
  contentType: ContentType = { builtIn: 22 },
  options: DowngradeOptions = {},
): { readonly type: ContentType | undefined; readonly content: string; readonly changes: readonly string[] } {
  const domain = { countryName: { iso3166Alpha2Code: 'US' }, administrationDomainName: { printable: ' ' } };
  const result = downgrade(
    {
      message: {
        envelope: {
          messageIdentifier: { globalDomainIdentifier: domain, localIdentifier: '1' },
          originatorName: { builtInStandardAttributes: {} },
          contentType,
          priority: 0,
          perMessageIndicators: BitString.empty,
          traceInformation: [],
          extensions: [],
          perRecipientFields: [
            {
              recipientName: { builtInStandardAttributes: {} },
              originallySpecifiedRecipientNumber: 1,
              perRecipientIndicators: BitString.atLeast(8, 0, 2),
              extensions: [],
            },
          ],
        },
        content: fromHex(content),
      },
    },
    options,
  );
  if (result.kind === 'impossible') throw new Error(result.cause.message);
  const { message } = result.apdu;
  return {
    type: message?.envelope.contentType,
    content: toHex(message?.content ?? new Uint8Array(0)),
    changes: result.changes.map((each) => `${each.kind} ${each.path}: ${each.message}`),
  };
}

describe('downgrading an interpersonal message, RFC 1328 5', () => {
  it('gives it type 2, and leaves what 1984 has as it is', () => {
    const content = ipm([identifier(nameWith('alice')), tlv('a0', nameWith('alice')), subject], text);
    expect(downgraded(content)).to.deep.equal({
      type: { builtIn: 2 },
      content,
      changes: ['replaced message.envelope.contentType: content type 22 by 2'],
    });
    expect(downgraded(content, { extended: '2.6.1.10.1' }).type).to.deep.equal({ builtIn: 2 });
    expect(downgraded(content, { builtIn: 22 }, { interpersonal: 'keep' }).type).to.deep.equal({ builtIn: 22 });
  });

  it('drops heading extensions and those of recipients', () => {
    const recipient = (...more: string[]) => tlv('a2', tlv('31', tlv('a0', nameWith('bob')), '81020640', ...more));
    const extensions = tlv('af', tlv('30', '06022a03'));
    const read = downgraded(ipm([identifier(), recipient('a3023000'), subject, extensions], text));
    expect(read.content).to.equal(ipm([identifier(), recipient(), subject], text));
    expect(read.changes.slice(1)).to.deep.equal([
      'dropped content.heading: heading member [15]',
      'dropped content.heading: recipient member [3]',
    ]);
  });

  it('downgrades names wherever they stand in the heading', () => {
    const heading = (name: string) => [
      identifier(name),
      tlv('a0', name, tlv('80', ascii('Alice'))),
      tlv('a1', tlv('31', name)),
      tlv('a3', tlv('31', tlv('a0', name))),
      tlv('a6', identifier(name)),
      tlv('ab', tlv('31', name)),
    ];
    const read = downgraded(ipm(heading(common('alice')), text));
    expect(read.content).to.equal(ipm(heading(defined('alice')), text));
  });

  it('tells a name that 1984 has no form for as text', () => {
    const read = downgraded(ipm([identifier(physical('bob')), tlv('a0', physical('bob'))], text));
    expect(read.content).to.equal(ipm([identifier(), tlv('a0', tlv('80', ascii('/S=bob/')))], text));
    const named = ipm([identifier(), tlv('a0', physical('bob'), tlv('80', ascii('Bob')))], text);
    expect(downgraded(named).content).to.equal(ipm([identifier(), tlv('a0', tlv('80', ascii('Bob')))], text));
  });

  it('tells a directory name in brackets behind the free-form name', () => {
    const rdnSequence = [[{ type: '2.5.4.3', value: { printableString: 'Bob' } }]];
    const standard = { builtInStandardAttributes: { personalName: { surname: 'bob' } } };
    const listed = toHex(encode(ORName, { ...standard, directoryName: { rdnSequence } }));
    const heading = (...originator: string[]) => ipm([identifier(), tlv('a0', ...originator)], text);
    const plain = nameWith('bob');
    expect(downgraded(heading(listed)).content).to.equal(heading(plain, tlv('80', ascii('(CN=Bob)'))));
    expect(downgraded(heading(listed, tlv('80', ascii('Robert')), tlv('81', ascii('1')))).content).to.equal(
      heading(plain, tlv('80', ascii('Robert (CN=Bob)')), tlv('81', ascii('1'))),
    );
  });

  it('goes into forwarded messages', () => {
    const forwarding = (name: string, ...envelope: string[]) => {
      const inner = tlv('30', tlv('31', identifier(), tlv('a0', name)), tlv('30', text));
      return ipm([identifier()], tlv('a9', tlv('31', tlv('80', ascii('060808120000Z')), ...envelope), inner));
    };
    expect(downgraded(forwarding(common('alice'), tlv('a1', '0500'))).content).to.equal(forwarding(defined('alice')));
  });

  it('downgrades the names of a notification', () => {
    const notification = (name: string, ...more: string[]) =>
      tlv('a1', identifier(name), tlv('a1', name), tlv('a0', '800100'), ...more);
    const read = downgraded(notification(common('bob'), tlv('a3', '3000')));
    expect(read.content).to.equal(notification(defined('bob')));
  });

  it('leaves content of type 22 that has no 1984 form', () => {
    const external = tlv('af', tlv('a1', '28020500'));
    const contents = [
      ipm([identifier()], text, external),
      ipm([identifier()], tlv('ae', '0400')),
      tlv('a2', '0500'),
      tlv('30', identifier()),
      'ffff',
      '',
      ipm([identifier()], text).slice(0, -4),
      tlv('a0', '0500', '0500'),
    ];
    for (const content of contents) {
      expect(downgraded(content), content).to.deep.equal({ type: { builtIn: 22 }, content, changes: [] });
    }
  });
});

describe('downgrading a content type, X.419 Annex B', () => {
  it('tells an object identifier in an EXTERNAL, and says so by the type external', () => {
    const read = downgraded('cafe', { extended: '1.2.840.113556.5.1' });
    expect(read.type).to.deep.equal({ builtIn: 1 });
    expect(read.content).to.equal(tlv('28', '06082a864886f7140501', '8102cafe'));
  });

  it('tells those by their numbers that have one', () => {
    const cases: [string, number][] = [
      ['2.6.1.10.0', 2],
      ['2.6.3.3.0', 0],
      ['2.6.7.10.0', 35],
      ['2.6.8.8.0', 40],
    ];
    for (const [extended, builtIn] of cases) {
      expect(downgraded('cafe', { extended })).to.deep.include({ type: { builtIn }, content: 'cafe' });
    }
  });
});
