import { setTimeout as delay } from 'node:timers/promises';
import type { HostedFunction, Invoke } from '../invocation.ts';
import { errorText, writeLog } from '../log.ts';
import { runActivity } from './activity.ts';
import { endOf, eventTypes, type HistoryEvent, type Message, pendingOf, stamp, type TimerCreated } from './history.ts';
import type { HistoryStore, StoredHistory } from './history-store.ts';
import { timerDelayMs } from './timer-delay.ts';
import { takeTurn } from './turn.ts';

/** What the instances of this process share. */
export interface InstanceHost {
  readonly store: HistoryStore;
  readonly invoke: Invoke;
  /** By lower-cased name. */
  readonly activities: ReadonlyMap<string, HostedFunction>;
  /** Limits how many activities run at the same time. */
  readonly limitActivities: <T>(run: () => Promise<T>) => Promise<T>;
  /** Aborted when the host stops. A turn that has begun is ended; the next host repeats activities that were running. */
  readonly signal: AbortSignal;
}

/** An instance that this process drives. */
export interface DrivenInstance {
  readonly history: readonly HistoryEvent[];
  terminate(reason: string): void;
  /** Resolves when it has ended, when another host drives it, or when the host stops. Never rejects. */
  readonly finished: Promise<void>;
}

const firstWaitMs = 500;
const longestWaitMs = 10_000;
/** The longest wait that a timer of Node supports. */
const longestTimerMs = 2 ** 31 - 1;

/** Drives an instance from the end of its history to its own end. A turn receives all events that have arrived. */
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
    const createdAt = Date.parse(Timestamp);
    const delayMs = timerDelayMs(Date.parse(FireAt) - createdAt);
    const waitMs = Math.min(createdAt + delayMs - Date.now(), delayMs);
    const until = performance.now() + waitMs;
    for (let left = waitMs; left > 0 && !signal.aborted; left = until - performance.now()) {
      // A stop ends the wait and the loop.
      await delay(Math.min(left, longestTimerMs), undefined, { signal, ref: false }).catch(() => undefined);
    }
    if (!signal.aborted) receive({ ...stamp(new Date(createdAt)), EventType: eventTypes.TimerFired, TimerId, FireAt });
  }

  /** @returns none when the host stops */
  async function nextMessages(): Promise<readonly Message[]> {
    while (inbox.length === 0 && !signal.aborted) {
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
    return signal.aborted ? [] : inbox.splice(0);
  }

  async function drive(): Promise<void> {
    // The last line is either a whole turn or the start, before any turn.
    const begun = history.some((event) => event.EventType === eventTypes.OrchestratorCompleted);
    if (begun) begin(history);
    let at = stored;
    for (let messages = begun ? await nextMessages() : []; !signal.aborted; messages = await nextMessages()) {
      const inTurn = await append(at, []);
      if (inTurn === null) return;
      const instance = { instanceId, orchestrator, invoke: host.invoke, isActivity: isActivity(host), history };
      const events = await takeTurn({ ...instance, messages, now: new Date() });
      const appended = await append(inTurn, events);
      if (appended === null) return;
      at = appended;
      history = at.history;
      if (endOf(history) !== undefined) return;
      begin(events);
    }
  }

  /**
   * Waits for unavailable storage until the host stops.
   * @returns null when another host continues the instance, or storage is unavailable at the stop
   */
  async function append(to: StoredHistory, events: readonly HistoryEvent[]): Promise<StoredHistory | null> {
    for (let waitMs = firstWaitMs; ; waitMs = Math.min(waitMs * 2, longestWaitMs)) {
      try {
        return await store.append(instanceId, to, events);
      } catch (error) {
        writeLog('warning', orchestrator.name, `cannot write its history, trying again: ${errorText(error)}`);
        await delay(waitMs, undefined, { signal }).catch(() => undefined);
        if (signal.aborted) return null;
      }
    }
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

function isActivity({ activities }: Pick<InstanceHost, 'activities'>): (name: string) => boolean {
  return (name) => activities.has(name.toLowerCase());
}
