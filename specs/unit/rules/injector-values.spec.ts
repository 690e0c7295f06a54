import { expect } from 'chai';
import { compile } from '../../../harness/asn1/compile.js';
import { TagClass } from '../../../harness/ber/tag.js';
import { type BerNode, constructed, primitive, writeBer } from '../../../harness/ber/writer.js';
import { ExtensionField, extensionPlaceOf, isListedAt } from '../../../harness/p1/extensions.js';
import type { Tier } from '../../../harness/rules/finding.js';
import { Builder } from './injector/builder.js';
import { carriers } from './injector/carrier.js';
import { rootOf } from './injector/conversation.js';
import { type Place, placesOf } from './injector/places.js';
import type { Profile } from './injector/profile.js';
import { integerOctets, oidOctets, textOctets } from './injector/samples.js';
import { variantsOf } from './injector/variants.js';
import { offsetOf, type Sent } from './support/association.js';
import { judged } from './support/judged.js';

// What the declarations know and the allow-list does not: numbers, names and content types, in every place they have.

const { context, application, universal } = TagClass;
const mark = textOctets('a foreign value');

function expectIn(sent: readonly Sent[], octets: Uint8Array, tier: Tier, where: string): void {
  const findings = judged(sent).filter((each) => each.tier !== 3);
  expect(
    findings.map(({ message }) => message),
    where,
  ).to.have.lengthOf(1);
  const offset = offsetOf(sent, 'i2r', octets);
  expect(findings[0], where).to.include({ tier, direction: 'i2r', offset, length: octets.length });
}

for (const carrier of carriers) {
  const root = rootOf(carrier, 'TRANSFER');
  const places = placesOf(root.name, root.type, carrier.profile);

  /** With these octets at the place there is one finding of tier 1 or 2, of this tier, at them. */
  const expectAt = (place: Place, octets: Uint8Array, tier: Tier): void => {
    const { sent } = root.carry([writeBer(place.inject(octets))], 'i2r');
    expectIn(sent, octets, tier, place.path);
  };

  const collections = new Map<string, Place>();
  for (const place of places) {
    const { collection } = /^(?<collection>.*) OF ExtensionField$/.exec(place.type)?.groups ?? {};
    // The second of the two: behind the extension that is there.
    if (collection !== undefined) collections.set(collection, place);
  }

  // P1 of 1984 has neither extensions nor object identifiers for content types: there they are foreign as such.
  if (carrier.profile.edition !== 1984) {
    describe(`the leak injector, extensions by number, mode ${carrier.mode}`, () => {
      const field = (type: BerNode): Uint8Array =>
        writeBer(constructed(universal, 16, [type, constructed(context, 2, [primitive(universal, 4, mark)])]));
      const numbered = (number: number): Uint8Array => field(primitive(context, 0, integerOctets(number)));

      it('has the seven places that X.411 has', () => {
        expect([...collections.keys()].map(extensionPlaceOf)).to.have.members([
          'message',
          'messagePerRecipient',
          'probe',
          'probePerRecipient',
          'reportEnvelope',
          'reportContent',
          'reportPerRecipient',
        ]);
      });

      for (const [collection, place] of collections) {
        describe(collection, () => {
          for (const number of [257, 300, 65536, -1]) {
            it(`finds the number ${number}, of tier 1`, () => expectAt(place, numbered(number), 1));
          }
          for (const number of [0, 47, 128, 256]) {
            it(`finds the number ${number}, of tier 2`, () => expectAt(place, numbered(number), 2));
          }
          for (const dotted of ['1.2.840.113556.1.2', '2.6.5.6.0']) {
            it(`finds the private extension ${dotted}, of tier 2`, () => {
              expectAt(place, field(primitive(context, 3, oidOctets(dotted))), 2);
            });
          }
          it('finds each standard extension that X.411 lists elsewhere, of tier 2', () => {
            const at = extensionPlaceOf(collection)!;
            const type = compile(ExtensionField);
            const builder = new Builder(carrier.profile);
            for (const variant of variantsOf(type, 'anywhere') ?? []) {
              const number = Number(variant.label.replace(/\D/g, ''));
              if (isListedAt(at, number)) continue;
              expectAt(place, writeBer(builder.value(type, `${collection}.${number}`, { variant })), 2);
            }
          });
        });
      }
    });
  }

  describe(`the leak injector, the internal trace of 1984, mode ${carrier.mode}`, () => {
    const trace = writeBer(constructed(application, 30, [primitive(universal, 4, mark)]));
    const envelopes = ['MessageTransferEnvelope', 'ProbeTransferEnvelope', 'ReportTransferEnvelope'];
    for (const type of envelopes) {
      it(`is of tier 2 in ${type}`, () => {
        for (const place of places) if (place.type === type) expectAt(place, trace, 2);
      });
    }
    it('is of tier 1 where no profile had it', () => {
      const elsewhere = [
        'PerRecipientMessageTransferFields',
        'ReportTransferContent',
        'MTSIdentifier',
        'Report',
        'Message',
      ];
      for (const type of elsewhere) {
        const some = places.filter((place) => place.type === type && place.kind === 'member');
        expect(some, type).to.not.have.lengthOf(0);
        for (const place of some.slice(0, 4)) expectAt(place, trace, 1);
      }
    });
  });

  if (carrier.profile.edition !== 1984) {
    describe(`the leak injector, content types, mode ${carrier.mode}`, () => {
      const types: readonly (readonly [dotted: string, tier: Tier])[] = [
        ['1.2.840.113556.5.1', 1],
        ['1.2.840.113556.5.2', 2],
        ['1.3.26.0.4406.0.4.1', 2],
      ];
      for (const apdu of ['message', 'probe', 'report']) {
        for (const [dotted, tier] of types) {
          it(`finds ${dotted} in a ${apdu}, of tier ${tier}`, () => {
            const { profile } = carrier;
            const others = ['message', 'probe', 'report'].filter((each) => each !== apdu).join('|');
            const foreign: Profile = {
              ...profile,
              absent: [
                ...profile.absent,
                /\.contentType\.builtIn$/,
                new RegExp(`^TRANSFER(\\.encoding\\.singleASN1Type)?\\.(${others})$`),
              ],
              present: [...profile.present, /\.contentType$/],
              samples: [[/\.contentType\.extended$/, oidOctets(dotted)], ...profile.samples],
            };
            const value = writeBer(new Builder(foreign).value(compile(root.type), root.name));
            const { sent } = root.carry([value], 'i2r');
            expectIn(sent, writeBer(primitive(universal, 6, oidOctets(dotted))), tier, apdu);
          });
        }
      }
    });
  }
}
