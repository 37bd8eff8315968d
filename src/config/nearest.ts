/**
 * The known word nearest to a mistyped one.
 * Knows no keys of its own; never shows what was typed.
 */

/** Edits (insert, delete, replace, swap of neighbours) that turn one word into the other. */
function distance(a: string, b: string): number {
  let before: number[] = [];
  let above = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1;
      let best = Math.min((above[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (above[j - 1] ?? 0) + same);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        best = Math.min(best, (before[j - 2] ?? 0) + 1);
      row.push(best);
    }
    before = above;
    above = row;
  }
  return above[b.length] ?? 0;
}

/** The closest of `known`, if close enough to be a slip: case is ignored, at most a third of the letters differ. */
export function nearest(typed: string, known: readonly string[]): string | undefined {
  if (typed.length > 64) return undefined;
  const folded = typed.toLowerCase();
  let found: { word: string; edits: number } | undefined;
  for (const word of known) {
    const edits = distance(folded, word.toLowerCase());
    if (edits <= Math.max(1, Math.floor(word.length / 3)) && (found === undefined || edits < found.edits)) {
      found = { word, edits };
    }
  }
  return found?.word;
}
