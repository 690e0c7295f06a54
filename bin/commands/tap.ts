import { P1specError } from '../../harness/ber/error.js';
import { systemClock } from '../../harness/link/clock.js';
import type { LinkEvent, LinkOpened } from '../../harness/link/events.js';
import type { Link } from '../../harness/link/link.js';
import { Relay } from '../../harness/link/relay.js';
import { connectTcp, endpointOf, type Listener, listenTcp } from '../../harness/link/tcp.js';
import { BackgroundJudge } from '../../harness/rules/background.js';
import { catalogue } from '../../harness/rules/catalogue.js';
import { ConversationJudge, sideOf } from '../../harness/rules/conversation.js';
import { checkPermissions, type Finding, fails, type Permission } from '../../harness/rules/finding.js';
import { transcriptHeader } from '../../harness/transcript/format.js';
import { RotatingWriter } from '../../harness/transcript/rotating-writer.js';
import { Exit } from '../exit.js';
import { endingBy, endsOnSignal } from '../signals.js';
import { TapTeller } from '../tap-teller.js';
import type { HostPort } from './mta.js';

export interface TapCommandOptions {
  readonly listen: HostPort;
  readonly to: HostPort;
  readonly iut?: string;
  readonly permit: readonly Permission[];
  readonly record?: string;
  /** Octets. */
  readonly rotateSize?: number;
  /** Milliseconds. */
  readonly rotateInterval?: number;
  readonly onRecordError: 'stop' | 'pass';
  readonly maxConnections: number;
  /** Milliseconds for the other MTA to take a connection. */
  readonly timeout: number;
  /** Milliseconds. */
  readonly for?: number;
  readonly json?: boolean;
}

export async function tap(options: TapCommandOptions): Promise<void> {
  checkPermissions(options.permit, catalogue);
  checkOptions(options);
  await new Tap(options).run();
}

function checkOptions({ listen, to, record, rotateSize, rotateInterval }: TapCommandOptions): void {
  if (to.port !== 0 && listen.port === to.port && listen.host === to.host) {
    throw new P1specError('ERR_TAP_LOOP', {
      message: '--listen and --to are the same place: it would pass everything on to itself',
      hint: '--to is the MTA that callers are meant to reach',
    });
  }
  if (rotateSize === 0 || rotateInterval === 0) {
    throw new P1specError('ERR_TAP_ROTATE', {
      message: 'a file that rotates at 0 never begins',
      hint: 'give --rotate-size and --rotate-interval more',
    });
  }
  if (record === undefined && (rotateSize !== undefined || rotateInterval !== undefined)) {
    throw new P1specError('ERR_TAP_NO_RECORD', {
      message: 'nothing is recorded that could rotate',
      hint: 'add --record',
    });
  }
}

/** One run of a tap: the connections it passes on, their recording, and what is found in them. */
class Tap {
  readonly #options: TapCommandOptions;
  readonly #teller: TapTeller;
  readonly #recorder: RotatingWriter | undefined;
  readonly #judge: ConversationJudge;
  readonly #background: BackgroundJudge;
  readonly #callers = new Set<Link>();
  readonly #relays = new Set<Relay>();
  /** Ends what is being connected. */
  readonly #ending = new AbortController();
  readonly #counts = { connections: 0, unreachable: 0, turnedAway: 0, failing: 0, judged: 0 };
  #listener: Listener | undefined;
  /** Nothing can be recorded any more. */
  #isRecordingBroken = false;
  /** Something went wrong here, and was told. */
  #hasFault = false;
  #finish: () => void = () => {};

  constructor(options: TapCommandOptions) {
    const { permit, iut, json = false } = options;
    this.#options = options;
    this.#teller = new TapTeller(json, systemClock.now, () => {
      this.#hasFault = true;
    });
    this.#judge = new ConversationJudge({
      permissions: permit,
      ...(iut === undefined ? {} : { iut: (opened) => this.#sideOf(opened, iut) }),
      onEvent: (event) => this.#teller.passed(event),
    });
    this.#background = new BackgroundJudge({
      judge: this.#judge,
      onFindings: (findings) => this.#tell(findings),
      onFault: (error, connection) => {
        this.#hasFault = true;
        const which = connection === undefined ? 'what was judged last' : `connection ${connection}`;
        this.#teller.fault(`judging ends for ${which}, which goes on`, error);
      },
      defer: setImmediate,
      now: systemClock.now,
    });
    this.#recorder = this.#openRecorder();
  }

  async run(): Promise<void> {
    const { listen, to, maxConnections } = this.#options;
    const signals = endsOnSignal();
    const { finished, finish } = endingBy(signals.signal, this.#options.for);
    this.#finish = finish;
    try {
      this.#listener = await listenTcp({
        ...listen,
        // Those beyond are turned away here, where it can be told.
        maxConnections: Number.POSITIVE_INFINITY,
        onLink: (link) => this.#accept(link, maxConnections),
        onError: (error) => this.#fail('the listener failed', error),
      });
      this.#teller.listening(this.#listener.endpoint, endpointOf(to.host, to.port));
      await finished;
    } finally {
      await this.#end();
      signals.stop();
    }
    this.#conclude();
    await this.#teller.flushed();
    if (this.#hasFault) process.exitCode = Exit.error;
  }

  #accept(caller: Link, allowed: number): void {
    if (this.#callers.size >= allowed) {
      this.#counts.turnedAway += 1;
      this.#teller.turnedAway(caller.remoteEndpoint, allowed);
      caller.destroy();
      return;
    }
    this.#callers.add(caller);
    const connection = this.#counts.connections;
    this.#counts.connections += 1;
    this.#passOn(caller, connection).catch((error: unknown) => {
      this.#callers.delete(caller);
      caller.destroy();
      this.#fail(`connection ${connection} cannot be passed on`, error);
    });
  }

  /** Until the other MTA has taken the connection, nothing is read from the caller. */
  async #passOn(caller: Link, connection: number): Promise<void> {
    const { to, timeout } = this.#options;
    const { signal } = this.#ending;
    let called: Link;
    try {
      called = await connectTcp({ ...to, timeout, signal });
    } catch (error) {
      if (!signal.aborted) this.#unreachable(caller, connection, error);
      this.#callers.delete(caller);
      caller.destroy();
      return;
    }
    let relay: Relay | undefined;
    relay = new Relay(caller, called, {
      connection,
      clock: systemClock,
      sink: (event) => this.#pass(event),
      onFault: (error) => this.#fail(`connection ${connection} is dropped`, error),
      onGone: () => {
        this.#callers.delete(caller);
        if (relay === undefined) return;
        this.#relays.delete(relay);
        this.#teller.closed(connection, relay);
      },
    });
    if (this.#callers.has(caller)) this.#relays.add(relay);
  }

  /** The recording shows who called, and that nobody was there. */
  #unreachable(caller: Link, connection: number, error: unknown): void {
    const { host, port } = this.#options.to;
    this.#counts.unreachable += 1;
    this.#teller.unreachable(connection, error instanceof Error ? error.message : String(error));
    const time = systemClock.now();
    const ends = { initiator: caller.remoteEndpoint, responder: endpointOf(host, port) };
    this.#pass({ kind: 'open', connection, time, ...ends });
    this.#pass({ kind: 'close', connection, direction: 'r2i', how: 'reset', time });
  }

  /** Recorded before it is passed on; judged when there is time. Throws where it must not be passed on. */
  #pass(event: LinkEvent): void {
    this.#record(event);
    if (event.kind === 'open') this.#teller.opened(event);
    this.#background.push(event);
  }

  #record(event: LinkEvent): void {
    if (this.#recorder === undefined || this.#isRecordingBroken) return;
    try {
      this.#recorder.record(event);
    } catch (error) {
      this.#isRecordingBroken = true;
      if (this.#options.onRecordError === 'stop') throw error;
      this.#hasFault = true;
      this.#teller.fault('THE RECORDING ENDS HERE, what is passed on from now on is not recorded', error);
    }
  }

  #tell(findings: readonly Finding[]): void {
    for (const finding of findings) {
      if (fails(finding)) this.#counts.failing += 1;
      if (finding.tier < 3) this.#teller.finding(finding);
    }
  }

  /** The IUT may be named as it was in --to; what is recorded is its address. */
  #sideOf(opened: LinkOpened, iut: string): string {
    const { host, port } = this.#options.to;
    const side = sideOf(iut, '', endpointOf(host, port)) === 'r2i' ? 'r' : iut;
    if (sideOf(side, opened.initiator, opened.responder) === undefined) this.#teller.notJudged(opened.connection, iut);
    else this.#counts.judged += 1;
    return side;
  }

  #fail(what: string, error: unknown): void {
    if (!this.#hasFault) this.#teller.fault(`${what}, and the tap ends`, error);
    this.#hasFault = true;
    this.#finish();
  }

  async #end(): Promise<void> {
    this.#finish();
    this.#ending.abort();
    for (const relay of this.#relays) relay.stop();
    for (const caller of this.#callers) caller.destroy();
    await this.#listener?.close();
    this.#background.end();
    this.#recorder?.close();
  }

  #conclude(): void {
    const { iut } = this.#options;
    const { judged, ...counts } = this.#counts;
    const { binds, apdus } = this.#judge.summary;
    const nothingJudged = binds === 0 || (iut !== undefined && judged === 0);
    const judgement = counts.failing > 0 ? Exit.findings : nothingJudged ? Exit.inconclusive : Exit.clean;
    const exit = this.#hasFault ? Exit.error : judgement;
    this.#teller.result({ ...counts, binds, apdus, exit });
    process.exitCode = exit;
  }

  #openRecorder(): RotatingWriter | undefined {
    const { record: file, rotateSize: size, rotateInterval: interval, to } = this.#options;
    if (file === undefined) return undefined;
    const responder = { endpoint: endpointOf(to.host, to.port) };
    return new RotatingWriter({
      file,
      size,
      interval,
      now: systemClock.now(),
      header: (recorded) => transcriptHeader({ recorded, responder }),
      onFile: (name) => this.#teller.recording(name),
    });
  }
}
