import { fromHex, toHex } from '../../../../harness/ber/octets.js';
import type { AssociationEvent } from '../../../../harness/stack/association/events.js';
import type { ObservedEvent } from '../../../../harness/transcript/observe.js';

// Conversations in X.410 mode as the lines of a log: SPDUs by hand, from the tables of X.225, X.228 and X.410.

/** One TLV: tag octets in hexadecimal, content in hexadecimal; all lengths here are short. */
export function tlv(tag: string, ...content: string[]): string {
  const hex = content.join('').replace(/\s+/g, '');
  const octets = hex.length / 2;
  return `${tag}${toHex(Uint8Array.from(octets < 0x80 ? [octets] : [0x81, octets]))}${hex}`;
}

/** One parameter or SPDU: code and length indicator, which has its own form above 254. X.225 8.2.5. */
export function unit(code: string, ...content: string[]): string {
  const hex = content.join('').replace(/\s+/g, '');
  const octets = hex.length / 2;
  if (octets < 0xff) return `${code}${toHex(Uint8Array.of(octets))}${hex}`;
  return `${code}ff${toHex(Uint8Array.of(octets >> 8, octets & 0xff))}${hex}`;
}

export const text = (ascii: string): string => toHex(new TextEncoder().encode(ascii));

/** `[1] {name, password}`, as it stands bare in the X.410 modes. X.411 12.1.1. */
export const bind = (name: string, password = 'secret'): string =>
  tlv('a1', tlv('80', text(name)), tlv('a1', tlv('16', text(password))));

export interface X410Script {
  /** Of the PConnect; absent where undefined. */
  readonly protocol?: number | undefined;
  readonly argument?: string;
  readonly result?: string;
  /** Token Setting Item: 00 is the initiator, 15 the responder. */
  readonly tokens?: string;
}

/** Calling and common reference, by which a later CONNECT or ACTIVITY RESUME names the session connection. X.225 8.3.1.3. */
const references = unit('0a', tlv('14', text('left'))) + unit('0b', tlv('17', text('951123204500Z')));

const common = (tokens: string): string => `${unit('05', '130100', '160101', unit('1a', tokens))}14020249`;

export function connect(script: X410Script = {}): string {
  const { argument = bind('left'), tokens = '00', protocol = 12 } = script;
  const named = 'protocol' in script && script.protocol === undefined ? '' : tlv('84', toHex(integer(protocol)));
  const value = tlv('31', 'a003800100', tlv('a1', '80013f', '820101', tlv('a3', tlv('a0', argument)), named));
  return unit('0d', unit('01', references), common(tokens), unit('c1', value));
}

export function accept({ result = bind('right'), tokens = '00' }: X410Script = {}): string {
  const value = tlv('31', 'a003800100', tlv('a1', '800101', '810101', tlv('a2', tlv('a0', result))));
  return unit('0e', common(tokens), unit('c1', value));
}

function integer(value: number): Uint8Array {
  return value < 0x80 ? Uint8Array.of(value) : Uint8Array.of(value >> 8, value & 0xff);
}

export const CR_TPDU = '06e00000000100';
export const CC_TPDU = '06d00001000200';

/** The opening of an association, a line a PDU. */
export const opening = (script: X410Script = {}): string[] => [
  `> 0 CR-TPDU ${CR_TPDU}`,
  `< 0 CC-TPDU ${CC_TPDU}`,
  `> 0 CN-SPDU ${connect(script)}`,
  `< 0 AC-SPDU ${accept(script)}`,
];

export const release = ['> 0 FN-SPDU 0903110101', '< 0 DN-SPDU 0a00'];

/** An activity of one slice, sent by the side of `mark` and confirmed. */
export function activity(mark: '>' | '<', octets: string, identifier = '020101'): string[] {
  const back = mark === '>' ? '<' : '>';
  return [
    `${mark} 0 AS-SPDU 2d052903${identifier}`,
    `${mark} 0 DT-SPDU 0100${octets}`,
    `${mark} 0 AE-SPDU 29032a0131`,
    `${back} 0 AEA-SPDU 2a032a0131`,
  ];
}

/** The SPDU that goes on with activity 020101 of an earlier connection, behind its first point, as 020102. */
export const resumption = unit('1d', unit('21', references, '2903020101', '2a0131'), '2903020102');

/** `mark` asks for the turn, is given it, and takes it. */
export function turn(mark: '>' | '<', priority: number): string[] {
  const other = mark === '>' ? '<' : '>';
  return [
    `${mark} 0 PT-SPDU 02081001 01c1030201${toHex(Uint8Array.of(priority))}`,
    `${other} 0 GTC-SPDU 1500`,
    `${mark} 0 GTA-SPDU 1600`,
  ];
}

/** A probe, the smallest MTS-APDU: one recipient, one trace element. */
export const probe = (): string => {
  const domain = tlv('63', tlv('61', tlv('13', text('GB'))), tlv('62', tlv('13', text(' '))));
  const name = tlv('60', tlv('30', tlv('61', tlv('13', text('GB'))), tlv('62', tlv('13', text(' ')))));
  const recipient = tlv('31', name, '800101', '810200d0');
  const supplied = tlv('31', tlv('80', text('951123204500Z')), '820100');
  return tlv(
    'a2',
    tlv('64', domain, tlv('16', text('id-1'))),
    name,
    '460102',
    tlv('a2', recipient),
    tlv('69', tlv('30', domain, supplied)),
  );
};

export function octetsOf(hex: string): Uint8Array {
  return fromHex(hex);
}

export function kinds(events: readonly ObservedEvent[]): string[] {
  return events.flatMap((event) => (event.kind === 'spdu' ? [event.spdu.abbreviation] : []));
}

export function anomalies(events: readonly ObservedEvent[]): string[] {
  return events.flatMap((event) =>
    event.kind === 'anomaly' && event.anomaly.code !== 'encoding-form' ? [messageOf(event)] : [],
  );
}

function messageOf({ anomaly }: AssociationEvent & { kind: 'anomaly' }): string {
  return `${anomaly.layer} ${anomaly.code} ${anomaly.path}: ${anomaly.message}`;
}
