/**
 * Who waits for whom: the disk for the lines, or the lines for the disk. Measures both on the newest batch.
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

export function createPace(stopwatch: Stopwatch): Pace {
  let spent = 0;
  let perCommit = 0;
  let perFlight = 0;
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
        perFlight = stopwatch() - begin;
      };
    },
    outlasts: (commits) => commits * perCommit > perFlight,
  };
}
