import { expect } from 'chai';
import fc from 'fast-check';
import { concat, fromHex, Octets, toHex } from '../../../../harness/ber/octets.js';
import { decodeSpdu, decodeTsdu } from '../../../../harness/stack/session/decode.js';
import {
  encodeParameter,
  encodeSpdu,
  type SpduDescription,
  segmentSpdu,
} from '../../../../harness/stack/session/encode.js';
import { SpduError } from '../../../../harness/stack/session/error.js';
import { SsduReassembly } from '../../../../harness/stack/session/reassembly.js';
import { definitionOf, SPDU_DEFINITIONS } from '../../../../harness/stack/session/spdu-table.js';

const hex = (description: SpduDescription) => toHex(encodeSpdu(description));

describe('session encoder, X.225 8.2', () => {
  it('writes the octets of p1-wire 2.1 and 2.2', () => {
    expect(hex({ kind: 'GIVE TOKENS' })).to.equal('0100');
    expect(hex({ kind: 'ACTIVITY START', activityIdentifier: fromHex('020101') })).to.equal('2d052903020101');
    expect(hex({ kind: 'MINOR SYNC POINT', serialNumber: 1 })).to.equal('31032a0131');
    expect(hex({ kind: 'MINOR SYNC ACK', serialNumber: 12, userData: fromHex('aa') })).to.equal('32072a0231322e01aa');
    expect(hex({ kind: 'ACTIVITY END', serialNumber: 2 })).to.equal('29032a0132');
    expect(hex({ kind: 'PLEASE TOKENS', tokenItem: 1, userData: fromHex('020100') })).to.equal('0208100101c103020100');
    expect(hex({ kind: 'GIVE TOKENS CONFIRM' })).to.equal('1500');
    expect(hex({ kind: 'EXCEPTION DATA', reason: 5 })).to.equal('3003320105');
    expect(hex({ kind: 'REFUSE', transportDisconnect: 1, reason: 2, userData: fromHex('3103800102') })).to.equal(
      '0c0b1101013206023103800102',
    );
    expect(hex({ kind: 'ABORT', transportDisconnect: 3, userData: fromHex('3103800104') })).to.equal(
      '190a110103c1053103800104',
    );
    const linking = { activityIdentifier: fromHex('020101'), serialNumber: 1 };
    expect(hex({ kind: 'ACTIVITY RESUME', activityIdentifier: fromHex('020102'), linking })).to.equal(
      '1d0f210829030201012a01312903020102',
    );
  });

  it('writes a CONNECT in ascending order of codes', () => {
    const description: SpduDescription = {
      kind: 'CONNECT',
      callingReference: fromHex('0408506572636976616c'),
      commonReference: fromHex('170d3035313030313134343835325a'),
      versions: 2,
      tokenSetting: 0,
      functionalUnits: 0x0249,
      userData: new Uint8Array(148),
    };
    expect(hex(description)).to.equal(
      `0dc4011d0a0a0408506572636976616c0b0f170d3035313030313134343835325a05091301001601021a010014020249c194${'00'.repeat(148)}`,
    );
  });

  it('moves long user data of a CONNECT to parameter 194', () => {
    const { spdu, anomalies } = decodeSpdu(Octets.of(encodeSpdu({ kind: 'CONNECT', userData: new Uint8Array(600) })));
    expect(spdu.userData?.length).to.equal(600);
    expect(spdu.parameter(194)?.length).to.equal(604);
    expect(anomalies).to.deep.equal([]);
  });

  it('errs on request: extra parameters in and out of order, other octets, left out', () => {
    const extra = { code: 0x63, value: fromHex('4d5358') };
    const plain = { kind: 'FINISH', transportDisconnect: 1, userData: fromHex('aa') } as const;
    expect(hex({ ...plain, extraParameters: [extra] })).to.equal('090b11010163034d5358c101aa');
    expect(hex({ ...plain, extraParameters: [{ ...extra, at: 'end' }] })).to.equal('090b110101c101aa63034d5358');
    expect(hex({ ...plain, override: new Map([[17, fromHex('ffff')]]) })).to.equal('09071102ffffc101aa');
    expect(hex({ ...plain, override: new Map([[17, undefined]]) })).to.equal('0903c101aa');
    expect(hex({ kind: 'CONNECT', versions: 2, extraParameters: [{ ...extra, group: 5 }] })).to.equal(
      '0d0d050b13010016010263034d5358',
    );
  });

  it('refuses what a length indicator cannot say', () => {
    expect(() => encodeParameter(193, new Uint8Array(0x10000))).to.throw(SpduError, '65536');
  });

  it('writes every SPDU so that the decoder finds nothing to remark', () => {
    const octet = fc.constantFrom(...[0, 1, 5].map((value) => value));
    const some = (max: number) => fc.uint8Array({ minLength: 1, maxLength: max });
    const full = fc.record({
      callingReference: some(64),
      calledReference: some(64),
      commonReference: some(64),
      additionalReference: some(4),
      functionalUnits: fc.constantFrom(0x0249, 0x0b49, 1),
      versions: fc.constantFrom(1, 2, 3),
      tokenSetting: fc.nat(255),
      tokenItem: fc.constantFrom(0x01, 0x15),
      transportDisconnect: fc.constantFrom(0, 1),
      callingSelector: some(16),
      calledSelector: some(16),
      reason: octet,
      reflect: some(9),
      serialNumber: fc.nat(999999),
      activityIdentifier: some(6),
      prepareType: fc.constantFrom(1, 2, 3, 4),
      userData: some(300),
    });
    const kind = fc.constantFrom(...SPDU_DEFINITIONS.map((definition) => definition.kind as SpduDescription['kind']));
    fc.assert(
      fc.property(kind, full, fc.nat(400), (which, fields, cut) => {
        const definition = definitionOf(which)!;
        const description: SpduDescription = {
          ...fields,
          kind: which,
          syncType: which === 'MAJOR SYNC POINT' ? 1 : undefined,
          enclosure: which === 'CONNECT DATA OVERFLOW' ? { beginning: true, end: true } : undefined,
          linking: { activityIdentifier: fields.activityIdentifier, serialNumber: fields.serialNumber },
          versions: which === 'OVERFLOW ACCEPT' ? 2 : fields.versions,
        };
        const prefix = definition.prefix?.[0];
        const whole = prefix === undefined ? [] : [encodeSpdu({ kind: prefix })];
        const bytes = concat([...whole, encodeSpdu(description)]);
        const rope = Octets.join([Octets.of(bytes.subarray(0, cut)), Octets.of(bytes.subarray(cut), cut)]);
        const { spdus, anomalies, invalid } = decodeTsdu(rope);
        expect(anomalies, JSON.stringify(anomalies)).to.deep.equal([]);
        expect(invalid).to.equal(false);
        const spdu = spdus.at(-1)!;
        expect(spdu.kind).to.equal(which);
        if (definition.userInformation === true || definition.userData !== undefined) {
          expect(spdu.userData?.toHex()).to.equal(toHex(fields.userData));
        }
        const has = (name: string) => definition.parameters.some((parameter) => parameter.name === name);
        if (has('serialNumber')) expect(spdu.serialNumber).to.equal(fields.serialNumber);
        if (has('activityIdentifier'))
          expect(spdu.activityIdentifier?.toHex()).to.equal(toHex(fields.activityIdentifier));
        if (has('tokenItem')) expect(spdu.tokenItem).to.equal(fields.tokenItem);
        if (has('transportDisconnect')) expect(spdu.transportDisconnect).to.equal(fields.transportDisconnect);
        if (has('connectAcceptItem'))
          expect(spdu).to.include({ versions: fields.versions, tokenSetting: fields.tokenSetting });
        if (has('linkingInformation')) expect(spdu.linking?.serialNumber).to.equal(fields.serialNumber);
      }),
      { numRuns: 500 },
    );
  });

  it('splits user data and puts it together again, X.225 7.37', () => {
    const kind = fc.constantFrom<SpduDescription['kind']>('ABORT', 'REFUSE', 'MINOR SYNC ACK', 'ACCEPT', 'FINISH');
    fc.assert(
      fc.property(
        kind,
        fc.uint8Array({ minLength: 1, maxLength: 200 }),
        fc.integer({ min: 1, max: 60 }),
        (which, userData, limit) => {
          const fields = { transportDisconnect: 1, reason: 2, serialNumber: 7 };
          const reassembly = new SsduReassembly();
          const results = segmentSpdu({ kind: which, ...fields, userData }, limit).map((each) =>
            reassembly.push(
              decodeSpdu(Octets.of(encodeSpdu(each)), which === 'MINOR SYNC ACK' ? 'second' : 'first').spdu,
            ),
          );
          const last = results.pop();
          expect(results.every((result) => result.kind === 'pending')).to.equal(true);
          expect(last?.kind === 'whole' && last.spdu.userData?.toHex()).to.equal(toHex(userData));
          expect(last?.kind === 'whole' && last.spdu.kind).to.equal(which);
        },
      ),
    );
  });
});
