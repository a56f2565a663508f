import { guidPattern, isResourceId } from '../../inventory/commands/azure-id.ts';
import { singleQuoted } from '../../inventory/commands/shell-word.ts';
import { noCommand } from '../../inventory/roles/missing-right.ts';
import type { Rating } from '../../inventory/roles/privilege.ts';
import type { StandingAssignment } from './standing-assignments.ts';

/** An assignment of a privileged role. */
export interface RatedAssignment extends StandingAssignment, Rating {}

/** "a", "a and b", "a, b and 3 more": keeps a message short. */
export function firstNames(names: readonly string[]): string {
  const [first = '', second] = names;
  if (second === undefined) return first;
  return names.length === 2 ? `${first} and ${second}` : `${first}, ${second} and ${names.length - 2} more`;
}

/** "Owner at /subscriptions/… with a condition". */
export function roleAt({
  roleName,
  scope,
  condition,
}: Pick<StandingAssignment, 'roleName' | 'scope' | 'condition'>): string {
  return `${roleName} at ${scope}${condition === null ? '' : ' with a condition'}`;
}

/** "Owner at /subscriptions/…, Reader at … and 3 more". */
export function firstRoles(assignments: readonly StandingAssignment[]): string {
  return firstNames(assignments.map(roleAt));
}

const planes = {
  control: 'control plane',
  data: 'data plane',
  both: 'control plane and data plane',
  unknown: 'control plane; its data actions were not read',
};

/** "Owner at /subscriptions/… (control plane) with a condition, … and 3 more". */
export function firstPrivileges(assignments: readonly RatedAssignment[]): string {
  return firstNames(
    assignments.map(({ scope, privilegePlane, ...role }) => {
      return roleAt({ ...role, scope: `${scope} (${planes[privilegePlane ?? 'unknown']})` });
    }),
  );
}

/** "1 machine", "2 machines". */
export function countOf(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

/** A remediation is at most this long, in bytes of UTF-8. */
const mostBytes = 4000;

/**
 * What to do, then the command that deletes role assignments of one principal. With many assignments, the command has
 * the first of them, and a comment says how to list the rest.
 * @param before what to do first; empty = nothing
 */
export function deleteRoleAssignments(before: string, assignments: readonly StandingAssignment[]): string {
  const ids = assignments.filter(({ id }) => isResourceId(id, 'Microsoft.Authorization/roleAssignments'));
  if (ids.length === 0) {
    return `${before}Delete the role assignment in the portal. ${noCommand('its id is not the id of a role assignment')}`;
  }
  const [principalId = ''] = assignments.map((assignment) => assignment.principalId);
  const rest = (count: number): string =>
    count === 0 ? '' : ` # and ${count} more, of which this prints the ids: ${listCommand(principalId)}`;
  let command = `${before}az role assignment delete --ids`;
  let bytes = Buffer.byteLength(command + rest(assignments.length));
  let taken = 0;
  for (const { id } of ids) {
    const word = ` ${singleQuoted(id)}`;
    bytes += Buffer.byteLength(word);
    if (bytes > mostBytes) break;
    command += word;
    taken += 1;
  }
  return command + rest(assignments.length - taken);
}

function listCommand(principalId: string): string {
  const id = guidPattern.test(principalId) ? principalId : 'PRINCIPAL-ID';
  return `vm-identities principals ${id} --query 'roleAssignments[].id' --output tsv`;
}
