import type { Kind } from '../../../inventory/coverage.ts';
import type { MachineReading } from '../../../inventory/virtual-machine.ts';
import { mergeAttachments } from '../identities/merge-attachments.ts';
import type { MergeContext } from '../merge-context.ts';
import type { SubscriptionReading } from '../subscription-reading.ts';
import { differenceBetween, fingerprintOf } from './machine-difference.ts';
import { type MachineIndex, machineKey } from './machine-index.ts';
import type { Beginning } from './machine-writer.ts';

/** Merges the machines of one kind in one subscription. */
export function openMachinesOfKind(
  context: MergeContext,
  { subscription, readAt, quiet, past }: SubscriptionReading,
  kind: Kind,
  index: MachineIndex,
) {
  const { dictionary, writer, seen, unseenMachines, counts } = context;
  const { notBefore, silent } = past(kind);

  /** Begins a machine that has no open version: it is new, or it is back after an end. */
  const begin = (reading: MachineReading, readAt: number, fingerprint: number): number => {
    const group = dictionary.resourceGroup(reading.resourceGroup);
    const key = machineKey(group, reading.name);
    const known = index.get(key)?.machine ?? null;
    const machine = known ?? writer.add(reading, subscription, group, readAt);
    const change = silent ? null : 'virtualMachineCreated';
    const at = known === null ? null : readAt;
    writer.beginVersion(machine, reading, fingerprint, { change, at: change === null ? at : readAt, notBefore });
    writer.attachAll(machine, reading, { change: null, at, notBefore: null });
    counts.add(change);
    context.begun.push(machine);
    if (change !== null) context.created.push(machine);
    index.set(key, { machine, fingerprint });
    return machine;
  };
  /** Records a change even after an incomplete list: the machine itself was read. */
  const change = (machine: number, reading: MachineReading, fingerprint: number): void => {
    const before = context.stored(machine);
    const difference = differenceBetween(before, reading, context.ignoredTags);
    const readings = { machine, before, after: reading, readAt, notBefore };
    const beginNext = (change: Beginning['change']): void => {
      writer.endVersion(machine);
      writer.beginVersion(machine, reading, fingerprint, { change, at: readAt, notBefore });
      counts.add(change);
    };
    if (difference.kind === 'none') {
      writer.refreshVersion(machine, reading, fingerprint);
    } else if (difference.kind === 'recreated') {
      beginNext(quiet ? null : 'virtualMachineRecreated');
      mergeAttachments(context, readings, 'virtualMachineRecreated');
    } else {
      beginNext(difference.content && !quiet ? 'virtualMachineUpdated' : null);
      if (difference.identity) mergeAttachments(context, readings, quiet ? 'tenantChanged' : null);
    }
  };
  /** If two pages of this run show a machine differently, the later page replaces the version. */
  const changeOrReplace = (machine: number, reading: MachineReading, fingerprint: number): void => {
    writer.respell(machine, reading, dictionary.resourceGroup(reading.resourceGroup));
    if (!seen.has(machine) || !writer.beganInThisRun(machine)) {
      change(machine, reading, fingerprint);
      return;
    }
    const before = context.stored(machine);
    writer.refreshVersion(machine, reading, fingerprint);
    mergeAttachments(context, { machine, before, after: reading, readAt, notBefore }, 'replaced');
  };
  const knownAs = (reading: MachineReading) =>
    index.get(machineKey(dictionary.resourceGroup(reading.resourceGroup), reading.name));
  return {
    /** A machine that a list shows. */
    merge(reading: MachineReading): void {
      const fingerprint = fingerprintOf(reading);
      const known = knownAs(reading);
      if (known === undefined || known.fingerprint === null) {
        seen.add(begin(reading, readAt, fingerprint));
        return;
      }
      if (known.fingerprint !== fingerprint) {
        changeOrReplace(known.machine, reading, fingerprint);
        known.fingerprint = fingerprint;
      }
      seen.add(known.machine);
    },
    /** A machine that the list left out and a read by id found. */
    mergeFound(machine: number, reading: MachineReading): void {
      const fingerprint = fingerprintOf(reading);
      if (fingerprintOf(context.stored(machine)) !== fingerprint) changeOrReplace(machine, reading, fingerprint);
      seen.add(machine);
    },
    /**
     * A machine that another deployment keeps, though its newest reading did not show it. If it is known here, it stays
     * as it is.
     * @param lastSeen epoch milliseconds of the newest reading that had it
     */
    mergeUnseen(reading: MachineReading, lastSeen: number): void {
      const known = knownAs(reading);
      const isOpen = known !== undefined && known.fingerprint !== null;
      // A complete list after `lastSeen` lacked it: it is gone.
      const isGone = notBefore !== null && lastSeen <= notBefore;
      if (!isOpen && !isGone) unseenMachines.open(begin(reading, lastSeen, fingerprintOf(reading)), lastSeen, false);
    },
  };
}
