import { FunctionalUnit, Token } from './spdu-table.js';

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

const has = (v: SessionVariables, tokens: number) => (availableTokens(v.units) & tokens) === tokens;

/** I(t): available and owned. X.225 A.5. */
export const I = (v: SessionVariables, tokens: number) => has(v, tokens) && (v.owned & tokens) === tokens;
/** II(t): not available, or owned; each of several. */
export const II = (v: SessionVariables, tokens: number) => (tokens & availableTokens(v.units) & ~v.owned) === 0;
/** A(t): available and not owned. */
export const A = (v: SessionVariables, tokens: number) => has(v, tokens) && (v.owned & tokens) === 0;
/** AA(t): not available, or not owned; each of several. */
export const AA = (v: SessionVariables, tokens: number) => (tokens & availableTokens(v.units) & v.owned) === 0;
