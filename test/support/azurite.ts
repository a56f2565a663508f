import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

/** The account and key that every Azurite has: no secret. https://learn.microsoft.com/azure/storage/common/storage-use-azurite */
const account = 'devstoreaccount1';
export const azuriteKey = 'Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==';

export interface Azurite {
  /** Origin, without the account. */
  readonly origin: string;
  readonly connectionString: string;
  stop(): Promise<void>;
}

/** Connection string for an Azurite (or what stands before one). */
export function connectionStringFor(origin: string, key = azuriteKey): string {
  return `DefaultEndpointsProtocol=http;AccountName=${account};AccountKey=${key};BlobEndpoint=${origin}/${account};`;
}

/** Starts Azurite's blob service on a free port, with nothing in it, as a process of its own. */
export async function startAzurite(...more: readonly string[]): Promise<Azurite> {
  const script = new URL('../../node_modules/azurite/dist/src/blob/main.js', import.meta.url).pathname;
  const options = [
    '--blobPort',
    '0',
    '--inMemoryPersistence',
    '--skipApiVersionCheck',
    '--disableTelemetry',
    '--silent',
  ];
  const child = spawn(process.execPath, [script, ...options, ...more], { stdio: ['ignore', 'pipe', 'inherit'] });
  const origin = await originOf(child);
  return {
    origin,
    connectionString: connectionStringFor(origin),
    async stop() {
      const ended = once(child, 'exit');
      child.kill('SIGKILL');
      await ended;
    },
  };
}

async function originOf(child: ChildProcess): Promise<string> {
  if (child.stdout === null) throw new Error('no output of azurite to read');
  for await (const line of createInterface(child.stdout)) {
    const found = /listens on (https?:\/\/[\d.]+:\d+)/.exec(line)?.[1];
    if (found !== undefined) {
      // what it says from here on is of no interest, but must go somewhere
      child.stdout.resume();
      return found;
    }
  }
  throw new Error('azurite ended without listening');
}
