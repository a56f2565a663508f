import { randomUUID } from 'node:crypto';
import type { HostedFunction, Invoke } from '../invocation.ts';
import { type Decisions, decide, NonDeterministicError } from './decide.ts';
import { eventTypes, type HistoryEvent, type Message, stamp, startOf } from './history.ts';
import { type OrchestratorState, readState, stateOfError } from './orchestrator-state.ts';

/** In UTF-16. */
const customStatusLimitBytes = 16 * 1024;

/** The turn that an instance is to take. */
export interface TurnRequest {
  readonly instanceId: string;
  readonly orchestrator: HostedFunction;
  readonly invoke: Invoke;
  readonly history: readonly HistoryEvent[];
  /** The event that it receives; null = its first turn. */
  readonly message: Message | null;
  readonly now: Date;
}

/**
 * Takes one turn of an orchestrator: replays it over its whole history and one new event.
 * @returns the events to append, the message first. ExecutionCompleted is last when the instance has ended.
 */
export async function takeTurn(request: TurnRequest): Promise<readonly HistoryEvent[]> {
  const { history, message, now } = request;
  const received: readonly HistoryEvent[] =
    message === null ? [] : [{ ...stamp(now), EventType: eventTypes.OrchestratorStarted }, message];
  if (message?.EventType === eventTypes.ExecutionTerminated) {
    return [...received, ended(now, 'Terminated', message.Input)];
  }
  const whole = [...history, ...received];
  try {
    const state = await replay(request, whole);
    // Without an error message the instance keeps running, as in Azure.
    if (state === null) return [...received, completed(now, undefined)];
    if (state.error !== undefined) return [...received, ended(now, 'Failed', JSON.stringify(state.error))];
    checkCustomStatus(state);
    return [...received, ...eventsOf(decide(whole, state), state, now)];
  } catch (error) {
    if (!(error instanceof NonDeterministicError) && !(error instanceof RangeError)) throw error;
    return [...received, ended(now, 'Failed', JSON.stringify(`${error.name}: ${error.message}`))];
  }
}

function eventsOf({ scheduled, done }: Decisions, state: OrchestratorState, now: Date): readonly HistoryEvent[] {
  const events: HistoryEvent[] = [...scheduled, completed(now, state.customStatus)];
  if (done) events.push(ended(now, 'Completed', JSON.stringify(state.output ?? null)));
  return events;
}

function completed(now: Date, CustomStatus: unknown): HistoryEvent {
  return { ...stamp(now), EventType: eventTypes.OrchestratorCompleted, CustomStatus };
}

function ended(now: Date, OrchestrationStatus: 'Completed' | 'Failed' | 'Terminated', Result: string): HistoryEvent {
  return { ...stamp(now), EventType: eventTypes.ExecutionCompleted, OrchestrationStatus, Result };
}

/** @returns null when the orchestrator failed without a message */
async function replay(
  { instanceId, orchestrator, invoke, history }: TurnRequest,
  whole: readonly HistoryEvent[],
): Promise<OrchestratorState | null> {
  const trigger = {
    history: whole.map((event, index) => ({ ...event, IsPlayed: index < history.length })),
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
    return readState(JSON.parse(returnValue?.json ?? 'null'));
  } catch (error) {
    if (error instanceof RangeError) throw error;
    const state = stateOfError(error);
    return state !== null && state.error !== undefined ? state : null;
  }
}

function checkCustomStatus({ customStatus }: OrchestratorState): void {
  const sizeBytes = (JSON.stringify(customStatus)?.length ?? 0) * 2;
  if (sizeBytes > customStatusLimitBytes) {
    throw new RangeError(`The custom status has ${sizeBytes} bytes in UTF-16; allowed: ${customStatusLimitBytes}`);
  }
}
