/**
 * A priority queue whose items can be taken out or replaced by key. Knows nothing of what it orders.
 */

export interface Heap<T> {
  readonly size: () => number;
  /** Adds an item, or replaces the one of the same key. */
  add(item: T): void;
  remove(key: string): void;
  first(): T | undefined;
  /** In order, lazily, without taking anything out: the first k cost O(k log k). */
  ordered(): Generator<T>;
}

/** Where an item stands. Seats move among one another without asking for keys. */
interface Seat<T> {
  item: T;
  at: number;
}

/** @param before whether `a` comes before `b`; must be a strict order */
export function createHeap<T>(keyOf: (item: T) => string, before: (a: T, b: T) => boolean): Heap<T> {
  const seats: Seat<T>[] = [];
  const byKey = new Map<string, Seat<T>>();

  const place = (seat: Seat<T>, at: number): void => {
    seats[at] = seat;
    seat.at = at;
  };

  const rise = (seat: Seat<T>): void => {
    let { at } = seat;
    while (at > 0) {
      const up = (at - 1) >> 1;
      const parent = seats[up];
      if (parent === undefined || !before(seat.item, parent.item)) break;
      place(parent, at);
      at = up;
    }
    place(seat, at);
  };

  const sink = (seat: Seat<T>): void => {
    let { at } = seat;
    for (;;) {
      let down = 2 * at + 1;
      // Asked for beyond its end, an array is slow.
      let child = down < seats.length ? seats[down] : undefined;
      if (child === undefined) break;
      const other = down + 1 < seats.length ? seats[down + 1] : undefined;
      if (other !== undefined && before(other.item, child.item)) {
        child = other;
        down++;
      }
      if (!before(child.item, seat.item)) break;
      place(child, at);
      at = down;
    }
    place(seat, at);
  };

  return {
    size: () => seats.length,
    first: () => seats[0]?.item,
    add(item) {
      const key = keyOf(item);
      let seat = byKey.get(key);
      if (seat === undefined) {
        seat = { item, at: seats.length };
        byKey.set(key, seat);
        seats.push(seat);
      } else {
        seat.item = item;
      }
      rise(seat);
      sink(seat);
    },
    remove(key) {
      const seat = byKey.get(key);
      if (seat === undefined) return;
      byKey.delete(key);
      const last = seats.pop();
      if (last === undefined || last === seat) return;
      last.at = seat.at;
      rise(last);
      sink(last);
    },
    *ordered() {
      // A second, small heap of positions: a child enters it when its parent has been given out.
      const next = createHeap<number>(String, (a, b) => {
        const x = seats[a];
        const y = seats[b];
        return x !== undefined && y !== undefined && before(x.item, y.item);
      });
      if (seats.length > 0) next.add(0);
      for (let at = next.first(); at !== undefined; at = next.first()) {
        next.remove(String(at));
        const seat = seats[at];
        if (seat === undefined) continue;
        yield seat.item;
        if (2 * at + 1 < seats.length) next.add(2 * at + 1);
        if (2 * at + 2 < seats.length) next.add(2 * at + 2);
      }
    },
  };
}
