import { fromHex, toHex } from '../../../../harness/ber/octets.js';
import type { SessionDetail } from './session-annex.js';

/** X.225 8.3, octet by octet: the TSDU that carries an SPDU, with the prefix that basic concatenation wants (6.3.7). */
const octets: Readonly<Record<string, (detail: { sn: string; tokens: string; version: string }) => string>> = {
  CN: ({ version }) => `0d0c 0506 130100 1601${version} 14020249`,
  AC: ({ version }) => `0e0c 0506 130100 1601${version} 14020249`,
  'AC, please': () => '0e0f 0506 130100 160102 100101 14020249',
  RF: () => '0c06 110101 320101',
  DT: () => '0100 0100 aa',
  AE: ({ sn }) => `0100 2903 2a01${sn}`,
  AEA: ({ sn }) => `0200 2a03 2a01${sn}`,
  MIP: ({ sn }) => `0100 3103 2a01${sn}`,
  MIA: ({ sn }) => `0200 3203 2a01${sn}`,
  AS: () => '0100 2d05 2903 020101',
  AR: ({ sn }) => `0100 1d0f 2108 2903 020101 2a01${sn} 2903 020102`,
  AI: () => '0100 1903 320105',
  AIA: () => '0200 1a00',
  AD: () => '0100 3903 320105',
  ADA: () => '0200 3a00',
  ED: () => '0200 3003 320101',
  ER: () => '0200 0003 310119',
  GT: ({ tokens }) => `0103 1001${tokens}`,
  PT: ({ tokens }) => `0203 1001${tokens}`,
  GTC: () => '1500',
  GTA: () => '1600',
  FN: () => '0903 110101',
  DN: () => '0a00',
  AA: () => '1a00',
  'AB, user': () => '1903 110103',
  'AB, provider': () => '1903 110105',
  TD: () => '2100 aa',
  EX: () => '0500 aa',
  CD: () => '0100 3d00',
  CDA: () => '0200 3e00',
  RS: () => '0100 3509 1a0100 1b0100 2a0130',
  RA: () => '0200 2206 1a0100 2a0130',
  MAP: () => '0100 2906 0f0101 2a0131',
  NF: () => '0800',
  'PR-MAA': () => '0703 180101',
};

/** The TSDU of an SPDU. Serial numbers here have one digit. */
export function tsdu(spdu: string, { sn = 0, tokens = 0, badVersion = false }: SessionDetail): Uint8Array {
  const write = octets[spdu];
  if (write === undefined) throw new Error(`no octets for ${spdu}`);
  if (sn < 0 || sn > 9) throw new Error(`serial number ${sn}`);
  const parts = { sn: `3${sn}`, tokens: toHex(Uint8Array.of(tokens)), version: badVersion ? '01' : '02' };
  return fromHex(write(parts));
}

const SI: Readonly<Record<number, string>> = {
  1: 'DT',
  41: 'AE',
  42: 'AEA',
  49: 'MIP',
  50: 'MIA',
  45: 'AS',
  29: 'AR',
  25: 'AI',
  26: 'AIA',
  57: 'AD',
  58: 'ADA',
  48: 'ED',
  0: 'ER',
};
const ALONE: Readonly<Record<number, string>> = {
  ...{ 13: 'CN', 14: 'AC', 12: 'RF', 21: 'GTC', 22: 'GTA', 9: 'FN', 10: 'DN', 25: 'AB', 26: 'AA', 1: 'GT', 2: 'PT' },
};

/** Which SPDU a TSDU carries: the one that the prefix leads, or else its only one. */
export function spduOf(octets: Uint8Array): string {
  const [first = -1, length = 0] = octets;
  const category0 = first === 1 || first === 2;
  const rest = octets.subarray(2 + length);
  const name = category0 && rest.length > 0 ? SI[rest[0]!] : ALONE[first];
  return name ?? `unknown ${toHex(octets)}`;
}
