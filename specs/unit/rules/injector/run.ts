import { type BerForm, type BerNode, writeBer } from '../../../../harness/ber/writer.js';
import type { Finding } from '../../../../harness/rules/finding.js';
import { Judge } from '../../../../harness/rules/judge.js';
import type { Mode } from '../../../../harness/stack/association/events.js';
import type { Direction } from '../../../../harness/stack/direction.js';
import { association, type Sent, streamOf } from '../support/association.js';
import { judged } from '../support/judged.js';
import type { Carried, Carrier, Root } from './carrier.js';
import { type ForeignKind, foreignKinds, markOf } from './foreign.js';
import { type Place, placesOf } from './places.js';
import { textOctets } from './samples.js';

/** One foreign thing in one place. */
export interface Injection {
  readonly place: Place;
  readonly kind: string;
  readonly foreign: Uint8Array;
  /** The value of the root that has it. */
  readonly value: Uint8Array;
  readonly direction: Direction;
}

/** How the values around the foreign elements are written, in turn. */
const forms: readonly BerForm[] = [
  {},
  { indefinite: true },
  { reverseSets: true },
  { segment: 3 },
  {},
  { indefinite: true, segment: 4, reverseSets: true },
];
/** Each of its lengths is a finding of tier 3, so it comes less often. */
const longLengths: BerForm = { lengthOctets: 4 };

function formOf(count: number): BerForm {
  return count % 31 === 30 ? longLengths : (forms[count % forms.length] as BerForm);
}

const bare: ForeignKind = { name: 'octets', make: textOctets };

/**
 * A foreign element for every place of a root: of every kind where a type is met for the first time, of one kind and
 * one direction in turn where it is met again.
 */
export function injectionsOf(carrier: Carrier, root: Root): Injection[] {
  const injections: Injection[] = [];
  const writer = new SharingWriter();
  const met = new Set<string>();
  let count = 0;
  for (const place of placesOf(root.name, root.type, carrier.profile)) {
    const kinds = place.kind === 'null' || place.kind === 'tail' ? [bare] : foreignKinds;
    const key = `${place.family} ${place.type} ${place.kind}`;
    const chosen = met.has(key) ? [kinds[count % kinds.length] as ForeignKind] : kinds;
    met.add(key);
    for (const kind of chosen) {
      const foreign = kind.make(markOf(count), place.avoid);
      if (foreign === undefined) continue;
      const direction = root.directions[count % root.directions.length] as Direction;
      const value = writer.write(place.inject(foreign), formOf(count));
      injections.push({ place, kind: kind.name, foreign, value, direction });
      count += 1;
    }
  }
  return injections;
}

/** Writes trees that share most of their nodes: each node is written once in each form. */
class SharingWriter {
  readonly #written = new Map<BerForm, WeakMap<BerNode, Uint8Array>>();

  write(node: BerNode, form: BerForm): Uint8Array {
    const written = this.#written.get(form) ?? new WeakMap<BerNode, Uint8Array>();
    this.#written.set(form, written);
    const known = written.get(node);
    if (known !== undefined) return known;
    const isTree = !('raw' in node) && !(node.content instanceof Uint8Array);
    const flat = isTree
      ? { ...node, content: (node.content as readonly BerNode[]).map((each) => ({ raw: this.write(each, form) })) }
      : node;
    const octets = writeBer(flat, form);
    written.set(node, octets);
    return octets;
  }
}

/** What is wrong with the judgement on each injection; an injection that was judged rightly has none. */
export function failuresOf(
  root: Root,
  injections: readonly Injection[],
  newJudge: () => Judge = () => new Judge(),
): Map<Injection, string> {
  const failures = new Map<Injection, string>();
  for (const direction of root.directions) {
    const own = injections.filter((each) => each.direction === direction);
    for (let at = 0; at < own.length; at += root.batch) {
      judge(root, own.slice(at, at + root.batch), newJudge(), failures);
    }
  }
  return failures;
}

function judge(root: Root, injections: readonly Injection[], judge: Judge, failures: Map<Injection, string>): void {
  const [{ direction }] = injections as [Injection];
  const carried = root.carry(
    injections.map(({ value }) => value),
    direction,
  );
  if (carried.places.length !== injections.length) throw new Error(`${root.name}: a value was cut`);
  const stream = Buffer.from(streamOf(carried.sent, direction));
  const left = new Set(judged(carried.sent, { judge }).filter(({ tier }) => tier !== 3));
  injections.forEach((injection, i) => {
    const span = spanOf(carried, i);
    const mine = [...left].filter((finding) => isWithin(finding, span, direction, injections.length));
    for (const finding of mine) left.delete(finding);
    const offset = placeOf(span, stream, injection);
    const failure = compare(mine, offset, injection);
    if (failure !== undefined) failures.set(injection, failure);
  });
  const [first] = injections as [Injection];
  if (left.size > 0 && !failures.has(first)) failures.set(first, `elsewhere: ${[...left].map(tell).join('; ')}`);
}

/** The same of a TRANSFER that is cut into RTTRs of so many octets, and comes from TCP octet by octet. */
export function slicedFailureOf(mode: Mode, injection: Injection, slice: number): string | undefined {
  const { value, foreign, direction } = injection;
  const apdu = mode === 'normal' ? new Uint8Array() : value;
  const sent = association({
    mode,
    transfers: [{ apdu, direction, slice }],
    edit: (pdu, tree) => (pdu === 'EXTERNAL' ? { raw: value } : tree),
  });
  const findings = judged(sent, { chunk: 1 }).filter(({ tier }) => tier !== 3);
  // A slice ends with its TPKT: of all that is around it nothing follows it.
  const at = Buffer.from(value).indexOf(foreign);
  const holder = Math.floor(at / slice);
  const places = sent.flatMap((each, i) => (each.what === 'DATA TRANSFER' ? [i] : []));
  const { end } = spanOf({ sent, places }, holder);
  const own = Math.min(slice, value.length - holder * slice);
  return compare(findings, end - own + (at % slice), injection);
}

interface Span {
  readonly start: number;
  readonly end: number;
}

/** Where the i-th value's TPKT stands in the stream of its direction. */
function spanOf({ sent, places }: Carried, i: number): Span {
  const place = places[i] as number;
  const { direction, octets } = sent[place] as Sent;
  const start = sent
    .slice(0, place)
    .reduce((sum, each) => sum + (each.direction === direction ? each.octets.length : 0), 0);
  return { start, end: start + octets.length };
}

/** In an association with one injection, whatever was found belongs to it. */
function isWithin({ offset, direction }: Finding, span: Span, sender: Direction, injections: number): boolean {
  return injections === 1 || (direction === sender && offset >= span.start && offset < span.end);
}

function placeOf(span: Span, stream: Buffer, { foreign }: Injection): number {
  const at = stream.indexOf(foreign, span.start);
  if (at < 0 || at >= span.end) throw new Error('the foreign octets are not in the stream in one piece');
  return at;
}

function compare(findings: readonly Finding[], offset: number, injection: Injection): string | undefined {
  const { foreign, direction, place } = injection;
  const wanted = findings.filter(
    (each) =>
      each.tier === 1 && each.offset === offset && each.length === foreign.length && each.direction === direction,
  );
  const others = findings.filter((each) => !wanted.includes(each) && !isExpected(each, place));
  if (wanted.length === 1 && others.length === 0) return undefined;
  const expected = `one finding of tier 1 at ${offset} of ${foreign.length} octets`;
  return `${place.path} (${injection.kind}): ${expected}, not ${findings.map(tell).join('; ') || 'none'}`;
}

function tell({ rule, tier, offset, length, direction, path, message }: Finding): string {
  return `${rule} tier ${tier} ${direction} ${offset}+${length} ${path}: ${message}`;
}

/** Places inside what itself needs an agreement: the value that has the place has that finding of tier 2 too. */
const bilateral: readonly RegExp[] = [
  /\.perDomainBilateralInformation\b/,
  /\.implementationInformation$/,
  /\.additionalInformation$/,
];

function isExpected({ tier, path }: Finding, place: Place): boolean {
  return tier === 2 && bilateral.some((pattern) => pattern.test(path) && pattern.test(place.path));
}
