import { expect } from 'chai';
import { encode } from '../../../harness/asn1/encode.js';
import { fromHex, toHex } from '../../../harness/ber/octets.js';
import { BindError, BindInvoke, BindResult, MTABindAPDU, MTABindArgument } from '../../../harness/p1/bind.js';
import { ascii, decodeAs, tlv, valueIn } from './support.js';

const argument = tlv('a1', tlv('80', ascii('percival.smhs.co.uk')), tlv('a1', tlv('16', ascii('excalibur'))));
const result = tlv('a1', tlv('80', ascii('guinevere.smhs.co.uk')), tlv('a1', tlv('16', ascii('merlin'))));

describe('MTA-bind, X.411', () => {
  it('reads the bind of a real MTA in normal mode', () => {
    expect(tlv('b0', argument).slice(0, 8)).to.equal('b024a122');
    const read = decodeAs(BindInvoke, tlv('b0', argument));
    expect(read.issues).to.deep.equal([]);
    expect(valueIn<MTABindArgument>(read)).to.deep.equal({
      authenticated: {
        initiatorName: 'percival.smhs.co.uk',
        initiatorCredentials: { simple: { ia5String: 'excalibur' } },
      },
    });
  });

  it('reads and writes its answer', () => {
    const read = decodeAs(BindResult, tlv('b1', result));
    expect(read.issues).to.deep.equal([]);
    expect(toHex(encode(BindResult, read.decoded?.value))).to.equal(tlv('b1', result));
  });

  it('reads a password in octets, an empty one, and none at all', () => {
    const octets = decodeAs(MTABindArgument, tlv('a1', tlv('80', ascii('pp')), tlv('a1', '0402beef')));
    expect(
      octets.decoded?.get('authenticated', 'initiatorCredentials', 'simple', 'octetString')?.primitive,
    ).to.deep.equal(fromHex('beef'));
    expect(octets.issues).to.deep.equal([]);
    const empty = tlv('a1', tlv('80', ascii('wgc.microsoft.ca')), tlv('a1', '1600'));
    expect(empty).to.equal(`a116${tlv('80', ascii('wgc.microsoft.ca'))}a1021600`);
    expect(decodeAs(MTABindArgument, empty, 1984).issues).to.deep.equal([]);
    expect(valueIn(decodeAs(MTABindArgument, '0500'))).to.deep.equal({ unauthenticated: null });
  });

  it('reads a refusal', () => {
    expect(valueIn(decodeAs(BindError, 'b203020102'))).to.equal(2);
    expect(valueIn(decodeAs(MTABindAPDU, 'b203020102'))).to.deep.equal({ bindError: 2 });
  });

  it('says what X.411 does not have, and where', () => {
    const marked = tlv('a1', tlv('80', ascii('hub')), tlv('a1', '1600'), '9103cafe01');
    const read = decodeAs(MTABindArgument, marked);
    expect(read.issues).to.have.lengthOf(1);
    expect(read.issues[0]).to.include({
      kind: 'unknown-element',
      offset: 11,
      length: 5,
      path: 'MTABindArgument.authenticated',
      detail: '[17]',
    });
  });

  it('takes strong credentials and a security context', () => {
    const token = tlv('a0', tlv('80', '560306 00'), tlv('a1', '0500'));
    const certificate = tlv('a1', '30050603550301', '3000');
    const strong = tlv('a1', tlv('a0', token, certificate));
    const label = tlv('a2', tlv('31', '0603550301', '020103', tlv('13', ascii('PRIVATE'))));
    const read = decodeAs(MTABindArgument, tlv('a1', tlv('80', ascii('hub')), strong, label));
    expect(read.issues).to.deep.equal([]);
    const value = valueIn<MTABindArgument>(read);
    expect(value.authenticated?.initiatorCredentials.strong?.bindToken?.tokenTypeIdentifier).to.equal('2.6.3.6.0');
    expect(value.authenticated?.securityContext?.[0]).to.deep.equal({
      securityPolicyIdentifier: '2.5.3.1',
      securityClassification: 3,
      privacyMark: 'PRIVATE',
    });
  });
});
