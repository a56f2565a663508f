import type { Change } from '../../lib/inventory/change.ts';
import { changesCsv } from '../../lib/reports/csv.ts';
import type { Presentation } from '../output/result.ts';
import { lastSegment } from './cell-text.ts';
import { changeText } from './change-text.ts';

/** Changes in a table and as CSV. What is named by a guid (a role assignment, a subscription) is told by the text. */
export const changePresentation: Presentation<Change> = {
  columns: [
    { header: 'At', cell: ({ at }) => at.replace(/\.\d+Z$/, 'Z'), leastWidth: 20, rank: 4 },
    { header: 'Kind', cell: ({ kind }) => kind, leastWidth: 16, rank: 0 },
    { header: 'Resource', cell: ({ resourceId }) => lastSegment(resourceId), leastWidth: 24, rank: 1 },
    { header: 'PrincipalId', cell: ({ principalId }) => principalId ?? '', leastWidth: 36, rank: 3, optional: true },
    { header: 'Change', cell: changeText, leastWidth: 40, rank: 2 },
  ],
  csv: changesCsv,
};
