import type { RolePermission } from '../../inventory/roles/permissions.ts';
import type { Database } from '../database.ts';
import { integer, type SqlRow, text, textOrNull } from '../queries/row-values.ts';
import { storedPermissions } from '../queries/stored-json.ts';
import type { Freshness } from './freshness.ts';

/** A role assignment that exists now, to a principal that the inventory knows. */
export interface StandingAssignment {
  readonly id: string;
  readonly scope: string;
  readonly principalId: string;
  readonly roleGuid: string;
  /** The role's id where its name is not known. */
  readonly roleName: string;
  /** null = the role itself was not read. */
  readonly permissions: readonly RolePermission[] | null;
  /** The role applies only where this holds. */
  readonly condition: string | null;
  /** None of the subscriptions that showed it was read completely. */
  readonly stale: boolean;
}

export interface StandingAssignments {
  /** One at a time, ordered by principal, then by id: the numbers of rows depend on what was read first. */
  all(): Iterable<StandingAssignment>;
  /** Ordered by id. */
  of(principalId: string): readonly StandingAssignment[];
}

const standing = `
SELECT a.id, a.resource_id, a.scope, a.principal_id, a.condition, d.guid, d.name, d.permissions
FROM role_assignment a JOIN role_definition d ON d.id = a.role_definition
WHERE EXISTS (SELECT 1 FROM role_assignment_seen s WHERE s.assignment = a.id AND s.valid_to IS NULL)
AND EXISTS (SELECT 1 FROM identity i WHERE i.principal_id = a.principal_id)`;

export function prepareStandingAssignments(database: Database, fresh: Freshness): StandingAssignments {
  const select = database.prepare(`${standing} AND a.principal_id = ? ORDER BY a.resource_key`);
  const shownIn = database.prepare(
    'SELECT subscription FROM role_assignment_seen WHERE assignment = ? AND valid_to IS NULL',
  );
  const toAssignment = (row: SqlRow): StandingAssignment => {
    return {
      id: text(row, 'resource_id'),
      scope: text(row, 'scope'),
      principalId: text(row, 'principal_id'),
      roleGuid: text(row, 'guid'),
      roleName: textOrNull(row, 'name') ?? text(row, 'guid'),
      permissions: storedPermissions(textOrNull(row, 'permissions')),
      condition: textOrNull(row, 'condition'),
      stale: !shownIn.all(integer(row, 'id')).some((shown) => fresh(integer(shown, 'subscription'), 'roleAssignments')),
    };
  };
  return {
    all: () => database.prepare(`${standing} ORDER BY a.principal_id, a.resource_key`).iterate().map(toAssignment),
    of: (principalId) => select.all(principalId).map(toAssignment),
  };
}
