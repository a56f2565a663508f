import type { Principal, PrincipalRoleAssignment } from '../../lib/inventory/principal.ts';
import type { VirtualMachine } from '../../lib/inventory/virtual-machine.ts';
import { flatten } from '../output/flatten.ts';

export type Property = readonly [name: string, value: string];

/** A machine as names and values, nothing left out; each user-assigned identity has a line. */
export function describeMachine(machine: VirtualMachine): Property[] {
  const assigned = Object.entries(machine.identity.userAssignedIdentities).map(
    ([id, { principalId, clientId }]) => `${id} (principalId ${principalId ?? 'none'}, clientId ${clientId ?? 'none'})`,
  );
  return [...flatten(machine)].flatMap((property): Property[] => {
    const [name] = property;
    if (name !== 'identity.userAssignedIdentities' || assigned.length === 0) return [property];
    return assigned.map((text, index) => [index === 0 ? name : '', text]);
  });
}

/** A principal as names and values; its machines, roles and credentials one a line, the machines that it is on first. */
export function describePrincipal(principal: Principal): Property[] {
  const { virtualMachines, roleAssignments, federatedCredentials, ...rest } = principal;
  const machines = virtualMachines
    .toSorted((a, b) => Number(a.detachedAt !== null) - Number(b.detachedAt !== null))
    .map(({ id, attachedFrom, detachedAt }) => {
      return `${id} (from ${attachedFrom}${detachedAt === null ? '' : ` to ${detachedAt}`})`;
    });
  return [
    ...flatten(rest),
    ...oneALine('virtualMachines', machines),
    ...oneALine('roleAssignments', roleAssignments.map(roleText)),
    ...oneALine(
      'federatedCredentials',
      federatedCredentials.map(({ name, issuer, subject }) => `${name}: ${subject} of ${issuer}`),
    ),
  ];
}

function roleText(assignment: PrincipalRoleAssignment): string {
  const { roleDefinitionName, roleDefinitionId, scope, inherited, condition } = assignment;
  const role = roleDefinitionName ?? roleDefinitionId;
  return `${role} on ${scope}${inherited ? ' (inherited)' : ''}${condition === null ? '' : ` if ${condition}`}`;
}

function oneALine(name: string, values: readonly string[]): Property[] {
  return values.map((value, index) => [index === 0 ? name : '', value]);
}
