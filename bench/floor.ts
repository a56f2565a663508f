import { Agent, get } from 'node:https';
import * as v from 'valibot';

/**
 * The floor: a process that only sends the requests of a run with `node:https` (kept alive, 32 in flight, all
 * subscriptions at once) and parses the answers. Its environment leads to the local Azure.
 */
const { IDENTITY_ENDPOINT = '', IDENTITY_HEADER = '', AZURE_RESOURCE_MANAGER_ENDPOINT: endpoint = '' } = process.env;
const resource = encodeURIComponent('https://management.azure.com');
const tokenAnswer = await fetch(`${IDENTITY_ENDPOINT}?api-version=2019-08-01&resource=${resource}`, {
  headers: { 'X-IDENTITY-HEADER': IDENTITY_HEADER },
});
const { access_token } = v.parse(v.object({ access_token: v.string() }), await tokenAnswer.json());
const headers = { authorization: `Bearer ${access_token}` };
const agent = new Agent({ keepAlive: true, maxSockets: 32, maxFreeSockets: 32 });

interface Item {
  readonly id: string;
  readonly subscriptionId?: string;
  readonly identity?: { readonly userAssignedIdentities?: object };
}

interface Page {
  /** Missing in an error, where the provider is not registered. */
  readonly value?: readonly Item[];
  readonly nextLink?: string;
}

function getPage(url: string): Promise<Page> {
  return new Promise((resolve, reject) => {
    get(url, { agent, headers }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => resolve(JSON.parse(Buffer.concat(chunks).toString())));
      response.on('error', reject);
    }).on('error', reject);
  });
}

/** Reads a list to its end, page by page. */
async function drain(path: string, take: (item: Item) => void = () => undefined): Promise<void> {
  for (let url: string | undefined = `${endpoint}${path}`; url !== undefined; ) {
    const page: Page = await getPage(url);
    for (const item of page.value ?? []) take(item);
    url = page.nextLink;
  }
}

const subscriptions: string[] = [];
await drain('/subscriptions?api-version=2022-12-01', ({ subscriptionId }) => {
  if (subscriptionId !== undefined) subscriptions.push(subscriptionId);
});
/** User-assigned identities by id in lower case, for comparison. */
const attached = new Map<string, string>();
const listed = new Set<string>();
const attach = ({ identity }: Item): void => {
  for (const id of Object.keys(identity?.userAssignedIdentities ?? {})) attached.set(id.toLowerCase(), id);
};
await Promise.all(
  subscriptions.flatMap((subscriptionId, index) => {
    const list = (type: string, version: string, take?: (item: Item) => void) =>
      drain(`/subscriptions/${subscriptionId}/providers/Microsoft.${type}?api-version=${version}`, take);
    return [
      list('Compute/virtualMachines', '2026-04-01', attach),
      list('Compute/virtualMachines', '2026-04-01&statusOnly=true'),
      list('Compute/virtualMachineScaleSets', '2026-04-01', attach),
      list('HybridCompute/machines', '2025-01-13', attach),
      list('ManagedIdentity/userAssignedIdentities', '2024-11-30', ({ id }) => listed.add(id.toLowerCase())),
      list('Authorization/roleAssignments', '2022-04-01'),
      list('Authorization/permissions', '2022-04-01'),
      // Roles are nearly the same everywhere, so one list suffices.
      ...(index === 0 ? [list('Authorization/roleDefinitions', '2022-04-01')] : []),
    ];
  }),
);
// The federated credentials of each attached identity. If no list contains the identity, whether it exists.
await Promise.all(
  [...attached].map(([key, id]) =>
    listed.has(key)
      ? drain(`${id}/federatedIdentityCredentials?api-version=2024-11-30`)
      : getPage(`${endpoint}${id}?api-version=2024-11-30`),
  ),
);
agent.destroy();
