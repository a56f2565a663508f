/** A JSON array, an item at a time, laid out as `JSON.stringify(items, null, 2)` would. */
export function* jsonArray(items: Iterable<unknown>): Generator<string> {
  let first = true;
  for (const item of items) {
    yield (first ? '[\n  ' : ',\n  ') + json(item).replaceAll('\n', '\n  ');
    first = false;
  }
  yield first ? '[]\n' : '\n]\n';
}

/** One JSON document without its line end. */
export function json(value: unknown): string {
  return JSON.stringify(value ?? null, null, 2);
}
