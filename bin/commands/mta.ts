import { randomBytes } from 'node:crypto';
import { P1specError } from '../../harness/ber/error.js';
import { systemClock } from '../../harness/link/clock.js';
import type { LinkEvent, LinkOpened } from '../../harness/link/events.js';
import type { Link } from '../../harness/link/link.js';
import { recordLink } from '../../harness/link/recorder.js';
import { connectTcp, type Listener, listenTcp } from '../../harness/link/tcp.js';
import { deliberateErrorsOf } from '../../harness/mta/deliberate-errors.js';
import { Mta } from '../../harness/mta/engine.js';
import { FileSpool } from '../../harness/mta/file-spool.js';
import { orName } from '../../harness/mta/names.js';
import type { Preset } from '../../harness/mta/preset.js';
import { presetNamed, presets } from '../../harness/mta/presets/index.js';
import { findingLines } from '../../harness/report/findings.js';
import { narrate, presetLines } from '../../harness/report/mta-events.js';
import { catalogue, ruleOf } from '../../harness/rules/catalogue.js';
import { ConversationJudge } from '../../harness/rules/conversation.js';
import { checkPermissions, type Finding, fails, type Permission } from '../../harness/rules/finding.js';
import { type Mode, modes } from '../../harness/stack/mode.js';
import { transcriptHeader } from '../../harness/transcript/format.js';
import { PcapngWriter } from '../../harness/transcript/pcapng-writer.js';
import { openNew, type Recorder, TranscriptWriter, writeAll } from '../../harness/transcript/writer.js';
import { Exit } from '../exit.js';
import { checkOperator, Operator, type OperatorOptions } from '../operator.js';
import { writeLines } from '../output.js';
import { endingBy, endsOnSignal } from '../signals.js';

export interface HostPort {
  readonly host: string;
  readonly port: number;
}

export interface MtaCommandOptions extends OperatorOptions {
  readonly list?: boolean;
  readonly listen?: HostPort;
  readonly connect?: HostPort;
  /** Of associations that we open. */
  readonly mode: Mode;
  /** Of those that we accept; all where absent. */
  readonly modes?: readonly Mode[];
  readonly name?: string;
  readonly password?: string;
  readonly peerName: string;
  readonly peerPassword?: string;
  readonly record?: string;
  readonly send: number;
  /** Octets of the text of each message sent. */
  readonly size?: number;
  readonly checkpointSize?: number;
  readonly window?: number;
  /** A folder. */
  readonly spool?: string;
  readonly resume: boolean;
  readonly messages?: number;
  /** Milliseconds. */
  readonly for?: number;
  readonly retry?: number;
  readonly judge: 'peer' | 'both';
  readonly permit: readonly Permission[];
}

const DEFAULT_PORT = 10102;
const DOMAIN = { country: 'XX', administrationDomain: ' ' };
/** How long associations may take to be released at the end. */
const FAREWELL = 2_000;

export async function mta(presetName: string | undefined, options: MtaCommandOptions): Promise<void> {
  if (options.list === true) {
    for (const preset of presets) await writeLines(presetLines(preset));
    return;
  }
  if (presetName === undefined) {
    throw new P1specError('ERR_NO_PRESET', { message: 'which fake MTA?', hint: 'p1spec mta --list shows the presets' });
  }
  checkPermissions(options.permit, catalogue);
  if (options.send > 0 && options.connect === undefined) {
    throw new P1specError('ERR_SEND_NOWHERE', {
      message: '--send needs a peer to send to',
      hint: 'add --connect HOST:PORT',
    });
  }
  checkOperator(options);
  await new Session(presetNamed(presetName), options).run();
}

/** One run of a fake MTA: its links, what they carry, and what is found in it. */
class Session {
  readonly #preset: Preset;
  readonly #options: MtaCommandOptions;
  readonly #mta: Mta;
  readonly #spool: FileSpool | undefined;
  readonly #recorder: Recorder | undefined;
  readonly #operator: Operator;
  readonly #judge: ConversationJudge;
  /** Connections that we opened: they have the peer as responder; the others as initiator. */
  readonly #opened = new Set<number>();
  #failing = 0;
  /** What kept us from recording. */
  #fault: unknown;
  #listener: Listener | undefined;
  readonly #links = new Set<Link>();
  #connections = 0;
  #passed = 0;
  #finish: () => void = () => {};

  constructor(preset: Preset, options: MtaCommandOptions) {
    this.#preset = preset;
    this.#options = options;
    const { judge, permit, name, password, peerName, peerPassword, connect, retry } = options;
    const iut = ({ connection }: LinkOpened) => (this.#opened.has(connection) ? 'r' : 'i');
    this.#judge = new ConversationJudge({ permissions: permit, ...(judge === 'peer' ? { iut } : {}) });
    const ours = { mtaName: name ?? preset.name, password };
    const intervals = {
      ...(retry === undefined ? {} : { retry: { openInterval: retry, transferInterval: retry } }),
      checkpointSize: options.checkpointSize,
      windowSize: options.window,
    };
    this.#spool = options.spool === undefined ? undefined : new FileSpool(options.spool);
    const theirs = peerPassword === undefined ? {} : { theirs: { mtaName: peerName, password: peerPassword } };
    this.#mta = new Mta({
      name: ours.mtaName,
      server: preset.family === 'exchange' ? 'EXCHANGE' : 'FOREIGN',
      preset,
      domain: { ...DOMAIN, privateDomain: preset.family === 'exchange' ? 'EXCHANGE' : 'FOREIGN' },
      clock: systemClock,
      random: (octets) => new Uint8Array(randomBytes(octets)),
      spool: this.#spool,
      recovery: options.resume ? undefined : 'none',
      modes: options.modes ?? modes,
      strangers: { ours, password: peerPassword, ...intervals },
      peers:
        connect === undefined
          ? []
          : [
              {
                name: peerName,
                mode: options.mode,
                ours,
                ...theirs,
                ...intervals,
                connect: async () => this.#observed(await connectTcp(connect)),
              },
            ],
    });
    const failing = () => this.#failing;
    const onFault = (error: unknown) => this.#fail(error);
    this.#operator = new Operator({ mta: this.#mta, preset, failing, onFault }, options);
    // Last: what was recorded before is gone only where we can begin.
    this.#recorder = options.record === undefined ? undefined : this.#openRecorder(options.record);
  }

  async run(): Promise<void> {
    const { listen, connect, messages } = this.#options;
    const say = (line: string) => this.#operator.say(line);
    // The live view tells the same in fewer words.
    if (!this.#operator.watches) narrate(this.#mta, say);
    const count = () => {
      this.#passed += 1;
      if (messages !== undefined && this.#passed >= messages) this.#finish();
    };
    for (const event of ['messageTransferred', 'messageReceived', 'reportReceived'] as const)
      this.#mta.on(event, count);
    const signals = endsOnSignal();
    const { finished, finish } = endingBy(signals.signal, this.#options.for);
    this.#finish = finish;
    try {
      // Without a word on where, it listens: on loopback, for this machine alone.
      if (listen !== undefined || connect === undefined)
        await this.#listen(listen ?? { host: '127.0.0.1', port: DEFAULT_PORT });
      this.#mta.start();
      this.#submit();
      this.#operator.begin();
      await finished;
    } finally {
      await this.#end();
      signals.stop();
    }
    this.#conclude();
    if (this.#fault !== undefined) throw this.#fault;
  }

  async #listen({ host, port }: HostPort): Promise<void> {
    this.#listener = await listenTcp({ host, port, onLink: (link) => this.#mta.accept(this.#observed(link)) });
    this.#operator.say(`${this.#preset.name} listens on ${this.#listener.endpoint}`);
  }

  #submit(): void {
    const { send, peerName, size } = this.#options;
    for (let i = 1; i <= send; i += 1) {
      this.#mta.submit(peerName, {
        originator: orName({ ...DOMAIN, privateDomain: 'P1SPEC', surname: 'Sender' }),
        recipients: [orName({ ...DOMAIN, privateDomain: 'P1SPEC', surname: 'Recipient' })],
        subject: `Message ${i} of ${send}`,
        text: textOf(`This is message ${i} of ${send}, sent by p1spec.`, size),
      });
    }
  }

  /** Everything that passes is recorded and judged before the MTA reacts to it. */
  #observed(link: Link): Link {
    const connection = this.#connections;
    this.#connections += 1;
    if (link.opened === 'here') this.#opened.add(connection);
    this.#links.add(link);
    return recordLink(link, {
      connection,
      clock: systemClock,
      sink: (event) => {
        this.#record(event);
        this.#tell(this.#judge.push(event));
      },
      onGone: () => this.#links.delete(link),
    });
  }

  /** What cannot be recorded ends the session: a link has nobody to throw to. */
  #record(event: LinkEvent): void {
    if (this.#fault !== undefined) return;
    try {
      this.#recorder?.record(event);
    } catch (error) {
      this.#fail(error);
    }
  }

  #fail(error: unknown): void {
    this.#fault ??= error;
    this.#finish();
  }

  #tell(findings: readonly Finding[]): void {
    for (const finding of findings) {
      if (fails(finding)) this.#failing += 1;
      if (finding.tier === 3) continue;
      for (const line of findingLines(finding, { rule: ruleOf(finding.rule) })) this.#operator.result(line);
    }
  }

  async #end(): Promise<void> {
    this.#finish();
    this.#mta.stop();
    const until = Date.now() + FAREWELL;
    while (this.#mta.associations.length > 0 && Date.now() < until) await new Promise((next) => setTimeout(next, 20));
    this.#operator.stopListening();
    this.#mta.kill();
    // A peer that does not answer does not close either.
    for (const link of this.#links) link.destroy();
    await this.#listener?.close();
    this.#tell(this.#judge.end());
    this.#operator.end();
    this.#recorder?.close();
    this.#spool?.close();
  }

  #conclude(): void {
    const { binds } = this.#judge.summary;
    this.#operator.result(`${binds} binds, ${this.#passed} messages, ${this.#failing} findings that fail`);
    if (this.#failing > 0) process.exitCode = Exit.findings;
    // An association that goes on with an earlier one has no bind.
    else if (binds === 0 && this.#passed === 0) process.exitCode = Exit.inconclusive;
  }

  /** That of everything that can pass; undefined where it can be any of several. */
  get #soleMode(): Mode | undefined {
    const { connect, listen, mode, modes: accepted = modes } = this.#options;
    if (connect !== undefined && listen === undefined) return mode;
    const [only, ...others] = new Set([...accepted, ...(connect === undefined ? [] : [mode])]);
    return others.length === 0 ? only : undefined;
  }

  #openRecorder(file: string): Recorder {
    const { connect } = this.#options;
    const us = { name: this.#options.name ?? this.#preset.name, preset: this.#preset.name };
    const header = transcriptHeader({
      mode: this.#soleMode,
      recorded: new Date().toISOString(),
      ...(connect === undefined ? { responder: us } : { initiator: us }),
      deliberateErrors: deliberateErrorsOf(this.#preset),
    });
    if (!file.endsWith('.pcapng')) return TranscriptWriter.open(file, header, { overwrite: true });
    const fd = openNew(file, true);
    return new PcapngWriter((bytes: Uint8Array) => writeAll(fd, bytes, file), header);
  }
}

/** The line, as often as it fits into so many octets; once if nothing is asked. */
function textOf(line: string, octets: number | undefined): string {
  if (octets === undefined) return line;
  return `${line} `.repeat(Math.ceil(octets / (line.length + 1))).slice(0, octets);
}
