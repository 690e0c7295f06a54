import { expect } from 'chai';
import { orName } from '../../../../harness/mta/names.js';
import { addressOf, domainOf, Geography } from '../../../../harness/mta/scenario/geography.js';
import { parseORName } from '../../../../harness/p1/parse.js';
import { scenarioOf } from './on-stage.js';

const uk = { country: 'GB', administrationDomain: 'POST' };
const between = (one: string, other: string) => ({ between: [one, other] as [string, string] });

describe('the geography of a scenario', () => {
  const scenario = scenarioOf({
    mtas: { a: {}, my_gateway: {}, b: { domain: { ...uk, privateDomain: 'Beta' } }, post: { domain: uk } },
    links: [
      between('a', 'my_gateway'),
      between('my_gateway', 'b'),
      between('my_gateway', 'post'),
      between('post', 'b'),
    ],
  });
  const geography = new Geography(scenario);
  const homeOf = (text: string) => geography.homeOf(parseORName(text));

  it('gives each MTA a domain', () => {
    expect(domainOf('alpha', {})).to.deep.equal({ country: 'XX', administrationDomain: ' ', privateDomain: 'ALPHA' });
    // A private domain has 16 characters at most, and they are of a printable string.
    expect(domainOf('a_very_long_name_indeed', {}).privateDomain).to.equal('A-VERY-LONG-NAME');
    expect(homeOf(addressOf(scenario, 'my_gateway', 'Bob'))).to.equal('my_gateway');
    expect(addressOf(scenario, 'post', 'Bob')).to.equal('C=GB;A=POST;S=Bob');
  });

  it('has recipients where most of the domain is theirs', () => {
    expect(homeOf('C=GB;A=POST;P=beta;S=Bob')).to.equal('b');
    expect(homeOf('C=GB;A=POST;P=Gamma;S=Bob')).to.equal('post');
    expect(homeOf('C=GB;A=POST;S=Bob')).to.equal('post');
    expect(homeOf('C=GB;A=BT;P=Beta;S=Bob')).to.equal(undefined);
    expect(geography.homeOf(orName({ directoryName: [['CN', 'Bob']] }))).to.equal(undefined);
  });

  it('has nobody at home in a routing group', () => {
    const group = { country: 'XX', administrationDomain: ' ', privateDomain: 'A' };
    expect(geography.homeOf(orName({ ...group, commonName: '12345678-90AB-CDEF-1234-567890ABCDEF' }))).to.equal(
      undefined,
    );
    expect(geography.homeOf(orName({ ...group, domainDefined: [{ type: 'MSXCHNGE', value: 'x' }] }))).to.equal(
      undefined,
    );
    expect(geography.homeOf(orName({ ...group, commonName: 'Bob' }))).to.equal('a');
  });

  it('takes the shortest way', () => {
    expect(geography.nextHop('a', 'b')).to.equal('my_gateway');
    expect(geography.nextHop('my_gateway', 'b')).to.equal('b');
    expect(geography.nextHop('a', 'a')).to.equal(undefined);
    const alone = new Geography(scenarioOf({ mtas: { a: {}, b: {}, c: {} }, links: [between('a', 'b')] }));
    expect(alone.nextHop('a', 'c')).to.equal(undefined);
    expect(new Geography(scenarioOf({ mtas: { a: {}, b: {} } })).nextHop('b', 'a')).to.equal('a');
  });
});
