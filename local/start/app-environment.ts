import type { SampleAzure } from './sample-azure.ts';

/** Variables that lead to an Azure of the caller's own. */
const ownAzure = /^(?:AZURE_|IDENTITY_|MSI_|IMDS_|INVENTORY_STORAGE|INVENTORY_IDENTITY_|AzureWebJobsStorage)/i;

/**
 * The environment of the app. With the sample tenant nothing of the caller's own Azure gets through, so that sample data never
 * meets a real account; without it the app obeys the same variables as in Azure.
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
  // Nobody wants to wait for 30 days to see a machine found idle.
  return { INVENTORY_IDLE_DAYS: '0', ...Object.fromEntries(kept), ...app, ...sample.environment };
}

/**
 * Inside Functions the app takes the host's managed identity and nothing else. Where neither that nor a credential is named,
 * the sign-in of whoever sits at the machine (Azure CLI and the like) is what `--azure` is for.
 */
function signIn(caller: NodeJS.ProcessEnv): Record<string, string> {
  const has = (...names: string[]): boolean => names.some((name) => (caller[name] ?? '') !== '');
  if (has('AZURE_TOKEN_CREDENTIALS', 'IDENTITY_ENDPOINT', 'MSI_ENDPOINT', 'AZURE_POD_IDENTITY_AUTHORITY_HOST'))
    return {};
  const deployed = has('AZURE_CLIENT_SECRET', 'AZURE_CLIENT_CERTIFICATE_PATH', 'AZURE_FEDERATED_TOKEN_FILE');
  return { AZURE_TOKEN_CREDENTIALS: deployed ? 'prod' : 'dev' };
}
