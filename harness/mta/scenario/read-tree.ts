import {
  CST,
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  Lexer,
  LineCounter,
  type Node,
  type Pair,
  parseDocument,
} from 'yaml';
import { type Path, quoted, ScenarioError, ScenarioErrors } from './errors.js';

/** Characters of a file, at most. */
export const MAX_SCENARIO = 256 * 1024;
/** Of values, aliases written out. */
const MAX_NODES = 100_000;
const MAX_DEPTH = 64;

export interface Position {
  /** Counted from 1. */
  readonly line: number;
  readonly column: number;
}

/** A value with the place at which it stands. What comes from a module has none. */
export interface Tree {
  readonly value: unknown;
  readonly start?: number;
  /** Of the key that has it. */
  readonly keyStart?: number;
  /** As written, of text and numbers without quotes. */
  readonly plain?: string;
  readonly children: ReadonlyMap<string | number, Tree>;
}

/** What was read, with its places. */
export class Source {
  readonly file: string;
  readonly root: Tree;
  readonly #lines: LineCounter | undefined;

  constructor(file: string, root: Tree, lines?: LineCounter) {
    this.file = file;
    this.root = root;
    this.#lines = lines;
  }

  at(path: Path): Tree | undefined {
    let found: Tree | undefined = this.root;
    for (const part of path) found = found?.children.get(part);
    return found;
  }

  /** Of a value, or of its key; of what has to have it, where it is absent. */
  position(path: Path, inKey = false): Position | undefined {
    const known = path.findIndex((_, i) => this.at(path.slice(0, i + 1)) === undefined);
    const tree = this.at(known < 0 ? path : path.slice(0, known));
    if (tree === undefined || this.#lines === undefined) return undefined;
    const isEmpty = tree.plain === '' || tree.start === undefined;
    const offset = (inKey && known < 0) || isEmpty ? (tree.keyStart ?? tree.start) : tree.start;
    if (offset === undefined) return undefined;
    const { line, col } = this.#lines.linePos(offset);
    return { line, column: col };
  }
}

/** Reads YAML 1.2, of which JSON is a part: one document, of text keys, without tags. */
export function readYaml(text: string, file: string): Source {
  const lines = new LineCounter();
  const wrong = (message: string, offset = 0, hint?: string) => {
    const { line, col } = offset === 0 ? { line: 1, col: 1 } : lines.linePos(offset);
    return new ScenarioError('ERR_SCENARIO_SYNTAX', { message, hint, at: { file, line, column: col } });
  };
  if (text.length > MAX_SCENARIO) {
    const message = `has ${text.length} characters, ${MAX_SCENARIO} at most`;
    throw new ScenarioErrors([new ScenarioError('ERR_SCENARIO_FILE', { message, at: { file } })]);
  }
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  const control = text.search(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffd]/);
  if (control >= 0) {
    const message = 'is no text: here is a character that YAML does not have';
    throw new ScenarioErrors([
      new ScenarioError('ERR_SCENARIO_SYNTAX', { message, at: { file, ...placeIn(text, control) } }),
    ]);
  }
  const deep = tooDeep(text);
  if (deep !== undefined) {
    const message = `is nested more than ${MAX_DEPTH} deep`;
    throw new ScenarioErrors([
      new ScenarioError('ERR_SCENARIO_SYNTAX', { message, at: { file, ...placeIn(text, deep) } }),
    ]);
  }
  const document = parsed(text, lines, wrong);
  const all = [...document.errors, ...document.warnings];
  // What follows where the parser gave up is of no use.
  const exhausted = all.find(({ code }) => code === 'RESOURCE_EXHAUSTION');
  const problems = exhausted === undefined ? all : [exhausted];
  if (problems.length > 0) {
    throw new ScenarioErrors(
      (strayItem(text, problems) ?? problems).map(({ code, message, pos }) =>
        wrong(inWords(code, message), pos[0], HINTS[code]),
      ),
    );
  }
  if (document.directives?.yaml.explicit === true && document.directives.yaml.version !== '1.2') {
    throw new ScenarioErrors([wrong('wants YAML 1.2', 0, 'leave the line with %YAML out')]);
  }
  if (document.contents === null) {
    throw new ScenarioErrors([
      new ScenarioError('ERR_SCENARIO_MISSING', {
        message: 'is empty',
        hint: 'a scenario has title, mtas and steps',
        at: { file, line: 1, column: 1 },
      }),
    ]);
  }
  const growing = new Growing(wrong);
  const root = growing.tree(document.contents, undefined, 0);
  if (growing.errors.length > 0) throw new ScenarioErrors(growing.errors);
  return new Source(file, root, lines);
}

/** Where brackets are nested too deep, which the parser takes long to find out. */
function tooDeep(text: string): number | undefined {
  let [offset, depth] = [0, 0];
  let isScalarNext = false;
  for (const lexeme of new Lexer().lex(text)) {
    if (isScalarNext) {
      isScalarNext = false;
    } else if (lexeme === CST.SCALAR) {
      isScalarNext = true;
      continue;
    } else if (lexeme === '[' || lexeme === '{') {
      depth += 1;
      if (depth > MAX_DEPTH) return offset;
    } else if (lexeme === ']' || lexeme === '}') {
      depth -= 1;
    }
    if (lexeme !== CST.DOCUMENT && lexeme !== CST.FLOW_END) offset += lexeme.length;
  }
  return undefined;
}

function placeIn(text: string, offset: number): Position {
  const before = text.slice(0, offset).split('\n');
  return { line: before.length, column: (before.at(-1)?.length ?? 0) + 1 };
}

/** What a module exports. */
export function readObject(value: unknown, file: string): Source {
  return new Source(file, objectTree(value, 0, { left: MAX_NODES, file }));
}

function parsed(text: string, lines: LineCounter, wrong: Wrong): Document.Parsed {
  try {
    return parseDocument(text, {
      lineCounter: lines,
      prettyErrors: false,
      // In linear time, below.
      uniqueKeys: false,
      stringKeys: true,
      resolveKnownTags: false,
      schema: 'core',
      // 'silent' would keep a second document silent too; nothing is printed here in any case.
      logLevel: 'error',
    });
  } catch (error) {
    if (error instanceof RangeError) throw new ScenarioErrors([wrong(`is nested more than ${MAX_DEPTH} deep`)]);
    throw error;
  }
}

type Wrong = (message: string, offset?: number, hint?: string) => ScenarioError;

/** A list item that stands further left or right than the one before it: the parser tells of much else there. */
function strayItem(text: string, problems: readonly YamlProblem[]): YamlProblem[] | undefined {
  const first = Math.min(...problems.map(({ pos }) => pos[0]));
  const start = text.lastIndexOf('\n', first - 1) + 1;
  const indent = itemIndent(text.slice(start, text.indexOf('\n', start) + 1 || undefined));
  if (indent === undefined) return undefined;
  const before = text
    .slice(0, start)
    .split('\n')
    .map(itemIndent)
    .filter((each) => each !== undefined);
  if (before.length === 0 || before.includes(indent)) return undefined;
  return [{ code: 'BAD_INDENT', message: '', pos: [start + indent] }];
}

interface YamlProblem {
  readonly code: string;
  readonly message: string;
  readonly pos: readonly [start: number, end?: number];
}

function itemIndent(line: string): number | undefined {
  return /^( *)- /.exec(line)?.[1]?.length;
}

/** In our words, where the parser's are for those who write parsers. */
function inWords(code: string, message: string): string {
  return WORDS[code] ?? message.replace(/\.$/, '');
}

const WORDS: Readonly<Record<string, string>> = {
  RESOURCE_EXHAUSTION: `is nested more than ${MAX_DEPTH} deep`,
  TAG_RESOLVE_FAILED: 'a tag (!…), which a scenario has no use for',
  TAB_AS_INDENT: 'a tab, where YAML indents with spaces',
  MULTIPLE_DOCS: 'a second document: a file holds one scenario',
  BLOCK_AS_IMPLICIT_KEY: 'a mapping within the line of another',
  NON_STRING_KEY: 'a key that is no text',
  BAD_INDENT: 'indented otherwise than what it belongs to',
};
const HINTS: Readonly<Record<string, string>> = {
  BLOCK_AS_IMPLICIT_KEY: 'a key wants ": " behind it; a text with ": " in it needs quotes',
  BAD_INDENT: "the '- ' of a list stand below each other, its keys too",
  BAD_SCALAR_START: 'a text that begins with this character needs quotes',
};

class Growing {
  readonly errors: ScenarioError[] = [];
  readonly #wrong: Wrong;
  readonly #open = new Set<Node>();
  /** A name may be given to several: an alias means the last one before it. */
  readonly #anchors = new Map<string, Node>();
  #left = MAX_NODES;

  constructor(wrong: Wrong) {
    this.#wrong = wrong;
  }

  tree(node: Node | null, keyStart: number | undefined, depth: number): Tree {
    const start = node?.range?.[0] ?? keyStart;
    this.#left -= 1;
    if (this.#left < 0) this.#stop(`has more than ${MAX_NODES} values, aliases written out`, start);
    if (depth > MAX_DEPTH) this.#stop(`is nested more than ${MAX_DEPTH} deep`, start);
    if (isAlias(node)) return this.#alias(node.source, start, keyStart, depth);
    if (isMap<Node, Node | null>(node)) return this.#within(node, () => this.#map(node.items, start, keyStart, depth));
    if (isSeq<Node | null>(node)) {
      return this.#within(node, () => {
        const items = node.items.map((item) => this.tree(item, undefined, depth + 1));
        return { value: items.map(({ value }) => value), start, keyStart, children: new Map(items.entries()) };
      });
    }
    if (!isScalar(node)) return { value: null, start, keyStart, plain: '', children: NONE };
    if (node.anchor !== undefined) this.#anchors.set(node.anchor, node);
    const plain = node.type === 'PLAIN' ? (node.source ?? '') : undefined;
    return { value: node.value, start, keyStart, plain, children: NONE };
  }

  #map(
    items: readonly Pair<Node, Node | null>[],
    start: number | undefined,
    keyStart: number | undefined,
    depth: number,
  ): Tree {
    const children = new Map<string, Tree>();
    for (const { key, value } of items) {
      const name = isScalar(key) ? String(key.value) : '';
      const at = key.range?.[0];
      if (children.has(name)) this.errors.push(this.#wrong(`${quoted(name)} stands here a second time`, at));
      else if (name === '__proto__') this.errors.push(this.#wrong(`${quoted(name)} is no key`, at));
      else children.set(name, this.tree(value ?? null, at, depth + 1));
    }
    const value = Object.fromEntries([...children].map(([name, child]) => [name, child.value]));
    return { value, start, keyStart, children };
  }

  /** What it stands for is found at its anchor; the place is that of the alias. */
  #alias(name: string, start: number | undefined, keyStart: number | undefined, depth: number): Tree {
    const target = this.#anchors.get(name);
    if (target === undefined) this.#stop(`there is no anchor ${quoted(name)}`, start);
    if (this.#open.has(target as Node)) this.#stop(`${quoted(name)} would hold itself`, start);
    return { ...this.tree(target as Node, keyStart, depth), keyStart };
  }

  #within(node: Node & { readonly anchor?: string }, grow: () => Tree): Tree {
    this.#open.add(node);
    if (node.anchor !== undefined) this.#anchors.set(node.anchor, node);
    const tree = grow();
    this.#open.delete(node);
    return tree;
  }

  #stop(message: string, offset: number | undefined): never {
    throw new ScenarioErrors([...this.errors, this.#wrong(message, offset)]);
  }
}

const NONE: ReadonlyMap<string | number, Tree> = new Map();

function objectTree(value: unknown, depth: number, state: { left: number; readonly file: string }): Tree {
  state.left -= 1;
  if (state.left < 0 || depth > MAX_DEPTH) {
    const message = `is nested more than ${MAX_DEPTH} deep, or has more than ${MAX_NODES} values`;
    throw new ScenarioErrors([new ScenarioError('ERR_SCENARIO_SYNTAX', { message, at: { file: state.file } })]);
  }
  if (typeof value !== 'object' || value === null) return { value, children: NONE };
  const entries: [string | number, unknown][] = Array.isArray(value) ? [...value.entries()] : Object.entries(value);
  const present = entries.filter(([, each]) => each !== undefined);
  return { value, children: new Map(present.map(([key, each]) => [key, objectTree(each, depth + 1, state)])) };
}
