import { coverageStatuses } from '../inventory/coverage.ts';
import type { ReportSource } from '../inventory/report.ts';
import type { Cell } from './columns/columns.ts';

/** What every report says of itself: which run it shows, whether that is all, and how the subscriptions were read. */
export function coverageSummary(source: ReportSource): readonly (readonly [string, Cell])[] {
  const { asOf, complete, counts, reason, changesAfter } = source;
  return [
    ['complete', complete],
    ['runId', asOf.runId],
    ['asOf', asOf.finishedAt],
    ...(changesAfter === null ? [] : [['changesAfter', changesAfter.finishedAt] as const]),
    ...coverageStatuses.map((status): readonly [string, Cell] => [`subscriptions ${status}`, counts[status]]),
    ['blindSpots', counts.blindSpots ?? 'cannot be known'],
    ...(reason === null ? [] : [['reason', `${reason.code}: ${reason.message}`] as const]),
  ];
}
