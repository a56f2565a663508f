import type { Coverage, CoverageStatus, Kind } from '../inventory/coverage.ts';
import type { ReportSource } from '../inventory/report.ts';
import type { Cell } from './columns/columns.ts';

/** Kinds of a subscription that were not read completely, in the same way and with the same way out. */
interface Gap {
  readonly kinds: readonly Kind[];
  readonly status: CoverageStatus;
  /** Of the first of the kinds. */
  readonly reason: Coverage['reason'];
}

export const gapHeader = ['Subscription', 'Name', 'Status', 'Not read completely', 'What to do', 'Reason'];

/** What a report lacks, of the kinds that it shows: rows under `gapHeader`. */
export function* gapRows({ coverage, kinds }: Pick<ReportSource, 'coverage' | 'kinds'>): Generator<readonly Cell[]> {
  for (const row of coverage) {
    for (const { kinds: lacking, status, reason } of gapsOf(row, kinds)) {
      const told = reason === null ? null : `${reason.code}: ${reason.message}`;
      yield [row.subscriptionId, row.displayName, status, lacking.join(', '), reason?.hint ?? null, told];
    }
  }
}

function gapsOf(row: Coverage, kinds: readonly Kind[]): Iterable<Gap> {
  const gaps = new Map<string, Gap>();
  for (const kind of kinds) {
    const read = row.kinds[kind];
    if (read === undefined || read.status === 'complete' || read.status === 'skipped') continue;
    const key = JSON.stringify([read.status, read.reason?.code, read.reason?.hint]);
    const { kinds: before, reason } = gaps.get(key) ?? { kinds: [], reason: read.reason };
    gaps.set(key, { kinds: [...before, kind], status: read.status, reason });
  }
  return gaps.values();
}

export const blindSpotHeader = ['Subscription', 'Name', 'Blind since', 'Known from', 'What opens it'];

/** What should be seen and is not: rows under `blindSpotHeader`. */
export function* blindSpotRows({ blindSpots }: Pick<ReportSource, 'blindSpots'>): Generator<readonly Cell[]> {
  for (const { subscriptionId, displayName, since, source, grantCommand } of blindSpots ?? []) {
    yield [subscriptionId, displayName, since, source, grantCommand];
  }
}
