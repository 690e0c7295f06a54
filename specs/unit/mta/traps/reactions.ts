import { associationRules } from '../../../../harness/rules/catalogue.js';
import type { Trap } from '../../../support/traps.js';
import { ABORTS, ANSWERS, REFUSED } from '../../stack/association/traps/heard.js';
import { type TrappedApdu, trappedApdus } from './apdus.js';
import { bindDefects, transferDefects } from './bind-defects.js';

// What our machines and MTAs do about each trap, in words, as their specs have it: made of the tables that those test.

const FATES: Readonly<Record<TrappedApdu['fate'], string>> = {
  relayed: 'sent on',
  reported: 'reported on',
  kept: 'told of, and not sent on',
};

/** Where the table of what is heard does not say it all. */
const ACCEPTED: Readonly<Record<string, string>> = {
  'two-octet-tsdu': 'taken, and answered by one',
  'dialogue-mode-mismatch': 'taken of who has the turn',
  'confirms-too-much': 'refused: the association is ended by session',
  'mistagged-abort': 'read as RTAB; the association is over',
};

/** Held by the conversations drawn at random, or by a spec of its own. */
const NEVER: Readonly<Record<string, string>> = {
  'empty-last-tpdu': 'no DT of ours is empty',
  'give-tokens-alone': 'always with what it leads',
  'release-by-responder': 'only the initiator releases, with the turn',
  'long-object-identifier': 'none of ours has more than 32 octets',
  'user-data-of-version-1': 'an answer or a bind that is too large is refused before it is sent',
  'window-in-answer': 'never above what was proposed',
  'checkpoint-in-answer': 'never above what was proposed',
  'checkpoint-on-recovery': 'may be: sizes are negotiated anew, and octets counted from the last point',
};

/** The trap with what is done about it. */
export function withReactions(trap: Trap): Trap {
  return {
    ...trap,
    accepts: trap.accepts ?? acceptance(trap.id),
    neverEmits: trap.neverEmits ?? emission(trap),
    strictPeer: trap.strictPeer ?? strictness(trap.id),
  };
}

function acceptance(id: string): string {
  const fates = [...new Set(trappedApdus.filter(({ trap }) => trap === id).map(({ fate }) => FATES[fate]))];
  if (ACCEPTED[id] !== undefined) return ACCEPTED[id];
  if (REFUSED[id] !== undefined) return `refused: the association is ended by ${REFUSED[id]}`;
  if (ANSWERS[id] === 'rtPAbortIndication') return 'refused: the initiator ends the association';
  if (ANSWERS[id] === 'refused') return 'told as a refusal';
  if (ABORTS.includes(id)) return 'read; the association is over';
  return fates.length === 0 ? 'taken' : `taken; ${fates.join(', or ')}`;
}

function emission({ id, rules }: Trap): string {
  const own = NEVER[id];
  if (own !== undefined) return own;
  return rules.some((rule) => associationRules.some((each) => each.id === rule)) ? 'never' : '';
}

function strictness(id: string): string {
  const binds = bindDefects.filter(({ trap }) => trap === id).flatMap(({ rules }) => rules);
  const apdus = trappedApdus.filter(({ trap }) => trap === id);
  const transfers = [
    ...apdus.flatMap(({ refusedFor }) => refusedFor),
    ...transferDefects.filter(({ trap }) => trap === id).flatMap(({ rules }) => rules),
  ];
  if (REFUSED[id] !== undefined && ACCEPTED[id] === undefined) return 'every peer refuses it';
  const told = [
    ...(binds.length === 0 ? [] : [`refuses the bind (${[...new Set(binds)].sort().join(', ')})`]),
    ...(transfers.length === 0 ? [] : [`refuses the transfer (${[...new Set(transfers)].sort().join(', ')})`]),
  ];
  if (told.length === 0 && apdus.length > 0) return 'takes it';
  return told.join(', ');
}
