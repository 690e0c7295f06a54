import { P1specError } from '../../ber/error.js';
import { concat } from '../../ber/octets.js';
import type { Clock } from '../../link/clock.js';
import type { LinkEvent } from '../../link/events.js';
import type { Link } from '../../link/link.js';
import { recordLink } from '../../link/recorder.js';
import { dataHeader, TPDU_SIZES } from '../../stack/cotp/codec.js';
import { encodeSpdu, type SpduDescription } from '../../stack/session/encode.js';
import { encodeTpkt } from '../../stack/tpkt/codec.js';
import type { Difference, MatchContext } from '../../transcript/compare/match.js';
import { leafOf, type Unit } from '../../transcript/compare/unit.js';
import { Expecting } from './expecting.js';
import { withEdits } from './own-octets.js';
import { type Recomputing, serialOf } from './recompute.js';
import type { CloseStep, Need, OwnStep, ScriptConnection } from './script.js';

export interface PlayingOptions extends MatchContext {
  readonly script: ScriptConnection;
  readonly clock: Clock;
  /** Milliseconds without anything from the peer. */
  readonly timeout: number;
  readonly recomputing: Recomputing;
  readonly tell: (difference: Difference) => void;
  /** Takes what passes, and has us hear what units that makes. */
  readonly sink: (event: LinkEvent) => void;
  /** Whether a unit of the peer's has come on a connection, or cannot come any more. */
  readonly has: (need: Need) => boolean;
  /** The peer has sent something: others may have waited for it. */
  readonly onProgress: () => void;
  /** Called once. */
  readonly onOver: (playing: Playing) => void;
}

/** Milliseconds that the peer has to close, where it closed first in the recording, or has ended the association. */
const LINGER = 2_000;
/** RFC 1006 has TPDUs as long as a TPKT, where no size is agreed upon. X.224 13.3.4 would have 128. */
const LARGEST_PAYLOAD = 65_531 - 3;
/** Octets of a DT before its user data. */
const HEADER = 3;
/** Steps that are looked at for checkpoints to confirm: more than any window has. */
const LOOKAHEAD = 256;
/** Of ours, what answers a unit of the peer's: nothing to be answered, nothing is sent. */
const ANSWERS: ReadonlySet<string> = new Set([
  'MINOR SYNC ACK',
  'ACTIVITY END ACK',
  'ACTIVITY INTERRUPT ACK',
  'ACTIVITY DISCARD ACK',
  'GIVE TOKENS ACK',
]);

/** Plays our side of one recorded connection against a live peer. */
export class Playing {
  readonly script: ScriptConnection;
  /** The peer has answered above transport. */
  associated = false;
  /** All of the script was played. */
  complete = false;
  readonly #options: PlayingOptions;
  readonly #expecting: Expecting;
  readonly #skipped = new Set<OwnStep>();
  #cursor = 0;
  #link: Link | undefined;
  #over = false;
  #peerClosed = false;
  #cancelTimer: (() => void) | undefined;
  #cancelLinger: (() => void) | undefined;
  #payload = LARGEST_PAYLOAD;
  /** Where the peer's last activity stands in what is expected. */
  #activity: { readonly start: number; end?: { readonly serial: number | undefined } } | undefined;

  constructor(options: PlayingOptions) {
    const { script, tell } = options;
    this.script = script;
    this.#options = options;
    this.#expecting = new Expecting(script.expected, options, tell);
  }

  start(link: Link): void {
    const { script, clock } = this.#options;
    const sink = (event: LinkEvent) => this.#passed(event);
    const recorded = recordLink(link, { connection: script.connection, clock, sink });
    this.#link = recorded;
    this.#alive();
    recorded.start({
      data: () => this.#options.onProgress(),
      end: () => this.#closed('the peer closed the connection'),
      close: (how, error) =>
        this.#closed(
          error?.message ?? (how === 'reset' ? 'the connection was reset' : 'the peer closed the connection'),
        ),
    });
    this.pump();
  }

  has(index: number): boolean {
    return this.#expecting.has(index);
  }

  /** It could not be opened, or nothing more is waited for. */
  giveUp(kind: 'closed' | 'time-out', why: string): void {
    if (this.#over) return;
    this.#expecting.end(kind, why);
    this.#unsent(kind, why);
    // First, that it tells nobody any more.
    this.#end();
    this.#link?.destroy();
  }

  #passed(event: LinkEvent): void {
    if (event.kind === 'data' && event.direction !== this.script.direction) this.#alive();
    this.#options.sink(event);
  }

  /** A unit that went over this connection. */
  hear(unit: Unit): void {
    if (this.#over || unit.direction === this.script.direction) return;
    if (unit.layer === 'session') this.associated = true;
    this.#agree(unit);
    const heard = this.#expecting.hear(unit);
    if (heard === undefined) return;
    if (heard.kind === 'instead') {
      this.#ended(unit);
      return;
    }
    if (heard.kind === 'surplus') {
      this.#surplus(unit);
      return;
    }
    const { expected, index, skippedFrom } = heard;
    if (skippedFrom < index) this.#skip(skippedFrom, index);
    this.#options.recomputing.heard(expected, unit);
    if (unit.name === 'ACTIVITY START' || unit.name === 'ACTIVITY RESUME') this.#activity = { start: index };
    if (unit.name === 'ACTIVITY END' && this.#activity !== undefined) this.#activity.end = { serial: numberIn(unit) };
    if (unit.layer === 'p1') this.#activity = undefined;
  }

  /** The peer has ended the association, and may wait for us to close the link. X.225 7.9.2. */
  #ended({ name }: Unit): void {
    const { clock } = this.#options;
    const why = `the association was over with ${name}`;
    this.#cancelLinger ??= clock.setTimer(clock.now() + LINGER, () => this.giveUp('closed', why));
  }

  /** The size of TPDUs that a CC grants. X.224 13.4. */
  #agree(unit: Unit): void {
    const size = TPDU_SIZES.get(Number.parseInt(String(leafOf(unit, 'CC.tpduSize')?.value ?? ''), 16));
    if (size !== undefined) this.#payload = size - HEADER;
  }

  /** What the recording does not have is told, and answered as RTSE does, so that the peer goes on. */
  #surplus(unit: Unit): void {
    const serialNumber = numberIn(unit);
    switch (unit.name) {
      case 'ACTIVITY START':
      case 'ACTIVITY RESUME':
        this.#activity = undefined;
        break;
      case 'MINOR SYNC POINT':
        this.#answer({ kind: 'MINOR SYNC ACK', serialNumber });
        break;
      case 'ACTIVITY END':
        this.#answer({ kind: 'ACTIVITY END ACK', serialNumber });
        break;
      case 'ACTIVITY INTERRUPT':
        this.#answer({ kind: 'ACTIVITY INTERRUPT ACK' });
        break;
      case 'ACTIVITY DISCARD':
        this.#answer({ kind: 'ACTIVITY DISCARD ACK' });
        break;
      default: {
        const { start, end } = this.#activity ?? {};
        if (unit.layer !== 'p1' || start === undefined || end === undefined) break;
        // The activity was taken for the one of another APDU, which is still to come.
        this.#activity = undefined;
        this.#expecting.again(start);
        this.#answer({ kind: 'ACTIVITY END ACK', serialNumber: end.serial });
      }
    }
  }

  /** X.225 6.3.7: an acknowledgement stands behind a PLEASE TOKENS. */
  #answer(description: SpduDescription): void {
    const tsdu = concat([encodeSpdu({ kind: 'PLEASE TOKENS' }), encodeSpdu(description)]);
    this.#link?.send(encodeTpkt(concat([dataHeader(true), tsdu])));
  }

  /** What was not sent is not answered. */
  #skip(from: number, to: number): void {
    let inside = false;
    for (const step of this.script.steps) {
      if (step.kind === 'peer') inside = step.index >= from && step.index < to;
      if (step.kind === 'own' && inside && step.units.some(({ name }) => ANSWERS.has(name))) this.#skipped.add(step);
    }
  }

  /** Plays as far as the peer has come. */
  pump(): void {
    if (this.#link === undefined) return;
    for (
      let step = this.script.steps[this.#cursor];
      step !== undefined && !this.#over;
      step = this.script.steps[this.#cursor]
    ) {
      if (step.kind === 'peer' && !this.#expecting.has(step.index)) {
        this.#confirm();
        return;
      }
      if (step.kind === 'own' && !step.needs.every(this.#options.has)) return;
      if (step.kind === 'close') {
        this.#close(step);
        return;
      }
      this.#cursor += 1;
      if (step.kind === 'own') this.#send(step);
    }
  }

  /**
   * Checkpoints that came are confirmed though the recording has the end of the activity first: a peer with more to send
   * waits for that, where its window is full. X.228 8.4.
   */
  #confirm(): void {
    for (const step of this.script.steps.slice(this.#cursor, this.#cursor + LOOKAHEAD)) {
      if (step.kind === 'own' && step.units.some(({ name }) => name === 'MINOR SYNC ACK')) {
        this.#send(step);
        this.#skipped.add(step);
        continue;
      }
      const point = step.kind === 'peer' && step.unit.name === 'MINOR SYNC POINT' && this.#expecting.has(step.index);
      const end = step.kind === 'peer' && (step.unit.name === 'ACTIVITY END' || step.unit.layer === 'p1');
      if (!point && !end) return;
    }
  }

  #send(step: OwnStep): void {
    const { recomputing } = this.#options;
    if (this.#skipped.has(step) || step.units.some((unit) => recomputing.isIdle(unit))) return;
    this.#alive();
    for (const unit of step.units) this.#agree(unit);
    this.#link?.send(this.#octetsOf(step));
  }

  #octetsOf(step: OwnStep): Uint8Array {
    try {
      return withEdits(step.sent, this.#options.recomputing.edits(step), this.#payload);
    } catch (error) {
      if (!(error instanceof P1specError)) throw error;
      // What has grown too long for its place is sent as it was.
      return step.sent.octets.toBytes();
    }
  }

  #close({ how, afterPeer }: CloseStep): void {
    if (afterPeer && !this.#peerClosed) {
      const { clock } = this.#options;
      this.#cancelLinger ??= clock.setTimer(clock.now() + LINGER, () => this.#finish(how));
      return;
    }
    this.#finish(how);
  }

  #finish(how: CloseStep['how']): void {
    if (this.#over) return;
    this.complete = true;
    this.#end();
    if (how === 'reset') this.#link?.destroy();
    else this.#link?.close();
  }

  #closed(why: string): void {
    if (this.#over) return;
    this.#peerClosed = true;
    this.pump();
    if (this.#over) return;
    this.#expecting.end('closed', why);
    this.#unsent('closed', why);
    this.#end();
    this.#link?.close();
  }

  /** Tells what of ours could not be sent, where nothing else stands out. */
  #unsent(kind: Difference['kind'], why: string): void {
    const { steps, connection, direction } = this.script;
    const outstanding = steps.slice(this.#cursor);
    const own = outstanding.find((step) => step.kind === 'own');
    if (own?.kind !== 'own' || outstanding.some((step) => step.kind === 'peer')) return;
    const unit = (own.units.findLast(({ layer }) => layer !== 'cotp') ?? own.units[0])?.name ?? 'octets';
    const message = `${why}, before our side could send it`;
    const common = { kind, connection, direction, unit, index: this.#cursor, path: '' };
    this.#options.tell({ ...common, expected: unit, actual: undefined, why: message });
  }

  #end(): void {
    this.#over = true;
    this.#cancelTimer?.();
    this.#cancelLinger?.();
    this.#options.onOver(this);
  }

  /** Something has happened: the peer has its time again. */
  #alive(): void {
    const { clock, timeout } = this.#options;
    this.#cancelTimer?.();
    if (this.#over) return;
    this.#cancelTimer = clock.setTimer(clock.now() + timeout, () =>
      this.giveUp('time-out', `nothing came from the peer within ${timeout} ms`),
    );
  }
}

function numberIn(unit: Unit): number | undefined {
  const serial = serialOf(unit);
  return typeof serial === 'number' ? serial : undefined;
}
