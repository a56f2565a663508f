import type { Change } from '../../inventory/change.ts';
import type { ChangeFilter, ChangeRange, Page, PageRequest } from '../../inventory/query.ts';
import { changeKinds } from '../../inventory/run.ts';
import type { Database } from '../database.ts';
import { changeSources } from '../views/change-sources.ts';
import { type ChangePosition, changeSelect, readPosition, writePosition } from './changes/change-select.ts';
import { integer, oneOf, type SqlRow, text, textOrNull } from './columns.ts';
import type { Query } from './machines/machine-select.ts';
import { prepared } from './statements.ts';
import { storedFields, storedTexts } from './stored-json.ts';

/**
 * One page of the log of changes, by the runs that found them. The changes of one run come by what they are of: subscriptions,
 * machines, identities, credentials, roles.
 */
export function listChanges(
  database: Database,
  range: ChangeRange,
  filter: ChangeFilter,
  page: Pick<PageRequest, 'limit' | 'after'>,
): Page<Change> {
  const after = page.after === undefined ? null : readPosition(page.after);
  const run = ({ sql, parameters }: Query) => prepared(database, sql).iterate(parameters);
  const value: Change[] = [];
  let last: ChangePosition | null = null;
  for (const { row, position } of merged(database, range, filter, after, run)) {
    if (value.length === page.limit) return last === null ? { value } : { value, next: writePosition(last) };
    value.push(toChange(row));
    last = position;
  }
  return { value };
}

/** Every change that a filter asks for, one after the other: memory does not grow with their number. */
export function* iterateChanges(database: Database, range: ChangeRange, filter: ChangeFilter): Generator<Change> {
  // Statements of its own: kept ones would start over when another reader iterates them.
  const run = ({ sql, parameters }: Query) => database.prepare(sql).iterate(parameters);
  for (const { row } of merged(database, range, filter, null, run)) yield toChange(row);
}

interface PlacedRow {
  readonly row: SqlRow;
  readonly position: ChangePosition;
}

/** The rows of all sources in one order: by run, then by source. A row is worked out when it is its turn, no sooner. */
function* merged(
  database: Database,
  range: ChangeRange,
  filter: ChangeFilter,
  after: ChangePosition | null,
  run: (query: Query) => Iterator<SqlRow>,
): Generator<PlacedRow> {
  const readers: { readonly rows: Iterator<SqlRow>; head: PlacedRow }[] = [];
  try {
    for (const [source, texts] of changeSources.entries()) {
      const query = changeSelect(database, texts, source, range, filter, after);
      const rows = query === null ? null : run(query);
      const first = rows?.next();
      if (rows !== null && first?.done === false) readers.push({ rows, head: placed(first.value, source) });
    }
    for (;;) {
      const next = readers.reduce<(typeof readers)[number] | undefined>(
        (best, reader) => (best === undefined || reader.head.position.seq < best.head.position.seq ? reader : best),
        undefined,
      );
      if (next === undefined) return;
      yield next.head;
      const following = next.rows.next();
      if (following.done === true) readers.splice(readers.indexOf(next), 1);
      else next.head = placed(following.value, next.head.position.source);
    }
  } finally {
    for (const { rows } of readers) rows.return?.();
  }
}

function placed(row: SqlRow, source: number): PlacedRow {
  const keys = [row.first_key, row.second_key].filter((key) => typeof key === 'string' || typeof key === 'number');
  return { row, position: { seq: integer(row, 'seq'), source, keys } };
}

function toChange(row: SqlRow): Change {
  const before = storedFields(textOrNull(row, 'before'));
  const after = storedFields(textOrNull(row, 'after'));
  const ignored = integer(row, 'partial') === 1 ? (storedTexts(textOrNull(row, 'ignored')) ?? []) : null;
  return {
    at: text(row, 'at'),
    notBefore: textOrNull(row, 'not_before'),
    runId: text(row, 'run_id'),
    kind: oneOf(changeKinds, row.kind, 'kind'),
    resourceId: text(row, 'resource_id'),
    principalId: textOrNull(row, 'principal_id'),
    before: ignored === null ? before : differing(before ?? {}, after ?? {}, ignored),
    after: ignored === null ? after : differing(after ?? {}, before ?? {}, ignored),
  };
}

type Fields = Readonly<Record<string, unknown>>;

/** The fields of one object that another does not have in the same way. */
function differing(one: Fields, other: Fields, ignored: readonly string[]): Fields {
  const differs = ([field, value]: readonly [string, unknown]): boolean =>
    !ignored.includes(field) && JSON.stringify(value) !== JSON.stringify(other[field]);
  return Object.fromEntries(Object.entries(one).filter(differs));
}
