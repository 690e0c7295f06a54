import { FunctionalUnit, Token } from './spdu-table.js';

/** tk-dom of X.225 A.5.2. */
const TOKEN_DOMAIN: readonly number[] = Object.values(Token);

export type SessionRole = 'initiator' | 'responder';

/**
 * The variables of a session protocol machine, X.225 5.4 and Table A.4, as far as functional units 0x0249 have them.
 * The names are those of the Recommendation.
 */
export interface SessionVariables {
  readonly role: SessionRole;
  /** Selected functional units; 0 before the connection is established. */
  units: number;
  /** Tokens (bits of `Token`) that this side owns. */
  owned: number;
  /** Vact: an activity is in progress. */
  vact: boolean;
  /** V(M): the next serial number to be used. */
  vm: number;
  /** V(A): the lowest serial number that is not confirmed. */
  va: number;
  /** Vsc: this side has the right to confirm minor synchronization points. */
  vsc: boolean;
}

export function initialVariables(role: SessionRole): SessionVariables {
  return { role, units: 0, owned: 0, vact: false, vm: 0, va: 0, vsc: false };
}

/** The tokens that the selected functional units make available. X.225 Table 4. */
export function availableTokens(units: number): number {
  const { halfDuplex, minorSynchronize, majorSynchronize, activityManagement, negotiatedRelease } = FunctionalUnit;
  let tokens = 0;
  if ((units & halfDuplex) !== 0) tokens |= Token.data;
  if ((units & minorSynchronize) !== 0) tokens |= Token.minor;
  if ((units & (majorSynchronize | activityManagement)) !== 0) tokens |= Token.major;
  if ((units & negotiatedRelease) !== 0) tokens |= Token.release;
  return tokens;
}

/** Who a bit pair of the Token Setting Item gives its token to. X.225 8.3.1.11. */
export function initialTokens(setting: number, role: SessionRole): number {
  let tokens = 0;
  for (let shift = 0; shift < 8; shift += 2) {
    const responder = ((setting >> shift) & 3) !== 0;
    if (responder === (role === 'responder')) tokens |= 1 << shift;
  }
  return tokens;
}

/** What an event brings that a predicate asks for. */
export interface EventDetail {
  readonly serial?: number;
  /** Tokens given or asked for. */
  readonly tokens?: number;
  /** CN, AC: a protocol version that both sides have. */
  readonly versionInCommon?: boolean;
}

export type Predicate = (v: SessionVariables, event: EventDetail) => boolean;
export type Update = (v: SessionVariables, event: EventDetail) => void;

type TokenPredicate = (v: SessionVariables, token: number) => boolean;

const av: TokenPredicate = (v, token) => (availableTokens(v.units) & token) !== 0;
const owned: TokenPredicate = (v, token) => (v.owned & token) !== 0;

// X.225 A.5.2: each of one token. A token that is not available hinders nobody (I, A), and gives nobody a right (II, AA).
export const I: TokenPredicate = (v, token) => !av(v, token) || owned(v, token);
export const A: TokenPredicate = (v, token) => !av(v, token) || !owned(v, token);
export const II: TokenPredicate = (v, token) => av(v, token) && owned(v, token);
export const AA: TokenPredicate = (v, token) => av(v, token) && !owned(v, token);
export const AV: TokenPredicate = av;

/** ALL(f, s): f of each of `tokens`, which may be none; what is no token there is a reserved bit. X.225 A.5.3, 8.3.16.3. */
export function ALL(f: TokenPredicate, v: SessionVariables, tokens: number = 0xff): boolean {
  return TOKEN_DOMAIN.every((token) => (tokens & token) === 0 || f(v, token));
}

/** FU(f): the functional unit was selected. X.225 A.5.1. */
export const FU = (v: SessionVariables, unit: number) => (v.units & unit) !== 0;
