import { BerError } from '../../ber/error.js';
import type { Octets } from '../../ber/octets.js';
import { readElement } from '../../ber/reader.js';
import { TagClass, tagKey, Universal } from '../../ber/tag.js';
import { stringContent } from '../string-content.js';

const EXTERNAL = tagKey(TagClass.universal, Universal.external);
const SINGLE_ASN1 = tagKey(TagClass.context, 0);
const OCTET_ALIGNED = tagKey(TagClass.context, 1);

/**
 * The value of an EXTERNAL, as the octets that were sent, whatever references lead it. X.690 8.18. Undefined where the
 * octets are no EXTERNAL with a value of BER.
 */
export function unwrapExternal(octets: Octets): Octets | undefined {
  try {
    const { element } = readElement(octets, { layer: 'rtse' });
    if (element.key !== EXTERNAL) return undefined;
    // Positions are counted in the rope: stream offsets jump where one slice ends and the next begins.
    let position = element.headerLength;
    for (const child of element.children) {
      const [value] = child.children;
      if (child.key === OCTET_ALIGNED) return nonEmpty(stringContent(child));
      if (child.key === SINGLE_ASN1 && value !== undefined) {
        const start = position + child.headerLength;
        return octets.subarray(start, start + value.length);
      }
      position += child.length;
    }
    return undefined;
  } catch (error) {
    if (error instanceof BerError) return undefined;
    throw error;
  }
}

function nonEmpty(octets: Octets): Octets | undefined {
  return octets.length === 0 ? undefined : octets;
}
