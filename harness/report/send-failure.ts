import type { Json } from '../asn1/json.js';
import type { SendFailure } from '../mta/send.js';
import { MTABindError } from '../p1/bind.js';
import { explainAbort, explainException, explainRefusal, NO_MTA } from './reasons.js';

/** What was seen before it failed. */
export interface SeenBefore {
  readonly opened: boolean;
  /** The last ABORT was ours. */
  readonly abortedByUs: boolean;
  /** The peer sent what is no SPDU, or no TPKT. */
  readonly unreadable: boolean;
}

export interface ExplainedFailure {
  readonly text: string;
  readonly tries: string | undefined;
  readonly fields: Readonly<Record<string, Json>>;
}

/** As a person calls them. */
const LAYERS: Readonly<Record<string, string>> = {
  tpkt: 'TPKT',
  cotp: 'transport (COTP)',
  session: 'session',
  presentation: 'presentation',
  acse: 'association control (ACSE)',
  rtse: 'reliable transfer (RTSE)',
};

/** How a sending failed: layer, reason with its name, and what to try. */
export function explainFailure(failure: SendFailure, seen: SeenBefore): ExplainedFailure {
  const { kind: outcome } = failure;
  switch (failure.kind) {
    case 'refused': {
      const { layer, reason, error } = failure;
      const { name, tries } = explainRefusal(layer, reason, error);
      if (error !== undefined) {
        const code = MTABindError.named[error];
        const fields = { outcome, layer: 'p1', reason: code ?? null, name: error };
        return { text: `refused by the MTA itself: MTA-bind error ${code} (${error})`, tries, fields };
      }
      const text = `refused by ${nameOf(layer)}: ${reasonText(reason, name)}`;
      return { text, tries, fields: { outcome, layer, reason: reason ?? null, name: name ?? null } };
    }
    case 'aborted': {
      const { layer, reason, message } = failure;
      const { name, tries } = explainAbort(layer, reason, seen.opened);
      const code = reason === undefined ? '' : `, ${reasonText(reason, name)}`;
      const who = seen.abortedByUs ? 'aborted by us' : 'aborted';
      return {
        text: `${who}: ${nameOf(layer)}: ${message}${code}`,
        tries: seen.unreadable && !seen.opened ? NO_MTA : tries,
        fields: { outcome, layer, reason: reason ?? null, name: name ?? null, message },
      };
    }
    case 'notAcknowledged': {
      const { message, exception } = failure;
      const tries = exception === undefined ? undefined : explainException(exception).tries;
      const fields = { outcome, message, reason: exception ?? null };
      return { text: `not acknowledged: ${message}; the responsibility for it stays here`, tries, fields };
    }
    case 'wrongPeer': {
      const { message } = failure;
      return {
        text: `aborted by us: ${message}`,
        tries: 'check --peer-name and --peer-password',
        fields: { outcome, message },
      };
    }
    case 'closed': {
      const tries = seen.opened ? undefined : `${NO_MTA}; some MTAs close so on callers that they do not know`;
      return { text: 'the peer closed TCP without a word', tries, fields: { outcome } };
    }
    case 'givenUp':
      return {
        text: `given up: ${failure.message}`,
        tries: undefined,
        fields: { outcome, message: failure.message },
      };
  }
}

function nameOf(layer: string): string {
  return LAYERS[layer] ?? layer;
}

function reasonText(reason: number | undefined, name: string | undefined): string {
  if (reason === undefined) return name ?? 'no reason given';
  return name === undefined ? `reason ${reason}` : `reason ${reason} (${name})`;
}
