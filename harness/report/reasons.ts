import type { MTABindError } from '../p1/bind.js';
import { AcseServiceUserDiagnostic } from '../stack/acse/types.js';
import { ConnectProviderReason, PresentationAbortReason } from '../stack/presentation/types.js';
import { AbortReason, RefuseReason } from '../stack/rtse/types.js';
import { TransportDisconnect } from '../stack/session/constants.js';

/** What a reason code means, and what a person may try. */
export interface Explanation {
  /** The code's name as its Recommendation has it, or in its words; undefined where it has none. */
  readonly name: string | undefined;
  readonly tries: string;
}

type Entry = readonly [name: string | undefined, tries: string];

const LATER = 'try again later: the peer says that it is only busy';
const WHO_WE_ARE = 'check --name, --password and --password-form against what the peer knows this MTA by';
const MODE = 'the peer may not speak this mode: try another --mode';
const T_SELECTOR = 'the T-selector may be wrong: check --tsel (some peers want none, some a text, some octets: 0x…)';
const S_SELECTOR = 'check --ssel, and --tsel';
const P_SELECTOR = 'check --psel (--ssel and --tsel were taken)';
const UNEXPLAINED = 'see what the peer has logged';

/** Reasons of a DR in answer to a CR. X.224 13.5.3. */
const TRANSPORT: Readonly<Record<number, Entry>> = {
  0: ['reason not specified', T_SELECTOR],
  1: ['congestion at TSAP', LATER],
  2: ['session entity not attached to TSAP', T_SELECTOR],
  3: ['address unknown', T_SELECTOR],
  128: ['normal disconnect by the session entity', T_SELECTOR],
  129: ['remote transport entity congestion', LATER],
  130: ['connection negotiation failed', 'try another --tpdu-size'],
  133: ['protocol error', UNEXPLAINED],
};

/** Reasons of a REFUSE. X.225 8.3.5.10. */
const SESSION: Readonly<Record<number, Entry>> = {
  0: ['rejection by called SS-user, reason not specified', `${MODE}; or ${WHO_WE_ARE}`],
  1: ['rejection by called SS-user due to temporary congestion', LATER],
  2: ['rejection by called SS-user', `${MODE}; or ${WHO_WE_ARE}`],
  129: ['session selector unknown', S_SELECTOR],
  130: ['SS-user not attached to SSAP', S_SELECTOR],
  131: ['SPM congestion at connect time', LATER],
  132: [
    'proposed protocol versions not supported',
    `session version 2 goes with mode normal, 1 with the others; ${MODE}`,
  ],
  133: ['rejection by the SPM, reason not specified', UNEXPLAINED],
  134: ['rejection by the SPM, implementation restriction', UNEXPLAINED],
};

const PRESENTATION: Readonly<Partial<Record<keyof typeof ConnectProviderReason.named, string>>> = {
  temporaryCongestion: LATER,
  localLimitExceeded: LATER,
  calledPresentationAddressUnknown: P_SELECTOR,
  noPsapAvailable: P_SELECTOR,
  userDataNotReadable: MODE,
};

const BIND: Readonly<Record<keyof typeof MTABindError.named, string>> = {
  busy: LATER,
  authenticationError: WHO_WE_ARE,
  unacceptableDialogueMode: 'try the other --dialogue',
  unacceptableSecurityContext: 'the peer wants a security context, which send does not give',
  inadequateAssociationConfidentiality: 'the peer wants a confidential association, which send does not give',
};

const RTSE: Readonly<Record<keyof typeof RefuseReason.named, string>> = {
  rtsBusy: LATER,
  cannotRecover: 'nothing was to be recovered: see what the peer has logged',
  validationFailure: `${WHO_WE_ARE}; or ${MODE}`,
  unacceptableDialogueMode: 'try the other --dialogue',
};

/** Why an association was refused: by the bind error where there is one, else by the layer's reason. */
export function explainRefusal(
  layer: string,
  reason: number | undefined,
  error?: keyof typeof MTABindError.named,
): Explanation {
  if (error !== undefined) return { name: error, tries: BIND[error] ?? UNEXPLAINED };
  switch (layer) {
    case 'cotp':
      return ofTable(TRANSPORT, reason, T_SELECTOR);
    case 'session':
      return ofTable(SESSION, reason, MODE);
    case 'presentation': {
      const name = nameIn(ConnectProviderReason.named, reason);
      return { name, tries: (name && PRESENTATION[name]) ?? `${P_SELECTOR}; or ${MODE}` };
    }
    case 'acse':
      return { name: nameIn(AcseServiceUserDiagnostic.named, reason), tries: `${MODE}; or ${WHO_WE_ARE}` };
    case 'rtse': {
      const name = nameIn(RefuseReason.named, reason);
      return { name, tries: name === undefined ? `${MODE}; or ${WHO_WE_ARE}` : (RTSE[name] ?? UNEXPLAINED) };
    }
    default:
      return { name: undefined, tries: UNEXPLAINED };
  }
}

const ABORT: Readonly<Partial<Record<keyof typeof AbortReason.named, string>>> = {
  localSystemProblem: 'the trouble is at the peer: see what it has logged',
  temporaryProblem: 'try again later',
  permanentProblem: 'the trouble is at the peer: see what it has logged',
  userError: 'the MTA itself does not like what it was sent: see what it has logged',
  protocolError: UNEXPLAINED,
};

/** Why an association was aborted, and in which state that was: before it was open, the bind is what was not liked. */
export function explainAbort(layer: string, reason: number | undefined, opened: boolean): Explanation {
  const before = `before it was open: ${MODE}; or ${WHO_WE_ARE}`;
  const otherwise = opened ? UNEXPLAINED : before;
  switch (layer) {
    case 'session':
      return { name: disconnectName(reason), tries: otherwise };
    case 'presentation':
      return { name: nameIn(PresentationAbortReason.named, reason), tries: otherwise };
    case 'rtse': {
      const name = nameIn(AbortReason.named, reason);
      return { name, tries: (opened && name !== undefined ? ABORT[name] : undefined) ?? otherwise };
    }
    case 'cotp':
    case 'tpkt':
      return { name: undefined, tries: opened ? UNEXPLAINED : NO_MTA };
    default:
      return { name: undefined, tries: otherwise };
  }
}

/** What to try where something answers TCP, and not as an MTA does. */
export const NO_MTA = 'what listens there may be no MTA: check the port (102 is usual), and --tsel';

/** Reasons of an exception, an interruption or a discard. X.225 8.3.28.4. */
const EXCEPTIONS: Readonly<Record<number, Entry>> = {
  0: ['no specific reason', UNEXPLAINED],
  1: ['receiving ability jeopardized', 'the peer cannot take more now: try again later'],
  3: ['sequence error', UNEXPLAINED],
  5: ['local SS-user error', 'the peer does not like what it was sent: see what it has logged'],
  6: ['unrecoverable procedure error', 'the peer does not like what it was sent: see what it has logged'],
  128: ['demand data token', UNEXPLAINED],
};

export function explainException(reason: number): Explanation {
  return ofTable(EXCEPTIONS, reason, UNEXPLAINED);
}

function ofTable(table: Readonly<Record<number, Entry>>, reason: number | undefined, otherwise: string): Explanation {
  const [name, tries] = (reason === undefined ? undefined : table[reason]) ?? [undefined, otherwise];
  return { name, tries };
}

function nameIn<K extends string>(named: Readonly<Record<K, number>>, value: number | undefined): K | undefined {
  return (Object.keys(named) as K[]).find((name) => named[name] === value);
}

/** The bits of Transport Disconnect, but that of the user's abort. X.225 8.3.9.3. */
function disconnectName(bits: number | undefined): string | undefined {
  if (bits === undefined) return undefined;
  if ((bits & TransportDisconnect.protocolError) !== 0) return 'protocol error';
  if ((bits & TransportDisconnect.implementationRestriction) !== 0) return 'implementation restriction';
  return (bits & TransportDisconnect.noReason) !== 0 ? 'no reason' : undefined;
}
