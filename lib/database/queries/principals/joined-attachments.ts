import { integer, integerOrNull, type SqlRow, text } from '../columns.ts';

/**
 * One row per time that a principal was on a machine: where the machine named it by its ids for a while and without them, or
 * without its client id, for another, it was never off it.
 * @param rows with `from_seq`, `ended_seq`, `end_change` and `attached_at`, by principal and machine
 * @param unnamed the same, of the times without ids
 * @returns those that have not ended first, then by the time it was attached, newest first
 */
export function joinAttachments(rows: readonly SqlRow[], unnamed: readonly SqlRow[]): readonly SqlRow[] {
  const renamed = rows.some((row) => integerOrNull(row, 'ended_seq') !== null && row.end_change === null);
  if (unnamed.length === 0 && !renamed) return rows;
  const joined: SqlRow[] = [];
  const inTime = [...rows, ...unnamed].toSorted((a, b) => integer(a, 'from_seq') - integer(b, 'from_seq'));
  const byMachine = Map.groupBy(
    inTime,
    (row) => `${text(row, 'principal_id').toLowerCase()} ${integer(row, 'machine')}`,
  );
  for (const times of byMachine.values()) {
    let open: SqlRow | undefined;
    for (const row of times) {
      const goesOn = open !== undefined && open.ended_seq === row.from_seq && open.end_change === null;
      if (open !== undefined && !goesOn) joined.push(open);
      open = open !== undefined && goesOn ? { ...row, attached_at: integer(open, 'attached_at') } : row;
    }
    if (open !== undefined) joined.push(open);
  }
  return joined.toSorted(inOrder);
}

function inOrder(a: SqlRow, b: SqlRow): number {
  const [aEnded, bEnded] = [a, b].map((row) => (integerOrNull(row, 'ended_seq') === null ? 0 : 1));
  return (
    (aEnded ?? 0) - (bEnded ?? 0) ||
    integer(b, 'attached_at') - integer(a, 'attached_at') ||
    integer(a, 'machine') - integer(b, 'machine')
  );
}
