import type { LinkEvent } from '../../link/events.js';
import { associationRules } from '../../rules/catalogue.js';
import { ConversationJudge } from '../../rules/conversation.js';
import { checkPermissions, type Finding, fails } from '../../rules/finding.js';
import type { Scenario } from './schema/scenario.js';

/** Who has the two ends of a connection. The caller is undefined while one of several live MTAs has not said who it is. */
export interface Ends {
  readonly initiator: () => string | undefined;
  readonly responder: string;
}

/** Takes what fails who sent it. */
export type Found = (finding: Finding, by: string | undefined, to: string | undefined) => void;

/** Judges what all MTAs of a stage send. */
export class StageJudge {
  readonly #judge: ConversationJudge;
  readonly #ends = new Map<number, Ends>();
  readonly #found: Found;

  /** Throws ERR_PERMIT_UNKNOWN, ERR_PERMIT_TIER. */
  constructor({ permit = [] }: Scenario, found: Found) {
    const permissions = permit.map(({ rule, match, reason }) => ({
      rule,
      reason,
      ...(match === undefined ? {} : { match }),
    }));
    checkPermissions(permissions, associationRules);
    this.#judge = new ConversationJudge({ permissions });
    this.#found = found;
  }

  opened(connection: number, ends: Ends): void {
    this.#ends.set(connection, ends);
  }

  push(event: LinkEvent): void {
    this.#take(this.#judge.push(event));
  }

  end(): void {
    this.#take(this.#judge.end());
  }

  #take(findings: readonly Finding[]): void {
    for (const finding of findings) {
      if (!fails(finding)) continue;
      const ends = this.#ends.get(finding.connection);
      const [initiator, responder] = [ends?.initiator(), ends?.responder];
      if (finding.direction === 'i2r') this.#found(finding, initiator, responder);
      else this.#found(finding, responder, initiator);
    }
  }
}
