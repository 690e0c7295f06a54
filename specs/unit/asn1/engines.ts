import { AsnConvert } from '@peculiar/asn1-schema';
import { expect } from 'chai';
import { decode } from '../../../harness/asn1/decode.js';
import { encode } from '../../../harness/asn1/encode.js';
import type { StructureClass } from '../../../harness/asn1/types.js';
import { Octets, toHex } from '../../../harness/ber/octets.js';
import { readElement } from '../../../harness/ber/reader.js';
import { plain } from './values.js';

const berOptions = { maxNodes: 1_000_000, parseEmbedded: false };

/** Both engines on one value: the same octets, the same value back, and no issue. */
export function agree(type: StructureClass, value: unknown): void {
  const first = encode(type, value);
  const second = new Uint8Array(AsnConvert.serialize(value));
  expect(toHex(second)).to.equal(toHex(first));
  const parsed = AsnConvert.parse(first, type as new () => object, { berOptions });
  expect(parsed).to.be.instanceOf(type);
  expect(plain(parsed)).to.deep.equal(plain(value));
  const { decoded, issues } = decode(type, readElement(Octets.of(second)).element);
  expect(issues).to.deep.equal([]);
  expect(plain(decoded?.value)).to.deep.equal(plain(parsed));
}
