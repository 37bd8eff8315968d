/**
 * Why the embedded store would not open. Knows no words for people beyond what an operator can do.
 */

export type OpenFault =
  /** Another Rolecall uses this folder. */
  | 'locked'
  /** Somebody on another host was about to take the folder and never said that it was done. */
  | 'foreign_host'
  /** The path of the lock socket does not fit into a socket address. */
  | 'path_too_long'
  /** Something proves that there were lines which are not there any more. */
  | 'lost_lines'
  /** Written by a later version of Rolecall. */
  | 'newer_format'
  | 'not_writable';

/** The store cannot be opened; `data` has the particulars. */
export class StoreOpenError extends Error {
  readonly code: OpenFault;
  readonly data: Readonly<Record<string, string | number>>;
  constructor(code: OpenFault, message: string, data: Record<string, string | number> = {}, cause?: unknown) {
    super(message, { cause });
    this.name = 'StoreOpenError';
    this.code = code;
    this.data = data;
  }
}

/** The system's code of an error (`ENOENT`), if it has one. */
export function errnoOf(error: unknown): string | undefined {
  const code = error instanceof Error ? (error as NodeJS.ErrnoException).code : undefined;
  return typeof code === 'string' ? code : undefined;
}
