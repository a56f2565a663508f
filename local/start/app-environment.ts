import type { SampleAzure } from './sample-azure.ts';

/** Variables that lead to the caller's own Azure. */
const ownAzure = /^(?:AZURE_|IDENTITY_|MSI_|IMDS_|INVENTORY_STORAGE|INVENTORY_IDENTITY_|AzureWebJobsStorage)/i;

/**
 * The environment of the app. With the sample tenant it contains nothing of the caller's own Azure, so that sample data
 * never reaches a real account. Without it the app reads the same variables as in Azure.
 * @param sample null = the caller's own Azure
 */
export function appEnvironment(
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
