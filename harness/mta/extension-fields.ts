import type { BitString } from '../asn1/bit-string.js';
import type { Decoded } from '../asn1/decoded.js';
import { TagClass } from '../ber/tag.js';
import { Criticality, type ExtensionPlace, extensionPlaceOf } from '../p1/extensions.js';
import type { ReceivedApdu } from './received.js';

/** An extension in an APDU as it came. */
export interface ReceivedExtension {
  readonly place: ExtensionPlace | undefined;
  /** Undefined where it is private, or cannot be read. */
  readonly number: number | undefined;
  readonly criticality: BitString | undefined;
  /** Its type is `[0] { INTEGER or OBJECT IDENTIFIER }`, as ISO 10021-4 of 1990 could be read, and PP does. */
  readonly explicit: boolean;
}

/** The extensions of an APDU, wherever it has some. */
export function* extensionsIn({ decoded }: ReceivedApdu): Generator<ReceivedExtension> {
  for (const node of decoded?.walk() ?? []) {
    const place = extensionPlaceOf(node.type.name);
    if (place === undefined) continue;
    for (const field of node.children) yield read(field, place);
  }
}

function read(field: Decoded, place: ExtensionPlace): ReceivedExtension {
  const [type] = field.element.children;
  const number = field.get('type', 'standardExtension')?.primitive;
  const criticality = field.get('criticality')?.primitive;
  return {
    place,
    number: typeof number === 'number' ? number : undefined,
    criticality: criticality as BitString | undefined,
    explicit: type?.constructed === true && type.tagClass === TagClass.context && type.tagNumber === 0,
  };
}

/** Whether who does not know it must neither transfer nor deliver what it stands in. X.411 (06/1999) 9.2. */
export function isCritical({ criticality }: ReceivedExtension): boolean {
  const { forTransfer, forDelivery } = Criticality.named;
  return criticality?.has(forTransfer) === true || criticality?.has(forDelivery) === true;
}
