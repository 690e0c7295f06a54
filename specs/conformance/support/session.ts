import type { Decoded } from '../../../harness/asn1/decoded.js';
import type { Element } from '../../../harness/ber/element.js';
import { readElements } from '../../../harness/ber/reader.js';
import { TagClass, Universal } from '../../../harness/ber/tag.js';
import type { Mode } from '../../../harness/stack/mode.js';
import type { Spdu } from '../../../harness/stack/session/spdu.js';
import type { SeenAssociation } from '../../../harness/verdict/index.js';

/** Half-duplex, minor synchronize, activity management, exceptions. X.225 8.3.1.16. */
export const RTSE_FUNCTIONAL_UNITS = 0x0249;

/** Octets in a unit of the checkpoint size. X.228, RTORQ. */
export const UNIT = 1024;

/** One transfer in SPDUs: what lies between its ACTIVITY START and the acknowledgement of its end. */
export interface Activity {
  /** In the order sent, of both sides. */
  readonly spdus: readonly Spdu[];
}

/** The activities of an association that were acknowledged, those that broke off and were resumed among them. */
export function activities(association: SeenAssociation): Activity[] {
  const found: Activity[] = [];
  let current: Spdu[] | undefined;
  for (const spdu of association.spdus()) {
    if (spdu.abbreviation === 'AS' || spdu.abbreviation === 'AR') current = [];
    current?.push(spdu);
    if (spdu.abbreviation !== 'AEA' || current === undefined) continue;
    found.push({ spdus: current });
    current = undefined;
  }
  return found;
}

/** Synchronization in some SPDUs: how far apart points stand, and how many of them are unconfirmed. */
export interface Flow {
  /** Octets of transferred values. */
  readonly octets: number;
  /** The most octets without a point. */
  readonly largest: number;
  /** The most points that were unconfirmed at a time. */
  readonly unconfirmed: number;
  readonly points: number;
}

export function flowOf(spdus: readonly Spdu[], mode: Mode | undefined): Flow {
  let [octets, largest, unconfirmed, points] = [0, 0, 0, 0];
  let [since, sent, confirmed] = [0, 0, 0];
  for (const spdu of spdus) {
    const { abbreviation, serialNumber = 0 } = spdu;
    if (abbreviation === 'AS' || abbreviation === 'AR') {
      since = 0;
      sent = spdu.linking?.serialNumber ?? 0;
      confirmed = sent;
    }
    if (abbreviation === 'DT') {
      since += segmentLength(spdu, mode);
      octets += segmentLength(spdu, mode);
      largest = Math.max(largest, since);
    }
    if (abbreviation === 'MIP') {
      since = 0;
      sent = serialNumber;
      points += 1;
    }
    if (abbreviation === 'MIA') confirmed = serialNumber;
    unconfirmed = Math.max(unconfirmed, sent - confirmed);
  }
  return { octets, largest, unconfirmed, points };
}

/** Octets of the transferred value in a DATA TRANSFER: bare in the X.410 modes, else in RTTR. X.226 8.4.2, 8.4.3. */
function segmentLength({ userData }: Spdu, mode: Mode | undefined): number {
  if (userData === undefined) return 0;
  if (mode !== 'normal') return userData.length;
  return readElements(userData).elements.reduce((sum, element) => sum + octetStrings(element), 0);
}

function octetStrings(element: Element): number {
  if (element.constructed) return element.children.reduce((sum, child) => sum + octetStrings(child), 0);
  const isOctets = element.tagClass === TagClass.universal && element.tagNumber === Universal.octetString;
  return isOctets ? element.contentLength : 0;
}

/** RTORQ, or what PConnect has of it. */
export function openRequest(association: SeenAssociation): Decoded | undefined {
  return association.pdu('RTORQ') ?? association.pdu('PConnect')?.get('pUserData');
}

/** RTOAC, or what PAccept has of it. */
export function openAnswer(association: SeenAssociation): Decoded | undefined {
  return association.pdu('RTOAC') ?? association.pdu('PAccept')?.get('pUserData');
}

/** The checkpoint size and the window that hold, whatever the answer claims. X.228 7.1.4, 7.1.5. */
export function agreed(association: SeenAssociation): { readonly checkpointSize: number; readonly windowSize: number } {
  const [request, answer] = [openRequest(association), openAnswer(association)];
  const offered = number(request?.get('checkpointSize'), 0);
  const answered = number(answer?.get('checkpointSize'), 0);
  return {
    checkpointSize: offered === 0 ? answered : Math.min(offered, answered),
    windowSize: Math.min(number(request?.get('windowSize'), 3), number(answer?.get('windowSize'), 3)),
  };
}

export function number(decoded: Decoded | undefined, standard: number): number {
  return typeof decoded?.primitive === 'number' ? decoded.primitive : standard;
}

/** SPDUs of one side by their abbreviations, with PLEASE and GIVE only where a token is asked for or given. */
export function steps(association: SeenAssociation): { readonly sender: 'iut' | 'peer'; readonly spdu: Spdu }[] {
  const found: { sender: 'iut' | 'peer'; spdu: Spdu }[] = [];
  for (const event of association.events) {
    if (event.kind !== 'spdu') continue;
    const { spdu } = event;
    const prefix = spdu.kind === 'GIVE TOKENS' || (spdu.kind === 'PLEASE TOKENS' && spdu.tokenItem === undefined);
    if (!prefix) found.push({ sender: event.direction === association.iutDirection ? 'iut' : 'peer', spdu });
  }
  return found;
}
