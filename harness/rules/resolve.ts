import { placeIn, type Stretch, stretchAt } from '../stack/association/stretches.js';
import type { Mode } from '../stack/mode.js';
import type { Finding } from './finding.js';
import type { StreamKind } from './signatures.js';

/** A finding before it is settled against the others of the same PDU. */
export interface Draft {
  finding: Finding;
  /** Stream offset behind its last octet. */
  readonly end: number;
  /** Foreign as a whole: what is inside it is not told again. */
  readonly covers: boolean;
  /** Cannot be decoded: octets of it that belong to nothing are part of it. */
  readonly undecodable: boolean;
  /** Found by its text, in octets of this kind. */
  readonly hit: StreamKind | undefined;
  /** The modes in which its rule holds. */
  readonly modes: readonly Mode[];
  /** Where its transfer's octets came, if over several connections: the offsets are shifted until it is settled. */
  readonly stretches?: readonly Stretch[];
}

/**
 * One finding per foreign element, none for what is inside it. A worse finding inside a better one stays: a permission
 * for an extension permits no unknown element in it. Text found inside an element that fails names that element.
 */
export function settle(drafts: readonly Draft[]): Finding[] {
  if (drafts.length <= 1) return drafts.map(placed);
  if (drafts.some(({ stretches }) => stretches !== drafts[0]?.stretches)) return apart(drafts);
  const order = drafts
    .map((draft, i) => ({ draft, i }))
    .sort(
      (a, b) =>
        compare(a.draft.finding.direction, b.draft.finding.direction) ||
        a.draft.finding.offset - b.draft.finding.offset ||
        b.draft.end - a.draft.end ||
        a.draft.finding.tier - b.draft.finding.tier ||
        Number(b.draft.covers) - Number(a.draft.covers) ||
        a.i - b.i,
    );
  const open: Draft[] = [];
  const kept: Draft[] = [];
  for (const { draft } of order) {
    while (open.length > 0 && !contains(open[open.length - 1] as Draft, draft)) open.pop();
    const same = open[open.length - 1];
    if (same !== undefined && isSamePlace(same, draft)) {
      // Two members that are missing are one thing wrong with one element.
      if (draft.hit === undefined && !same.finding.message.includes(draft.finding.message)) {
        same.finding = { ...same.finding, message: `${same.finding.message}; ${draft.finding.message}` };
      }
      continue;
    }
    if (!isTold(draft, open)) continue;
    kept.push(draft);
    open.push(draft);
  }
  return kept.map(placed);
}

/** Offsets of different streams say nothing of each other. */
function apart(drafts: readonly Draft[]): Finding[] {
  const streams = new Map<Draft['stretches'], Draft[]>();
  for (const draft of drafts) {
    const own = streams.get(draft.stretches);
    if (own === undefined) streams.set(draft.stretches, [draft]);
    else own.push(draft);
  }
  return [...streams.values()].flatMap(settle);
}

/** The finding at the place in the connection in which its octets came, or began to. */
function placed({ finding, end, stretches }: Draft): Finding {
  if (stretches === undefined) return finding;
  const begin = placeIn(stretches, finding.offset);
  const message =
    stretchAt(Math.max(end - 1, finding.offset)) === stretchAt(finding.offset)
      ? finding.message
      : `${finding.message}; its octets go on in connection ${placeIn(stretches, end - 1).connection}`;
  return { ...finding, ...begin, message };
}

function isTold(draft: Draft, around: readonly Draft[]): boolean {
  for (let i = around.length - 1; i >= 0; i -= 1) {
    const outer = around[i] as Draft;
    const { tier, permitted } = outer.finding;
    if (names(draft, outer) && tier !== 3 && permitted === undefined) {
      outer.finding = { ...outer.finding, signature: outer.finding.signature ?? draft.finding.message };
      return false;
    }
    if (outer.covers && tier <= draft.finding.tier) return false;
  }
  return true;
}

/** Whether text inside an element says what that is, and is no finding of its own. */
function names(text: Draft, outer: Draft): boolean {
  return text.hit !== undefined && (outer.covers || (outer.undecodable && text.hit === 'stray'));
}

function isSamePlace(a: Draft, b: Draft): boolean {
  const [one, other] = [a.finding, b.finding];
  // The same text may be seen twice: in a content, and among octets that could not be read to their end.
  const alike = one.rule === other.rule || (a.hit !== undefined && b.hit !== undefined);
  return alike && one.offset === other.offset && a.end === b.end && one.permitted === other.permitted;
}

function contains(outer: Draft, inner: Draft): boolean {
  return (
    outer.finding.direction === inner.finding.direction &&
    outer.finding.offset <= inner.finding.offset &&
    inner.end <= outer.end
  );
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
