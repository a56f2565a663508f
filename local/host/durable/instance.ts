import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { TypedData } from '../core-types.ts';
import type { HostedFunction, Invoke } from '../invocation.ts';
import { errorText, writeLog } from '../log.ts';
import {
  endOf,
  eventTypes,
  type HistoryEvent,
  type Message,
  pendingOf,
  stamp,
  type TaskScheduled,
  type TimerCreated,
} from './history.ts';
import type { HistoryStore, StoredHistory } from './history-store.ts';
import { takeTurn } from './turn.ts';

/** What the instances of this process share. */
export interface InstanceHost {
  readonly store: HistoryStore;
  readonly invoke: Invoke;
  /** By lower-cased name. */
  readonly activities: ReadonlyMap<string, HostedFunction>;
  /** Limits how many activities run at the same time. */
  readonly limitActivities: <T>(run: () => Promise<T>) => Promise<T>;
  /** Aborted when the host stops. Nothing is written after that, and the next host repeats what was running. */
  readonly signal: AbortSignal;
}

/** An instance that this process drives. */
export interface DrivenInstance {
  readonly history: readonly HistoryEvent[];
  terminate(reason: string): void;
  /** Resolves when it has ended, when another host drives it, or when the host stops. Never rejects. */
  readonly finished: Promise<void>;
}

const longestDetails = 8_000;
const firstWaitMs = 500;
const longestWaitMs = 10_000;
/** The longest wait that a timer of Node supports. */
const longestTimerMs = 2 ** 31 - 1;

/** Drives an instance from the end of its history to its own end, one event per turn. */
export function driveInstance(
  instanceId: string,
  orchestrator: HostedFunction,
  stored: StoredHistory,
  host: InstanceHost,
): DrivenInstance {
  const { store } = host;
  let { history } = stored;
  const inbox: Message[] = [];
  let wake: () => void = () => undefined;

  // The host's signal lives as long as the host, so each instance removes its one listener at its end.
  const over = new AbortController();
  const { signal } = over;
  function stop(): void {
    over.abort();
    wake();
  }
  host.signal.addEventListener('abort', stop, { once: true });
  if (host.signal.aborted) stop();

  function receive(message: Message): void {
    inbox.push(message);
    wake();
  }

  function begin(events: readonly HistoryEvent[]): void {
    for (const event of pendingOf(events)) {
      if (event.EventType === eventTypes.TaskScheduled) {
        const activity = host.activities.get(event.Name.toLowerCase());
        void host.limitActivities(() => runActivity(activity, event, host.invoke)).then(receive);
      } else void fire(event);
    }
  }

  async function fire({ EventId: TimerId, Timestamp, FireAt }: TimerCreated): Promise<void> {
    // Never longer than requested, even when the clock has jumped.
    const waitMs = Math.min(Date.parse(FireAt) - Date.now(), Date.parse(FireAt) - Date.parse(Timestamp));
    const until = performance.now() + waitMs;
    for (let left = waitMs; left > 0 && !signal.aborted; left = until - performance.now()) {
      // A stop ends the wait and the loop.
      await delay(Math.min(left, longestTimerMs), undefined, { signal, ref: false }).catch(() => undefined);
    }
    if (!signal.aborted) receive({ ...stamp(new Date()), EventType: eventTypes.TimerFired, TimerId, FireAt });
  }

  async function nextMessage(): Promise<Message | null> {
    while (inbox.length === 0 && !signal.aborted) {
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
    return signal.aborted ? null : (inbox.shift() ?? null);
  }

  async function drive(): Promise<void> {
    let at = stored;
    // The last line is either a whole turn or the start, before any turn.
    const begun = history.some((event) => event.EventType === eventTypes.OrchestratorCompleted);
    if (begun) begin(history);
    for (let message = begun ? await nextMessage() : null; !signal.aborted; message = await nextMessage()) {
      const request = { instanceId, orchestrator, invoke: host.invoke, history, message, now: new Date() };
      const events = await takeTurn(request);
      const appended = await appendOnce(at, events);
      if (appended === null) return;
      at = appended;
      history = at.history;
      if (endOf(history) !== undefined) return;
      begin(events);
    }
  }

  /** Waits for unavailable storage. @returns null when another host continues the instance, or this one stops */
  async function appendOnce(at: StoredHistory, events: readonly HistoryEvent[]): Promise<StoredHistory | null> {
    for (let waitMs = firstWaitMs; !signal.aborted; waitMs = Math.min(waitMs * 2, longestWaitMs)) {
      try {
        return await store.append(instanceId, at, events);
      } catch (error) {
        writeLog('warning', orchestrator.name, `cannot write its history, trying again: ${errorText(error)}`);
        await delay(waitMs, undefined, { signal }).catch(() => undefined);
      }
    }
    return null;
  }

  return {
    get history() {
      return history;
    },
    terminate(reason) {
      inbox.unshift({ ...stamp(new Date()), EventType: eventTypes.ExecutionTerminated, Input: JSON.stringify(reason) });
      wake();
    },
    finished: drive()
      .catch((error: unknown) => {
        writeLog('error', orchestrator.name, `gives up its instance ${instanceId}: ${errorText(error)}`);
      })
      .finally(() => {
        host.signal.removeEventListener('abort', stop);
        stop();
      }),
  };
}

/** Runs a scheduled activity. @returns its result or its failure, for the orchestrator */
async function runActivity(
  activity: HostedFunction | undefined,
  { EventId, Name, Input }: TaskScheduled,
  invoke: Invoke,
): Promise<Message> {
  try {
    if (activity === undefined) throw new RangeError(`there is no activity '${Name}'`);
    const data = { json: Input };
    const { returnValue } = await invoke(activity, { invocationId: randomUUID(), data, triggerMetadata: {} });
    const event = { ...stamp(new Date()), EventType: eventTypes.TaskCompleted, TaskScheduledId: EventId };
    return { ...event, Result: jsonOf(returnValue) };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return {
      ...stamp(new Date()),
      EventType: eventTypes.TaskFailed,
      TaskScheduledId: EventId,
      Reason: `Activity function '${Name}' failed: ${message}`.slice(0, longestDetails),
      Details: message.slice(0, longestDetails),
    };
  }
}

function jsonOf(value: TypedData | null | undefined): string {
  return value?.json ?? JSON.stringify(value?.string ?? value?.int ?? value?.double ?? null);
}
