import { createServer } from 'node:http';
import type { TestProject } from 'vitest/node';
import { listenOnLoopback } from '../../../local/listen.ts';
import { estateRun } from './generated-estate.ts';
import { startInventoryHost } from './inventory-host.ts';
import type { PageHost } from './page-host.ts';
import { startSampleHost } from './sample-host.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** Starts the host of a name at the first request for it, `URL/sample`, and answers with a {@link SharedHost}. */
    sharedHostsUrl: string;
  }
}

export type SharedHost = Pick<PageHost, 'origin' | 'keys'>;

const hour = 3_600_000;
const largeEstate = { machines: 100_000, subscriptions: 200 };
const signedIn = { INVENTORY_HTTP_AUTH: 'entra', WEBSITE_AUTH_ENABLED: 'True' };

/** Hosts that only read: tests that start a run, publish or stop a host start one of their own. */
const hosts = {
  /** The sample tenant, without keys. */
  sample: () => startSampleHost(),
  keys: () => startSampleHost(['--keys']),
  /** Behind it, `startSignInProxy` signs in. */
  entra: () => startSampleHost([], { ...signedIn, INVENTORY_HTTP_AUTH_DEFAULT_ROLE: 'none' }),
  /** 100,000 machines in 200 subscriptions, not complete. */
  large: () => startInventoryHost([estateRun(largeEstate, new Date(Date.now() - hour))]),
};
export type SharedHostName = keyof typeof hosts;

/** One of each for all tests, started when a test first wants it. */
export default async function setup({ provide }: TestProject): Promise<() => Promise<void>> {
  const started = new Map<string, Promise<PageHost>>();
  const server = createServer(async (request, response) => {
    const [, name = '', what] = (request.url ?? '').split('/');
    try {
      const start = Object.entries(hosts).find(([known]) => known === name)?.[1];
      if (start === undefined) throw new Error(`There is no host "${name}"`);
      const running = started.get(name) ?? start();
      started.set(name, running);
      const host = await running;
      const { origin, keys } = host;
      response.end(what === 'log' ? await host.log() : JSON.stringify({ origin, keys } satisfies SharedHost));
    } catch (error) {
      response.writeHead(500).end(String(error));
    }
  });
  provide('sharedHostsUrl', `http://127.0.0.1:${await listenOnLoopback(server, 0)}`);
  return async () => {
    server.close();
    server.closeAllConnections();
    for (const running of await Promise.allSettled(started.values())) {
      if (running.status === 'fulfilled') await running.value[Symbol.asyncDispose]();
    }
  };
}
