import { type Privilege, privilegeOf } from '../../inventory/privilege.ts';
import { text } from '../queries/row-values.ts';
import type { IdentityLocation } from './identity-locations.ts';
import type { RuleContext } from './rule.ts';
import type { StandingAssignment } from './standing-assignments.ts';

interface PrivilegedPrincipal {
  readonly principalId: string;
  readonly severity: Exclude<Privilege, null>;
  /** The assignments of that severity. */
  readonly held: readonly StandingAssignment[];
  readonly location: IdentityLocation;
}

/** Every principal that exists and holds a privileged role at a subscription or above, one at a time. */
export function* privilegedPrincipals({ database, assignments, locate }: RuleContext): Generator<PrivilegedPrincipal> {
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
