import { createRater, type Privilege } from '../../inventory/roles/privilege.ts';
import { text } from '../queries/row-values.ts';
import type { RatedAssignment } from './finding-text.ts';
import type { IdentityLocation } from './identity-locations.ts';
import type { RuleContext } from './rule.ts';

interface PrivilegedPrincipal {
  readonly principalId: string;
  readonly severity: Exclude<Privilege, null>;
  /** The assignments of that severity. */
  readonly held: readonly RatedAssignment[];
  readonly location: IdentityLocation;
}

/** Every principal that exists and holds a privileged role at a subscription or above, one at a time. */
export function* privilegedPrincipals({ database, assignments, locate }: RuleContext): Generator<PrivilegedPrincipal> {
  const holders = database.prepare('SELECT DISTINCT principal_id FROM role_assignment ORDER BY principal_id');
  const rate = createRater();
  for (const row of holders.iterate()) {
    const privileged = assignments
      .of(text(row, 'principal_id'))
      .map((one): RatedAssignment => ({ ...one, ...rate(one.roleGuid, one.permissions, one.scope) }))
      .filter(({ privilege }) => privilege !== null);
    const principalId = privileged[0]?.principalId;
    if (principalId === undefined) continue;
    const location = locate(principalId);
    if (location === null || location.gone || (location.machines.length === 0 && !location.listed)) continue;
    const severity = privileged.some(({ privilege }) => privilege === 'high') ? 'high' : 'medium';
    const held = privileged.filter(({ privilege }) => privilege === severity);
    yield { principalId, severity, held, location };
  }
}
