import { join } from 'node:path';
import type { Environment } from '../../lib/settings.ts';
import packageJson from '../../package.json' with { type: 'json' };
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

interface Started {
  readonly host: FunctionsHost;
  /** null with the caller's own Azure. */
  readonly sample: SampleAzure | null;
  /** Of the app. */
  readonly environment: Environment;
}

/** Ignored by git. */
const azuriteFolder = join(import.meta.dirname, '../../.azurite');

/**
 * Starts the stand-in for Azure, Azurite and the host, and prints the address of each.
 * @throws {InventoryError} `PortInUse`, `PortNotAllowed`, `BundleMissing`, `CoreToolsMissing`, `StartFailed`
 */
export async function startEverything(
  options: StartOptions,
  processes: Processes,
  print: (text: string) => void,
  signal: AbortSignal,
): Promise<Started> {
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
  const environment = appEnvironment(process.env, storage, sample);
  const hostOptions = { port, keys, environment };
  const host =
    coreTools === null
      ? await startBuiltInHost(processes, hostOptions)
      : await startCoreTools(processes, coreTools, hostOptions);
  print(`  Functions host  ${host.url} (${host.kind}, ${keys ? 'keys required' : 'no keys required'})\n`);
  return { host, sample, environment };
}

/** Variables that lead to the caller's own Azure. */
const ownAzure = /^(?:AZURE_|IDENTITY_|MSI_|IMDS_|INVENTORY_STORAGE|INVENTORY_IDENTITY_|AzureWebJobsStorage)/i;

/**
 * The environment of the app. With the sample tenant it contains nothing of the caller's own Azure, so that sample data
 * never reaches a real account. Without it the app reads the same variables as in Azure.
 * @param sample null = the caller's own Azure
 */
function appEnvironment(
  caller: NodeJS.ProcessEnv,
  storage: { readonly connectionString: string },
  sample: SampleAzure | null,
): Record<string, string | undefined> {
  const app = { AzureWebJobsStorage: storage.connectionString, FUNCTIONS_WORKER_RUNTIME: 'node' };
  if (sample === null) return { ...caller, ...app, ...signIn(caller) };
  const kept = Object.entries(caller).filter(([name]) => !ownAzure.test(name));
  // Shows idle machines at once instead of after 30 days.
  return { INVENTORY_IDLE_DAYS: '0', ...Object.fromEntries(kept), ...app, ...sample.environment };
}

/**
 * Inside Functions the app uses only the host's managed identity. Where the caller names neither that nor a credential,
 * `--azure` means the developer's own sign-in (Azure CLI and similar).
 */
function signIn(caller: NodeJS.ProcessEnv): Record<string, string> {
  const has = (...names: string[]): boolean => names.some((name) => (caller[name] ?? '') !== '');
  if (has('AZURE_TOKEN_CREDENTIALS', 'IDENTITY_ENDPOINT', 'MSI_ENDPOINT', 'AZURE_POD_IDENTITY_AUTHORITY_HOST'))
    return {};
  const deployed = has('AZURE_CLIENT_SECRET', 'AZURE_CLIENT_CERTIFICATE_PATH', 'AZURE_FEDERATED_TOKEN_FILE');
  return { AZURE_TOKEN_CREDENTIALS: deployed ? 'prod' : 'dev' };
}
