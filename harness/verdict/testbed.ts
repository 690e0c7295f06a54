import { randomBytes } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { systemClock } from '../link/clock.js';
import type { LinkEvent } from '../link/events.js';
import type { Link } from '../link/link.js';
import { recordLink } from '../link/recorder.js';
import { connectTcp, type Listener, listenTcp } from '../link/tcp.js';
import { deliberateErrorsOf } from '../mta/deliberate-errors.js';
import { Mta } from '../mta/engine.js';
import type { Address, Domain } from '../mta/names.js';
import type { PeerConfig } from '../mta/peer.js';
import type { Preset } from '../mta/preset.js';
import { presetNamed } from '../mta/presets/index.js';
import { connectorDefaults, type RetryOptions } from '../mta/retry.js';
import { Script } from '../mta/when.js';
import type { ORName } from '../p1/or-name.js';
import type { Permission } from '../rules/finding.js';
import { type Mode, modes } from '../stack/mode.js';
import { fileError } from '../transcript/errors.js';
import { transcriptHeader } from '../transcript/format.js';
import { TranscriptWriter } from '../transcript/writer.js';
import { DrivenAssociation, type DrivenOptions } from './driven.js';
import { Inconclusive, RunError } from './failure.js';
import { Iut } from './iut.js';
import { Peer, type PeerSpec } from './peer.js';
import type { CaseRole } from './results.js';
import { type SeenAssociation, Traffic } from './traffic.js';

export const DEFAULT_TARGET = 'exchange-2003-kb916986';
export const DEFAULT_PEER = 'tolerant';

/** What a case is given. */
export interface CaseContext {
  readonly iut: Iut;
  /** The first of the peers. */
  readonly peer: Peer;
  /** All peers, in the order in which the case names them. */
  readonly peers: readonly Peer[];
  readonly bed: Testbed;
}

export interface TestbedOptions {
  /** Of the transcript's file, without its ending. */
  readonly name: string;
  readonly target: string;
  /** Of the associations; normal where absent. */
  readonly mode?: Mode;
  /** Folder of the transcript; none is written where absent. */
  readonly out?: string;
  readonly permissions?: readonly Permission[];
  /** Multiplies what is waited for. */
  readonly timeoutScale?: number;
  readonly deliberateErrors?: readonly string[];
  /** Stands between the IUT and the network, for tests that have to see a case fail. */
  readonly between?: (iut: Link) => Link;
  /** The IUT's, for the transcript's header. */
  readonly role?: CaseRole;
}

/** How much faster than real time connectors retry here: 600 s are 240 ms. */
const RETRY_SPEED = 2500;
/** Milliseconds beyond what a step may take by itself, for a machine that is busy. */
const GRACE = 2500;
/** Milliseconds for a conversation to end in good order. */
const PARTING = 1500;

/** The IUT's MTA name and what it binds with, and those of its peers. */
const IUT_NAME = 'iut.example.com';
const PEER_NAMES = ['peer.example.net', 'other.example.net', 'third.example.net'] as const;
const PASSWORD = 'percolate';

/** Makes the folder of the transcripts. Throws where it cannot be. */
export function prepareOut(out: string | undefined): void {
  if (out === undefined) return;
  try {
    mkdirSync(out, { recursive: true });
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'EEXIST') {
      throw new RunError('ERR_OUT', { message: `${out} is no folder`, hint: 'transcripts go into a folder', cause });
    }
    throw fileError(cause, out, 'write');
  }
}

/** Throws a RunError with the presets as a hint. */
export function checkTarget(target: string): Preset {
  try {
    return presetNamed(target);
  } catch (cause) {
    throw new RunError('ERR_UNKNOWN_TARGET', {
      message: `there is no target ${JSON.stringify(target)}`,
      hint: cause instanceof Error && 'hint' in cause ? String(cause.hint) : 'p1spec mta --list shows the presets',
      cause,
    });
  }
}

/**
 * The IUT and its peers on loopback TCP, for one case: every octet between them is recorded and observed, and what the
 * IUT sends is judged. Built-in targets run in this process.
 */
export class Testbed {
  readonly traffic: Traffic;
  readonly transcripts: string[] = [];
  readonly #options: TestbedOptions;
  readonly #preset: Preset;
  readonly #listeners: Listener[] = [];
  readonly #mtas: Mta[] = [];
  readonly #driven: DrivenAssociation[] = [];
  #writer: TranscriptWriter | undefined;
  #connections = 0;
  #specs: readonly PeerSpec[] = [];
  #closed = false;
  #fault: unknown;
  /** Ends what is still waited for. */
  readonly #waits = new Set<() => void>();

  constructor(options: TestbedOptions) {
    this.#options = options;
    this.#preset = checkTarget(options.target);
    this.traffic = new Traffic({ permissions: options.permissions });
  }

  /** Milliseconds that the IUT's connector waits after an association could not be opened. */
  get retryInterval(): number {
    return scaledRetry.openInterval;
  }

  /** What kept us from recording: whatever the case found after that, nobody could check. */
  get fault(): unknown {
    return this.#fault;
  }

  get mode(): Mode {
    return this.#options.mode ?? 'normal';
  }

  get timeoutScale(): number {
    return this.#options.timeoutScale ?? 1;
  }

  /** What is waited for at most where something may take that long. */
  allowed(milliseconds: number): number {
    return (milliseconds + GRACE) * this.timeoutScale;
  }

  /** Starts the peers, then the IUT, which knows them. */
  async start(...specs: readonly PeerSpec[]): Promise<CaseContext> {
    prepareOut(this.#options.out);
    this.#specs = specs.length === 0 ? [{}] : specs;
    const { between = (link) => link } = this.#options;
    const iutListener = await this.#listen((link) => iutMta.accept(between(link)));
    const sides = await Promise.all(this.#specs.map((spec, i) => this.#peerSide(spec, i, iutListener.port)));
    const iutMta = this.#mta({
      name: IUT_NAME,
      preset: this.#preset,
      domain: domainOf(IUT_NAME),
      peers: sides.map(({ config }) => config),
      route: (recipient) => PEER_NAMES.find((name) => privateDomainOf(recipient) === domainOf(name).privateDomain),
    });
    const peers = sides.map(
      ({ mta, script, config, calls }) =>
        new Peer({ bed: this, mta, script, name: config.name, iut: { name: IUT_NAME, port: iutListener.port }, calls }),
    );
    for (const mta of this.#mtas) mta.start();
    const iut = new Iut({ bed: this, mta: iutMta, target: this.#options.target, port: iutListener.port, peers });
    return { iut, peer: peers[0] as Peer, peers, bed: this };
  }

  /** Takes the octets of a link of ours, the peers', into the recording. */
  recorded(link: Link, peer: string): Link {
    const connection = this.#connections;
    this.#connections += 1;
    const iutRole = link.opened === 'here' ? 'responder' : 'initiator';
    return recordLink(link, {
      connection,
      clock: systemClock,
      sink: (event) => this.#sink(event, peer, iutRole),
    });
  }

  /** Sets an association going that the case uses itself, on a link that is recorded. */
  drives(link: Link, peer: string, options: DrivenOptions): DrivenAssociation {
    const driven = new DrivenAssociation({
      bed: this,
      link,
      seen: this.traffic.associations.at(-1) as SeenAssociation,
      mode: this.mode,
      ours: { mtaName: peer, password: PASSWORD },
      random,
      options,
    });
    this.#driven.push(driven);
    return driven;
  }

  /**
   * Waits until `holds` gives something. Throws Inconclusive after that time and some grace: who waits for what the IUT
   * has to do catches it, or uses `settles`.
   */
  async until<T>(what: string, holds: () => T | undefined | false, milliseconds = 0): Promise<T> {
    const found = await this.settles(holds, milliseconds);
    if (found !== undefined) return found;
    throw new Inconclusive(`${what}: not within ${this.allowed(milliseconds)} ms`);
  }

  /** The same, undefined where it did not come. */
  settles<T>(holds: () => T | undefined | false, milliseconds = 0): Promise<T | undefined> {
    return new Promise((resolve, reject) => {
      const done = (value: T | undefined) => {
        clearTimeout(timer);
        clearInterval(poll);
        stop();
        this.#waits.delete(giveUp);
        resolve(value);
      };
      const giveUp = () => done(undefined);
      const look = () => {
        try {
          const value = holds();
          if (value !== undefined && value !== false) done(value);
        } catch (error) {
          done(undefined);
          reject(error);
        }
      };
      const timer = setTimeout(() => done(undefined), this.allowed(milliseconds));
      // What happens inside an MTA, such as the end of a wait, is on no link.
      const poll = setInterval(look, 20);
      const stop = this.traffic.watch(look);
      this.#waits.add(giveUp);
      look();
    });
  }

  /** Lets time pass, to see that nothing more comes. */
  async pause(milliseconds: number): Promise<void> {
    await new Promise((resolve) => setTimeout(resolve, milliseconds * this.timeoutScale));
  }

  /** Lets the conversation end in good order, or ends it. Idempotent. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    for (const giveUp of [...this.#waits]) giveUp();
    const driven = this.#driven.splice(0);
    for (const each of driven) {
      each.release();
      if (each.service.state !== 'closing') each.destroy();
    }
    for (const mta of this.#mtas) mta.stop();
    await this.settles(() => this.#mtas.every(({ associations }) => associations.length === 0), PARTING - GRACE);
    for (const mta of this.#mtas) mta.kill();
    for (const each of driven) each.destroy();
    await Promise.all(this.#listeners.map((listener) => listener.close()));
    await new Promise((resolve) => setImmediate(resolve));
    this.traffic.end();
    this.#writer?.close();
  }

  async #peerSide(spec: PeerSpec, index: number, iutPort: number) {
    const { between = (link: Link) => link } = this.#options;
    const name = PEER_NAMES[index];
    if (name === undefined) throw new RangeError(`at most ${PEER_NAMES.length} peers`);
    const script = new Script();
    const calls: ((link: Link) => void)[] = [];
    const listener = await this.#listen((link) => {
      const take = calls.shift() ?? ((recorded: Link) => void mta.accept(recorded));
      take(this.recorded(link, name));
    });
    const toIut: PeerConfig = {
      name: IUT_NAME,
      mode: this.mode,
      ours: { mtaName: name, password: PASSWORD },
      theirs: { mtaName: IUT_NAME, password: PASSWORD },
      // One attempt at a time: a case that wants another one says so.
      retry: { associationLifetime: scaledRetry.associationLifetime },
      connect: async () => this.recorded(await connectTcp({ port: iutPort }), name),
      ...spec.toIut,
    };
    const preset = presetNamed(spec.preset ?? DEFAULT_PEER);
    const mta = this.#mta({
      name,
      preset,
      domain: domainOf(name),
      peers: [toIut],
      hooks: script.hooks,
    });
    const config: PeerConfig = {
      name,
      mode: this.mode,
      ours: { mtaName: IUT_NAME, password: PASSWORD },
      theirs: { mtaName: name, password: PASSWORD },
      retry: scaledRetry,
      connect: async () => between(await connectTcp({ port: listener.port })),
      ...spec.fromIut,
      timers: scaled(spec.fromIut?.timers, this.timeoutScale),
    };
    return { mta, script, config, calls };
  }

  #mta(options: Omit<ConstructorParameters<typeof Mta>[0], 'clock' | 'random'>): Mta {
    const mta = new Mta({ modes, ...options, clock: systemClock, random });
    this.#mtas.push(mta);
    return mta;
  }

  async #listen(onLink: (link: Link) => void): Promise<Listener> {
    const listener = await listenTcp({ port: 0, onLink: (link) => (this.#closed ? link.destroy() : onLink(link)) });
    this.#listeners.push(listener);
    return listener;
  }

  #sink(event: LinkEvent, peer: string, iutRole: 'initiator' | 'responder'): void {
    this.#write(event);
    if (event.kind === 'open') this.traffic.open(event, peer, iutRole);
    else this.traffic.record(event);
  }

  /** A link has nobody to throw to. */
  #write(event: LinkEvent): void {
    if (this.#fault !== undefined) return;
    try {
      this.#writer ??= this.#openTranscript();
      this.#writer?.record(event);
    } catch (error) {
      this.#fault = error;
      for (const giveUp of [...this.#waits]) giveUp();
    }
  }

  #openTranscript(): TranscriptWriter | undefined {
    const { out, name, target, role, deliberateErrors = [] } = this.#options;
    if (out === undefined) return undefined;
    const file = join(out, `${name}.ndjson`);
    const iut = { name: IUT_NAME, preset: target };
    const peer = { name: PEER_NAMES[0], preset: this.#specs[0]?.preset ?? DEFAULT_PEER };
    const [initiator, responder] = role === 'responder' ? [peer, iut] : [iut, peer];
    const header = transcriptHeader({
      recorded: new Date().toISOString(),
      mode: this.mode,
      initiator,
      responder,
      deliberateErrors: [...deliberateErrorsOf(this.#preset), ...deliberateErrors],
    });
    this.transcripts.push(file);
    return TranscriptWriter.open(file, header, { overwrite: true });
  }
}

const scaledRetry: RetryOptions = {
  ...connectorDefaults,
  openInterval: connectorDefaults.openInterval / RETRY_SPEED,
  transferInterval: connectorDefaults.transferInterval / RETRY_SPEED,
  associationLifetime: connectorDefaults.associationLifetime / RETRY_SPEED,
};

function random(octets: number): Uint8Array {
  return new Uint8Array(randomBytes(octets));
}

function scaled(timers: PeerConfig['timers'], factor: number): PeerConfig['timers'] {
  if (timers === undefined) return undefined;
  return Object.fromEntries(Object.entries(timers).map(([name, milliseconds]) => [name, milliseconds * factor]));
}

/** `peer.example.net` is private domain `peer`. */
export function domainOf(name: string): Domain & { readonly privateDomain: string } {
  return { country: 'US', administrationDomain: ' ', privateDomain: name.split('.')[0] as string };
}

/** Somebody at an MTA of the testbed. */
export function addressAt(mtaName: string, surname: string): Address {
  return { ...domainOf(mtaName), organization: 'Example', surname };
}

function privateDomainOf(recipient: ORName): string | undefined {
  const { printable, numeric } = (recipient.builtInStandardAttributes.privateDomainName ?? {}) as {
    readonly printable?: string;
    readonly numeric?: string;
  };
  return printable ?? numeric;
}
