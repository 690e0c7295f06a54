import { parse } from 'yaml';

export interface TapPoint {
  readonly ok: boolean;
  readonly id: number;
  readonly description: string;
  readonly directive?: { readonly kind: 'SKIP' | 'TODO'; readonly reason: string };
  /** The YAML block behind it. */
  diagnosis?: unknown;
}

export interface TapDocument {
  readonly plan: number;
  readonly points: readonly TapPoint[];
  readonly comments: readonly string[];
}

/**
 * A strict parser of TAP 14, for what a reporter writes: throws where a line is nothing that the version knows, where
 * the plan is not kept, or where a character is not printable ASCII.
 */
export function parseTap(text: string): TapDocument {
  const odd = /[^\n\x20-\x7e]/.exec(text);
  if (odd !== null) throw new Error(`character ${odd[0].charCodeAt(0)} at ${odd.index}`);
  if (!text.endsWith('\n')) throw new Error('the last line has no end');
  const [version, plan, ...lines] = text.slice(0, -1).split('\n');
  if (version !== 'TAP version 14') throw new Error(`version line ${version}`);
  const planned = /^1\.\.(\d+)$/.exec(plan ?? '')?.[1];
  if (planned === undefined) throw new Error(`plan ${plan}`);
  const points: TapPoint[] = [];
  const comments: string[] = [];
  let block: string[] | undefined;
  for (const line of lines) {
    const point = points.at(-1);
    if (block !== undefined) {
      if (!line.startsWith('  ')) throw new Error(`in a block: ${line}`);
      if (line !== '  ...') block.push(line.slice(2));
      else {
        if (point !== undefined) point.diagnosis = parse(block.join('\n'));
        block = undefined;
      }
    } else if (line === '  ---') {
      if (point === undefined || point.diagnosis !== undefined) throw new Error('a block behind no test point');
      block = [];
    } else if (line.startsWith('#')) comments.push(line.slice(1).trim());
    else points.push(parsePoint(line));
  }
  if (block !== undefined) throw new Error('a block that does not end');
  const ids = points.map(({ id }) => id);
  if (ids.join() !== Array.from({ length: Number(planned) }, (_, i) => i + 1).join()) throw new Error(`ids ${ids}`);
  return { plan: Number(planned), points, comments };
}

function parsePoint(line: string): TapPoint {
  const [, not, id, rest] = /^(not )?ok (\d+) - (.*)$/.exec(line) ?? [];
  if (rest === undefined) throw new Error(`no line of TAP: ${line}`);
  // The first hash sign that no backslash escapes.
  const [, description = '', directive] = /^((?:[^\\#]|\\.)*)(?:#(.*))?$/.exec(rest) ?? [];
  const [, kind, reason] = /^ (SKIP|TODO)(?: (.*))?$/.exec(directive ?? '') ?? [];
  if (directive !== undefined && kind === undefined) throw new Error(`directive ${directive}`);
  return {
    ok: not === undefined,
    id: Number(id),
    description: unescapeTap(description.trim()),
    ...(kind === undefined ? {} : { directive: { kind: kind as 'SKIP' | 'TODO', reason: unescapeTap(reason ?? '') } }),
  };
}

function unescapeTap(text: string): string {
  return text.replace(/\\(.)/g, '$1');
}
