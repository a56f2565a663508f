import { join } from 'node:path';
import packageJson from '../../package.json' with { type: 'json' };
import { appEnvironment } from './app-environment.ts';
import { startAzurite } from './azurite.ts';
import {
  type FunctionsHost,
  findCoreTools,
  requireBundle,
  requirePort,
  startBuiltInHost,
  startCoreTools,
} from './functions-host.ts';
import type { StartOptions } from './options.ts';
import type { Processes } from './processes.ts';
import { type SampleAzure, startSampleAzure } from './sample-azure.ts';

/** Ignored by git. */
const azuriteFolder = join(import.meta.dirname, '../../.azurite');

/**
 * Starts the stand-in for Azure, Azurite and the host, and prints the address of each.
 * @returns the host, and the stand-in (null with the caller's own Azure)
 * @throws {InventoryError} `PortInUse`, `PortNotAllowed`, `BundleMissing`, `CoreToolsMissing`, `StartFailed`
 */
export async function startEverything(
  options: StartOptions,
  processes: Processes,
  print: (text: string) => void,
  signal: AbortSignal,
): Promise<{ readonly host: FunctionsHost; readonly sample: SampleAzure | null }> {
  const { port, keys, subscriptions, vms } = options;
  await requirePort(port);
  await requireBundle();
  const coreTools = options.func ? await findCoreTools(process.env) : null;
  print(`vm-identities ${packageJson.version}, running on this machine:\n`);
  const [sample, storage] = await Promise.all([
    options.azure ? null : startSampleAzure(processes, options),
    startAzurite(processes, options.keep ? azuriteFolder : null),
  ]);
  const size = `sample tenant: ${subscriptions} subscriptions × ${vms} machines, plus special cases`;
  print(`  Azure           ${sample === null ? 'your own' : `${sample.endpoint} (${size})`}\n`);
  print(`  Azurite         ${storage.origin} (${options.keep ? 'data kept in .azurite' : 'empty, in memory'})\n`);
  signal.throwIfAborted();
  const hostOptions = { port, keys, environment: appEnvironment(process.env, storage, sample) };
  const host =
    coreTools === null
      ? await startBuiltInHost(processes, hostOptions)
      : await startCoreTools(processes, coreTools, hostOptions);
  print(`  Functions host  ${host.url} (${host.kind}, ${keys ? 'keys required' : 'no keys required'})\n`);
  return { host, sample };
}
