import type { ServiceEvent } from '../../../../../harness/stack/association/service.js';

/** What the responder ends the association for, and the layer that does. X.225 A.4.1.2: there is no other way. */
export const REFUSED: Readonly<Record<string, string>> = {
  'give-tokens-alone': 'session',
  'empty-mandatory-parameter': 'session',
  'major-sync-for-activity-end': 'session',
  'serial-not-digits': 'session',
  'serial-not-next': 'session',
  'turn-inside-activity': 'session',
  'other-application-protocol': 'presentation',
  // The turn is given before the release.
  'two-octet-tsdu': 'session',
  // The peer acknowledges what this side has not sent.
  'dialogue-mode-mismatch': 'session',
};
/** The peer ends it itself. */
export const ABORTS: readonly string[] = ['mistagged-abort', 'reason-of-normal-mode', 'user-data-of-version-1'];
/** What the initiator ends the association for, or is told as a refusal. */
export const ANSWERS: Readonly<Record<string, ServiceEvent['kind'] | 'refused'>> = {
  'unacceptable-dialogue-mode': 'refused',
  'bare-bind-error': 'refused',
  'user-data-in-refusal': 'refused',
  'unknown-transport-selector': 'refused',
  'answer-of-another-mode': 'rtPAbortIndication',
  'simply-encoded': 'rtPAbortIndication',
};
