import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { TestProject } from 'vitest/node';
import { type Azurite, startAzurite } from './azurite.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** Answers each request with a {@link SharedAccount} that no other test has. */
    sharedAzuriteUrl: string;
  }
}

export interface SharedAccount {
  /** Of Azurite. */
  readonly origin: string;
  readonly account: string;
}

/** More than tests take in one run. */
const accounts = Array.from({ length: 1000 }, (_, index) => `account${index}`);

/**
 * One Azurite for all tests, in which each test file has an account of its own.
 * It starts when a test first wants an account, so that tests without storage do not wait for it.
 */
export default async function setup({ provide }: TestProject): Promise<() => Promise<void>> {
  let azurite: Promise<Azurite> | undefined;
  let taken = 0;
  const server = createServer(async (_request, response) => {
    azurite ??= startAzurite([], accounts);
    const { origin } = await azurite;
    const account = accounts[taken++ % accounts.length] ?? '';
    response.end(JSON.stringify({ origin, account } satisfies SharedAccount));
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  provide('sharedAzuriteUrl', `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  return async () => {
    server.close();
    server.closeAllConnections();
    await (await azurite)?.stop();
  };
}
