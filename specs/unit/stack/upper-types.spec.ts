import { expect } from 'chai';
import { encode } from '../../../harness/asn1/encode.js';
import type { TypeRef } from '../../../harness/asn1/types.js';
import { fromHex, toHex } from '../../../harness/ber/octets.js';
import { AARE, AARQ, ABRT, AcseApdu } from '../../../harness/stack/acse/types.js';
import { AbortType, CP, CPA, CPR } from '../../../harness/stack/presentation/types.js';
import { PConnect, RTORQ, RtseApdu } from '../../../harness/stack/rtse/types.js';
import { ascii, decodeAs, tlv, valueIn } from '../p1/support.js';

/** Reads canonical octets without an issue, and writes the same octets again. */
function roundTrip<T>(type: TypeRef, octets: string | Uint8Array | unknown): T {
  const hex = octets instanceof Uint8Array ? toHex(octets) : String(octets).replace(/\s+/g, '');
  const read = decodeAs(type, hex);
  expect(read.issues).to.deep.equal([]);
  expect(toHex(encode(type, read.decoded?.value))).to.equal(hex);
  return valueIn<T>(read);
}

const BER = '06025101';
const applicationContext = tlv('a1', '060456000106');
/** An EXTERNAL with both references, as real MTAs send it in ACSE user information. */
const userInformation = (value: string): string => tlv('be', tlv('28', BER, '020103', tlv('a0', value)));

describe('presentation types, X.226', () => {
  it('reads CP with indefinite lengths and unordered members', () => {
    const contexts = tlv('a4', tlv('30', '020101', '060452010001', tlv('30', BER)));
    const userData = tlv('61', tlv('30', '020101', tlv('a0', tlv('60', applicationContext))));
    const read = decodeAs(CP, `3180 a280 ${contexts} ${userData} 0000 a003800101 0000`);
    expect(read.issues).to.deep.equal([]);
    const { modeSelector, normalModeParameters } = valueIn<CP>(read);
    expect(modeSelector.modeValue).to.equal(1);
    expect(normalModeParameters?.presentationContextDefinitionList).to.deep.equal([
      { presentationContextIdentifier: 1, abstractSyntaxName: '2.2.1.0.1', transferSyntaxNameList: ['2.1.1'] },
    ]);
    const pdv = normalModeParameters?.userData?.fullyEncodedData?.[0]?.presentationDataValues;
    expect(roundTrip(AARQ, pdv?.singleASN1Type)).to.deep.include({ applicationContextName: '2.6.0.1.6' });
  });

  it('reads the results of CPA in order', () => {
    const results = tlv('a5', tlv('30', '800100', '81025101'), tlv('30', '800102', '820101'));
    const value = roundTrip<CPA>(CPA, tlv('31', 'a003800101', tlv('a2', results)));
    expect(value.normalModeParameters?.presentationContextDefinitionResultList).to.deep.equal([
      { result: 0, transferSyntaxName: '2.1.1' },
      { result: 2, providerReason: 1 },
    ]);
  });

  it('tells an abort of the provider and one in X.410 mode by their tags', () => {
    expect(roundTrip(AbortType, '3006800102810113')).to.deep.equal({
      arpPpdu: { providerReason: 2, eventIdentifier: 19 },
    });
    expect(roundTrip(AbortType, '3103800104')).to.deep.equal({ aruPpdu: { x410ModeParameters: { abortReason: 4 } } });
  });

  it('reads a refusal in both modes', () => {
    expect(roundTrip(CPR, '3103800102')).to.deep.equal({ x410ModeParameters: { refuseReason: 2 } });
    expect(roundTrip(CPR, '30038a0103')).to.deep.include.keys('normalModeParameters');
  });
});

describe('ACSE types, X.227', () => {
  it('reads a user abort down to RTAB', () => {
    const abort = `a034 a012 3007 020101 06025101 3007 020103 06025101
      611e 301c 020101 a017 6415 800100 be10 280e 06025101 020103 a005 b603800106`;
    const value = roundTrip<AbortType>(AbortType, abort);
    const [pdv] = value.aruPpdu?.normalModeParameters?.userData?.fullyEncodedData ?? [];
    expect(pdv?.presentationContextIdentifier).to.equal(1);
    const abrt = roundTrip<ABRT>(ABRT, pdv?.presentationDataValues.singleASN1Type);
    const rtab = abrt.userInformation?.[0]?.encoding.singleASN1Type;
    expect(roundTrip(RtseApdu, rtab)).to.deep.equal({ rtab: { abortReason: 6 } });
  });

  it('reads a refusal with and without the wrapper of the bind error', () => {
    for (const error of ['b203020102', '020102']) {
      const diagnostic = tlv('a3', 'a103020101');
      const rtorj = tlv('b2', tlv('a1', error));
      const value = roundTrip<AARE>(
        AARE,
        tlv('61', applicationContext, 'a203020101', diagnostic, userInformation(rtorj)),
      );
      expect(value.result).to.equal(1);
      expect(value.resultSourceDiagnostic).to.deep.equal({ acseServiceUser: 1 });
      const refused = roundTrip(RtseApdu, value.userInformation?.[0]?.encoding.singleASN1Type);
      expect(refused).to.deep.equal({ rtorj: { userDataRJ: fromHex(error) } });
    }
  });

  it('reads both forms of titles', () => {
    const byNumber = tlv('60', applicationContext, 'a60406022a03', 'a703020107');
    const numbered = roundTrip<AARQ>(AARQ, byNumber);
    expect(numbered.callingAPTitle).to.deep.equal({ apTitleForm2: '1.2.3' });
    expect(numbered.callingAEQualifier).to.deep.equal({ aeQualifierForm2: 7 });
    const name = tlv('30', tlv('31', tlv('30', '0603550406', '13024742')));
    const named = roundTrip<AARQ>(AARQ, tlv('60', applicationContext, tlv('a6', name)));
    expect(named.callingAPTitle?.apTitleForm1?.rdnSequence?.[0]?.[0]?.value).to.deep.equal({ printableString: 'GB' });
  });

  it('reads release with and without a reason', () => {
    expect(roundTrip(AcseApdu, '6203800100')).to.deep.equal({ rlrq: { reason: 0 } });
    expect(roundTrip(AcseApdu, '6300')).to.deep.equal({ rlre: {} });
  });

  it('reports what it does not know', () => {
    const { issues } = decodeAs(AARQ, tlv('60', applicationContext, '9b03cafe01'));
    expect(issues).to.have.lengthOf(1);
    expect(issues[0]).to.include({ kind: 'unknown-element', detail: '[27]', offset: 10, length: 5 });
  });
});

describe('RTSE types, X.228', () => {
  it('fills in the defaults of RTORQ and notes one that is sent', () => {
    const bind = tlv('b0', '0500');
    const read = decodeAs(RTORQ, tlv('b0', '80013f', '820100', tlv('a3', tlv('a0', bind))));
    expect(read.issues.map(({ kind, path }) => [kind, path])).to.deep.equal([
      ['encoding-form', 'RTORQapdu.dialogueMode'],
    ]);
    const value = valueIn<RTORQ>(read);
    expect(value).to.deep.include({ checkpointSize: 63, windowSize: 3, dialogueMode: 0 });
    expect(value.connectionDataRQ.open).to.deep.equal(fromHex(bind));
  });

  it('reads "no user data" in the forms that are sent', () => {
    const forms: [string, string[]][] = [
      ['a3028000', ['encoding-form']],
      ['a304a0020500', []],
    ];
    for (const [form, kinds] of forms) {
      const read = decodeAs(RTORQ, tlv('b0', form));
      expect(read.issues.map(({ kind }) => kind)).to.deep.equal(kinds);
      expect(valueIn<RTORQ>(read).connectionDataRQ.open).to.deep.equal(fromHex('0500'));
    }
  });

  it('reads a recovery', () => {
    const recover = tlv('a1', tlv('04', ascii('Percival')), tlv('17', ascii('051001144852Z')));
    expect(roundTrip<RTORQ>(RTORQ, tlv('b0', tlv('a3', recover))).connectionDataRQ).to.deep.equal({
      recover: {
        callingSSuserReference: { octetString: fromHex(ascii('Percival')) },
        commonReference: '051001144852Z',
      },
    });
  });

  // KB Q86988.
  it('reads the connect of an X.410-1984 MTA as PConnect and as CP', () => {
    const bind = tlv('a1', tlv('80', ascii('wgc.microsoft.ca')), 'a1021600');
    const connect = `312f a003800100 a128 800100 810101 820100 840101 ${tlv('a3', tlv('a0', bind))}`;
    const read = decodeAs(PConnect, connect);
    expect(read.issues.every(({ kind }) => kind === 'encoding-form')).to.equal(true);
    expect(valueIn<PConnect>(read).pUserData).to.deep.include({ windowSize: 1, applicationProtocol: 1 });
    const cp = valueIn<CP>(decodeAs(CP, connect));
    expect(cp.x410ModeParameters?.connectionDataRQ.open).to.deep.equal(fromHex(bind));
  });
});
