import type { MTABindErrorName } from '../harness/mta/bind.js';
import type { QueuePriority } from '../harness/mta/queue.js';
import type { RetryOptions } from '../harness/mta/retry.js';
import type { StepName } from '../harness/mta/when.js';
import type { Mode } from '../harness/stack/association/events.js';
import type { ActivityReason, DialogueMode, RtAbortReason } from '../harness/stack/association/service.js';

// What a seed makes: who is there, what is sent, and what goes wrong. All times in milliseconds from the start.

export interface Plan {
  readonly seed: number;
  readonly shape: 'pair' | 'line' | 'triangle';
  readonly mtas: readonly MtaPlan[];
  readonly links: readonly LinkPlan[];
  /** The next MTA on the way, by where from and where to. */
  readonly routes: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly traffic: readonly Dispatch[];
  readonly faults: readonly Fault[];
  /** From now on nothing goes wrong any more. */
  readonly calm: number;
}

export interface MtaPlan {
  readonly name: string;
  /** Whether it can go on with transfers that broke off; without, it refuses to, as ISODE does. */
  readonly recovers: boolean;
}

/** One side of a link: how its MTA deals with the other one. */
export interface EndPlan {
  readonly mta: string;
  readonly opens: boolean;
  /** Units of 1024 octets. */
  readonly checkpointSize: number;
  /** Undefined leaves it out, and 3 holds. */
  readonly windowSize: number | undefined;
  readonly timers: { readonly open: number; readonly transfer: number; readonly release: number };
  readonly retry: Partial<RetryOptions>;
}

export interface LinkPlan {
  /** `A-B`. */
  readonly name: string;
  readonly ends: readonly [EndPlan, EndPlan];
  readonly mode: Mode;
  readonly dialogueMode: DialogueMode;
  readonly initialTurn: 'initiator' | 'responder';
  readonly tpduSize: number;
  /** How long an octet is under way. */
  readonly latency: number;
  /** What is sent arrives in pieces of at most so many octets; as it was sent where undefined. */
  readonly chunk: number | undefined;
}

export interface RecipientPlan {
  /** Its MTA. */
  readonly home: string;
  /** `common`: by common name, which 1984 has otherwise; `postal`: with an attribute that 1984 does not have. */
  readonly named: 'personal' | 'common' | 'postal';
}

/** Something that is submitted. */
export interface Dispatch {
  readonly at: number;
  readonly kind: 'message' | 'probe';
  readonly from: string;
  /** Whom it is queued for: the first MTA on the way. */
  readonly via: string;
  readonly recipients: readonly RecipientPlan[];
  readonly priority: QueuePriority;
  /** Octets of content. */
  readonly size: number;
  /** As an interpersonal text, or as octets of no type. */
  readonly text: boolean;
  /** Delivery reports too. */
  readonly reports: boolean;
}

/** Octet `octet` of those that `from` sends over the link, whatever the connection. */
export interface OctetPlace {
  readonly link: string;
  readonly from: string;
  readonly octet: number;
}

/** The nth SPDU of a kind that `from` sends over the link: in front of it, or behind it. */
export interface SpduPlace {
  readonly link: string;
  readonly from: string;
  /** As X.225 abbreviates it. */
  readonly spdu: string;
  readonly nth: number;
  readonly behind: boolean;
}

export type Place = OctetPlace | SpduPlace;

/** What an MTA can be made to do at any time. */
export type Deed =
  | { readonly do: 'abort'; readonly reason: RtAbortReason }
  | { readonly do: 'close' }
  | { readonly do: 'release' }
  | { readonly do: 'interrupt' | 'discard'; readonly reason: ActivityReason };

export type StepAnswer =
  | { readonly do: 'refuse'; readonly reason: MTABindErrorName | ActivityReason }
  | { readonly do: 'abort'; readonly reason: RtAbortReason }
  | { readonly do: 'close' }
  | { readonly do: 'hold' }
  | { readonly do: 'delay'; readonly milliseconds: number }
  | { readonly do: 'nonDeliver'; readonly reason: number; readonly diagnostic: number };

export type Fault =
  /** `end`: closed in order in the midst. `reset`: what is under way is lost. `halfClose`: only this direction ends. */
  | { readonly kind: 'end' | 'reset' | 'halfClose'; readonly at: Place }
  /** This direction loses all octets; the link is reset on both sides after a while, as TCP does in the end. */
  | { readonly kind: 'swallow'; readonly at: Place; readonly resetAfter: number }
  | { readonly kind: 'stall'; readonly at: Place; readonly milliseconds: number }
  /** The header of the next TPKT is changed: octet 0 is its version, 2 and 3 are its length. */
  | { readonly kind: 'corrupt'; readonly at: Place; readonly header: 0 | 2 | 3; readonly mask: number }
  /** Connections in this period are refused. */
  | { readonly kind: 'refuse'; readonly link: string; readonly from: number; readonly until: number }
  /** The nth time that the MTA comes to a step, over all its associations. */
  | {
      readonly kind: 'step';
      readonly mta: string;
      readonly step: StepName;
      readonly nth: number;
      readonly answer: StepAnswer;
    }
  /** On the association that carries this, or where that is over, on any of the link. */
  | { readonly kind: 'deed'; readonly mta: string; readonly at: Place; readonly deed: Deed }
  /** The MTA ends with nothing said, and is started over its spool. */
  | {
      readonly kind: 'crash';
      readonly mta: string;
      /** At a place, or behind the nth thing that it wrote to its spool, in the midst of what it was doing. */
      readonly at: Place | { readonly write: number };
      readonly downFor: number;
      /** What it kept of transfers that came in, and the connections that they came on. */
      readonly transfers: 'kept' | 'lost';
    };
