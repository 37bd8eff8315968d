// One measured figure: the median of its rounds and how far they spread, beside what it should be. Knows no benchmark.

/** The least or the most a figure should be. */
export type Goal = { readonly atMost: number } | { readonly atLeast: number };

export interface Figure {
  readonly what: string;
  readonly unit: string;
  readonly median: number;
  readonly low: number;
  readonly high: number;
  readonly goal?: Goal;
}

/** The figure of one or more rounds. */
export function figure(what: string, unit: string, values: readonly number[], goal?: Goal): Figure {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (n: number): number => sorted[n] ?? Number.NaN;
  const spread = { median: at(Math.floor(sorted.length / 2)), low: at(0), high: at(sorted.length - 1) };
  return { what, unit, ...spread, ...(goal === undefined ? {} : { goal }) };
}

const shown = (value: number): string =>
  value >= 1_000 ? Math.round(value).toLocaleString('en') : value >= 100 ? value.toFixed(0) : value.toPrecision(3);

function verdict({ median, goal }: Figure): string {
  if (goal === undefined) return '';
  const held = 'atMost' in goal ? median <= goal.atMost : median >= goal.atLeast;
  const wanted = 'atMost' in goal ? `≤ ${shown(goal.atMost)}` : `≥ ${shown(goal.atLeast)}`;
  return `${held ? 'holds' : 'MISSED'} ${wanted}`;
}

/** Prints a table: what, median, spread, unit, goal. */
export function printFigures(title: string, figures: readonly Figure[]): void {
  const width = Math.max(...figures.map((each) => each.what.length));
  console.log(`\n${title}`);
  for (const each of figures) {
    const spread = each.low === each.high ? '' : `${shown(each.low)}–${shown(each.high)}`;
    console.log(
      `  ${each.what.padEnd(width)}  ${shown(each.median).padStart(9)} ${each.unit.padEnd(4)} ${spread.padEnd(18)} ${verdict(each)}`.trimEnd(),
    );
  }
}
