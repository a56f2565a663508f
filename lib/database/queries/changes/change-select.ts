import type { ChangeFilter, ChangeRange, PagePosition } from '../../../inventory/query.ts';
import { machineTypes } from '../../../inventory/virtual-machine.ts';
import type { Database } from '../../database.ts';
import type { ChangeSource } from '../../views/change-source.ts';
import { changeColumns } from '../../views/change-sources.ts';
import { integer } from '../columns.ts';
import { parseMachineId } from '../machines/machine-id.ts';
import type { Query } from '../machines/machine-select.ts';
import { prepared } from '../statements.ts';

/** Where a page ended: the run, the source's place among all, and the keys of its row. */
export interface ChangePosition {
  readonly seq: number;
  readonly source: number;
  readonly keys: readonly (string | number)[];
}

/**
 * The changes of one source that a filter asks for, in the order of `seq` and keys.
 * @param place of the source among all
 * @returns null where the filter rules the whole source out
 */
export function changeSelect(
  database: Database,
  source: ChangeSource,
  place: number,
  range: ChangeRange,
  filter: ChangeFilter,
  after: ChangePosition | null,
): Query | null {
  if (filter.kind !== undefined && !source.kinds.includes(filter.kind)) return null;
  const keys = `${source.seq}, ${source.keys.join(', ')}`;
  const where = [source.where, `${source.seq} > $from`, `${source.seq} <= $to`];
  const parameters: Record<string, string | number | null> = {
    $from: Math.max(range.from?.seq ?? 0, oldestRun(database)),
    $to: range.to.seq,
  };
  const ask = (condition: string, values: Record<string, string | number | null>): void => {
    where.push(condition);
    for (const [name, value] of Object.entries(values)) if (condition.includes(name)) parameters[name] = value;
  };
  if (filter.kind !== undefined) ask(`${source.kind} = $kind`, { $kind: filter.kind });
  if (filter.subscriptionId !== undefined) {
    ask(source.inSubscription, { $subscriptionId: filter.subscriptionId.toLowerCase() });
  }
  if (filter.principalId !== undefined) ask(source.ofPrincipal, { $principalId: filter.principalId });
  if (filter.resourceId !== undefined) {
    ask(source.ofResource, { $resourceId: filter.resourceId, $machine: machineNumber(database, filter.resourceId) });
  }
  if (after !== null) {
    if (place === after.source) {
      const [$first = 0, $second = 0] = after.keys;
      const values = source.keys.length === 1 ? '$first' : '$first, $second';
      ask(`(${keys}) > ($seq, ${values})`, { $seq: after.seq, $first, $second });
    } else ask(`${source.seq} ${place < after.source ? '>' : '>='} $seq`, { $seq: after.seq });
  }
  const { before, after: then, partial, ignored } = source.compared ?? { ...source, partial: '0', ignored: 'NULL' };
  return {
    sql: `SELECT ${changeColumns(source)}, ${before} AS before, ${then} AS after, ${partial} AS partial, ${ignored} AS ignored,
      ${source.keys[0]} AS first_key, ${source.keys[1] ?? 'NULL'} AS second_key
      FROM ${source.from} WHERE ${where.join(' AND ')} ORDER BY ${keys}`,
    parameters,
  };
}

/** Of its own changes retention has left a part only: it counts as the baseline. */
function oldestRun(database: Database): number {
  const row = prepared(database, 'SELECT ifnull(min(seq), 0) AS seq FROM run').get();
  return row === undefined ? 0 : integer(row, 'seq');
}

function machineNumber(database: Database, resourceId: string): number | null {
  const id = parseMachineId(resourceId);
  const type = machineTypes.findIndex((candidate) => candidate.toLowerCase() === id?.type);
  if (id === null || type < 0) return null;
  const row = prepared(
    database,
    `SELECT m.id FROM machine m WHERE m.subscription = (SELECT k.id FROM subscription_key k WHERE k.subscription_id = $subscription)
       AND m.resource_group = (SELECT g.id FROM resource_group g WHERE g.key = $group) AND m.type = $type AND m.name = $name`,
  ).get({
    $subscription: id.subscriptionId.toLowerCase(),
    $group: id.resourceGroup.toLowerCase(),
    $type: type,
    $name: id.name,
  });
  return row === undefined ? null : integer(row, 'id');
}

/** A position as pages carry it. One that nobody gave out begins with the first change of its run. */
export function readPosition({ row, value }: PagePosition): ChangePosition {
  const [source, ...keys] = typeof value === 'string' ? (fieldsOf(value) ?? []) : [];
  const known = typeof source === 'number' && keys.length > 0 && keys.every(isKey);
  return known ? { seq: row, source, keys } : { seq: row, source: -1, keys: [] };
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

export function writePosition({ seq, source, keys }: ChangePosition): PagePosition {
  return { row: seq, value: JSON.stringify([source, ...keys]) };
}

function isKey(value: unknown): value is string | number {
  return typeof value === 'string' || typeof value === 'number';
}
