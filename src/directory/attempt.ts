/**
 * How a write leaves, and how its effect is waited for: what every write of a directory shares. Refuses to know what is
 * written.
 */
import { DirectoryError } from '../access/errors.ts';
import type { Clock } from '../access/ports.ts';
import { ScimError } from '../scim/index.ts';
import { toDirectoryError } from './faults.ts';

/** Waits before the second and the third read-back, ms: 1 and 3 s after the write. The client does the first itself. */
const READ_BACK = [1_000, 2_000] as const;

export interface Attempt {
  /**
   * Sends. The client tells time by its own clock: what it says is held within the time the call took on ours.
   * @throws DirectoryError
   */
  readonly sending: <T>(
    work: () => Promise<T>,
  ) => Promise<{ readonly done: T; readonly sent: (at: number | undefined) => number }>;
  /** Looks again, twice. A look that fails shows nothing; the write was taken all the same. */
  readonly appears: <T>(look: () => Promise<T | undefined>) => Promise<T | undefined>;
}

export function createAttempt(clock: Clock, sleep: (ms: number) => Promise<void>): Attempt {
  return {
    async sending(work) {
      const from = clock.now();
      const sent = (at: number | undefined): number => Math.max(from, Math.min(at ?? from, clock.now()));
      try {
        return { done: await work(), sent };
      } catch (error) {
        throw toDirectoryError(error, sent);
      }
    },

    async appears(look) {
      for (const wait of READ_BACK) {
        await sleep(wait);
        try {
          const seen = await look();
          if (seen !== undefined) return seen;
        } catch (error) {
          if (!(error instanceof ScimError) && !(error instanceof DirectoryError)) throw error;
        }
      }
      return undefined;
    },
  };
}
