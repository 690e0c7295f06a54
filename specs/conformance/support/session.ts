import type { Element } from '../../../harness/ber/element.js';
import { readElements } from '../../../harness/ber/reader.js';
import { TagClass, Universal } from '../../../harness/ber/tag.js';
import type { Spdu } from '../../../harness/stack/session/spdu.js';
import type { SeenAssociation } from '../../../harness/verdict/index.js';

/** Half-duplex, minor synchronize, activity management, exceptions. X.225 8.3.1.16. */
export const RTSE_FUNCTIONAL_UNITS = 0x0249;

/** One transfer in SPDUs: what lies between its ACTIVITY START and the acknowledgement of its end. */
export interface Activity {
  /** In the order sent, of both sides. */
  readonly spdus: readonly Spdu[];
}

/** The activities of an association that were acknowledged. */
export function activities(association: SeenAssociation): Activity[] {
  const found: Activity[] = [];
  let current: Spdu[] | undefined;
  for (const spdu of association.spdus()) {
    if (spdu.abbreviation === 'AS') current = [];
    current?.push(spdu);
    if (spdu.abbreviation !== 'AEA' || current === undefined) continue;
    found.push({ spdus: current });
    current = undefined;
  }
  return found;
}

/** Octets of the transferred value in a DATA TRANSFER: what stands in RTTR's OCTET STRINGs. X.226 8.4.2. */
export function segmentLength(data: Spdu): number {
  const { userData } = data;
  if (userData === undefined) return 0;
  return readElements(userData).elements.reduce((sum, element) => sum + octetStrings(element), 0);
}

function octetStrings(element: Element): number {
  if (element.constructed) return element.children.reduce((sum, child) => sum + octetStrings(child), 0);
  const isOctets = element.tagClass === TagClass.universal && element.tagNumber === Universal.octetString;
  return isOctets ? element.contentLength : 0;
}
