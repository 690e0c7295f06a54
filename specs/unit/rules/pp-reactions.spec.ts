import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { collectFindings, verdictOf } from '../../../harness/rules/conversation.js';
import { openConversation } from '../../../harness/transcript/open.js';
import { expected } from './pp-reactions.expected.js';

// A real MTA, one deviation at a time; see third-party MTAs in the reference. Its own octets are judged too.

const SUFFIX = '.tpkt.hex';
/** Carry a leak, whatever PP made of it: the cases' own words. */
const LEAKS = /^(B0[1-4]b?|B01[cd]|B06b?|B08d|B09|B17|C03e|C0[1-689].*|C10|C11|E05[abc]|E06[de]|S-C0[126].*|S-A05d)$/;
/** Of those, what is legal: titles, functional units, standard extensions at their places, addresses beside DNs. */
const LEGAL = /^(B09b|C02[op]|C03[dfg]|C07[ab]|C08[cd]|S-C02o|B04[cd])$/;

describe('judging the recorded reactions of PP', () => {
  const captures = process.env.P1SPEC_CAPTURES;

  before(function () {
    if (captures === undefined) this.skip();
  });

  async function failing(file: string): Promise<string[]> {
    const conversation = await openConversation(join(captures as string, file));
    const { findings } = await collectFindings(conversation.events());
    return findings.flatMap(({ rule, tier, connection, direction, offset, length }) =>
      tier === 3 ? [] : [`${connection} ${direction} ${offset}+${length} ${rule}`],
    );
  }

  const files = captures === undefined ? [] : readdirSync(join(captures, 'pp-reactions'));
  const cases = files.filter((file) => file.endsWith(SUFFIX)).map((file) => file.slice(0, -SUFFIX.length));
  for (const name of cases.sort()) {
    const what = expected[name] === undefined ? 'finds nothing' : 'finds what is foreign';
    it(`${what} in ${name}`, async () => {
      expect(await failing(`pp-reactions/${name}${SUFFIX}`)).to.deep.equal(expected[name] ?? []);
    });
  }

  it('has a finding for each case that leaks, and none for one that is legal', () => {
    for (const name of cases) {
      const leaks = LEAKS.test(name) && !LEGAL.test(name);
      if (leaks) expect(expected, name).to.have.property(name);
      if (LEGAL.test(name)) expect(expected, name).not.to.have.property(name);
    }
  });

  it('expects nothing of cases that there are not', function () {
    if (cases.length === 0) this.skip();
    expect(cases).to.include.members(Object.keys(expected));
  });

  for (const [file, apdus] of [
    ['x400-ping-success.pcap', 0],
    ['pp-ping-success.pcapng', 0],
    ['pp-p1-message.pcapng', 1],
  ] as const) {
    it(`passes ${file}`, async () => {
      const conversation = await openConversation(join(captures as string, file));
      const { findings, summary } = await collectFindings(conversation.events());
      expect(findings.filter(({ tier }) => tier !== 3)).to.deep.equal([]);
      expect(summary).to.include({ associations: 1, binds: 1, apdus });
      expect(verdictOf(findings, summary)).to.equal('pass');
    });
  }
});
