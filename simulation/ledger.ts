import { Octets } from '../harness/ber/octets.js';
import type { Mta } from '../harness/mta/engine.js';
import type { MtaEvents } from '../harness/mta/events.js';
import type { SpoolWrite } from '../harness/mta/memory-spool.js';
import type { ReportSubject } from '../harness/mta/message.js';
import type { QueuedItem, Submission } from '../harness/mta/queue.js';
import { type ReceivedApdu, readApdu, typedApdu } from '../harness/mta/received.js';
import { PerRecipientIndicators } from '../harness/p1/message.js';
import type { MTSAPDU } from '../harness/p1/mts-apdu.js';
import type { Report } from '../harness/p1/report.js';
import { formatMTSIdentifier } from '../harness/p1/text.js';
import {
  type CopyAccount,
  type HopAccount,
  type Problem,
  problemsOfCopy,
  problemsOfHop,
  problemsOfReport,
  type ReportAccount,
} from './accounts.js';
import type { Crash } from './excuses.js';
import type { Dispatch, Fault, Plan } from './plan.js';
import { contentOf, EPOCH, homeOf, type Witness } from './world.js';

/** X.411's diagnostic for what has no form in 1984. */
const UNABLE_TO_DOWNGRADE = 47;

const { responsibility } = PerRecipientIndicators.named;

/**
 * The accounting of what MTAs are given, take, pass on and give up, as it is seen from outside: by their spools, which
 * outlive them, and by what they tell.
 */
export class Ledger implements Witness {
  readonly problems: Problem[] = [];
  /** What happened, for people. */
  readonly story: string[] = [];
  readonly hops = new Map<string, HopAccount>();
  readonly copies = new Map<string, CopyAccount>();
  readonly reports = new Map<string, ReportAccount>();
  readonly crashes: Crash[] = [];
  readonly submissions = new Map<string, Dispatch>();
  /** Transfers that failed, of whatever cause. */
  failures = 0;
  incidents = 0;
  #submitting: Dispatch | undefined;
  readonly #plan: Plan;
  readonly #now: () => number;
  readonly #standing = new Map<string, number>();
  readonly #running = new Map<string, Mta>();
  readonly #told = new WeakMap<QueuedItem, 'transferred' | 'givenUp'>();
  readonly #removed = new WeakSet<QueuedItem>();
  readonly #unexplained = new Set<QueuedItem>();
  readonly #toNonDeliver = new WeakSet<ReceivedApdu>();
  /** Reports that each MTA made in this breath, and not of what it was taking. */
  readonly #reporting = new Map<string, number>();
  /** Whatever may have come twice, and no MTA could have helped it. */
  #doubtful = 0;

  /** `now`: milliseconds since the epoch. */
  constructor(plan: Plan, now: () => number) {
    this.#plan = plan;
    this.#now = now;
  }

  submitting(dispatch: Dispatch): void {
    this.#submitting = dispatch;
  }

  #submitted(dispatch: Dispatch, identifier: string): void {
    this.#submitting = undefined;
    this.submissions.set(identifier, dispatch);
    dispatch.recipients.forEach(({ home }, i) => {
      const copy = { identifier, recipient: i + 1, home, delivered: 0, nonDelivered: 0, reported: 0 };
      this.copies.set(`${identifier} ${i + 1}`, copy);
    });
    this.#expect(dispatch.from, dispatch.via, identifier);
    this.#tell(
      `${dispatch.from} is given ${dispatch.kind} ${identifier} for ${dispatch.recipients.map(({ home }) => home).join(', ')}`,
    );
  }

  begun(name: string, mta: Mta): void {
    this.#running.set(name, mta);
    const { events } = mta;
    const isCurrent = () => this.#running.get(name) === mta;
    events.on('messageTransferred', ({ peer, item }) => this.#said(name, peer, item, 'transferred'));
    events.on('nonDelivered', (event) => this.#gaveUp(name, event, isCurrent()));
    events.on('transferFailed', ({ peer, item, reason }) => {
      this.failures += 1;
      this.#tell(`${name} could not transfer ${item.identifier} to ${peer}: ${reason}`);
    });
    events.on('downgraded', ({ item, leftBehind }) => {
      for (const { subject } of leftBehind) if (isCurrent()) this.#leftBehind(name, item, subject);
    });
    events.on('notCaredFor', ({ apdu, error }) => {
      this.#problem(`${name} took what it could not care for: ${error.message}`, apdu.identifier);
    });
    events.on('bindRefused', ({ by, error, peer }) => {
      this.#tell(`${name}: bind with ${peer} refused by ${by}: ${error ?? 'no bind error'}`);
    });
    events.on('associationOpened', ({ association, role, peer }) => {
      this.#tell(`${name}: association ${association} with ${peer} is open, as ${role}`);
    });
    events.on('associationClosed', ({ association, peer, ending, detail }) => {
      this.#tell(`${name}: association ${association} with ${peer} is ${ending}${detail ? ` (${detail})` : ''}`);
    });
    this.#tell(`${name} runs`);
  }

  crashed(name: string, transfers: 'kept' | 'lost'): void {
    this.crashes.push({ mta: name, transfers });
    this.#running.delete(name);
    // It may have reported on what it did not come to take out of its queue any more.
    this.#doubtful += this.#reporting.get(name) ?? 0;
  }

  incident(words: string, fault: Fault | undefined): void {
    this.incidents += 1;
    this.#tell(`! ${words}${fault !== undefined && 'at' in fault ? ` (${JSON.stringify(fault.at)})` : ''}`);
  }

  toNonDeliver(apdu: ReceivedApdu): void {
    this.#toNonDeliver.add(apdu);
  }

  wrote(name: string, write: SpoolWrite): void {
    switch (write.what) {
      case 'added':
        if (write.item.kind === 'report') this.#reporting.set(name, (this.#reporting.get(name) ?? 0) + 1);
        this.#added(name, write.peer, write.item);
        break;
      case 'removed':
        this.#settle(name, write.peer, write.item);
        break;
      case 'taken':
        this.#received(name, write.peer, write.apdu);
        for (const { peer, item } of write.added) this.#added(name, peer, item);
        break;
      default:
        break;
    }
  }

  /** All that one MTA did at one time is done: what its queues hold is what they owe. */
  breathe(): void {
    this.#reporting.clear();
    for (const [name, mta] of this.#running) {
      for (const peer of Object.values(this.#plan.routes[name] ?? {})) {
        const { length } = mta.queueTo(peer);
        const owed = this.#standing.get(`${name}>${peer}`) ?? 0;
        if (length !== owed) this.#problem(`the queue of ${name} for ${peer} has ${length} items, and owes ${owed}`);
      }
    }
    for (const { identifier } of this.#unexplained) this.#problem('left its queue with nothing said', identifier);
    this.#unexplained.clear();
  }

  /** What stands in all queues, also of MTAs that are down. */
  get standing(): number {
    return [...this.#standing.values()].reduce((sum, each) => sum + each, 0);
  }

  standingFor(from: string, to: string): number {
    return this.#standing.get(`${from}>${to}`) ?? 0;
  }

  /** Closes the accounts. `excused`: transfers to another MTA of which the acknowledgement was lost, for good. */
  close(excused: (hop: HopAccount) => number): void {
    for (const hop of this.hops.values()) {
      for (const problem of problemsOfHop(hop, excused(hop))) this.#problem(problem, hop.identifier);
      this.#doubtful += Math.max(0, hop.received - hop.transferred);
    }
    const doubtful = this.#doubtful > 0;
    for (const copy of this.copies.values()) {
      const { identifier } = copy;
      const dispatch = this.submissions.get(identifier);
      const asked = dispatch !== undefined && (dispatch.reports || dispatch.kind === 'probe');
      const told = [...this.reports.values()].filter(({ subject }) => subject === identifier);
      const lostReports = told.some(({ arrived, givenUp }) => arrived === 0 && givenUp > 0);
      for (const problem of problemsOfCopy(copy, { asked, lostReports, doubtful })) this.#problem(problem, identifier);
    }
    for (const report of this.reports.values()) {
      for (const problem of problemsOfReport(report, doubtful)) this.#problem(problem, report.identifier);
    }
  }

  #added(from: string, to: string, item: QueuedItem): void {
    const given = this.#submitting;
    if (given?.from === from && given.kind === item.kind) this.#submitted(given, item.identifier);
    const hop = this.#hop(from, to, item.identifier);
    hop.added.push(item.apdu);
    hop.queued += 1;
    this.#stand(hop, 1);
    this.#tell(`${from} queues ${item.kind} ${item.identifier} for ${to}`);
    if (item.kind !== 'report' || this.reports.has(item.identifier)) return;
    this.#expect(from, to, item.identifier);
    const report = reportOf(item);
    if (report !== undefined) this.#reportMade(item.identifier, report);
  }

  #reportMade(identifier: string, { envelope, content }: Report): void {
    const subject = formatMTSIdentifier(content.subjectIdentifier);
    const destination = homeOf(envelope.reportDestinationName);
    this.reports.set(identifier, { identifier, subject, destination, arrived: 0, givenUp: 0 });
    if (!this.submissions.has(subject)) this.#problem(`a report on ${subject}, which nobody submitted`, identifier);
  }

  /** What an MTA says of an item, and what it wrote: both are needed, in any order. */
  #said(from: string, to: string, item: QueuedItem, what: 'transferred' | 'givenUp'): void {
    this.#told.set(item, what);
    this.#unexplained.delete(item);
    if (this.#removed.has(item)) this.#account(from, to, item, what);
    else if (this.#running.has(from)) this.#unexplained.add(item);
  }

  #settle(from: string, to: string, item: QueuedItem): void {
    this.#stand(this.#hop(from, to, item.identifier), -1);
    this.#removed.add(item);
    const told = this.#told.get(item);
    if (told !== undefined) {
      this.#unexplained.delete(item);
      this.#account(from, to, item, told);
    } else {
      this.#unexplained.add(item);
    }
  }

  #account(from: string, to: string, item: QueuedItem, what: 'transferred' | 'givenUp'): void {
    const hop = this.#hop(from, to, item.identifier);
    hop[what] += 1;
    this.#tell(`${from} has ${item.identifier} for ${to} ${what === 'transferred' ? 'transferred' : 'given up'}`);
    if (hop.received < hop.transferred) {
      this.#problem(`${from} takes it for transferred to ${to}, which has not got it`, item.identifier);
    }
  }

  #gaveUp(name: string, { peer, item, report, fate }: MtaEvents['nonDelivered'], heard: boolean): void {
    this.#said(name, peer, item, 'givenUp');
    const { link, retry } = this.#retryOf(name, peer);
    const age = this.#now() - item.queuedAt;
    const { messageTimeout } = link.retry.options;
    const inexpressible = this.#is1984(name, peer) && 'reason' in fate && fate.diagnostic === UNABLE_TO_DOWNGRADE;
    const exhausted = item.openRetries > (retry.maxOpenRetries ?? 144) || age >= messageTimeout[item.priority];
    if (!inexpressible && !exhausted) {
      this.#problem(`${name} gave up for ${peer} after ${item.openRetries} retries and ${age} ms`, item.identifier);
    }
    const known = this.reports.get(item.identifier);
    if (known !== undefined) known.givenUp += 1;
    if (report === undefined || !heard || this.reports.has(report.identifier)) return;
    // Its originator is here, and hears of it at once.
    const made = reportOf(report);
    if (made === undefined || homeOf(made.envelope.reportDestinationName) !== name) return;
    this.#reportMade(report.identifier, made);
    this.#reportArrived(report.identifier, made);
  }

  /** Its originator is here, and hears of those who are not reached in 1984 by no report, but at once. */
  #leftBehind(name: string, { identifier }: QueuedItem, { originator, recipients }: ReportSubject): void {
    if (homeOf(originator) !== name) return;
    for (const { originallySpecifiedRecipientNumber: recipient } of recipients) {
      const copy = this.copies.get(`${identifier} ${recipient}`);
      if (copy !== undefined) copy.nonDelivered += 1;
    }
  }

  #retryOf(name: string, peer: string) {
    const ends = this.#plan.links.flatMap(({ ends }) => (ends.some(({ mta }) => mta === peer) ? ends : []));
    const retry = ends.find(({ mta }) => mta === name)?.retry ?? {};
    const mta = this.#running.get(name);
    return { retry, link: mta?.connectorTo(peer) ?? { retry: { options: { messageTimeout: NEVER } } } };
  }

  #received(name: string, from: string, apdu: ReceivedApdu): void {
    const identifier = apdu.identifier ?? 'without an identifier';
    this.#tell(`${name} takes ${apdu.kind ?? 'what is no APDU'} ${identifier} from ${from}`);
    const hop = this.#hop(from, name, identifier);
    hop.received += 1;
    const same = hop.added.some((octets) => Buffer.compare(octets, apdu.octets) === 0);
    if (hop.added.length === 0) this.#problem(`${name} took from ${from} what that never had`, identifier);
    else if (!same && !this.#is1984(from, name)) this.#problem(`came to ${name} with other octets`, identifier);
    const value = typedApdu(apdu);
    if (value === undefined) this.#problem(`${name} took what it cannot read`, identifier);
    else if (value.report !== undefined) this.#tookReport(name, identifier, value.report);
    else if (this.#toNonDeliver.has(apdu)) this.#tell(`${name} will report ${identifier} as not delivered`);
    else this.#tookMessage(name, identifier, value);
  }

  #tookReport(name: string, identifier: string, report: Report): void {
    const destination = homeOf(report.envelope.reportDestinationName);
    if (destination === name) this.#reportArrived(identifier, report);
    else this.#passOn(name, destination, identifier);
  }

  #reportArrived(identifier: string, { content }: Report): void {
    const known = this.reports.get(identifier);
    if (known === undefined) this.#problem('a report that nobody made', identifier);
    else known.arrived += 1;
    const subject = formatMTSIdentifier(content.subjectIdentifier);
    for (const { originallySpecifiedRecipientNumber, lastTraceInformation } of content.perRecipientFields) {
      const copy = this.copies.get(`${subject} ${originallySpecifiedRecipientNumber}`);
      if (copy === undefined) this.#problem(`a report on a recipient that ${subject} does not have`, identifier);
      else if (lastTraceInformation.reportType.nonDelivery === undefined) copy.reported += 1;
      else copy.nonDelivered += 1;
    }
  }

  #tookMessage(name: string, identifier: string, { message, probe }: MTSAPDU): void {
    const fields = (message?.envelope ?? probe)?.perRecipientFields ?? [];
    const dispatch = this.submissions.get(identifier);
    if (message !== undefined && dispatch !== undefined && !dispatch.text) {
      const same = Buffer.compare(message.content ?? new Uint8Array(0), contentOf(this.#plan, dispatch)) === 0;
      if (!same) this.#problem(`came to ${name} with another content`, identifier);
    }
    const next = new Set<string>();
    for (const { recipientName, originallySpecifiedRecipientNumber, perRecipientIndicators } of fields) {
      if (!perRecipientIndicators.has(responsibility)) continue;
      const home = homeOf(recipientName);
      const copy = this.copies.get(`${identifier} ${originallySpecifiedRecipientNumber}`);
      if (copy === undefined || copy.home !== home) {
        this.#problem(
          `${name} took a recipient ${originallySpecifiedRecipientNumber} that it was not sent to`,
          identifier,
        );
      } else if (home === name) {
        copy.delivered += 1;
      } else {
        next.add(this.#plan.routes[name]?.[home] ?? '');
      }
    }
    for (const peer of next) this.#expect(name, peer, identifier);
  }

  #passOn(name: string, home: string, identifier: string): void {
    this.#expect(name, this.#plan.routes[name]?.[home] ?? '', identifier);
  }

  #expect(from: string, to: string, identifier: string): void {
    this.#hop(from, to, identifier).due += 1;
  }

  #hop(from: string, to: string, identifier: string): HopAccount {
    const key = keyOf(from, to, identifier);
    const known = this.hops.get(key);
    if (known !== undefined) return known;
    const counts = {
      added: [],
      due: 0,
      queued: 0,
      standing: 0,
      transferred: 0,
      givenUp: 0,
      received: 0,
    };
    const account: HopAccount = { from, to, identifier, ...counts };
    this.hops.set(key, account);
    return account;
  }

  #stand(hop: HopAccount, by: 1 | -1): void {
    hop.standing += by;
    const key = `${hop.from}>${hop.to}`;
    this.#standing.set(key, (this.#standing.get(key) ?? 0) + by);
    if (hop.standing < 0)
      this.#problem(`${hop.from} settled it for ${hop.to} more often than it had it`, hop.identifier);
  }

  #is1984(one: string, other: string): boolean {
    return this.#plan.links.some(
      ({ mode, ends }) => mode === 'x410-1984' && [one, other].every((name) => ends.some(({ mta }) => mta === name)),
    );
  }

  #problem(message: string, identifier?: string): void {
    const at = this.#now() - EPOCH;
    this.problems.push({ at, message, ...(identifier === undefined ? {} : { identifier }) });
    this.#tell(`PROBLEM ${identifier === undefined ? '' : `${identifier}: `}${message}`);
  }

  #tell(words: string): void {
    this.story.push(`${((this.#now() - EPOCH) / 1000).toFixed(3).padStart(10)}  ${words}`);
  }
}

const NEVER = {
  urgent: Number.POSITIVE_INFINITY,
  normal: Number.POSITIVE_INFINITY,
  nonUrgent: Number.POSITIVE_INFINITY,
};

function keyOf(from: string, to: string, identifier: string): string {
  return `${from}>${to} ${identifier}`;
}

function reportOf({ apdu }: Submission): Report | undefined {
  return typedApdu(readApdu(Octets.of(apdu), undefined))?.report;
}
