import { spawnSync } from 'node:child_process';
import * as v from 'valibot';
import type { AzureProcess } from './azure-process.ts';
import { clientCores, pinned } from './pinned.ts';

/** The Azure command line, signed in to the local Azure. */
export interface Az {
  readonly subscriptionIds: readonly string[];
  /** Virtual machines of one subscription. */
  listVirtualMachines(subscriptionId: string): readonly unknown[];
}

const subscriptionsSchema = v.array(v.object({ id: v.string() }));
/** Debian's azure-cli 2.45 uses a Compute version that its SDK lacks. With this profile it uses 2020-06-01. */
const profile = '2020-09-01-hybrid';

/**
 * Signs in with a managed identity, in a separate configuration folder. @returns null without `az`
 * @throws {Error} `az` ended with another status than 0
 */
export function signIn(azure: AzureProcess, folder: string): Az | null {
  if (spawnSync('az', ['--version']).error !== undefined) return null;
  const environment = {
    ...process.env,
    ...azure.environment.CloudShell,
    AZURE_CONFIG_DIR: folder,
    AZURE_CORE_COLLECT_TELEMETRY: 'no',
    REQUESTS_CA_BUNDLE: azure.caFile,
  };
  const az = (...command: string[]): string => {
    const { file, args } = pinned(clientCores.one, ['az', ...command, '--output', 'json']);
    const result = spawnSync(file, args, { env: environment, encoding: 'utf8', maxBuffer: 2 ** 30 });
    if (result.status !== 0) throw new Error(`az ${command.join(' ')} ended with ${result.status}: ${result.stderr}`);
    return result.stdout;
  };
  const endpoints = {
    'resource-manager': azure.endpoint,
    management: azure.endpoint,
    'active-directory': 'https://localhost',
    'active-directory-resource-id': 'https://management.azure.com/',
    // Unused, but without it az requests its endpoints from Resource Manager.
    'active-directory-graph-resource-id': 'https://graph.windows.net/',
  };
  const options = Object.entries(endpoints).flatMap(([name, value]) => [`--endpoint-${name}`, value]);
  az('cloud', 'register', '--name', 'Local', ...options);
  az('cloud', 'set', '--name', 'Local', '--profile', profile);
  const subscriptions = v.parse(subscriptionsSchema, JSON.parse(az('login', '--identity')));
  return {
    subscriptionIds: subscriptions.map(({ id }) => id),
    listVirtualMachines: (id) => v.parse(v.array(v.unknown()), JSON.parse(az('vm', 'list', '--subscription', id))),
  };
}
