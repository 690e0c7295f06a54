import { use } from 'chai';
import { p1specAssertions } from '../../../harness/verdict/assertions.js';
import { ConformanceFailure } from '../../../harness/verdict/failure.js';
import type { CaseFinding } from '../../../harness/verdict/results.js';
import { Testbed } from '../../../harness/verdict/testbed.js';
import { Traffic, TrafficPart } from '../../../harness/verdict/traffic.js';
import { finding } from '../../support/results.js';

const { expect } = use(p1specAssertions);

function failureOf(assertion: () => void): ConformanceFailure {
  try {
    assertion();
  } catch (error) {
    if (error instanceof ConformanceFailure) return error;
    throw error;
  }
  throw new Error('it held');
}

const part = (...findings: CaseFinding[]) => new TrafficPart(findings);

describe('carryNoProprietaryRoutingData', () => {
  it('holds where there is nothing, quality, or what is permitted', () => {
    expect(new Traffic()).to.carryNoProprietaryRoutingData();
    expect(part()).to.carryNoProprietaryRoutingData();
    expect(part({ ...finding, tier: 3 })).to.carryNoProprietaryRoutingData();
    expect(part({ ...finding, tier: 2, permitted: 'agreed' })).to.carryNoProprietaryRoutingData();
  });

  for (const tier of [1, 2] as const) {
    it(`fails on tier ${tier}, with rule, offset, path and the octets in brackets`, () => {
      const failure = failureOf(() => expect(part({ ...finding, tier })).to.carryNoProprietaryRoutingData());
      expect(failure.findings).to.have.lengthOf(1);
      expect(failure.actual).to.include('1 finding').and.include('BIND-001 at offset 20');
      expect(failure.message).to.include('Requirement: ').and.include('Expected: ');
      expect(failure.message).to.include('MTABindArgument.authenticated');
      expect(failure.message).to.include('00 01 02 03 [85 02 ca fe] 04 05');
    });
  }

  it('is only for what has been seen', () => {
    expect(() => expect('octets').to.carryNoProprietaryRoutingData()).to.throw(TypeError);
  });
});

describe('carryNoTier', () => {
  it('looks at one tier', () => {
    expect(part(finding)).to.carryNoTier(2);
    expect(failureOf(() => expect(part(finding)).to.carryNoTier(1)).expected).to.equal('no finding of tier 1');
  });
});

describe('drain', () => {
  it('holds for a queue that empties', async () => {
    const bed = new Testbed({ name: 'drains', target: 'tolerant' });
    try {
      const { iut, peer } = await bed.start();
      await iut.sends(2).messages();
      await expect(iut.queueTo(peer)).to.drain();
      expect(peer.received).to.have.lengthOf(2);
    } finally {
      await bed.close();
    }
  });

  it('fails for a queue that does not, and says what is left and how it was refused', async () => {
    const bed = new Testbed({ name: 'blocks', target: 'tolerant', timeoutScale: 0.2 });
    try {
      const { iut, peer } = await bed.start();
      peer.when('bind').every().then.refuse('busy');
      await iut.sends(2).messages();
      const failure = await drainFailure(() => expect(iut.queueTo(peer)).to.drain({ within: '10 ms' }));
      expect(failure.expected).to.include('all 2 messages').and.include('10 ms');
      expect(failure.actual)
        .to.include('0 of 2 came out')
        .and.include('QUEUE-001')
        .and.include('refused, MTABindError 0');
    } finally {
      await bed.close();
    }
  });

  it('wants a span of time', async () => {
    const bed = new Testbed({ name: 'span', target: 'tolerant' });
    try {
      const { iut, peer } = await bed.start();
      const error = await drainFailure(() => expect(iut.queueTo(peer)).to.drain({ within: 'soon' }));
      expect(error).to.have.property('code', 'ERR_SPAN');
    } finally {
      await bed.close();
    }
    expect(() => expect([]).to.drain()).to.throw(TypeError);
  });
});

async function drainFailure(assertion: () => Promise<void>): Promise<ConformanceFailure> {
  try {
    await assertion();
  } catch (error) {
    return error as ConformanceFailure;
  }
  throw new Error('it held');
}
