import * as v from 'valibot';
import { type ShapeOf, text, time } from './shape.ts';

export const findingRules = [
  'privilegedIdentity',
  'idlePrivilegedIdentity',
  'sharedIdentity',
  'danglingIdentity',
  'orphanedRoleAssignment',
  'crossSubscriptionAccess',
  'recreatedPrincipalKeepsRoles',
] as const;
export type FindingRule = (typeof findingRules)[number];

export const severities = ['high', 'medium', 'low'] as const;
export type Severity = (typeof severities)[number];

/** What deserves a look. */
export const findingShape = v.object({
  rule: v.picklist(findingRules),
  severity: v.picklist(severities),
  resourceId: text,
  principalId: text,
  message: text,
  /** What to do, with the exact command where there is one. */
  remediation: text,
  /** Time of the run that found it first. */
  firstSeen: time,
  /** Its evidence was not read again since: the finding may be gone. */
  stale: v.boolean(),
});
export type Finding = ShapeOf<typeof findingShape>;

/** A finding that an operator accepts until a date. */
export interface AcceptedFinding {
  readonly rule: FindingRule;
  readonly resourceId: string | null;
  readonly principalId: string | null;
  readonly reason: string;
  /** ISO 8601: the finding shows again from then on. */
  readonly expires: string;
}
