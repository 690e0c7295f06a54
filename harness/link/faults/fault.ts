import { P1specError } from '../../ber/error.js';

/** The layers at which a fault can stand, lowest first. */
export const FAULT_LAYERS = ['tcp', 'tpkt', 'cotp', 'session', 'presentation', 'acse', 'rtse', 'p1'] as const;
export type FaultLayer = (typeof FAULT_LAYERS)[number];

/** Whose octets, as the side sees it that has the link. */
export type FaultDirection = 'sent' | 'received';

/** Which of the units that fit: one of them, each, the first so many, or all from one on. They count from 1. */
export type FaultCount = number | 'every' | { readonly first: number } | { readonly from: number };

/** What happens to a unit. Octets of a unit count from 0, at its identifier or first header octet. */
export type FaultAction =
  /** It vanishes, with all that was sent to carry it. */
  | { readonly kind: 'drop' }
  /** It comes so much later, and what is behind it keeps its place behind it. */
  | { readonly kind: 'delay'; readonly milliseconds: number }
  /** Only its first octets are left. The layers below it are written anew, so that this one alone is wrong. */
  | { readonly kind: 'truncate'; readonly octets: number }
  /** One octet is changed by exclusive or. */
  | { readonly kind: 'corrupt'; readonly octet: number; readonly mask: number }
  /** It goes in two pieces, as its layer or the next one below has pieces; `at` is the first octet of the second. */
  | { readonly kind: 'split'; readonly at: number }
  /** It comes twice, the second time in TPKTs of its own. */
  | { readonly kind: 'duplicate' }
  /** An abort of its layer stands in its place, and the connection ends for both. */
  | { readonly kind: 'abort' }
  /** In its place the connection is closed in order, for both. */
  | { readonly kind: 'close' }
  /** In its place its sender's direction is closed; the other one goes on. */
  | { readonly kind: 'halfClose' }
  /** In its place the connection is reset. */
  | { readonly kind: 'reset' };

/** A fault at a unit of some layer. It is plain data: a scenario holds it as it is. */
export interface LayerFault {
  /** Who sends the unit that it hits, as the side sees it that has the link. */
  readonly direction: FaultDirection;
  readonly layer: FaultLayer;
  /** The unit's kind, as its Recommendation names it: one of `faultKinds(layer)`; any of them where absent. */
  readonly kind?: string;
  /** Counted over all connections that share the plan, as the sender sent them. */
  readonly nth: FaultCount;
  readonly does: FaultAction;
}

/** A fault that took effect. */
export interface FaultHit {
  readonly fault: LayerFault;
  /** Its place in the plan, from 0. */
  readonly index: number;
  /** The link, in the order in which the plan was applied, from 0. */
  readonly connection: number;
  readonly kind: string;
  /** Which of the units that fit it was, from 1. */
  readonly nth: number;
  /** Milliseconds since the epoch. */
  readonly time: number;
}

/** A fault that took effect less often than it was to. */
export interface UnmetFault {
  readonly fault: LayerFault;
  readonly index: number;
  /** How often it took effect. */
  readonly hits: number;
  /** Units of its kind that were seen. */
  readonly seen: number;
  /** Units that it was to hit, and that were too short for it. */
  readonly tooShort: number;
}

/** A fault that cannot be. */
export class FaultError extends P1specError {
  override readonly name = 'FaultError';

  constructor(details: { message: string; hint?: string }) {
    super('ERR_FAULT', { ...details, at: { layer: 'link' } });
  }
}
