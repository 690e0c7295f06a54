import { z } from 'zod';

const UNITS = { ms: 1, s: 1000, min: 60_000, h: 3_600_000, d: 86_400_000 } as const;
const DURATION = /^(\d+(?:\.\d+)?) ?(ms|s|min|h|d)$/;

/** A time, such as `600 s`; in milliseconds once it is read. */
export const duration = z
  .string()
  .regex(DURATION, { error: 'wants a time with its unit, such as 250 ms, 120 s, 10 min, 2 h or 1 d' })
  .transform((text) => {
    const [, amount, unit] = DURATION.exec(text) as unknown as [string, string, keyof typeof UNITS];
    return Number(amount) * UNITS[unit];
  })
  .meta({ description: 'A time with its unit: 250 ms, 120 s, 10 min, 2 h, 1 d' });

/** `HH:MM`; in milliseconds from midnight once it is read. */
export const timeOfDay = z
  .string()
  .regex(/^(?:[01]\d|2[0-3]):[0-5]\d$|^24:00$/, { error: 'wants a time of day, such as 22:30' })
  .transform((text) => {
    const [hours, minutes] = text.split(':').map(Number) as [number, number];
    return (hours * 60 + minutes) * UNITS.min;
  })
  .meta({ description: 'A time of day in UTC: 22:30' });

/** `HOST:PORT`, or `PORT` on loopback. */
export const hostPort = z
  .string()
  .regex(/^(?:(?:\[[^\]]+\]|[^:]+):)?\d{1,5}$/, { error: 'wants HOST:PORT, such as 127.0.0.1:10102' })
  .transform((text) => {
    const parts = /^(?:(?:\[([^\]]+)\]|([^:]+)):)?(\d{1,5})$/.exec(text) ?? [];
    return { host: parts[1] ?? parts[2] ?? '127.0.0.1', port: Number(parts[3]) };
  })
  .refine(({ port }) => port <= 65_535, { error: 'a port is at most 65535' })
  .meta({ description: 'HOST:PORT, such as 127.0.0.1:10102' });

/** Octets, in hexadecimal; spaces do not count. */
export const octets = z
  .string()
  .regex(/^(?:\s*[\da-fA-F]{2})*\s*$/, { error: 'wants octets in hexadecimal, such as 30 03 02 01 05' })
  .transform((text) => new Uint8Array(Buffer.from(text.replace(/\s/g, ''), 'hex')))
  .meta({ description: 'Octets in hexadecimal' });

/** One of the scenario's MTAs, by the name that it has there. */
export const mtaReference = z
  .string()
  .min(1, { error: 'wants the name of an MTA' })
  .meta({ description: 'An MTA of this scenario, by its name in mtas' });

export const mode = z
  .enum(['normal', 'x410-1988', 'x410-1984'])
  .meta({ description: 'normal mode, X.410 mode of 1988, or P1 of 1984' });

export const priority = z.enum(['urgent', 'normal', 'nonUrgent']).meta({ description: "One of X.411's three" });

export const natural = z.int().min(0);
export const positive = z.int().min(1);

/** A number, or its bounds. */
export const amount = z
  .union([
    natural,
    z.strictObject({
      atLeast: natural.optional().meta({ description: 'So many or more' }),
      atMost: natural.optional().meta({ description: 'So many or fewer' }),
    }),
  ])
  .meta({ description: 'A number, or { atLeast, atMost }' });
export type Amount = z.output<typeof amount>;

export function isWithin(value: number, wanted: Amount): boolean {
  if (typeof wanted === 'number') return value === wanted;
  const { atLeast = 0, atMost = Number.POSITIVE_INFINITY } = wanted;
  return value >= atLeast && value <= atMost;
}

/** Which of those that happen, counted from 1; every one where nothing is said. */
export const occurrence = {
  nth: positive.optional().meta({ description: 'Only the nth, counted from 1' }),
  first: positive.optional().meta({ description: 'Only the first n' }),
  every: positive.optional().meta({ description: 'Every nth: 3 is the 3rd, the 6th, …' }),
  from: positive.optional().meta({ description: 'The nth and all after it' }),
};
export interface Occurrence {
  readonly nth?: number;
  readonly first?: number;
  readonly every?: number;
  readonly from?: number;
}

export function isMeant(count: number, { nth, first, every, from }: Occurrence): boolean {
  if (nth !== undefined && count !== nth) return false;
  if (first !== undefined && count > first) return false;
  if (every !== undefined && count % every !== 0) return false;
  return from === undefined || count >= from;
}
