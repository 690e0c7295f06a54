import type { LinkEvent } from '../link/events.js';
import { ConversationJudge } from '../rules/conversation.js';
import type { Finding } from '../rules/finding.js';
import type { Rule } from '../rules/rule.js';
import type { Step } from './hooks.js';

/**
 * What the rules find in what the peers of an MTA say, for one that refuses it. It hears the MTA's links, each by the
 * number of its association.
 */
export class PeerJudge {
  readonly #judge: ConversationJudge;
  readonly #findings = new Map<number, Finding[]>();

  constructor(rules: readonly Rule[]) {
    this.#judge = new ConversationJudge({ rules });
  }

  hear(event: LinkEvent): void {
    for (const finding of this.#judge.push(event)) {
      const { connection } = finding;
      this.#findings.set(connection, [...(this.#findings.get(connection) ?? []), finding]);
    }
    // What nobody has asked about by then is asked about no more.
    if (event.kind === 'close') this.#findings.delete(event.connection);
  }

  /** Findings in what the peer has said since the last step of that association. */
  take({ association, role }: Step): readonly Finding[] {
    const theirs = role === 'responder' ? 'i2r' : 'r2i';
    const findings = this.#findings.get(association) ?? [];
    this.#findings.delete(association);
    return findings.filter(({ direction }) => direction === theirs);
  }
}
