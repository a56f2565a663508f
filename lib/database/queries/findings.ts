import {
  type AcceptedFinding,
  type Finding,
  type FindingRule,
  findingRules,
  severities,
} from '../../inventory/finding.ts';
import { fold } from '../../inventory/names/fold.ts';
import type { AsOf, FindingFilter, Page } from '../../inventory/query.ts';
import { subscriptionOf } from '../../inventory/roles/privilege.ts';
import type { Summary } from '../../inventory/summary.ts';
import type { Database } from '../database.ts';
import { integer, oneOf, type SqlRow, text } from './row-values.ts';

/** Accepted findings, and the time of the question: an acceptance ends at its date. */
export interface Accepted {
  readonly findings: readonly AcceptedFinding[];
  /** Epoch milliseconds. */
  readonly now: number;
}

/** High before medium before low; then by rule, resource and principal. */
const severityOrder = "CASE severity WHEN 'high' THEN 0 WHEN 'medium' THEN 1 ELSE 2 END";

const holds = 'valid_from <= $seq AND (valid_to IS NULL OR valid_to > $seq)';

/** Every finding of a run except the accepted ones, one at a time. */
export function* iterateFindings(
  database: Database,
  asOf: AsOf,
  filter: FindingFilter,
  accepted: Accepted,
): Generator<Finding> {
  for (const finding of findingsFrom(database, asOf, filter, 0)) if (isShown(finding, filter, accepted)) yield finding;
}

/**
 * One page of findings.
 * @param page `after` is the row to begin with. Hidden rows count too, so a new acceptance does not move later pages.
 */
export function listFindings(
  database: Database,
  asOf: AsOf,
  filter: FindingFilter,
  accepted: Accepted,
  page: { readonly limit: number; readonly after: number },
): Page<Finding> {
  const value: Finding[] = [];
  let row = page.after;
  for (const finding of findingsFrom(database, asOf, filter, page.after)) {
    const shown = isShown(finding, filter, accepted);
    if (shown && value.length === page.limit) return { value, next: { value: null, row } };
    if (shown) value.push(finding);
    row += 1;
  }
  return { value };
}

/** The findings of a run in numbers. Accepted ones count as accepted only. */
export function countFindings(database: Database, asOf: AsOf, accepted: Accepted): Summary['findings'] {
  const counts = { high: 0, medium: 0, low: 0, stale: 0, accepted: 0 };
  const byRule: Partial<Record<FindingRule, number>> = {};
  const sql = `SELECT rule, severity, resource_id, principal_id, stale FROM finding WHERE ${holds}`;
  for (const row of database.prepare(sql).iterate({ $seq: asOf.seq })) {
    const rule = oneOf(findingRules, row.rule, 'rule');
    if (isAccepted({ rule, resourceId: text(row, 'resource_id'), principalId: text(row, 'principal_id') }, accepted)) {
      counts.accepted += 1;
      continue;
    }
    counts[oneOf(severities, row.severity, 'severity')] += 1;
    counts.stale += integer(row, 'stale');
    byRule[rule] = (byRule[rule] ?? 0) + 1;
  }
  return { ...counts, byRule };
}

function* findingsFrom(database: Database, asOf: AsOf, filter: FindingFilter, row: number): Generator<Finding> {
  const where = [holds];
  const parameters: Record<string, string | number> = { $seq: asOf.seq, $row: row };
  const equal = (column: string, value: string | number | undefined): void => {
    if (value === undefined) return;
    where.push(`${column} = $${column}`);
    parameters[`$${column}`] = value;
  };
  equal('rule', filter.rule);
  equal('severity', filter.severity);
  equal('principal_id', filter.principalId);
  if (filter.resourceId !== undefined) {
    where.push('fold(resource_id) = $resource_id');
    parameters.$resource_id = fold(filter.resourceId);
  }
  equal('stale', filter.stale === undefined ? undefined : Number(filter.stale));
  const sql = `SELECT * FROM finding WHERE ${where.join(' AND ')}
    ORDER BY ${severityOrder}, rule, resource_id, principal_id LIMIT -1 OFFSET $row`;
  for (const found of database.prepare(sql).iterate(parameters)) yield toFinding(found);
}

function toFinding(row: SqlRow): Finding {
  return {
    rule: oneOf(findingRules, row.rule, 'rule'),
    severity: oneOf(severities, row.severity, 'severity'),
    resourceId: text(row, 'resource_id'),
    principalId: text(row, 'principal_id'),
    message: text(row, 'message'),
    remediation: text(row, 'remediation'),
    firstSeen: text(row, 'first_seen'),
    stale: integer(row, 'stale') === 1,
  };
}

function isShown(finding: Finding, { subscriptionId }: FindingFilter, accepted: Accepted): boolean {
  if (subscriptionId !== undefined && subscriptionOf(finding.resourceId) !== subscriptionId) return false;
  return !isAccepted(finding, accepted);
}

/** A finding is accepted by its rule and its resource, principal or both, until the acceptance expires. */
function isAccepted(
  finding: Pick<Finding, 'rule' | 'resourceId' | 'principalId'>,
  { findings, now }: Accepted,
): boolean {
  return findings.some(
    ({ rule, resourceId, principalId, expires }) =>
      rule === finding.rule &&
      (resourceId === null || sameText(resourceId, finding.resourceId)) &&
      (principalId === null || sameText(principalId, finding.principalId)) &&
      Date.parse(expires) > now,
  );
}

function sameText(a: string, b: string): boolean {
  return fold(a) === fold(b);
}
