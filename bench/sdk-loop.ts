import { ComputeManagementClient } from '@azure/arm-compute';
import {
  bearerTokenAuthenticationPolicy,
  createDefaultHttpClient,
  createPipelineFromOptions,
  createPipelineRequest,
} from '@azure/core-rest-pipeline';
import { DefaultAzureCredential } from '@azure/identity';

/**
 * The usual loop with the Azure SDK: permissions and virtual machines of one subscription after another, no power
 * states. Its environment leads to the local Azure.
 */
const { AZURE_RESOURCE_MANAGER_ENDPOINT: endpoint = '' } = process.env;
const scope = 'https://management.azure.com/.default';
const credential = new DefaultAzureCredential();
const pipeline = createPipelineFromOptions({});
pipeline.addPolicy(bearerTokenAuthenticationPolicy({ credential, scopes: scope }));
const client = createDefaultHttpClient();

interface Page {
  readonly value: readonly { readonly subscriptionId?: string }[];
  readonly nextLink?: string;
}

async function list(path: string): Promise<Page['value'][number][]> {
  const rows: Page['value'][number][] = [];
  for (let url: string | undefined = `${endpoint}${path}`; url !== undefined; ) {
    const response = await pipeline.sendRequest(client, createPipelineRequest({ url }));
    const page: Page = JSON.parse(response.bodyAsText ?? '');
    rows.push(...page.value);
    url = page.nextLink;
  }
  return rows;
}

const machines: object[] = [];
for (const { subscriptionId = '' } of await list('/subscriptions?api-version=2022-12-01')) {
  await list(`/subscriptions/${subscriptionId}/providers/Microsoft.Authorization/permissions?api-version=2022-04-01`);
  const compute = new ComputeManagementClient(credential, subscriptionId, {
    endpoint,
    credentials: { scopes: [scope] },
  });
  for await (const machine of compute.virtualMachines.listAll()) machines.push(machine);
}
console.log(machines.length);
