import type { LastRun } from '../lib/http/context.ts';
import { tooOldAt } from '../lib/http/schedule-times.ts';
import { startOf } from '../lib/inventory/run.ts';

/** For a schedule that expects nothing more: no run is ever late. */
const never = '9999-12-31T00:00:00.000Z';

/**
 * One line of JSON that says when the newest run becomes too old for the schedule, as `GET health` judges it. The alert
 * `run-late` compares that time with its own: it need not know the schedule. docs/operations.md describes the fields.
 * @param lastRun the newest run that was published; null = none yet
 * @param oldestRunId of the runs on record: as long as none was published, the first one should have been
 */
export function scheduleLine(schedule: string, lastRun: LastRun | null, oldestRunId: string | null, now: Date): string {
  const firstStart = oldestRunId === null ? now : new Date(startOf(oldestRunId));
  const since = lastRun === null ? firstStart : new Date(lastRun.finishedAt);
  return JSON.stringify({
    // Keep it first: the query matches the beginning of the line.
    event: 'inventorySchedule',
    schedule,
    lastFinishedAt: lastRun?.finishedAt ?? null,
    lateAfter: tooOldAt(schedule, since)?.toISOString() ?? never,
  });
}
