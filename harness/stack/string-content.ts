import type { Element } from '../ber/element.js';
import { Octets } from '../ber/octets.js';
import { TagClass, tagKey, Universal } from '../ber/tag.js';

const OCTET_STRING = tagKey(TagClass.universal, Universal.octetString);

/** The content of an OCTET STRING as a rope, in one piece or in segments. X.690 8.7; what is no segment is left out. */
export function stringContent(element: Element): Octets {
  if (!element.constructed) return element.content;
  const parts: Octets[] = [];
  collect(element, parts);
  return Octets.join(parts);
}

/** As deep as the reader lets elements be. */
function collect(element: Element, parts: Octets[]): void {
  for (const child of element.children) {
    if (child.key !== OCTET_STRING) continue;
    if (child.constructed) collect(child, parts);
    else parts.push(child.content);
  }
}
