import { z } from 'zod';
import { offer, type Path, type Problem, quoted, type Tell } from './errors.js';
import { declaredAt, formsAt, formsText, keysOf, wordsOf } from './read-forms.js';
import type { Source, Tree } from './read-tree.js';

type Issue = z.core.$ZodIssue;

/** Tells what the schema finds in plain words, each at its own place. */
export function explain(issues: readonly Issue[], schema: z.ZodType, source: Source, tell: Tell): void {
  const explainer = new Explainer(schema, source, tell);
  for (const issue of issues.slice(0, ENOUGH)) explainer.tell(issue, []);
}

/** Far more than are printed: what comes may be anything. */
const ENOUGH = 500;

/** What YAML reads otherwise than it looks: nothing of it is an error to the schema. */
export function explainTraps(schema: z.ZodType, source: Source, tell: Tell): void {
  const look = (tree: Tree, path: Path): void => {
    const trap = zeroTrap(schema, path, tree) ?? spaceTrap(tree);
    if (trap !== undefined) tell(path, { code: 'ERR_SCENARIO_VALUE', ...trap });
    for (const [key, child] of tree.children) look(child, [...path, key]);
  };
  look(source.root, []);
}

type Trap = Pick<Problem, 'message' | 'hint'>;

/** 010 is 8 to some, and 10 to YAML 1.2. */
function zeroTrap(schema: z.ZodType, path: Path, { value, plain }: Tree): Trap | undefined {
  if (typeof value !== 'number' || plain === undefined || !/^[-+]?0\d/.test(plain)) return undefined;
  const forms = formsAt(schema, path);
  if (!forms.some((form) => form.safeParse(value).success)) return undefined;
  const isText = forms.some((form) => form.safeParse(plain).success);
  const hint = isText ? `write ${value}, or '${plain}' in quotes for the text` : `write ${value}`;
  return { message: `${plain} is the number ${value} in YAML`, hint };
}

/** An ADMD of a single space, which is not an empty one, at the end of an address. */
function spaceTrap({ value, plain }: Tree): Trap | undefined {
  if (typeof value !== 'string' || plain === undefined || !/^C=.*;\s*(?:A|ADMD)=$/i.test(value)) return undefined;
  return { message: 'YAML takes a space at the end away', hint: `put it in quotes: '${value} '` };
}

class Explainer {
  readonly #schema: z.ZodType;
  readonly #source: Source;
  readonly #tell: Tell;
  /** Places that have an unknown key, of which nothing else is told. */
  readonly #unknown = new Set<string>();

  constructor(schema: z.ZodType, source: Source, tell: Tell) {
    this.#schema = schema;
    this.#source = source;
    this.#tell = tell;
  }

  tell(issue: Issue, base: Path): void {
    const path = [...base, ...(issue.path as Path)];
    const tree = this.#source.at(path);
    if (issue.code === 'unrecognized_keys') {
      this.#unknown.add(JSON.stringify(path));
      for (const key of issue.keys.slice(0, ENOUGH)) this.#unknownKey(path, key);
    } else if (tree === undefined) {
      this.#missing(path);
    } else if (issue.code === 'invalid_union') {
      this.#union(issue, path, tree);
    } else if (issue.code === 'invalid_key') {
      const [{ message } = { message: 'is no key here' }] = issue.issues;
      const name = quoted(String(path.at(-1) ?? ''));
      this.#tell(path, { code: 'ERR_SCENARIO_KEY', message: `${name}: ${message}`, inKey: true });
    } else if (issue.code !== 'custom') {
      this.#tell(path, this.#value(issue, path, tree));
    } else if (!this.#unknown.has(JSON.stringify(path))) {
      this.#tell(path, { code: 'ERR_SCENARIO_VALUE', message: issue.message, inKey: typeof tree.value === 'object' });
    }
  }

  #unknownKey(path: Path, key: string): void {
    const forms = formsAt(this.#schema, path);
    const known = keysOf(forms) ?? [];
    const problem = (hint: string): Problem => {
      return { code: 'ERR_SCENARIO_KEY', message: `${quoted(key)} is not known here`, hint, inKey: true };
    };
    const heir = known.find(
      (each) =>
        this.#source.at([...path, each])?.value === null &&
        keysOf(formsAt(this.#schema, [...path, each]))?.includes(key) === true,
    );
    const glued = known.find((each) => key.startsWith(`${each} `));
    const hint =
      heir !== undefined
        ? `indent it further, so that it belongs to '${heir}'`
        : wordsOf(forms).includes(key)
          ? `${key} stands alone, without braces or a colon`
          : glued !== undefined
            ? `a colon is missing: write ${glued}: ${key.slice(glued.length + 1)}`
            : key === '<<'
              ? 'YAML 1.2 has no merge keys; an alias stands for the whole'
              : offer(key, known, 'known are');
    this.#tell([...path, key], problem(hint));
  }

  #missing(path: Path): void {
    const declared = declaredAt(this.#schema, path);
    const description = declared?.description ?? declared?.meta()?.description;
    const wants = `wants ${formsText(formsAt(this.#schema, path))}`;
    this.#tell(path, {
      code: 'ERR_SCENARIO_MISSING',
      message: `${quoted(String(path.at(-1) ?? 'everything'))} is missing`,
      hint: description === undefined ? wants : `${description}; ${wants}`,
    });
  }

  /** By the branch that fits the kind of what stands there. */
  #union(issue: Extract<Issue, { code: 'invalid_union' }>, path: Path, tree: Tree): void {
    const fitting = issue.errors.filter((branch) => !isNoBranchFor(branch, tree.value));
    if (fitting.length === 1) {
      for (const each of fitting[0] as Issue[]) this.tell(each, path);
      return;
    }
    this.#tell(path, this.#otherKind(path, tree));
  }

  #value(issue: Issue, path: Path, tree: Tree): Problem {
    const code = 'ERR_SCENARIO_VALUE';
    const { value } = tree;
    if (isOtherKind(issue, value)) return this.#otherKind(path, tree);
    const forms = formsAt(this.#schema, path);
    if (issue.code === 'invalid_value') {
      const text = String(value);
      const words = wordsOf(forms);
      if (keysOf(forms)?.includes(text) === true) {
        const what = formsText(formsAt(this.#schema, [...path, text]));
        return { code, message: `${quoted(text)} does not stand alone here`, hint: `write { ${text}: … }: ${what}` };
      }
      const [first = '', ...rest] = text.split(' ');
      if (rest.length > 0 && keysOf(forms)?.includes(first) === true) {
        return { code, message: `${quoted(text)} cannot stand here`, hint: `write { ${first}: ${rest.join(' ')} }` };
      }
      const known = words.length > 0 ? words : issue.values.map(String);
      return { code, message: `${quoted(text)} cannot stand here`, hint: offer(text, known, 'it can be') };
    }
    if (issue.message.startsWith('wants ')) return { code, message: `${issue.message}; this is ${kindOf(tree)}` };
    if (issue.code === 'too_small' && issue.origin === 'string' && value === '') {
      return { code, message: 'wants a text; this is empty' };
    }
    if (issue.code === 'too_small' || issue.code === 'too_big') {
      const most = issue.code === 'too_small' ? `${issue.minimum} at least` : `${issue.maximum} at most`;
      if (issue.origin === 'string') return { code, message: `wants ${most} characters; this is ${kindOf(tree)}` };
      if (issue.origin === 'array') {
        const { size } = tree.children;
        return { code, message: `wants ${most} in this list; there ${size === 1 ? 'is 1' : `are ${size}`}` };
      }
    }
    return { code, message: `wants ${formsText(forms)}; this is ${kindOf(tree)}` };
  }

  #otherKind(path: Path, tree: Tree): Problem {
    const forms = formsAt(this.#schema, path);
    const { plain } = tree;
    const asText = typeof tree.value !== 'string' && plain !== undefined && plain !== '';
    const inQuotes = asText && forms.some((form) => form.safeParse(plain).success);
    const hint = inQuotes ? `put it in quotes: '${plain}'` : hintOf(tree, forms);
    return {
      code: 'ERR_SCENARIO_VALUE',
      message: `wants ${formsText(forms)}; this is ${kindOf(tree)}`,
      ...(hint === undefined ? {} : { hint }),
    };
  }
}

function hintOf({ value, plain }: Tree, forms: readonly z.ZodType[]): string | undefined {
  const takesBoolean = forms.some((form) => form.safeParse(true).success);
  if (takesBoolean && typeof value === 'string' && /^(?:yes|no|on|off)$/i.test(value)) {
    return `YAML 1.2 has only true and false: write ${/^(?:yes|on)$/i.test(value)}`;
  }
  if (typeof value === 'string' && plain === undefined && forms.some((form) => form.safeParse(Number(value)).success)) {
    return 'leave the quotes out';
  }
  if (typeof value === 'object' && !Array.isArray(value) && forms.every((form) => form instanceof z.ZodArray)) {
    return value === null ? undefined : "a list has '- ' before each";
  }
  if (plain === '' && forms.some((form) => form.safeParse(' ').success)) {
    return "a space alone needs quotes: ' '";
  }
  return undefined;
}

function isNoBranchFor(branch: readonly Issue[], value: unknown): boolean {
  return branch.some((each) => each.path.length === 0 && isOtherKind(each, value));
}

/** Whether the value is of a kind that has no place there, whatever it says. */
function isOtherKind(issue: Issue, value: unknown): boolean {
  if (issue.code === 'invalid_type') return !(typeof value === 'number' && /^(?:int|number)$/.test(issue.expected));
  if (issue.code === 'invalid_value') return typeof value !== typeof issue.values[0];
  if (issue.code !== 'invalid_union') return false;
  return issue.errors.every((branch) => isNoBranchFor(branch, value));
}

function kindOf({ value, plain }: Tree): string {
  if (typeof value === 'number') return `the number ${plain ?? value}`;
  if (typeof value === 'boolean') return `the truth value ${plain ?? value}`;
  if (typeof value === 'string') return value === '' ? 'an empty text' : `the text ${quoted(value)}`;
  if (Array.isArray(value)) return 'a list';
  if (value === null) return plain === '' ? 'nothing' : 'null';
  return typeof value === 'object' ? 'a mapping' : `a ${typeof value}`;
}
