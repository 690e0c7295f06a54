import { TagClass } from '../../../harness/ber/tag.js';
import { type BerNode, primitive } from '../../../harness/ber/writer.js';

/** Tags that the types do not have: `[9]` in RTSE's, `[28]` in ACSE's. */
const TAGS = { rtse: 9, acse: 28 } as const;

/** An element that nobody defined, with some octets. */
export function foreignElement(layer: keyof typeof TAGS = 'rtse'): BerNode {
  return primitive(TagClass.context, TAGS[layer], Uint8Array.of(0xca, 0xfe));
}
