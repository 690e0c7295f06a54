import { idMhs, underArc } from '../p1/object-identifiers.js';
import type { ReceivedApdu } from './received.js';

/** The OrgInfo packet by its structure: a length in eight digits, then a digest. */
const LINK_STATE = /\{[0-9a-f]{8}\}\s*[0-9a-f]{32}/i;
/** Octets of content that are searched. */
const SEARCHED = 0x10000;

/** Why a foreign MTA cannot interpret an APDU; undefined where it can. */
export function foreignness(apdu: ReceivedApdu): 'unparseable' | 'content-type' | 'link-state' | undefined {
  if (apdu.unparseable) return 'unparseable';
  const extended = apdu.decoded?.get('message', 'envelope', 'contentType', 'extended')?.primitive;
  if (typeof extended === 'string' && !underArc(extended, idMhs)) return 'content-type';
  const content = apdu.decoded?.get('message', 'content')?.primitive;
  if (content instanceof Uint8Array && holdsLinkState(content)) return 'link-state';
  return undefined;
}

export function holdsLinkState(content: Uint8Array): boolean {
  // Without its zero octets UTF-16 of either order reads as ASCII.
  const text = Buffer.from(content.subarray(0, SEARCHED)).toString('latin1').replaceAll('\0', '');
  return LINK_STATE.test(text);
}
