import { randomUUID } from 'node:crypto';

/** Who calls Resource Manager. The log names a user by name, and anything else by a GUID. */
export type Caller =
  | { readonly kind: 'user'; readonly name: string; readonly oid: string }
  /** `named` = which of its ids the log shows as `caller`. */
  | { readonly kind: 'application'; readonly oid: string; readonly appid: string; readonly named: 'oid' | 'appid' }
  | { readonly kind: 'platform' };

/** A call that the log records. */
export interface LoggedCall {
  readonly resourceId: string;
  readonly operation: string;
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly by: Caller;
  /** Default: `Succeeded`. */
  readonly status?: 'Started' | 'Accepted' | 'Succeeded' | 'Failed';
  /** The log shows it only so much later; default: at once. */
  readonly lateMs?: number;
  readonly properties?: Readonly<Record<string, string>>;
}

/** An event as the activity log answers it. */
export interface RawActivityEvent {
  readonly resourceId: string;
  readonly eventTimestamp: string;
  readonly resourceProviderName: { readonly value: string; readonly localizedValue: string };
  readonly resourceGroupName: string;
  readonly correlationId: string;
  readonly [more: string]: unknown;
}

/** The activity logs of a tenant's subscriptions. */
export interface ActivityLog {
  record(...calls: readonly LoggedCall[]): void;
  /** What the log of a subscription shows at a time, the newest first. */
  eventsOf(subscriptionId: string, now: number): readonly RawActivityEvent[];
  /** Lets all events arrive that are late. */
  deliver(): void;
}

interface Recorded {
  readonly subscriptionId: string;
  readonly at: number;
  visibleAt: number;
  readonly event: RawActivityEvent;
}

export function createActivityLog(tenantId: string): ActivityLog {
  const recorded: Recorded[] = [];
  return {
    record(...calls) {
      for (const call of calls) {
        const subscriptionId = call.resourceId.split('/')[2]?.toLowerCase() ?? '';
        const visibleAt = call.at + (call.lateMs ?? 0);
        recorded.push({ subscriptionId, at: call.at, visibleAt, event: toEvent(call, subscriptionId, tenantId) });
      }
      recorded.sort((a, b) => b.at - a.at);
    },
    eventsOf: (subscriptionId, now) =>
      recorded
        .filter((one) => one.subscriptionId === subscriptionId.toLowerCase() && one.visibleAt <= now)
        .map(({ event }) => event),
    deliver() {
      for (const one of recorded) one.visibleAt = one.at;
    },
  };
}

/** @see https://learn.microsoft.com/azure/azure-monitor/platform/activity-log-schema */
function toEvent(call: LoggedCall, subscriptionId: string, tenantId: string): RawActivityEvent {
  const { resourceId, operation, at, by, status = 'Succeeded', lateMs = 0, properties = {} } = call;
  const eventDataId = randomUUID();
  const provider = operation.split('/')[0] ?? '';
  const time = (milliseconds: number): string => new Date(milliseconds).toISOString().replace('Z', '4567Z');
  return {
    authorization: { action: operation, scope: resourceId },
    ...(by.kind === 'platform' ? {} : { caller: callerOf(by) }),
    channels: 'Operation',
    claims: claimsOf(by, tenantId),
    correlationId: randomUUID(),
    description: '',
    eventDataId,
    eventName: { value: 'EndRequest', localizedValue: 'End request' },
    category: { value: 'Administrative', localizedValue: 'Administrative' },
    eventTimestamp: time(at),
    httpRequest:
      by.kind === 'platform' ? {} : { clientRequestId: randomUUID(), clientIpAddress: '192.0.2.40', method: 'PUT' },
    id: `${resourceId}/events/${eventDataId}/ticks/${at}`,
    level: status === 'Failed' ? 'Error' : 'Informational',
    operationId: randomUUID(),
    operationName: { value: operation, localizedValue: operation },
    properties,
    resourceGroupName: resourceId.split('/')[4] ?? '',
    resourceId,
    resourceProviderName: { value: provider, localizedValue: provider },
    status: { value: status, localizedValue: status },
    subStatus: { value: '', localizedValue: '' },
    submissionTimestamp: time(at + lateMs),
    subscriptionId,
    tenantId,
  };
}

function callerOf(by: Exclude<Caller, { kind: 'platform' }>): string {
  return by.kind === 'user' ? by.name : by[by.named];
}

const objectId = 'http://schemas.microsoft.com/identity/claims/objectidentifier';

function claimsOf(by: Caller, tenantId: string): Readonly<Record<string, string>> {
  if (by.kind === 'platform') return {};
  const common = { [objectId]: by.oid, 'http://schemas.microsoft.com/identity/claims/tenantid': tenantId };
  if (by.kind === 'application') return { ...common, appid: by.appid, idtyp: 'app' };
  // The Azure portal.
  return { ...common, appid: 'c44b4083-3bb0-49c1-b47d-974e53cbdf3c', idtyp: 'user', name: by.name };
}
