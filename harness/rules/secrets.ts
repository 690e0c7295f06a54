import type { Decoded } from '../asn1/decoded.js';
import type { Element } from '../ber/element.js';
import { Octets } from '../ber/octets.js';
import type { AssociationEvent } from '../stack/association/events.js';
import type { Direction } from '../stack/direction.js';

/** Octets that reports do not show: the passwords of binds. */
export interface Secret {
  readonly connection: number;
  readonly direction: Direction;
  /** Stream offset. */
  readonly offset: number;
  readonly length: number;
}

/** What stands in place of each octet of a secret: `*`. */
const MASK = 0x2a;

/** The secrets that an event brings: simple credentials, X.411 (06/1999), module MTSAbstractService. */
export function secretsIn(event: AssociationEvent): Secret[] {
  if (event.kind !== 'bind' || event.decoded === undefined) return [];
  const { connection, direction } = event;
  return passwordsIn(event.decoded).map((place) => ({ connection, direction, ...place }));
}

/** The places of the passwords in a bind argument or result. */
export function passwordsIn(bind: Decoded): Pick<Secret, 'offset' | 'length'>[] {
  const authenticated = bind.get('authenticated');
  const credentials = authenticated?.get('initiatorCredentials') ?? authenticated?.get('responderCredentials');
  const [password] = credentials?.get('simple')?.children ?? [];
  if (password === undefined) return [];
  return primitives(password.inner).flatMap(({ content }) =>
    content.slices.map(({ bytes, offset }) => ({ offset, length: bytes.length })),
  );
}

/** The octets with every secret in them masked; their offsets and number stay. */
export function masked(octets: Octets, secrets: Iterable<Secret>): Octets {
  const hidden = [...secrets];
  const isHidden = (offset: number) =>
    hidden.some((each) => offset >= each.offset && offset < each.offset + each.length);
  const touched = ({ bytes, offset }: Octets['slices'][number]) =>
    hidden.some((each) => each.offset < offset + bytes.length && each.offset + each.length > offset);
  return Octets.join(
    octets.slices.map((slice) => {
      const { bytes, offset } = slice;
      return Octets.of(touched(slice) ? bytes.map((octet, i) => (isHidden(offset + i) ? MASK : octet)) : bytes, offset);
    }),
  );
}

function primitives(element: Element): Element[] {
  return element.constructed ? element.children.flatMap(primitives) : [element];
}
