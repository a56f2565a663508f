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
export interface Finding {
  readonly rule: FindingRule;
  readonly severity: Severity;
  readonly resourceId: string;
  readonly principalId: string;
  readonly message: string;
  /** What to do, with the exact command where there is one. */
  readonly remediation: string;
  /** Time of the run that found it first. */
  readonly firstSeen: string;
  /** What it rests on was not read since: it may be gone. */
  readonly stale: boolean;
}

/** A finding that somebody has looked at and accepts, until a date. */
export interface AcceptedFinding {
  readonly rule: FindingRule;
  readonly resourceId: string | null;
  readonly principalId: string | null;
  readonly reason: string;
  /** ISO 8601: from then on it shows again. */
  readonly expires: string;
}
