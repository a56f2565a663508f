import { authorStatuses } from '../../inventory/authors/author.ts';
import type { Change } from '../../inventory/change.ts';
import { fold } from '../../inventory/names/fold.ts';
import type { ChangeFilter, ChangeRange, Page, PagePosition, PageRequest } from '../../inventory/query.ts';
import { changeKinds } from '../../inventory/run.ts';
import { machineTypes } from '../../inventory/virtual-machine.ts';
import type { Database } from '../database.ts';
import type { ChangeSource } from '../views/change-source.ts';
import { changeColumns, changeSources, isAuthorOf } from '../views/change-sources.ts';
import { parseMachineId } from './machines/machine-id.ts';
import { integer, oneOf, type SqlRow, text, textOrNull } from './row-values.ts';
import { type Parameters, prepared, type Query } from './statements.ts';
import { storedAuthor, storedFields, storedTexts } from './stored-json.ts';

/** The reverse of the whole order, from the newest run to the oldest. */
interface ChangeOrder {
  readonly newestFirst?: boolean;
}

/**
 * One page of the log of changes, by the runs that found them. Within a run: subscriptions, machines, identities,
 * credentials, roles.
 */
export function listChanges(
  database: Database,
  range: ChangeRange,
  filter: ChangeFilter,
  page: Pick<PageRequest, 'limit' | 'after'> & ChangeOrder,
): Page<Change> {
  const after = page.after === undefined ? null : readPosition(page.after);
  const run = ({ sql, parameters }: Query) => prepared(database, sql).iterate(parameters);
  const { newestFirst = false } = page;
  const value: Change[] = [];
  let last: ChangePosition | null = null;
  for (const { row, position } of merged(database, { range, filter, after, newestFirst }, run)) {
    if (value.length === page.limit) return last === null ? { value } : { value, next: writePosition(last) };
    value.push(toChange(row));
    last = position;
  }
  return { value };
}

/** Every change that a filter selects, one at a time: memory does not grow with their number. */
export function* iterateChanges(
  database: Database,
  range: ChangeRange,
  filter: ChangeFilter,
  newestFirst = false,
): Generator<Change> {
  // Its own statements: a kept one would start over when another reader iterates it.
  const run = ({ sql, parameters }: Query) => database.prepare(sql).iterate(parameters);
  const asked = { range, filter, after: null, newestFirst };
  for (const { row } of merged(database, asked, run)) yield toChange(row);
}

/** Where a page ended: the run, the index of the source in `changeSources`, and the keys of its row. */
interface ChangePosition {
  readonly seq: number;
  readonly source: number;
  readonly keys: readonly (string | number)[];
}

interface PlacedRow {
  readonly row: SqlRow;
  readonly position: ChangePosition;
}

interface Asked {
  readonly range: ChangeRange;
  readonly filter: ChangeFilter;
  readonly after: ChangePosition | null;
  readonly newestFirst: boolean;
}

/** The rows of all sources in one order: by run, then by source. Each row is read only when its turn comes. */
function* merged(database: Database, asked: Asked, run: (query: Query) => Iterator<SqlRow>): Generator<PlacedRow> {
  const isBefore = ({ position: one }: PlacedRow, { position: other }: PlacedRow): boolean =>
    asked.newestFirst ? one.seq > other.seq : one.seq < other.seq;
  const sources = [...changeSources.entries()];
  if (asked.newestFirst) sources.reverse();
  const readers: { readonly rows: Iterator<SqlRow>; head: PlacedRow }[] = [];
  try {
    for (const [index, source] of sources) {
      const query = changeSelect(database, source, index, asked);
      const rows = query === null ? null : run(query);
      const first = rows?.next();
      if (rows !== null && first?.done === false) readers.push({ rows, head: placed(first.value, index) });
    }
    for (;;) {
      const next = readers.reduce<(typeof readers)[number] | undefined>(
        (best, reader) => (best === undefined || isBefore(reader.head, best.head) ? reader : best),
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
  return { row, position: { seq: integer(row, 'seq'), source, keys: [row.first_key, row.second_key].filter(isKey) } };
}

/**
 * The changes of one source that a filter selects, in the order of `seq` and keys.
 * @param index of the source in `changeSources`
 * @returns null when the filter rules out the whole source
 */
function changeSelect(
  database: Database,
  source: ChangeSource,
  index: number,
  { range, filter, after, newestFirst }: Asked,
): Query | null {
  if (filter.kind !== undefined && !source.kinds.includes(filter.kind)) return null;
  if (filter.caller !== undefined && source.author === undefined) return null;
  const order = [source.seq, ...source.keys];
  const [later, orLater] = newestFirst ? ['<', '<='] : ['>', '>='];
  const where = [source.where, `${source.seq} > $from`, `${source.seq} <= $to`];
  const parameters: Record<string, string | number | null> = {
    $from: Math.max(range.from?.seq ?? 0, oldestRun(database)),
    $to: range.to.seq,
  };
  const restrict = (condition: string, values: Parameters): void => {
    where.push(condition);
    for (const [name, value] of Object.entries(values)) if (condition.includes(name)) parameters[name] = value;
  };
  const { kind, subscriptionId, principalId, resourceId, caller } = filter;
  if (kind !== undefined) restrict(`${source.kind} = $kind`, { $kind: kind });
  if (subscriptionId !== undefined) restrict(source.inSubscription, { $subscriptionId: subscriptionId.toLowerCase() });
  if (principalId !== undefined) restrict(source.ofPrincipal, { $principalId: principalId });
  if (resourceId !== undefined) {
    restrict(source.ofResource, { $resourceKey: fold(resourceId), $machine: machineNumber(database, resourceId) });
  }
  if (caller !== undefined) {
    const isCaller = 'w.caller_key = $caller OR w.caller_id = $caller';
    restrict(`EXISTS (SELECT 1 FROM change_author w WHERE ${isAuthorOf(source)} AND (${isCaller}))`, {
      $caller: fold(caller),
    });
  }
  if (after !== null && index === after.source) {
    const [$first = 0, $second = 0] = after.keys;
    const values = source.keys.length === 1 ? '$first' : '$first, $second';
    restrict(`(${order.join(', ')}) ${later} ($seq, ${values})`, { $seq: after.seq, $first, $second });
  } else if (after !== null) {
    const isDone = newestFirst ? index > after.source : index < after.source;
    restrict(`${source.seq} ${isDone ? later : orLater} $seq`, { $seq: after.seq });
  }
  const compared = source.compared ?? { ...source, partial: '0', ignored: 'NULL' };
  return {
    sql: `SELECT ${changeColumns(source)}, ${compared.before} AS before, ${compared.after} AS after, ${compared.partial} AS partial, ${compared.ignored} AS ignored,
      ${source.keys[0]} AS first_key, ${source.keys[1] ?? 'NULL'} AS second_key
      FROM ${source.from} WHERE ${where.join(' AND ')} ORDER BY ${order.map((key) => (newestFirst ? `${key} DESC` : key)).join(', ')}`,
    parameters,
  };
}

/** The oldest run is the baseline: retention has removed a part of its own changes. */
function oldestRun(database: Database): number {
  const row = prepared(database, 'SELECT ifnull(min(seq), 0) AS seq FROM run').get();
  return row === undefined ? 0 : integer(row, 'seq');
}

function machineNumber(database: Database, resourceId: string): number | null {
  const id = parseMachineId(resourceId);
  if (id === null) return null;
  const row = prepared(
    database,
    `SELECT m.id FROM machine m WHERE m.subscription = (SELECT k.id FROM subscription_key k WHERE k.subscription_id = $subscription)
       AND m.resource_group = (SELECT g.id FROM resource_group g WHERE g.key = $group) AND m.type = $type AND m.name_key = $name`,
  ).get({
    $subscription: id.subscriptionId.toLowerCase(),
    $group: fold(id.resourceGroup),
    $type: machineTypes.indexOf(id.type),
    $name: fold(id.name),
  });
  return row === undefined ? null : integer(row, 'id');
}

/** The position in a page link. A malformed one begins with the first change of its run: no source compares to NaN. */
function readPosition({ row, value }: PagePosition): ChangePosition {
  const [source, ...keys] = typeof value === 'string' ? (fieldsOf(value) ?? []) : [];
  const known = typeof source === 'number' && keys.length > 0 && keys.every(isKey);
  return known ? { seq: row, source, keys } : { seq: row, source: Number.NaN, keys: [] };
}

function fieldsOf(text: string): readonly unknown[] | null {
  if (!/^\[\d+,.*\]$/s.test(text)) return null;
  try {
    const fields: unknown = JSON.parse(text);
    return Array.isArray(fields) ? fields : null;
  } catch {
    return null;
  }
}

function writePosition({ seq, source, keys }: ChangePosition): PagePosition {
  return { row: seq, value: JSON.stringify([source, ...keys]) };
}

function isKey(value: unknown): value is string | number {
  return typeof value === 'string' || typeof value === 'number';
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
    by: storedAuthor(textOrNull(row, 'by')),
    byStatus: oneOf(authorStatuses, row.by_status, 'by_status'),
  };
}

type Fields = Readonly<Record<string, unknown>>;

/** The fields of one object that are missing or different in the other. */
function differing(one: Fields, other: Fields, ignored: readonly string[]): Fields {
  const differs = ([field, value]: readonly [string, unknown]): boolean =>
    !ignored.includes(field) && JSON.stringify(value) !== JSON.stringify(other[field]);
  return Object.fromEntries(Object.entries(one).filter(differs));
}
