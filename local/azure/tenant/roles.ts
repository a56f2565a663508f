import { createRandom } from './random.ts';
import { rootManagementGroup } from './subscriptions.ts';
import type { Permission, SampleSubscription } from './types.ts';

const allActions = (actions: readonly string[], notActions: readonly string[] = []): Permission => ({
  actions,
  notActions,
  dataActions: [],
  notDataActions: [],
});

/** Built-in roles, with the ids they have in every tenant. */
export const builtInRoles = [
  { name: 'acdd72a7-3385-48ef-bd42-f606fba81ae7', roleName: 'Reader', permission: allActions(['*/read']) },
  {
    name: 'b24988ac-6180-42a0-ab88-20f7382dd24c',
    roleName: 'Contributor',
    permission: allActions(['*'], ['Microsoft.Authorization/*/Delete', 'Microsoft.Authorization/*/Write']),
  },
  { name: '8e3af657-a8ff-443c-a75c-2fe8c4bcb635', roleName: 'Owner', permission: allActions(['*']) },
  {
    name: 'fa23ad8b-c56e-40d8-ac0c-ce449e1d2c64',
    roleName: 'Billing Reader',
    permission: allActions(['Microsoft.Billing/*/read', 'Microsoft.Resources/subscriptions/read']),
  },
] as const;

export interface RoleAssignment {
  readonly scope: string;
  readonly role: (typeof builtInRoles)[number];
  readonly principalId: string;
  readonly principalType: 'User' | 'Group' | 'ServicePrincipal';
}

const [reader, contributor, owner, billingReader] = builtInRoles;

/** Assignments that a listing at the subscription shows: the host's own, an owner, and a group's from above. */
export function roleAssignmentsAt(
  subscription: SampleSubscription,
  hostPrincipalIds: readonly string[],
): RoleAssignment[] {
  const scope = `/subscriptions/${subscription.subscriptionId}`;
  const random = createRandom('roles', subscription.subscriptionId);
  return [
    ...hostPrincipalIds.map(
      (principalId): RoleAssignment => ({ ...hostRole(subscription), principalId, principalType: 'ServicePrincipal' }),
    ),
    { scope, role: owner, principalId: random.guid(), principalType: 'User' },
    {
      scope: `/providers/Microsoft.Management/managementGroups/${rootManagementGroup}`,
      role: contributor,
      principalId: createRandom('platform team').guid(),
      principalType: 'Group',
    },
  ];
}

function hostRole({ subscriptionId, access }: SampleSubscription): Pick<RoleAssignment, 'scope' | 'role'> {
  const scope = `/subscriptions/${subscriptionId}`;
  switch (access.kind) {
    case 'reader':
      return { scope, role: reader };
    case 'resourceGroupReader':
      return { scope: `${scope}/resourceGroups/${access.resourceGroup}`, role: reader };
    case 'none':
      return { scope, role: billingReader };
  }
}
