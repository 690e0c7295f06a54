import { expect } from 'chai';
import { BitString } from '../../../harness/asn1/bit-string.js';
import { choice, member, sequence } from '../../../harness/asn1/declare.js';
import { decode } from '../../../harness/asn1/decode.js';
import { encode } from '../../../harness/asn1/encode.js';
import { toJson } from '../../../harness/asn1/json.js';
import {
  bitString,
  ia5String,
  integer,
  nullType,
  objectIdentifier,
  octetString,
  openType,
  sequenceOf,
} from '../../../harness/asn1/types.js';
import { fromHex, Octets } from '../../../harness/ber/octets.js';
import { readElement } from '../../../harness/ber/reader.js';

@choice()
class Name {
  @member(ia5String(), { tag: 0 }) text?: string;
  @member(nullType, { tag: 1 }) nobody?: null;
}

@sequence()
class Everything {
  @member(integer()) count!: number | bigint;
  @member(bitString()) bits!: BitString;
  @member(octetString()) octets!: Uint8Array;
  @member(objectIdentifier) object!: string;
  @member(sequenceOf(Name), { tag: 2 }) names!: Name[];
  @member(openType(), { tag: 3 }) open!: Uint8Array;
  @member(integer(), { tag: 4, default: 3 }) window = 3;
}

function json(value: Partial<Everything>): unknown {
  const { element } = readElement(Octets.of(encode(Everything, value)));
  const { decoded } = decode(Everything, element);
  return decoded === undefined ? undefined : toJson(decoded);
}

describe('a decoded value as JSON', () => {
  const value = {
    count: 7,
    bits: BitString.of(0, 3),
    octets: fromHex('00ff'),
    object: '2.6.0.1.6',
    names: [{ text: 'a' }, { nobody: null }],
    open: fromHex('0500'),
  };

  it('has one key for a CHOICE, null for NULL, hexadecimal for octets, dots for object identifiers', () => {
    expect(json(value)).to.deep.equal({
      count: 7,
      bits: { bits: '90', length: 4 },
      octets: '00ff',
      object: '2.6.0.1.6',
      names: [{ text: 'a' }, { nobody: null }],
      open: '0500',
    });
  });

  it('writes an INTEGER that no number holds as text', () => {
    expect(json({ ...value, count: 2n ** 70n })).to.include({ count: '1180591620717411303424' });
  });

  it('tells only what was sent: no default is filled in', () => {
    expect(json(value)).not.to.have.property('window');
    expect(json({ ...value, window: 5 })).to.include({ window: 5 });
  });
});
