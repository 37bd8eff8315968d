/**
 * Who waits for whom: the disk for the lines, or the lines for the disk. Measures both on the newest batches.
 * Refuses to know what is written.
 */

/** Wire time since any one moment: ms, with fractions. */
export type Stopwatch = () => number;

export interface Pace {
  /** Does what writes commits down, and measures it. */
  writing(write: () => void): void;
  /** So many commits, written down since the last call, go to the disk. Returns what to call when they are durable. */
  sending(commits: number): () => void;
  /** Whether writing down so many commits takes longer than making a batch durable. */
  outlasts(commits: number): boolean;
}

/** Of so many batches the quickest says how long the disk takes: one that was held up says nothing of the next. */
const FLIGHTS = 4;

export function createPace(stopwatch: Stopwatch): Pace {
  let spent = 0;
  let perCommit = 0;
  /** How long the newest batches took, ms. */
  const flights: number[] = [];
  return {
    writing(write) {
      const begin = stopwatch();
      write();
      spent += stopwatch() - begin;
    },
    sending(commits) {
      perCommit = spent / commits;
      spent = 0;
      const begin = stopwatch();
      return () => {
        flights.push(stopwatch() - begin);
        if (flights.length > FLIGHTS) flights.shift();
      };
    },
    outlasts: (commits) => commits * perCommit > Math.min(...flights),
  };
}
