import { RunError } from './failure.js';

/** Which cases of all that there are. */
export interface Selection {
  /** Ids, groups, prefixes or patterns with `*`; none is all. */
  readonly only?: readonly string[];
  readonly exclude?: readonly string[];
  readonly shard?: Shard;
}

/** One of `of` parts, from 1. */
export interface Shard {
  readonly part: number;
  readonly of: number;
}

export function parseShard(text: string): Shard {
  const [, part, of] = /^([1-9]\d{0,5})\/([1-9]\d{0,5})$/.exec(text) ?? [];
  if (part === undefined || of === undefined || Number(part) > Number(of)) {
    throw new RunError('ERR_SHARD', { message: `${JSON.stringify(text)} is no shard`, hint: "write it as '2/4'" });
  }
  return { part: Number(part), of: Number(of) };
}

/**
 * Whether a pattern names a case: its id, its group (`ROUTE`), a prefix that ends where a part ends (`P1/ROUTE`,
 * `P1/ROUTE/BV`), with or without `P1/`, or any of these with `*`. Case does not matter.
 */
export function matches(pattern: string, id: string): boolean {
  const wanted = pattern.toUpperCase().replace(/\/+$/, '');
  const whole = id.toUpperCase();
  return [whole, whole.slice(whole.indexOf('/') + 1)].some((name) =>
    wanted.includes('*') ? glob(wanted).test(name) : name === wanted || prefixes(name).includes(wanted),
  );
}

function prefixes(name: string): string[] {
  return [...name.matchAll(/[/-]/g)].map(({ index }) => name.slice(0, index));
}

function glob(pattern: string): RegExp {
  const parts = pattern.split('*').map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${parts.join('.*')}$`);
}

/** The selected ids in their order. Patterns that name no case, and selections that leave none, are errors. */
export function select(ids: readonly string[], { only = [], exclude = [], shard }: Selection): string[] {
  for (const pattern of [...only, ...exclude]) {
    if (ids.some((id) => matches(pattern, id))) continue;
    throw new RunError('ERR_NO_CASE', {
      message: `no case matches ${JSON.stringify(pattern)}`,
      hint: 'p1spec run --list shows the cases',
    });
  }
  const named = ids
    .filter((id) => only.length === 0 || only.some((pattern) => matches(pattern, id)))
    .filter((id) => !exclude.some((pattern) => matches(pattern, id)));
  const selected = shard === undefined ? named : named.filter((_, i) => i % shard.of === shard.part - 1);
  if (selected.length > 0) return selected;
  throw new RunError('ERR_NO_CASE', {
    message:
      named.length === 0 ? 'no case is left' : `shard ${shard?.part}/${shard?.of} of ${named.length} cases has none`,
    hint: 'p1spec run --list shows the cases',
  });
}
