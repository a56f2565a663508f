import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { RetryContext, RetryOptions } from './core-types.ts';
import type { HostedFunction } from './invocation.ts';
import { writeLog } from './log.ts';
import { parseSchedule } from './schedule.ts';
import type { TriggerHost, TriggerListener } from './trigger.ts';

interface ScheduleStatus {
  readonly Last: string;
  readonly Next: string;
  readonly LastUpdated: string;
}

/** A timer of Node holds at most 24.8 days. Longer waits are divided, as in the real host. */
const longestWaitMs = 24 * 24 * 60 * 60 * 1000;

/** How .NET writes a time that never was. */
const never = '0001-01-01T00:00:00';

/**
 * Listens to the schedule of a timer. The schedule's status lives as long as the process (the real host keeps it in a
 * blob), so no occurrence counts as missed at the start and `isPastDue` is false.
 * @see
 * https://github.com/Azure/azure-webjobs-sdk-extensions/blob/dev/src/WebJobs.Extensions/Extensions/Timers/Listener/TimerListener.cs
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

  async function invoke(): Promise<void> {
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
  }

  async function runOccurrence(at: Date): Promise<void> {
    // The invocation logs its own failure. The schedule continues.
    await Promise.allSettled([invoke()]);
    next = schedule.next(at);
    status = { Last: dateTime(at), Next: dateTime(next), LastUpdated: dateTime(at) };
    arm();
  }

  function arm(): void {
    if (stopped.signal.aborted) return;
    const waitMs = Math.max(next.getTime() - Date.now(), 0);
    waiting = setTimeout(
      // A timer that fires early must not count the same occurrence twice.
      () => (waitMs > longestWaitMs ? arm() : void runOccurrence(new Date(Math.max(next.getTime(), Date.now())))),
      Math.min(waitMs, longestWaitMs),
    );
  }

  return {
    start() {
      writeLog('information', fn.name, `the next occurrence is ${next.toISOString()}`);
      if (runOnStartup === true) void runOccurrence(new Date());
      else arm();
    },
    fire: invoke,
    async stop() {
      stopped.abort();
      clearTimeout(waiting);
    },
  };
}

/** A DateTime with its offset, as .NET writes it. */
function dateTime(date: Date): string {
  return date.toISOString().replace('Z', '+00:00');
}

/**
 * Runs an invocation, and again after a failure as the function's retry policy says. In Azure the host does this too,
 * not the app.
 * @throws the last failure, or the abort reason when the host stops during a wait
 * @see https://github.com/Azure/azure-functions-host/blob/dev/src/WebJobs.Script/Utility.cs
 */
async function withRetries(
  options: RetryOptions | undefined,
  attempt: (retry: RetryContext | undefined) => Promise<unknown>,
  signal: AbortSignal,
): Promise<void> {
  let retry: RetryContext | undefined;
  for (let failures = 0; ; failures += 1) {
    try {
      await attempt(retry);
      return;
    } catch (error) {
      if (options === undefined || (options.maxRetryCount >= 0 && failures >= options.maxRetryCount)) throw error;
      await delay(delayMs(options, failures), undefined, { signal });
      retry = { retryCount: failures + 1, maxRetryCount: options.maxRetryCount, exception: exceptionOf(error) };
    }
  }
}

/** Exponential: from the minimum, about double each time (± a random fifth), up to the maximum. */
function delayMs(options: RetryOptions, failures: number): number {
  if (options.retryStrategy === 'fixedDelay') return (options.delayInterval?.seconds ?? 0) * 1000;
  const minimumMs = (options.minimumInterval?.seconds ?? 0) * 1000;
  const maximumMs = (options.maximumInterval?.seconds ?? 0) * 1000;
  const growthMs = minimumMs * (2 ** failures - 1) * (0.8 + Math.random() * 0.4);
  return Math.min(minimumMs + growthMs, maximumMs);
}

function exceptionOf(error: unknown): RetryContext['exception'] {
  return error instanceof Error
    ? { message: error.message, stackTrace: error.stack ?? '', source: '' }
    : { message: String(error), stackTrace: '', source: '' };
}
