import type { Coverage, CoverageStatus, Kind } from '../inventory/coverage.ts';
import type { ReportSource } from '../inventory/report.ts';

/** A kind of a subscription that was not read completely. */
export interface Gap {
  readonly subscriptionId: string;
  readonly displayName: string;
  readonly kind: Kind;
  readonly status: CoverageStatus;
  readonly reason: Coverage['reason'];
}

/** What a report lacks, of the kinds that it shows. */
export function* gapsOf({ coverage, kinds }: Pick<ReportSource, 'coverage' | 'kinds'>): Generator<Gap> {
  for (const { subscriptionId, displayName, kinds: read } of coverage) {
    for (const kind of kinds) {
      const found = read[kind];
      if (found === undefined || found.status === 'complete' || found.status === 'skipped') continue;
      yield { subscriptionId, displayName, kind, status: found.status, reason: found.reason };
    }
  }
}
