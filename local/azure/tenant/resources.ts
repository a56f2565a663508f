/** The resources of one type, by subscription. Those of a subscription are created at their first use. */
export interface Resources<Row> {
  /** In list order. */
  list(subscriptionId: string): readonly Row[];
  /** By resource id, without regard to case. */
  find(id: string): Row | undefined;
  add(row: Row): void;
  /** @throws {RangeError} no such resource (as `replace`) */
  remove(id: string): void;
  replace(id: string, change: (row: Row) => Row): void;
}

/** @param make returns the first rows of a subscription, whose id is in lower case */
export function createResources<Row>(
  idOf: (row: Row) => string,
  make: (subscriptionId: string) => readonly Row[],
): Resources<Row> {
  const lists = new Map<string, Row[]>();
  function rows(subscriptionId: string): Row[] {
    const key = subscriptionId.toLowerCase();
    const known = lists.get(key) ?? [...make(key)];
    lists.set(key, known);
    return known;
  }
  const rowsOf = (id: string): Row[] => rows(id.split('/')[2] ?? '');
  function change(id: string, replacement: (row: Row) => readonly Row[]): void {
    const siblings = rowsOf(id);
    const at = siblings.findIndex((row) => idOf(row).toLowerCase() === id.toLowerCase());
    const found = siblings[at];
    if (found === undefined) throw new RangeError(`No resource ${id} in the sample tenant.`);
    siblings.splice(at, 1, ...replacement(found));
  }
  return {
    list: rows,
    find: (id) => rowsOf(id).find((row) => idOf(row).toLowerCase() === id.toLowerCase()),
    add: (row) => void rowsOf(idOf(row)).push(row),
    remove: (id) => change(id, () => []),
    replace: (id, replacement) => change(id, (row) => [replacement(row)]),
  };
}
