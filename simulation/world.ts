import { VirtualClock } from '../harness/link/clock.js';
import type { LinkEvent } from '../harness/link/events.js';
import type { Link } from '../harness/link/link.js';
import { recordLink } from '../harness/link/recorder.js';
import type { MtaAssociation } from '../harness/mta/association.js';
import { Mta, type MtaOptions } from '../harness/mta/engine.js';
import type { Hooks, TurnStep } from '../harness/mta/hooks.js';
import { MemorySpool, type SpoolWrite } from '../harness/mta/memory-spool.js';
import { type Domain, orName } from '../harness/mta/names.js';
import type { PeerConfig } from '../harness/mta/peer.js';
import { tolerant } from '../harness/mta/presets/third-party-tolerant.js';
import type { ReceivedApdu } from '../harness/mta/received.js';
import { Script } from '../harness/mta/when.js';
import { contentType } from '../harness/p1/content-types.js';
import type { ORName } from '../harness/p1/or-name.js';
import { PrimitiveError } from '../harness/stack/primitive-error.js';
import { MortalClock } from './mortal-clock.js';
import { type Connection, type Incident, Network, refused } from './network.js';
import type { Deed, Dispatch, Fault, LinkPlan, MtaPlan, Plan, RecipientPlan, StepAnswer } from './plan.js';
import { Random } from './random.js';

/** When the simulated day begins. */
export const EPOCH = Date.UTC(2006, 7, 8);

/** How an MTA is made; a broken one is of another class. */
export type MtaClass = new (options: MtaOptions) => Mta;

/** What happens, for who keeps accounts. */
export interface Witness {
  /** What the MTA queues next is this: it may be gone again when it comes back to us. */
  submitting(dispatch: Dispatch): void;
  wrote(mta: string, write: SpoolWrite): void;
  /** A new run of an MTA: its events can be listened to. */
  begun(mta: string, instance: Mta): void;
  crashed(mta: string, transfers: 'kept' | 'lost'): void;
  /** A hook has it that this is taken, and reported as not delivered. */
  toNonDeliver(apdu: ReceivedApdu): void;
  incident(words: string, fault: Fault | undefined): void;
}

/** An event of a link, as one of its sides saw it. */
export interface Seen {
  readonly view: 'initiator' | 'responder';
  readonly event: LinkEvent;
}

interface Run {
  readonly mta: Mta;
  readonly spool: MemorySpool;
  readonly clock: MortalClock;
  alive: boolean;
}

export function domainOf(mta: string): Domain {
  return { country: 'GB', administrationDomain: ' ', privateDomain: mta };
}

/** The MTA that a name belongs to. */
export function homeOf(name: ORName): string {
  const domain = name.builtInStandardAttributes.privateDomainName;
  return domain?.printable ?? domain?.numeric ?? '';
}

/** What is submitted, where it is not a text. */
export function contentOf({ seed }: Plan, { at, size }: Dispatch): Uint8Array {
  return new Random(seed).stream(`content ${at} ${size}`).octets(size);
}

function nameOf({ home, named }: RecipientPlan, index: number): ORName {
  const number = index + 1;
  const domain = domainOf(home);
  if (named === 'common') return orName({ ...domain, organization: 'Simulation', commonName: `Recipient ${number}` });
  const personal = orName({ ...domain, surname: `Recipient${number}` });
  if (named === 'personal') return personal;
  const postal = { extensionAttributeType: POSTAL_SERVICE_NAME, extensionAttributeValue: 'Post' };
  return { ...personal, extensionAttributes: [postal] };
}

/** An O/R address attribute of 1988 alone. X.411, ExtensionAttributeTable. */
const POSTAL_SERVICE_NAME = 7;

/** The MTAs and links of a plan, on a clock of their own. */
export class World {
  readonly clock = new VirtualClock(EPOCH);
  readonly network: Network;
  readonly seen: Seen[] = [];
  /** Connections, by number; also those that are gone. */
  readonly connections: Connection[] = [];
  readonly #plan: Plan;
  readonly #witness: Witness;
  readonly #make: MtaClass;
  readonly #runs = new Map<string, Run>();
  readonly #runCount = new Map<string, number>();
  readonly #refused = new Set<string>();
  readonly #writes = new Map<string, number>();
  readonly #scripts: ReadonlyMap<string, Hooks>;

  constructor(plan: Plan, witness: Witness, make: MtaClass = Mta) {
    this.#plan = plan;
    this.#witness = witness;
    this.#make = make;
    this.#scripts = new Map(plan.mtas.map(({ name }) => [name, this.#hooks(name)]));
    this.network = new Network({
      clock: this.clock,
      links: plan.links,
      incidents: plan.faults.flatMap((fault) => this.#incident(fault)),
      troubled: () => this.#troubled,
      onIncident: ({ fault }, connection) => {
        if (fault !== undefined) witness.incident(`${fault.kind} on connection ${connection.index}`, fault);
      },
    });
  }

  begin(): void {
    for (const { name } of this.#plan.mtas) this.#start(name, undefined, 'lost');
    for (const dispatch of this.#plan.traffic) {
      this.clock.setTimer(EPOCH + dispatch.at, () => this.#submit(dispatch));
    }
  }

  /** The MTAs that run. */
  get mtas(): readonly Mta[] {
    return [...this.#runs.values()].filter(({ alive }) => alive).map(({ mta }) => mta);
  }

  /** Timers of the MTAs that run. */
  get timers(): number {
    return [...this.#runs.values()].reduce((sum, { alive, clock }) => sum + (alive ? clock.timers : 0), 0);
  }

  mta(name: string): Mta | undefined {
    const run = this.#runs.get(name);
    return run?.alive ? run.mta : undefined;
  }

  /** Has the side of a link that opens associations call the other one: with a message, as an operator would. */
  poll({ ends }: LinkPlan): void {
    const [caller, called] = ends[0].opens ? ends : [ends[1], ends[0]];
    this.#submit({
      at: this.clock.now() - EPOCH,
      kind: 'message',
      from: caller.mta,
      via: called.mta,
      recipients: [{ home: called.mta, named: 'personal' }],
      priority: 'normal',
      size: 10,
      text: false,
      reports: false,
    });
  }

  /** Whether one MTA called another in vain: whatever it wanted to recover. */
  refused(from: string, to: string): boolean {
    return this.#refused.has(`${from}>${to}`);
  }

  get #troubled(): boolean {
    return this.clock.now() < EPOCH + this.#plan.calm;
  }

  #submit(dispatch: Dispatch): void {
    const { from, via, kind, size, text, recipients, priority, reports } = dispatch;
    const mta = this.mta(from);
    if (mta === undefined) {
      // Who has no MTA waits until it is there again.
      this.clock.setTimer(this.clock.now() + 1000, () => this.#submit(dispatch));
      return;
    }
    const originator = orName({ ...domainOf(from), surname: 'Originator' });
    const names = recipients.map(nameOf);
    this.#witness.submitting(dispatch);
    if (kind === 'probe') {
      mta.probe(via, { originator, recipients: names, contentLength: size });
      return;
    }
    const content = contentOf(this.#plan, dispatch);
    const body = text
      ? { text: Buffer.from(content).toString('hex').slice(0, size) }
      : { content, contentType: { builtIn: contentType.unidentified } };
    const request = { originator, recipients: names, priority, reports, ...body };
    mta.submit(via, request);
  }

  #start(name: string, earlier: MemorySpool | undefined, transfers: 'kept' | 'lost'): void {
    const plan = this.#plan.mtas.find((mta) => mta.name === name) as MtaPlan;
    const count = (this.#runCount.get(name) ?? 0) + 1;
    this.#runCount.set(name, count);
    const life = { alive: true };
    const isAlive = () => life.alive;
    const spool = new MemorySpool({
      earlier,
      transfers,
      isAlive,
      wrote: (write) => {
        this.#witness.wrote(name, write);
        this.#countWrite(name);
      },
    });
    const clock = new MortalClock(this.clock, isAlive);
    const random = new Random(this.#plan.seed).stream(`MTA ${name} ${count}`);
    const mta = new this.#make({
      name,
      preset: tolerant,
      domain: domainOf(name),
      clock,
      random: (octets) => random.octets(octets),
      peers: this.#plan.links
        .filter(({ ends }) => ends.some((end) => end.mta === name))
        .map((link) => this.#peer(name, link, isAlive)),
      hooks: this.#scripts.get(name),
      route: (recipient) => this.#plan.routes[name]?.[homeOf(recipient)],
      modes: [...new Set(this.#plan.links.map(({ mode }) => mode))],
      spool,
      recovery: plan.recovers ? spool.transfers : 'none',
    });
    const run: Run = Object.assign(life, { mta, spool, clock });
    this.#runs.set(name, run);
    this.#witness.begun(name, mta);
    mta.start();
  }

  #peer(name: string, link: LinkPlan, isAlive: () => boolean): PeerConfig {
    const { ends, mode, dialogueMode, initialTurn, tpduSize } = link;
    const [ours, theirs] = ends[0].mta === name ? ends : [ends[1], ends[0]];
    const { checkpointSize, windowSize, timers, retry, opens } = ours;
    return {
      name: theirs.mta,
      ...(opens ? { connect: () => this.#connect(link, name, theirs.mta, isAlive) } : { activation: 'remote' }),
      mode,
      dialogueMode,
      initialTurn,
      checkpointSize,
      windowSize,
      tpduSize,
      timers,
      retry,
    };
  }

  async #connect(link: LinkPlan, from: string, to: string, isAlive: () => boolean): Promise<Link> {
    await new Promise<void>((connected) => {
      this.clock.setTimer(this.clock.now() + link.latency, connected);
    });
    // Nobody waits for it any more.
    if (!isAlive()) return new Promise(() => {});
    const callee = this.mta(to);
    if (callee === undefined || this.#isRefused(link)) {
      this.#refused.add(`${from}>${to}`);
      throw refused();
    }
    const connection = this.network.connect(link, from, to);
    this.connections.push(connection);
    const [here, there] = connection.ends;
    callee.accept(this.#recorded(there, connection, 'responder'), from);
    return this.#recorded(here, connection, 'initiator');
  }

  #recorded(link: Link, { index }: Connection, view: Seen['view']): Link {
    return recordLink(link, {
      connection: index,
      clock: this.clock,
      sink: (event) => {
        this.seen.push({ view, event });
      },
    });
  }

  #isRefused({ name }: LinkPlan): boolean {
    const time = this.clock.now() - EPOCH;
    return this.#plan.faults.some(
      (fault) => fault.kind === 'refuse' && fault.link === name && fault.from <= time && time < fault.until,
    );
  }

  #incident(fault: Fault): Incident[] {
    switch (fault.kind) {
      case 'end':
      case 'reset':
      case 'halfClose':
      case 'swallow':
      case 'stall':
      case 'corrupt':
        return [{ at: fault.at, fault }];
      case 'deed':
        return [{ at: fault.at, happens: (connection) => this.#do(fault.mta, fault.deed, connection, fault) }];
      case 'crash':
        return 'write' in fault.at ? [] : [{ at: fault.at, happens: () => this.#crash(fault) }];
      default:
        return [];
    }
  }

  #countWrite(name: string): void {
    const count = (this.#writes.get(name) ?? 0) + 1;
    this.#writes.set(name, count);
    if (!this.#troubled) return;
    for (const fault of this.#plan.faults) {
      if (fault.kind === 'crash' && fault.mta === name && 'write' in fault.at && fault.at.write === count) {
        this.#crash(fault);
      }
    }
  }

  #crash(fault: Fault & { readonly kind: 'crash' }): void {
    const { mta: name, downFor, transfers } = fault;
    const run = this.#runs.get(name);
    if (run === undefined || !run.alive) return;
    run.alive = false;
    this.#witness.incident(`${name} crashes, back in ${downFor / 1000} s`, fault);
    this.network.vanish(name);
    this.#witness.crashed(name, transfers);
    this.clock.setTimer(this.clock.now() + downFor, () => this.#start(name, run.spool, transfers));
  }

  #do(name: string, deed: Deed, { ends }: Connection, fault: Fault): void {
    const mta = this.mta(name);
    const peer = ends.find(({ localEndpoint }) => localEndpoint !== name)?.localEndpoint;
    const open = mta?.associations.filter((each) => each.peer === peer && each.isOpen) ?? [];
    const association = open.find(({ busy }) => busy) ?? open[0];
    if (association === undefined || !perform(association, deed)) return;
    this.#witness.incident(`${name}: ${deed.do} on its association ${association.index}`, fault);
  }

  #hooks(name: string): Hooks {
    const script = new Script();
    for (const fault of this.#plan.faults) {
      if (fault.kind === 'step' && fault.mta === name) tie(script, fault);
    }
    const troubled: Hooks = Object.fromEntries(
      Object.entries(script.hooks).map(([hook, ask]) => [
        hook,
        (step: never) => {
          if (!this.#troubled) return undefined;
          const answer = (ask as (step: never) => { readonly do: string } | undefined)(step);
          // Who does nothing when it is given the turn stops nobody but itself.
          if (hook === 'onTurn' && answer?.do === 'hold' && (step as TurnStep).phase === 'give') return undefined;
          if (answer !== undefined) this.#witness.incident(`${name} answers ${hook} with ${answer.do}`, undefined);
          return answer;
        },
      ]),
    );
    const noting: Hooks = {
      onTransfer: (step) => {
        const answer = troubled.onTransfer?.(step);
        if (answer?.do !== 'nonDeliver') return answer;
        // Nobody is told of a report that could not be delivered: it would be lost. X.411 14.4.
        if (step.apdu === undefined || step.apdu.kind === 'report') return undefined;
        this.#witness.toNonDeliver(step.apdu);
        return answer;
      },
    };
    return { ...troubled, ...noting };
  }
}

/** Whether it could be done: not every deed is possible in every state. */
function perform(association: MtaAssociation, deed: Deed): boolean {
  try {
    return act(association, deed);
  } catch (error) {
    if (error instanceof PrimitiveError) return false;
    throw error;
  }
}

function act(association: MtaAssociation, deed: Deed): boolean {
  switch (deed.do) {
    case 'abort':
      association.abort(deed.reason);
      return true;
    case 'close':
      association.close();
      return true;
    case 'release':
      association.release();
      return true;
    case 'interrupt':
    case 'discard':
      return association.breakOff(deed.do, deed.reason);
  }
}

function tie(script: Script, { step, nth, answer }: Fault & { readonly kind: 'step' }): void {
  const { then } = script.when(step).nth(nth);
  const acts: { readonly [K in StepAnswer['do']]: (answer: Extract<StepAnswer, { do: K }>) => void } = {
    refuse: ({ reason }) => then.refuse(reason),
    abort: ({ reason }) => then.abort(reason),
    close: () => then.close(),
    hold: () => then.hold(),
    delay: ({ milliseconds }) => then.delay(milliseconds),
    nonDeliver: ({ reason, diagnostic }) => then.nonDeliver(reason, diagnostic),
  };
  acts[answer.do](answer as never);
}
