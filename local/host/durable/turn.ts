import { randomUUID } from 'node:crypto';
import type { HostedFunction, Invoke } from '../invocation.ts';
import { type Decisions, decide, NonDeterministicError } from './decide.ts';
import { eventTypes, type HistoryEvent, type Message, stamp, startOf } from './history.ts';
import { type OrchestratorState, readState, stateOfError } from './orchestrator-state.ts';

/** UTF-16 bytes. */
const customStatusLimitBytes = 16 * 1024;

/** An instance that is to take a turn. */
export interface TurnRequest {
  readonly instanceId: string;
  readonly orchestrator: HostedFunction;
  readonly invoke: Invoke;
  readonly history: readonly HistoryEvent[];
  /** What it hears; null = it begins. */
  readonly message: Message | null;
  readonly now: Date;
}

/**
 * One turn of an orchestrator: it is replayed over the whole history with one new event at its end.
 * @returns the events to append, the message first. They end with ExecutionCompleted when the instance has.
 */
export async function takeTurn(request: TurnRequest): Promise<readonly HistoryEvent[]> {
  const { history, message, now } = request;
  const heard: readonly HistoryEvent[] =
    message === null ? [] : [{ ...stamp(now), EventType: eventTypes.OrchestratorStarted }, message];
  if (message?.EventType === eventTypes.ExecutionTerminated) {
    return [...heard, ended(now, 'Terminated', message.Input)];
  }
  const whole = [...history, ...heard];
  try {
    const state = await replay(request, whole);
    // An orchestrator that throws nothing it could be told by leaves its instance running for ever, as in Azure.
    if (state === null) return [...heard, completed(now, undefined)];
    if (state.error !== undefined) return [...heard, ended(now, 'Failed', JSON.stringify(state.error))];
    checkCustomStatus(state);
    return [...heard, ...eventsOf(decide(whole, state), state, now)];
  } catch (error) {
    if (!(error instanceof NonDeterministicError) && !(error instanceof RangeError)) throw error;
    return [...heard, ended(now, 'Failed', JSON.stringify(`${error.name}: ${error.message}`))];
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

/** @returns null when it failed without a message */
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
    // What the extension sends: without the first the library finds no trigger, the second is the version that is used.
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
    throw new RangeError(`The custom status has ${sizeBytes} bytes of UTF-16; allowed: ${customStatusLimitBytes}`);
  }
}
