import { deleteRoleAssignments, firstRoles } from './finding-text.ts';
import { privilegedPrincipals } from './privileged-principals.ts';
import type { Rule } from './rule.ts';

const dayMs = 86_400_000;
const deallocated = 'powerstate/deallocated';

/** A privileged identity whose machines have all been deallocated for `idleDays`. One finding per machine. */
export const idlePrivilegedIdentity: Rule = {
  name: 'idlePrivilegedIdentity',
  *find(context) {
    const idleBefore = context.now - context.thresholds.idleDays * dayMs;
    for (const { principalId, held, location } of privilegedPrincipals(context)) {
      const isIdle = location.machines.every(
        ({ powerState, powerStateSince }) => powerState?.toLowerCase() === deallocated && powerStateSince <= idleBefore,
      );
      if (!isIdle) continue;
      for (const machine of location.machines) {
        const since = new Date(machine.powerStateSince).toISOString().slice(0, 10);
        yield {
          resourceId: machine.id,
          principalId,
          severity: 'high',
          message: `${machine.name} has been deallocated since ${since} at the latest, and its identity still holds ${firstRoles(held)}`,
          remediation: deleteRoleAssignments('Take the roles away until it is needed: ', held),
          stale: machine.stale || machine.powerStateStale || held.every(({ stale }) => stale),
        };
      }
    }
  },
};
