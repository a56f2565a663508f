import type { Kind } from '../../../inventory/coverage.ts';
import type { FollowUp } from '../../../inventory/reading.ts';
import type { MachineReading } from '../../../inventory/virtual-machine.ts';
import type { MergeContext } from '../merge-context.ts';
import type { SubscriptionReading } from '../subscription-reading.ts';
import { distrustShrunkList, mostDeletionChecks, verifyDeletion } from '../verify-deletion.ts';
import type { MachineIndex } from './machine-index.ts';

/**
 * Machines of one kind that the list of a subscription left out.
 * @param mergeFound merges what a read by id shows of such a machine
 */
export function openAbsentMachines(
  context: MergeContext,
  reading: SubscriptionReading,
  kind: Kind,
  mergeFound: (machine: number, reading: MachineReading) => void,
) {
  const { fingerprints, seen, unseenMachines } = context;
  const { lastSeen } = reading.past(kind);
  let absent: readonly number[] = [];
  const proven: number[] = [];
  return {
    /** Compares the list, once it has ended, with the known machines. */
    settle(index: MachineIndex): void {
      const status = reading.readings.get(kind)?.status;
      if (status === undefined || status === 'failed' || status === 'denied') return;
      const machines = [...index.values().filter((machine) => fingerprints.of(machine) !== null && !seen.has(machine))];
      if (status === 'partial') {
        for (const machine of machines) unseenMachines.open(machine, lastSeen, false);
        return;
      }
      // The same reading of another deployment, merged again, is no second list.
      const isSecond = (machine: number): boolean =>
        reading.readAt > lastSeen && unseenMachines.isMissingFromList(machine);
      proven.push(...machines.filter(isSecond));
      absent = machines.filter((machine) => !isSecond(machine));
      if (absent.length <= mostDeletionChecks) return;
      for (const machine of absent) unseenMachines.open(machine, lastSeen, true);
      distrustShrunkList(reading, kind, absent.length);
      absent = [];
    },
    /** Asks about each machine once. */
    followUps(): FollowUp[] {
      const asked = absent;
      absent = [];
      return asked.map((machine) => {
        const { id: resourceId, type } = context.stored(machine);
        return {
          ask: 'machine',
          resourceId,
          type,
          answer(verification) {
            const isGone = verifyDeletion(context, reading, kind, { resourceId, isListed: false }, verification);
            if (isGone) proven.push(machine);
            else if (verification.outcome === 'present') mergeFound(machine, verification.reading);
            else unseenMachines.open(machine, lastSeen, false);
          },
        };
      });
    },
    /** Machines that are proven gone. They end at the commit. */
    proven: (): readonly number[] => proven,
  };
}
