import type { Octets } from '../../ber/octets.js';
import type { SessionProvider } from '../presentation/primitives.js';
import type { ModeProfile } from '../rtse/mode.js';
import type { Mode } from './events.js';
import { NormalMode } from './normal-mode.js';
import type { MachineOptions } from './options.js';
import { sessionReferences } from './references.js';
import type { OpenRequest } from './service.js';
import { connectKind, connectOctets, X410Mode, x410ModeOf } from './x410-mode.js';

/** How a mode carries reliable transfer on this session. `now`: milliseconds, for the references of a CONNECT. */
export function modeProfile(
  mode: Mode,
  session: SessionProvider,
  options: MachineOptions,
  now: () => number,
): ModeProfile {
  const { userReference = 'p1spec', additionalReference } = options;
  const whole = { ...options, references: () => sessionReferences(userReference, now(), mode, additionalReference) };
  return mode === 'normal' ? new NormalMode(session, whole) : new X410Mode(session, { ...whole, mode });
}

/**
 * The mode in which a CONNECT asks to be answered, by its user data; where that tells none, it is the first of those that
 * are spoken here. `spoken` says whether it is among them, `what` names it. X.226 8.2.
 */
export function modeOfConnect(
  userData: Octets | undefined,
  { modes, acceptsApplicationProtocol }: MachineOptions,
): { readonly mode: Mode; readonly spoken: boolean; readonly what: string } {
  const connect = connectKind(userData);
  if (connect?.kind === 'x410') {
    const { applicationProtocol } = connect;
    const mode = x410ModeOf(applicationProtocol, acceptsApplicationProtocol);
    // Refused as X.410 modes are, whatever else it is.
    if (mode === undefined) {
      return { mode: 'x410-1988', spoken: false, what: `X.410 mode for application protocol ${applicationProtocol}` };
    }
    return { mode, spoken: modes.includes(mode), what: mode };
  }
  const mode = connect?.kind ?? modes[0] ?? 'normal';
  return { mode, spoken: modes.includes(mode), what: mode };
}

/** Throws a typed error where the CONNECT of this mode has no room for the bind: before anything is sent. */
export function checkBind(request: OpenRequest, options: MachineOptions): void {
  const [mode] = options.modes;
  if (mode === undefined || mode === 'normal') return;
  const { checkpointSize, windowSize, recover, userData } = request;
  const { dialogueMode = 'monologue', initialTurn = 'initiator' } = request;
  const open = { checkpointSize, windowSize, recover, userData, dialogueMode, initialTurn };
  connectOctets({ ...options, mode }, open);
}

/**
 * Version 2 is what X.400 stacks use in normal mode, and version 1 what X.410 modes have; an initiator that only has one
 * of them is answered in it.
 */
export function usualVersions({ role, modes }: MachineOptions): number {
  if (role === 'responder') return 3;
  return modes[0] === 'normal' ? 2 : 1;
}
