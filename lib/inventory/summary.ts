import * as v from 'valibot';
import { blindSpotShape, coverageCountsShape, coverageShape } from './coverage.ts';
import { findingRules } from './finding.ts';
import { runShape } from './run.ts';
import { count, nullableText, type ShapeOf, text, time } from './shape.ts';

/** What every answer from the inventory says of itself: the run that it shows, and how complete it is. */
export const shownEntries = { asOf: time, runId: text, complete: v.boolean(), coverage: coverageCountsShape };

const gapShape = v.pick(coverageShape, ['subscriptionId', 'displayName', 'status', 'reason']);

/** The inventory as of one run, on one page. */
export const summaryShape = v.object({
  ...shownEntries,
  version: text,
  /** The newest file is damaged, and this answer comes from the one before. */
  damaged: v.boolean(),
  /** Why the run as a whole is not complete. */
  reason: runShape.entries.reason,
  previousRunId: nullableText,
  /** Machines that exist, stale ones included. */
  machines: v.object({
    virtualMachines: count,
    scaleSets: count,
    arcMachines: count,
    stale: count,
    /** Of all types of machines; each machine counts once. */
    byIdentityType: v.object({ none: count, systemAssigned: count, userAssigned: count, both: count }),
  }),
  principals: v.object({ attached: count }),
  /** By severity, without the accepted ones. */
  findings: v.object({
    high: count,
    medium: count,
    low: count,
    stale: count,
    accepted: count,
    byRule: v.record(v.picklist(findingRules), count),
  }),
  changes: runShape.entries.changes,
  /** Up to five subscriptions that were not read completely, the worst first. */
  gaps: v.array(gapShape),
  /** Up to five; null where they cannot be known. */
  blindSpots: v.nullable(v.array(blindSpotShape)),
  /** Up to 60 runs, the last one being that of the answer. */
  runs: v.array(
    v.object({
      runId: text,
      finishedAt: time,
      complete: v.boolean(),
      virtualMachineCount: count,
      principalCount: count,
    }),
  ),
});
export type Summary = ShapeOf<typeof summaryShape>;
