import { randomUUID } from 'node:crypto';
import type { TypedData } from '../core-types.ts';
import type { HostedFunction, Invoke } from '../invocation.ts';
import { eventTypes, type Message, stamp, type TaskScheduled } from './history.ts';

const longestDetails = 8_000;

/** Runs an activity that was scheduled. @returns what its orchestrator is told, also of a failure */
export async function runActivity(
  activity: HostedFunction | undefined,
  { EventId, Name, Input }: TaskScheduled,
  invoke: Invoke,
): Promise<Message> {
  try {
    if (activity === undefined) throw new RangeError(`there is no activity '${Name}'`);
    const data = { json: Input };
    const { returnValue } = await invoke(activity, { invocationId: randomUUID(), data, triggerMetadata: {} });
    const event = { ...stamp(new Date()), EventType: eventTypes.TaskCompleted, TaskScheduledId: EventId };
    return { ...event, Result: jsonOf(returnValue) };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return {
      ...stamp(new Date()),
      EventType: eventTypes.TaskFailed,
      TaskScheduledId: EventId,
      Reason: `Activity function '${Name}' failed: ${message}`.slice(0, longestDetails),
      Details: message.slice(0, longestDetails),
    };
  }
}

function jsonOf(value: TypedData | null | undefined): string {
  if (value?.json !== undefined) return value.json;
  return JSON.stringify(value?.string ?? value?.int ?? value?.double ?? null);
}
