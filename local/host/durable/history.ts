/** Types of events, with the engine's numbers. @see https://github.com/Azure/durabletask/blob/main/src/DurableTask.Core/History/EventType.cs */
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
type EventTypes = typeof eventTypes;

interface Stamp {
  /** Number of the orchestrator's decision, from 0; −1 for other events. */
  readonly EventId: number;
  /** ISO 8601 UTC. */
  readonly Timestamp: string;
  /** It existed before the current turn. */
  readonly IsPlayed: boolean;
}
interface OrchestratorStarted extends Stamp {
  readonly EventType: EventTypes['OrchestratorStarted'];
}
interface ExecutionStarted extends Stamp {
  readonly EventType: EventTypes['ExecutionStarted'];
  readonly Name: string;
  /** JSON. */
  readonly Input: string;
  /** Distinguishes successive instances of the same id. */
  readonly ExecutionId: string;
}
export interface TaskScheduled extends Stamp {
  readonly EventType: EventTypes['TaskScheduled'];
  readonly Name: string;
  /** JSON. */
  readonly Input: string;
}
interface TaskCompleted extends Stamp {
  readonly EventType: EventTypes['TaskCompleted'];
  readonly TaskScheduledId: number;
  /** JSON. Never absent, because the library cannot read an absent result. */
  readonly Result: string;
}
interface TaskFailed extends Stamp {
  readonly EventType: EventTypes['TaskFailed'];
  readonly TaskScheduledId: number;
  readonly Reason: string;
  readonly Details: string;
}
export interface TimerCreated extends Stamp {
  readonly EventType: EventTypes['TimerCreated'];
  readonly FireAt: string;
}
interface TimerFired extends Stamp {
  readonly EventType: EventTypes['TimerFired'];
  readonly TimerId: number;
  readonly FireAt: string;
}
interface OrchestratorCompleted extends Stamp {
  readonly EventType: EventTypes['OrchestratorCompleted'];
  readonly CustomStatus: unknown;
}
interface ExecutionTerminated extends Stamp {
  readonly EventType: EventTypes['ExecutionTerminated'];
  readonly Input: string;
}
export interface ExecutionCompleted extends Stamp {
  readonly EventType: EventTypes['ExecutionCompleted'];
  readonly OrchestrationStatus: 'Completed' | 'Failed' | 'Terminated';
  /** JSON: the orchestrator's result, or the reason of its failure. */
  readonly Result: string;
}

/** An event that an instance receives. Each starts a turn. */
export type Message = TaskCompleted | TaskFailed | TimerFired | ExecutionTerminated;

export type HistoryEvent =
  | OrchestratorStarted
  | ExecutionStarted
  | TaskScheduled
  | TimerCreated
  | Message
  | OrchestratorCompleted
  | ExecutionCompleted;

/** The fields that all events have. */
export function stamp(now: Date, EventId = -1): Stamp {
  return { EventId, Timestamp: now.toISOString(), IsPlayed: false };
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
