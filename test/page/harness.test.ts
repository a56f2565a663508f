import { describe, expect } from 'vitest';
import { machine } from '../support/readings.ts';
import { test } from './support/browser-test.ts';
import { estateRun, identityPrincipalId, machinePrincipalId, subscriptionIdOf } from './support/generated-estate.ts';
import { startInventoryHost } from './support/inventory-host.ts';
import { pageAddress } from './support/page-host.ts';
import { logOf, sharedHost } from './support/shared-host.ts';
import { allRoles, startSignInProxy } from './support/sign-in-proxy.ts';

describe('a test fails on', () => {
  test.for<[what: string, code: string, problem: RegExp]>([
    ['a console error', "console.error('oops')", /^console: oops$/],
    ['an exception', "setTimeout(() => { throw new Error('oops') })", /^exception: oops$/],
    ['a rejection', "Promise.reject(new Error('oops')); 0", /^exception: oops$/],
    ['a violation', "document.body.setAttribute('style', 'color: red')", /^policy: style-src-attr inline$/],
    ['a request to another origin', "location.href = 'http://page.example:1/'", /^request to another origin: /],
  ])('%s', async ([, code, problem], { page, problems }) => {
    const host = await sharedHost('sample');
    await page.goto(pageAddress(host));
    await page.getByRole('heading', { level: 1 }).waitFor();

    await page.evaluate(`{ ${code} }`);

    const seen: string[] = [];
    await expect
      .poll(() => {
        seen.push(...problems.take());
        return seen;
      })
      .toContainEqual(expect.stringMatching(problem));
    // Chromium writes to the console about it.
    problems.allow(/./);
  });
});

describe('the hosts', () => {
  const get = async (origin: string, path: string, headers: Record<string, string> = {}) =>
    fetch(`${origin}/api/${path}`, { headers });

  test('large has 100,000 machines, and is not complete', async () => {
    const { origin } = await sharedHost('large');
    const count = async (filter: string) =>
      (await get(origin, `virtualMachines?count=true&maxpagesize=1${filter}`)).json();

    const all = await count('');

    expect(all).toMatchObject({ count: 100_000, complete: false });
    expect(all.coverage).toMatchObject({ complete: 198, failed: 1, denied: 1, blindSpots: 1 });
    expect(await count(`&principalId=${identityPrincipalId(0)}`)).toMatchObject({ count: 5000 });
    expect(await count(`&principalId=${machinePrincipalId(0)}`)).toMatchObject({ count: 1 });
  });

  test('of its own shows what is published later', async () => {
    const size = { machines: 20, subscriptions: 4 };
    const yesterday = new Date(Date.now() - 24 * 3_600_000);
    await using host = await startInventoryHost([estateRun(size, yesterday)]);
    const names = async () => {
      const { value } = await (await get(host.origin, 'virtualMachines?orderby=name')).json();
      return value.map(({ name }: { name: string }) => name);
    };
    expect(await names()).toHaveLength(20);

    await host.publish(estateRun(size, new Date(), [machine('a-new-one', { subscriptionId: subscriptionIdOf(0) })]));

    await expect.poll(names).toHaveLength(21);
    expect((await names())[0]).toBe('a-new-one');
  });

  test('keys requires them', async () => {
    const { origin, keys } = await sharedHost('keys');

    expect((await get(origin, 'virtualMachines')).status).toBe(401);
    expect((await get(origin, 'virtualMachines', { 'x-functions-key': keys?.page ?? '' })).status).toBe(200);
    expect(await logOf('keys')).toContain('keys required');
  });

  test('entra lets in who has signed in, with the roles given', async ({ newContext, servers }) => {
    const { origin } = await sharedHost('entra');
    const proxy = servers.use(await startSignInProxy(origin));
    const context = await newContext();
    const status = async () => (await context.request.get(`${proxy.origin}/api/virtualMachines`)).status();
    const signIn = () => context.request.get(`${proxy.origin}/.auth/login/aad?post_login_redirect_uri=/api/health`);

    expect((await get(origin, 'virtualMachines')).status).toBe(401);
    expect((await get(proxy.origin, 'virtualMachines', { 'x-ms-client-principal-id': 'me' })).status).toBe(401);
    expect((await get(proxy.origin, 'page')).status).toBe(200);
    expect(await status()).toBe(401);
    await signIn();
    expect(await status()).toBe(200);
    await context.request.get(`${proxy.origin}/.auth/logout?post_logout_redirect_uri=/api/page`);
    expect(await status()).toBe(401);
    proxy.give([]);
    await signIn();
    expect(await status()).toBe(403);
    proxy.give(allRoles);
    await signIn();
    expect(await status()).toBe(200);
    expect(proxy.signIns).toHaveLength(4);
  });
});
