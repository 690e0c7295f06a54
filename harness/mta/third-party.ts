import type { RtAbortReason } from '../stack/association/service.js';
import type { Evidence, Statement } from './evidence.js';
import { combineHooks, type Hooks, type TransferStep } from './hooks.js';
import type { AssociationOptions, Preset } from './preset.js';
import { foreignness } from './recognise.js';
import { connectorDefaults, type RetryOptions } from './retry.js';

/** What a behaviour waits for: something in an APDU that has come. */
export interface Trigger {
  readonly name: string;
  readonly matches: (step: TransferStep) => boolean;
}

/** What an MTA does about a trigger. */
export interface Reaction {
  readonly name: string;
  /** Hooks with a state of their own. */
  readonly to: (trigger: Trigger) => Hooks;
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
  matches: ({ apdu }) => apdu !== undefined && foreignness(apdu) !== undefined,
};

export function abortWith(reason: RtAbortReason): Reaction {
  return {
    name: `abort with ${reason}`,
    to: (trigger) => ({
      onTransfer: (step) => (step.phase === 'end' && trigger.matches(step) ? { do: 'abort', reason } : undefined),
    }),
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
    to: (trigger) => {
      const since = new Map<string, number>();
      const refuses = (peer: string | undefined, now: number): boolean => {
        const met = peer === undefined ? undefined : since.get(peer);
        return met !== undefined && (lasts === 'forever' || now - met < lasts);
      };
      return {
        // An association may come back without a bind, to go on with what was aborted. X.228 7.8.
        onSession: ({ recover, peer, now }) =>
          how === 'busy' && recover && refuses(peer, now) ? { do: 'refuse', error: 'busy' } : undefined,
        onBind: ({ phase, peer, now }) =>
          how === 'busy' && phase === 'argument' && refuses(peer, now) ? { do: 'refuse', error: 'busy' } : undefined,
        onTransfer: (step) => {
          const { phase, peer, now } = step;
          if (phase === 'end' && peer !== undefined && trigger.matches(step)) since.set(peer, now);
          return how === 'abort' && phase === 'start' && refuses(peer, now) ? { do: 'abort' } : undefined;
        },
      };
    },
  };
}

export function thirdParty(
  name: string,
  init: {
    readonly says: string;
    readonly behaviour: readonly Behaviour[];
    /** On what else the behaviour rests. */
    readonly notes?: readonly Statement[];
    readonly connector?: Partial<RetryOptions>;
    readonly association?: Partial<AssociationOptions>;
  },
): Preset {
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
      ...init.behaviour.map(({ does, on, after, evidence }) => ({
        what: [does.name, on && `on a ${on.name}`, after && `after a ${after.name}`].filter(Boolean).join(' '),
        evidence,
      })),
      ...(init.notes ?? []),
    ],
    personality: () => ({
      hooks: combineHooks(init.behaviour.map(({ does, on, after }) => does.to(on ?? after ?? always))),
      ...options,
      dropsSystemMessages: false,
    }),
  };
}

const always: Trigger = { name: 'transfer', matches: () => true };
