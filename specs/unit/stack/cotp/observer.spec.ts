import { expect } from 'chai';
import { fromHex, Octets } from '../../../../harness/ber/octets.js';
import { type CotpEvent, CotpObserver } from '../../../../harness/stack/cotp/observer.js';

const octets = (hex: string, offset = 0) => Octets.of(fromHex(hex), offset);
const kinds = (events: readonly CotpEvent[]) => events.map(({ kind }) => kind);

describe('COTP observer', () => {
  it('joins DTs to a TSDU whose octets keep their offsets', () => {
    const observer = new CotpObserver();
    expect(kinds(observer.push('i2r', octets('02f0000102', 4)))).to.deep.equal(['tpdu']);
    expect(kinds(observer.push('r2i', octets('02f080ff', 4)))).to.deep.equal(['tpdu', 'tsdu']);
    const event = observer.push('i2r', octets('02f08003', 13))[1];
    expect(event?.kind === 'tsdu' && event.octets.toHex()).to.equal('010203');
    expect(event?.kind === 'tsdu' && event.octets.offsetAt(2)).to.equal(16);
  });

  it('takes an empty last DT, and marks an empty one that is not the last', () => {
    const observer = new CotpObserver();
    observer.push('i2r', octets('02f00001'));
    const event = observer.push('i2r', octets('02f080'))[1];
    expect(event?.kind === 'tsdu' && event.octets.toHex()).to.equal('01');
    expect(kinds(observer.push('i2r', octets('02f000')))).to.deep.equal(['tpdu', 'anomaly']);
  });

  it('marks TPDUs that class 0 does not have, and a second CR', () => {
    const observer = new CotpObserver();
    const codes = (hex: string) =>
      observer.push('i2r', octets(hex)).flatMap((event) => (event.kind === 'anomaly' ? [event.anomaly.code] : []));
    expect(codes('0460000001')).to.deep.equal(['unexpected-pdu']);
    expect(codes('06e00000000100')).to.deep.equal([]);
    expect(codes('06e00000000100')).to.deep.equal(['unexpected-pdu']);
    expect(codes('0680000d000780')).to.deep.equal([]);
  });

  it('reports what cannot be read and goes on', () => {
    const observer = new CotpObserver();
    expect(kinds(observer.push('i2r', octets('ff')))).to.deep.equal(['anomaly']);
    expect(kinds(observer.push('i2r', octets('02f08001')))).to.deep.equal(['tpdu', 'tsdu']);
  });

  it('drops a TSDU past the limit, up to its end, and takes the next', () => {
    const observer = new CotpObserver({ tsduOctets: 3, tsduSegments: 10 });
    observer.push('i2r', octets('02f0000102'));
    expect(kinds(observer.push('i2r', octets('02f0000304')))).to.deep.equal(['tpdu', 'anomaly']);
    expect(kinds(observer.push('i2r', octets('02f08005')))).to.deep.equal(['tpdu']);
    expect(kinds(observer.push('i2r', octets('02f08006')))).to.deep.equal(['tpdu', 'tsdu']);
  });

  it('says after a gap that the head may be lost, and what stays incomplete', () => {
    const observer = new CotpObserver();
    observer.push('i2r', octets('02f00001'));
    expect(kinds(observer.gap('i2r'))).to.deep.equal(['incomplete']);
    expect(observer.push('i2r', octets('02f08002'))[1]).to.include({ kind: 'tsdu', headLost: true });
    expect(observer.push('i2r', octets('02f08002'))[1]).to.include({ kind: 'tsdu', headLost: false });
    observer.push('r2i', octets('02f00001'));
    expect(kinds(observer.end())).to.deep.equal(['incomplete']);
  });
});
