import { concat } from '../../../../harness/ber/octets.js';
import { dataHeader } from '../../../../harness/stack/cotp/codec.js';
import type { Direction } from '../../../../harness/stack/direction.js';
import { encodeSpdu, type SpduDescription } from '../../../../harness/stack/session/encode.js';
import { encodeTpkt } from '../../../../harness/stack/tpkt/codec.js';
import type { Sent, Tsdu } from '../support/association.js';
import { type Carrier, cleanValue, type Root } from './carrier.js';

export type { Tsdu };

const give: SpduDescription = { kind: 'GIVE TOKENS' };
const please: SpduDescription = { kind: 'PLEASE TOKENS' };
const identifier = (number: number): Uint8Array => Uint8Array.of(2, 1, number);

/**
 * The middle of a conversation that has every SPDU which reliable transfer uses between connect and release: a
 * transfer that is interrupted, one that is resumed and discarded, the turn, a transfer the other way. X.218, X.228 8.
 */
export function everySpdu(carrier: Carrier): Tsdu[] {
  // In the X.410 modes a slice is user data as it stands.
  const segment = carrier.roots.some(({ name }) => name === 'DATA') ? 'DATA' : 'TRANSFER';
  const data = cleanValue(carrier, rootOf(carrier, segment));
  const please1 = cleanValue(carrier, rootOf(carrier, 'PLEASE'));
  const i = (...spdus: SpduDescription[]): Tsdu => ({ direction: 'i2r', spdus });
  const r = (...spdus: SpduDescription[]): Tsdu => ({ direction: 'r2i', spdus });
  return [
    i(give, { kind: 'ACTIVITY START', activityIdentifier: identifier(1) }),
    i(give, { kind: 'DATA TRANSFER', userData: data }),
    i(give, { kind: 'MINOR SYNC POINT', serialNumber: 1 }),
    r(please, { kind: 'MINOR SYNC ACK', serialNumber: 1 }),
    r(please, { kind: 'EXCEPTION DATA', reason: 1 }),
    i(give, { kind: 'ACTIVITY INTERRUPT', reason: 1 }),
    r(please, { kind: 'ACTIVITY INTERRUPT ACK' }),
    i(give, {
      kind: 'ACTIVITY RESUME',
      linking: { activityIdentifier: identifier(1), serialNumber: 1 },
      activityIdentifier: identifier(2),
    }),
    i(give, { kind: 'ACTIVITY DISCARD', reason: 0 }),
    r(please, { kind: 'ACTIVITY DISCARD ACK' }),
    r({ kind: 'PLEASE TOKENS', tokenItem: 0x01, userData: please1 }),
    i({ kind: 'GIVE TOKENS CONFIRM' }),
    r({ kind: 'GIVE TOKENS ACK' }),
    r(give, { kind: 'ACTIVITY START', activityIdentifier: identifier(3) }),
    r(give, { kind: 'DATA TRANSFER', userData: data }),
    r(give, { kind: 'ACTIVITY END', serialNumber: 1 }),
    i(please, { kind: 'ACTIVITY END ACK', serialNumber: 1 }),
    r({ kind: 'GIVE TOKENS CONFIRM' }),
    i({ kind: 'GIVE TOKENS ACK' }),
  ];
}

export function rootOf(carrier: Carrier, name: string): Root {
  const root = carrier.roots.find((each) => each.name === name);
  if (root === undefined) throw new Error(`mode ${carrier.mode} has no ${name}`);
  return root;
}

/** A TSDU in one TPKT. */
export function tsduAsSent(direction: Direction, tsdu: Uint8Array, what = 'TSDU'): Sent {
  return { direction, octets: encodeTpkt(concat([dataHeader(true), tsdu])), what };
}

export function written({ direction, spdus }: Tsdu): Sent {
  return tsduAsSent(direction, concat(spdus.map(encodeSpdu)), spdus.at(-1)?.kind);
}

/** The same association with these TPKTs right behind its ACCEPT. */
export function behindAccept(sent: readonly Sent[], more: readonly Sent[]): Sent[] {
  const at = sent.findIndex(({ what }) => what === 'ACCEPT');
  if (at < 0) throw new Error('an association without ACCEPT');
  return [...sent.slice(0, at + 1), ...more, ...sent.slice(at + 1)];
}
