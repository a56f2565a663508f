import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

/** The account and key of every Azurite: no secret. https://learn.microsoft.com/azure/storage/common/storage-use-azurite */
const standardAccount = 'devstoreaccount1';
export const azuriteKey = 'Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==';

export interface Azurite {
  /** Without an account. */
  readonly origin: string;
  /** Of its first account. */
  readonly connectionString: string;
  stop(): Promise<void>;
}

/** Connection string for an account in Azurite, or behind a proxy before it. */
export function connectionStringFor(origin: string, account = standardAccount, key = azuriteKey): string {
  return `DefaultEndpointsProtocol=http;AccountName=${account};AccountKey=${key};BlobEndpoint=${origin}/${account};`;
}

/**
 * Starts Azurite's blob service, empty, on a free port in its own process.
 * @param more options of its command line
 * @param accounts names; each has the key of Azurite's own account
 */
export async function startAzurite(
  more: readonly string[] = [],
  accounts: readonly string[] = [standardAccount],
): Promise<Azurite> {
  const script = new URL('../../node_modules/azurite/dist/src/blob/main.js', import.meta.url).pathname;
  const preload = new URL('azurite-preload.ts', import.meta.url).href;
  const options = [
    '--blobPort',
    '0',
    '--inMemoryPersistence',
    '--skipApiVersionCheck',
    '--disableTelemetry',
    '--silent',
  ];
  const child = spawn(process.execPath, ['--import', preload, script, ...options, ...more], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { ...process.env, AZURITE_ACCOUNTS: accounts.map((name) => `${name}:${azuriteKey}`).join(';') },
  });
  const origin = await originOf(child);
  return {
    origin,
    connectionString: connectionStringFor(origin, accounts[0]),
    async stop() {
      const ended = once(child, 'exit');
      child.kill('SIGKILL');
      await ended;
    },
  };
}

async function originOf(child: ChildProcess): Promise<string> {
  if (child.stdout === null) throw new Error('Azurite has no stdout to read');
  for await (const line of createInterface(child.stdout)) {
    const origin = /listens on (https?:\/\/[\d.]+:\d+)/.exec(line)?.[1];
    if (origin !== undefined) {
      // A full pipe would stop Azurite
      child.stdout.resume();
      return origin;
    }
  }
  throw new Error('Azurite ended before it listened');
}
