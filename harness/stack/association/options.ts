import type { Deviation } from '../session/machine.js';
import type { SpduKind } from '../session/spdu-table.js';
import { AssociationError } from './error.js';
import type { ApplicationSyntaxes } from './normal-mode.js';
import type { AssociationMachineOptions, AssociationTimers } from './service.js';

/** Additions to what every association service takes. */
export interface MachineOptions extends AssociationMachineOptions {
  /** The application that is carried; P1 if absent. */
  readonly syntaxes?: ApplicationSyntaxes;
  /** Aborts on elements that presentation and ACSE do not know, as X.226 8.5 and X.227 7.4 say. */
  readonly strict?: boolean;
  /**
   * Session versions to offer or to accept: 1, 2, or 3 for both. An initiator offers version 2 in normal mode and 1 in the
   * X.410 modes; a responder accepts both, and answers version 1 in the X.410 modes where it can. X.225 8.3.1.9.
   */
  readonly sessionVersions?: 1 | 2 | 3;
  /** Whether user data past the limits of the session version is refused; true if absent. X.225 (1988) Annex D. */
  readonly enforceLimits?: boolean;
  /** Initiator in an X.410 mode: the application protocol to name in place of 1 or 12; `absent` names none. */
  readonly applicationProtocol?: number | 'absent';
  /** Responder: application protocols beside 0, 1 and 12 that pass for P1 of 1984, such as 8883 of ENV 41 201. */
  readonly acceptsApplicationProtocol?: readonly number[];
}

/** Mistakes in what a machine is to be made with. */
export function checkOptions({ modes, role, addresses = {} }: MachineOptions): void {
  const used = role === 'initiator' ? modes.slice(0, 1) : modes;
  const [first] = used;
  if (first === undefined) {
    throw new AssociationError('ERR_MODE_UNSUPPORTED', {
      message: 'no mode is given',
      hint: "use 'normal', 'x410-1988' or 'x410-1984'",
    });
  }
  if (used.includes('normal')) return;
  const surplus = NORMAL_SELECTORS.filter((name) => addresses[name] !== undefined);
  if (surplus.length > 0) {
    throw new AssociationError('ERR_MODE_SELECTORS', {
      message: `${surplus.join(', ')}: selectors of normal mode with ${first}, which is addressed by transport selectors`,
      hint: 'leave session and presentation selectors out, or use normal mode',
    });
  }
}

/**
 * X.410 mode has no presentation entity to address. Session selectors it could send, and none must be sent to Exchange in
 * such a mode (KB Q152932).
 */
const NORMAL_SELECTORS = [
  'callingSessionSelector',
  'calledSessionSelector',
  'callingPresentationSelector',
  'calledPresentationSelector',
] as const;

export const DEFAULT_TIMERS: AssociationTimers = { open: 60_000, transfer: 300_000, release: 30_000 };

/** A reference of two octets that is not 0. X.224 13.3.3. */
export function referenceFrom(random: (octets: number) => Uint8Array): number {
  const [high = 0, low = 1] = random(2);
  return (high << 8) | low || 1;
}

export function sessionDeviations({ deviations }: MachineOptions): Partial<Record<SpduKind, Deviation>> {
  const entries = Object.entries(deviations?.spduParameters ?? {});
  return Object.fromEntries(entries.map(([kind, extraParameters]) => [kind, { extraParameters }]));
}

/** The timers given, and the defaults of the others. */
export function timersOf({ timers = {} }: MachineOptions): AssociationTimers {
  return { ...DEFAULT_TIMERS, ...definedIn(timers) };
}

/** Leaves out what is given as undefined, so that it does not hide a default. */
function definedIn(timers: Partial<AssociationTimers>): Partial<AssociationTimers> {
  return Object.fromEntries(Object.entries(timers).filter(([, value]) => value !== undefined));
}
