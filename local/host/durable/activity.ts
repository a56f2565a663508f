import { randomUUID } from 'node:crypto';
import type { TypedData } from '../core-types.ts';
import type { HostedFunction, Invoke } from '../invocation.ts';
import { eventTypes, type Message, stamp, type TaskScheduled } from './history.ts';

/**
 * Runs a scheduled activity.
 * @param activity undefined: a new version of the app lacks it
 * @returns its result or its failure, for the orchestrator
 */
export async function runActivity(
  activity: HostedFunction | undefined,
  { EventId, Name, Input }: TaskScheduled,
  invoke: Invoke,
): Promise<Message> {
  const failed = (Reason: string, Details: string): Message => ({
    ...stamp(new Date()),
    EventType: eventTypes.TaskFailed,
    TaskScheduledId: EventId,
    Reason,
    Details,
  });
  if (activity === undefined) {
    return failed(`The function '${Name}' doesn't exist, is disabled, or is not an activity function.`, '');
  }
  try {
    const data = { json: Input };
    const { returnValue } = await invoke(activity, { invocationId: randomUUID(), data, triggerMetadata: {} });
    const event = { ...stamp(new Date()), EventType: eventTypes.TaskCompleted, TaskScheduledId: EventId };
    return { ...event, Result: jsonOf(returnValue) };
  } catch (error) {
    const { message, stack = '' } = error instanceof Error ? error : new Error(String(error));
    // The extension cuts the message out of the host's text, `Exception: MESSAGE`, with the space before it.
    const own = ` ${message}`;
    const host = serializedException(
      'Microsoft.Azure.WebJobs.Script.Workers.Rpc.RpcException',
      'Microsoft.Azure.WebJobs.Script.Grpc',
      `Result: Failure\nException:${own}\nStack: ${stack}`,
      null,
    );
    const details = serializedException('System.Exception', 'System.Private.CoreLib', own, host);
    return failed(`Activity function '${Name}' failed: ${own}`, JSON.stringify(details));
  }
}

/** An exception of .NET as the extension writes it into the history. */
function serializedException(type: string, assembly: string, message: string, inner: object | null): object {
  return {
    $type: `${type}, ${assembly}`,
    ClassName: type,
    Message: message,
    Data: null,
    InnerException: inner,
    HelpURL: null,
    StackTraceString: null,
    RemoteStackTraceString: null,
    RemoteStackIndex: 0,
    ExceptionMethod: null,
    HResult: -2146233088,
    Source: null,
    WatsonBuckets: null,
  };
}

function jsonOf(value: TypedData | null | undefined): string {
  return value?.json ?? JSON.stringify(value?.string ?? value?.int ?? value?.double ?? null);
}
