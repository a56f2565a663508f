import type { Finding } from '../../inventory/finding.ts';
import type { Columns } from './columns.ts';

/** One row per finding. */
export const findingColumns: Columns<Finding> = {
  rule: ({ rule }) => rule,
  severity: ({ severity }) => severity,
  resourceId: ({ resourceId }) => resourceId,
  principalId: ({ principalId }) => principalId,
  message: ({ message }) => message,
  remediation: ({ remediation }) => remediation,
  firstSeen: ({ firstSeen }) => firstSeen,
  stale: ({ stale }) => stale,
};
