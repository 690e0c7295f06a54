import type { Decoded } from '../asn1/decoded.js';
import type { Element } from '../ber/element.js';
import type { Layer } from '../ber/error.js';
import type { Anomaly } from '../stack/anomaly.js';
import type { AssociationEvent, Mode } from '../stack/association/events.js';
import type { Tier } from './finding.js';
import type { ConversationMemory } from './memory.js';
import type { Hit, SignatureName, StreamKind } from './signatures.js';
import type { Site } from './site.js';

export type Strength = 'shall' | 'should' | 'may';

/** What the catalogue tells of a rule. */
export interface RuleInfo {
  /** Family and three digits; never reused. */
  readonly id: string;
  /** What holds, in one sentence. */
  readonly title: string;
  readonly tier: Tier;
  readonly strength: Strength;
  readonly clause: string;
  /** Why it matters to who sends or receives. */
  readonly rationale: string;
  /** The modes in which it is judged: in an association of another mode it never fires. */
  readonly appliesTo: readonly Mode[];
}

/** A rule over what an observer tells of one association. */
export interface Rule extends RuleInfo {
  start(context: RuleContext): RunningRule;
}

export const EVERY_MODE: readonly Mode[] = ['normal', 'x410-1988', 'x410-1984'];
export const NORMAL_MODE: readonly Mode[] = ['normal'];
export const MODES_OF_1988: readonly Mode[] = ['normal', 'x410-1988'];
export const X410_MODES: readonly Mode[] = ['x410-1988', 'x410-1984'];

/** Where something stands: decoded, an element as sent, what an observer saw, or plain octets. */
export type Place = Decoded | Element | Anomaly | PlainPlace;

export interface PlainPlace {
  readonly path: string;
  readonly layer: Layer;
  /** Stream offset. */
  readonly offset: number;
  readonly length: number;
}

export interface FindOptions {
  /** Where the place is an Element, which knows no path. */
  readonly path?: string;
  readonly layer?: Layer;
  /** Where another clause than the rule's own says it. */
  readonly clause?: string;
  /** What a permission may name: an object identifier, an extension number. */
  readonly key?: string;
  /**
   * Whether the place is foreign as a whole, so that nothing inside it is told again; false for an element that is
   * known and only has something wrong about it.
   */
  readonly covers?: boolean;
  readonly signature?: string;
}

export interface HitSubscription {
  readonly signature: SignatureName;
  readonly streams: readonly StreamKind[];
  found(hit: Hit): void;
}

export interface RuleContext {
  /** Tells of a finding in what the current event's sender sent. */
  find(place: Place, message: string, options?: FindOptions): void;
  /** The reason with which the key is permitted; undefined where it is not. */
  permits(key: string): string | undefined;
  /** Has the shared automaton call back for each hit in streams of these kinds. */
  hits(subscription: HitSubscription): void;
  /** The associations before this one in the same conversation. */
  readonly memory: ConversationMemory;
}

/** A rule on one association. Of the events it gets only those of the side that is judged, but for `watch`. */
export interface RunningRule {
  /** The kinds of events that it wants; all where absent. */
  readonly kinds?: readonly AssociationEvent['kind'][];
  /** Every event of both sides, to follow what was negotiated: after `on`, and not to find anything in. */
  watch?(event: AssociationEvent): void;
  on?(event: AssociationEvent): void;
  /** What an observer or decoder saw, with where it belongs. */
  anomaly?(anomaly: Anomaly, site: Site): void;
  /** Decoded values, by the name of their type: every PDU is walked once for all rules. */
  readonly nodes?: Readonly<Record<string, (node: Decoded) => void>>;
  end?(): void;
}

/** Declares a rule; in every mode unless it says otherwise. */
export function defineRule(rule: Partial<Pick<Rule, 'appliesTo'>> & Omit<Rule, 'appliesTo'>): Rule {
  return { appliesTo: EVERY_MODE, ...rule };
}
