import type { LiveRoleAssignment } from '../live-principal.ts';
import type { PrincipalRoleAssignment } from '../principal.ts';

/**
 * ` through group … if …`: what follows a role and its scope wherever a role assignment is one line; empty for a plain
 * one. With a condition, the role allows less than its name says.
 */
export function qualifierText(assignment: PrincipalRoleAssignment | LiveRoleAssignment): string {
  const { condition } = assignment;
  const group = 'groupId' in assignment && assignment.groupId !== null ? ` through group ${assignment.groupId}` : '';
  return `${group}${condition === null ? '' : ` if ${condition}`}`;
}
