import { randomUUID } from 'node:crypto';
import type { HostedFunction } from './invocation.ts';
import { writeLog } from './log.ts';
import { withRetries } from './retry.ts';
import { parseSchedule } from './schedule.ts';
import type { TriggerHost, TriggerListener } from './trigger.ts';

interface ScheduleStatus {
  readonly Last: string;
  readonly Next: string;
  readonly LastUpdated: string;
}

/** The longest wait a timer of Node can hold is 24.8 days; longer ones are waited for in parts, as in the real host. */
const longestWaitMs = 24 * 24 * 60 * 60 * 1000;

/** What .NET writes for a time that never was. */
const never = '0001-01-01T00:00:00';

/**
 * Listens to a timer's schedule. The status of a schedule lives as long as the process (the real host keeps it in a blob), so
 * no occurrence is ever found missed at the start and `isPastDue` is false.
 * @see https://github.com/Azure/azure-webjobs-sdk-extensions/blob/dev/src/WebJobs.Extensions/Extensions/Timers/Listener/TimerListener.cs
 */
export function bindTimer(fn: HostedFunction, host: TriggerHost): TriggerListener {
  const { schedule: expression, runOnStartup, useMonitor } = fn.trigger;
  if (typeof expression !== 'string') throw new RangeError('the timer has no schedule');
  const schedule = parseSchedule(host.resolveSettings(expression), new Date());
  const monitored = useMonitor !== false && !schedule.subMinute;
  const stopped = new AbortController();
  let next = schedule.next(new Date());
  let status: ScheduleStatus = { Last: never, Next: dateTime(next), LastUpdated: never };
  let waiting: NodeJS.Timeout | undefined;

  const invoke = async (): Promise<void> => {
    const data = {
      json: JSON.stringify({
        Schedule: { AdjustForDST: schedule.adjustForDst },
        ScheduleStatus: monitored ? status : null,
        IsPastDue: false,
      }),
    };
    await withRetries(
      fn.metadata.retryOptions,
      (retryContext) => host.invoke(fn, { invocationId: randomUUID(), data, triggerMetadata: {}, retryContext }),
      stopped.signal,
    );
  };

  /** A failure is logged where it happens and doesn't end the schedule. */
  const runOccurrence = async (at: Date): Promise<void> => {
    await Promise.allSettled([invoke()]);
    next = schedule.next(at);
    status = { Last: dateTime(at), Next: dateTime(next), LastUpdated: dateTime(at) };
    arm();
  };

  const arm = (): void => {
    if (stopped.signal.aborted) return;
    const waitMs = Math.max(next.getTime() - Date.now(), 0);
    waiting = setTimeout(
      () => (waitMs > longestWaitMs ? arm() : void runOccurrence(laterOf(next, new Date()))),
      Math.min(waitMs, longestWaitMs),
    );
  };

  return {
    start() {
      writeLog('information', fn.name, `the next occurrence is ${next.toISOString()}`);
      if (runOnStartup === true) void runOccurrence(new Date());
      else arm();
    },
    fire: invoke,
    stop() {
      stopped.abort();
      clearTimeout(waiting);
    },
  };
}

/** A timer that fires a moment early must not count the same occurrence twice. */
function laterOf(one: Date, other: Date): Date {
  return one > other ? one : other;
}

/** As .NET writes a DateTime with its offset. */
function dateTime(date: Date): string {
  return date.toISOString().replace('Z', '+00:00');
}
