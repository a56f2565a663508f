import type { MachineReading } from '../../../inventory/virtual-machine.ts';
import type { MergeContext } from '../create-merge-context.ts';
import { identitySlots, slotChange } from '../machines/machine-difference.ts';
import { attachedTo } from './identities.ts';

/** Two readings of one machine. */
export interface IdentityDifference {
  readonly machine: number;
  readonly before: MachineReading;
  readonly after: MachineReading;
  /** Epoch milliseconds, as is `notBefore`: the last complete reading before it. */
  readonly readAt: number;
  readonly notBefore: number | null;
}

/**
 * Brings the attachments of one machine to a new reading. Each slot (the system-assigned identity, each user-assigned id)
 * that differs is one change, unless the machine's own change swallows it.
 * @param swallowedBy the change that these are a part of; `replaced` = a later page of this run corrects an earlier one
 */
export function mergeIdentities(
  { database, identities, writer, counts, seq }: MergeContext,
  { machine, before, after, readAt, notBefore }: IdentityDifference,
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
  const own = swallowedBy === null || swallowedBy === 'replaced';
  const changeOf = (slot: string) => (own ? slotChange(slotsBefore.get(slot), slotsAfter.get(slot)) : null);
  const swallowed = own ? null : swallowedBy;
  for (const [identity, row] of open) {
    if (wanted.some((attached) => attached.identity === identity)) continue;
    if (swallowedBy === 'replaced' && row.valid_from === seq) {
      database
        .prepare('DELETE FROM attachment WHERE machine = ? AND identity = ? AND valid_from = ?')
        .run(machine, identity, seq);
      continue;
    }
    const recorded = changeOf(String(row.slot)) ?? swallowed;
    writer.detach(machine, identity, { at: readAt, change: recorded, notBefore: own ? notBefore : null });
    if (recorded === 'identityDetached') counts.add(recorded);
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
