import type { FindingRule } from '../../inventory/finding.ts';
import { fold } from '../../inventory/names/fold.ts';
import type { Database } from '../database.ts';
import { type SqlRow, text } from '../queries/row-values.ts';
import { crossSubscriptionAccess } from './cross-subscription-access.ts';
import { danglingIdentity } from './dangling-identity.ts';
import { createFreshness } from './freshness.ts';
import { prepareIdentityLocations } from './identity-locations.ts';
import { idlePrivilegedIdentity } from './idle-privileged-identity.ts';
import { orphanedRoleAssignment } from './orphaned-role-assignment.ts';
import { privilegedIdentity } from './privileged-identity.ts';
import { recreatedPrincipalKeepsRoles } from './recreated-principal-keeps-roles.ts';
import type { Found, Rule, Thresholds } from './rule.ts';
import { sharedIdentity } from './shared-identity.ts';
import { prepareStandingAssignments } from './standing-assignments.ts';

const rules: readonly Rule[] = [
  privilegedIdentity,
  idlePrivilegedIdentity,
  sharedIdentity,
  danglingIdentity,
  orphanedRoleAssignment,
  crossSubscriptionAccess,
  recreatedPrincipalKeepsRoles,
];

/**
 * Updates the findings to the state of the inventory, at the end of a merge and within its transaction. Nothing ends
 * unread, so a finding whose evidence was not read continues as `stale`.
 * @param startedAt of the run, ISO 8601
 */
export function writeFindings(database: Database, seq: number, startedAt: string, thresholds: Thresholds): void {
  const fresh = createFreshness(database);
  const assignments = prepareStandingAssignments(database, fresh);
  const locate = prepareIdentityLocations(database, fresh);
  const context = { database, now: Date.parse(startedAt), thresholds, assignments, locate };
  const insert = database.prepare(`INSERT INTO finding
    (rule, resource_id, principal_id, valid_from, severity, message, remediation, first_seen, stale) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`);
  const end = database.prepare(
    'UPDATE finding SET valid_to = ? WHERE rule = ? AND resource_id = ? AND principal_id = ? AND valid_to IS NULL',
  );
  for (const { name, find } of rules) {
    const open = openFindings(database, name);
    const written = new Set<string>();
    for (const found of find(context)) {
      const key = keyOf(found.resourceId, found.principalId);
      if (written.has(key)) continue;
      written.add(key);
      const before = open.get(key);
      open.delete(key);
      if (before !== undefined && isSame(before, found)) continue;
      const { severity, message, remediation, stale } = found;
      // SQLite folds ASCII only: a finding keeps the spelling of its ids.
      const resourceId = before === undefined ? found.resourceId : text(before, 'resource_id');
      const principalId = before === undefined ? found.principalId : text(before, 'principal_id');
      const firstSeen = before === undefined ? startedAt : text(before, 'first_seen');
      if (before !== undefined) end.run(seq, name, resourceId, principalId);
      insert.run(name, resourceId, principalId, seq, severity, message, remediation, firstSeen, stale ? 1 : 0);
    }
    for (const row of open.values()) end.run(seq, name, text(row, 'resource_id'), text(row, 'principal_id'));
  }
}

/** The open rows of a rule, by what identifies a finding. */
function openFindings(database: Database, rule: FindingRule): Map<string, SqlRow> {
  const rows = database.prepare('SELECT * FROM finding WHERE rule = ? AND valid_to IS NULL').all(rule);
  return new Map(rows.map((row) => [keyOf(text(row, 'resource_id'), text(row, 'principal_id')), row]));
}

function keyOf(resourceId: string, principalId: string): string {
  return fold(`${resourceId} ${principalId}`);
}

function isSame(row: SqlRow, { severity, message, remediation, stale }: Found): boolean {
  return (
    row.severity === severity &&
    row.message === message &&
    row.remediation === remediation &&
    row.stale === (stale ? 1 : 0)
  );
}
