/** About 20 ms: a large inventory yields some 50 rows a millisecond. */
const itemsBetweenPauses = 1_000;

/**
 * All items as an array, for output that depends on the last item before it can show the first. Yields an empty text
 * now and then, so that the writer can check for Ctrl-C.
 */
export function* gather<Item>(items: Iterable<Item>): Generator<'', Item[]> {
  const all: Item[] = [];
  for (const item of items) {
    all.push(item);
    if (all.length % itemsBetweenPauses === 0) yield '';
  }
  return all;
}
