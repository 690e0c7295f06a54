import { readFile } from 'node:fs/promises';
import { isMap, isNode, isScalar, LineCounter, type Node, parseDocument } from 'yaml';
import { z } from 'zod';
import { P1specError } from '../../ber/error.js';
import { fileError } from '../errors.js';
import { defaultComparisonRules } from './default-rules.js';
import { type ComparisonRule, pathPattern } from './rule.js';

/** A file of rules that cannot be used. `at` holds file, line and column. */
export class ComparisonRuleError extends P1specError {
  override readonly name = 'ComparisonRuleError';

  constructor(details: { message: string; at: P1specError['at']; hint?: string; cause?: unknown }) {
    super('ERR_COMPARISON_RULE', details);
  }
}

/** Characters of a pattern at most: it is run on values from the wire. */
const PATTERN_LIMIT = 500;
/** Of a file of rules, in characters. */
const FILE_LIMIT = 1024 * 1024;

const texts = z.union([z.string().min(1), z.array(z.string().min(1)).min(1)]);
const common = {
  id: z.string().regex(/^[a-z0-9][a-z0-9-]*$/, 'wants small letters, digits and hyphens'),
  reason: z.string().min(1),
  layer: z.enum(['tpkt', 'cotp', 'session', 'presentation', 'acse', 'rtse', 'p1']).optional(),
  unit: texts.optional(),
  path: texts.optional(),
  type: z.string().min(1).optional(),
};
const rule = z.discriminatedUnion('how', [
  z.strictObject({ ...common, how: z.enum(['ignore', 'any-number', 'time', 'serial']) }),
  z.strictObject({
    ...common,
    how: z.literal('renamed'),
    as: z.string().min(1),
    scope: z.enum(['connection', 'conversation']).optional(),
    distinct: z.boolean().optional(),
    fresh: z.enum(['time', 'identifier']).optional(),
  }),
  z.strictObject({
    ...common,
    how: z.literal('any-of'),
    values: z.array(z.union([z.string(), z.number(), z.boolean(), z.null()])).min(1),
  }),
  z.strictObject({
    ...common,
    how: z.literal('pattern'),
    pattern: z.string().min(1).max(PATTERN_LIMIT).refine(isPattern, 'is no regular expression'),
  }),
]);
const file = z.strictObject({
  /** Whether the default rules hold behind these; they do if absent. */
  defaults: z.boolean().optional(),
  rules: z.array(rule),
});

type Place = readonly (string | number)[];

/**
 * The rules of a YAML file, and behind them the default rules unless the file says `defaults: false`. Throws a
 * ComparisonRuleError with file, line and column.
 */
export async function readComparisonRules(path: string): Promise<ComparisonRule[]> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (cause) {
    throw fileError(cause, path, 'read');
  }
  return parseComparisonRules(text, path);
}

/** The same of a text; `name` stands in errors. */
export function parseComparisonRules(text: string, name: string): ComparisonRule[] {
  const lines = new LineCounter();
  const fail = (message: string, offset: number, hint?: string, cause?: unknown): ComparisonRuleError => {
    const { line, col } = lines.linePos(offset);
    const at = { file: name, line: Math.max(line, 1), column: Math.max(col, 1) };
    return new ComparisonRuleError({ message: `${name}:${at.line}:${at.column}: ${message}`, at, hint, cause });
  };
  if (text.length > FILE_LIMIT) throw fail(`longer than ${FILE_LIMIT} characters`, 0);
  const document = parseDocument(text, { lineCounter: lines, uniqueKeys: true });
  const [broken] = document.errors;
  if (broken !== undefined) throw fail(broken.message.split('\n')[0] as string, broken.pos[0], undefined, broken);
  const offsetOf = (place: Place): number => {
    for (let depth = place.length; depth >= 0; depth -= 1) {
      const node = depth === 0 ? document.contents : document.getIn(place.slice(0, depth), true);
      if (isNode(node) && node.range != null) return node.range[0];
    }
    return 0;
  };
  const parsed = file.safeParse(document.toJS({ maxAliasCount: 100 }));
  if (!parsed.success) throw issueError(parsed.error.issues, document.contents, offsetOf, fail);
  const ids = new Set<string>();
  const rules = parsed.data.rules.map(({ layer, unit, path, type, ...how }, i): ComparisonRule => {
    if (ids.has(how.id)) throw fail(`a second rule '${how.id}'`, offsetOf(['rules', i, 'id']));
    ids.add(how.id);
    if (layer === undefined && unit === undefined && path === undefined && type === undefined) {
      throw fail(
        `rule '${how.id}' says not what it is about`,
        offsetOf(['rules', i]),
        'give layer, unit, path or type',
      );
    }
    for (const each of path === undefined ? [] : [path].flat()) pathPattern(each);
    const whole = path === undefined && type === undefined;
    if (whole && how.how !== 'ignore' && how.how !== 'any-number') {
      const hint = 'add a path, such as **.subject.*, or **';
      throw fail(
        `rule '${how.id}' is about whole units, which can be ignore or any-number`,
        offsetOf(['rules', i, 'how']),
        hint,
      );
    }
    if (!whole && how.how === 'any-number') {
      throw fail(
        `rule '${how.id}': any-number is for whole units, without path and type`,
        offsetOf(['rules', i, 'how']),
      );
    }
    return { ...how, matches: { layer, unit, path, type } };
  });
  return parsed.data.defaults === false ? rules : [...rules, ...defaultComparisonRules];
}

function issueError(
  issues: readonly z.core.$ZodIssue[],
  contents: unknown,
  offsetOf: (place: Place) => number,
  fail: (message: string, offset: number, hint?: string) => ComparisonRuleError,
): ComparisonRuleError {
  const [issue] = issues as readonly [z.core.$ZodIssue];
  const place = issue.path.filter((part) => typeof part !== 'symbol');
  const where =
    place.length === 0
      ? 'the file'
      : place
          .map((part) => (typeof part === 'number' ? `[${part}]` : `.${part}`))
          .join('')
          .slice(1);
  if (issue.code === 'unrecognized_keys') {
    const [key = ''] = issue.keys;
    return fail(
      `'${key}' is nothing that ${where} has`,
      keyOffset(contents, place, key) ?? offsetOf(place),
      known(place),
    );
  }
  return fail(`${where}: ${issue.message}`, offsetOf(place), known(place));
}

function known(place: Place): string {
  return place.length === 0
    ? 'a file has: defaults, rules'
    : 'a rule has: id, reason, how, layer, unit, path, type; and by its how: as, scope, distinct, fresh, values, pattern';
}

/** Where a key stands, which YAML gives as the node of the key and not of its value. */
function keyOffset(contents: unknown, place: Place, key: string): number | undefined {
  let node: unknown = contents;
  for (const part of place)
    node =
      isNode(node) && 'get' in node
        ? (node as Node & { get(k: unknown, keep: true): unknown }).get(part, true)
        : undefined;
  if (!isMap(node)) return undefined;
  const item = node.items.find((each) => isScalar(each.key) && each.key.value === key);
  return isScalar(item?.key) ? item.key.range?.[0] : undefined;
}

function isPattern(text: string): boolean {
  try {
    new RegExp(`^(?:${text})$`, 'u');
    return true;
  } catch {
    return false;
  }
}
