import type { Kind } from '../../../inventory/coverage.ts';
import type { MachineReading } from '../../../inventory/virtual-machine.ts';
import type { MergeContext } from '../create-merge-context.ts';
import { mergeIdentities } from '../identities/merge-attachments.ts';
import type { SubscriptionReading } from '../subscription-reading.ts';
import { fingerprintOf } from './fingerprint.ts';
import { differenceBetween } from './machine-difference.ts';
import { type MachineIndex, machineKey } from './machine-index.ts';
import type { Beginning } from './machine-writer.ts';

/** Machines of one type in one subscription on their way into the database. */
export interface MachinesOfKind {
  /** A machine as a list shows it. */
  merge(reading: MachineReading): void;
  /** A machine that the list left out, as a read by its id shows it. */
  mergeFound(machine: number, reading: MachineReading): void;
  /**
   * A machine that another deployment did not see either, and keeps. One that is known here stays as it is.
   * @param lastSeen epoch milliseconds of the newest reading that had it
   */
  mergeUnseen(reading: MachineReading, lastSeen: number): void;
}

export function openMachinesOfKind(
  context: MergeContext,
  { subscription, readAt, quiet, past }: SubscriptionReading,
  kind: Kind,
  index: MachineIndex,
): MachinesOfKind {
  const { dictionary, writer, seen, unseen, counts } = context;
  const { notBefore, silent } = past(kind);

  const begin = (
    key: string,
    known: number | null,
    reading: MachineReading,
    group: number,
    mark: number,
    readAt: number,
  ): number => {
    const machine = known ?? writer.add(reading, subscription, group, readAt);
    const change = silent ? null : 'virtualMachineCreated';
    const at = known === null ? null : readAt;
    writer.beginVersion(machine, reading, mark, { change, at: change === null ? at : readAt, notBefore });
    writer.attachAll(machine, reading, { change: null, at, notBefore: null });
    counts.add(change);
    context.fresh.push({ machine, created: change !== null });
    index.set(key, { machine, fingerprint: mark });
    return machine;
  };
  /** What is known of a machine was read: that it differs now needs no complete list before. */
  const change = (machine: number, reading: MachineReading, mark: number): void => {
    const before = context.stored(machine);
    const difference = differenceBetween(before, reading, context.ignoredTags);
    const quietly: Beginning = { change: null, at: readAt, notBefore: null };
    const slots = { machine, before, after: reading, readAt, notBefore };
    if (difference.kind === 'none') {
      writer.refreshVersion(machine, reading, mark);
    } else if (difference.kind === 'recreated') {
      const recreated = quiet ? null : 'virtualMachineRecreated';
      writer.endVersion(machine);
      writer.beginVersion(machine, reading, mark, { change: recreated, at: readAt, notBefore });
      mergeIdentities(context, slots, 'virtualMachineRecreated');
      counts.add(recreated);
    } else {
      const updated = difference.content && !quiet ? 'virtualMachineUpdated' : null;
      writer.endVersion(machine);
      writer.beginVersion(
        machine,
        reading,
        mark,
        updated === null ? quietly : { change: updated, at: readAt, notBefore },
      );
      counts.add(updated);
      if (difference.identity) mergeIdentities(context, slots, quiet ? 'tenantChanged' : null);
    }
  };
  /** A version that began in this very run (two pages show the machine differently) is replaced by the later reading. */
  const changeOrReplace = (machine: number, reading: MachineReading, mark: number): void => {
    writer.respell(machine, reading, dictionary.resourceGroup(reading.resourceGroup));
    if (seen.order(machine) === 0 || !writer.beganInThisRun(machine)) {
      change(machine, reading, mark);
      return;
    }
    const before = context.stored(machine);
    writer.refreshVersion(machine, reading, mark);
    mergeIdentities(context, { machine, before, after: reading, readAt, notBefore }, 'replaced');
  };
  return {
    merge(reading) {
      const group = dictionary.resourceGroup(reading.resourceGroup);
      const key = machineKey(group, reading.name);
      const mark = fingerprintOf(reading);
      const known = index.get(key);
      if (known === undefined || known.fingerprint === null) {
        seen.mark(begin(key, known?.machine ?? null, reading, group, mark, readAt));
        return;
      }
      if (known.fingerprint !== mark) {
        changeOrReplace(known.machine, reading, mark);
        known.fingerprint = mark;
      }
      seen.mark(known.machine);
    },
    mergeFound(machine, reading) {
      const mark = fingerprintOf(reading);
      if (fingerprintOf(context.stored(machine)) !== mark) changeOrReplace(machine, reading, mark);
      seen.mark(machine);
    },
    mergeUnseen(reading, lastSeen) {
      const group = dictionary.resourceGroup(reading.resourceGroup);
      const key = machineKey(group, reading.name);
      const known = index.get(key);
      if (known !== undefined && known.fingerprint !== null) return;
      // a whole list has lacked it since
      if (notBefore !== null && lastSeen <= notBefore) return;
      unseen.open(
        begin(key, known?.machine ?? null, reading, group, fingerprintOf(reading), lastSeen),
        lastSeen,
        false,
      );
    },
  };
}
