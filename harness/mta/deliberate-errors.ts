import type { Preset } from './preset.js';

/** What a preset sends that does not belong on a foreign link, in words; for the header of a recording. */
export function deliberateErrorsOf({ name, personality }: Preset): string[] {
  const {
    bindMarker,
    routing,
    bilateralSite,
    echoesBind,
    deviations,
    habits = {},
  } = personality({
    server: 'SERVER',
    domain: { country: 'XX', administrationDomain: ' ' },
  });
  return [
    ...(bindMarker === undefined ? [] : [`${name}: proprietary data in the MTA-bind (${bindMarker.place})`]),
    ...(routing === undefined ? [] : [`${name}: system messages that hold the link state table`]),
    ...(echoesBind === true ? [`${name}: what is foreign in a bind is repeated in its result`] : []),
    ...(deviations?.rewrite === undefined ? [] : [`${name}: refusals of its own form`]),
    ...(bilateralSite === undefined ? [] : [`${name}: per-domain bilateral information`]),
    ...(habits.extensions === undefined ? [] : [`${name}: an extension of its own in each message`]),
    ...(habits.contentType === undefined ? [] : [`${name}: messages of the content type MDBEF`]),
    ...(habits.reportedContentType === undefined ? [] : [`${name}: the content type MDBEF in reports`]),
  ];
}
