import { machineKinds } from '../../../inventory/coverage.ts';
import type { MergeContext } from '../create-merge-context.ts';

interface Candidate {
  readonly machine: number;
  readonly subscription: number;
  /** Number of its type. */
  readonly type: number;
  readonly subscriptionId: string;
  /** Began in this run: new, or back after an end. */
  readonly began: boolean;
  /** 0 = not seen in this run; the later reading is higher. */
  readonly order: number;
}

/**
 * Rule 5: machines that began in this run and share type and `vmId` with another open machine. Of two that were both seen, the
 * later reading wins: the machine counts once. One that was not seen (its absence is proven, or it is stale) has moved, where
 * it is the only match. Null never matches.
 * @param run.mayEnd whether this run had that subscription in scope, with a reading that counts
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
  const { database, writer, counts, fresh } = context;
  const moved = new Set<number>();
  if (fresh.length === 0) return moved;
  const created = new Set(fresh.filter((machine) => machine.created).map(({ machine }) => machine));
  const begin = database.prepare(
    `UPDATE machine_version SET begin_change = 'virtualMachineMoved', moved_from = ?1, began_at = ?2,
       not_before = (SELECT end_not_before FROM machine_version WHERE machine = ?1 AND valid_to = ?4 AND end_change IS NOT NULL)
     WHERE machine = ?3 AND valid_to IS NULL`,
  );
  const uncount = (machine: number): void => {
    if (created.has(machine)) counts.add('virtualMachineCreated', -1);
  };
  for (const group of sameVmId(context)) {
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
    if (latest.began && old !== undefined && elsewhere.length === 1) {
      const notBefore = lastComplete(context, old);
      writer.endMachine(old.machine, { change: 'virtualMachineMoved', at: run.readAt(old.subscriptionId), notBefore });
      moved.add(old.machine);
      begin.run(old.machine, run.readAt(latest.subscriptionId), latest.machine, context.seq);
      uncount(latest.machine);
      counts.add('virtualMachineMoved');
    }
  }
  return moved;
}

/** The last complete reading of the kind that listed a machine: it was where it was. */
function lastComplete({ coverage }: MergeContext, { subscription, type }: Candidate): number | null {
  return coverage.earlier(subscription).get(machineKinds[type] ?? machineKinds[0])?.newestComplete ?? null;
}

/** Open machines that share type and vmId with one that began in this run. */
function sameVmId({ database, fresh, seen, seq }: MergeContext): Candidate[][] {
  const began = new Set(fresh.map(({ machine }) => machine));
  const rows = database
    .prepare(`SELECT v.machine, m.type, m.subscription, s.subscription_id, lower(v.vm_id) AS vm_id
      FROM machine_version v JOIN machine m ON m.id = v.machine JOIN subscription_key s ON s.id = m.subscription
      WHERE v.valid_to IS NULL AND v.vm_id COLLATE NOCASE IN (
        SELECT vm_id COLLATE NOCASE FROM machine_version WHERE valid_to IS NULL AND vm_id IS NOT NULL
        GROUP BY vm_id COLLATE NOCASE HAVING count(*) > 1 AND max(valid_from) = ?)`)
    .all(seq);
  const groups = new Map<string, Candidate[]>();
  for (const row of rows) {
    const key = `${row.type} ${row.vm_id}`;
    const machine = Number(row.machine);
    const candidate = {
      machine,
      subscription: Number(row.subscription),
      type: Number(row.type),
      subscriptionId: String(row.subscription_id),
      began: began.has(machine),
      order: seen.order(machine),
    };
    groups.set(key, [...(groups.get(key) ?? []), candidate]);
  }
  return [...groups.values()].filter((group) => group.length > 1);
}
