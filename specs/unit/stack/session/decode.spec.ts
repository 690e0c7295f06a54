import { expect } from 'chai';
import fc from 'fast-check';
import { concat, fromHex, Octets } from '../../../../harness/ber/octets.js';
import { decodeSpdu, decodeTsdu } from '../../../../harness/stack/session/decode.js';
import { SpduError } from '../../../../harness/stack/session/error.js';

const octets = (hex: string, offset = 0) => Octets.of(fromHex(hex), offset);
const one = (hex: string, offset = 0) => decodeSpdu(octets(hex, offset)).spdu;
const tsdu = (hex: string, offset = 0) => decodeTsdu(octets(hex, offset));
const kinds = (hex: string) => tsdu(hex).spdus.map(({ kind }) => kind);
const anomalies = (hex: string) => tsdu(hex).anomalies.map(({ code, path, offset }) => `${code} ${path} ${offset}`);

/** The session part of a real MTA's CONNECT (x400-ping-success); its 148 octets of user data stand as zeros. */
const CONNECT = `0dc4 011d 0a0a0408506572636976616c 0b0f170d3035313030313134343835325a
  0509 130100 160102 1a0100 14020249 c194 3180 ${'00'.repeat(146)}`;
/** And the ACCEPT that answers it. */
const ACCEPT = `0eb1 011d 090a0408506572636976616c 0b0f170d3035313030313134343835325a
  0509 130100 160102 1a0100 14020249 3400 c17f 317d ${'00'.repeat(125)}`;
/** A Microsoft Mail gateway of 1992 (KB Q86988). */
const X410_CONNECT = `0d60 011c 0a051403435349 0b1317113932303530393134353234392d30373030
  0509 130100 160101 1a0100 14020249 c131
  312fa003800100a128800100810101820100840101a31aa018a11680107767632e6d6963726f736f66742e6361a1021600`;

describe('session CONNECT and ACCEPT, X.225 8.3.1 and 8.3.4', () => {
  it('reads functional units 0x0249 and user data of a real MTA', () => {
    const connect = one(CONNECT);
    expect(connect).to.include({ kind: 'CONNECT', functionalUnits: 0x0249, version: 2, tokenSetting: 0, length: 198 });
    expect(connect.userData).to.include({ offset: 0x32, length: 148 });
    expect(connect.callingReference?.toHex()).to.equal('0408506572636976616c');
    expect(connect.commonReference?.toHex()).to.match(/^170d3035/);
    expect(connect.callingReference?.offset).to.equal(6);
    expect(anomalies(CONNECT)).to.deep.equal([]);
  });

  it('reads the ACCEPT, whose empty selector is as good as none', () => {
    const accept = one(ACCEPT, 1000);
    expect(accept).to.include({ kind: 'ACCEPT', functionalUnits: 0x0249, versions: 2, calledSelector: undefined });
    expect(accept.calledReference?.toHex()).to.equal('0408506572636976616c');
    expect(accept.userData?.offset).to.equal(1000 + 177 - 127 + 2);
    expect(anomalies(ACCEPT)).to.deep.equal([]);
  });

  it('reads version 1 of 1992', () => {
    expect(one(X410_CONNECT)).to.include({ kind: 'CONNECT', version: 1, functionalUnits: 0x0249 });
    expect(one(X410_CONNECT).userData?.length).to.equal(49);
    expect(anomalies(X410_CONNECT)).to.deep.equal([]);
  });

  it('knows the defaults: version 1 and units 0x0349', () => {
    expect(one('0d00')).to.include({ version: 1, functionalUnits: 0x0349 });
  });

  it('reads maximum TSDU sizes and both versions', () => {
    const spdu = one('0d0e 050c 130100 150404000800 160103');
    expect(spdu).to.include({ versions: 3, version: 2 });
    expect(spdu.tsduMaximum).to.deep.equal({ i2r: 1024, r2i: 2048 });
  });

  it('finds what X.225 does not have, at its offset', () => {
    // A leak of pp-reactions B08d: parameter 99 = "MSX".
    const { anomalies: found } = tsdu('0d0b 14020249 63034d5358 3400', 50);
    expect(found).to.have.lengthOf(2);
    expect(found[0]).to.include({
      code: 'unknown-parameter',
      path: 'CONNECT.<0x63>',
      detail: '63',
      offset: 56,
      length: 5,
    });
    expect(found[1]).to.include({ code: 'encoding-form', path: 'CONNECT.calledSessionSelector' });
    expect(anomalies('0d0d 050b 130100 160102 63034d5358')).to.deep.equal([
      'unknown-parameter CONNECT.connectAcceptItem.<0x63> 10',
    ]);
  });

  it('finds duplicates, misplaced, missing, oversized and reserved', () => {
    expect(anomalies('0d08 14020249 14020249')).to.deep.equal(['duplicate-element CONNECT.sessionUserRequirements 6']);
    expect(anomalies('0d03 2a0131')).to.deep.equal(['misplaced-element CONNECT.<0x2a> 2']);
    expect(anomalies('0d05 0503 160102')).to.deep.equal([
      'missing-element CONNECT.connectAcceptItem.protocolOptions 4',
    ]);
    expect(anomalies(`0d13 3311 ${'61'.repeat(17)}`)).to.deep.equal(['bad-value CONNECT.callingSessionSelector 2']);
    expect(anomalies('0d08 0506 130100 160182')).to.deep.equal([
      'unused-bits CONNECT.connectAcceptItem.versionNumber 7',
    ]);
    expect(anomalies('0d08 0506 130100 160100')).to.deep.equal([]);
    expect(anomalies('0d07 0505 130100 1600')).to.deep.equal(['bad-value CONNECT.connectAcceptItem.versionNumber 7']);
    expect(anomalies('0d02 0500')).to.deep.equal([]);
  });
});

describe('session SPDUs', () => {
  it('reads REFUSE, ABORT and FINISH of p1-wire 2.2', () => {
    const refuse = one('0c0b1101013206023103800102');
    expect(refuse).to.include({ kind: 'REFUSE', reason: 2, transportDisconnect: 1 });
    expect(refuse.userData?.toHex()).to.equal('3103800102');
    expect(refuse.userData?.offset).to.equal(8);
    expect(one('0c03320181')).to.include({ reason: 129, userData: undefined });
    const abort = one('190a110103c1053103800104');
    expect(abort).to.include({ kind: 'ABORT', transportDisconnect: 3 });
    expect(abort.userData?.toHex()).to.equal('3103800104');
    expect(one('1903110105')).to.include({ kind: 'ABORT', transportDisconnect: 5, userData: undefined });
    expect(one('0903110101')).to.include({ kind: 'FINISH', transportDisconnect: 1, userData: undefined });
    expect(one('0a00')).to.include({ kind: 'DISCONNECT', userData: undefined });
  });

  it('tells by position what SI 1, 25 and 26 are', () => {
    expect(kinds('1a00')).to.deep.equal(['ABORT ACCEPT']);
    expect(kinds('02001a00')).to.deep.equal(['PLEASE TOKENS', 'ACTIVITY INTERRUPT ACK']);
    expect(kinds('010019 03320105')).to.deep.equal(['GIVE TOKENS', 'ACTIVITY INTERRUPT']);
    expect(kinds('1903110105')).to.deep.equal(['ABORT']);
    expect(kinds('0100 0100 aabb')).to.deep.equal(['GIVE TOKENS', 'DATA TRANSFER']);
    expect(kinds('0103100115')).to.deep.equal(['GIVE TOKENS']);
  });

  it('reads an activity', () => {
    const second = (hex: string) => tsdu(hex).spdus[1]!;
    expect(second('0100 2d05 2903020101').activityIdentifier?.toHex()).to.equal('020101');
    expect(second('0100 3103 2a0131')).to.include({ kind: 'MINOR SYNC POINT', serialNumber: 1, syncType: undefined });
    expect(second('0200 3203 2a0131')).to.include({ kind: 'MINOR SYNC ACK', serialNumber: 1 });
    expect(second('0100 2903 2a0132')).to.include({ kind: 'ACTIVITY END', serialNumber: 2 });
    expect(second('0100 2906 0f0101 2a0132')).to.include({ kind: 'MAJOR SYNC POINT', serialNumber: 2 });
    expect(second('0200 2a08 2a06303030303031')).to.include({ kind: 'ACTIVITY END ACK', serialNumber: 1 });
    expect(second('0200 3003 320105')).to.include({ kind: 'EXCEPTION DATA', reason: 5 });
    expect(second('0200 1a00')).to.include({ kind: 'ACTIVITY INTERRUPT ACK' });
    expect(second('0100 0100 6182').userData).to.include({ offset: 4, length: 2 });
    expect(second('0200 3208 2a0131 2e03aabbcc').userData?.toHex()).to.equal('aabbcc');
  });

  it('reads linking information', () => {
    const { spdus, anomalies: found } = tsdu('0100 1d0f 2108 2903020101 2a0131 2903020102');
    expect(found).to.deep.equal([]);
    expect(spdus[1]!.activityIdentifier?.toHex()).to.equal('020102');
    expect(spdus[1]!.serialNumber).to.equal(undefined);
    expect(spdus[1]!.linking).to.include({ serialNumber: 1, calledReference: undefined });
    expect(spdus[1]!.linking?.activityIdentifier?.toHex()).to.equal('020101');
  });

  it('reads a turn please with its priority', () => {
    const [please] = tsdu('0208 100101 c103020100').spdus;
    expect(please).to.include({ kind: 'PLEASE TOKENS', tokenItem: 1 });
    expect(please?.userData?.toHex()).to.equal('020100');
  });

  it('says where a length lies', () => {
    expect(() => one('0d05c10900'))
      .to.throw(SpduError)
      .with.property('offset', 1);
    expect(() => one('0d'))
      .to.throw(SpduError)
      .with.property('offset', 0);
    expect(() => one('0dff00')).to.throw(SpduError);
    expect(anomalies('0d04 c1090000')).to.deep.equal(['malformed CONNECT.<0xc1> 2']);
    expect(tsdu('0d04 c1090000').invalid).to.equal(true);
  });

  it('reads long lengths, and marks the redundant ones', () => {
    const long = `0e ff0204 c1 ff0200 ${'00'.repeat(512)}`;
    expect(one(long).userData?.length).to.equal(512);
    expect(anomalies(long)).to.deep.equal([]);
    expect(anomalies('0a ff0003 c10100')).to.deep.equal(['encoding-form DISCONNECT 0']);
    expect(anomalies('0a 05 c1ff000100')).to.deep.equal(['encoding-form DISCONNECT.userData 2']);
  });

  it('finds user data where X.225 has none, and octets behind the end', () => {
    expect(anomalies('1a03c10141')).to.deep.equal(['unexpected-user-data ABORT ACCEPT.<0xc1> 2']);
    expect(anomalies('0a00aabb')).to.deep.equal(['surplus-octets DISCONNECT.<surplus> 2']);
    expect(anomalies('0200 1a00 ff')).to.deep.equal(['surplus-octets ACTIVITY INTERRUPT ACK.<surplus> 4']);
    expect(anomalies('0103c10141 0100aa')).to.deep.equal(['unexpected-user-data GIVE TOKENS.userData 2']);
  });

  it('finds concatenations that X.225 does not have', () => {
    expect(anomalies('2d052903020101')).to.deep.equal(['unexpected-pdu ACTIVITY START 0']);
    expect(anomalies('0100 32032a0131')).to.deep.equal(['unexpected-pdu MINOR SYNC ACK 2']);
    expect(anomalies('0103100101 1900')).to.deep.equal(['misplaced-element GIVE TOKENS.tokenItem 2']);
    expect(anomalies('0100 0a00')).to.deep.equal(['unexpected-pdu DISCONNECT 2']);
    expect(tsdu('0200 1d0f 2108 2903020101 2a0131 2903020102').invalid).to.equal(false);
  });

  it('stops at 256 parameters', () => {
    const { anomalies: found, invalid } = tsdu(`0d ff0400 ${'6300'.repeat(512)}`);
    expect(found).to.have.lengthOf(257);
    expect(found.at(-1)).to.include({ code: 'malformed', offset: 4 + 512 });
    expect(invalid).to.equal(true);
  });

  it('delivers an SPDU that X.225 does not have', () => {
    const { spdus, anomalies: found } = tsdu('6303414243', 9);
    expect(spdus[0]).to.include({ kind: 'UNKNOWN', si: 0x63, offset: 9, length: 5 });
    expect(found[0]).to.include({ code: 'unknown-pdu', offset: 9, length: 5, detail: '63' });
  });

  it('refuses serial numbers that are not digits and reasons that are reserved', () => {
    expect(anomalies('0100 3103 2a0141')).to.deep.equal(['bad-value MINOR SYNC POINT.serialNumber 4']);
    expect(anomalies('0200 3003 320102')).to.deep.equal(['bad-value EXCEPTION DATA.reasonCode 4']);
    expect(anomalies('0200 3000')).to.deep.equal(['missing-element EXCEPTION DATA.reasonCode 4']);
    expect(anomalies('0100 0100')).to.deep.equal(['missing-element DATA TRANSFER.userInformation 2']);
  });

  it('reads the same from a rope of any pieces', () => {
    const bytes = fromHex(CONNECT);
    fc.assert(
      fc.property(fc.nat(bytes.length), fc.nat(bytes.length), (a, b) => {
        const [low, high] = [Math.min(a, b), Math.max(a, b)];
        const rope = Octets.join([
          Octets.of(bytes.subarray(0, low), 10),
          Octets.of(bytes.subarray(low, high), 500 + low),
          Octets.of(bytes.subarray(high), 900 + high),
        ]);
        const { spdu } = decodeSpdu(rope);
        expect(spdu.functionalUnits).to.equal(0x0249);
        expect(spdu.userData?.offset).to.equal(rope.offsetAt(0x32));
      }),
    );
  });

  it('never throws on a TSDU', () => {
    const si = fc.constantFrom(0, 1, 2, 5, 7, 9, 12, 13, 14, 25, 26, 29, 33, 41, 42, 45, 48, 49, 50, 53, 57, 62, 99);
    fc.assert(
      fc.property(si, si, fc.uint8Array({ maxLength: 30 }), fc.uint8Array({ maxLength: 30 }), (a, b, one, two) => {
        const pieces = [Uint8Array.of(a, one.length), one, Uint8Array.of(b, two.length), two];
        for (const { spdus } of [decodeTsdu(Octets.of(concat(pieces))), decodeTsdu(Octets.of(two))]) {
          for (const spdu of spdus) {
            void [spdu.userData, spdu.reason, spdu.linking, spdu.serialNumber, spdu.versions, spdu.tsduMaximum];
          }
        }
      }),
      { numRuns: 500 },
    );
  });
});
