import { forEachBounded } from '../async/for-each-bounded.ts';
import type { ArmClient, RequestContext } from '../azure/resource-manager/client/arm-client.ts';
import { isAbsence } from '../azure/resource-manager/client/errors.ts';
import { newRequestMeter, newWaitBudget, type WaitBudget } from '../azure/resource-manager/client/request-context.ts';
import { getArcMachine } from '../azure/resource-manager/resources/arc-machines.ts';
import { listFederatedCredentials } from '../azure/resource-manager/resources/federated-credentials.ts';
import { getScaleSet } from '../azure/resource-manager/resources/scale-sets.ts';
import { getSystemAssignedIdentity } from '../azure/resource-manager/resources/system-assigned-identity.ts';
import { getUserAssignedIdentity } from '../azure/resource-manager/resources/user-assigned-identities.ts';
import { readVirtualMachine } from '../azure/resource-manager/resources/virtual-machines.ts';
import { NoTokenError, toReason } from '../errors.ts';
import type { FollowUp, Verification } from '../inventory/reading.ts';
import type { MachineReading, MachineType } from '../inventory/virtual-machine.ts';

/** The merge. Each round holds the questions that follow from the previous answers; empty = no more. */
interface Questions {
  followUps(): readonly FollowUp[];
}

const openSubscriptions = 256;
/** A throttled subscription must not occupy every slot. */
const openOfOneSubscription = 32;

const getMachineOf: Readonly<
  Record<MachineType, (arm: ArmClient, id: string, context: RequestContext) => Promise<MachineReading>>
> = {
  'Microsoft.Compute/virtualMachines': readVirtualMachine,
  'Microsoft.Compute/virtualMachineScaleSets': getScaleSet,
  'Microsoft.HybridCompute/machines': getArcMachine,
};

/**
 * Asks Azure the questions of the merge, round by round, until there are no more. This is where deletions are verified:
 * a machine ends only if Azure answers 404. A failure is answered as `unverified` and never stops the others. Waiting
 * for throttling is limited per subscription: five minutes over all rounds.
 * @param answered is called first; true = it has answered, from what another deployment read
 * @throws {NoTokenError} no credential gives a token
 * @throws the signal's reason
 */
export async function answerFollowUps(
  merge: Questions,
  arm: ArmClient,
  signal: AbortSignal,
  answered: (followUp: FollowUp) => boolean = () => false,
): Promise<void> {
  const budgets = new Map<string, WaitBudget>();
  for (let round = merge.followUps(); round.length > 0; round = merge.followUps()) {
    const bySubscription = Map.groupBy(
      round.filter((question) => !answered(question)),
      ({ resourceId }) => resourceId.split('/')[2]?.toLowerCase() ?? '',
    );
    await forEachBounded([...bySubscription], openSubscriptions, signal, async ([subscriptionId, questions], abort) => {
      const budget = budgets.get(subscriptionId) ?? newWaitBudget();
      budgets.set(subscriptionId, budget);
      await forEachBounded(questions, openOfOneSubscription, abort, (followUp, abortOne) =>
        answer(followUp, arm, { meter: newRequestMeter(), budget, signal: abortOne }),
      );
    });
  }
}

async function answer(followUp: FollowUp, arm: ArmClient, context: RequestContext): Promise<void> {
  const { resourceId } = followUp;
  const { signal } = context;
  switch (followUp.ask) {
    case 'machine': {
      const read = getMachineOf[followUp.type];
      return followUp.answer(await verify(() => read(arm, resourceId, context), signal));
    }
    case 'identity':
      return followUp.answer(await verify(() => getUserAssignedIdentity(arm, resourceId, context), signal));
    case 'federatedCredentials':
      return followUp.answer(await verify(() => listFederatedCredentials(arm, resourceId, context), signal));
    case 'clientId':
      return followUp.answer(await verify(() => getSystemAssignedIdentity(arm, resourceId, context), signal));
  }
}

/** Only 404 proves absence. */
async function verify<Reading>(read: () => Promise<Reading>, signal: AbortSignal): Promise<Verification<Reading>> {
  try {
    return { outcome: 'present', reading: await read() };
  } catch (error) {
    if (error instanceof NoTokenError || signal.aborted) throw error;
    return isAbsence(error) ? { outcome: 'absent' } : { outcome: 'unverified', reason: toReason(error) };
  }
}
