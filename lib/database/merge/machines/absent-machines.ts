import { grantReaderCommand, type Kind } from '../../../inventory/coverage.ts';
import type { FollowUp, Verification } from '../../../inventory/reading.ts';
import type { MachineReading } from '../../../inventory/virtual-machine.ts';
import type { MergeContext } from '../create-merge-context.ts';
import { mostChecks, type SubscriptionReading } from '../subscription-reading.ts';
import { isProvenAbsent } from '../verify-deletion.ts';
import type { MachineIndex } from './machine-index.ts';

/** Machines of one type that the list of a subscription left out. */
export interface AbsentMachines {
  /** Compares the list, which has come to its end, with what was there before. */
  settle(index: MachineIndex): void;
  /** Each is asked about once. */
  followUps(): readonly FollowUp[];
  /** Machines whose absence is proven; they end at the commit. */
  proven(): readonly number[];
}

/** @param mergeFound takes what a read by id shows of a machine that the list left out */
export function openAbsentMachines(
  context: MergeContext,
  reading: SubscriptionReading,
  kind: Kind,
  mergeFound: (machine: number, reading: MachineReading) => void,
): AbsentMachines {
  const { seen, unseen, plan } = context;
  const { subscriptionId } = reading;
  const { lastSeen } = reading.past(kind);
  let absent: readonly number[] = [];
  const proven: number[] = [];

  const verified = (machine: number, verification: Verification<MachineReading>): void => {
    if (isProvenAbsent(verification, reading, kind)) {
      proven.push(machine);
    } else if (verification.outcome === 'present') {
      mergeFound(machine, verification.reading);
      const message = `The list left out ${verification.reading.id}, which a read by its id found`;
      reading.weaken(kind, 'ShortList', message, grantReaderCommand(subscriptionId, plan.principalId));
    } else if (verification.outcome === 'unverified') {
      const { code, message, hint } = verification.reason;
      const failed = `A machine is missing from the list, and reading it by its id failed: ${code}: ${message}`;
      unseen.open(machine, lastSeen, false);
      reading.weaken(kind, 'DeletionUnverified', failed, hint);
    }
  };
  return {
    settle(index) {
      const status = reading.readings.get(kind)?.status;
      if (status === undefined || status === 'failed' || status === 'denied') return;
      const machines: number[] = [];
      for (const { machine, fingerprint } of index.values()) {
        if (fingerprint !== null && seen.order(machine) === 0) machines.push(machine);
      }
      if (status === 'partial') {
        for (const machine of machines) unseen.open(machine, lastSeen, false);
        return;
      }
      // the same reading of another deployment, merged once more, is no second list
      const isSecond = (machine: number): boolean => reading.readAt > lastSeen && unseen.isMissingFromList(machine);
      proven.push(...machines.filter(isSecond));
      absent = machines.filter((machine) => !isSecond(machine));
      if (absent.length <= mostChecks) return;
      for (const machine of absent) unseen.open(machine, lastSeen, true);
      const message = `The list of subscription ${subscriptionId} lacks ${absent.length} machines that were there before; more than ${mostChecks} are not checked one by one`;
      const hint = 'Run the inventory again: when a second list agrees, they end';
      reading.weaken(kind, 'SuspiciousShrink', message, hint);
      absent = [];
    },
    followUps() {
      const asked = absent;
      absent = [];
      return asked.map((machine) => {
        const { id, type } = context.stored(machine);
        return { ask: 'machine', resourceId: id, type, answer: (verification) => verified(machine, verification) };
      });
    },
    proven: () => proven,
  };
}
