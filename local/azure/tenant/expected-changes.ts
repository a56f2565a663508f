import type { Estate } from './estate.ts';
import type { ExpectedChange } from './expectation.ts';
import type { RawVirtualMachine } from './types.ts';
import { usualChanges } from './usual-changes.ts';
import { canBeRead } from './visibility.ts';

/**
 * What an inventory must tell when it read the one estate and then the other, everything that it may. Where it sees one
 * resource group only it can be sure of nothing, and tells nothing.
 */
export function expectedChanges(before: Estate, after: Estate): readonly ExpectedChange[] {
  const complete = [...before.subscriptions.values()].filter(
    (each) => canBeRead(each) && each.access.kind !== 'resourceGroupReader' && !before.stages.has(each.subscriptionId),
  );
  const usual = complete.flatMap(({ subscriptionId }) =>
    usualChanges(machinesOf(before, subscriptionId), machinesOf(after, subscriptionId)),
  );
  return [...usual, ...before.changes, ...after.changes];
}

function machinesOf({ machines }: Estate, subscriptionId: string): readonly RawVirtualMachine[] {
  return machines
    .list(subscriptionId)
    .all()
    .map(({ machine }) => machine);
}
