import { expect } from 'chai';
import type { Link } from '../../../harness/link/link.js';
import type { Mode } from '../../../harness/stack/mode.js';
import { run } from '../../../harness/verdict/run.js';
import { eachLink, spoiled } from './support/spoil.js';

type Spoil = (link: Link) => Link;

const sends =
  (prefix: RegExp, replaced: (tsdu: string) => string[] = () => []) =>
  (): Spoil =>
    spoiled({ out: (tsdu, act) => prefix.test(tsdu) && act.replace(...replaced(tsdu)) });

/** X.225's SPDUs in their TSDUs: category 0 before category 2. */
const CN = /^0d/;
const MIP = /^01003103/;
const MIA = /^02003203/;
const AS = /^01002d/;
const AE = /^010029/;
const AEA = /^02002a/;
const AI_AD = /^0100(19|39)/;
const PT = /^02..10/;
const GTC = /^1500/;
const FN = /^09/;
const DN = /^0a/;
const DT = /^01000100/;

/** Does not wait for the peer to confirm checkpoints, and drops or sends them. */
const impatient = (sending: boolean) => (): Spoil =>
  spoiled({
    out: (tsdu, act) => {
      if (!MIP.test(tsdu)) return;
      act.tell(tsdu.replace(/^010031/, '020032'));
      if (!sending) act.drop();
    },
    in: (tsdu, act) => MIA.test(tsdu) && act.drop(),
  });
/** Gives up after its first association. */
const once = (): Spoil =>
  eachLink((link, made) => {
    if (made > 1) link.destroy();
    return link;
  });
/** Dies of what it gets. */
const fatal = (prefix: RegExp) => (): Spoil => {
  let dead = false;
  return (link) => {
    if (dead) link.destroy();
    return spoiled({
      in: (tsdu, act) => {
        dead ||= prefix.test(tsdu);
        if (dead) act.destroy();
      },
    })(link);
  };
};

/** A target that errs in one thing, for each case that is to notice it. */
const erring: readonly (readonly [id: string, what: string, spoil: () => Spoil, mode?: Mode])[] = [
  ['RTS/BV-001', 'exceeds the window', impatient(true)],
  ['RTS/BV-002', 'exceeds the window', impatient(true)],
  ['RTS/BV-003', 'exceeds the window', impatient(true)],
  ['RTS/BV-004', 'exceeds the window', impatient(true)],
  [
    'RTS/BV-005',
    'sends a checkpoint all the same',
    () => spoiled({ out: (tsdu, act) => AE.test(tsdu) && act.send('010031032a0131') }),
  ],
  ['RTS/BV-006', 'confirms no checkpoint', sends(MIA)],
  ['RTS/BV-007', 'confirms checkpoints twice', sends(MIA, (tsdu) => [tsdu, tsdu])],
  ['RTS/BV-008', 'names each activity alike', sends(AS, (tsdu) => [`${tsdu.slice(0, -2)}01`])],
  ['RTS/BV-009', 'acknowledges twice', sends(AEA, (tsdu) => [tsdu, tsdu])],
  ['RTS/BV-010', 'takes no request without a dialogue mode', fatal(/^0d(?!.*820100)/), 'x410-1988'],
  ['RTS/BV-011', 'cannot bear an empty TPDU', fatal(/^$/)],
  ['RTS/BI-001', 'follows the answer', impatient(true)],
  ['RTS/BI-002', 'follows the answer', impatient(false)],
  ['RTS/BV-012', 'keeps the turn', sends(GTC)],
  ['RTS/BV-013', 'does not ask for the turn', sends(PT)],
  ['RTS/BV-014', 'keeps the turn', sends(GTC)],
  ['RTS/BV-015', 'does not ask for the turn', sends(PT)],
  ['RTS/BV-016', 'does not release', sends(FN)],
  ['RTS/BO-001', 'keeps the turn', sends(GTC)],
  [
    'RTS/BO-002',
    'transfers without the turn',
    sends(AEA, (tsdu) => [tsdu, '01002d050903020101'.replace('0509', '0529')]),
  ],
  ['RTS/BO-003', 'does not abandon', sends(AI_AD)],
  ['RTS/BO-004', 'gives up', once],
  ['RTS/BO-005', 'does not abandon', sends(AI_AD)],
  ['RTS/BO-006', 'does not abandon', sends(AI_AD)],
  ['RTS/BO-007', 'gives up', once],
  ['RTS/BO-008', 'gives up', once],
  ['RTS/BO-009', 'gives up', once],
  ['RTS/BO-010', 'gives up', once],
  ['RTS/BO-011', 'does not abandon', sends(AI_AD)],
  ['RTS/BO-012', 'does not abandon', sends(AI_AD)],
  ['RTS/BO-013', 'acknowledges nothing', sends(AEA)],
  ['RTS/BO-014', 'acknowledges nothing', sends(AEA)],
  ['RTS/BO-015', 'acknowledges nothing', sends(AEA)],
  ['RTS/BO-016', 'acknowledges nothing', sends(AEA)],
  ['RTS/BO-017', 'acknowledges nothing', sends(AEA)],
  ['RTS/BO-018', 'acknowledges nothing', sends(AEA)],
  ['RTS/BI-003', 'dies of it', fatal(/^0100$/)],
  ['RTS/BI-004', 'dies of it', fatal(DT)],
  ['RTS/BI-004', 'bears it', sends(/^19/)],
  ['RTS/BI-005', 'cannot bear it', fatal(/^0d.*8902cafe/)],
  ['X410/BV-001', 'names P3', sends(CN, (tsdu) => [last(tsdu, '84010c', '840103')]), 'x410-1988'],
  ['X410/BV-001', 'names 1988', sends(CN, (tsdu) => [last(tsdu, '840101', '84010c')]), 'x410-1984'],
  ['X410/BV-002', 'wraps its bind', sends(CN, (tsdu) => [tsdu.replace(/a0(..)a1(..)80/, 'a0$1b0$280')]), 'x410-1988'],
  ['X410/BV-003', 'offers version 2 alone', sends(CN, (tsdu) => [tsdu.replace('160101', '160102')]), 'x410-1988'],
  ['X410/BV-005', 'releases with user data', sends(FN, () => ['0908110101c103020100']), 'x410-1988'],
  ['X410/BV-007', 'releases with user data', sends(DN, () => ['0a05c103020100']), 'x410-1988'],
  ['X410/BV-009', 'cannot bear a session selector', fatal(/^0d.*34025331/), 'x410-1984'],
  ['X410/BV-010', 'does not ask for the turn', sends(PT), 'x410-1988'],
  ['X410/BI-001', 'gives another reason', sends(/^0c/, (tsdu) => [last(tsdu, '800102', '800100')]), 'x410-1988'],
  ['X410/BI-003', 'dies of it', fatal(/^0d.*840103/), 'x410-1988'],
  ['X410/BI-005', 'dies of it', fatal(/^0100010004/), 'x410-1988'],
  ['P1984/BV-001', 'relays nothing', once, 'x410-1984'],
  ['P1984/BV-002', 'relays nothing', once, 'x410-1984'],
  ['P1984/BI-001', 'reports nothing', once, 'x410-1984'],
  ['X410/BO-001', 'aborts with much to say', sends(/^19/, () => ['190f110103c10a31088001048104ffffffff']), 'x410-1984'],
];

/** The time-outs of a run, shortened: most of these targets are waited for in vain. */
const HASTE = 0.15;

describe('a case fails where the target', function () {
  this.timeout(60_000);
  for (const [id, what, made, mode = 'normal'] of erring) {
    it(`${what}: ${id}${mode === 'normal' ? '' : `, ${mode}`}`, async () => {
      let [result] = (await run({ only: [id], mode, between: made(), timeoutScale: HASTE })).cases;
      // A busy machine does not come to err in so short a time.
      if (result?.verdict === 'inconclusive') [result] = (await run({ only: [id], mode, between: made() })).cases;
      expect(result?.verdict, `${result?.reason}`).to.equal('fail');
    });
  }
});

/** With the last occurrence replaced; both have the same length. */
function last(tsdu: string, found: string, replacement: string): string {
  const at = tsdu.lastIndexOf(found);
  if (at < 0) throw new Error(`${found} is not in ${tsdu}`);
  return tsdu.slice(0, at) + replacement + tsdu.slice(at + found.length);
}
