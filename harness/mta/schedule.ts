import { P1specError } from '../ber/error.js';

const DAY = 86_400_000;

/**
 * Exchange's activation style "Selected": the connector opens associations at selected times only. KB Q190022. That the
 * times are of a day, and of UTC, is an assumption: the administrator sees a week in local time.
 */
export interface ActivationSchedule {
  /** Milliseconds from midnight UTC; `to` is not part of it. One that ends before it begins goes over midnight. */
  readonly windows: readonly ActivationWindow[];
  /** Urgent messages and reports do not wait for a window. KB Q186714, Q230508. */
  readonly urgentAtAnyTime?: boolean;
}

export interface ActivationWindow {
  readonly from: number;
  readonly to: number;
}

/** Throws ERR_SCHEDULE where a window is none. */
export function checkSchedule({ windows }: ActivationSchedule): void {
  for (const { from, to } of windows) {
    if ([from, to].every((each) => each >= 0 && each <= DAY) && from !== to) continue;
    throw new P1specError('ERR_SCHEDULE', {
      message: `from ${from} to ${to} is no window of a day`,
      hint: `give milliseconds from midnight, 0 to ${DAY}, two different ones`,
    });
  }
}

/** Whether associations may be opened now, in milliseconds since the epoch. */
export function isWithin({ windows }: ActivationSchedule, now: number): boolean {
  const time = now % DAY;
  return windows.some(({ from, to }) => (from < to ? time >= from && time < to : time >= from || time < to));
}

/** When a window next begins or ends; undefined where there is none. */
export function nextChange({ windows }: ActivationSchedule, now: number): number | undefined {
  const midnight = now - (now % DAY);
  const times = windows.flatMap(({ from, to }) => [from, to]).map((time) => midnight + time);
  return times.length === 0 ? undefined : Math.min(...times.map((time) => (time > now ? time : time + DAY)));
}
