import type { Clock } from '../../link/clock.js';
import type { LinkEvent, LinkOpened } from '../../link/events.js';
import type { Link } from '../../link/link.js';
import type { RecordedSide } from '../../transcript/compare/connections.js';
import { defaultComparisonRules } from '../../transcript/compare/default-rules.js';
import type { Difference, MatchContext } from '../../transcript/compare/match.js';
import { Renaming } from '../../transcript/compare/renaming.js';
import { type ComparisonRule, RuleSet } from '../../transcript/compare/rule.js';
import { UnitReader } from '../../transcript/compare/units.js';
import type { Truncation } from '../../transcript/conversation.js';
import type { TranscriptHeader } from '../../transcript/format.js';
import { Playing } from './playing.js';
import { Recomputing } from './recompute.js';
import { awaitable, type Need, ReplayError, type ScriptConnection, scriptOf } from './script.js';

export interface PlayOptions {
  /** The recording. */
  readonly events: Iterable<LinkEvent>;
  /** Which side of it is played: `i`, `r`, or an endpoint or name. */
  readonly side: RecordedSide;
  readonly header?: TranscriptHeader;
  readonly truncation?: Truncation;
  /** For errors. */
  readonly file?: string;
  readonly clock: Clock;
  /** Opens a connection to the peer; needed where our side opens any. */
  readonly connect?: () => Promise<Link>;
  /** Whether the peer can open connections: they are then given to `accept`. True if absent. */
  readonly accepts?: boolean;
  /** The default rules if absent. */
  readonly rules?: readonly ComparisonRule[];
  /** Milliseconds without anything from the peer after which it is given up; 30 s if absent. */
  readonly timeout?: number;
  /** MTS identifiers of ours are made anew; as recorded if absent. */
  readonly freshIdentifiers?: boolean;
  /** Takes the live conversation. */
  readonly record?: (event: LinkEvent) => void;
  /** Told as it is found. */
  readonly onDifference?: (difference: Difference) => void;
  readonly signal?: AbortSignal;
}

export interface PlayResult {
  /** In the order in which they were found. */
  readonly differences: readonly Difference[];
  /** Of the recording, with our side in them. */
  readonly connections: number;
  /** Connections on which the peer answered above transport. */
  readonly associations: number;
  /** Every connection was played to its end. */
  readonly complete: boolean;
}

const DEFAULT_TIMEOUT = 30_000;
/** Differences after which nobody wants to know the next one. */
const DIFFERENCES = 10_000;

/** Plays one side of a recording against a live peer, and holds what the peer sends against the recording. */
export class RecordingPlayer {
  readonly differences: Difference[] = [];
  readonly #options: PlayOptions;
  readonly #scripts: readonly ScriptConnection[];
  readonly #context: MatchContext;
  readonly #recomputing: Recomputing;
  readonly #playing = new Map<ScriptConnection, Playing>();
  readonly #byConnection = new Map<number, Playing>();
  /** One for all: a transfer may go on in another connection. */
  readonly #reader = new UnitReader();
  readonly #over = new Set<number>();
  #result: ((result: PlayResult) => void) | undefined;
  #cancelWait: (() => void) | undefined;
  #surplus = 0;

  /** Throws where the recording cannot be played. */
  constructor(options: PlayOptions) {
    const { events, side, header, truncation, file, rules = defaultComparisonRules, clock, freshIdentifiers } = options;
    this.#options = options;
    this.#context = { rules: new RuleSet(rules), renaming: new Renaming() };
    this.#recomputing = new Recomputing({ ...this.#context, now: () => clock.now(), freshIdentifiers });
    this.#scripts = scriptOf(events, { side, rules: this.#context.rules, header, truncation, file });
    const opens = this.#scripts.some(({ direction }) => direction === 'i2r');
    const accepts = this.#scripts.some(({ direction }) => direction === 'r2i');
    if (opens && options.connect === undefined) {
      throw new ReplayError('ERR_REPLAY_LINK', {
        message: `'${side}' opens connections in the recording, and nothing says where to`,
        file,
        hint: 'give --connect HOST:PORT (in the API: connect)',
      });
    }
    if (accepts && options.accepts === false) {
      throw new ReplayError('ERR_REPLAY_LINK', {
        message: `'${side}' accepts connections in the recording, and nothing says where`,
        file,
        hint: 'give --listen HOST:PORT (in the API: accept)',
      });
    }
  }

  /** A connection that the peer has opened: the next that it opened in the recording. */
  accept(link: Link): void {
    const script = this.#scripts.find((each) => each.direction === 'r2i' && !this.#playing.has(each));
    if (script === undefined || this.#result === undefined) {
      this.#unexpected(link);
      return;
    }
    this.#play(script).start(link);
    this.#wait();
  }

  /** Plays all connections to their ends. */
  run(): Promise<PlayResult> {
    const { signal } = this.#options;
    return new Promise((resolve) => {
      this.#result = resolve;
      signal?.addEventListener('abort', () => this.#giveUp('closed', 'given up'));
      this.#advance();
      if (signal?.aborted === true) this.#giveUp('closed', 'given up');
    });
  }

  #play(script: ScriptConnection): Playing {
    const { clock, timeout = DEFAULT_TIMEOUT, record } = this.#options;
    const playing = new Playing({
      ...this.#context,
      script,
      clock,
      timeout,
      recomputing: this.#recomputing,
      tell: (difference) => this.#tell(difference),
      sink: (event) => {
        record?.(event.kind === 'open' ? named(event, script) : event);
        const units = this.#reader.push(event);
        // What is told when a connection has ended, nobody waits for.
        if (event.kind !== 'data') return;
        for (const unit of awaitable(units)) this.#byConnection.get(unit.connection)?.hear(unit);
      },
      has: (need) => this.#has(need),
      onProgress: () => this.#advance(),
      onOver: () => {
        this.#over.add(script.connection);
        // What comes of it comes after whoever ended it.
        queueMicrotask(() => this.#advance());
      },
    });
    this.#playing.set(script, playing);
    this.#byConnection.set(script.connection, playing);
    return playing;
  }

  /** Opens what our side opens next, and ends when nothing is left. */
  #advance(): void {
    if (this.#result === undefined) return;
    for (const playing of this.#playing.values()) playing.pump();
    for (const script of this.#scripts) {
      if (script.direction !== 'i2r' || this.#playing.has(script)) continue;
      if (!script.after.every((connection) => this.#over.has(connection))) continue;
      if (script.needs.every((need) => this.#has(need))) void this.#open(script);
    }
    if (this.#over.size === this.#scripts.length) this.#finish();
    else this.#wait();
  }

  #has({ connection, index }: Need): boolean {
    return this.#over.has(connection) || this.#byConnection.get(connection)?.has(index) === true;
  }

  async #open(script: ScriptConnection): Promise<void> {
    const playing = this.#play(script);
    try {
      const link = await (this.#options.connect as () => Promise<Link>)();
      if (this.#over.has(script.connection)) link.destroy();
      else playing.start(link);
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      this.#notOpened(script, error.message);
      this.#over.add(script.connection);
      this.#advance();
    }
  }

  /** Nothing runs but what the peer is to open: it has its time for that. */
  #wait(): void {
    this.#cancelWait?.();
    const running = [...this.#playing.keys()].some(({ connection }) => !this.#over.has(connection));
    if (running || this.#result === undefined) return;
    const { clock, timeout = DEFAULT_TIMEOUT } = this.#options;
    this.#cancelWait = clock.setTimer(clock.now() + timeout, () =>
      this.#giveUp('time-out', `the peer opened no connection within ${timeout} ms`),
    );
  }

  #giveUp(kind: 'closed' | 'time-out', why: string): void {
    for (const script of this.#scripts) {
      if (this.#over.has(script.connection)) continue;
      const playing = this.#playing.get(script);
      if (playing !== undefined) {
        playing.giveUp(kind, why);
        continue;
      }
      this.#notOpened(script, why);
      this.#over.add(script.connection);
    }
    this.#advance();
  }

  #notOpened({ connection, initiator, responder }: ScriptConnection, why: string): void {
    const common = { kind: 'connection' as const, connection, direction: 'i2r' as const, unit: 'connection', index: 0 };
    this.#tell({ ...common, path: '', expected: `${initiator} → ${responder}`, actual: undefined, why });
  }

  #unexpected(link: Link): void {
    const connection = Math.max(-1, ...this.#scripts.map((script) => script.connection)) + 1 + this.#surplus;
    this.#surplus += 1;
    link.start({ data: () => {}, end: () => {}, close: () => {} });
    link.destroy();
    const why = 'the recording does not have it';
    const common = { kind: 'connection' as const, connection, direction: 'i2r' as const, unit: 'connection', index: 0 };
    this.#tell({ ...common, path: '', expected: undefined, actual: `from ${link.remoteEndpoint}`, why });
  }

  #tell(difference: Difference): void {
    if (this.differences.length >= DIFFERENCES) return;
    this.differences.push(difference);
    if (this.differences.length === DIFFERENCES) queueMicrotask(() => this.#giveUp('closed', 'too much differs'));
    this.#options.onDifference?.(difference);
  }

  #finish(): void {
    this.#cancelWait?.();
    const playing = [...this.#playing.values()];
    const resolve = this.#result;
    this.#result = undefined;
    resolve?.({
      differences: this.differences,
      connections: this.#scripts.length,
      associations: playing.filter(({ associated }) => associated).length,
      complete: playing.length === this.#scripts.length && playing.every(({ complete }) => complete),
    });
  }
}

/** Names in place of addresses, where the recording has names: who is who stays clear. */
function named(event: LinkOpened, { initiator, responder }: ScriptConnection): LinkOpened {
  return ADDRESS.test(initiator) || ADDRESS.test(responder) ? event : { ...event, initiator, responder };
}

const ADDRESS = /:\d+$/;

/**
 * Plays one side of a recording against a live peer. `incoming` is given a function that takes the connections which the
 * peer opens. Throws a ReplayError where the recording cannot be played; whatever the peer does is a difference.
 */
export async function playRecording(
  options: PlayOptions & { readonly incoming?: (accept: (link: Link) => void) => void },
): Promise<PlayResult> {
  const player = new RecordingPlayer({ accepts: options.incoming !== undefined, ...options });
  const result = player.run();
  options.incoming?.((link) => player.accept(link));
  return result;
}
