import { type Privilege, privilegeOf } from '../../inventory/privilege.ts';
import { type Carriers, prepareCarriers } from './identity-locations.ts';
import type { RuleContext } from './rule.ts';
import { type StandingAssignment, standingAssignments } from './standing-assignments.ts';

/** A principal that exists and holds far-reaching roles. */
export interface PrivilegedPrincipal {
  readonly principalId: string;
  readonly severity: Exclude<Privilege, null>;
  /** Those of that severity. */
  readonly assignments: readonly StandingAssignment[];
  readonly carriers: Carriers;
}

/** Every principal with a far-reaching role at a subscription or above, one after the other. Those that are gone are left out. */
export function* privilegedPrincipals({ database, fresh }: RuleContext): Generator<PrivilegedPrincipal> {
  const carriersOf = prepareCarriers(database, fresh);
  const toPrincipal = (group: readonly Held[]): PrivilegedPrincipal | null => {
    const [first] = group;
    if (first === undefined) return null;
    const { principalId } = first.assignment;
    const carriers = carriersOf(principalId);
    if (carriers === null || carriers.gone || (carriers.machines.length === 0 && !carriers.listed)) return null;
    const severity = group.some((held) => held.privilege === 'high') ? 'high' : 'medium';
    const assignments = group.filter((held) => held.privilege === severity).map(({ assignment }) => assignment);
    return { principalId, severity, assignments, carriers };
  };
  let group: Held[] = [];
  for (const held of heldFarReaching(standingAssignments(database, fresh))) {
    if (group[0] !== undefined && !samePrincipal(group[0], held)) {
      const principal = toPrincipal(group);
      if (principal !== null) yield principal;
      group = [];
    }
    group.push(held);
  }
  const last = toPrincipal(group);
  if (last !== null) yield last;
}

interface Held {
  readonly assignment: StandingAssignment;
  readonly privilege: Exclude<Privilege, null>;
}

function* heldFarReaching(assignments: Iterable<StandingAssignment>): Generator<Held> {
  for (const assignment of assignments) {
    const privilege = privilegeOf(assignment.roleGuid, assignment.permissions, assignment.scope);
    if (privilege !== null) yield { assignment, privilege };
  }
}

function samePrincipal(a: Held, b: Held): boolean {
  return a.assignment.principalId.toLowerCase() === b.assignment.principalId.toLowerCase();
}
