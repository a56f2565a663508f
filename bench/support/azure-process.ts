import * as v from 'valibot';
import { startNode } from './node-process.ts';

const readySchema = v.object({
  endpoint: v.string(),
  identityEndpoint: v.string(),
  caFile: v.string(),
  environment: v.object({
    AppService: v.record(v.string(), v.string()),
    CloudShell: v.record(v.string(), v.string()),
  }),
});
const statsSchema = v.object({
  requests: v.number(),
  maxInFlight: v.number(),
  responses429: v.number(),
  firstRequestAt: v.number(),
  lastAnswerAt: v.number(),
});
export type AzureStats = v.InferOutput<typeof statsSchema>;

/** The number of machines in the local Azure. */
export interface TenantSize {
  readonly subscriptions: number;
  /** In each subscription. */
  readonly vms: number;
  /** In the last subscription. Default: `vms`. */
  readonly vmsOfLast?: number;
  /** Machines on a page. Default: 50. */
  readonly pageSize?: number;
}

export const machinesOf = ({ subscriptions, vms, vmsOfLast = vms }: TenantSize): number =>
  (subscriptions - 1) * vms + vmsOfLast;

/** The local Azure in a separate process on its own core. */
export interface AzureProcess extends AsyncDisposable {
  readonly size: TenantSize;
  readonly endpoint: string;
  readonly caFile: string;
  /** Variables that lead a program there, as in App Service or in Cloud Shell. */
  readonly environment: Readonly<Record<'AppService' | 'CloudShell', Readonly<Record<string, string>>>>;
  /** Of the requests since the last `reset`. */
  stats(): Promise<AzureStats>;
  reset(): Promise<void>;
  /** Takes `{"state": 1}` or 2, by POST. */
  readonly stateUrl: string;
  /** 2 = one day later. */
  enterState(state: 1 | 2): Promise<void>;
}

/** @param wire default: 50 ms per request and Azure's documented limits; machines have 6 kB */
export async function startAzure(
  size: TenantSize,
  wire: { readonly latencyMs: number; readonly limits: boolean } = { latencyMs: 50, limits: true },
): Promise<AzureProcess> {
  const { subscriptions, vms, vmsOfLast = vms, pageSize = 50 } = size;
  const main = new URL('../../local/azure/main.ts', import.meta.url).pathname;
  const numbers = { subscriptions, vms, 'vms-of-last': vmsOfLast, latency: wire.latencyMs, 'page-size': pageSize };
  const options = Object.entries(numbers).flatMap(([name, value]) => [`--${name}`, String(value)]);
  const limits = wire.limits ? ['--limits'] : [];
  const azure = await startNode(readySchema, [main, '--simple', '--plain', ...limits, ...options]);
  const { identityEndpoint, ...ready } = azure.ready;
  const control = async (method: string, route: string, body: string | null = null): Promise<unknown> =>
    (await fetch(`${identityEndpoint}/_local/${route}`, { method, body })).json();
  return {
    ...ready,
    size,
    stateUrl: `${identityEndpoint}/_local/state`,
    stats: async () => v.parse(statsSchema, await control('GET', 'stats')),
    reset: async () => void (await control('POST', 'reset')),
    enterState: async (state) => void (await control('POST', 'state', JSON.stringify({ state }))),
    [Symbol.asyncDispose]: () => azure[Symbol.asyncDispose](),
  };
}
