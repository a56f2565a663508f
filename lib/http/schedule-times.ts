import { Cron } from 'croner';

/**
 * When a run is too old for a schedule: the second occurrence after its end has come, and had as long as the run itself to end.
 * Where occurrences are equally far apart that is twice their distance; a weekend without any is no delay.
 * @param schedule NCRONTAB, in the local time of the process as the host's timer: day of month and day of week must both match
 * @param finishedAt the end of the run
 * @returns null where the schedule is none, or does not come round twice
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
 * The time between the last two occurrences of a schedule, as of now.
 * @returns milliseconds; null where the schedule is none, or has not come round twice
 */
export function lastPeriodMs(schedule: string, now: Date): number | null {
  const [last, before] = parsed(schedule)?.previousRuns(2, now) ?? [];
  return last === undefined || before === undefined ? null : last.getTime() - before.getTime();
}

function parsed(schedule: string): Cron | null {
  try {
    return new Cron(schedule, { domAndDow: true, sloppyRanges: true, paused: true });
  } catch {
    // The host refuses such a schedule when it registers the timer, and says so.
    return null;
  }
}
