import { Agent, get } from 'node:https';
import * as v from 'valibot';

/**
 * The floor: the requests of a run by `node:https` alone (kept alive, 32 in flight, every subscription begun at once), drained
 * and parsed, nothing else. A process of its own, in the environment that leads to the local Azure.
 */
const { IDENTITY_ENDPOINT = '', IDENTITY_HEADER = '', AZURE_RESOURCE_MANAGER_ENDPOINT: endpoint = '' } = process.env;
const resource = encodeURIComponent('https://management.azure.com');
const tokenAnswer = await fetch(`${IDENTITY_ENDPOINT}?api-version=2019-08-01&resource=${resource}`, {
  headers: { 'X-IDENTITY-HEADER': IDENTITY_HEADER },
});
const { access_token } = v.parse(v.object({ access_token: v.string() }), await tokenAnswer.json());
const headers = { authorization: `Bearer ${access_token}` };
const agent = new Agent({ keepAlive: true, maxSockets: 32, maxFreeSockets: 32 });

interface Page {
  readonly value: readonly { readonly subscriptionId?: string }[];
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

async function drain(path: string): Promise<Page['value'][number][]> {
  const rows: Page['value'][number][] = [];
  for (let url: string | undefined = `${endpoint}${path}`; url !== undefined; ) {
    const page: Page = await getPage(url);
    if (path.startsWith('/subscriptions?')) rows.push(...page.value);
    url = page.nextLink;
  }
  return rows;
}

const subscriptions = await drain('/subscriptions?api-version=2022-12-01');
await Promise.all(
  subscriptions.flatMap(({ subscriptionId }) => {
    const machines = `/subscriptions/${subscriptionId}/providers/Microsoft.Compute/virtualMachines?api-version=2026-04-01`;
    return [
      drain(machines),
      drain(`${machines}&statusOnly=true`),
      drain(`/subscriptions/${subscriptionId}/providers/Microsoft.Authorization/permissions?api-version=2022-04-01`),
    ];
  }),
);
agent.destroy();
