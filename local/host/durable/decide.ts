import { eventTypes, type HistoryEvent, stamp, type TaskScheduled, type TimerCreated } from './history.ts';
import type { Action, RetryPolicy } from './orchestrator-state.ts';

/** The orchestrator decides differently than before, so its history cannot continue. In the engine's words. */
export class NonDeterministicError extends Error {
  override readonly name = 'NonDeterministicError';
}

export interface Decisions {
  /** Tasks and timers to start now, ordered by number. */
  readonly scheduled: readonly (TaskScheduled | TimerCreated)[];
  /** Every action has been carried out. */
  readonly carriedOut: boolean;
}

type Done = (succeeded: boolean) => void;

/**
 * Carries out an orchestrator's actions against its history, one after the other, as the real engine does. Each
 * requested task or timer gets the next number and must match the history's event of that number in kind and name. What
 * the history lacks is new. A call of an activity that does not exist gets no number and fails unseen, so the
 * orchestrator waits forever.
 * @param history complete, including the events of this turn
 * @throws {NonDeterministicError} history and actions do not match
 * @see
 * https://github.com/Azure/azure-functions-durable-extension/blob/dev/src/WebJobs.Extensions.DurableTask/Listener/OutOfProcOrchestrationShim.cs
 * @see https://github.com/Azure/durabletask/blob/main/src/DurableTask.Core/TaskOrchestrationContext.cs
 */
export function decide(
  history: readonly HistoryEvent[],
  actions: readonly Action[],
  isActivity: (name: string) => boolean,
): Decisions {
  const decided = new Map<number, TaskScheduled | TimerCreated>();
  const open = new Map<number, Done>();
  let next = 0;
  let now = new Date(0);
  let carriedOut = false;

  function request(decision: (id: number) => TaskScheduled | TimerCreated, done: Done): void {
    const id = next++;
    decided.set(id, decision(id));
    open.set(id, done);
  }
  const task = (Name: string, input: unknown, done: Done): void =>
    request(
      (id) => ({ ...stamp(now, id), EventType: eventTypes.TaskScheduled, Name, Input: JSON.stringify(input ?? null) }),
      done,
    );
  const timer = (fireAt: Date, done: Done): void =>
    request((id) => ({ ...stamp(now, id), EventType: eventTypes.TimerCreated, FireAt: fireAt.toISOString() }), done);

  /** A timer follows each failed attempt. After the last attempt it has no delay. */
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
    if ('functionName' in action && !isActivity(action.functionName)) done(false);
    else if (action.actionType === 0) task(action.functionName, action.input, done);
    else if (action.actionType === 1) attempt(action.functionName, action.input, action.retryOptions, 1, done);
    else if (action.actionType === 5) timer(new Date(action.fireAt), done);
    else {
      const all = action.compoundActions;
      // `all` waits for every end, also of a failure; `any` for the first.
      let left = action.actionType === 12 ? all.length : 1;
      const one = (): void => {
        left -= 1;
        if (left === 0) done(true);
      };
      for (const each of all) carryOut(each, one);
    }
  }

  function carryOutFrom(index: number): void {
    const action = actions[index];
    if (action === undefined) carriedOut = true;
    // The orchestrator handles failures. The engine continues with its next action.
    else carryOut(action, () => carryOutFrom(index + 1));
  }

  function confirm(event: TaskScheduled | TimerCreated): void {
    const difference = differenceOf(event, decided.get(event.EventId));
    if (difference !== null)
      throw new NonDeterministicError(`A previous execution of this orchestration ${difference}`);
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
  return { scheduled: [...decided.values()], carriedOut };
}

function delayMs(policy: RetryPolicy, failures: number): number {
  const { firstRetryIntervalInMilliseconds, backoffCoefficient = 1, maxRetryIntervalInMilliseconds } = policy;
  const wanted = firstRetryIntervalInMilliseconds * backoffCoefficient ** (failures - 1);
  return Math.min(wanted, maxRetryIntervalInMilliseconds ?? wanted);
}

const question = 'Was a change made to the orchestrator code after this instance had already started running?';

/** What the engine says about a decision that is not the event's. @returns null when it is */
function differenceOf(event: TaskScheduled | TimerCreated, decision: TaskScheduled | TimerCreated | undefined) {
  const number = event.EventId;
  const missing = `the current replay execution hasn't (yet?) scheduled this task. ${question}`;
  const replay = 'but the current orchestration replay instead';
  if (event.EventType === eventTypes.TimerCreated) {
    const timer = `scheduled a timer task with sequence number ${number}`;
    if (decision === undefined) return `${timer} but ${missing}`;
    if (decision.EventType === eventTypes.TimerCreated) return null;
    return `${timer} named ${replay} produced a ScheduleTaskOrchestratorAction action with this sequence number. ${question}`;
  }
  const activity = `scheduled an activity task with sequence`;
  const { Name } = event;
  if (decision === undefined) return `${activity} ID ${number} and name '${Name}' (version ''), but ${missing}`;
  const named = `${activity} number ${number} named '${Name}', ${replay}`;
  if (decision.EventType === eventTypes.TimerCreated) {
    return `${named} produced a CreateTimerOrchestratorAction action with this sequence number. ${question}`;
  }
  if (decision.Name.toLowerCase() === Name.toLowerCase()) return null;
  return `${named} scheduled an activity task named '${decision.Name}' with this sequence number.  ${question}`;
}
