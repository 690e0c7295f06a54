import { type TranscriptHeader, type TranscriptScript, transcriptHeader } from '../../transcript/format.js';
import { deliberateErrorsOf } from '../deliberate-errors.js';
import { isExchange } from '../hotfix.js';
import type { Preset } from '../preset.js';
import { presetNamed } from '../presets/index.js';
import { choicesOf, DEFAULT_PRESET } from './actor-options.js';
import { linksOf, mtaNamed } from './geography.js';
import type { Scenario } from './schema/scenario.js';

/** The header of a recording of all connections of a scenario: what is the same of all of them, and what errs on purpose. */
export function recordingHeader(scenario: Scenario, now: Date, script?: TranscriptScript): TranscriptHeader {
  return transcriptHeader({
    recorded: now.toISOString(),
    script,
    comment: `scenario: ${scenario.title}`,
    mode: soleMode(scenario),
    ...parties(scenario),
    deliberateErrors: [...presetErrors(scenario), ...ownErrors(scenario)],
  });
}

/** That of every connection; a live MTA may open others. */
function soleMode(scenario: Scenario): TranscriptHeader['mode'] {
  if (Object.values(scenario.mtas).some(({ live }) => live !== undefined)) return undefined;
  const all = linksOf(scenario).map(({ mode = scenario.mode ?? 'normal' }) => mode);
  const [only, ...others] = new Set(all);
  return others.length === 0 ? only : undefined;
}

/** Who opens, where it is always the same. */
function parties(scenario: Scenario): Pick<TranscriptHeader, 'initiator' | 'responder'> {
  const [link, ...others] = linksOf(scenario);
  if (link?.opens === undefined || others.length > 0) return {};
  const [one, other] = link.between;
  const opened = link.opens === one ? other : one;
  return { initiator: party(scenario, link.opens), responder: party(scenario, opened) };
}

function party(scenario: Scenario, name: string): TranscriptHeader['initiator'] {
  const { live, preset = DEFAULT_PRESET, mtaName = name } = mtaNamed(scenario, name);
  return { name: mtaName, ...(live === undefined ? { preset } : {}) };
}

/** Of every preset that has a part in it, those of restarts too. */
function presetErrors({ mtas, steps }: Scenario): string[] {
  const cast = Object.values(mtas).flatMap((mta): Preset[] => {
    if (mta.live !== undefined) return [];
    const preset = presetNamed(mta.preset ?? DEFAULT_PRESET);
    return [mta.options !== undefined && isExchange(preset) ? preset.with(choicesOf(preset, mta.options)) : preset];
  });
  const later = steps.flatMap(({ restart }) => (restart?.preset === undefined ? [] : [presetNamed(restart.preset)]));
  return [...new Set([...cast, ...later].flatMap(deliberateErrorsOf))];
}

/** What the scenario itself has its MTAs get wrong. */
function ownErrors(scenario: Scenario): string[] {
  const { mtas, steps } = scenario;
  return [
    ...Object.entries(mtas).flatMap(([name, { edits = [] }]) =>
      edits.map(
        ({ pdu, edits: all }) => `${name}: ${pdu} edited: ${all.flatMap((each) => Object.keys(each)).join(', ')}`,
      ),
    ),
    ...linksOf(scenario).flatMap(({ faults = [] }) =>
      faults.map(({ sentBy, layer, kind, does }) => {
        const what = typeof does === 'string' ? does : Object.keys(does).join(', ');
        return `${sentBy}: fault at ${layer}${kind === undefined ? '' : `, ${kind}`}: ${what}`;
      }),
    ),
    ...steps.flatMap(({ send }) => {
      if (send === undefined) return [];
      return [
        ...(send.apdu === undefined ? [] : [`${send.from}: an APDU of the scenario, as it stands there`]),
        ...(send.content === undefined ? [] : [`${send.from}: content of the scenario, as it stands there`]),
      ];
    }),
  ];
}
