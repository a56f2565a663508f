import type { MachineReading } from '../../../inventory/virtual-machine.ts';
import { identitySlots, slotChange } from '../machines/machine-difference.ts';
import type { MergeContext } from '../merge-context.ts';
import { attachedTo } from './identities.ts';

/** Two readings of one machine. Times in epoch milliseconds. */
interface MachineReadings {
  readonly machine: number;
  readonly before: MachineReading;
  readonly after: MachineReading;
  readonly readAt: number;
  /** The last complete reading before `readAt`. */
  readonly notBefore: number | null;
}

/**
 * Updates the attachments of one machine to a new reading. Each slot (the system-assigned identity, each user-assigned
 * id) that differs is one change, unless a change of the machine or subscription covers it.
 * @param coveredBy the change that covers these; `replaced` = a later page of this run corrects an earlier one
 */
export function mergeAttachments(
  { database, identities, writer, counts, seq }: MergeContext,
  { machine, before, after, readAt, notBefore }: MachineReadings,
  coveredBy: 'virtualMachineRecreated' | 'tenantChanged' | 'replaced' | null,
): void {
  const open = new Map(
    database
      .prepare(`SELECT a.identity, coalesce(i.resource_key, 'system') AS slot, a.valid_from FROM attachment a
        JOIN identity i ON i.id = a.identity WHERE a.machine = ? AND a.valid_to IS NULL`)
      .all(machine)
      .map((row) => [Number(row.identity), row] as const),
  );
  const remove = database.prepare('DELETE FROM attachment WHERE machine = ? AND identity = ? AND valid_from = ?');
  const wanted = attachedTo(after.identity, identities);
  const slotsBefore = identitySlots(before.identity);
  const slotsAfter = identitySlots(after.identity);
  const covering = coveredBy === 'replaced' ? null : coveredBy;
  const changeOf = (slot: string) =>
    covering === null ? slotChange(slotsBefore.get(slot), slotsAfter.get(slot)) : null;
  for (const [identity, row] of open) {
    if (wanted.some((attached) => attached.identity === identity)) continue;
    if (coveredBy === 'replaced' && row.valid_from === seq) {
      remove.run(machine, identity, seq);
      continue;
    }
    const change = changeOf(String(row.slot)) ?? covering;
    writer.detach(machine, identity, { at: readAt, change, notBefore: covering === null ? notBefore : null });
    if (change === 'identityDetached') counts.add(change);
  }
  const slots = [...slotsAfter.keys()];
  const offset = after.identity.principalId === null ? 0 : 1;
  for (const attached of wanted) {
    if (open.has(attached.identity)) continue;
    const slot = attached.position === 0 ? 'system' : (slots[attached.position - 1 + offset] ?? '');
    const change = changeOf(slot);
    writer.attach(machine, attached, { change, at: readAt, notBefore });
    counts.add(change);
  }
}
