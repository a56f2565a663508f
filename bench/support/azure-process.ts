import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import * as v from 'valibot';
import { pinned, serverCore } from './pinned.ts';

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

/** How many machines the local Azure has. */
export interface TenantSize {
  readonly subscriptions: number;
  /** In each subscription. */
  readonly vms: number;
  /** In the last subscription, where that is another number. */
  readonly vmsOfLast?: number;
}

export const machinesOf = ({ subscriptions, vms, vmsOfLast = vms }: TenantSize): number =>
  (subscriptions - 1) * vms + vmsOfLast;

/** The local Azure in a process, and on a core, of its own: 50 ms a request, pages of 50 machines of 6 kB, Azure's documented limits. */
export interface AzureProcess extends AsyncDisposable {
  readonly size: TenantSize;
  readonly endpoint: string;
  readonly caFile: string;
  /** What a program needs to reach it as App Service, or as Cloud Shell, would let it. */
  readonly environment: Readonly<Record<'AppService' | 'CloudShell', Readonly<Record<string, string>>>>;
  /** Of the requests since the last `reset`. */
  stats(): Promise<AzureStats>;
  reset(): Promise<void>;
  stop(): Promise<void>;
}

/** @param wire as the documented Azure's, unless said */
export async function startAzure(
  size: TenantSize,
  wire: { readonly latencyMs: number; readonly limits: boolean } = { latencyMs: 50, limits: true },
): Promise<AzureProcess> {
  const { subscriptions, vms, vmsOfLast = vms } = size;
  const main = new URL('../../local/azure/main.ts', import.meta.url).pathname;
  const numbers = { subscriptions, vms, 'vms-of-last': vmsOfLast, latency: wire.latencyMs, 'page-size': 50 };
  const options = Object.entries(numbers).flatMap(([name, value]) => [`--${name}`, String(value)]);
  const limits = wire.limits ? ['--limits'] : [];
  const { file, args } = pinned(serverCore, [process.execPath, main, '--simple', '--plain', ...limits, ...options]);
  const child = spawn(file, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  const [line] = await once(createInterface(child.stdout), 'line');
  const { identityEndpoint, ...ready } = v.parse(readySchema, JSON.parse(String(line)));

  async function control(method: string, route: string): Promise<unknown> {
    const response = await fetch(`${identityEndpoint}/_local/${route}`, { method });
    return response.json();
  }
  async function stop(): Promise<void> {
    child.stdin.end();
    if (child.exitCode === null) await once(child, 'exit');
  }
  return {
    ...ready,
    size,
    stats: async () => v.parse(statsSchema, await control('GET', 'stats')),
    reset: async () => {
      await control('POST', 'reset');
    },
    stop,
    [Symbol.asyncDispose]: stop,
  };
}
