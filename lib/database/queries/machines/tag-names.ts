import { refuseImpossibleTags } from '../../../inventory/names/tag-filter.ts';
import type { AsOf, MachineFilter } from '../../../inventory/query.ts';
import type { Database } from '../../database.ts';
import { text } from '../row-values.ts';
import { prepared } from '../statements.ts';
import { keep, perRun } from '../while-open.ts';
import { machinesShown, type ShownMachines } from './machines-shown.ts';

/** By the machines shown. Kept, because every machine is read for them. */
const namesOf = perRun(() => new Map<ShownMachines, readonly string[]>());

/** The names of the tags that the shown machines have at a run, each spelling once. */
export function tagNamesAt(database: Database, seq: number, shown: ShownMachines): readonly string[] {
  return keep(namesOf(database, seq), shown, () => {
    const sql = `SELECT DISTINCT t.key FROM ${machinesShown(shown)} CROSS JOIN json_each(v.tags) t`;
    const rows = prepared(database, sql).all({ $seq: seq });
    return rows.map((row) => text(row, 'key'));
  });
}

/**
 * Refuses a filter that no machine of a run can match. Call it before the first row is written.
 * @throws {ImpossibleFilterError} none has a required tag
 */
export function refuseImpossibleFilter(
  database: Database,
  { seq }: Pick<AsOf, 'seq'>,
  { tags = [] }: MachineFilter,
): void {
  if (tags.length > 0) refuseImpossibleTags(tags, tagNamesAt(database, seq, 'everyId'));
}
