import type { ArmClient } from '../azure/resource-manager/arm-client.ts';
import { ArmError } from '../azure/resource-manager/arm-error.ts';
import { newRequestMeter, newWaitBudget } from '../azure/resource-manager/request-context.ts';
import { toMachineReading } from '../azure/resource-manager/to-machine-reading.ts';
import { computeApiVersion } from '../azure/resource-manager/virtual-machines.ts';
import { NoTokenError, toReason } from '../errors.ts';
import type { Verification } from '../inventory/reading.ts';
import { forEachBounded } from './bounded.ts';

/** What `verifyAbsent` needs of a merge. */
interface AbsenceBook {
  absent(): readonly { readonly machine: number; readonly resourceId: string }[];
  verified(machine: number, verification: Verification): void;
}

/** 404 as well, but what is not visible has not ended. */
const saysNothingOfMachines = new Set(['SubscriptionNotFound', 'InvalidSubscriptionId']);

/**
 * Reads one machine by its id. Only 404 says that it is gone: a list can be 200 and short.
 * @throws {NoTokenError} no token is to be had
 */
export async function verifyMachine(arm: ArmClient, resourceId: string, signal: AbortSignal): Promise<Verification> {
  const context = { meter: newRequestMeter(), budget: newWaitBudget(), signal };
  try {
    const body = await arm.get(encodeURI(resourceId), { apiVersion: computeApiVersion, context });
    return { outcome: 'present', machine: toMachineReading(body) };
  } catch (error) {
    if (error instanceof NoTokenError || signal.aborted) throw error;
    if (error instanceof ArmError && error.status === 404 && !saysNothingOfMachines.has(error.code)) {
      return { outcome: 'absent' };
    }
    return { outcome: 'unverified', reason: toReason(error) };
  }
}

/** Rule 3 of merging: every machine that a complete list left out is read by its id before it ends. */
export async function verifyAbsent(
  merge: AbsenceBook,
  verify: (resourceId: string, signal: AbortSignal) => Promise<Verification>,
  signal: AbortSignal,
): Promise<void> {
  await forEachBounded(merge.absent(), 64, signal, async ({ machine, resourceId }, both) =>
    merge.verified(machine, await verify(resourceId, both)),
  );
}
