import type { Finding } from '../../rules/finding.js';
import type { Answer } from '../hooks.js';
import type { Happening, HappeningListener } from './happening.js';
import type { Reactions } from './reactions.js';
import type { Told } from './watch.js';

export interface TellingOptions {
  readonly name: string;
  readonly now: () => number;
  readonly reactions?: Reactions;
  readonly onFault: (fault: unknown) => void;
}

/** Tells those who listen what happens at one MTA, and asks them for answers. */
export class Telling {
  /** Of tier 1 and 2, unpermitted, in what the MTA has sent. */
  readonly findings: Finding[] = [];
  readonly #options: TellingOptions;
  readonly #listeners = new Set<HappeningListener>();

  constructor(options: TellingOptions) {
    this.#options = options;
  }

  listen(listener: HappeningListener): () => void {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  }

  /** All hear of it, the reactions too, which count; the first answer holds. */
  tell(told: Told): Answer | undefined {
    const { name, now, reactions } = this.#options;
    const happening: Happening = { time: now(), mta: name, ...told };
    let answer: Answer | undefined;
    for (const listener of [...this.#listeners]) answer = this.#ask(listener, happening, answer);
    return reactions === undefined ? answer : this.#ask((each) => reactions.answer(each), happening, answer);
  }

  found(finding: Finding, peer: string | undefined): void {
    this.findings.push(finding);
    const { rule, message } = finding;
    this.tell({ event: 'finding', fields: { rule, ...(peer === undefined ? {} : { peer }) }, detail: message });
  }

  #ask(listener: HappeningListener, happening: Happening, earlier: Answer | undefined): Answer | undefined {
    try {
      const answer = listener(happening);
      return earlier ?? answer;
    } catch (fault) {
      this.#options.onFault(fault);
      return earlier;
    }
  }
}
