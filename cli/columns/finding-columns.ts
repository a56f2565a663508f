import type { Finding } from '../../lib/inventory/finding.ts';
import { findingsCsv } from '../../lib/reports/csv.ts';
import type { Presentation } from '../output/result.ts';
import { lastSegment, timeText } from './cell-text.ts';

/** Findings in a table and as CSV. The other output formats also have the remediation. */
export const findingPresentation: Presentation<Finding> = {
  columns: [
    { header: 'Severity', cell: ({ severity }) => severity, leastWidth: 8, rank: 0 },
    { header: 'Rule', cell: ({ rule }) => rule, leastWidth: 16, rank: 1 },
    { header: 'Resource', cell: ({ resourceId }) => lastSegment(resourceId), leastWidth: 16, rank: 4 },
    { header: 'PrincipalId', cell: ({ principalId }) => principalId, leastWidth: 36, rank: 3 },
    { header: 'Message', cell: ({ message }) => message, leastWidth: 60, rank: 2 },
    { header: 'FirstSeen', cell: ({ firstSeen }) => timeText(firstSeen), leastWidth: 20, rank: 6 },
    { header: 'Mark', cell: ({ stale }) => (stale ? 'stale' : ''), leastWidth: 5, rank: 5, optional: true },
  ],
  csv: findingsCsv,
};
