/**
 * The cost of reading a machine with the bare floor, the raw pipeline, `@azure/arm-compute`'s pager over the same
 * policies, and the floor on undici. Each reading is a process of its own against one local Azure.
 * docs/decisions/0002-arm-client.md has the figures.
 *
 * `node bench/arm-client.ts [ROUNDS [VARIANT...]]`. `undici` runs only when named:
 * `npm install --no-save undici@8.13.1 && node bench/arm-client.ts 5 floor undici`.
 */
import { execFileSync } from 'node:child_process';
import { Agent, get } from 'node:https';
import { ComputeManagementClient } from '@azure/arm-compute';
import { type ArmClient, createArmClient } from '../lib/azure/resource-manager/client/arm-client.ts';
import { readAll } from '../lib/azure/resource-manager/client/pages.ts';
import { newRequestContext } from '../lib/azure/resource-manager/client/request-context.ts';
import { listSubscriptions } from '../lib/azure/resource-manager/resources/subscriptions.ts';
import { computeApiVersion, listVirtualMachines } from '../lib/azure/resource-manager/resources/virtual-machines.ts';
import { startAzure } from './support/azure-process.ts';
import { quartilesOf } from './support/figure.ts';

const { signal } = new AbortController();

const concurrency = 32;
const [argument = '5', ...named] = process.argv.slice(2);
const variants = named.length > 0 ? named : ['floor', 'pipeline', 'arm-compute'];
const { BENCH_ENDPOINT: endpoint = '', BENCH_TOKEN: token = '' } = process.env;
const agent = new Agent({ keepAlive: true, maxSockets: concurrency });
const headers = { authorization: `Bearer ${token}` };

async function measureAll(rounds: number): Promise<void> {
  const sizes = [100, 500];
  const cpu = new Map<string, number>();
  for (const vms of sizes) {
    await using azure = await startAzure({ subscriptions: 200, vms }, { latencyMs: 50, limits: false });
    const { IDENTITY_ENDPOINT, IDENTITY_HEADER = '' } = azure.environment.AppService;
    const url = `${IDENTITY_ENDPOINT}?api-version=2019-08-01&resource=https%3A%2F%2Fmanagement.azure.com`;
    const answer = await fetch(url, { headers: { 'X-IDENTITY-HEADER': IDENTITY_HEADER } });
    const accessToken: string = JSON.parse(await answer.text()).access_token;
    const results = new Map<string, Result[]>(variants.map((variant) => [variant, []]));
    for (let round = 0; round <= rounds; round += 1) {
      for (const variant of variants) {
        const output = execFileSync(process.execPath, [import.meta.filename, variant], {
          env: {
            ...process.env,
            NODE_EXTRA_CA_CERTS: azure.caFile,
            BENCH_ENDPOINT: azure.endpoint,
            BENCH_TOKEN: accessToken,
          },
        });
        // The first round fills the server's page cache.
        if (round > 0) results.get(variant)?.push(JSON.parse(output.toString()));
      }
    }
    for (const [variant, all] of results) {
      const of = (field: keyof Result) => quartilesOf(all.map((result) => result[field])).median;
      cpu.set(`${variant} ${vms}`, of('cpuMs'));
      console.log(vms, variant, {
        machines: of('machines'),
        wallMs: of('wallMs'),
        cpuMs: of('cpuMs'),
        rssMb: of('rssMb'),
      });
    }
  }
  for (const variant of variants) {
    const more = (cpu.get(`${variant} 500`) ?? 0) - (cpu.get(`${variant} 100`) ?? 0);
    console.log(variant, 'microseconds of CPU for one more machine:', ((more * 1000) / (200 * 400)).toFixed(1));
  }
}

interface Result {
  readonly machines: number;
  readonly wallMs: number;
  readonly cpuMs: number;
  readonly rssMb: number;
}

async function measure(variant: string): Promise<void> {
  const arm = createArmClient({
    cloud: { resourceManagerEndpoint: endpoint, audience: 'https://management.azure.com' },
    tokens: { token: async () => ({ token, expiresOnTimestamp: Date.now() + 3_600_000 }) },
    concurrency,
  });
  const listed = await readAll(listSubscriptions(arm, newRequestContext(signal)));
  const subscriptions = listed.map((one) => one.subscriptionId);
  const read = await readerOf(variant);
  const startedAt = performance.now();
  const cpuBefore = process.cpuUsage();
  let machines = 0;
  await Promise.all(
    Array.from({ length: concurrency }, async () => {
      for (let id = subscriptions.pop(); id !== undefined; id = subscriptions.pop()) {
        machines += await read(id, arm);
      }
    }),
  );
  const { user, system } = process.cpuUsage(cpuBefore);
  const wallMs = Math.round(performance.now() - startedAt);
  const rssMb = Math.round(process.resourceUsage().maxRSS / 1024);
  console.log(JSON.stringify({ machines, wallMs, cpuMs: Math.round((user + system) / 1000), rssMb } satisfies Result));
  process.exit(0); // kept-alive connections would delay the end
}

/** Lists the machines of a subscription. @returns how many there are */
type Reader = (subscriptionId: string, arm: ArmClient) => Promise<number>;

async function readerOf(variant: string): Promise<Reader> {
  if (variant === 'pipeline') return pipeline;
  if (variant === 'arm-compute') return armCompute;
  return bare(variant === 'undici' ? await undici() : nodeHttps);
}

/** Lists without a client: the body as text, then `JSON.parse`. */
function bare(read: (url: string) => Promise<string>): Reader {
  return async (subscriptionId) => {
    let count = 0;
    let url = `${endpoint}/subscriptions/${subscriptionId}/providers/Microsoft.Compute/virtualMachines?api-version=${computeApiVersion}`;
    while (url) {
      const page: { value: unknown[]; nextLink?: string } = JSON.parse(await read(url));
      count += page.value.length;
      url = page.nextLink ?? '';
    }
    return count;
  };
}

function nodeHttps(url: string): Promise<string> {
  return new Promise((resolve, reject) => {
    get(url, { agent, headers }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk) => chunks.push(chunk));
      response.on('end', () => resolve(Buffer.concat(chunks).toString()));
    }).on('error', reject);
  });
}

/** The project does not depend on undici, hence the name in a variable. */
async function undici(): Promise<(url: string) => Promise<string>> {
  const name = 'undici';
  const { Agent: UndiciAgent, request } = await import(name);
  const dispatcher = new UndiciAgent({ connections: concurrency });
  return async (url) => (await request(url, { dispatcher, headers })).body.text();
}

async function pipeline(subscriptionId: string, arm: ArmClient): Promise<number> {
  let count = 0;
  await listVirtualMachines(arm, subscriptionId, newRequestContext(signal)).read((page) => {
    count += page.length;
  });
  return count;
}

async function armCompute(subscriptionId: string, arm: ArmClient): Promise<number> {
  const client = new ComputeManagementClient({ getToken: async () => null }, subscriptionId, {
    endpoint,
    ...arm.forSdk(newRequestContext(signal)),
  });
  let count = 0;
  for await (const page of client.virtualMachines.listAll().byPage()) count += page.length;
  return count;
}

if (endpoint === '') await measureAll(Number(argument));
else await measure(argument);
