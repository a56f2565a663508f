import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { zstdDecompressSync } from 'node:zlib';
import { BlobServiceClient } from '@azure/storage-blob';
import type { SubscriptionTruth } from '../../local/azure/tenant/types.ts';
import { createProcesses, type Processes } from '../../local/start/processes.ts';
import { newAzuriteAccount } from '../support/azurite-account.ts';

const root = join(import.meta.dirname, '../..');

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  // biome-ignore lint/suspicious/noExplicitAny: what a test expects of it is what it says
  readonly body: any;
}

interface AzureReady {
  readonly identityEndpoint: string;
  readonly environment: { readonly AppService: Readonly<Record<string, string>> };
}

/** The app as it is deployed: the built bundle in a host of its own process, before Azurite and a stand-in for Azure in theirs. */
export interface System {
  /** Everything that was said so far: each process's stdout and stderr, and every answer of the app. */
  readonly said: string[];
  readonly connectionString: string;
  /** The value of IDENTITY_HEADER. */
  identityHeader(): string;
  get(path: string, init?: RequestInit): Promise<Answer>;
  /** Fires the timer and waits for its run. */
  runTimer(): Promise<Answer['body']>;
  truth(): Promise<SubscriptionTruth[]>;
  /** One token, as the app gets them. */
  token(): Promise<string>;
  addFault(rule: unknown): Promise<void>;
  clearFaults(): Promise<void>;
  /** The tenant as it is in that state, and the app started anew: only Azurite stays. */
  restart(state: 1 | 2): Promise<void>;
  /** All blobs by name, decompressed where they are compressed. */
  blobs(): Promise<Map<string, Buffer>>;
  stop(): Promise<void>;
}

export async function startSystem(size: { readonly subscriptions: number; readonly vms: number }): Promise<System> {
  const said: string[] = [];
  const { connectionString } = await newAzuriteAccount();
  let running = await startApp(1);

  async function startApp(state: 1 | 2): Promise<{ processes: Processes; azure: AzureReady; url: string }> {
    const processes = createProcesses();
    const start = <Ready>(args: readonly string[], environment: Readonly<Record<string, string>>): Promise<Ready> =>
      processes.start<Ready>({
        name: args[0] ?? '',
        command: process.execPath,
        args: args.map((each) => (each.startsWith('local/') ? join(root, each) : each)),
        environment: { ...process.env, ...environment },
        ready: (line) => JSON.parse(line),
        onLine: (line) => said.push(line),
      });
    const { subscriptions, vms } = size;
    const azureArgs = [
      '--subscriptions',
      `${subscriptions}`,
      '--vms',
      `${vms}`,
      '--state',
      `${state}`,
      '--page-size',
      '7',
      '--no-scenes',
    ];
    const azure = await start<AzureReady>(['local/azure/main.ts', ...azureArgs], {});
    const bundle = join(root, 'dist/functions.cjs');
    const { url } = await start<{ url: string }>(['local/host/main.ts', '--bundle', bundle, '--port', '0'], {
      ...azure.environment.AppService,
      AzureWebJobsStorage: connectionString,
    });
    return { processes, azure, url };
  }

  async function get(path: string, init: RequestInit = {}): Promise<Answer> {
    const response = await fetch(path.startsWith('http') ? path : `${running.url}/api/${path}`, init);
    const text = await response.text();
    said.push(JSON.stringify([...response.headers]), text);
    const body = /json/.test(response.headers.get('content-type') ?? '') ? JSON.parse(text) : null;
    return { status: response.status, headers: response.headers, text, body };
  }

  async function control(method: string, path: string, body?: unknown): Promise<Answer['body']> {
    const init = body === undefined ? { method } : { method, body: JSON.stringify(body) };
    const response = await fetch(`${running.azure.identityEndpoint}/_local/${path}`, init);
    if (!response.ok) throw new Error(`${path}: ${await response.text()}`);
    return response.json();
  }

  return {
    said,
    connectionString,
    identityHeader: () => running.azure.environment.AppService.IDENTITY_HEADER ?? '',
    get,
    async runTimer() {
      const newest = async () => (await get('runs?maxpagesize=1')).body.value[0];
      const before = await newest();
      const headers = { 'content-type': 'application/json' };
      await fetch(`${running.url}/admin/functions/inventory-schedule`, { method: 'POST', headers, body: '{}' });
      for (;;) {
        const run = await newest();
        if (run !== undefined && run.id !== before?.id && run.status !== 'running') return run;
        await delay(50);
      }
    },
    truth: () => control('GET', 'truth'),
    async token() {
      const { IDENTITY_ENDPOINT, IDENTITY_HEADER } = running.azure.environment.AppService;
      const url = `${IDENTITY_ENDPOINT}?api-version=2019-08-01&resource=https://management.azure.com`;
      const response = await fetch(url, { headers: { 'X-IDENTITY-HEADER': IDENTITY_HEADER ?? '' } });
      return JSON.parse(await response.text()).access_token;
    },
    addFault: (rule) => control('POST', 'faults', rule),
    clearFaults: () => control('POST', 'reset'),
    async restart(state) {
      await running.processes.stop();
      running = await startApp(state);
    },
    async blobs() {
      const found = new Map<string, Buffer>();
      const service = BlobServiceClient.fromConnectionString(connectionString);
      for await (const { name: container } of service.listContainers()) {
        const client = service.getContainerClient(container);
        for await (const { name } of client.listBlobsFlat()) {
          const bytes = await client.getBlobClient(name).downloadToBuffer();
          found.set(`${container}/${name}`, name.endsWith('.zst') ? zstdDecompressSync(bytes) : bytes);
        }
      }
      return found;
    },
    stop: () => running.processes.stop(),
  };
}
