import { P1specError } from '../../ber/error.js';
import type { Link } from '../../link/link.js';
import type { Finding } from '../../rules/finding.js';
import type { PduEdit } from '../edits/edit.js';
import type { Mta } from '../engine.js';
import { FileSpool } from '../file-spool.js';
import { type HotfixName, isExchange, withHotfix } from '../hotfix.js';
import { MemorySpool } from '../memory-spool.js';
import type { CountersSnapshot } from '../operator/counters.js';
import type { OperatorEvent } from '../operator/log.js';
import type { Preset } from '../preset.js';
import { presetNamed } from '../presets/index.js';
import type { QueuedItem } from '../queue.js';
import { seededRandom } from '../random.js';
import type { Spool } from '../spool.js';
import { choicesOf, configured, editInWords, fitting, presetOf, toPduEdit } from './actor-options.js';
import { ActorRun } from './actor-run.js';
import { mtaNamed } from './geography.js';
import type { HappeningListener } from './happening.js';
import type { Address, Party } from './network.js';
import { Reactions } from './reactions.js';
import type { ScenarioMta } from './schema/mta.js';
import type { Props, StagePlayer } from './stage-player.js';
import { Telling } from './telling.js';
import { TraitReader } from './traits.js';

/** A fake MTA of a scenario, over all its runs. */
export class PlayActor implements StagePlayer, Party {
  readonly name: string;
  readonly isLive = false;
  readonly isJudged: boolean;
  readonly log: OperatorEvent[] = [];
  readonly telling: Telling;
  readonly listensAt: Address | undefined;
  readonly #source: ScenarioMta;
  readonly #props: Props;
  readonly #reactions: Reactions;
  readonly #traits = new TraitReader();
  readonly #edits: readonly PduEdit[];
  readonly #usedEdits = new Set<PduEdit>();
  readonly #random: (octets: number) => Uint8Array;
  #spool: Spool | undefined;
  #preset: Preset;
  #run: ActorRun;

  /** `seed`: of its references and the like, in all its runs. */
  constructor(name: string, props: Props, seed: number) {
    const source = mtaNamed(props.scenario, name);
    this.name = name;
    this.#source = source;
    this.#props = props;
    this.isJudged = source.judged ?? false;
    this.listensAt = source.listen;
    this.#reactions = new Reactions(source.when);
    this.#edits = (source.edits ?? []).map(toPduEdit);
    this.#random = seededRandom(seed);
    this.#preset = presetOf(source);
    const { clock, onFault } = props;
    this.telling = new Telling({ name, now: () => clock.now(), reactions: this.#reactions, onFault });
    this.#spool = spoolOf(source);
    try {
      this.#run = this.#make();
    } catch (error) {
      this.dispose();
      throw error;
    }
  }

  get mta(): Mta {
    return this.#run.mta;
  }

  get preset(): string {
    return this.#preset.name;
  }

  get endpoint(): string | undefined {
    return this.#props.endpointOf(this.name);
  }

  get isUp(): boolean {
    return !this.#run.isOver;
  }

  get findings(): readonly Finding[] {
    return this.telling.findings;
  }

  get unused(): readonly string[] {
    this.#noteEdits();
    const edits = this.#edits.filter((each) => !this.#usedEdits.has(each));
    return [...this.#reactions.unused, ...edits.map(editInWords)];
  }

  counter(name: string, to?: string): number {
    const { mta, connections } = this.counters();
    const peer = to === undefined ? undefined : this.mta.connectorTo(to).peer.name;
    const counters: Readonly<Record<string, number | string | undefined>> =
      connections.find((each) => each.peer === peer)?.counters ?? mta;
    const value = counters[name];
    if (Object.hasOwn(counters, name) && typeof value !== 'string') return value ?? Number.NaN;
    const numbers = Object.keys(counters).filter((each) => typeof counters[each] !== 'string');
    throw new P1specError('ERR_UNKNOWN_COUNTER', {
      message: `${to === undefined ? 'an MTA' : 'a queue'} has no counter ${JSON.stringify(name)} with a number`,
      hint: `there are: ${numbers.join(', ')}`,
    });
  }

  counters(): CountersSnapshot {
    return this.#run.counters.snapshot(this.#props.clock.now());
  }

  listen(listener: HappeningListener): () => void {
    return this.telling.listen(listener);
  }

  accept(link: Link, from: string | undefined): () => string | undefined {
    return this.#run.accept(link, from);
  }

  start(): void {
    if (this.#run.isOver) this.#begin();
    else this.mta.start();
  }

  async stop(): Promise<void> {
    const { mta } = this;
    mta.stop();
    const isDone = () => mta.associations.every(({ role }) => role === 'responder');
    if (!isDone()) await this.#props.until(isDone, this.#props.parting);
  }

  kill(): void {
    if (this.#run.isOver) return;
    this.#noteEdits();
    this.#run.end();
  }

  restart(preset?: string): void {
    const next = preset === undefined ? this.#preset : this.#as(presetNamed(preset));
    this.kill();
    this.#preset = next;
    this.#begin();
  }

  async applyHotfix(name: HotfixName): Promise<void> {
    const options = fitting(this.#preset, this.#source.options);
    const choices = isExchange(this.#preset) ? choicesOf(this.#preset, options) : {};
    const fixed = withHotfix(name, this.#preset, choices);
    await this.stop();
    this.kill();
    this.#preset = fixed;
    this.#begin();
  }

  changeLinkState(): void {
    this.mta.linkStateChanged();
  }

  /** Ends it for good. */
  dispose(): void {
    // In the constructor, where it could not be made, there is none.
    if (this.#run !== undefined) this.kill();
    if (this.#spool instanceof FileSpool) this.#spool.close();
  }

  /** With what the scenario says of options, as far as this preset has them. */
  #as(preset: Preset): Preset {
    const options = fitting(preset, this.#source.options);
    return Object.keys(options).length === 0 ? preset : configured(preset, options);
  }

  #begin(): void {
    const before = this.#run.mta;
    const queues = this.#spool === undefined ? before.connectors.map(({ queue }) => queue) : [];
    const kept = queues.map((queue): [string, QueuedItem[]] => [queue.destination, queue.items()]);
    // What is on disk is found there anew, as a process that starts does.
    if (this.#spool instanceof FileSpool) this.#spool.close();
    this.#spool = this.#spool instanceof MemorySpool ? this.#spool : spoolOf(this.#source);
    this.#run = this.#make();
    for (const [peer, items] of kept) this.mta.restore(peer, items);
    this.mta.start();
  }

  #make(): ActorRun {
    return new ActorRun(this.#props, {
      name: this.name,
      preset: this.#preset,
      random: this.#random,
      spool: this.#spool,
      edits: this.#edits,
      traits: this.#traits,
      tell: (told) => this.telling.tell(told),
      log: (event) => this.log.push(event),
    });
  }

  /** Edits of an earlier run were used too. */
  #noteEdits(): void {
    const { unusedEdits } = this.mta;
    for (const edit of this.#edits) if (!unusedEdits.includes(edit)) this.#usedEdits.add(edit);
  }
}

/** One in memory survives all but the process. Throws ERR_SPOOL_IN_USE, ERR_SPOOL. */
function spoolOf({ spool }: ScenarioMta): Spool | undefined {
  if (typeof spool === 'string') return new FileSpool(spool);
  return spool === true ? new MemorySpool() : undefined;
}
