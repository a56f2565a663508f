import { join } from 'node:path';
import * as v from 'valibot';
import { InventoryError } from '../../lib/errors.ts';
import type { StartOptions } from './options.ts';
import type { Processes } from './processes.ts';

const readyLine = v.object({
  endpoint: v.string(),
  identityEndpoint: v.string(),
  environment: v.object({ AppService: v.record(v.string(), v.string()) }),
});

/** The stand-in for Azure with the sample tenant. */
export interface SampleAzure {
  /** Endpoint of Resource Manager. */
  readonly endpoint: string;
  /** Variables that lead an app's client and managed identity to the stand-in. */
  readonly environment: Readonly<Record<string, string>>;
  /** Moves the tenant to its state of one day later. */
  enterSecondState(signal: AbortSignal): Promise<void>;
}

export async function startSampleAzure(processes: Processes, options: StartOptions): Promise<SampleAzure> {
  const { subscriptions, vms, seed } = options;
  const size = ['--subscriptions', `${subscriptions}`, '--vms', `${vms}`, '--seed', `${seed}`];
  const { endpoint, identityEndpoint, environment } = await processes.start({
    name: 'The stand-in for Azure',
    command: process.execPath,
    args: [join(import.meta.dirname, '../azure/main.ts'), ...size],
    environment: process.env,
    ready: (line) => v.parse(readyLine, JSON.parse(line)),
    onLine: (line) => process.stderr.write(`azure: ${line}\n`),
  });
  return {
    endpoint,
    environment: environment.AppService,
    async enterSecondState(signal) {
      const url = `${identityEndpoint}/_local/state`;
      const { status } = await fetch(url, { method: 'POST', body: '{"state":2}', signal });
      if (status !== 200) throw new InventoryError({ given: `Http${status}` }, `POST ${url} returned HTTP ${status}`);
    },
  };
}
