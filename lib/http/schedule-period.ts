import { Cron } from 'croner';

/** Occurrences looked at: enough for one that skips weekends. */
const occurrences = 30;

/**
 * The longest time between two runs of a schedule.
 * @param schedule NCRONTAB: day of month and day of week must both match
 * @returns milliseconds; null where the schedule is none, or never comes round twice
 */
export function schedulePeriodMs(schedule: string, from: Date): number | null {
  const times = nextTimes(schedule, from);
  const gaps = times.slice(1).map((time, index) => time.getTime() - (times[index]?.getTime() ?? time.getTime()));
  return gaps.length === 0 ? null : Math.max(...gaps);
}

function nextTimes(schedule: string, from: Date): Date[] {
  try {
    return new Cron(schedule, { domAndDow: true, sloppyRanges: true, paused: true }).nextRuns(occurrences, from);
  } catch {
    // The host refuses such a schedule when it registers the timer, and says so.
    return [];
  }
}
