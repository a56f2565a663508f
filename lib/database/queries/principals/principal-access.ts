import type { AccessCoverage, PrincipalRoleAssignment } from '../../../inventory/principal.ts';
import type { RolePermission } from '../../../inventory/roles/permissions.ts';
import { createRater } from '../../../inventory/roles/privilege.ts';
import { roleKey } from '../../../inventory/roles/role.ts';
import type { FederatedCredential } from '../../../inventory/user-assigned-identity.ts';
import { isInherited } from '../../views/access-changes.ts';
import { completeness } from '../coverage/completeness.ts';
import { subscriptionsAt } from '../coverage/subscriptions-at.ts';
import { integer, type SqlRow, text, textOrNull } from '../row-values.ts';
import type { RunContext } from '../run-context.ts';
import { storedPermissions, storedTexts } from '../stored-json.ts';
import { perRun } from '../while-open.ts';
import { byPrincipal, readPrincipalRows } from './principal-select.ts';

const holds = (row: string) => `${row}.valid_from <= $seq AND (${row}.valid_to IS NULL OR ${row}.valid_to > $seq)`;

/** One row per assignment, even if many listings have it; of a changed assignment, the newest state. */
const rolesOfPrincipals = `
SELECT r.principal_id, r.resource_id, r.scope, r.condition, n.resource_id AS role_definition_id, n.name, n.permissions, ${isInherited('r.scope')} AS inherited
FROM json_each($ids) j CROSS JOIN role_assignment r CROSS JOIN role_definition n ON n.id = r.role_definition
WHERE r.principal_id = j.value AND EXISTS (SELECT 1 FROM role_assignment_seen z WHERE z.assignment = r.id AND ${holds('z')})
  AND NOT EXISTS (SELECT 1 FROM role_assignment o WHERE o.resource_key = r.resource_key AND o.principal_id = r.principal_id AND o.id > r.id
    AND EXISTS (SELECT 1 FROM role_assignment_seen z WHERE z.assignment = o.id AND ${holds('z')}))
ORDER BY r.id`;

interface AssignedRole {
  readonly assignment: PrincipalRoleAssignment;
  /** null = the role itself was not read. */
  readonly permissions: readonly RolePermission[] | null;
}

/**
 * The role assignments of principals at a run, by principal id in lower case. Of a role, only what was read last is
 * known.
 */
export function readRoleAssignments(
  context: RunContext,
  principalIds: readonly string[],
): ReadonlyMap<string, readonly AssignedRole[]> {
  const rate = createRater();
  return readByPrincipal(context, rolesOfPrincipals, principalIds, (row) => {
    const scope = text(row, 'scope');
    const roleDefinitionId = text(row, 'role_definition_id');
    const permissions = storedPermissions(textOrNull(row, 'permissions'));
    return {
      permissions,
      assignment: {
        id: text(row, 'resource_id'),
        scope,
        roleDefinitionId,
        roleDefinitionName: textOrNull(row, 'name'),
        inherited: integer(row, 'inherited') === 1,
        condition: textOrNull(row, 'condition'),
        ...rate(roleKey(roleDefinitionId), permissions, scope),
      },
    };
  });
}

const credentialsOfPrincipals = `
SELECT p.principal_id, f.name, f.issuer, f.subject, f.audiences
FROM json_each($ids) j CROSS JOIN identity p CROSS JOIN federated_credential f ON f.identity = p.id
WHERE p.principal_id = j.value AND ${holds('f')} ORDER BY f.name`;

/**
 * The federated credentials of principals at a run, by principal id in lower case: who else could sign in as them.
 * @param principalIds of user-assigned identities
 */
export function readFederatedCredentials(
  context: RunContext,
  principalIds: readonly string[],
): ReadonlyMap<string, readonly FederatedCredential[]> {
  return readByPrincipal(context, credentialsOfPrincipals, principalIds, (row) => ({
    name: text(row, 'name'),
    issuer: text(row, 'issuer'),
    subject: text(row, 'subject'),
    audiences: storedTexts(text(row, 'audiences')) ?? [],
  }));
}

function readByPrincipal<Value>(
  context: RunContext,
  sql: string,
  principalIds: readonly string[],
  toValue: (row: SqlRow) => Value,
): ReadonlyMap<string, readonly Value[]> {
  const ofEach = byPrincipal(readPrincipalRows(context, sql, principalIds));
  return new Map([...ofEach].map(([id, rows]) => [id, rows.map(toValue)]));
}

/**
 * How much of the role assignments was read as of a run. Those in a blind spot were not. Groups and directory roles are
 * never read, and the answer says so.
 */
export const accessCoverageAt = perRun((database, seq): AccessCoverage => {
  const some = [...subscriptionsAt(database, seq).values()].some(({ kinds }) =>
    kinds.some(({ kind, status }) => kind === 'roleAssignments' && (status === 'complete' || status === 'partial')),
  );
  const all = some && completeness(database, { seq }, ['roleAssignments'], {}).complete;
  return { direct: all ? 'complete' : some ? 'partial' : 'notRead', groups: 'notRead', directory: 'notRead' };
});
