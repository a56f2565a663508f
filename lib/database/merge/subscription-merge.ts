import { type Kind, machineKinds } from '../../inventory/coverage.ts';
import type { FollowUp, KindReading, SourceEvent } from '../../inventory/reading.ts';
import { machineTypes } from '../../inventory/virtual-machine.ts';
import { openIdentityListing } from './identities/identity-listing.ts';
import { openAbsentMachines } from './machines/absent-machines.ts';
import { openMachinesOfKind } from './machines/machines-of-kind.ts';
import { openPowerStates } from './machines/power-states.ts';
import type { MergeContext } from './merge-context.ts';
import { openRoleListing } from './roles/role-assignments.ts';
import { openSubscriptionReading } from './subscription-reading.ts';

/** Rows of one subscription. */
type RowsEvent = Extract<
  SourceEvent,
  { readonly type: 'machines' | 'unseen' | 'powerStates' | 'identities' | 'roleAssignments' }
>;

/** The merge of one subscription. */
export type SubscriptionMerge = ReturnType<typeof openSubscriptionMerge>;

/**
 * @param quiet one change of the subscription covers all changes in it
 * @param source the other deployment that read it; null = this one
 */
export function openSubscriptionMerge(
  context: MergeContext,
  subscriptionId: string,
  readAt: number,
  quiet: boolean,
  source: string | null,
) {
  const reading = openSubscriptionReading(context, { subscriptionId, readAt, quiet, own: source === null });
  const { subscription, superseded, readings } = reading;
  const indexes = superseded ? machineTypes.map(() => new Map()) : context.indexes(subscription);
  const machines = machineKinds.map((kind, type) => {
    const index = indexes[type] ?? new Map();
    const merging = openMachinesOfKind(context, reading, kind, index);
    return {
      kind,
      index,
      merge: merging.merge,
      mergeUnseen: merging.mergeUnseen,
      absent: openAbsentMachines(context, reading, kind, merging.mergeFound),
    };
  });
  const power = openPowerStates(context, indexes[0] ?? new Map());
  const identities = openIdentityListing(context, reading);
  const roles = openRoleListing(context, reading);

  const settle: Readonly<Partial<Record<Kind, () => void>>> = {
    ...Object.fromEntries(machines.map(({ kind, index, absent }) => [kind, () => absent.settle(index)])),
    roleAssignments: roles.settle,
  };
  return {
    reading,
    identities,
    merge(event: RowsEvent): void {
      if (superseded) return;
      switch (event.type) {
        case 'machines':
          for (const machine of event.rows) machines[machineTypes.indexOf(machine.type)]?.merge(machine);
          break;
        case 'unseen':
          for (const { machine, lastSeen } of event.rows) {
            machines[machineTypes.indexOf(machine.type)]?.mergeUnseen(machine, Date.parse(lastSeen));
          }
          break;
        case 'powerStates':
          power.add(event.rows);
          break;
        case 'identities':
          identities.add(event.rows);
          break;
        case 'roleAssignments':
          roles.add(event.rows);
      }
    },
    end(kindReading: KindReading): void {
      reading.end(kindReading);
      if (superseded) return;
      settle[kindReading.kind]?.();
      if (!context.plan.kinds.every((kind) => readings.has(kind))) return;
      power.finish();
      for (const { index } of machines) index.clear();
    },
    /** Asks once about each machine that a complete list left out. */
    absentMachines: (): readonly FollowUp[] => machines.flatMap(({ absent }) => absent.followUps()),
    /** Machines that end at the commit. `notBefore`: the last complete reading of their kind, epoch milliseconds. */
    proven: () =>
      machines.flatMap(({ kind, absent }) => {
        const { notBefore } = reading.past(kind);
        return absent.proven().map((machine) => ({ machine, notBefore }));
      }),
    /** Writes the coverage rows, once they are final. */
    writeCoverage(): void {
      const by = context.dictionary.text(source);
      for (const kindReading of readings.values()) context.coverage.write(subscription, kindReading, superseded, by);
    },
  };
}
