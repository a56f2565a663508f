import type { RoleAssignmentReading, RoleDefinitionReading } from '../../../inventory/role.ts';
import type { ChangeKind } from '../../../inventory/run.ts';
import type { Database } from '../../database.ts';
import { createSeen } from '../seen.ts';

/** An assignment as it is stored. `mark` is all that it says: equal marks under one id are the same assignment. */
export interface StoredAssignment {
  readonly assignment: number;
  readonly mark: string;
  readonly principalId: string;
}

/** Rows of `role_definition`, `role_assignment` and `role_assignment_seen`. Decides nothing. */
export function openRoleRows(database: Database, seq: number) {
  const findDefinition = database.prepare('SELECT id, resource_id FROM role_definition WHERE guid = ?');
  const addDefinition = database.prepare('INSERT INTO role_definition (guid, resource_id) VALUES (?, ?)');
  const describe = database.prepare(`UPDATE role_definition SET name = ?1, permissions = ?2
    WHERE id = ?3 AND (name IS NOT ?1 OR permissions IS NOT ?2)`);
  const columns = 'r.id, r.resource_id, r.scope, r.role_definition, r.principal_id, r.condition';
  const openIn = database.prepare(`SELECT ${columns}, s.missing_at FROM role_assignment_seen s
    JOIN role_assignment r ON r.id = s.assignment WHERE s.subscription = ? AND s.valid_to IS NULL`);
  const newest = database.prepare(
    `SELECT ${columns} FROM role_assignment r WHERE r.resource_id = ? ORDER BY r.id DESC LIMIT 1`,
  );
  const addAssignment = database.prepare(`INSERT INTO role_assignment
    (resource_id, scope, role_definition, principal_id, condition, replaces) VALUES (?, ?, ?, ?, ?, ?)`);
  const isOpen = database.prepare('SELECT 1 FROM role_assignment_seen WHERE assignment = ? AND valid_to IS NULL');
  const see = database.prepare(
    'INSERT INTO role_assignment_seen (assignment, subscription, valid_from, began_at) VALUES (?, ?, ?, ?)',
  );
  const miss = database.prepare(`UPDATE role_assignment_seen SET missing_at = ?
    WHERE assignment = ? AND subscription = ? AND valid_to IS NULL AND missing_at IS NULL`);
  const find = database.prepare(
    'UPDATE role_assignment_seen SET missing_at = NULL WHERE assignment = ? AND subscription = ? AND valid_to IS NULL',
  );
  const end = database.prepare(`UPDATE role_assignment_seen SET valid_to = ?1, ended_at = ?2, end_change = ?3,
      end_not_before = CASE WHEN ?3 IS NOT NULL THEN max(coalesce(?4, began_at), began_at) END
    WHERE assignment = ?5 AND subscription = ?6 AND valid_to IS NULL`);
  const begin = database.prepare(`UPDATE role_assignment_seen SET begin_change = ?, not_before = ?
    WHERE assignment = ? AND subscription = ? AND valid_to IS NULL AND valid_from = ?`);
  const rename = database.prepare('UPDATE role_definition SET resource_id = ? WHERE id = ?');
  const definitions = new Map<string, { readonly id: number; resourceId: string }>();

  const findOrAdd = (guid: string, resourceId: string): { readonly id: number; resourceId: string } => {
    const row = findDefinition.get(guid);
    if (row !== undefined) return { id: Number(row.id), resourceId: String(row.resource_id) };
    return { id: Number(addDefinition.run(guid, resourceId).lastInsertRowid), resourceId };
  };
  const definition = (resourceId: string): { readonly id: number; resourceId: string } => {
    const guid = resourceId.slice(resourceId.lastIndexOf('/') + 1);
    const key = guid.toLowerCase();
    const known = definitions.get(key) ?? findOrAdd(guid, resourceId);
    definitions.set(key, known);
    return known;
  };
  /** Each list names a role in its own subscription. The first by name stands, in whatever order the lists came. */
  const assigned = (resourceId: string): number => {
    const known = definition(resourceId);
    if (resourceId < known.resourceId) {
      rename.run(resourceId, known.id);
      known.resourceId = resourceId;
    }
    return known.id;
  };
  const toStored = (row: Record<string, unknown>): StoredAssignment => {
    const { scope, role_definition: role, principal_id: principalId, condition } = row;
    const mark = markOf(
      String(scope),
      Number(role),
      String(principalId),
      condition === null ? null : String(condition),
    );
    return { assignment: Number(row.id), mark, principalId: String(principalId) };
  };
  return {
    /** Assignments that some list of this run showed. */
    shown: createSeen(),
    /** What the reading of a role says of it; nothing is kept of what it said before. */
    define({ id, roleName, permissions }: RoleDefinitionReading): void {
      describe.run(roleName, JSON.stringify(permissions), definition(id).id);
    },
    mark: ({ scope, roleDefinitionId, principalId, condition }: RoleAssignmentReading): string =>
      markOf(scope, assigned(roleDefinitionId), principalId, condition),
    /** What a subscription showed, by lower-case id. */
    openIn: (subscription: number) =>
      new Map(
        openIn
          .all(subscription)
          .map((row) => [
            String(row.resource_id).toLowerCase(),
            { ...toStored(row), isMissing: row.missing_at !== null, isShown: false },
          ]),
      ),
    newest(resourceId: string): StoredAssignment | null {
      const row = newest.get(resourceId);
      return row === undefined ? null : toStored(row);
    },
    add(
      { id, scope, roleDefinitionId, principalId, condition }: RoleAssignmentReading,
      replaces: number | null,
    ): number {
      const role = assigned(roleDefinitionId);
      return Number(addAssignment.run(id, scope, role, principalId, condition, replaces).lastInsertRowid);
    },
    /** Some subscription shows it, for all that is known. */
    isOpen: (assignment: number): boolean => isOpen.get(assignment) !== undefined,
    see: (assignment: number, subscription: number, at: number) => void see.run(assignment, subscription, seq, at),
    miss: (assignment: number, subscription: number, at: number) => void miss.run(at, assignment, subscription),
    find: (assignment: number, subscription: number) => void find.run(assignment, subscription),
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

function markOf(scope: string, role: number, principalId: string, condition: string | null): string {
  return `${scope.toLowerCase()}\n${role}\n${principalId.toLowerCase()}\n${condition ?? ''}`;
}
