/**
 * The traps of P1 on its stack: where real MTAs have failed each other, and where stacks that speak several modes get it
 * wrong. Each is held by vectors: what a rule tells of it in specs/unit/rules/traps.spec.ts. `docs/traps.md` is made of
 * them.
 */
export interface Trap {
  /** A stable name, by which the specs find their vectors. */
  readonly id: string;
  readonly area:
    | 'TPKT and transport'
    | 'session'
    | 'reliable transfer'
    | 'modes'
    | 'bind'
    | 'encoding'
    | 'machines'
    | 'queues';
  /** What a peer sends, in a sentence. */
  readonly what: string;
  /** Articles of Microsoft's Knowledge Base, clauses, MTAs that were seen to send it. */
  readonly source: string;
  /** The rules that tell of it; none where it is legal. */
  readonly rules: readonly string[];
  /** Why no rule tells of it, or what else is to be known. */
  readonly note?: string;
  /** What the machines do with it on input, and what they never send; absent where no spec holds that. */
  readonly accepts?: string;
  readonly neverEmits?: string;
  /** What a strict peer is scripted to do with it; absent where none is. */
  readonly strictPeer?: string;
}

export const LEGAL = 'Legal: to be accepted.';
