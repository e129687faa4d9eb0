/** One of several ordered lists, at the place it has come to. */
interface Cursor {
  readonly list: number;
  at: number;
  key: number;
}

/**
 * Steps through ordered lists in the order of their keys; of equal keys the earlier list comes first. A heap: a case
 * of hundreds of files may have millions of hits.
 */
export function* mergeOrdered(
  lists: readonly { readonly length: number; key(at: number): number }[],
): Generator<{ readonly list: number; readonly at: number }> {
  const heap: Cursor[] = [];
  lists.forEach((list, i) => {
    if (list.length > 0) heap.push({ list: i, at: 0, key: list.key(0) });
  });
  heap.sort(byKey);
  for (let top = heap[0]; top !== undefined; top = heap[0]) {
    yield { list: top.list, at: top.at };
    const list = lists[top.list];
    top.at++;
    if (list !== undefined && top.at < list.length) top.key = list.key(top.at);
    else {
      const last = heap.pop();
      if (heap.length === 0 || last === undefined) return;
      if (last !== top) heap[0] = last;
    }
    sink(heap);
  }
}

function byKey(a: Cursor, b: Cursor): number {
  return a.key < b.key ? -1 : a.key > b.key ? 1 : a.list - b.list;
}

function sink(heap: Cursor[]): void {
  for (let at = 0; ; ) {
    let least = at;
    for (const child of [2 * at + 1, 2 * at + 2]) {
      const [a, b] = [heap[child], heap[least]];
      if (a !== undefined && b !== undefined && byKey(a, b) < 0) least = child;
    }
    const [moved, smaller] = [heap[at], heap[least]];
    if (least === at || moved === undefined || smaller === undefined) return;
    heap[at] = smaller;
    heap[least] = moved;
    at = least;
  }
}
