/**
 * Types of events, with the engine's numbers.
 * @see https://github.com/Azure/durabletask/blob/main/src/DurableTask.Core/History/EventType.cs
 */
export const eventTypes = {
  ExecutionStarted: 0,
  ExecutionCompleted: 1,
  ExecutionTerminated: 3,
  TaskScheduled: 4,
  TaskCompleted: 5,
  TaskFailed: 6,
  TimerCreated: 10,
  TimerFired: 11,
  OrchestratorStarted: 12,
  OrchestratorCompleted: 13,
} as const;

interface Stamp {
  /** Number of the orchestrator's decision, from 0; −1 for other events. */
  readonly EventId: number;
  /** ISO 8601 UTC. */
  readonly Timestamp: string;
}
/** An event of one type, with the fields of that type. */
type Event<Name extends keyof typeof eventTypes, Fields = unknown> = Stamp &
  Readonly<Fields> & { readonly EventType: (typeof eventTypes)[Name] };

/** `Input` is JSON. `ExecutionId` distinguishes successive instances of the same id. */
type ExecutionStarted = Event<'ExecutionStarted', { Name: string; Input: string; ExecutionId: string }>;
/** `Input` is JSON. */
export type TaskScheduled = Event<'TaskScheduled', { Name: string; Input: string }>;
/** `Result` is JSON. It is never absent, because the library cannot read an absent result. */
type TaskCompleted = Event<'TaskCompleted', { TaskScheduledId: number; Result: string }>;
type TaskFailed = Event<'TaskFailed', { TaskScheduledId: number; Reason: string; Details: string }>;
export type TimerCreated = Event<'TimerCreated', { FireAt: string }>;
type TimerFired = Event<'TimerFired', { TimerId: number; FireAt: string }>;
type ExecutionTerminated = Event<'ExecutionTerminated', { Input: string }>;
/** `Result` is JSON: the orchestrator's result, or the reason of its failure. */
export type ExecutionCompleted = Event<
  'ExecutionCompleted',
  { OrchestrationStatus: 'Completed' | 'Failed' | 'Terminated'; Result: string }
>;

/** An event that an instance receives. Those that have arrived start a turn together. */
export type Message = TaskCompleted | TaskFailed | TimerFired | ExecutionTerminated;

export type HistoryEvent =
  | Event<'OrchestratorStarted'>
  | ExecutionStarted
  | TaskScheduled
  | TimerCreated
  | Message
  | Event<'OrchestratorCompleted', { CustomStatus: unknown }>
  | ExecutionCompleted;

/** The fields that all events have. */
export function stamp(now: Date, EventId = -1): Stamp {
  return { EventId, Timestamp: now.toISOString() };
}

/** The start of an instance; undefined before it. */
export function startOf(history: readonly HistoryEvent[]): ExecutionStarted | undefined {
  return history.find((event) => event.EventType === eventTypes.ExecutionStarted);
}

/** The end of an instance; undefined while it runs. */
export function endOf(history: readonly HistoryEvent[]): ExecutionCompleted | undefined {
  const last = history.at(-1);
  return last?.EventType === eventTypes.ExecutionCompleted ? last : undefined;
}

/** Tasks and timers that have started and not completed. */
export function pendingOf(history: readonly HistoryEvent[]): (TaskScheduled | TimerCreated)[] {
  const completed = new Set<number>();
  for (const event of history) {
    if (event.EventType === eventTypes.TaskCompleted || event.EventType === eventTypes.TaskFailed) {
      completed.add(event.TaskScheduledId);
    } else if (event.EventType === eventTypes.TimerFired) completed.add(event.TimerId);
  }
  return history.filter(
    (event): event is TaskScheduled | TimerCreated =>
      (event.EventType === eventTypes.TaskScheduled || event.EventType === eventTypes.TimerCreated) &&
      !completed.has(event.EventId),
  );
}
