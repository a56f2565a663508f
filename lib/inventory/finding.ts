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

const filledText = v.pipe(text, v.trim(), v.nonEmpty());
/** A finding that an operator accepts until a date. */
export const acceptedFindingShape = v.pipe(
  v.strictObject({
    rule: v.picklist(findingRules),
    resourceId: v.optional(v.nullable(filledText), null),
    principalId: v.optional(v.nullable(filledText), null),
    reason: filledText,
    /** ISO 8601: the finding shows again from then on. */
    expires: v.pipe(
      filledText,
      v.check((value) => !Number.isNaN(Date.parse(value)), 'a date is needed'),
    ),
  }),
  v.check(({ resourceId, principalId }) => (resourceId ?? principalId) !== null, 'resourceId or principalId is needed'),
);
export type AcceptedFinding = ShapeOf<typeof acceptedFindingShape>;
