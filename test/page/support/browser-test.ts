import type { Browser, BrowserContext, BrowserContextOptions, Page, Request } from 'playwright-core';
import { expect, test as vitestTest } from 'vitest';
import { launchChromium } from './chromium.ts';

/** What went wrong in the browser during one test. Whatever is left of it at the end fails the test. */
export interface Problems {
  /** Takes out what has been seen so far, in order. */
  take(): string[];
  /** Ignores what matches, from now on. */
  allow(pattern: RegExp): void;
}

/** Chromium itself writes this line for a fetch that was answered so. The page shows it in its own words. */
const expectedLine = /^console: Failed to load resource: the server responded with a status of (?:4\d\d|503) /;

/** The name under which the page reports violations of its policy. */
const reporter = '__reportViolation';
const reportViolations = `document.addEventListener('securitypolicyviolation', (event) =>
  window.${reporter}(event.effectiveDirective + ' ' + (event.blockedURI || event.sample)))`;

/**
 * A test with a browser. `newContext` makes a fresh profile, `page` is a page in one. A test fails on a violation of the
 * security policy, a request to another origin than that of its page, a console error and an uncaught exception.
 * `servers` keeps what a test starts until its pages are closed: a page that asks a server that is gone is no fault.
 */
// biome-ignore-start lint/correctness/noEmptyPattern: Vitest reads the names of the fixtures that a fixture needs from the pattern
export const test = vitestTest
  .extend('browser', { scope: 'file' }, async ({}, { onCleanup }): Promise<Browser> => {
    const browser = await launchChromium();
    onCleanup(() => browser.close());
    return browser;
  })
  .extend('problems', async ({}, { onCleanup }): Promise<Problems & { readonly add: (problem: string) => void }> => {
    const seen: string[] = [];
    const allowed = [expectedLine];
    onCleanup(() => {
      expect(seen).toEqual([]);
    });
    return {
      add(problem) {
        if (!allowed.some((pattern) => pattern.test(problem))) seen.push(problem);
      },
      take: () => seen.splice(0),
      allow: (pattern) => void allowed.push(pattern),
    };
  })
  .extend('servers', async ({}): Promise<AsyncDisposableStack> => new AsyncDisposableStack())
  .extend('newContext', async ({ browser, problems, servers }, { onCleanup }) => {
    const contexts: BrowserContext[] = [];
    onCleanup(async () => {
      for (const context of contexts) await context.close();
      await servers.disposeAsync();
    });
    return async (options: BrowserContextOptions = {}): Promise<BrowserContext> => {
      const context = await browser.newContext(options);
      contexts.push(context);
      await watch(context, problems.add);
      return context;
    };
  })
  .extend('page', async ({ newContext }): Promise<Page> => (await newContext()).newPage());
// biome-ignore-end lint/correctness/noEmptyPattern: as above

async function watch(context: BrowserContext, add: (problem: string) => void): Promise<void> {
  await context.exposeFunction(reporter, (text: string) => add(`policy: ${text}`));
  await context.addInitScript({ content: reportViolations });
  context.on('console', (message) => {
    if (message.type() === 'error') add(`console: ${message.text()}`);
  });
  context.on('weberror', (error) => add(`exception: ${error.error().message}`));
  const origins = new WeakMap<Page, string>();
  context.on('request', (request) => {
    const page = pageOf(request);
    const { origin } = new URL(request.url());
    if (page === null) add(`request of a worker: ${request.url()}`);
    else if (page === undefined) return;
    else if (!origins.has(page)) origins.set(page, origin);
    else if (origins.get(page) !== origin) add(`request to another origin: ${request.url()}`);
  });
}

/** The pages of a context have this function key, as if someone had entered it. */
export async function giveKey(context: BrowserContext, key: string): Promise<void> {
  const entries = { 'vm-identities.key': key, 'vm-identities.used': String(Date.now()) };
  // A page without an address has no storage.
  await context.addInitScript({
    content: `if (location.protocol === 'http:') Object.assign(sessionStorage, ${JSON.stringify(entries)})`,
  });
}

/** @returns null for a request of a service worker; undefined for the first one of a new tab, which has no frame yet */
function pageOf(request: Request): Page | null | undefined {
  if (request.serviceWorker() !== null) return null;
  try {
    return request.frame().page();
  } catch (error) {
    if (request.isNavigationRequest()) return undefined;
    throw error;
  }
}
