import { deleteAssignments, some } from './finding-text.ts';
import { privilegedPrincipals } from './privileged-principals.ts';
import type { Rule } from './rule.ts';

const dayMs = 86_400_000;
const deallocated = 'powerstate/deallocated';

/**
 * A far-reaching identity that nothing has used for long: every machine that it is on has been deallocated since. Its resource
 * is each of these machines.
 */
export const idlePrivilegedIdentity: Rule = {
  name: 'idlePrivilegedIdentity',
  *find(context) {
    const idleBefore = context.now - context.thresholds.idleDays * dayMs;
    for (const { principalId, assignments, carriers } of privilegedPrincipals(context)) {
      const { machines } = carriers;
      const idle = machines.every(
        ({ powerState, powerStateSince }) => powerState?.toLowerCase() === deallocated && powerStateSince <= idleBefore,
      );
      if (!idle) continue;
      for (const machine of machines) {
        const since = new Date(machine.powerStateSince).toISOString().slice(0, 10);
        yield {
          resourceId: machine.id,
          principalId,
          severity: 'high',
          message: `${machine.name} has been deallocated since ${since} at the latest, and its identity still holds ${some(
            assignments.map(({ roleName, scope }) => `${roleName} at ${scope}`),
          )}`,
          remediation: `Take the roles away until it is needed: ${deleteAssignments(assignments.map(({ id }) => id))}`,
          stale: machine.stale || machine.powerStateStale || assignments.every(({ stale }) => stale),
        };
      }
    }
  },
};
