/** How many letters must be put in, taken out or replaced to turn one word into the other. */
function editDistance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (let i = 1; i <= from.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= to.length; j += 1) {
      const replaced = (row[j - 1] ?? 0) + (from[i - 1] === to[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[to.length] ?? 0;
}

/** The known word that was probably meant, or null when none is near. */
export function nearestWord(word: string, known: readonly string[]): string | null {
  const short = word.slice(0, 64).toLowerCase();
  const [best] = known
    .map((it) => ({ it, distance: editDistance(short, it.toLowerCase()) }))
    .sort((a, b) => a.distance - b.distance);
  if (best === undefined) return null;
  return best.distance <= Math.max(2, Math.floor(best.it.length / 3)) ? best.it : null;
}
