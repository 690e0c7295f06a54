import { concat } from '../ber/octets.js';
import { dataHeader } from '../stack/cotp/codec.js';
import { SPDU_DEFINITIONS, type SpduDefinition } from '../stack/session/spdu-table.js';
import { encodeTpkt, TPKT_HEADER_LENGTH, TPKT_MAXIMUM_LENGTH } from '../stack/tpkt/codec.js';
import { TPDU } from './tpkt-start.js';

// Logs of MTAs have their PDUs one by one, without what carries them: an X.25 gateway writes SPDUs, and no TPKT. Here
// each is put into the TPKTs in which it would have travelled, so that it takes the one path of all octets.

/** What a log calls a PDU: `CR-TPDU`, `AS-SPDU`, or `GT+AS-SPDU` where the SPDU before it was logged with it. */
export interface PduName {
  readonly unit: 'TPDU' | 'SPDU';
  /** The abbreviation of X.224 or X.225; of two concatenated SPDUs the second one's. */
  readonly kind: string;
  /** The category 0 SPDU that the octets begin with. */
  readonly prefix: string | undefined;
}

const NAME = /^(?:(GT|PT)\+)?([A-Z]{2,3})-(TPDU|SPDU)$/;
/** Octets of a TPDU in one TPKT; a TSDU that needs more is cut. */
const LARGEST_TPDU = TPKT_MAXIMUM_LENGTH - TPKT_HEADER_LENGTH;

/** Undefined for a text that names no PDU. */
export function parsePduName(text: string): PduName | undefined {
  const [, prefix, kind = '', unit] = NAME.exec(text) ?? [];
  if (unit === 'TPDU') return prefix === undefined && kind in TPDU ? { unit, kind, prefix } : undefined;
  return unit === 'SPDU' && definitionOf(kind) !== undefined ? { unit, kind, prefix } : undefined;
}

/** The TPKTs that carry the PDU; a text that says why where the octets are not what their name says. */
export function tpktsOf(name: PduName, octets: Uint8Array): Uint8Array | string {
  return name.unit === 'TPDU' ? tpduTpkt(name, octets) : spduTpkts(name, octets);
}

function tpduTpkt({ kind }: PduName, octets: Uint8Array): Uint8Array | string {
  const code = TPDU[kind as keyof typeof TPDU];
  const actual = (octets[1] ?? 0) & 0xf0;
  if (actual !== code) return `is no ${kind}: its TPDU code is ${hex(octets[1])}`;
  if (octets.length > LARGEST_TPDU) return `has ${octets.length} octets, and a TPKT has room for ${LARGEST_TPDU}`;
  return encodeTpkt(octets);
}

function spduTpkts({ kind, prefix }: PduName, octets: Uint8Array): Uint8Array | string {
  const { si, category, prefix: prefixes = [] } = definitionOf(kind) as SpduDefinition;
  const begins = prefix === undefined ? si : (definitionOf(prefix) as SpduDefinition).si;
  if (octets[0] !== begins) return `is no ${prefix ?? kind}: its SI is ${hex(octets[0])}`;
  if (prefix !== undefined || category !== 2) return inData(octets);
  // X.225 6.3.7: a category 2 SPDU never stands alone. What stood before it says nothing, and logs leave it out.
  const [before] = prefixes;
  const carrier = SPDU_DEFINITIONS.find((definition) => definition.kind === before) as SpduDefinition;
  return inData(concat([Uint8Array.of(carrier.si, 0), octets]));
}

function inData(tsdu: Uint8Array): Uint8Array {
  const tpkts: Uint8Array[] = [];
  const header = dataHeader(true).length;
  for (let from = 0; from < tsdu.length; from += LARGEST_TPDU - header) {
    const part = tsdu.subarray(from, from + LARGEST_TPDU - header);
    tpkts.push(encodeTpkt(concat([dataHeader(from + part.length === tsdu.length), part])));
  }
  return concat(tpkts);
}

/** The least octets that data in an activity take: TPKT, DT, GIVE TOKENS, DATA TRANSFER and one octet of it. */
const LEAST_DATA = 12;

/**
 * Notices in a log of SPDUs that data were left out: a checkpoint or the end of an activity in which none is. RTSE never
 * sends that. One side of one connection.
 */
export class LeftOut {
  #empty = false;

  /** Octets that are missing before this PDU, at least; 0 where nothing shows that any are. */
  before({ unit, kind }: PduName): number {
    if (unit !== 'SPDU') return 0;
    if (kind === 'AS' || kind === 'AR') this.#empty = true;
    if (kind === 'DT') this.#empty = false;
    if ((kind !== 'AE' && kind !== 'MIP') || !this.#empty) return 0;
    this.#empty = kind === 'MIP';
    return LEAST_DATA;
  }
}

/** Whether who sends this opens the connection; undefined where either side may send it. */
export function opens({ kind }: PduName): boolean | undefined {
  if (kind === 'CR' || kind === 'CN') return true;
  return kind === 'CC' || kind === 'AC' || kind === 'RF' ? false : undefined;
}

function definitionOf(abbreviation: string): SpduDefinition | undefined {
  return SPDU_DEFINITIONS.find((definition) => definition.abbreviation === abbreviation);
}

function hex(octet: number | undefined): string {
  return octet === undefined ? 'missing' : octet.toString(16).padStart(2, '0');
}
