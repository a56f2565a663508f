import { Cron } from 'croner';

/** The times at which a timer fires. */
export interface Schedule {
  readonly adjustForDst: boolean;
  /** It fires more than once a minute. The real host then keeps no monitor, and `scheduleStatus` is null. */
  readonly subMinute: boolean;
  next(after: Date): Date;
}

/**
 * Reads a schedule expression: NCRONTAB with six fields (or five, without seconds), or a TimeSpan (`00:05:00`,
 * `1.00:00:00`). Times are in the machine's local time, as in the real host.
 * @throws {RangeError} the expression is neither
 * @see
 * https://github.com/Azure/azure-webjobs-sdk-extensions/blob/dev/src/WebJobs.Extensions/Extensions/Timers/Scheduling/TimerSchedule.cs
 */
export function parseSchedule(expression: string, now: Date): Schedule {
  const schedule = cronSchedule(expression, now) ?? constantSchedule(expression);
  if (schedule === null) {
    throw new RangeError(
      `The schedule expression '${expression}' was not recognized as a valid cron expression or timespan string.`,
    );
  }
  return schedule;
}

/** NCRONTAB: numbers, names of months and days, `*`, lists, ranges, steps; no years, `L`, `W`, `#`, `?`. */
const ncrontabField = /^(?:[\d*,/-]|jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|sun|mon|tue|wed|thu|fri|sat)+$/i;

function cronSchedule(expression: string, now: Date): Schedule | null {
  const fields = expression.trim().split(/\s+/);
  if ((fields.length !== 5 && fields.length !== 6) || !fields.every((field) => ncrontabField.test(field))) return null;
  let cron: Cron;
  try {
    // As in NCrontab, day of month AND day of week must match (Unix: OR), and `5/10` without a range is a step.
    cron = new Cron(fields.join(' '), { domAndDow: true, sloppyRanges: true, paused: true });
  } catch (error) {
    throw new RangeError(`The schedule expression '${expression}' is not a valid cron expression: ${String(error)}`);
  }
  const next = (after: Date): Date => {
    const date = cron.nextRun(after);
    if (date === null) throw new RangeError(`The schedule expression '${expression}' never occurs.`);
    return date;
  };
  const first = next(now);
  const second = next(first);
  return { adjustForDst: true, subMinute: second.getTime() <= now.getTime() + 60_000, next };
}

/** `[d.]hh:mm[:ss[.fff]]`, or a number of days. */
const timeSpan =
  /^(?:(?:(?<days>\d+)\.)?(?<hours>\d{1,2}):(?<minutes>\d{1,2})(?::(?<seconds>\d{1,2}(?:\.\d{1,7})?))?|(?<only>\d+))$/;

function constantSchedule(expression: string): Schedule | null {
  const groups = timeSpan.exec(expression.trim())?.groups;
  if (groups === undefined) return null;
  const part = (name: string) => Number(groups[name] ?? 0);
  const days = part('days') + part('only');
  const [hours, minutes, seconds] = [part('hours'), part('minutes'), part('seconds')];
  if (hours > 23 || minutes > 59 || seconds >= 60) return null;
  const periodMs = (((days * 24 + hours) * 60 + minutes) * 60 + seconds) * 1000;
  if (periodMs === 0) return null;
  return {
    adjustForDst: false,
    subMinute: periodMs < 60_000,
    next: (after) => new Date(after.getTime() + periodMs),
  };
}
