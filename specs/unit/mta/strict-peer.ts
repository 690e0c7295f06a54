import type { LinkEvent } from '../../../harness/link/events.js';
import type { Answer, Hooks, Step } from '../../../harness/mta/hooks.js';
import { ConversationJudge } from '../../../harness/rules/conversation.js';
import type { Finding, Tier } from '../../../harness/rules/finding.js';

export interface StrictOptions {
  /** Findings of these tiers are refused; all where absent. */
  readonly upTo?: Tier;
  /** What it answers to a transfer. An exception where absent. */
  readonly transfer?: Answer;
}

/**
 * The hooks of an MTA that judges whatever its peer says by the rules, and refuses what they tell of: a bind is refused, or
 * aborted where it was answered; a transfer is answered with an exception. It is to hear of every event of the links of its
 * MTA, in the order in which that has its associations.
 */
export class StrictPeer {
  /** What it refused, and what for. */
  readonly refused: { readonly at: 'bind' | 'transfer'; readonly rules: readonly string[] }[] = [];
  readonly #judge = new ConversationJudge();
  readonly #options: StrictOptions;
  #unanswered: Finding[] = [];

  constructor(options: StrictOptions = {}) {
    this.#options = options;
  }

  hear(event: LinkEvent): void {
    this.#unanswered.push(...this.#judge.push(event));
  }

  /** What was found and never came to be answered, as it stood in a release. */
  end(): readonly string[] {
    this.#unanswered.push(...this.#judge.end());
    return rulesOf(this.#unanswered);
  }

  get hooks(): Hooks {
    const { transfer = { do: 'exception', reason: 'unrecoverableProcedureError' } } = this.#options;
    return {
      onBind: (step) => this.#answer('bind', step, { do: 'refuse', error: 'authenticationError' }),
      onTransfer: (step) => (step.phase === 'end' ? this.#answer('transfer', step, transfer) : undefined),
    };
  }

  #answer(at: 'bind' | 'transfer', { association, role }: Step, refusal: Answer): Answer | undefined {
    const { upTo = 3 } = this.#options;
    const theirs = role === 'responder' ? 'i2r' : 'r2i';
    const isOfPeer = ({ connection, direction }: Finding) => connection === association && direction === theirs;
    const own = this.#unanswered.filter(isOfPeer);
    this.#unanswered = this.#unanswered.filter((finding) => !isOfPeer(finding));
    const told = own.filter(({ tier, permitted }) => tier <= upTo && permitted === undefined);
    if (told.length === 0) return undefined;
    this.refused.push({ at, rules: rulesOf(told) });
    return refusal;
  }
}

function rulesOf(findings: readonly Finding[]): string[] {
  return [...new Set(findings.map(({ rule }) => rule))].sort();
}
