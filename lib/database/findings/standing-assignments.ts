import type { Permission } from '../../inventory/permissions.ts';
import type { Database } from '../database.ts';
import { integer, type SqlRow, text, textOrNull } from '../queries/columns.ts';
import type { Freshness } from './freshness.ts';

/** A role assignment that holds now, of a principal that the inventory knows. */
export interface StandingAssignment {
  readonly id: string;
  readonly scope: string;
  readonly principalId: string;
  readonly roleGuid: string;
  /** The role's id where its name is not known. */
  readonly roleName: string;
  /** null = the role itself was not read. */
  readonly permissions: readonly Permission[] | null;
  /** None of the subscriptions that showed it was read completely. */
  readonly stale: boolean;
}

const standing = `
SELECT a.id, a.resource_id, a.scope, a.principal_id, d.guid, d.name, d.permissions
FROM role_assignment a JOIN role_definition d ON d.id = a.role_definition
WHERE EXISTS (SELECT 1 FROM role_assignment_seen s WHERE s.assignment = a.id AND s.valid_to IS NULL)
AND EXISTS (SELECT 1 FROM identity i WHERE i.principal_id = a.principal_id)`;

/** Every standing assignment, one after the other, those of one principal together. */
export function* standingAssignments(database: Database, fresh: Freshness): Generator<StandingAssignment> {
  const toAssignment = prepareAssignment(database, fresh);
  for (const row of database.prepare(`${standing} ORDER BY a.principal_id, a.id`).iterate()) yield toAssignment(row);
}

/** The standing assignments of one principal. */
export function assignmentsOf(
  database: Database,
  fresh: Freshness,
): (principalId: string) => readonly StandingAssignment[] {
  const select = database.prepare(`${standing} AND a.principal_id = ? ORDER BY a.id`);
  const toAssignment = prepareAssignment(database, fresh);
  return (principalId) => select.all(principalId).map(toAssignment);
}

function prepareAssignment(database: Database, fresh: Freshness): (row: SqlRow) => StandingAssignment {
  const shownIn = database.prepare(
    'SELECT subscription FROM role_assignment_seen WHERE assignment = ? AND valid_to IS NULL',
  );
  return (row) => {
    const permissions = textOrNull(row, 'permissions');
    return {
      id: text(row, 'resource_id'),
      scope: text(row, 'scope'),
      principalId: text(row, 'principal_id'),
      roleGuid: text(row, 'guid'),
      roleName: textOrNull(row, 'name') ?? text(row, 'guid'),
      permissions: permissions === null ? null : JSON.parse(permissions),
      stale: !shownIn.all(integer(row, 'id')).some((shown) => fresh(integer(shown, 'subscription'), 'roleAssignments')),
    };
  };
}
