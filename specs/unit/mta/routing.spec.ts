import { expect } from 'chai';
import { exchange2003Sp2 } from '../../../harness/mta/presets/index.js';
import { type PeerTest, RoutingTraffic, type RoutingTrafficOptions } from '../../../harness/mta/routing.js';
import { formatORName } from '../../../harness/p1/text.js';

const domain = { country: 'US', administrationDomain: ' ', privateDomain: 'Example' };
const nothing = { echoed: false, connectedRoutingGroup: false };

function traffic(options: Partial<RoutingTrafficOptions> = {}): RoutingTraffic {
  const { routingMessage, peerTest } = exchange2003Sp2.options;
  return new RoutingTraffic({ ...routingMessage, peerTest, server: 'EXCH1', build: 7638, domain, ...options });
}

describe('routing traffic', () => {
  it('tells each peer each version of the table once', () => {
    const routing = traffic();
    expect(routing.dueTo('X', nothing)).to.not.equal(undefined);
    expect(routing.dueTo('X', nothing)).to.equal(undefined);
    expect(routing.dueTo('Y', nothing)).to.not.equal(undefined);
    routing.changed();
    expect(routing.dueTo('X', nothing)).to.not.equal(undefined);
  });

  it('tells those that pass the peer test', () => {
    const told = (peerTest: PeerTest, signs: object) =>
      traffic({ peerTest }).dueTo('X', { ...nothing, ...signs }) !== undefined;
    expect([told('always', {}), told('never', { echoed: true })]).to.deep.equal([true, false]);
    expect([told('echo', {}), told('echo', { echoed: true })]).to.deep.equal([false, true]);
    expect([told('config', {}), told('config', { connectedRoutingGroup: true })]).to.deep.equal([false, true]);
  });

  it('has the content type, the recipient and the table that it is told to have', () => {
    const recipient = (options: Partial<RoutingTrafficOptions>) =>
      (traffic(options).dueTo('X', nothing)?.recipients ?? []).map(formatORName)[0];
    expect(recipient({})).to.match(/^\/C=US\/A= \/P=Example\/O=Example\/CN=[0-9A-F]{8}-[0-9A-F-]{27}\/$/);
    expect(recipient({ recipientForm: 'dn' })).to.match(/^<O=Example,OU=First Administrative Group,CN=/);
    expect(recipient({ recipientForm: 'dda' })).to.include('DDA:MSXCHNGE=');
    expect(traffic({ contentType: 'unidentified' }).dueTo('X', nothing)?.contentType).to.deep.equal({ builtIn: 0 });
    const length = (options: Partial<RoutingTrafficOptions>) =>
      traffic(options).dueTo('X', nothing)?.content?.length ?? 0;
    expect(length({ table: 'digest' })).to.be.lessThan(100);
    expect(length({ size: 5000 })).to.be.greaterThan(4999);
  });
});
