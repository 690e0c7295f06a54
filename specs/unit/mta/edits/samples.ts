import { BitString } from '../../../../harness/asn1/bit-string.js';
import { decode } from '../../../../harness/asn1/decode.js';
import type { Decoded } from '../../../../harness/asn1/decoded.js';
import { encode } from '../../../../harness/asn1/encode.js';
import { fromHex, Octets } from '../../../../harness/ber/octets.js';
import { readElement } from '../../../../harness/ber/reader.js';
import type { BerForm } from '../../../../harness/ber/writer.js';
import { MessageFactory } from '../../../../harness/mta/message.js';
import { globalDomainIdentifier } from '../../../../harness/mta/names.js';
import { reportOn } from '../../../../harness/mta/report-request.js';
import { MTSAPDU } from '../../../../harness/p1/mts-apdu.js';
import { alice, bob } from '../two-mtas.js';

const DOMAIN = { country: 'XX', administrationDomain: ' ', privateDomain: 'A' };

/** The forms in which what is to be edited may come. */
export const FORMS: Readonly<Record<string, BerForm>> = {
  definite: {},
  indefinite: { indefinite: true },
  'long lengths': { lengthOctets: 4 },
  segmented: { indefinite: true, segment: 3 },
};

function factory(): MessageFactory {
  const now = Date.UTC(2006, 7, 8);
  return new MessageFactory({ domain: DOMAIN, server: 'TEST', now: () => now, bilateralSite: 'SITE' });
}

/** An APDU of each kind, with no extensions but the message's. */
export function apduOf(kind: 'message' | 'probe' | 'report'): Uint8Array {
  if (kind === 'message') return message();
  if (kind === 'probe') return factory().probe({ originator: alice, recipients: [bob] }).apdu;
  const globalDomain = globalDomainIdentifier(DOMAIN);
  const request = {
    subject: { globalDomainIdentifier: globalDomain, localIdentifier: 'subject' },
    destination: bob,
    recipients: [{ name: alice, fate: { reason: 1 } }],
  };
  return reportOn(factory(), request, 0).apdu;
}

/** A message with extensions in its envelope, one of a type that is declared and one that is not, for two recipients. */
export function message(form: BerForm = {}): Uint8Array {
  const { apdu } = factory().message({
    originator: alice,
    recipients: [bob, alice],
    text: 'a message',
    extensions: [
      { type: { standardExtension: 13 }, criticality: BitString.empty, value: bob },
      { type: { standardExtension: 23 }, criticality: BitString.empty, value: { ia5text: 'correlator' } },
      { type: { privateExtension: '1.2.3' }, criticality: BitString.empty, value: fromHex('30 06 02 01 05 04 01 ff') },
    ],
  });
  return encode(MTSAPDU, decoded(apdu).value, { form });
}

export function decoded(apdu: Uint8Array): Decoded {
  const { element, rest } = readElement(Octets.of(apdu));
  if (rest.length > 0) throw new Error(`${rest.length} octets behind the APDU`);
  const result = decode(MTSAPDU, element).decoded;
  if (result === undefined) throw new Error('no MTS-APDU');
  return result;
}
