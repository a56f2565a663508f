import type { Estate } from './estate.ts';
import type { ExpectedChange, ExpectedFinding } from './expectation.ts';
import { truthOf } from './readable.ts';
import type { RawVirtualMachine } from './types.ts';
import { usualChanges } from './usual-changes.ts';
import { usualFindings } from './usual-findings.ts';
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

/** What an inventory must find in an estate, having read the one before it in the first state. */
export function expectedFindings(estate: Estate): readonly ExpectedFinding[] {
  const usual = [...estate.subscriptions.values()].filter(
    (each) => canBeRead(each) && !estate.stages.has(each.subscriptionId),
  );
  return [...usualFindings(usual.map((each) => truthOf(estate, each))), ...estate.findings];
}

function machinesOf({ machines }: Estate, subscriptionId: string): readonly RawVirtualMachine[] {
  return machines
    .list(subscriptionId)
    .all()
    .map(({ machine }) => machine);
}
