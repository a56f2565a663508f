import { type Coverage, type CoverageStatus, coverageStatuses, type Kind } from '../inventory/coverage.ts';
import type { ReportSource } from '../inventory/report.ts';
import type { Cell } from './table.ts';

/** The summary in every report: which run it shows, whether it is complete, and how the subscriptions were read. */
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

/** A table of what is missing from a report. */
interface GapTable {
  readonly title: string;
  readonly header: readonly string[];
  readonly rows: readonly (readonly Cell[])[];
}

/** What is missing from a report, of the kinds that it shows. Empty tables are left out. */
export function gapTables({ coverage, kinds, blindSpots }: ReportSource): GapTable[] {
  const tables = [
    {
      title: 'Not read completely',
      header: ['Subscription', 'Name', 'Status', 'Not read completely', 'What to do', 'Reason'],
      rows: coverage.flatMap((row) => gapsOf(row, kinds).map((gap) => gapRow(row, gap))),
    },
    {
      title: 'Blind spots',
      header: ['Subscription', 'Name', 'Blind since', 'Known from', 'How to get access'],
      rows: (blindSpots ?? []).map(({ subscriptionId, displayName, since, source, grantCommand }) => {
        return [subscriptionId, displayName, since, source, grantCommand];
      }),
    },
  ];
  return tables.filter(({ rows }) => rows.length > 0);
}

/** Kinds of a subscription that share a status, a reason and a solution. */
interface Gap {
  readonly kinds: readonly Kind[];
  readonly status: CoverageStatus;
  /** The reason of the first kind. */
  readonly reason: Coverage['reason'];
}

function gapsOf(row: Coverage, kinds: readonly Kind[]): Gap[] {
  const gaps = new Map<string, Gap>();
  for (const kind of kinds) {
    const read = row.kinds[kind];
    if (read === undefined || read.status === 'complete' || read.status === 'skipped') continue;
    const key = JSON.stringify([read.status, read.reason?.code, read.reason?.hint]);
    const { kinds: before, reason } = gaps.get(key) ?? { kinds: [], reason: read.reason };
    gaps.set(key, { kinds: [...before, kind], status: read.status, reason });
  }
  return [...gaps.values()];
}

function gapRow({ subscriptionId, displayName }: Coverage, { kinds, status, reason }: Gap): readonly Cell[] {
  const reasonText = reason === null ? null : `${reason.code}: ${reason.message}`;
  return [subscriptionId, displayName, status, kinds.join(', '), reason?.hint ?? null, reasonText];
}
