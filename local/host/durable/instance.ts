import { setTimeout as delay } from 'node:timers/promises';
import type { HostedFunction, Invoke } from '../invocation.ts';
import { errorText, writeLog } from '../log.ts';
import { runActivity } from './activity.ts';
import { endOf, eventTypes, type HistoryEvent, type Message, pendingOf, stamp, type TimerCreated } from './history.ts';
import type { HistoryStore, StoredHistory } from './history-store.ts';
import { takeTurn } from './turn.ts';

/** What instances of this process share. */
export interface InstanceHost {
  readonly store: HistoryStore;
  readonly invoke: Invoke;
  /** By lower-cased name. */
  readonly activities: ReadonlyMap<string, HostedFunction>;
  /** Runs something when one of the places for activities is free. */
  readonly inTurn: <T>(run: () => Promise<T>) => Promise<T>;
  /** The host stops: nothing is written any more, what is under way is done again by the next. */
  readonly signal: AbortSignal;
}

/** An instance that this process drives. */
export interface DrivenInstance {
  readonly history: readonly HistoryEvent[];
  terminate(reason: string): void;
  /** Settles when it has ended, when somebody else has taken it, or when the host stops; never rejects. */
  readonly finished: Promise<void>;
}

const firstWaitMs = 500;
const longestWaitMs = 10_000;
/** The longest wait that a timer of Node can hold. */
const longestTimerMs = 2 ** 31 - 1;

/** Drives an instance from where its history ends to its end, one event a turn. */
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

  // One listener for each instance, which goes when it ends: the host's signal lives for as long as the host.
  const over = new AbortController();
  const { signal } = over;
  function stop(): void {
    over.abort();
    wake();
  }
  host.signal.addEventListener('abort', stop, { once: true });
  if (host.signal.aborted) stop();

  function tell(message: Message): void {
    inbox.push(message);
    wake();
  }

  function begin(events: readonly HistoryEvent[]): void {
    for (const event of pendingOf(events)) {
      if (event.EventType === eventTypes.TaskScheduled) {
        const activity = host.activities.get(event.Name.toLowerCase());
        void host.inTurn(() => runActivity(activity, event, host.invoke)).then(tell);
      } else void fire(event);
    }
  }

  async function fire({ EventId: TimerId, Timestamp, FireAt }: TimerCreated): Promise<void> {
    // whichever way the clock has jumped since, no longer than was asked for
    const waitMs = Math.min(Date.parse(FireAt) - Date.now(), Date.parse(FireAt) - Date.parse(Timestamp));
    const until = performance.now() + waitMs;
    for (let left = waitMs; left > 0 && !signal.aborted; left = until - performance.now()) {
      // a stop ends the wait, and the loop
      await delay(Math.min(left, longestTimerMs), undefined, { signal, ref: false }).catch(() => undefined);
    }
    if (!signal.aborted) tell({ ...stamp(new Date()), EventType: eventTypes.TimerFired, TimerId, FireAt });
  }

  async function hear(): Promise<Message | null> {
    while (inbox.length === 0 && !signal.aborted) {
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
    return signal.aborted ? null : (inbox.shift() ?? null);
  }

  async function drive(): Promise<void> {
    let at = stored;
    // the last line is a whole turn, or the start, which is followed by none yet
    const begun = history.some((event) => event.EventType === eventTypes.OrchestratorCompleted);
    if (begun) begin(history);
    for (let message = begun ? await hear() : null; !signal.aborted; message = await hear()) {
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

  /** Storage that is away is waited for, as in Azure. @returns null when somebody else goes on with it, or the host stops */
  async function appendOnce(at: StoredHistory, events: readonly HistoryEvent[]): Promise<StoredHistory | null> {
    for (let waitMs = firstWaitMs; !signal.aborted; waitMs = Math.min(waitMs * 2, longestWaitMs)) {
      try {
        return await store.append(instanceId, at, events);
      } catch (error) {
        writeLog('warning', orchestrator.name, `its history cannot be written, trying again: ${errorText(error)}`);
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
        writeLog('error', orchestrator.name, `its instance ${instanceId} is given up: ${errorText(error)}`);
      })
      .finally(() => {
        host.signal.removeEventListener('abort', stop);
        stop();
      }),
  };
}
