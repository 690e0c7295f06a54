import { expect } from 'chai';
import fc from 'fast-check';
import { concat, fromHex, Octets, toHex } from '../../../../harness/ber/octets.js';
import {
  dataHeader,
  decodeTpdu,
  encodeConnect,
  encodeDisconnect,
  encodeError,
} from '../../../../harness/stack/cotp/codec.js';
import { CotpError } from '../../../../harness/stack/cotp/tpdu.js';

const decode = (hex: string, offset = 0) => decodeTpdu(Octets.of(fromHex(hex), offset));

describe('COTP codec, X.224 clause 13', () => {
  it('reads a CR with called selector and size', () => {
    const { tpdu, anomalies } = decode('0ee00000000d00c203353931c0010b', 4);
    expect(tpdu).to.include({ kind: 'CR', sourceReference: 13, protocolClass: 0, tpduSize: 2048, offset: 4 });
    expect(tpdu.kind === 'CR' && tpdu.calledSelector?.toHex()).to.equal('353931');
    expect(tpdu.kind === 'CR' && tpdu.calledSelector?.offset).to.equal(13);
    expect(anomalies).to.deep.equal([]);
  });

  it('reads the CR and CC of 1992', () => {
    expect(decode('09e00000010000c00109').tpdu).to.include({ kind: 'CR', sourceReference: 0x100, tpduSize: 512 });
    expect(decode('09d00100ea0b00c00108').tpdu).to.include({ kind: 'CC', destinationReference: 0x100, tpduSize: 256 });
  });

  it('reads F0 in units of 128', () => {
    expect(decode('0ae00000000100f0020200').tpdu).to.have.property('preferredTpduSize', 65536);
  });

  it('reads DT, ER, DR', () => {
    expect(decode('02f080aabb').tpdu).to.include({ kind: 'DT', endOfTsdu: true });
    expect(decode('02f000aabb').tpdu).to.include({ kind: 'DT', endOfTsdu: false });
    expect(decode('0770000102c101ff').tpdu).to.include({ kind: 'ER', cause: 2 });
    expect(decode('0680000d000780').tpdu).to.include({ kind: 'DR', destinationReference: 13, reason: 0x80 });
  });

  it('finds an unknown parameter at its offset', () => {
    const { anomalies } = decode('0ee0000000010099034d5358c0010b', 100);
    expect(anomalies[0]).to.include({
      code: 'unknown-parameter',
      detail: '99',
      offset: 107,
      length: 5,
      path: 'CR.<0x99>',
    });
  });

  it('finds a duplicate, a bad size and user data on a CR', () => {
    const codes = (hex: string) => decode(hex).anomalies.map(({ code }) => code);
    expect(codes('0ce00000000100c0010bc0010a')).to.deep.equal(['duplicate-element']);
    expect(codes('09e00000000100c00110')).to.deep.equal(['bad-value']);
    expect(codes('06e000000001004d5358')).to.deep.equal(['unexpected-user-data']);
    expect(codes('08e00000000100c009')).to.deep.equal(['malformed']);
    expect(codes('04f080aabb00')).to.deep.equal(['surplus-octets']);
    expect(codes('02f08500')).to.deep.equal(['encoding-form']);
    expect(codes('02b000')).to.deep.equal(['unknown-pdu']);
  });

  it('takes the last of two selectors', () => {
    const { tpdu } = decode('0ce00000000100c10161c10162');
    expect(tpdu.kind === 'CR' && tpdu.callingSelector?.toHex()).to.equal('62');
  });

  it('says where a length lies', () => {
    expect(() => decode('20f080', 9))
      .to.throw(CotpError)
      .with.property('offset', 9);
    expect(() => decode('03e00000')).to.throw(CotpError);
    expect(() => decode('00')).to.throw(CotpError);
    expect(() => decode('00f0')).to.throw(CotpError);
  });

  it('encodes what it decodes', () => {
    const parameters = [{ code: 0xc0, value: fromHex('0b') }];
    expect(toHex(encodeConnect('CR', { sourceReference: 1, parameters }))).to.equal('09e00000000100c0010b');
    expect(toHex(encodeDisconnect({ destinationReference: 13, sourceReference: 0, reason: 3 }))).to.equal(
      '0680000d000003',
    );
    expect(toHex(encodeError({ destinationReference: 1, cause: 2, invalidTpdu: fromHex('0260') }))).to.equal(
      '0870000102c1020260',
    );
    expect(toHex(dataHeader(true))).to.equal('02f080');
  });

  it('gives back any selectors', () => {
    const selector = fc.uint8Array({ minLength: 1, maxLength: 32 });
    fc.assert(
      fc.property(selector, selector, fc.integer({ min: 1, max: 0xffff }), (calling, called, sourceReference) => {
        const parameters = [
          { code: 0xc1, value: calling },
          { code: 0xc2, value: called },
        ];
        const { tpdu, anomalies } = decodeTpdu(Octets.of(encodeConnect('CC', { sourceReference, parameters })));
        expect(tpdu.kind === 'CC' && tpdu.callingSelector?.toHex()).to.equal(toHex(calling));
        expect(tpdu.kind === 'CC' && tpdu.calledSelector?.toHex()).to.equal(toHex(called));
        expect(tpdu).to.include({ sourceReference });
        expect(anomalies).to.deep.equal([]);
      }),
    );
  });

  it('throws nothing but CotpError on any octets', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), fc.constantFrom(0xe0, 0xd0, 0x80, 0x70, 0xf0), (bytes, code) => {
        try {
          decodeTpdu(Octets.of(concat([Uint8Array.of(bytes.length % 20, code), bytes])));
        } catch (error) {
          expect(error).to.be.instanceOf(CotpError);
        }
      }),
    );
  });
});
