import type { Json } from '../asn1/json.js';
import type { SendFailure, SendProgress } from '../mta/send.js';
import type { AssociationEvent } from '../stack/association/events.js';
import type { Tpdu } from '../stack/cotp/tpdu.js';
import type { Direction } from '../stack/direction.js';
import type { Spdu } from '../stack/session/spdu.js';
import { escapeText, quoteText } from './escape.js';
import { eventText } from './ladder.js';
import { explainException } from './reasons.js';
import { reportOutcomes, reportText } from './report-outcomes.js';
import { explainFailure } from './send-failure.js';
import { counted } from './summary.js';

/** One step of a conversation that is under way, for a person and for a program. */
export interface Step {
  /** Milliseconds since the beginning. */
  readonly elapsed: number;
  /** What a person reads: an arrow for what passed, ✓ for what is reached, ✗ for what failed, · for the rest. */
  readonly mark: '→' | '←' | '✓' | '✗' | '·';
  readonly text: string;
  /** What a program reads, beside `elapsed` and `text`; undefined for a line that says more of the step before. */
  readonly fields: StepFields | undefined;
}

export interface StepFields {
  readonly step: string;
  readonly [key: string]: Json;
}

/** A step as a line for a person. */
export function stepLine({ elapsed, mark, text }: Step): string {
  return `${(elapsed / 1000).toFixed(3).padStart(9)}  ${mark} ${text}`;
}

/** A step as a line of JSON; undefined for what is in that of the step before. docs/json.md. */
export function stepJson({ elapsed, text, fields }: Step): string | undefined {
  return fields === undefined ? undefined : JSON.stringify({ elapsed, ...fields, text });
}

/** SPDUs of which a transfer has many. */
const MANY: ReadonlySet<string> = new Set(['DATA TRANSFER', 'MINOR SYNC POINT', 'MINOR SYNC ACK']);
/** So many of each are told one by one. */
const ONE_BY_ONE = 10;
/** Milliseconds between two words on a transfer that goes on. */
const PROGRESS = 1_000;

interface Pending {
  readonly direction: Direction;
  readonly abbreviation: string;
  readonly kind: string;
  told: number;
  count: number;
  last: number | undefined;
}

/** Turns what passes on one association of ours, and what came of it, into steps. We are its initiator. */
export class StepTeller {
  readonly #started: number;
  readonly #tell: (step: Step) => void;
  readonly #pending = new Map<string, Pending>();
  #lastTold: number;
  #tpduSize: number | undefined;
  #sessionVersion: number | undefined;
  #sent = 0;
  #octets = 0;
  #opened = false;
  #acknowledged = false;
  #abortedByUs = false;
  #unreadable = false;

  /** `started`: milliseconds on the clock of the events. */
  constructor(started: number, tell: (step: Step) => void) {
    this.#started = started;
    this.#lastTold = started;
    this.#tell = tell;
  }

  connected(now: number, local: string, remote: string): void {
    const fields = { step: 'connected', local, remote };
    this.#say(now, '✓', `TCP connected to ${remote} from ${local}`, fields);
  }

  notConnected(now: number, message: string, hint: string | undefined): void {
    this.#say(now, '✗', escapeText(message), { step: 'failed', outcome: 'notConnected', hint: hint ?? null });
    if (hint !== undefined) this.#line(now, '·', `to try: ${hint}`);
  }

  /** What passed, in the words of `show --ladder`. */
  passed(event: AssociationEvent): void {
    this.#note(event);
    if (event.kind === 'spdu' && MANY.has(event.spdu.kind)) {
      this.#passedOneOfMany(event.spdu, event.direction, event.time);
      return;
    }
    const text = isToldAsProgress(event) ? undefined : eventText(event);
    if (text === undefined) return;
    this.#flush(event.time);
    this.#pass(event.time, event.direction, text, fieldsOf(event));
  }

  progress(progress: SendProgress, now: number): void {
    this.#flush(now);
    switch (progress.kind) {
      case 'opened':
        this.#open(progress, now);
        break;
      case 'transferring':
        this.#octets = progress.octets;
        break;
      case 'exception': {
        const { reason, action } = progress;
        const { name = 'unknown' } = explainException(reason);
        const text = `the peer stops the transfer: exception ${reason} (${name}); we answer with ${action}`;
        this.#say(now, '✗', text, { step: 'exception', reason, name, action });
        break;
      }
      case 'acknowledged':
        this.#acknowledged = true;
        this.#say(now, '✓', 'acknowledged: the peer has it, and has the responsibility for it', {
          step: 'acknowledged',
        });
        break;
      case 'waiting': {
        const { milliseconds } = progress;
        const text = `the peer gets the turn; waiting ${milliseconds / 1000} s for a report`;
        this.#say(now, '·', text, { step: 'waiting', milliseconds });
        break;
      }
      case 'report': {
        const outcomes = reportOutcomes(progress.apdu);
        const delivered = outcomes.every((each) => each.delivered);
        const { identifier = null } = progress.apdu;
        this.#say(now, delivered ? '✓' : '✗', `report ${identifier ?? ''}`.trim(), {
          step: 'report',
          identifier,
          recipients: outcomes.map((each) => ({ ...each })),
        });
        for (const outcome of outcomes) this.#line(now, outcome.delivered ? '✓' : '✗', `  ${reportText(outcome)}`);
        break;
      }
      case 'declined': {
        const { kind = 'APDU', identifier = '' } = progress.apdu;
        const text = `the peer transfers ${kind} ${escapeText(identifier)}, which is no report on ours: it stays with the peer`;
        this.#say(now, '·', text, { step: 'declined', kind, identifier });
        break;
      }
      case 'noReport':
        this.#say(now, '·', 'no report came on this association in that time', { step: 'noReport' });
        break;
      case 'released':
        this.#say(now, '✓', 'released', { step: 'released' });
        break;
      case 'failed':
        this.#failed(progress.failure, now);
        break;
    }
  }

  /** What is not a step of the protocol, such as what was changed for the mode. */
  remark(now: number, text: string): void {
    this.#say(now, '·', escapeText(text), { step: 'remark' });
  }

  #note(event: AssociationEvent): void {
    if (event.kind === 'tpdu' && event.tpdu.kind === 'CC') this.#tpduSize = event.tpdu.tpduSize;
    else if (event.kind === 'spdu' && event.spdu.kind === 'ACCEPT') this.#sessionVersion = event.spdu.version;
    else if (event.kind === 'abort') this.#abortedByUs = event.direction === 'i2r';
    else if (event.kind === 'undecodable' && event.direction === 'r2i') this.#unreadable = true;
  }

  #open(progress: SendProgress & { kind: 'opened' }, now: number): void {
    this.#opened = true;
    const { mode, checkpointSize, windowSize, peer } = progress;
    const tpduSize = this.#tpduSize ?? null;
    const sessionVersion = this.#sessionVersion ?? null;
    const checkpoints =
      checkpointSize === 0 ? 'no checkpoints' : `checkpoints every ${checkpointSize} KiB, window ${windowSize}`;
    const name = peer.mtaName ?? null;
    const passwordOctets = peer.password?.length ?? null;
    const fields = { step: 'opened', mode, sessionVersion, tpduSize, checkpointSize, windowSize };
    const tpdus = tpduSize === null ? 'TPDUs of any size' : `TPDUs of ${tpduSize} octets`;
    const text = `open: mode ${mode}, session version ${sessionVersion ?? 'unknown'}, ${tpdus}, ${checkpoints}`;
    this.#say(now, '✓', text, { ...fields, peer: { authenticated: peer.authenticated, name, passwordOctets } });
    const password =
      passwordOctets === null ? 'no simple password' : `a password of ${counted(passwordOctets, 'octet')}`;
    const who =
      name === null ? 'the peer does not say who it is' : `the peer is MTA ${quoteText(name)}, with ${password}`;
    this.#line(now, '✓', who);
  }

  /** How it failed, and what to try. */
  #failed(failure: SendFailure, now: number): void {
    const seen = { opened: this.#opened, abortedByUs: this.#abortedByUs, unreadable: this.#unreadable };
    const { text, tries, fields } = explainFailure(failure, seen);
    const lost = this.#octets > 0 && failure.kind !== 'notAcknowledged' ? '; what was sent is not acknowledged' : '';
    const taken = this.#acknowledged ? '; what was sent had been acknowledged before' : lost;
    const hint: Record<string, Json> = tries === undefined ? {} : { hint: tries };
    this.#say(now, '✗', `${escapeText(text)}${taken}`, { step: 'failed', ...fields, ...hint });
    if (tries !== undefined) this.#line(now, '·', `to try: ${tries}`);
  }

  #passedOneOfMany(spdu: Spdu, direction: Direction, time: number): void {
    const { kind, abbreviation, serialNumber, userData } = spdu;
    if (kind === 'DATA TRANSFER' && direction === 'i2r') this.#sent += userData?.length ?? 0;
    const key = `${direction} ${kind}`;
    const pending = this.#pending.get(key) ?? { direction, abbreviation, kind, told: 0, count: 0, last: undefined };
    this.#pending.set(key, pending);
    if (pending.told < ONE_BY_ONE) {
      pending.told += 1;
      const text = eventText({ kind: 'spdu', connection: 0, direction, time, spdu }) ?? kind;
      this.#pass(time, direction, text, { step: 'pdu', direction: sideOf(direction), ...spduFields(spdu) });
      return;
    }
    pending.count += 1;
    pending.last = serialNumber;
    if (time - this.#lastTold >= PROGRESS) {
      const of = this.#octets === 0 ? '' : ` of about ${this.#octets}`;
      const text = `… ${this.#sent}${of} octets sent`;
      this.#say(time, '·', text, { step: 'progress', octets: this.#sent });
    }
  }

  /** What was not told one by one. */
  #flush(now: number): void {
    for (const pending of this.#pending.values()) {
      const { direction, abbreviation, kind, count, last } = pending;
      if (count === 0) continue;
      pending.count = 0;
      const serial = last === undefined ? '' : `, the last with serial ${last}`;
      const fields = { step: 'pdu', name: abbreviation, direction: sideOf(direction), count };
      const text = `${abbreviation.padEnd(4)} ${kind}  … and ${count} more${serial}`;
      this.#pass(now, direction, text, { ...fields, ...(last === undefined ? {} : { serial: last }) });
    }
  }

  #pass(time: number, direction: Direction, text: string, fields: StepFields): void {
    this.#say(time, direction === 'i2r' ? '→' : '←', text, fields);
  }

  #say(now: number, mark: Step['mark'], text: string, fields: StepFields): void {
    this.#lastTold = now;
    this.#tell({ elapsed: now - this.#started, mark, text, fields });
  }

  /** More about the step before: for a person only. */
  #line(now: number, mark: Step['mark'], text: string): void {
    this.#tell({ elapsed: now - this.#started, mark, text, fields: undefined });
  }
}

/** What the sender's own words say better: how it ended, what is confirmed, and a refusal that holds no bind error. */
function isToldAsProgress(event: AssociationEvent): boolean {
  if (event.kind === 'transfer') return event.phase === 'confirmed';
  return event.kind === 'end' || (event.kind === 'bind' && event.phase === 'error' && event.decoded === undefined);
}

function sideOf(direction: Direction): 'sent' | 'received' {
  return direction === 'i2r' ? 'sent' : 'received';
}

function fieldsOf(event: AssociationEvent): StepFields {
  const direction = sideOf(event.direction);
  switch (event.kind) {
    case 'tpdu':
      return { step: 'pdu', direction, ...tpduFields(event.tpdu) };
    case 'spdu':
      return { step: 'pdu', direction, ...spduFields(event.spdu) };
    case 'pdu':
      return { step: 'pdu', direction, name: event.name };
    case 'bind':
      return { step: 'bind', direction, phase: event.phase };
    case 'apdu':
      return { step: 'apdu', direction, name: event.decoded?.children[0]?.name ?? null, octets: event.octets };
    case 'anomaly': {
      const { layer, code, offset, message } = event.anomaly;
      return { step: 'anomaly', direction, layer, code, offset, message };
    }
    default:
      return { step: event.kind, direction };
  }
}

function tpduFields(tpdu: Tpdu): Record<string, Json> {
  if (tpdu.kind === 'DR') return { name: tpdu.kind, reason: tpdu.reason };
  if (tpdu.kind !== 'CR' && tpdu.kind !== 'CC') return { name: tpdu.kind };
  const { kind: name, tpduSize, callingSelector, calledSelector } = tpdu;
  return {
    name,
    ...(tpduSize === undefined ? {} : { tpduSize }),
    ...(callingSelector === undefined ? {} : { callingSelector: callingSelector.toHex() }),
    ...(calledSelector === undefined ? {} : { calledSelector: calledSelector.toHex() }),
  };
}

function spduFields({ abbreviation, kind, serialNumber, activityIdentifier, reason }: Spdu): Record<string, Json> {
  return {
    name: abbreviation,
    spdu: kind,
    ...(serialNumber === undefined ? {} : { serial: serialNumber }),
    ...(activityIdentifier === undefined ? {} : { activity: activityIdentifier.toHex() }),
    ...(reason === undefined ? {} : { reason }),
  };
}
