import { randomBytes } from 'node:crypto';
import { P1specError } from '../../harness/ber/error.js';
import { systemClock } from '../../harness/link/clock.js';
import { LinkError } from '../../harness/link/error.js';
import type { LinkEvent } from '../../harness/link/events.js';
import type { Link } from '../../harness/link/link.js';
import { recordLink } from '../../harness/link/recorder.js';
import { connectTcp, endpointOf } from '../../harness/link/tcp.js';
import type { Identity } from '../../harness/mta/bind.js';
import { Sender, type SendOptions, type SendResult } from '../../harness/mta/send.js';
import { findingJson } from '../../harness/report/check.js';
import { findingLines } from '../../harness/report/findings.js';
import { reportOutcomes } from '../../harness/report/report-outcomes.js';
import { type Step, StepTeller, stepJson, stepLine } from '../../harness/report/steps.js';
import { counted } from '../../harness/report/summary.js';
import { catalogue, ruleOf } from '../../harness/rules/catalogue.js';
import { ConversationJudge } from '../../harness/rules/conversation.js';
import { checkPermissions, type Finding, type Permission } from '../../harness/rules/finding.js';
import type { AssociationAddresses, DialogueMode } from '../../harness/stack/association/service.js';
import type { Mode } from '../../harness/stack/mode.js';
import { transcriptHeader } from '../../harness/transcript/format.js';
import { PcapngWriter } from '../../harness/transcript/pcapng-writer.js';
import { openNew, type Recorder, TranscriptWriter, writeAll } from '../../harness/transcript/writer.js';
import { endsOnSignal } from '../signals.js';
import { type Conveyed, checkIA5, conveyedIn, type SubmissionOptions, submissionOf } from '../submission.js';
import type { HostPort } from './mta.js';

export interface SendCommandOptions extends SubmissionOptions {
  readonly connect: HostPort;
  readonly mode: Mode;
  readonly name: string;
  readonly password?: string;
  readonly passwordForm: NonNullable<Identity['passwordForm']>;
  readonly unauthenticated?: boolean;
  readonly peerName?: string;
  readonly peerPassword?: string;
  readonly tsel?: Uint8Array;
  readonly ssel?: Uint8Array;
  readonly psel?: Uint8Array;
  readonly callingTsel?: Uint8Array;
  readonly callingSsel?: Uint8Array;
  readonly callingPsel?: Uint8Array;
  readonly tpduSize?: number;
  readonly checkpointSize?: number;
  readonly window?: number;
  readonly dialogue?: DialogueMode;
  /** Milliseconds. */
  readonly wait: number;
  readonly timeout: number;
  readonly record?: string;
  readonly json?: boolean;
  readonly quiet?: boolean;
  readonly permit: readonly Permission[];
}

export type SendWhat = 'message' | 'probe' | 'bind';

/** Exit codes of `send`; findings do not change them. */
const SendExit = { wentWell: 0, failed: 1, notConnected: 3 } as const;

const CONNECTION = 0;
const NAME_LIMIT = 128;

export async function send(what: SendWhat, options: SendCommandOptions): Promise<void> {
  checkPermissions(options.permit, catalogue);
  checkOptions(options);
  const { mode } = options;
  const submission = what === 'bind' ? undefined : submissionOf(what, options, systemClock.now);
  const conveyed = submission && conveyedIn(submission, mode);
  await new Sending(what, options, conveyed).run();
}

/** One conversation with a peer, told step by step as it happens. */
class Sending {
  readonly #what: SendWhat;
  readonly #options: SendCommandOptions;
  readonly #conveyed: Conveyed | undefined;
  readonly #sender: Sender;
  readonly #teller: StepTeller;
  readonly #judge: ConversationJudge;
  readonly #recorder: Recorder | undefined;
  readonly #findings: Finding[] = [];
  #fault: unknown;

  constructor(what: SendWhat, options: SendCommandOptions, conveyed: Conveyed | undefined) {
    this.#what = what;
    this.#options = options;
    this.#conveyed = conveyed;
    this.#teller = new StepTeller(systemClock.now(), (step) => this.#print(step));
    this.#judge = new ConversationJudge({
      iut: 'r',
      permissions: options.permit,
      onEvent: (event) => this.#teller.passed(event),
    });
    this.#sender = new Sender({
      ...senderOptions(options),
      submission: conveyed,
      onProgress: (progress) => this.#teller.progress(progress, systemClock.now()),
    });
    // Last: what was recorded before is gone only where we can begin.
    this.#recorder = options.record === undefined ? undefined : openRecorder(options.record, options);
  }

  async run(): Promise<void> {
    const { connect, timeout } = this.#options;
    const signals = endsOnSignal();
    try {
      const link = await connectTcp({ ...connect, timeout, signal: signals.signal });
      signals.signal.addEventListener('abort', () => this.#sender.giveUp('interrupted'));
      const result = await this.#converse(link);
      if (this.#fault !== undefined) throw this.#fault;
      this.#conclude(result);
    } catch (error) {
      if (!(error instanceof LinkError)) throw error;
      this.#notConnected(error);
    } finally {
      signals.stop();
      this.#recorder?.close();
    }
  }

  async #converse(link: Link): Promise<SendResult> {
    const { connect } = this.#options;
    this.#teller.connected(systemClock.now(), link.localEndpoint, endpointOf(connect.host, connect.port));
    for (const change of this.#conveyed?.changes ?? []) this.#teller.remark(systemClock.now(), change);
    const result = await this.#sender.run(
      recordLink(link, { connection: CONNECTION, clock: systemClock, sink: (event) => this.#pass(event) }),
    );
    this.#findings.push(...this.#judge.end());
    return result;
  }

  /** Everything is recorded, told and judged before we react to it. A link has nobody to throw to. */
  #pass(event: LinkEvent): void {
    if (this.#fault !== undefined) return;
    try {
      this.#recorder?.record(event);
      this.#findings.push(...this.#judge.push(event));
    } catch (error) {
      this.#fault = error;
      this.#sender.giveUp('an error of ours');
    }
  }

  #conclude(result: SendResult): void {
    const { failure, acknowledged, report } = result;
    const findings = this.#findings.filter(({ tier }) => tier < 3);
    if (this.#options.quiet !== true) this.#tellFindings(findings);
    const undelivered = report !== undefined && reportOutcomes(report).some(({ delivered }) => !delivered);
    const exit = failure === undefined && !undelivered ? SendExit.wentWell : SendExit.failed;
    process.exitCode = exit;
    if (this.#options.json !== true) return;
    const { opened, released } = result;
    const { identifier = null } = this.#conveyed ?? {};
    const outcome = failure?.kind ?? (undelivered ? 'nonDelivered' : 'done');
    const sent = { what: this.#what, identifier, outcome, opened, acknowledged, released };
    this.#write(JSON.stringify({ step: 'result', ...sent, findings: findings.length, exit }));
  }

  #tellFindings(findings: readonly Finding[]): void {
    if (this.#options.json === true) {
      for (const finding of findings) {
        const json = findingJson(finding);
        this.#write(JSON.stringify({ step: 'finding', ...(json as object) }));
      }
      return;
    }
    const count = findings.length === 0 ? 'no findings' : `${counted(findings.length, 'finding')}:`;
    this.#write(`\nin what the peer sent: ${count}`);
    if (findings.length === 0) return;
    for (const finding of findings) {
      for (const line of findingLines(finding, { rule: ruleOf(finding.rule), indent: '  ' })) this.#write(line);
    }
    const { record } = this.#options;
    if (record !== undefined) this.#write(`p1spec check --iut r ${record} shows their octets`);
  }

  #notConnected({ message, hint, code }: LinkError): void {
    const exit = SendExit.notConnected;
    process.exitCode = exit;
    this.#teller.notConnected(systemClock.now(), message, hint);
    const result = { step: 'result', what: this.#what, outcome: 'notConnected', code, exit };
    if (this.#options.json === true) this.#write(JSON.stringify(result));
  }

  #print(step: Step): void {
    const line = this.#options.json === true ? stepJson(step) : stepLine(step);
    if (line !== undefined) this.#write(line);
  }

  #write(line: string): void {
    process.stdout.write(`${line}\n`);
  }
}

function checkOptions({ name, password = '', timeout }: SendCommandOptions): void {
  if (name === '') {
    throw new P1specError('ERR_SEND_NAME', { message: '--name is empty', hint: '--unauthenticated binds without one' });
  }
  for (const [option, text] of [
    ['--name', name],
    ['--password', password],
  ] as const) {
    checkIA5(option, text);
    // More than X.411 allows, for who wants to try that.
    if (text.length > NAME_LIMIT) {
      throw new P1specError('ERR_SEND_NAME', { message: `${option} has more than ${NAME_LIMIT} characters` });
    }
  }
  if (timeout === 0) throw new P1specError('ERR_SEND_TIMEOUT', { message: '--timeout leaves the peer no time' });
}

function senderOptions(options: SendCommandOptions): Omit<SendOptions, 'submission' | 'onProgress'> {
  const { mode, name, password, passwordForm, peerName, peerPassword, checkpointSize, window, dialogue } = options;
  const { tpduSize, timeout, wait, unauthenticated } = options;
  return {
    mode,
    ours: unauthenticated === true ? {} : { mtaName: name, password, passwordForm },
    theirs: { mtaName: peerName, password: peerPassword },
    addresses: addressesOf(options),
    tpduSize,
    checkpointSize,
    windowSize: window,
    dialogueMode: dialogue,
    timeout,
    wait,
    clock: systemClock,
    random: (octets) => new Uint8Array(randomBytes(octets)),
  };
}

/** Only those that are given: a mode may have no place for one. */
function addressesOf(options: SendCommandOptions): AssociationAddresses {
  const given = {
    calledTransportSelector: options.tsel,
    calledSessionSelector: options.ssel,
    calledPresentationSelector: options.psel,
    callingTransportSelector: options.callingTsel,
    callingSessionSelector: options.callingSsel,
    callingPresentationSelector: options.callingPsel,
  };
  return Object.fromEntries(Object.entries(given).filter(([, selector]) => selector !== undefined));
}

function openRecorder(file: string, { mode, name }: SendCommandOptions): Recorder {
  const header = transcriptHeader({ mode, recorded: new Date().toISOString(), initiator: { name } });
  if (!file.endsWith('.pcapng')) return TranscriptWriter.open(file, header, { overwrite: true });
  const fd = openNew(file, true);
  return new PcapngWriter((bytes: Uint8Array) => writeAll(fd, bytes, file), header);
}
