import { randomUUID } from 'node:crypto';
import type { HostedFunction, Invoke } from '../invocation.ts';
import { decide, NonDeterministicError } from './decide.ts';
import { eventTypes, type HistoryEvent, type Message, stamp, startOf } from './history.ts';
import { type OrchestratorState, readState, stateOfError } from './orchestrator-state.ts';

/** An instance, as it is before a turn. */
export interface TurnRequest {
  readonly instanceId: string;
  readonly orchestrator: HostedFunction;
  readonly invoke: Invoke;
  /** Whether the app has an activity of that name. */
  readonly isActivity: (name: string) => boolean;
  readonly history: readonly HistoryEvent[];
  /** The events that it receives; none = its first turn. */
  readonly messages: readonly Message[];
  readonly now: Date;
}

/** What an orchestrator answers. An error without actions hides what it had decided before. */
type Answer = Pick<OrchestratorState, 'actions' | 'isDone' | 'output' | 'error' | 'customStatus'>;

/** In UTF-16. */
const customStatusLimitKiB = 16;

/** What the host says of a function whose worker is killed. */
const killedWorker = 'node exited with code 137 (0x89)';

/**
 * Takes one turn of an orchestrator: replays it over its whole history and the new events.
 * @returns the events to append, the messages first. ExecutionCompleted is last when the instance has ended.
 */
export async function takeTurn(request: TurnRequest): Promise<readonly HistoryEvent[]> {
  const { history, messages, now } = request;
  const received: readonly HistoryEvent[] =
    messages.length === 0 ? [] : [{ ...stamp(now), EventType: eventTypes.OrchestratorStarted }, ...messages];
  const termination = messages.find((message) => message.EventType === eventTypes.ExecutionTerminated);
  if (termination !== undefined) return [...received, ended('Terminated', termination.Input)];
  const whole = [...history, ...received];
  return [...received, ...eventsOf(request, whole, await replay(request, whole))];
}

/**
 * Ends a turn whose process was killed. The engine does not repeat it: it takes a killed worker for an error of the
 * orchestrator.
 */
export function loseTurn(request: Pick<TurnRequest, 'orchestrator' | 'history'>): readonly HistoryEvent[] {
  return eventsOf({ ...request, isActivity: () => true }, request.history, failedCall(killedWorker));
}

function eventsOf(
  { orchestrator, isActivity }: Pick<TurnRequest, 'orchestrator' | 'isActivity'>,
  whole: readonly HistoryEvent[],
  { actions, isDone, output, error, customStatus }: Answer,
): readonly HistoryEvent[] {
  const completed = { ...stamp(new Date()), EventType: eventTypes.OrchestratorCompleted, CustomStatus: customStatus };
  try {
    const { scheduled, carriedOut } = decide(whole, actions[0], isActivity);
    const events = [...scheduled, completed];
    if (!carriedOut || (error === undefined && !isDone)) return events;
    if (error === undefined) return [...events, ended('Completed', JSON.stringify(output ?? null))];
    const name = startOf(whole)?.Name ?? orchestrator.name;
    return [...events, ended('Failed', JSON.stringify(`Orchestrator function '${name}' failed: ${error}`))];
  } catch (thrown) {
    if (!(thrown instanceof NonDeterministicError)) throw thrown;
    const text = `Non-Deterministic workflow detected: ${thrown.message}`;
    return [completed, ended('Failed', JSON.stringify(text))];
  }
}

function ended(OrchestrationStatus: 'Completed' | 'Failed' | 'Terminated', Result: string): HistoryEvent {
  return { ...stamp(new Date()), EventType: eventTypes.ExecutionCompleted, OrchestrationStatus, Result };
}

async function replay(request: TurnRequest, whole: readonly HistoryEvent[]): Promise<Answer> {
  const { instanceId, orchestrator, invoke, history } = request;
  const trigger = {
    history: whole.map((event, index) => toSent(event, index < history.length && request.messages.length > 0)),
    input: JSON.parse(startOf(whole)?.Input ?? 'null'),
    instanceId,
    isReplaying: history.length > 2,
    parentInstanceId: null,
    // Sent as by the extension: the library finds its trigger by the first version and uses the second.
    upperSchemaVersion: 1,
    upperSchemaVersionNew: 3,
    longRunningTimerIntervalDuration: '3.00:00:00',
    maximumShortTimerDuration: '6.00:00:00',
    defaultHttpAsyncRequestSleepTimeMillseconds: 30_000,
  };
  try {
    const data = { json: JSON.stringify(trigger) };
    const { returnValue } = await invoke(orchestrator, { invocationId: randomUUID(), data, triggerMetadata: {} });
    return checked(readState(JSON.parse(returnValue?.json ?? 'null')));
  } catch (error) {
    if (error instanceof RangeError) return failed(error.message);
    const state = stateOfError(error);
    // The engine takes the state of an error only when it has a message.
    if (state !== null && (state.error ?? '') !== '') return checked(state);
    const { message, stack = '' } = error instanceof Error ? error : new Error(String(error));
    return failedCall(`Result: Failure\nException: ${message}\nStack: ${stack}`);
  }
}

/** As the extension sends it: only messages and the start are ever played, and activities have no input. */
function toSent(event: HistoryEvent, isOld: boolean): object {
  const { EventType } = event;
  if (EventType === eventTypes.TaskScheduled) return { ...event, Input: null, IsPlayed: false };
  if (EventType === eventTypes.OrchestratorCompleted) return { ...event, CustomStatus: undefined, IsPlayed: false };
  const isPlayed = isOld && EventType !== eventTypes.OrchestratorStarted && EventType !== eventTypes.TimerCreated;
  return { ...event, IsPlayed: isPlayed };
}

function checked(state: OrchestratorState): Answer {
  const sizeKiB = Math.floor(((JSON.stringify(state.customStatus)?.length ?? 0) * 2) / 1024);
  if (sizeKiB <= customStatusLimitKiB) return state;
  return failed(
    `The UTF-16 size of the JSON-serialized payload must not exceed ${customStatusLimitKiB} KB. The current payload size is ${sizeKiB} KB.`,
  );
}

function failedCall(message: string): Answer {
  return failed(`One or more errors occurred. (${message})`);
}

function failed(error: string): Answer {
  return { actions: [[]], isDone: false, error };
}
