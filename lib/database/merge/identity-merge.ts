import type { MachineReading } from '../../inventory/virtual-machine.ts';
import { identitySlots, slotChange } from './changed-machine.ts';
import type { MergeContext } from './context.ts';
import { attachedTo } from './identities.ts';

/**
 * Brings the attachments of one machine to a new reading. Each slot (the system-assigned identity, each user-assigned id)
 * that differs is one change, unless the machine's own change swallows it.
 * @param swallowedBy the change that these are a part of; `replaced` = a later page of this run corrects an earlier one
 */
export function mergeIdentities(
  { database, identities, writer, counts, seq }: MergeContext,
  machine: number,
  before: MachineReading,
  after: MachineReading,
  readAt: number,
  swallowedBy: 'virtualMachineRecreated' | 'tenantChanged' | 'replaced' | null,
): void {
  const open = new Map(
    database
      .prepare(`SELECT a.identity, coalesce(lower(i.resource_id), 'system') AS slot, a.valid_from FROM attachment a
        JOIN identity i ON i.id = a.identity WHERE a.machine = ? AND a.valid_to IS NULL`)
      .all(machine)
      .map((row) => [Number(row.identity), row] as const),
  );
  const wanted = attachedTo(after.identity, identities);
  const slotsBefore = identitySlots(before.identity);
  const slotsAfter = identitySlots(after.identity);
  const changeOf = (slot: string) => slotChange(slotsBefore.get(slot), slotsAfter.get(slot));
  for (const [identity, row] of open) {
    if (wanted.some((attached) => attached.identity === identity)) continue;
    if (swallowedBy === 'replaced' && row.valid_from === seq) {
      database
        .prepare('DELETE FROM attachment WHERE machine = ? AND identity = ? AND valid_from = ?')
        .run(machine, identity, seq);
      continue;
    }
    const recorded = swallowedBy === null || swallowedBy === 'replaced' ? changeOf(String(row.slot)) : swallowedBy;
    writer.detach(machine, identity, readAt, recorded);
    if (recorded === 'identityDetached') counts.add(recorded);
  }
  const slots = [...slotsAfter.keys()];
  const offset = after.identity.principalId === null ? 0 : 1;
  for (const attached of wanted) {
    if (open.has(attached.identity)) continue;
    const slot = attached.position === 0 ? 'system' : (slots[attached.position - 1 + offset] ?? '');
    const change = swallowedBy === null || swallowedBy === 'replaced' ? changeOf(slot) : null;
    writer.attach(machine, attached, { change, at: readAt, notBefore: null });
    counts.add(change);
  }
}
