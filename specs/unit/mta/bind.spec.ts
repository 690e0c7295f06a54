import { expect } from 'chai';
import { fromHex, Octets, toHex } from '../../../harness/ber/octets.js';
import {
  type BindMarker,
  bindArgument,
  bindError,
  bindResult,
  markerDeviations,
  readBind,
  refuseReason,
} from '../../../harness/mta/bind.js';

const identity = { mtaName: 'MTA1', password: 'secret' };
const bytes = fromHex('00112233445566778899aabbccddeeff');
const places: BindMarker['place'][] = ['extra-tag-in-set', 'credentials', 'security-context'];

describe('the MTA-bind', () => {
  it('is a SET of name and credentials, wrapped in normal mode and bare in the others', () => {
    expect(toHex(bindArgument('normal', identity))).to.equal('b012a11080044d544131a1081606736563726574');
    expect(toHex(bindArgument('x410-1984', identity))).to.equal('a11080044d544131a1081606736563726574');
    expect(toHex(bindResult('normal', identity))).to.equal('b112a11080044d544131a1081606736563726574');
  });

  it('is NULL without a name', () => {
    expect(toHex(bindArgument('normal', {}))).to.equal('b0020500');
    expect(toHex(bindResult('x410-1988', {}))).to.equal('0500');
  });

  it('writes the error in its wrapper', () => {
    expect(toHex(bindError('authenticationError'))).to.equal('b203020102');
    expect([refuseReason('busy'), refuseReason('authenticationError')]).to.deep.equal([0, 2]);
  });

  it('reads back who it is, whichever string the password is', () => {
    for (const passwordForm of ['ia5String', 'octetString'] as const) {
      const argument = Octets.of(bindArgument('normal', { ...identity, passwordForm }));
      const bind = readBind(argument, 'argument', 'normal');
      expect(bind).to.include({ authenticated: true, mtaName: 'MTA1' });
      expect(Buffer.from(bind.password ?? []).toString()).to.equal('secret');
      expect(bind.foreign).to.deep.equal([]);
    }
    expect(readBind(Octets.of(fromHex('b0020500')), 'argument', 'normal').authenticated).to.equal(false);
    expect(readBind(Octets.of(fromHex('ff')), 'argument', 'normal').decoded).to.equal(undefined);
  });

  it('has its marker in the X.410 modes where it has it in normal mode, but for the wrapper', () => {
    for (const mode of ['x410-1988', 'x410-1984'] as const) {
      for (const place of places) {
        const [normal, bare] = [
          bindArgument('normal', identity, { place, bytes }),
          bindArgument(mode, identity, { place, bytes }),
        ];
        expect(toHex(normal.subarray(2)), place).to.equal(toHex(bare));
        expect(readBind(Octets.of(bare), 'argument', mode).mtaName).to.equal('MTA1');
      }
      const marker = { place: 'acse-user-info', bytes } as const;
      expect(bindArgument(mode, identity, marker)).to.deep.equal(bindArgument(mode, identity));
    }
  });

  for (const place of places) {
    it(`holds a marker: ${place}`, () => {
      const argument = bindArgument('normal', identity, { place, bytes });
      expect(toHex(argument)).to.include(`10${toHex(bytes)}`);
      expect(readBind(Octets.of(argument), 'argument', 'normal').mtaName).to.equal('MTA1');
    });
  }

  it('has the marker of extra-tag-in-set as an unknown [5] behind the credentials', () => {
    const argument = bindArgument('normal', identity, { place: 'extra-tag-in-set', bytes });
    const { foreign } = readBind(Octets.of(argument), 'argument', 'normal');
    expect(foreign.map(toHex)).to.deep.equal([`8510${toHex(bytes)}`]);
  });

  it('has the marker of acse-user-info beside it', () => {
    const marker = { place: 'acse-user-info', bytes } as const;
    expect(bindArgument('normal', identity, marker)).to.deep.equal(bindArgument('normal', identity));
    expect(markerDeviations(marker).userInformation).to.have.lengthOf(1);
    expect(markerDeviations({ place: 'credentials', bytes })).to.deep.equal({});
  });
});
