import { eventTypes } from '../../local/host/durable/history.ts';
import type { Step } from './probe-app.ts';
import type { System } from './systems.ts';
import { until } from './until.ts';

/** An answer of the engine to a client. */
export interface ClientAnswer {
  readonly status: number;
  // biome-ignore lint/suspicious/noExplicitAny: the tests compare it as it is
  readonly body: any;
}

async function ask({ clientUrl }: System, path: string, init?: RequestInit): Promise<ClientAnswer> {
  const response = await fetch(`${clientUrl}${path}`, init);
  const text = await response.text();
  return { status: response.status, body: text === '' ? null : JSON.parse(text) };
}

/** Starts the orchestrator of `probe-app.ts`. */
export function startProbe(system: System, instanceId: string, steps: readonly Step[]): Promise<ClientAnswer> {
  const headers = { 'content-type': 'application/json' };
  const init = { method: 'POST', headers, body: JSON.stringify(steps) };
  return ask(system, `orchestrators/probe/${instanceId}`, init);
}

export function statusOf(system: System, instanceId: string): Promise<ClientAnswer> {
  return ask(system, `instances/${instanceId}?showInput=true`);
}

export function terminate(system: System, instanceId: string, reason: string): Promise<ClientAnswer> {
  return ask(system, `instances/${instanceId}/terminate?reason=${reason}`, { method: 'POST' });
}

/** The status of an instance once it has ended. */
export async function endOf(system: System, instanceId: string): Promise<ClientAnswer> {
  return until(
    () => statusOf(system, instanceId),
    ({ status }) => status === 200,
  );
}

/** The status without times, and texts without what differs by the host: stacks and the type of the inner exception. */
export function comparable({ status, body }: ClientAnswer): ClientAnswer {
  if (body === null) return { status, body };
  const { createdTime: _, lastUpdatedTime: __, ...rest } = body;
  return { status, body: { ...rest, output: withoutStacks(rest.output) } };
}

function withoutStacks(value: unknown): unknown {
  if (typeof value === 'string') return failureOf(value);
  if (Array.isArray(value)) return value.map(withoutStacks);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, withoutStacks(each)]));
}

/** What the library makes of a failure: `REASON \n DETAILS`. Details are a serialized exception. */
function failureOf(text: string): unknown {
  const at = text.indexOf(' \n {"$type"');
  if (at < 0) return text.replace(/\nStack: [\s\S]*/, '');
  return { reason: text.slice(0, at), details: detailsOf(text.slice(at + 3)) };
}

function detailsOf(details: string): unknown {
  const { $type, Message, InnerException, ...others }: Readonly<Record<string, unknown>> = JSON.parse(details);
  const inner = InnerException === null ? null : Object(InnerException).Message.replace(/\nStack: [\s\S]*/, '');
  return { $type, Message, inner, fields: Object.keys(others) };
}

/** What the orchestrator of an instance received in each of its turns: the events with what the library reads. */
export function turnsOf({ gate }: System, instanceId: string): readonly (readonly object[])[] {
  const turns = gate.seen.flatMap(({ name, when, input }) =>
    name === 'probe' && when === 'begin' && Object(input).instanceId === instanceId ? [Object(input).history] : [],
  );
  return turns.map((history: readonly Readonly<Record<string, unknown>>[]) => history.map(eventOf));
}

const compared = [
  'EventType',
  'EventId',
  'IsPlayed',
  'Name',
  'Input',
  'Result',
  'Reason',
  'TaskScheduledId',
  'TimerId',
];

function eventOf(event: Readonly<Record<string, unknown>>): object {
  const fields = compared.flatMap((name) => (event[name] === undefined ? [] : [[name, event[name]]]));
  const details = typeof event.Details === 'string' ? [['Details', detailsOf(event.Details)]] : [];
  return Object.fromEntries([...fields, ...details]);
}

/** How many events each turn has received. */
export function messagesOf(turns: ReturnType<typeof turnsOf>): readonly number[] {
  return turns.map((turn) => {
    const types = turn.map((event) => Object(event).EventType);
    return types.length - 1 - types.lastIndexOf(eventTypes.OrchestratorStarted);
  });
}
