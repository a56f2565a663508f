/** Kinds of events, numbered as the engine does. @see https://github.com/Azure/durabletask/blob/main/src/DurableTask.Core/History/EventType.cs */
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
  /** Of what an orchestrator decided: its number, from 0; −1 for all else. */
  readonly EventId: number;
  /** ISO 8601 UTC. */
  readonly Timestamp: string;
  /** It was there before the turn that looks at it. */
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
  /** Instances of the same id that follow each other have different ones. */
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
  /** JSON, never absent: the library cannot read an absent one. */
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
  /** JSON: what the orchestrator returned, or why it failed. */
  readonly Result: string;
}

/** What an instance hears: each begins a turn of its own. */
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

/** How an instance began; undefined when it never did. */
export function startOf(history: readonly HistoryEvent[]): ExecutionStarted | undefined {
  return history.find((event) => event.EventType === eventTypes.ExecutionStarted);
}

/** How an instance ended; undefined while it is under way. */
export function endOf(history: readonly HistoryEvent[]): ExecutionCompleted | undefined {
  const last = history.at(-1);
  return last?.EventType === eventTypes.ExecutionCompleted ? last : undefined;
}

/** What was decided and has not come back. */
export function pendingOf(history: readonly HistoryEvent[]): (TaskScheduled | TimerCreated)[] {
  const back = new Set<number>();
  for (const event of history) {
    if (event.EventType === eventTypes.TaskCompleted || event.EventType === eventTypes.TaskFailed) {
      back.add(event.TaskScheduledId);
    } else if (event.EventType === eventTypes.TimerFired) back.add(event.TimerId);
  }
  return history.filter(
    (event): event is TaskScheduled | TimerCreated =>
      (event.EventType === eventTypes.TaskScheduled || event.EventType === eventTypes.TimerCreated) &&
      !back.has(event.EventId),
  );
}
