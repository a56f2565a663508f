import { machineKinds } from '../../../inventory/coverage.ts';
import type { MergeContext } from '../merge-context.ts';

interface Candidate {
  readonly machine: number;
  readonly subscription: number;
  /** Number of its type. */
  readonly type: number;
  readonly subscriptionId: string;
  /** Began in this run: it is new, or back after an end. */
  readonly began: boolean;
  /** 0 = this run did not read it; a later reading has a higher number. */
  readonly order: number;
}

/**
 * Finds machines that moved to another resource group or subscription:
 * 1. Take the machines that began in this run.
 * 2. Find the other open machines with the same type and `vmId` (null never matches).
 * 3. Of several that this run read, keep the latest, so that the machine counts once.
 * 4. If exactly one other remains, and it was read or its subscription was in scope, it moved.
 * @param run.mayEnd whether this run had that subscription in scope and its reading counts
 * @param run.readAt when that subscription was read, epoch milliseconds
 * @returns machines that ended as moved
 */
export function settleMoves(
  context: MergeContext,
  run: {
    readonly mayEnd: (subscriptionId: string) => boolean;
    readonly readAt: (subscriptionId: string) => number;
  },
): Set<number> {
  const { database, writer, counts, begun, coverage, seq } = context;
  const moved = new Set<number>();
  if (begun.length === 0) return moved;
  const groups = groupsWithSameVmId(context);
  if (groups.length === 0) return moved;
  const created = new Set(context.created);
  const beginMoved = database.prepare(`UPDATE machine_version
    SET begin_change = 'virtualMachineMoved', moved_from = ?1, began_at = ?2,
      not_before = (SELECT end_not_before FROM machine_version WHERE machine = ?1 AND valid_to = ?4 AND end_change IS NOT NULL)
    WHERE machine = ?3 AND valid_to IS NULL`);
  const uncount = (machine: number): void => {
    if (created.has(machine)) counts.add('virtualMachineCreated', -1);
  };
  for (const group of groups) {
    const shown = group.filter(({ order }) => order > 0).sort((a, b) => a.order - b.order);
    const latest = shown.pop();
    if (latest === undefined) continue;
    for (const { machine } of shown.filter(({ began }) => began)) {
      writer.undo(machine);
      uncount(machine);
    }
    const elsewhere = group.filter(
      ({ began, order, machine, subscriptionId }) =>
        !began && machine !== latest.machine && (order > 0 || run.mayEnd(subscriptionId)),
    );
    const [old] = elsewhere;
    if (!latest.began || old === undefined || elsewhere.length > 1) continue;
    const kind = machineKinds[old.type] ?? machineKinds[0];
    const notBefore = coverage.earlier(old.subscription).get(kind)?.newestComplete ?? null;
    writer.endMachine(old.machine, { change: 'virtualMachineMoved', at: run.readAt(old.subscriptionId), notBefore });
    moved.add(old.machine);
    beginMoved.run(old.machine, run.readAt(latest.subscriptionId), latest.machine, seq);
    uncount(latest.machine);
    counts.add('virtualMachineMoved');
  }
  return moved;
}

/** Open machines that share type and `vmId`, at least one of which began in this run. */
function groupsWithSameVmId({ database, begun, seen, seq }: MergeContext): Candidate[][] {
  const rows = database
    .prepare(`SELECT v.machine, m.type, m.subscription, s.subscription_id, lower(v.vm_id) AS vm_id
      FROM machine_version v JOIN machine m ON m.id = v.machine JOIN subscription_key s ON s.id = m.subscription
      WHERE v.valid_to IS NULL AND v.vm_id COLLATE NOCASE IN (
        SELECT vm_id COLLATE NOCASE FROM machine_version WHERE valid_to IS NULL AND vm_id IS NOT NULL
        GROUP BY vm_id COLLATE NOCASE HAVING count(*) > 1 AND max(valid_from) = ?)`)
    .all(seq);
  if (rows.length === 0) return [];
  const began = new Set(begun);
  const groups = Map.groupBy(rows, (row) => `${row.type} ${row.vm_id}`).values();
  return [...groups.filter((group) => group.length > 1)].map((group) =>
    group.map((row) => ({
      machine: Number(row.machine),
      subscription: Number(row.subscription),
      type: Number(row.type),
      subscriptionId: String(row.subscription_id),
      began: began.has(Number(row.machine)),
      order: seen.order(Number(row.machine)),
    })),
  );
}
