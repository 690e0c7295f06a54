import type { Element } from '../ber/element.js';
import { Octets } from '../ber/octets.js';
import { readElements } from '../ber/reader.js';
import { TagClass, tagKey } from '../ber/tag.js';
import type { ReceivedApdu } from './received.js';

const IPM = tagKey(TagClass.context, 0);
const SUBJECT = tagKey(TagClass.context, 8);
/** Octets of content that are looked at: a heading stands first. */
const LOOKED_AT = 0x10000;

/** The subject of a message whose content is an interpersonal message, P2 and P22 alike. X.420 (06/1999) 7.2.9. */
export function subjectOf({ decoded }: ReceivedApdu): string | undefined {
  const content = decoded?.get('message', 'content')?.primitive;
  if (!(content instanceof Uint8Array)) return undefined;
  const [ipm] = readElements(Octets.of(content.subarray(0, LOOKED_AT))).elements;
  if (ipm?.key !== IPM) return undefined;
  const subject = ipm.children[0]?.children.find(({ key }) => key === SUBJECT);
  return subject && textOf(subject);
}

/** Of an explicit tag, and of a string in segments, what is inside. X.690 8.21.3. */
function textOf(element: Element): string {
  return element.constructed ? element.children.map(textOf).join('') : Buffer.from(element.bytes).toString('latin1');
}
