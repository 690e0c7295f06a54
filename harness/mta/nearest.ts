/** The most similar name, if one is similar at all. */
export function nearest(name: string, names: readonly string[]): string | undefined {
  const wanted = name.slice(0, 80).toLowerCase();
  const ranked = names
    .map((each) => ({ each, distance: editDistance(wanted, each.toLowerCase()) }))
    .sort((a, b) => a.distance - b.distance);
  const [best] = ranked;
  if (best !== undefined && best.distance <= 1 && best.distance < wanted.length) return best.each;
  const containing = names.find((each) => wanted.length > 2 && each.toLowerCase().includes(wanted));
  if (containing !== undefined) return containing;
  const isNear =
    best !== undefined && best.distance <= Math.max(2, best.each.length / 3) && best.distance < wanted.length;
  return isNear ? best.each : undefined;
}

/** Levenshtein's. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const substitution = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, substitution));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
