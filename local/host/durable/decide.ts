import { eventTypes, type HistoryEvent, stamp, type TaskScheduled, type TimerCreated } from './history.ts';
import type { Action, OrchestratorState, RetryPolicy } from './orchestrator-state.ts';

/** The orchestrator does not do what it did: its history cannot be continued. */
export class NonDeterministicError extends Error {
  override readonly name = 'NonDeterministicError';
}

export interface Decisions {
  /** What is to begin now, in the order of its numbers. */
  readonly scheduled: readonly (TaskScheduled | TimerCreated)[];
  /** Every action has been carried out, and the orchestrator says that it is done. */
  readonly done: boolean;
}

type Done = (succeeded: boolean) => void;

/**
 * Carries out an orchestrator's actions against its history, as the real engine does: one action after the other, each number
 * given when its task or timer is asked for, and each compared by number, kind and name with what history has under it. What
 * history has not is new.
 * @param history to its end, with the event of this turn
 * @throws {NonDeterministicError} history and actions do not fit
 * @see https://github.com/Azure/azure-functions-durable-extension/blob/dev/src/WebJobs.Extensions.DurableTask/Listener/OutOfProcOrchestrationShim.cs
 * @see https://github.com/Azure/durabletask/blob/main/src/DurableTask.Core/TaskOrchestrationContext.cs
 */
export function decide(history: readonly HistoryEvent[], state: OrchestratorState): Decisions {
  const decided = new Map<number, TaskScheduled | TimerCreated>();
  const open = new Map<number, Done>();
  let next = 0;
  let now = new Date(0);
  let carriedOut = false;

  function ask(decision: (id: number) => TaskScheduled | TimerCreated, done: Done): void {
    const id = next++;
    decided.set(id, decision(id));
    open.set(id, done);
  }
  const task = (Name: string, input: unknown, done: Done): void =>
    ask(
      (id) => ({ ...stamp(now, id), EventType: eventTypes.TaskScheduled, Name, Input: JSON.stringify(input ?? null) }),
      done,
    );
  const timer = (fireAt: Date, done: Done): void =>
    ask((id) => ({ ...stamp(now, id), EventType: eventTypes.TimerCreated, FireAt: fireAt.toISOString() }), done);

  /** Each failed attempt is followed by a timer; the one after the last attempt has no delay. */
  function attempt(name: string, input: unknown, policy: RetryPolicy, count: number, done: Done): void {
    task(name, input, (succeeded) => {
      if (succeeded) {
        done(true);
        return;
      }
      const last = count === policy.maxNumberOfAttempts;
      const again = (): void => (last ? done(false) : attempt(name, input, policy, count + 1, done));
      timer(new Date(now.getTime() + (last ? 0 : delayMs(policy, count))), again);
    });
  }

  function carryOut(action: Action, done: Done): void {
    if (action.actionType === 0) task(action.functionName, action.input, done);
    else if (action.actionType === 1) attempt(action.functionName, action.input, action.retryOptions, 1, done);
    else if (action.actionType === 5) timer(new Date(action.fireAt), done);
    else {
      const all = action.compoundActions;
      // all have to end, whether they fail or not; of any, the first
      let left = action.actionType === 12 ? all.length : 1;
      const one = (): void => {
        left -= 1;
        if (left === 0) done(true);
      };
      for (const each of all) carryOut(each, one);
    }
  }

  function carryOutFrom(index: number): void {
    const action = state.actions[0][index];
    if (action === undefined) carriedOut = true;
    // failures are the orchestrator's to see; the engine goes on to what it decided next
    else carryOut(action, () => carryOutFrom(index + 1));
  }

  function confirm(event: TaskScheduled | TimerCreated): void {
    const decision = decided.get(event.EventId);
    const same =
      decision?.EventType === event.EventType &&
      (event.EventType !== eventTypes.TaskScheduled ||
        (decision.EventType === eventTypes.TaskScheduled && decision.Name === event.Name));
    if (!same)
      throw new NonDeterministicError(`History has ${describe(event)}, the orchestrator ${describe(decision)}`);
    decided.delete(event.EventId);
  }

  function complete(id: number, succeeded: boolean): void {
    const done = open.get(id);
    open.delete(id);
    done?.(succeeded);
  }

  for (const event of history) {
    if (event.EventType === eventTypes.OrchestratorStarted) now = new Date(event.Timestamp);
    else if (event.EventType === eventTypes.ExecutionStarted) carryOutFrom(0);
    else if (event.EventType === eventTypes.TaskCompleted) complete(event.TaskScheduledId, true);
    else if (event.EventType === eventTypes.TaskFailed) complete(event.TaskScheduledId, false);
    else if (event.EventType === eventTypes.TimerFired) complete(event.TimerId, true);
    else if (event.EventType === eventTypes.TaskScheduled || event.EventType === eventTypes.TimerCreated)
      confirm(event);
  }
  return { scheduled: [...decided.values()], done: carriedOut && state.isDone };
}

function delayMs(policy: RetryPolicy, failures: number): number {
  const { firstRetryIntervalInMilliseconds, backoffCoefficient = 1, maxRetryIntervalInMilliseconds } = policy;
  const wanted = firstRetryIntervalInMilliseconds * backoffCoefficient ** (failures - 1);
  return Math.min(wanted, maxRetryIntervalInMilliseconds ?? wanted);
}

function describe(event: TaskScheduled | TimerCreated | undefined): string {
  if (event === undefined) return 'nothing under that number';
  return event.EventType === eventTypes.TaskScheduled
    ? `activity '${event.Name}' as ${event.EventId}`
    : `a timer as ${event.EventId}`;
}
