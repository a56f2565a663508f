import type { Database } from '../../database.ts';
import { integer } from '../row-values.ts';
import { prepared } from '../statements.ts';
import { perRun } from '../while-open.ts';

/** Machines that exist at a run, stale ones included, with the same subscription, type and type of identity. */
interface MachineGroup {
  /** Key of the subscription. */
  readonly subscription: number;
  /** Place in `machineTypes`. */
  readonly type: number;
  /** Place in `identityTypes`. */
  readonly identityType: number;
  readonly count: number;
}

/** Reads the versions in the order of their table: with the machines in front, this takes ten times as long. */
const groups = `
SELECT m.subscription, m.type, v.identity_type, count(*) AS machines
FROM machine_version v CROSS JOIN machine m ON m.id = v.machine
WHERE v.valid_from <= $seq AND (v.valid_to IS NULL OR v.valid_to > $seq) GROUP BY m.subscription, m.type, v.identity_type`;

/** Every machine of a run in numbers. Kept, because it counts every machine. */
export const machineGroupsAt = perRun((database: Database, seq: number): readonly MachineGroup[] =>
  prepared(database, groups)
    .all({ $seq: seq })
    .map((row) => ({
      subscription: integer(row, 'subscription'),
      type: integer(row, 'type'),
      identityType: integer(row, 'identity_type'),
      count: integer(row, 'machines'),
    })),
);
