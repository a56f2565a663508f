import type { StandingAssignment } from './standing-assignments.ts';

/** "a", "a and b", "a, b and 3 more": keeps a message short. */
export function firstNames(names: readonly string[]): string {
  const [first = '', second] = names;
  if (second === undefined) return first;
  return names.length === 2 ? `${first} and ${second}` : `${first}, ${second} and ${names.length - 2} more`;
}

/** "Owner at /subscriptions/…, Reader at … and 3 more". */
export function firstRoles(assignments: readonly StandingAssignment[]): string {
  return firstNames(assignments.map(({ roleName, scope }) => `${roleName} at ${scope}`));
}

/** "1 machine", "2 machines". */
export function countOf(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

/** The command that deletes role assignments. */
export function deleteCommand(assignments: readonly StandingAssignment[]): string {
  return `az role assignment delete --ids ${assignments.map(({ id }) => `"${id}"`).join(' ')}`;
}
