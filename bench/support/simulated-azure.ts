import { createHttpHeaders, type HttpClient, type PipelineResponse } from '@azure/core-rest-pipeline';
import type { Clock } from '../../lib/async/clock.ts';
import { contextOf } from '../../lib/azure/resource-manager/client/request-context.ts';
import { computeThrottledBody, createRateLimiter, documentedLimits } from '../../local/azure/faults/rate-limits.ts';
import { createRandom } from '../../local/azure/tenant/random.ts';

export interface SimulatedTenant {
  readonly subscriptions: number;
  /** In each subscription. */
  readonly machines: number;
  /** Number of subscriptions whose list buckets others keep empty: Compute answers every list with 429. */
  readonly busy: number;
}

/** The requests of one subscription. Times are the clock's, in milliseconds. */
export interface SubscriptionTrace {
  firstRequestAt: number;
  lastAnswerAt: number;
  requests: number;
  computeLists: number;
  /** Network time of each list, by its URL without the page. The pages of a list are read one after another. */
  readonly latencyMs: Map<string, number>;
}

/** Resource Manager in virtual time, with the documented buckets of the local Azure. */
export interface SimulatedAzure {
  readonly httpClient: HttpClient;
  /** By subscription id, without requests answered with 429. */
  readonly traces: ReadonlyMap<string, SubscriptionTrace>;
  /** Whether others keep its list bucket empty. */
  isBusy(subscriptionId: string): boolean;
  /** All answers 429, and those to subscriptions that are not busy. */
  readonly refusals: { readonly all: number; readonly caused: number };
}

const pageSize = 50;
/** Each request takes a random time between these, 100 ms on average. */
const latencyMs = { least: 50, most: 150 };
const subscriptionsPerPage = 1000;

export function createSimulatedAzure(tenant: SimulatedTenant, clock: Clock): SimulatedAzure {
  const random = createRandom('latency');
  const limiter = createRateLimiter(documentedLimits, () => clock.now());
  const traces = new Map<string, SubscriptionTrace>();
  const refusals = { all: 0, caused: 0 };
  const chosen = createRandom('busy');
  const busy = new Set<string>();
  while (busy.size < tenant.busy) busy.add(idOf(chosen.below(tenant.subscriptions)));

  function answer(url: URL): { status: number; body: unknown; headers: Readonly<Record<string, string>> } {
    const { headers, refusal } = limiter.take({ path: url.pathname, principalId: 'p' });
    if (refusal !== null) {
      const body: unknown = JSON.parse(refusal.body.toString());
      return { status: refusal.status, body, headers: { ...headers, ...refusal.headers } };
    }
    if (headers['x-ms-ratelimit-remaining-resource'] !== undefined && isBusy(subscriptionOf(url))) {
      const empty = { 'x-ms-ratelimit-remaining-resource': 'Microsoft.Compute/HighCostGetSubscriptionMaximum;0' };
      return { status: 429, body: computeThrottledBody, headers: { ...headers, ...empty, 'retry-after': '30' } };
    }
    return { status: 200, body: bodyOf(url, tenant), headers };
  }
  const isBusy = (subscriptionId: string): boolean => busy.has(subscriptionId);

  return {
    traces,
    isBusy,
    refusals,
    httpClient: {
      async sendRequest(request): Promise<PipelineResponse> {
        const { signal } = contextOf(request);
        const url = new URL(request.url);
        const latency = latencyMs.least + random.below(latencyMs.most - latencyMs.least + 1);
        const sentAt = clock.now();
        await clock.delay(latency / 2, signal);
        const { status, body, headers } = answer(url);
        await clock.delay(latency / 2, signal);
        if (status === 429) {
          refusals.all += 1;
          if (!isBusy(subscriptionOf(url))) refusals.caused += 1;
        } else trace(traces, url, sentAt, clock.now());
        const bodyAsText = typeof body === 'string' ? body : JSON.stringify(body);
        return { request, status, headers: createHttpHeaders(headers), bodyAsText };
      },
    },
  };
}

function trace(traces: Map<string, SubscriptionTrace>, url: URL, sentAt: number, answeredAt: number): void {
  const subscriptionId = subscriptionOf(url);
  if (subscriptionId === '') return;
  const known = traces.get(subscriptionId);
  const one = known ?? { firstRequestAt: sentAt, lastAnswerAt: 0, requests: 0, computeLists: 0, latencyMs: new Map() };
  if (known === undefined) traces.set(subscriptionId, one);
  const list = `${url.pathname} ${url.searchParams.get('statusOnly')}`;
  one.lastAnswerAt = answeredAt;
  one.requests += 1;
  if (isMachineList(url)) one.computeLists += 1;
  one.latencyMs.set(list, (one.latencyMs.get(list) ?? 0) + answeredAt - sentAt);
}

const isMachineList = (url: URL): boolean => url.pathname.endsWith('/providers/Microsoft.Compute/virtualMachines');
const subscriptionOf = (url: URL): string => /^\/subscriptions\/([^/]+)/.exec(url.pathname)?.[1] ?? '';
const idOf = (index: number): string => `00000000-0000-4000-8000-${String(index).padStart(12, '0')}`;

const machineRow = JSON.stringify({
  id: '/subscriptions/s/resourceGroups/rg/providers/Microsoft.Compute/virtualMachines/vm',
  name: 'vm',
  location: 'westeurope',
});

const roleDefinitionId = '/providers/Microsoft.Authorization/roleDefinitions/acdd72a7-3385-48ef-bd42-f606fba81ae7';
/** Lists of one page, by the last part of their path. */
const shortLists: Readonly<Record<string, readonly unknown[]>> = {
  permissions: [{ actions: ['*/read'], notActions: [] }],
  roleAssignments: [
    { id: '/a', properties: { scope: '/', roleDefinitionId, principalId: 'p', principalType: 'ServicePrincipal' } },
  ],
  roleDefinitions: [{ id: roleDefinitionId, properties: { roleName: 'Reader', permissions: [] } }],
};

/** A page of machines, of the subscriptions, or of a short list. Every other list is empty. */
function bodyOf(url: URL, tenant: SimulatedTenant): unknown {
  const short = shortLists[url.pathname.slice(url.pathname.lastIndexOf('/') + 1)];
  if (short !== undefined) return { value: short };
  const isTenant = url.pathname === '/subscriptions';
  if (!isTenant && !isMachineList(url)) return { value: [] };
  const [total, size] = isTenant ? [tenant.subscriptions, subscriptionsPerPage] : [tenant.machines, pageSize];
  const from = Number(url.searchParams.get('$skiptoken'));
  const count = Math.max(0, Math.min(size, total - from));
  const rows = Array.from({ length: count }, (_, row) =>
    isTenant ? JSON.stringify({ subscriptionId: idOf(from + row), state: 'Enabled' }) : machineRow,
  );
  const next = new URL(url);
  next.searchParams.set('$skiptoken', String(from + size));
  const nextLink = from + size < total ? `,"nextLink":${JSON.stringify(next.href)}` : '';
  return `{"value":[${rows.join(',')}]${nextLink}}`;
}
