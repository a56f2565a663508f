import { join } from 'node:path';
import * as v from 'valibot';
import type { StartOptions } from './options.ts';
import type { Processes } from './processes.ts';

const readyLine = v.object({
  endpoint: v.string(),
  environment: v.object({ AppService: v.record(v.string(), v.string()) }),
});

export interface SampleAzure {
  /** Resource Manager's. */
  readonly endpoint: string;
  /** What leads a function app's managed identity and client there. */
  readonly environment: Readonly<Record<string, string>>;
}

/** Starts the stand-in for Azure with the sample tenant. */
export async function startSampleAzure(processes: Processes, options: StartOptions): Promise<SampleAzure> {
  const { subscriptions, vms, seed } = options;
  const { endpoint, environment } = await processes.start({
    name: 'The stand-in for Azure',
    command: process.execPath,
    args: [
      join(import.meta.dirname, '../azure/main.ts'),
      ...['--subscriptions', `${subscriptions}`, '--vms', `${vms}`, '--seed', `${seed}`],
    ],
    environment: process.env,
    ready: (line) => v.parse(readyLine, JSON.parse(line)),
    onLine: (line) => process.stderr.write(`azure: ${line}\n`),
  });
  return { endpoint, environment: environment.AppService };
}
