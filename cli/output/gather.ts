/** Rows of a large inventory come in some 50 a millisecond: between two pauses is less than the blink of an eye. */
const itemsBetweenPauses = 1_000;

/**
 * All items as an array, for what has to know the last one before it can show the first. Yields an empty text now and then: whoever
 * writes what a generator yields looks for Ctrl-C there.
 */
export function* gather<Item>(items: Iterable<Item>): Generator<'', Item[]> {
  const all: Item[] = [];
  for (const item of items) {
    all.push(item);
    if (all.length % itemsBetweenPauses === 0) yield '';
  }
  return all;
}
