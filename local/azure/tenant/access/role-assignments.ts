import { createRandom } from '../random.ts';
import { isAtOrAbove, managementGroupScope, reaches, rootManagementGroup } from '../subscriptions.ts';
import type { RawRoleAssignment, SampleSubscription } from '../types.ts';
import { builtInRoles, customRole, type RoleDefinition } from './role-definitions.ts';

/** A role of a principal at a scope. */
export interface RoleAssignment {
  readonly scope: string;
  readonly role: RoleDefinition;
  readonly principalId: string;
  readonly principalType: RawRoleAssignment['properties']['principalType'];
  readonly condition?: string;
}

/** The role assignments of the tenant. */
export interface RoleAssignments {
  /** The assignments in the list of a subscription, without regard to rights. */
  reaching(subscription: SampleSubscription): readonly RoleAssignment[];
  /** @returns the id of the assignment */
  add(assignment: RoleAssignment): string;
  /** Removes an assignment by its id. An unknown id is no error. */
  remove(id: string): void;
  /** Makes a principal (a group, too) a member of a group. */
  addMember(groupId: string, memberId: string): void;
  /** The groups that a principal is a member of, directly or through other groups; in lower case. */
  groupsOf(principalId: string): ReadonlySet<string>;
  /**
   * Built-in roles, and the custom roles that may be assigned in a whole subscription; `below` = or in a part of it.
   * null = the tenant.
   */
  definitionsAt(subscription: SampleSubscription | null, below: boolean): readonly RoleDefinition[];
}

/**
 * Starts with the usual assignments of every subscription: the host's own, an owner's, and a group's from above.
 * @param hostPrincipalIds principal ids of the function app's identities
 */
export function createRoleAssignments(tenantId: string, hostPrincipalIds: readonly string[]): RoleAssignments {
  const added = new Map<string, RoleAssignment>();
  const removed = new Set<string>();
  const groupsByMember = new Map<string, Set<string>>();
  const platformTeam: RoleAssignment = {
    scope: managementGroupScope(rootManagementGroup),
    role: builtInRoles.contributor,
    principalId: createRandom('platform team').guid(),
    principalType: 'Group',
  };
  function usual(subscription: SampleSubscription): RoleAssignment[] {
    const { scope, role } = hostRole(tenantId, subscription);
    const principalId = createRandom('roles', subscription.subscriptionId).guid();
    return [
      ...hostPrincipalIds.map(
        (host): RoleAssignment => ({ scope, role, principalId: host, principalType: 'ServicePrincipal' }),
      ),
      { scope: scopeOf(subscription), role: builtInRoles.owner, principalId, principalType: 'User' },
      platformTeam,
    ];
  }
  return {
    reaching: (subscription) =>
      [...usual(subscription), ...[...added.values()].filter(({ scope }) => reaches(scope, subscription))].filter(
        (each) => !removed.has(assignmentId(each).toLowerCase()),
      ),
    add(assignment) {
      const id = assignmentId(assignment);
      added.set(id.toLowerCase(), assignment);
      removed.delete(id.toLowerCase());
      return id;
    },
    remove(id) {
      added.delete(id.toLowerCase());
      removed.add(id.toLowerCase());
    },
    addMember(groupId, memberId) {
      const groups = groupsByMember.get(memberId.toLowerCase()) ?? new Set();
      groupsByMember.set(memberId.toLowerCase(), groups.add(groupId.toLowerCase()));
    },
    groupsOf(principalId) {
      // A set that grows while it is read: groups of groups follow, and a cycle ends.
      const groups = new Set(groupsByMember.get(principalId.toLowerCase()));
      for (const group of groups) for (const outer of groupsByMember.get(group) ?? []) groups.add(outer);
      return groups;
    },
    definitionsAt(subscription, below) {
      const mayAssign = below ? reaches : isAtOrAbove;
      const assigned = [...added.values(), ...(subscription === null ? [] : [hostRole(tenantId, subscription)])];
      const custom = assigned.map(({ role }) => role).filter(({ type }) => type === 'CustomRole');
      const here = custom.filter(
        ({ assignableScopes }) =>
          subscription === null || assignableScopes.some((scope) => mayAssign(scope, subscription)),
      );
      return [...Object.values(builtInRoles), ...new Map(here.map((role) => [role.name, role])).values()];
    },
  };
}

/** An assignment as the list of a subscription writes it: the role's id begins with that subscription. */
export function roleAssignmentResource(assignment: RoleAssignment, at: SampleSubscription): RawRoleAssignment {
  const { scope, role, principalId, principalType, condition } = assignment;
  const id = assignmentId(assignment);
  return {
    properties: {
      roleDefinitionId: `${scopeOf(at)}/providers/Microsoft.Authorization/roleDefinitions/${role.name}`,
      principalId,
      principalType,
      scope,
      condition: condition ?? null,
      conditionVersion: condition === undefined ? null : '2.0',
      createdOn: '2025-03-04T09:12:55.4341990Z',
      updatedOn: '2025-03-04T09:12:55.4341990Z',
      createdBy: '',
      updatedBy: '',
      delegatedManagedIdentityResourceId: null,
      description: null,
    },
    id,
    type: 'Microsoft.Authorization/roleAssignments',
    name: id.slice(id.lastIndexOf('/') + 1),
  };
}

function assignmentId({ scope, role, principalId }: RoleAssignment): string {
  const name = createRandom('assignment', scope, role.name, principalId).guid();
  return `${scope === '/' ? '' : scope}/providers/Microsoft.Authorization/roleAssignments/${name}`;
}

const scopeOf = ({ subscriptionId }: SampleSubscription): string => `/subscriptions/${subscriptionId}`;

function hostRole(tenantId: string, subscription: SampleSubscription): Pick<RoleAssignment, 'scope' | 'role'> {
  const scope = scopeOf(subscription);
  const { access } = subscription;
  switch (access.kind) {
    case 'reader':
      return { scope, role: builtInRoles.reader };
    case 'customReader':
      return { scope, role: customRole(tenantId, 'Machine Inventory Reader', access.actions, [scope]) };
    case 'resourceGroupReader':
      return { scope: `${scope}/resourceGroups/${access.resourceGroup}`, role: builtInRoles.reader };
    case 'none':
      return { scope, role: builtInRoles.billingReader };
  }
}
