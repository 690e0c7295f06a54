import { associationRules } from '../rules/catalogue.js';
import type { Finding } from '../rules/finding.js';
import type { RtAbortReason } from '../stack/association/service.js';
import type { MTABindErrorName } from './bind.js';
import type { Evidence, Statement } from './evidence.js';
import type { Reacts } from './expectation.js';
import { type Answer, type BindStep, combineHooks, type Hooks, type TransferStep } from './hooks.js';
import { PeerJudge } from './peer-judge.js';
import type { AssociationOptions, Personality, Preset } from './preset.js';
import { foreignness } from './recognise.js';
import { connectorDefaults, type RetryOptions } from './retry.js';

/** What a behaviour waits for: something in a bind or an APDU that has come. */
export interface Trigger {
  readonly name: string;
  /** The rules whose findings in what the peer said it goes by: nobody else judges for it. */
  readonly rules?: (id: string) => boolean;
  /** `findings` are those of its rules at this step. */
  readonly matches: (step: BindStep | TransferStep, findings: readonly Finding[]) => boolean;
}

/** A trigger, in an MTA whose links are judged. */
export type Met = (step: BindStep | TransferStep) => boolean;

/** What an MTA does about a trigger. */
export interface Reaction {
  readonly name: string;
  /** Hooks with a state of their own. */
  readonly to: (met: Met) => Hooks;
}

export interface Behaviour {
  readonly does: Reaction;
  /** At the step that has it … */
  readonly on?: Trigger;
  /** … or from then on. */
  readonly after?: Trigger;
  readonly evidence: Evidence;
}

export interface ThirdPartyOptions {
  readonly connector: RetryOptions;
  readonly association: AssociationOptions;
}

const MINUTE = 60_000;

/** An APDU that a foreign MTA cannot interpret: KB 916986's routing packet, by the signs that it would see. */
export const routingPacket: Trigger = {
  name: 'routing packet',
  matches: (step) => 'apdu' in step && step.apdu !== undefined && foreignness(step.apdu) !== undefined,
};

/** A transfer, whatever it brings. */
export const anyTransfer: Trigger = { name: 'transfer', matches: (step) => 'apdu' in step };

/** Something of tier 1 or 2 that these rules find in what the peer said. */
export function found(name: string, rules: (id: string) => boolean): Trigger {
  return { name, rules, matches: (_, findings) => findings.some(({ tier }) => tier < 3) };
}

/** Answers a transfer, once all of it has come. */
function answerTransfer(name: string, answer: Answer): Reaction {
  return {
    name,
    to: (met) => ({ onTransfer: (step) => (step.phase === 'end' && met(step) ? answer : undefined) }),
  };
}

export const abortWith = (reason: RtAbortReason): Reaction =>
  answerTransfer(`abort with ${reason}`, { do: 'abort', reason });

/** Acknowledges it, and tells nobody. */
export const discardSilently: Reaction = answerTransfer('acknowledge and discard', { do: 'discard' });

/** By X.411's reason and diagnostic. */
export const nonDeliver = (
  reason: number,
  diagnostic: number,
  options: { readonly supplementaryInformation?: string; readonly unasked?: boolean } = {},
): Reaction =>
  answerTransfer(`acknowledge, then report non-delivery ${reason}/${diagnostic}`, {
    do: 'nonDeliver',
    reason,
    diagnostic,
    ...options,
  });

/** TCP is closed, with nothing said. */
export const closeConnection: Reaction = answerTransfer('close the connection', { do: 'close' });

/** A bind argument is refused, and an association aborted on whose result it is met. */
export function refuseBind(error: MTABindErrorName): Reaction {
  return {
    name: `refuse the bind (${error})`,
    to: (met) => ({ onBind: (step) => (met(step) ? { do: 'refuse', error } : undefined) }),
  };
}

/** Confirms each minor synchronization point so many milliseconds late. */
export function delayCheckpoints(milliseconds: number): Reaction {
  return {
    name: `confirm each checkpoint ${milliseconds / 1000} s late`,
    to: () => ({ onCheckpoint: () => ({ do: 'delay', milliseconds }) }),
  };
}

export interface RefusalOptions {
  /** Its binds are refused as busy, or accepted and every transfer aborted. */
  readonly how: 'busy' | 'abort';
  /** Milliseconds from the last trigger until the peer is trusted again; `forever`: until the MTA is restarted. */
  readonly lasts: number | 'forever';
}

/** Refuses all further traffic from a peer that has triggered it; to that peer it still sends. */
export function refuseFurtherTraffic({ how, lasts }: RefusalOptions): Reaction {
  return {
    name: `refuse further traffic (${how}, ${lasts === 'forever' ? lasts : `${lasts / MINUTE} min`})`,
    to: (met) => {
      const since = new Map<string, number>();
      const refuses = (peer: string | undefined, now: number): boolean => {
        const then = peer === undefined ? undefined : since.get(peer);
        return then !== undefined && (lasts === 'forever' || now - then < lasts);
      };
      return {
        // An association may come back without a bind, to go on with what was aborted. X.228 7.8.
        onSession: ({ recover, peer, now }) =>
          how === 'busy' && recover && refuses(peer, now) ? { do: 'refuse', error: 'busy' } : undefined,
        onBind: ({ phase, peer, now }) =>
          how === 'busy' && phase === 'argument' && refuses(peer, now) ? { do: 'refuse', error: 'busy' } : undefined,
        onTransfer: (step) => {
          const { phase, peer, now } = step;
          if (phase === 'end' && peer !== undefined && met(step)) since.set(peer, now);
          return how === 'abort' && phase === 'start' && refuses(peer, now) ? { do: 'abort' } : undefined;
        },
      };
    },
  };
}

/** What else an MTA has of its own, below its hooks. */
export type Traits = Pick<Personality, 'echoesBind' | 'passwordForm' | 'ignoresCase' | 'recovery' | 'deviations'>;

export function thirdParty(
  name: string,
  init: {
    readonly says: string;
    /** The first that answers a step is the one that holds. */
    readonly behaviour: readonly Behaviour[];
    /** On what else the behaviour rests. */
    readonly notes?: readonly Statement[];
    /** What it does about what a partner may send. */
    readonly reacts?: readonly Reacts[];
    readonly traits?: Traits;
    readonly connector?: Partial<RetryOptions>;
    readonly association?: Partial<AssociationOptions>;
  },
): Preset {
  const { behaviour, traits = {} } = init;
  const options: ThirdPartyOptions = {
    connector: { ...connectorDefaults, ...init.connector },
    association: { dialogueMode: 'monologue', checkpointSize: 0, windowSize: 3, ...init.association },
  };
  return {
    name,
    family: 'third-party',
    says: init.says,
    options,
    statements: [
      ...behaviour.map(({ does, on, after, evidence }) => ({
        what: [does.name, on && `on a ${on.name}`, after && `after a ${after.name}`].filter(Boolean).join(' '),
        evidence,
      })),
      ...(init.notes ?? []),
    ],
    expectation: { emits: [], reacts: init.reacts ?? [] },
    personality: () => ({ ...traits, ...hooksOf(behaviour), ...options, dropsSystemMessages: false }),
  };
}

/** The hooks of one MTA, and what it takes to judge for them. */
function hooksOf(behaviour: readonly Behaviour[]): Pick<Personality, 'hooks' | 'hears'> {
  const triggers = behaviour.map(({ on, after }) => on ?? after ?? anyTransfer);
  const wanted = (id: string) => triggers.some(({ rules }) => rules?.(id) === true);
  const rules = associationRules.filter(({ id }) => wanted(id));
  const judge = rules.length === 0 ? undefined : new PeerJudge(rules);
  // A step is asked about by several behaviours, and its findings are told once.
  const told = new WeakMap<object, readonly Finding[]>();
  const findingsAt = (step: BindStep | TransferStep): readonly Finding[] => {
    const findings = told.get(step) ?? judge?.take(step) ?? [];
    told.set(step, findings);
    return findings;
  };
  const hooks = behaviour.map(({ does }, i) => {
    const trigger = triggers[i] ?? anyTransfer;
    const own = (id: string) => trigger.rules?.(id) === true;
    return does.to((step) =>
      trigger.matches(
        step,
        findingsAt(step).filter(({ rule }) => own(rule)),
      ),
    );
  });
  return {
    hooks: combineHooks(hooks),
    ...(judge === undefined ? {} : { hears: (event) => judge.hear(event) }),
  };
}
