import type { Anomaly, AnomalyCode } from '../stack/anomaly.js';

/**
 * Where an anomaly belongs. `bind` is the making, refusing and breaking of an association, from CR to MTABindError;
 * `carriage` is what takes the APDUs, and all of the session behind the connect SPDUs.
 */
export type Region = 'bind' | 'envelope' | 'address' | 'report' | 'body' | 'carriage';

export type AnomalyKind =
  | 'unknown'
  | 'unknown-transport-parameter'
  /** A second time, out of order, or not there at all. */
  | 'disorder'
  | 'malformed'
  | 'surplus-octets'
  | 'surplus-value'
  | 'unmapped'
  | 'inopportune'
  | 'context'
  /** Of an edition of P1 that the association does not speak. */
  | 'edition'
  | 'mode'
  | 'negotiated'
  | 'bounds'
  | 'form';

export interface Site {
  readonly region: Region;
  readonly kind: AnomalyKind;
}

const KINDS: Readonly<Record<AnomalyCode, AnomalyKind>> = {
  'unknown-element': 'unknown',
  'unknown-parameter': 'unknown',
  'unknown-pdu': 'unknown',
  'duplicate-element': 'disorder',
  'misplaced-element': 'disorder',
  'missing-element': 'disorder',
  'surplus-octets': 'surplus-octets',
  'unused-bits': 'form',
  'unexpected-user-data': 'unmapped',
  'unexpected-pdu': 'inopportune',
  'surplus-value': 'surplus-value',
  'foreign-context': 'context',
  'other-mode': 'mode',
  'beyond-negotiated': 'negotiated',
  malformed: 'malformed',
  'bad-value': 'malformed',
  charset: 'malformed',
  bounds: 'bounds',
  'encoding-form': 'form',
};

const CONNECT_SPDU = /^(CONNECT|ACCEPT|REFUSE|OVERFLOW ACCEPT|CONNECT DATA OVERFLOW)(\.|$)/;
const BIND_PDU =
  /^(CP|CPA|CPR|ARU|ARP|aarq|aare|rlrq|rlre|abrt|AARQ|AARE|RLRQ|RLRE|ABRT|ACSE|RTORQ|RTOAC|RTORJ|RTAB)(\W|$)/;
const X410_PDU = /^(PConnect|PAccept|PRefuse|AbortInformation)(\W|$)/;
const ADDRESS =
  /\.(originatorName|recipientName|reportDestinationName|actualRecipientName|originallyIntendedRecipientName|builtInStandardAttributes|builtInDomainDefinedAttributes|extensionAttributes|directoryName)(\W|$)/;

/** Every anomaly has one region and one kind, and so exactly one rule. */
export function siteOf(anomaly: Anomaly): Site {
  return { region: regionOf(anomaly), kind: kindOf(anomaly) };
}

function kindOf({ layer, code, edition }: Anomaly): AnomalyKind {
  if (edition !== undefined) return 'edition';
  if (layer === 'cotp') {
    if (code === 'unknown-parameter') return 'unknown-transport-parameter';
    // X.224 13.2.3: of a parameter that comes twice the last one counts.
    if (code === 'duplicate-element') return 'form';
  }
  return KINDS[code];
}

function regionOf({ layer, path, code }: Anomaly): Region {
  switch (layer) {
    case 'cotp':
      return path.startsWith('DT') ? 'carriage' : 'bind';
    case 'session':
      return CONNECT_SPDU.test(path) ? 'bind' : 'carriage';
    case 'presentation':
    case 'acse':
    case 'rtse':
      return BIND_PDU.test(path) || X410_PDU.test(path) ? 'bind' : 'carriage';
    case 'p1':
      return p1Region(path, code);
    default:
      return 'carriage';
  }
}

function p1Region(path: string, code: AnomalyCode): Region {
  if (path.startsWith('MTABind') || path.startsWith('bind-')) return 'bind';
  if (/\.(message\.content|returnedContent)$/.test(path)) return 'body';
  if (ADDRESS.test(path)) return 'address';
  if (path.startsWith('MTS-APDU.report')) return 'report';
  // Octets that are no BER are not yet an envelope.
  return path === 'MTS-APDU' && code === 'malformed' ? 'carriage' : 'envelope';
}
