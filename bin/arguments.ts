import { InvalidArgumentError, Option } from 'commander';
import type { Permission } from '../harness/rules/finding.js';
import { type Mode, modes } from '../harness/stack/mode.js';
import type { Place } from './commands/mta-or-scenario.js';

// How the arguments of the command line are written, and what is wrong with them in words.

/** `ENV-007=agreement of 3 May`, or `ENV-007:1.2.3=…` for one object identifier or number. */
export function permission(text: string, before: readonly Permission[]): Permission[] {
  const parts = /^([A-Za-z]+-\d{3})(?::([^=]+))?=(.+)$/.exec(text);
  if (parts === null) throw new InvalidArgumentError('wants rule=reason, such as ENV-007=agreement of 3 May.');
  const [, rule, match, reason] = parts as unknown as [string, string, string | undefined, string];
  return [...before, { rule: rule.toUpperCase(), reason, match }];
}

export function modeOption(description: string): Option {
  return new Option('--mode <mode>', description).choices(modes).default('normal' satisfies Mode);
}

export function modeList(text: string): Mode[] {
  const named = text.split(',').map((each) => each.trim());
  const known = modes.filter((mode) => named.includes(mode));
  if (known.length === new Set(named).size) return known;
  throw new InvalidArgumentError(`wants some of ${modes.join(', ')}, with commas between.`);
}

export function modeAmong(text: string, before: readonly Mode[]): Mode[] {
  const mode = modes.find((each) => each === text);
  if (mode === undefined) throw new InvalidArgumentError(`wants one of ${modes.join(', ')}.`);
  return [...before, mode];
}

export function hostPort(text: string): { host: string; port: number } {
  const parts = /^(?:\[([^\]]+)\]|([^:]*)):(\d{1,5})$/.exec(text) ?? /^()()(\d{1,5})$/.exec(text);
  const port = Number(parts?.[3]);
  if (parts === null || port > 65535) throw new InvalidArgumentError('wants HOST:PORT, such as 127.0.0.1:10102.');
  return { host: parts[1] || parts[2] || '127.0.0.1', port };
}

/** `gateway=10.0.0.5:102`, or without a name. */
export function place(text: string, before: readonly Place[]): Place[] {
  const [, name, address] = /^([A-Za-z][\w.-]*)=(.*)$/.exec(text) ?? [];
  return [...before, { ...(name === undefined ? {} : { name }), ...hostPort(address ?? text) }];
}

/** To milliseconds. */
export function duration(text: string): number {
  const parts = /^(\d+(?:\.\d+)?)(ms|s|min|h)?$/.exec(text);
  if (parts === null) throw new InvalidArgumentError('wants a time, such as 500ms, 60s, 10min or 2h.');
  const unit = { ms: 1, s: 1000, min: 60_000, h: 3_600_000 }[parts[2] ?? 's'] as number;
  return Number(parts[1]) * unit;
}

/** A time from now, or a date, to milliseconds since the epoch. */
export function instant(text: string): number {
  if (!/^\d{4}-\d\d-\d\d(?:T.+)?$/.test(text)) return Date.now() + duration(text);
  const time = Date.parse(text);
  if (Number.isNaN(time)) throw new InvalidArgumentError('wants a time from now, such as 2h, or a date and time.');
  return time;
}

export function repeated(text: string, before: readonly string[]): string[] {
  return [...before, text];
}

/** To octets. */
export function size(text: string): number {
  const parts = /^(\d+)([kM])?$/.exec(text);
  if (parts === null) throw new InvalidArgumentError('wants octets, such as 200, 64k or 5M.');
  return Number(parts[1]) * ({ k: 1024, M: 1024 * 1024 }[parts[2] ?? ''] ?? 1);
}

/** Octets: as text, or in hexadecimal behind `0x`. */
export function selector(text: string): Uint8Array {
  if (text.length > 200) throw new InvalidArgumentError('is too long for a selector.');
  if (!/^0x/i.test(text)) return new Uint8Array(Buffer.from(text, 'latin1'));
  const digits = text.slice(2).replace(/[\s:]/g, '');
  if (!/^(?:[\da-f]{2})*$/i.test(digits)) throw new InvalidArgumentError('wants hexadecimal octets, such as 0x0a1b.');
  return new Uint8Array(Buffer.from(digits, 'hex'));
}

export function factor(text: string): number {
  const value = Number(text);
  if (!(value > 0 && value <= 1000)) throw new InvalidArgumentError('wants a number above 0, such as 4.');
  return value;
}

export function natural(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 0) throw new InvalidArgumentError('wants a whole number, 0 or more.');
  return value;
}

export function positive(text: string): number {
  const value = natural(text);
  if (value === 0) throw new InvalidArgumentError('wants a whole number, 1 or more.');
  return value;
}
