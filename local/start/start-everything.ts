import { join } from 'node:path';
import packageJson from '../../package.json' with { type: 'json' };
import { appEnvironment } from './app-environment.ts';
import { startAzurite } from './azurite.ts';
import { findCoreTools, startCoreTools } from './core-tools.ts';
import { requirePort } from './free-port.ts';
import { type FunctionsHost, requireBundle, startBuiltInHost } from './functions-host.ts';
import type { StartOptions } from './options.ts';
import type { Processes } from './processes.ts';
import { type SampleAzure, startSampleAzure } from './sample-azure.ts';

/** What was started and is spoken to later on. */
export interface Everything {
  readonly host: FunctionsHost;
  /** null = the caller's own Azure. */
  readonly sample: SampleAzure | null;
}

/** Ignored by git. */
const keepFolder = join(import.meta.dirname, '../../.azurite');

/**
 * Starts the stand-in for Azure, Azurite and the host, and says where each is.
 * @throws {InventoryError} `PortInUse`, `BundleMissing`, `CoreToolsMissing`, `StartFailed`
 */
export async function startEverything(
  options: StartOptions,
  processes: Processes,
  print: (text: string) => void,
  signal: AbortSignal,
): Promise<Everything> {
  const { port, keys, subscriptions, vms } = options;
  await requirePort(port);
  await requireBundle();
  const coreTools = options.func ? await findCoreTools(process.env) : null;
  print(`vm-identities ${packageJson.version}, all of it on this machine\n`);
  const [sample, storage] = await Promise.all([
    options.azure ? null : startSampleAzure(processes, options),
    startAzurite(processes, options.keep ? keepFolder : null),
  ]);
  const size = `sample tenant: ${subscriptions} subscriptions × ${vms} machines, and some awkward ones`;
  print(`  Azure           ${sample === null ? 'your own' : `${sample.endpoint} (${size})`}\n`);
  print(`  Azurite         ${storage.origin} (${options.keep ? 'kept in .azurite' : 'empty, in memory'})\n`);
  signal.throwIfAborted();
  const hostOptions = { port, keys, environment: appEnvironment(process.env, storage, sample) };
  const host =
    coreTools === null
      ? await startBuiltInHost(processes, hostOptions)
      : await startCoreTools(processes, coreTools, hostOptions);
  print(`  Functions host  ${host.url} (${host.kind}, ${keys ? 'asks for keys' : 'asks for no keys'})\n`);
  return { host, sample };
}
