import { expect } from 'chai';
import { type BerNode, writeBer } from '../../../../harness/ber/writer.js';
import type { Finding } from '../../../../harness/rules/finding.js';
import type { Direction } from '../../../../harness/stack/direction.js';
import { textOctets } from '../injector/samples.js';
import { appOf, cons, ctx, ctxOf, offsetOf, type Sent, sequence } from './association.js';
import { judged } from './judged.js';

// A foreign element and a foreign parameter, and how one finding of it is expected.

export const mark = textOctets('foreign mark');
export const foreign: BerNode = { tagClass: 3, tagNumber: 5, content: mark };
export const foreignOctets = writeBer(foreign);
export const parameter = (code: number): Uint8Array => Uint8Array.of(code, mark.length, ...mark);

/** Of the findings of tier 1 and 2 there is one, of this tier, at these octets. */
export function expectOne(sent: readonly Sent[], direction: Direction, needle: Uint8Array, tier: 1 | 2 = 1): Finding {
  const findings = judged(sent).filter((each) => each.tier !== 3);
  const told = findings.map((each) => `${each.tier} ${each.direction} ${each.offset}+${each.length} ${each.message}`);
  expect(findings, told.join('\n')).to.have.lengthOf(1);
  const offset = offsetOf(sent, direction, needle);
  expect(findings[0], told.join('\n')).to.include({ tier, direction, offset, length: needle.length });
  return findings[0] as Finding;
}

/** The smallest probe there is, by hand. */
export function probe(): BerNode {
  const country = appOf(1, { tagClass: 0, tagNumber: 19, content: textOctets('GB') });
  const domain = appOf(2, { tagClass: 0, tagNumber: 19, content: textOctets('A') });
  const identifier = appOf(4, appOf(3, country, domain), { tagClass: 0, tagNumber: 22, content: textOctets('1') });
  const name = appOf(0, sequence(country, domain));
  const trace = appOf(9, sequence(appOf(3, country, domain), cons(0, 17, ctx(0, '051001144852Z'), ctx(2, [0]))));
  const recipient = cons(0, 17, name, ctx(0, [1]), ctx(1, [0, 0xd0]));
  const type: BerNode = { tagClass: 1, tagNumber: 6, content: Uint8Array.of(22) };
  return ctxOf(2, identifier, name, type, trace, ctxOf(2, recipient));
}
