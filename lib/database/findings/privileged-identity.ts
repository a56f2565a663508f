import { type Privilege, privilegeOf } from '../../inventory/privilege.ts';
import { text } from '../queries/row-values.ts';
import { deleteCommand, firstNames, firstRoles } from './finding-text.ts';
import type { IdentityLocation } from './identity-locations.ts';
import type { Rule, RuleContext } from './rule.ts';
import type { StandingAssignment } from './standing-assignments.ts';

const dayMs = 86_400_000;
const deallocated = 'powerstate/deallocated';

/**
 * An identity that controls a whole subscription or more: so does whoever gets a shell on one of its machines. The
 * finding's resource is the user-assigned identity, or the machine of a system-assigned one.
 */
export const privilegedIdentity: Rule = {
  name: 'privilegedIdentity',
  *find(context) {
    for (const { principalId, severity, held, location } of privilegedPrincipals(context)) {
      const { machines, identityId, listingStale } = location;
      const resourceId = identityId ?? machines[0]?.id;
      if (resourceId === undefined) continue;
      const names = machines.length === 0 ? 'no machine' : firstNames(machines.map(({ name }) => name));
      const locationStale = machines.length === 0 ? listingStale : machines.every(({ stale }) => stale);
      yield {
        resourceId,
        principalId,
        severity,
        message: `The identity on ${names} holds ${firstRoles(held)}`,
        remediation: `Give it a role that fits its task, at the scope of that task, then: ${deleteCommand(held)}`,
        stale: locationStale || held.every(({ stale }) => stale),
      };
    }
  },
};

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
          remediation: `Take the roles away until it is needed: ${deleteCommand(held)}`,
          stale: machine.stale || machine.powerStateStale || held.every(({ stale }) => stale),
        };
      }
    }
  },
};

interface PrivilegedPrincipal {
  readonly principalId: string;
  readonly severity: Exclude<Privilege, null>;
  /** The assignments of that severity. */
  readonly held: readonly StandingAssignment[];
  readonly location: IdentityLocation;
}

/** Every principal that exists and holds a privileged role at a subscription or above, one at a time. */
function* privilegedPrincipals({ database, assignments, locate }: RuleContext): Generator<PrivilegedPrincipal> {
  const holders = database.prepare('SELECT DISTINCT principal_id FROM role_assignment ORDER BY principal_id');
  for (const row of holders.iterate()) {
    const privileges = assignments
      .of(text(row, 'principal_id'))
      .map((assignment) => ({
        assignment,
        privilege: privilegeOf(assignment.roleGuid, assignment.permissions, assignment.scope),
      }))
      .filter(({ privilege }) => privilege !== null);
    const principalId = privileges[0]?.assignment.principalId;
    if (principalId === undefined) continue;
    const location = locate(principalId);
    if (location === null || location.gone || (location.machines.length === 0 && !location.listed)) continue;
    const severity = privileges.some(({ privilege }) => privilege === 'high') ? 'high' : 'medium';
    const held = privileges.filter(({ privilege }) => privilege === severity).map(({ assignment }) => assignment);
    yield { principalId, severity, held, location };
  }
}
