import { Cron } from 'croner';

/**
 * When a run becomes too old for a schedule. The next run starts at the first occurrence after this run. It should have
 * ended by the second one, plus the time this run took. Later, this run is too old. With equal periods, that is twice
 * the period. A weekend without occurrences is no delay.
 * @param schedule NCRONTAB in the local time of the process, as for the host's timer: day of month and day of week must
 *   both match
 * @param finishedAt the end of the run
 * @returns null where the schedule is invalid, or has no two further occurrences
 */
export function tooOldAt(schedule: string, finishedAt: Date): Date | null {
  const cron = parsed(schedule);
  const [next, second] = cron?.nextRuns(2, finishedAt) ?? [];
  if (next === undefined || second === undefined) return null;
  const [own] = cron?.previousRuns(1, next) ?? [];
  const tookMs = own === undefined ? 0 : finishedAt.getTime() - own.getTime();
  return new Date(second.getTime() + Math.min(tookMs, second.getTime() - next.getTime()));
}

/**
 * Milliseconds between the last two occurrences of a schedule.
 * @returns null where the schedule is invalid, or has no two past occurrences
 */
export function lastPeriodMs(schedule: string, now: Date): number | null {
  const [last, before] = parsed(schedule)?.previousRuns(2, now) ?? [];
  return last === undefined || before === undefined ? null : last.getTime() - before.getTime();
}

function parsed(schedule: string): Cron | null {
  try {
    return new Cron(schedule, { domAndDow: true, sloppyRanges: true, paused: true });
  } catch {
    // The host reports such a schedule when it registers the timer.
    return null;
  }
}
