import { createServer } from 'node:http';
import type { TestProject } from 'vitest/node';
import { listenOnLoopback } from '../../local/listen.ts';
import { startAzurite } from '../../local/start/azurite.ts';
import { createProcesses } from '../../local/start/processes.ts';
import { azuriteKey } from '../support/azurite.ts';
import type { EngineVersion } from './versions.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** Answers each request with the connection string of an empty account with blobs, queues and tables. */
    engineStorageUrl: string;
    engineVersion: EngineVersion;
  }
}

const standardAccount = 'devstoreaccount1';
const accounts = Array.from({ length: 500 }, (_, index) => `account${index}`);

/** One Azurite for all tests of the engine. Each system has an account of its own. */
export default async function setup({ provide }: TestProject): Promise<() => Promise<void>> {
  process.env.AZURITE_ACCOUNTS = accounts.map((name) => `${name}:${azuriteKey}`).join(';');
  const processes = createProcesses();
  const { connectionString } = await startAzurite(processes, null);
  let taken = 0;
  const server = createServer((_, response) => {
    response.end(connectionString.replaceAll(standardAccount, accounts[taken++ % accounts.length] ?? ''));
  });
  provide('engineStorageUrl', `http://127.0.0.1:${await listenOnLoopback(server, 0)}`);
  return async () => {
    server.close();
    await processes.stop();
  };
}
