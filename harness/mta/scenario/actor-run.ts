import type { Link } from '../../link/link.js';
import { modes } from '../../stack/mode.js';
import type { PduEdit } from '../edits/edit.js';
import { Mta } from '../engine.js';
import { Counters } from '../operator/counters.js';
import { type OperatorEvent, OperatorLog } from '../operator/log.js';
import type { Preset } from '../preset.js';
import type { Spool } from '../spool.js';
import { peerConfig } from './actor-options.js';
import { domainOf, linksOf, mtaNamed } from './geography.js';
import { type Life, mortalClock, mortalSpool } from './mortal.js';
import type { Props } from './stage-player.js';
import type { TraitReader } from './traits.js';
import { hooksThatTell, type Told, toldByLog, type Watcher, watchEvents } from './watch.js';

export interface ActorRunOptions {
  readonly name: string;
  readonly preset: Preset;
  readonly random: (octets: number) => Uint8Array;
  readonly spool: Spool | undefined;
  readonly edits: readonly PduEdit[];
  readonly traits: TraitReader;
  readonly tell: Watcher['tell'];
  readonly log: (event: OperatorEvent) => void;
}

/** An MTA of a scenario from one start to its end: then it tells and writes nothing any more. */
export class ActorRun {
  readonly mta: Mta;
  readonly counters: Counters;
  /** Who called, by association, where that was known before the bind. */
  readonly #callers = new Map<number, string>();
  readonly #onFault: (fault: unknown) => void;
  #calling: string | undefined;
  #isOver = false;

  constructor(props: Props, options: ActorRunOptions) {
    const { scenario, geography, clock, onFault } = props;
    this.#onFault = onFault;
    const { name, preset, random, spool, edits, traits, log } = options;
    const source = mtaNamed(scenario, name);
    const { mtaName = name, server, recovery } = source;
    const life: Life = { isAlive: () => !this.#isOver, onFault };
    const watcher: Watcher = {
      traits,
      peerOf: (association) => this.#callerOf(association),
      priorityOf: (peer, identifier) => this.#priorityOf(peer, identifier),
      tell: (told: Told) => (this.#isOver ? undefined : options.tell(told)),
    };
    const own = linksOf(scenario).filter(({ between }) => between.includes(name));
    this.mta = new Mta({
      name: mtaName,
      preset,
      domain: domainOf(name, source),
      ...(server === undefined ? {} : { server }),
      peers: own.map((link) => {
        const [one, other] = link.between;
        const them = one === name ? other : one;
        return peerConfig(scenario, link, { name, preset }, them, () => props.connect(name, them));
      }),
      clock: mortalClock(clock, life),
      random,
      hooks: hooksThatTell(watcher),
      route: (recipient) => {
        const home = geography.homeOf(recipient);
        return home === undefined || home === name ? undefined : geography.nextHop(name, home);
      },
      modes: source.modes ?? modes,
      ...(recovery === undefined ? {} : { recovery }),
      ...(spool === undefined ? {} : { spool: mortalSpool(spool, life) }),
      edits,
    });
    watchEvents(this.mta, watcher);
    this.counters = new Counters(this.mta);
    new OperatorLog(this.mta, {
      family: preset.family,
      tell: (event) => {
        if (this.#isOver) return;
        log(event);
        watcher.tell(toldByLog(event));
      },
    });
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  /** Gives the name of who calls, once it is known. */
  accept(link: Link, from: string | undefined): () => string | undefined {
    this.#calling = from;
    try {
      const association = this.mta.accept(link, from);
      if (from !== undefined) this.#callers.set(association.index, from);
      return () => from ?? association.peer;
    } catch (fault) {
      // Who calls has no part in it.
      this.#onFault(fault);
      link.destroy();
      return () => from;
    } finally {
      this.#calling = undefined;
    }
  }

  end(): void {
    this.#isOver = true;
    this.mta.kill();
  }

  /** What is not known by its number yet is what is being taken now. */
  #callerOf(association: number): string | undefined {
    const known = this.#callers.get(association);
    if (known !== undefined || this.#calling === undefined) return known;
    this.#callers.set(association, this.#calling);
    return this.#calling;
  }

  #priorityOf(peer: string | undefined, identifier: string): string | undefined {
    const connector = this.mta.connectors.find((each) => each.peer.name === peer);
    return connector?.queue.served().find((item) => item.identifier === identifier)?.priority;
  }
}
