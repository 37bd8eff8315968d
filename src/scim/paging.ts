/**
 * Reads a list to its end (RFC 7644 §3.4.2.4 by index, RFC 9865 by cursor) and says whether it was the end. Believes no
 * total, no page size and no order it has not seen for itself. Knows nothing of what the rows are.
 */
import type { IncompleteWhy, Listing, Page } from './contract.ts';
import { ScimError } from './error.ts';
import type { ListPage } from './messages.ts';

export type Query = readonly (readonly [string, string | null])[];

export interface PagingOptions<T> {
  /**
   * One page, with `undefined` for a row that cannot be read; the parameters are the ones that choose it, all others
   * stay the caller's and the same.
   */
  readonly fetch: (query: Query) => Promise<ListPage<T | undefined>>;
  readonly pageSize: number;
  readonly paging: 'index' | 'cursor' | 'none';
  /** Told how many rows a page has at most, where the server gave fewer than were asked for. */
  readonly onCap?: (rows: number) => void;
  /** Default 10 000. */
  readonly maxPages?: number;
  /** Default 200 000. */
  readonly maxItems?: number;
}

const PARALLEL = 4;
/** A first page that is too large or too slow is asked for again, down to so many rows. */
const LEAST_ROWS = 10;
/** The smallest maximum published: a page no larger than that is not slow for its size. */
const SMALLEST_MOST = 100;
/** Sizes servers cap pages at: a page of exactly that many rows may be a full one. */
const USUAL_CAPS: ReadonlySet<number> = new Set([10, 20, 25, 30, 50, 100, 200, 250, 500, 1000]);

/** One reading from the first page on; a second follows where the first cannot be believed. */
interface Pass {
  /** Ids; those of the first pass are all there are so far. */
  readonly seen: Set<string>;
  readonly careful: boolean;
  bad: number;
  pages: number;
  firstLength: number;
  /** Pages by index as long as the first. */
  even: number;
  longest: number;
  total: number | undefined;
  totalMoved: boolean;
  /** Every total so far was the number of rows it came with. */
  mirrored: boolean;
}

/** The total as far as it can be believed: one that is each page's own size says nothing of the whole. */
const totalOf = (pass: Pass) => (pass.mirrored && pass.pages > 1 ? undefined : pass.total);

type End = 'end' | 'repeated' | 'cursor-lost' | 'limit';

/**
 * The pages of one list, each item once. Next index = this index + rows received. Ends at an empty page, at the total
 * (unless the page may be a full one: totals can be the size of the page or capped), or when nothing new comes. A second
 * pass follows where rows are missing or the total moved, starting at 0 for servers that count from there.
 */
export function listing<T extends { readonly id: string }>(options: PagingOptions<T>): Listing<T> {
  const { paging, maxPages = 10_000, maxItems = 200_000 } = options;
  const known = new Set<string>();
  let asked: number | undefined = options.pageSize;
  let fetched = 0;
  let started = false;
  let why: IncompleteWhy | undefined = 'unfinished';
  let servedAt: number | undefined;

  const atLimit = () => fetched >= maxPages || known.size >= maxItems;

  async function fetch(place: Query): Promise<ListPage<T | undefined>> {
    const sized = (): Query => (asked === undefined ? place : [...place, ['count', String(asked)]]);
    for (;;) {
      try {
        return await options.fetch(sized());
      } catch (error) {
        if (!(error instanceof ScimError) || asked === undefined) throw error;
        const badCount = error.status === 400 && error.scimType === 'invalidCount';
        const tooMuch = error.fault === 'too-large' || (error.fault === 'timeout' && asked > SMALLEST_MOST);
        if (badCount) asked = undefined;
        else if (tooMuch && fetched === 0 && asked > LEAST_ROWS) asked = Math.max(LEAST_ROWS, Math.floor(asked / 10));
        else throw error;
      }
    }
  }

  /** Takes one page in; `fresh`: it had a row this pass had not seen. */
  function take(pass: Pass, page: ListPage<T | undefined>): { readonly page: Page<T>; readonly fresh: boolean } {
    if (fetched === 0) servedAt = page.servedAt;
    const items: T[] = [];
    let unreadable = 0;
    let fresh = false;
    for (const item of page.rows) {
      if (item === undefined) {
        unreadable += 1;
        continue;
      }
      const before = pass.seen.size;
      pass.seen.add(item.id);
      if (pass.seen.size === before) continue;
      fresh = true;
      if (pass.seen !== known) {
        if (known.has(item.id)) continue;
        known.add(item.id);
      }
      items.push(item);
    }
    const { length } = page.rows;
    if (pass.pages === 0) pass.firstLength = length;
    pass.pages += 1;
    pass.bad += unreadable;
    pass.longest = Math.max(pass.longest, length);
    fetched += 1;
    if (page.total !== undefined) {
      if (page.total !== length) pass.mirrored = false;
      if (pass.total !== undefined && pass.total !== page.total) pass.totalMoved = true;
      pass.total = page.total;
    }
    return { page: { items, unreadable }, fresh };
  }

  /** Whether the pass is over after a page of so many rows; `undefined`: go on. */
  function endAfter(pass: Pass, length: number, fresh: boolean): End | undefined {
    if (length === 0 || paging === 'none') return 'end';
    if (!fresh) return 'repeated';
    if (atLimit()) return 'limit';
    const maybeFull = length === asked || (length === pass.longest && USUAL_CAPS.has(length));
    const total = totalOf(pass);
    return total !== undefined && pass.seen.size + pass.bad >= total && !maybeFull ? 'end' : undefined;
  }

  async function* byCursor(pass: Pass, first: string | null): AsyncGenerator<Page<T>, End | { readonly from: number }> {
    const used = new Set<string>();
    for (let cursor = first; ; ) {
      if (atLimit()) return 'limit';
      let got: ListPage<T | undefined>;
      try {
        got = await fetch([['cursor', cursor]]);
      } catch (error) {
        const scimType = error instanceof ScimError && error.status === 400 ? error.scimType : undefined;
        if (cursor !== null && (scimType === 'expiredCursor' || scimType === 'invalidCursor')) return 'cursor-lost';
        throw error;
      }
      yield take(pass, got).page;
      const next = got.nextCursor;
      if (next === undefined) {
        // No cursor on the first page, yet more promised: a server that ignores the parameter.
        const more = cursor === null && pass.total !== undefined && pass.seen.size + pass.bad < pass.total;
        return more ? { from: 1 + got.rows.length } : 'end';
      }
      if (used.has(next)) return 'repeated';
      used.add(next);
      cursor = next;
    }
  }

  /** Whether the places of the pages to come can be foretold, and so several be asked for at a time. */
  function steadyEnough(pass: Pass, steady: number): boolean {
    if (pass.careful || pass.totalMoved || pass.total === undefined || pass.total <= pass.firstLength) return false;
    // A page as long as was asked for, and more beyond it; else two pages of one length.
    return steady >= (pass.firstLength === asked ? 1 : 2);
  }

  async function* byIndex(pass: Pass, start: number): AsyncGenerator<Page<T>, End> {
    let position = start;
    let steady = 0;
    /** Pages asked for beyond the one waited for, each where the one before it should end. */
    const ahead: Promise<ListPage<T | undefined>>[] = [];
    const ask = (place: number): Promise<ListPage<T | undefined>> => {
      const asking = fetch([['startIndex', String(place)]]);
      // Whoever stops reading does not wait for what is still on its way.
      asking.catch(() => undefined);
      return asking;
    };
    for (;;) {
      const next = ahead.shift() ?? ask(position);
      const wide = steadyEnough(pass, steady) ? PARALLEL : 1;
      for (let place = position + (1 + ahead.length) * pass.firstLength; ahead.length + 1 < wide; ) {
        if (place > (pass.total ?? 0)) break;
        ahead.push(ask(place));
        place += pass.firstLength;
      }
      const got = await next;
      const { page, fresh } = take(pass, got);
      yield page;
      if (got.nextCursor !== undefined) {
        const end = yield* byCursor(pass, got.nextCursor);
        return typeof end === 'string' ? end : 'end';
      }
      const { length } = got.rows;
      position += length;
      const end = endAfter(pass, length, fresh);
      if (end !== undefined) return end;
      const joins = pass.total !== undefined && length === pass.firstLength;
      if (joins) pass.even += 1;
      // Shorter than foretold: the pages after it do not join on. They are read again, one by one.
      if (!joins) ahead.length = 0;
      steady = joins ? steady + 1 : Number.NEGATIVE_INFINITY;
    }
  }

  async function* read(pass: Pass): AsyncGenerator<Page<T>, End> {
    if (paging !== 'cursor') return yield* byIndex(pass, pass.careful ? 0 : 1);
    const end = yield* byCursor(pass, null);
    return typeof end === 'string' ? end : yield* byIndex(pass, end.from);
  }

  /** What one pass proves. `before`: the total of the pass before it, whose rows count too if it stood still. */
  function judge(pass: Pass, end: End, before: number | undefined): IncompleteWhy | undefined {
    if (end === 'limit') return 'limit';
    if (end === 'cursor-lost') return 'cursor';
    const total = totalOf(pass);
    if (pass.totalMoved && total !== undefined) return 'changed';
    const joined = before !== undefined && before === total ? known.size : pass.seen.size;
    if (total !== undefined && joined + pass.bad < total) return 'short';
    // The same page again, and nothing but that page's own size says that there is no more.
    if (end === 'repeated' && (total === undefined || total <= pass.firstLength)) return 'repeated';
    return pass.bad > 0 ? 'unreadable' : undefined;
  }

  async function* pages(): AsyncGenerator<Page<T>, void> {
    let before: number | undefined;
    for (const careful of [false, true]) {
      const pass: Pass = {
        seen: careful ? new Set() : known,
        careful,
        bad: 0,
        pages: 0,
        firstLength: 0,
        even: 0,
        longest: 0,
        total: undefined,
        totalMoved: false,
        mirrored: true,
      };
      let end: End;
      try {
        end = yield* read(pass);
      } catch (error) {
        why = 'failed';
        throw error;
      }
      const found = judge(pass, end, before);
      why = found;
      before = pass.totalMoved ? undefined : totalOf(pass);
      if (found === undefined && asked !== undefined) {
        const { even, longest, firstLength } = pass;
        // Asked for more, and got the same number twice: that is the most this server gives.
        const most = even >= 2 && longest === firstLength ? Math.min(longest, asked) : asked;
        if (most < options.pageSize) options.onCap?.(most);
      }
      if (found !== 'short' && found !== 'changed' && found !== 'cursor') return;
    }
  }

  return {
    [Symbol.asyncIterator]() {
      if (started) throw new ScimError({ fault: 'input', outcome: 'not-sent', message: 'A listing is read once.' });
      started = true;
      return pages();
    },
    servedAt: () => servedAt,
    verdict() {
      const size = known.size;
      return why === undefined ? { complete: true, count: size } : { complete: false, count: size, why };
    },
  };
}
