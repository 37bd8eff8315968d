/**
 * The word somebody probably meant. Pure.
 */

/** Edits (insert, delete, replace, swap of neighbours) between two short words. */
function distance(a: string, b: string): number {
  let before: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1;
      let best = Math.min((row[j - 1] ?? 0) + 1, (last[j] ?? 0) + 1, (last[j - 1] ?? 0) + same);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        best = Math.min(best, (before[j - 2] ?? 0) + 1);
      row.push(best);
    }
    before = last;
    last = row;
  }
  return last[b.length] ?? a.length;
}

/** The known word that `given` begins, or that is at most two edits (a third of its length) away. */
export function nearest(given: string, known: readonly string[]): string | undefined {
  if (given === '' || given.length > 30) return undefined;
  const begun = given.length < 3 ? [] : known.filter((word) => word.startsWith(given));
  if (begun.length === 1) return begun[0];
  const close = known
    .map((word) => ({ word, edits: distance(given, word) }))
    .filter(({ word, edits }) => edits <= Math.max(1, Math.min(2, Math.floor(word.length / 3))))
    .sort((a, b) => a.edits - b.edits);
  return close[0]?.word;
}
