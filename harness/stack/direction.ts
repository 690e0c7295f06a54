/** Whose octets: `i2r` is sent by the side that sent the COTP CR. */
export type Direction = 'i2r' | 'r2i';

export function opposite(direction: Direction): Direction {
  return direction === 'i2r' ? 'r2i' : 'i2r';
}
