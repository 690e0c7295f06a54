import { expect } from 'chai';
import type { ExchangeChoices, ExchangePreset } from '../../../../harness/mta/exchange.js';
import {
  type Emits,
  type Expectation,
  type ReactionOutcome,
  type Stimulus,
  stimuli,
} from '../../../../harness/mta/expectation.js';
import type { Preset } from '../../../../harness/mta/preset.js';
import {
  echo,
  exchange2000Rtm,
  exchange2003Kb916986,
  exchange2003Sp2,
  presets,
  tolerant,
} from '../../../../harness/mta/presets/index.js';
import type { Mode } from '../../../../harness/stack/association/events.js';
import { emittedBy, outcomeOf } from './partner.js';

// What each preset says that it does, against a partner that makes no mistake but the one in question.

const MODES: readonly Mode[] = ['normal', 'x410-1988', 'x410-1984'];

/** P1 of 1984 has no extensions; a message with a critical one goes no further. X.419 Annex B. */
const unsendable = (stimulus: Stimulus, mode: Mode) => stimulus === 'critical extension' && mode === 'x410-1984';

function expected({ reacts }: Expectation, stimulus: Stimulus, mode: Mode): ReactionOutcome | undefined {
  if (unsendable(stimulus, mode)) return undefined;
  const own = reacts.find(({ to, modes = MODES }) => to === stimulus && modes.includes(mode));
  return own?.outcome ?? 'taken';
}

function due({ emits }: Expectation, mode: Mode, when: readonly string[]): string[] {
  const own = emits.filter((each) => when.includes(each.when) && (each.modes ?? MODES).includes(mode));
  return [...new Set(own.map(({ rule }) => rule))].sort();
}

describe('what presets take and refuse', () => {
  for (const preset of presets) {
    for (const mode of MODES) {
      it(`${preset.name} in mode ${mode}`, async () => {
        for (const stimulus of stimuli) {
          const outcome = await outcomeOf(preset, stimulus, mode);
          expect(outcome, stimulus).to.equal(expected(preset.expectation, stimulus, mode));
        }
      });
    }
  }

  it('differ from each other, but for those that differ in what they send', () => {
    const known = presets
      .filter(({ family }) => family === 'third-party')
      .map(({ name, expectation: { reacts } }) => [name, JSON.stringify(reacts)] as const)
      .filter(([, reacts]) => reacts !== '[]');
    expect(new Set(known.map(([, reacts]) => reacts)).size).to.equal(known.length);
  });
});

describe('what presets send', () => {
  for (const preset of presets) {
    for (const mode of MODES) {
      it(`${preset.name} in mode ${mode}`, async () => {
        const { expectation, family } = preset;
        const sends = async (partner: Preset, asksForReturn: boolean, when: readonly Emits['when'][]) => {
          const { rules, arrived, reported } = await emittedBy(preset, partner, mode, { asksForReturn });
          expect(rules, `${partner.name}, ${when}`).to.deep.equal(due(expectation, mode, when));
          const takes = expected(expectation, 'message', mode) === 'taken';
          expect([arrived, reported]).to.deep.equal([1, takes ? 1 : 0]);
        };
        await sends(tolerant, true, ['always']);
        if (family !== 'exchange') return;
        await sends(echo, true, ['always', 'echoed']);
        await sends(tolerant, false, ['always', 'reporting']);
      });
    }
  }

  const variants: readonly (readonly [string, ExchangePreset, ExchangeChoices])[] = [
    ['a marker in the credentials', exchange2003Kb916986, { bindMarker: { place: 'credentials' } }],
    ['a marker in the security context', exchange2003Kb916986, { bindMarker: { place: 'security-context' } }],
    ['a marker in ACSE user information', exchange2003Kb916986, { bindMarker: { place: 'acse-user-info' } }],
    ['routing packets of no known content type', exchange2003Sp2, { routingMessage: { contentType: 'unidentified' } }],
    ['routing packets to a directory name', exchange2003Sp2, { routingMessage: { recipientForm: 'dn' } }],
    ['routing packets to MSXCHNGE', exchange2003Sp2, { routingMessage: { recipientForm: 'dda' } }],
    ['routing packets with the digest alone', exchange2003Sp2, { routingMessage: { table: 'digest', size: 2000 } }],
    ['no routing packets to who is not configured', exchange2003Sp2, { peerTest: 'config' }],
    ['no routing packets to anybody', exchange2003Sp2, { peerTest: 'never' }],
    ['routing packets of low priority', exchange2000Rtm, { routingMessage: { priority: 'nonUrgent' } }],
    ['an extension with an object identifier', exchange2003Sp2, { privateExtension: { type: 'object-identifier' } }],
    ['an extension with a number', exchange2003Kb916986, { privateExtension: { type: 'integer' } }],
    ['its own content type in mail', exchange2003Kb916986, { mdbef: { messages: true } }],
    ['its own content type in reports', exchange2003Kb916986, { mdbef: { reports: true } }],
    ['bilateral information', exchange2003Kb916986, { bilateralInformation: true }],
  ];
  for (const [what, base, choices] of variants) {
    it(`${base.name} with ${what}`, async () => {
      const preset = base.with(choices);
      for (const mode of MODES) {
        const { rules } = await emittedBy(preset, tolerant, mode, { asksForReturn: false });
        expect(rules, mode).to.deep.equal(due(preset.expectation, mode, ['always', 'reporting']));
      }
    });
  }
});
