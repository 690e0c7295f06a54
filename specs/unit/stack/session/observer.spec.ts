import { expect } from 'chai';
import fc from 'fast-check';
import { fromHex, Octets } from '../../../../harness/ber/octets.js';
import type { Direction } from '../../../../harness/stack/direction.js';
import { SessionObserver, type SessionObserverEvent } from '../../../../harness/stack/session/observer.js';

const CONNECT = '0d0f 0509 130100 160102 1a0100 14020249';
const ACCEPT = '0e0f 0509 130100 160102 1a0100 14020249';
const START = '0100 2d052903020101';
const DATA = '0100 0100 aabb';
const END = '0100 29032a0131';

class Watched {
  readonly observer = new SessionObserver();
  readonly events: SessionObserverEvent[] = [];

  see(direction: Direction, hex: string, headLost = false): this {
    this.events.push(...this.observer.push(direction, Octets.of(fromHex(hex)), headLost));
    return this;
  }

  get anomalies(): string[] {
    return this.events.flatMap((event) =>
      event.kind === 'anomaly' ? [`${event.anomaly.code} ${event.anomaly.path}: ${event.anomaly.message}`] : [],
    );
  }

  get spdus(): string[] {
    return this.events.flatMap((event) => (event.kind === 'spdu' ? [event.spdu.abbreviation] : []));
  }
}

const opened = () => new Watched().see('i2r', CONNECT).see('r2i', ACCEPT);

describe('session observer', () => {
  it('knows what was selected', () => {
    const { observer } = new Watched().see('i2r', CONNECT.replace('14020249', '14020b49')).see('r2i', ACCEPT);
    expect(observer).to.include({ functionalUnits: 0x0249, version: 2 });
  });

  it('follows an association and remarks nothing', () => {
    const watched = opened()
      .see('i2r', START)
      .see('i2r', DATA)
      .see('i2r', '0100 31032a0131')
      .see('r2i', '0200 32032a0131')
      .see('i2r', DATA)
      .see('i2r', '0100 29032a0132')
      .see('r2i', '0208 100101 c103020100')
      .see('r2i', '0200 2a032a0132')
      .see('i2r', '1500')
      .see('r2i', '1600')
      .see('r2i', START)
      .see('r2i', DATA)
      .see('r2i', '0100 3903320105')
      .see('i2r', '0200 3a00')
      .see('r2i', '1500')
      .see('i2r', '1600')
      .see('i2r', '0903110101')
      .see('r2i', '0a00');
    expect(watched.anomalies).to.deep.equal([]);
    expect(watched.spdus.join(' ')).to.equal('CN AC AS DT MIP MIA DT AE PT AEA GTC GTA AS DT AD ADA GTC GTA FN DN');
  });

  it('marks data outside an activity, and delivers it', () => {
    const watched = opened().see('i2r', DATA).see('i2r', START).see('i2r', END).see('i2r', DATA);
    expect(watched.anomalies).to.deep.equal([
      'unexpected-pdu DATA TRANSFER: data outside an activity',
      'unexpected-pdu DATA TRANSFER: data outside an activity',
    ]);
    expect(watched.spdus).to.deep.equal(['CN', 'AC', 'DT', 'AS', 'AE', 'DT']);
  });

  it('does not judge what began before the recording, or around a gap', () => {
    const watched = new Watched().see('i2r', DATA).see('i2r', END);
    expect(watched.anomalies).to.deep.equal([]);
    const gap = opened();
    gap.observer.gap('i2r');
    expect(gap.see('i2r', DATA).anomalies).to.deep.equal([]);
  });

  it('takes a first TSDU behind a gap only where it reads without an error', () => {
    expect(new Watched().see('i2r', START, true).spdus).to.deep.equal(['AS']);
    const [event, ...rest] = new Watched().see('i2r', 'aabbccdd', true).events;
    expect(event).to.include({ kind: 'undecodable' });
    expect(rest).to.deep.equal([]);
  });

  it('marks TYPED DATA, EXPEDITED, CAPABILITY DATA, and units that were not selected', () => {
    const found = opened()
      .see('i2r', '2100 4d5358')
      .see('i2r', '0500 4d5358')
      .see('i2r', '0100 3d00')
      .see('i2r', '0100 3500')
      .see('i2r', CONNECT).anomalies;
    expect(found.map((line) => line.split(':')[0])).to.deep.equal([
      'unexpected-pdu TYPED DATA',
      'unexpected-pdu EXPEDITED',
      'unexpected-pdu CAPABILITY DATA',
      'unexpected-pdu RESYNCHRONIZE',
      'unexpected-pdu CONNECT',
    ]);
  });

  it('delivers the category 2 SPDU first, and its prefix only where that does something', () => {
    const { events } = opened().see('i2r', START).see('i2r', '0103100115 0100 aabb');
    const last = events.slice(-2).map((event) => (event.kind === 'spdu' ? event : undefined));
    expect(last.map((event) => event?.spdu.kind)).to.deep.equal(['DATA TRANSFER', 'GIVE TOKENS']);
    expect(last[0]?.prefix?.tokenItem).to.equal(0x15);
  });

  it('joins segments to one SPDU, and says when one never ends', () => {
    const watched = opened().see('i2r', '1909 110103 190101 c10141').see('i2r', '1906 190102 c10142');
    const last = watched.events.at(-1);
    expect(last?.kind === 'spdu' && last.spdu.userData?.toHex()).to.equal('4142');
    expect(last?.kind === 'spdu' && last.spdu.transportDisconnect).to.equal(3);
    const cut = opened().see('i2r', '1909 110103 190101 c10141');
    expect(cut.observer.end()[0]).to.include({ kind: 'incomplete' });
    expect(opened().see('i2r', '0906 190102 c10142').anomalies[0]).to.match(/^malformed FINISH/);
  });

  it('reports octets that are no SPDU, and never throws', () => {
    expect(new Watched().see('i2r', '0dff').events.map(({ kind }) => kind)).to.deep.equal(['anomaly', 'undecodable']);
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 20 }), { maxLength: 10 }), fc.boolean(), (tsdus, headLost) => {
        const { observer } = opened();
        for (const tsdu of tsdus) observer.push('r2i', Octets.of(tsdu), headLost);
        observer.gap('r2i');
        observer.end();
      }),
    );
  });
});
