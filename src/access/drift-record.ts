/**
 * What is stored of drift: a finding with its decision and its cards, the first look's one card for everything that was
 * there before, and the one card for what has no card of its own yet. Shapes only.
 */
import type { Difference, DifferenceKind } from './drift.ts';
import type { Refusal } from './errors.ts';
import type { Party } from './people.ts';
import type { CardRef, State } from './request.ts';

/** What an owner can have done about a finding. `end_grants`: a grant that the directory no longer shows ends in the ledger, too. */
export type Remedy = 'adopt' | 'put_right' | 'end_grants' | 'ignore';

interface Shown {
  readonly id: string;
  readonly app: string;
  /** Grows with every change a reader can see. */
  readonly rev: number;
  readonly foundAt: number;
  readonly cards: readonly CardRef[];
}

/** Why what was decided did not come about. The finding waits for an owner again. */
export type Undone = { readonly at: number } & (
  | { readonly why: 'request'; readonly request: string; readonly state: State; readonly refusal?: Refusal }
  | { readonly why: 'observed' }
  | { readonly why: 'rejected'; readonly detail: string }
  | { readonly why: 'too_late' }
);

/** How a finding came to its end. `gone`: nobody had decided anything. */
export type Settled = 'gone' | 'put_right' | 'adopted' | 'ended';

export interface Finding extends Shown {
  readonly what: 'finding';
  readonly difference: Difference;
  /**
   * `noted`: the first look's card speaks for it · `waiting`: has its turn when there is room for its card · `open`: waits
   * for an owner · `settling`: decided, and not done yet · `silent`: accepted or ignored, as long as it lasts · `closed`.
   */
  readonly state: 'noted' | 'waiting' | 'open' | 'settling' | 'silent' | 'closed';
  /** The first look whose card speaks for it, or spoke. */
  readonly baseline?: string;
  /** Whose account; absent: a role that nobody holds. */
  readonly subject?: Party;
  /** When the same was last put right, or taken away by a request: it has come back since. */
  readonly cameBack?: number;
  readonly decision?: {
    readonly how: Remedy | 'accept';
    readonly by: Party;
    readonly at: number;
    readonly reason?: string;
    /** The request that carries it out. */
    readonly request?: string;
  };
  readonly undone?: Undone;
  readonly settled?: { readonly how: Settled; readonly at: number };
}

/** The first look at a role or more: what had been there before anybody could ask Rolecall for it. */
export interface Baseline extends Shown {
  readonly what: 'baseline';
  /** `settling`: decided, and being written down finding by finding. */
  readonly state: 'open' | 'settling' | 'closed';
  readonly counts: Readonly<Partial<Record<DifferenceKind, number>>>;
  /** The first of the people, the gravest first. */
  readonly named: readonly { readonly difference: Difference; readonly subject: Party }[];
  readonly decision?: {
    readonly how: 'accept' | 'review';
    readonly by: Party;
    readonly at: number;
    /** Some of it was about whoever accepted, and is left to the other owners. */
    readonly butOwn?: true;
  };
}

/** More differs than has cards. */
export interface Overflow extends Shown {
  readonly what: 'overflow';
  readonly state: 'open' | 'closed';
  readonly count: number;
}

/** Record `drift:<id>`. */
export type DriftRecord = Finding | Baseline | Overflow;

/** The record as its readers are to see it next. */
export const changed = <R extends DriftRecord>(record: R, change: Partial<R>): R => ({
  ...record,
  ...change,
  rev: record.rev + 1,
});
