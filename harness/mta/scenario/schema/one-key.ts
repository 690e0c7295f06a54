import { z } from 'zod';

type Shape = Readonly<Record<string, z.ZodType>>;

/** An object with exactly one of these keys. Not a union: what is wrong in it is told at its own place. */
export function oneKey<S extends Shape>(shape: S) {
  const partial = Object.fromEntries(Object.entries(shape).map(([key, each]) => [key, each.optional()]));
  return z
    .strictObject(partial as { [K in keyof S]: z.ZodOptional<S[K]> })
    .refine((value) => Object.values(value).filter((each) => each !== undefined).length === 1, {
      error: `wants exactly one of ${Object.keys(shape).join(', ')}`,
    })
    .meta({ minProperties: 1, maxProperties: 1 });
}
