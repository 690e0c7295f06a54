import { P1specError } from '../../ber/error.js';
import { endpointOf } from '../../link/tcp.js';
import type { Finding } from '../../rules/finding.js';
import type { OperatorEvent } from '../operator/log.js';
import type { HappeningListener } from './happening.js';
import type { Address, Party } from './network.js';
import type { StagePlayer } from './stage-player.js';
import type { Telling } from './telling.js';

/** The real MTA of a scenario: only what it sends is known of it. */
export class LiveActor implements StagePlayer, Party {
  readonly name: string;
  readonly isLive = true;
  readonly preset = 'live';
  readonly isJudged: boolean;
  readonly live: Address;
  readonly isUp = true;
  readonly log: readonly OperatorEvent[] = [];
  readonly unused: readonly string[] = [];
  readonly telling: Telling;

  constructor(name: string, live: Address, isJudged: boolean, telling: Telling) {
    this.name = name;
    this.live = live;
    this.isJudged = isJudged;
    this.telling = telling;
  }

  get endpoint(): string {
    return endpointOf(this.live.host, this.live.port);
  }

  get findings(): readonly Finding[] {
    return this.telling.findings;
  }

  get mta(): never {
    return this.#refuse('asked');
  }

  counter(): never {
    return this.#refuse('asked');
  }

  counters(): never {
    return this.#refuse('asked');
  }

  listen(listener: HappeningListener): () => void {
    return this.telling.listen(listener);
  }

  accept(): never {
    return this.#refuse('called in this process');
  }

  start(): never {
    return this.#refuse('started');
  }

  async stop(): Promise<never> {
    return this.#refuse('stopped');
  }

  kill(): never {
    return this.#refuse('ended');
  }

  restart(): never {
    return this.#refuse('restarted');
  }

  async applyHotfix(): Promise<never> {
    return this.#refuse('fixed');
  }

  changeLinkState(): never {
    return this.#refuse('told of links');
  }

  #refuse(what: string): never {
    throw new P1specError('ERR_LIVE_MTA', {
      message: `${this.name} is a live MTA: it cannot be ${what} from here`,
      hint: 'do it at one of the fakes, or by hand',
    });
  }
}
