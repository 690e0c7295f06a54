/** A source of octets that gives the same ones for the same seed; for fakes, not for secrets. */
export function seededRandom(seed: number): (octets: number) => Uint8Array {
  let state = seed >>> 0;
  // A Weyl sequence, mixed by multiplications and shifts.
  const next = (): number => {
    state = (state + 0x9e3779b9) >>> 0;
    let mixed = state;
    mixed = Math.imul(mixed ^ (mixed >>> 16), 0x21f0aaad);
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97);
    return (mixed ^ (mixed >>> 15)) >>> 24;
  };
  return (octets) => Uint8Array.from({ length: octets }, next);
}
