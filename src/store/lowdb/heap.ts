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

/** @param before whether `a` comes before `b`; must be a strict order */
export function createHeap<T>(keyOf: (item: T) => string, before: (a: T, b: T) => boolean): Heap<T> {
  const items: T[] = [];
  const places = new Map<string, number>();

  const place = (item: T, at: number): void => {
    items[at] = item;
    places.set(keyOf(item), at);
  };

  const rise = (from: number): void => {
    const item = items[from];
    if (item === undefined) return;
    let at = from;
    while (at > 0) {
      const up = (at - 1) >> 1;
      const parent = items[up];
      if (parent === undefined || !before(item, parent)) break;
      place(parent, at);
      at = up;
    }
    place(item, at);
  };

  const sink = (from: number): void => {
    const item = items[from];
    if (item === undefined) return;
    let at = from;
    for (;;) {
      let down = 2 * at + 1;
      let child = items[down];
      if (child === undefined) break;
      const other = items[down + 1];
      if (other !== undefined && before(other, child)) {
        child = other;
        down++;
      }
      if (!before(child, item)) break;
      place(child, at);
      at = down;
    }
    place(item, at);
  };

  const remove = (key: string): void => {
    const at = places.get(key);
    if (at === undefined) return;
    places.delete(key);
    const last = items.pop();
    if (last === undefined || at === items.length) return;
    place(last, at);
    rise(at);
    sink(places.get(keyOf(last)) ?? at);
  };

  return {
    size: () => items.length,
    remove,
    first: () => items[0],
    add(item) {
      remove(keyOf(item));
      items.push(item);
      rise(items.length - 1);
    },
    *ordered() {
      // A second, small heap of positions: a child enters it when its parent has been given out.
      const next = createHeap<number>(String, (a, b) => {
        const x = items[a];
        const y = items[b];
        return x !== undefined && y !== undefined && before(x, y);
      });
      if (items.length > 0) next.add(0);
      for (let at = next.first(); at !== undefined; at = next.first()) {
        next.remove(String(at));
        const item = items[at];
        if (item === undefined) continue;
        yield item;
        if (2 * at + 1 < items.length) next.add(2 * at + 1);
        if (2 * at + 2 < items.length) next.add(2 * at + 2);
      }
    },
  };
}
