import {
  type AcceptedFinding,
  type Finding,
  type FindingRule,
  findingRules,
  type Severity,
  severities,
} from '../../inventory/finding.ts';
import { subscriptionOf } from '../../inventory/privilege.ts';
import type { Database } from '../database.ts';
import { integer, oneOf, type SqlRow, text } from './columns.ts';
import type { AsOf, Page } from './types.ts';

export interface FindingFilter {
  readonly rule?: FindingRule;
  readonly severity?: Severity;
  /** Of the resource that it is about, lower case. */
  readonly subscriptionId?: string;
  readonly principalId?: string;
  readonly stale?: boolean;
}

/** What is silenced, and when that is asked: an acceptance ends at its date. */
export interface Accepted {
  readonly findings: readonly AcceptedFinding[];
  /** Epoch milliseconds. */
  readonly now: number;
}

/** High before medium before low; then by rule, resource and principal. */
const severityOrder = "CASE severity WHEN 'high' THEN 0 WHEN 'medium' THEN 1 ELSE 2 END";

/** Every finding that a run had, one after the other, but for those that are accepted. */
export function* iterateFindings(
  database: Database,
  asOf: AsOf,
  filter: FindingFilter,
  accepted: Accepted,
): Generator<Finding> {
  const where = ['valid_from <= $seq', '(valid_to IS NULL OR valid_to > $seq)'];
  const parameters: Record<string, string | number> = { $seq: asOf.seq };
  const equal = (column: string, value: string | number | undefined): void => {
    if (value === undefined) return;
    where.push(`${column} = $${column}`);
    parameters[`$${column}`] = value;
  };
  equal('rule', filter.rule);
  equal('severity', filter.severity);
  equal('principal_id', filter.principalId);
  equal('stale', filter.stale === undefined ? undefined : Number(filter.stale));
  const sql = `SELECT * FROM finding WHERE ${where.join(' AND ')}
    ORDER BY ${severityOrder}, rule, resource_id, principal_id`;
  for (const row of database.prepare(sql).iterate(parameters)) {
    const finding = toFinding(row);
    if (filter.subscriptionId !== undefined && subscriptionOf(finding.resourceId) !== filter.subscriptionId) continue;
    if (!isAccepted(finding, accepted)) yield finding;
  }
}

/** One page of them; `after` is how many came before. */
export function listFindings(
  database: Database,
  asOf: AsOf,
  filter: FindingFilter,
  accepted: Accepted,
  page: { readonly limit: number; readonly after: number },
): Page<Finding> {
  const value: Finding[] = [];
  let at = 0;
  for (const finding of iterateFindings(database, asOf, filter, accepted)) {
    if (at++ < page.after) continue;
    if (value.length === page.limit) return { value, next: { value: null, row: page.after + page.limit } };
    value.push(finding);
  }
  return { value };
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

/** Accepted by its rule and by what it names (resource, principal, or both), until the date has come. */
function isAccepted(finding: Finding, { findings, now }: Accepted): boolean {
  return findings.some(
    ({ rule, resourceId, principalId, expires }) =>
      rule === finding.rule &&
      (resourceId === null || sameText(resourceId, finding.resourceId)) &&
      (principalId === null || sameText(principalId, finding.principalId)) &&
      Date.parse(expires) > now,
  );
}

function sameText(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}
