import { fold } from '../../../inventory/names/fold.ts';
import type { RolePermission } from '../../../inventory/roles/permissions.ts';
import {
  deletedRoleName,
  type RoleAssignmentReading,
  type RoleDefinitionReading,
} from '../../../inventory/roles/role.ts';
import type { ChangeKind } from '../../../inventory/run.ts';
import type { Database } from '../../database.ts';
import { integer, type SqlRow, text, textOrNull } from '../../queries/row-values.ts';
import { storedPermissions } from '../../queries/stored-json.ts';
import { createSeen } from '../seen.ts';

/** A stored assignment. `content` is all that it says: equal contents under one id are the same assignment. */
export interface StoredAssignment {
  readonly assignment: number;
  readonly content: string;
  readonly principalId: string;
}

/** An assignment that a subscription showed before. */
export interface OpenAssignment extends StoredAssignment {
  readonly isMissing: boolean;
  isShown: boolean;
}

/** Rows of `role_definition`, `role_assignment` and `role_assignment_seen`. Decides nothing. */
export type RoleRows = ReturnType<typeof openRoleRows>;

export function openRoleRows(database: Database, seq: number) {
  const findDefinition = database.prepare('SELECT id, resource_id FROM role_definition WHERE guid = ?');
  const addDefinition = database.prepare('INSERT INTO role_definition (guid, resource_id) VALUES (?, ?)');
  const permissionsOf = database.prepare('SELECT permissions FROM role_definition WHERE id = ?');
  const describe = database.prepare(`UPDATE role_definition SET name = ?1, permissions = ?2
    WHERE id = ?3 AND (name IS NOT ?1 OR permissions IS NOT ?2)`);
  const describeUnknown = database.prepare(`UPDATE role_definition SET name = ?1, permissions = ?2
    WHERE id = ?3 AND name IS NULL`);
  const rename = database.prepare('UPDATE role_definition SET resource_id = ? WHERE id = ?');
  const columns = 'r.id, r.resource_key, r.scope, r.role_definition, r.principal_id, r.condition';
  const openIn = database.prepare(`SELECT ${columns}, s.missing_at FROM role_assignment_seen s
    JOIN role_assignment r ON r.id = s.assignment WHERE s.subscription = ? AND s.valid_to IS NULL`);
  const newest = database.prepare(
    `SELECT ${columns} FROM role_assignment r WHERE r.resource_key = ? ORDER BY r.id DESC LIMIT 1`,
  );
  const addAssignment = database.prepare(`INSERT INTO role_assignment
    (resource_id, resource_key, scope, role_definition, principal_id, condition, replaces) VALUES (?, ?, ?, ?, ?, ?, ?)`);
  const isOpen = database.prepare('SELECT 1 FROM role_assignment_seen WHERE assignment = ? AND valid_to IS NULL');
  const see = database.prepare(
    'INSERT INTO role_assignment_seen (assignment, subscription, valid_from, began_at) VALUES (?, ?, ?, ?)',
  );
  const setMissing = database.prepare(`UPDATE role_assignment_seen SET missing_at = ?
    WHERE assignment = ? AND subscription = ? AND valid_to IS NULL AND missing_at IS NULL`);
  const clearMissing = database.prepare(
    'UPDATE role_assignment_seen SET missing_at = NULL WHERE assignment = ? AND subscription = ? AND valid_to IS NULL',
  );
  const end = database.prepare(`UPDATE role_assignment_seen SET valid_to = ?1, ended_at = ?2, end_change = ?3,
      end_not_before = CASE WHEN ?3 IS NOT NULL THEN max(coalesce(?4, began_at), began_at) END
    WHERE assignment = ?5 AND subscription = ?6 AND valid_to IS NULL`);
  const begin = database.prepare(`UPDATE role_assignment_seen SET begin_change = ?, not_before = ?
    WHERE assignment = ? AND subscription = ? AND valid_to IS NULL AND valid_from = ?`);
  const definitions = new Map<string, { readonly id: number; resourceId: string }>();

  const findOrAdd = (guid: string, resourceId: string): { readonly id: number; resourceId: string } => {
    const row = findDefinition.get(guid);
    if (row !== undefined) return { id: integer(row, 'id'), resourceId: text(row, 'resource_id') };
    return { id: Number(addDefinition.run(guid, resourceId).lastInsertRowid), resourceId };
  };
  const definition = (resourceId: string): { readonly id: number; resourceId: string } => {
    const guid = resourceId.slice(resourceId.lastIndexOf('/') + 1);
    const known = definitions.get(fold(guid)) ?? findOrAdd(guid, resourceId);
    definitions.set(fold(guid), known);
    return known;
  };
  /** Each list names a role in its own subscription. Keeps the first id by name, whatever the order of the lists. */
  const roleOf = (resourceId: string): number => {
    const known = definition(resourceId);
    if (resourceId < known.resourceId) {
      rename.run(resourceId, known.id);
      known.resourceId = resourceId;
    }
    return known.id;
  };
  const toStored = (row: SqlRow): StoredAssignment => {
    const principalId = text(row, 'principal_id');
    const role = integer(row, 'role_definition');
    const content = contentOf(text(row, 'scope'), role, principalId, textOrNull(row, 'condition'));
    return { assignment: integer(row, 'id'), content, principalId };
  };
  return {
    /** Assignments that a list of this run showed. */
    shown: createSeen(),
    /** Stores the newest name and permissions of a role. Earlier ones are not kept, except those of a deleted role. */
    define({ id, roleName, permissions }: RoleDefinitionReading): void {
      const statement = roleName === deletedRoleName ? describeUnknown : describe;
      const { id: role } = definition(id);
      const known = permissions.every(({ dataActions }) => dataActions !== null)
        ? permissions
        : withKnownDataActions(
            permissions,
            storedPermissions(textOrNull(permissionsOf.get(role) ?? {}, 'permissions')),
          );
      statement.run(roleName, JSON.stringify(known), role);
    },
    contentOf: ({ scope, roleDefinitionId, principalId, condition }: RoleAssignmentReading): string =>
      contentOf(scope, roleOf(roleDefinitionId), principalId, condition),
    /** What a subscription showed before, by folded id. */
    openIn: (subscription: number): Map<string, OpenAssignment> =>
      new Map(
        openIn
          .all(subscription)
          .map((row) => [
            text(row, 'resource_key'),
            { ...toStored(row), isMissing: row.missing_at !== null, isShown: false },
          ]),
      ),
    newest(resourceId: string): StoredAssignment | null {
      const row = newest.get(fold(resourceId));
      return row === undefined ? null : toStored(row);
    },
    /** @returns the number of the new assignment */
    add(assignment: RoleAssignmentReading, replaces: number | null): number {
      const { id, scope, roleDefinitionId, principalId, condition } = assignment;
      const role = roleOf(roleDefinitionId);
      return Number(addAssignment.run(id, fold(id), scope, role, principalId, condition, replaces).lastInsertRowid);
    },
    /** The newest reading of some subscription shows it. */
    isOpen: (assignment: number): boolean => isOpen.get(assignment) !== undefined,
    see: (assignment: number, subscription: number, at: number) => void see.run(assignment, subscription, seq, at),
    setMissing: (assignment: number, subscription: number, at: number) =>
      void setMissing.run(at, assignment, subscription),
    clearMissing: (assignment: number, subscription: number) => void clearMissing.run(assignment, subscription),
    end(
      assignment: number,
      subscription: number,
      at: number,
      change: ChangeKind | null,
      notBefore: number | null,
    ): void {
      end.run(seq, at, change, notBefore, assignment, subscription);
    },
    /** @returns false = no row began in this run, or it has ended again */
    begin: (assignment: number, subscription: number, change: ChangeKind, notBefore: number | null): boolean =>
      begin.run(change, notBefore, assignment, subscription, seq).changes === 1,
  };
}

/** An older source does not know the data actions of a role that this deployment may have read. */
function withKnownDataActions(
  read: readonly RolePermission[],
  stored: readonly RolePermission[] | null,
): readonly RolePermission[] {
  const actionsOf = ({ actions, notActions }: RolePermission): string => JSON.stringify([actions, notActions]);
  return read.map((entry) =>
    entry.dataActions === null ? (stored?.find((one) => actionsOf(one) === actionsOf(entry)) ?? entry) : entry,
  );
}

function contentOf(scope: string, role: number, principalId: string, condition: string | null): string {
  return `${fold(scope)}\n${role}\n${fold(principalId)}\n${condition ?? ''}`;
}
