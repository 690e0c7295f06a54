const FORM = /^(\d{2})(\d{2})(\d{2})(\d{2})(\d{2})(\d{2})?(?:Z|([+-])(\d{2})(\d{2}))$/;

/** Years 50 to 99 are of the 20th century, 00 to 49 of the 21st, as in X.509. */
const PIVOT = 50;

/**
 * The instant of a UTCTime as P1 allows it: `YYMMDDhhmm[ss](Z|±hhmm)`. Undefined where the text is no such time, or
 * names a day that does not exist. X.680 47.
 */
export function parseUTCTime(text: string): Date | undefined {
  const match = FORM.exec(text);
  if (match === null) return undefined;
  const [, yy, month, day, hour, minute, second, sign, offsetHours, offsetMinutes] = match;
  const year = Number(yy) + (Number(yy) < PIVOT ? 2000 : 1900);
  const time = Date.UTC(year, Number(month) - 1, Number(day), Number(hour), Number(minute), Number(second ?? 0));
  if (Number(hour) > 23 || Number(minute) > 59 || Number(second ?? 0) > 59) return undefined;
  const local = new Date(time);
  if (local.getUTCMonth() !== Number(month) - 1 || local.getUTCDate() !== Number(day)) return undefined;
  if (sign === undefined) return local;
  if (Number(offsetHours) > 23 || Number(offsetMinutes) > 59) return undefined;
  // Local time is ahead of UTC by a positive offset.
  const offset = (Number(offsetHours) * 60 + Number(offsetMinutes)) * 60_000;
  return new Date(time - (sign === '+' ? offset : -offset));
}

export interface UTCTimeForm {
  /** Whether seconds are written; they are by default. */
  readonly seconds?: boolean;
  /** Minutes that local time is ahead of UTC, written as `±hhmm`; `Z` where absent. */
  readonly offset?: number;
}

/** The UTCTime of an instant, cut to the second (or minute). Throws a RangeError outside 1950 to 2049. */
export function formatUTCTime(instant: Date, form: UTCTimeForm = {}): string {
  const { seconds = true, offset } = form;
  const local = new Date(instant.getTime() + (offset ?? 0) * 60_000);
  const year = local.getUTCFullYear();
  if (!(year >= 1900 + PIVOT && year < 2000 + PIVOT)) throw new RangeError(`no UTCTime for the year ${year}`);
  const fields = [
    year % 100,
    local.getUTCMonth() + 1,
    local.getUTCDate(),
    local.getUTCHours(),
    local.getUTCMinutes(),
    ...(seconds ? [local.getUTCSeconds()] : []),
  ];
  return fields.map(twoDigits).join('') + zone(offset);
}

function zone(offset: number | undefined): string {
  if (offset === undefined) return 'Z';
  const size = Math.abs(offset);
  return `${offset < 0 ? '-' : '+'}${twoDigits(Math.floor(size / 60))}${twoDigits(size % 60)}`;
}

function twoDigits(value: number): string {
  return String(value).padStart(2, '0');
}
