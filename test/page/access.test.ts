import { createServer } from 'node:http';
import type { Page } from 'playwright-core';
import { beforeAll, describe, expect } from 'vitest';
import { listenOnLoopback } from '../../local/listen.ts';
import { test } from './support/browser-test.ts';
import { pageAddress } from './support/page-host.ts';
import { startProxy } from './support/proxy.ts';
import { logOf, sharedHost } from './support/shared-host.ts';
import type { SharedHost } from './support/shared-hosts.ts';
import { startSignInProxy } from './support/sign-in-proxy.ts';

const heading = (page: Page, name: string) => page.getByRole('heading', { level: 1, name });
const field = (page: Page) => page.locator('input[type=password]');

async function enter(page: Page, key: string): Promise<void> {
  await field(page).fill(key);
  await page.getByRole('button', { name: 'Use this key' }).click();
}

describe('with keys', () => {
  let host: SharedHost;
  let key: string;
  beforeAll(async () => {
    host = await sharedHost('keys');
    key = host.keys?.page ?? '';
  });

  test('5. no key, a wrong one, the right one; it stays over a reload and is written nowhere', async ({
    page,
    servers,
  }) => {
    const proxy = servers.use(await startProxy(host.origin));
    await page.goto(pageAddress(proxy));
    await field(page).waitFor();
    expect(await page.getByRole('alert').count()).toBe(0);

    await enter(page, 'not-the-key');
    await page.getByRole('dialog').getByText('The app refused this key.').waitFor();
    // With the white space that a copied key often has.
    await enter(page, `  ${key} `);
    await page
      .getByRole('link', { name: /at least/i })
      .first()
      .waitFor();
    expect(await page.getByRole('dialog').count()).toBe(0);

    await page.reload();
    await page
      .getByRole('link', { name: /at least/i })
      .first()
      .waitFor();
    expect(await page.getByRole('dialog').count()).toBe(0);
    expect(page.url()).not.toContain(key);
    expect(proxy.exchanges.filter(({ path }) => path.includes(key))).toEqual([]);
    expect(await page.evaluate('JSON.stringify(localStorage)')).not.toContain(key);
    expect(await logOf('keys')).not.toContain(key);
  });

  test('6. a link opened with the middle button works at once; a fresh browser asks, then shows that view', async ({
    newContext,
  }) => {
    const context = await newContext();
    const page = await context.newPage();
    await page.goto(pageAddress(host));
    await enter(page, key);
    await heading(page, 'Overview').waitFor();

    const [opened] = await Promise.all([
      context.waitForEvent('page'),
      page.getByRole('navigation').getByRole('link', { name: 'Findings' }).click({ button: 'middle' }),
    ]);
    await opened.getByRole('article').first().waitFor();
    expect(await opened.getByRole('dialog').count()).toBe(0);

    const fresh = await (await newContext()).newPage();
    await fresh.goto(opened.url());
    await enter(fresh, key);
    await fresh.getByRole('article').first().waitFor();
    expect(fresh.url()).toBe(opened.url());
  });

  test('8. Forget key in one tab clears the key in the other', async ({ newContext }) => {
    const context = await newContext();
    const first = await context.newPage();
    await first.goto(pageAddress(host));
    await enter(first, key);
    await heading(first, 'Overview').waitFor();
    const second = await context.newPage();
    await second.goto(pageAddress(host));
    await heading(second, 'Overview').waitFor();
    expect(await field(second).count()).toBe(0);

    await first.getByRole('button', { name: 'Menu' }).click();
    await first.getByRole('button', { name: 'Forget key' }).click();

    for (const tab of [first, second]) {
      await field(tab).waitFor();
      expect(await tab.evaluate('JSON.stringify(sessionStorage)')).not.toContain(key);
    }
  });
});

describe('with a sign-in', () => {
  let host: SharedHost;
  beforeAll(async () => {
    host = await sharedHost('entra');
  });

  test('9. one redirect, then the same hash; a lost cookie: Sign in, and the view stays', async ({
    newContext,
    servers,
  }) => {
    const proxy = servers.use(await startSignInProxy(host.origin));
    const context = await newContext();
    const page = await context.newPage();
    await page.goto(pageAddress(proxy, '#/findings?severity=high'));
    await page.getByRole('article').first().waitFor();
    expect(page.url()).toBe(pageAddress(proxy, '#/findings?severity=high'));
    expect(proxy.signIns).toHaveLength(1);

    await context.clearCookies();
    await page.getByLabel('Rule').selectOption({ index: 1 });

    await expect.poll(() => page.getByRole('button', { name: 'Sign in' }).count()).toBe(1);
    const lost = page.url();
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('article').first().waitFor();
    expect([page.url(), proxy.signIns.length]).toEqual([lost, 2]);
  });

  test('9. signed in but refused: a text, and no loop', async ({ newContext, servers }) => {
    const proxy = servers.use(await startSignInProxy(host.origin));
    proxy.give([]);
    const page = await (await newContext()).newPage();

    await page.goto(pageAddress(proxy));

    await page.getByText('You are signed in, but not among those who may use this app.').waitFor();
    await page.waitForLoadState('networkidle');
    expect(proxy.signIns).toHaveLength(1);
  });

  test("10. another origin's form starts no run", async ({ newContext, problems, servers }) => {
    problems.allow(/request to another origin|403/);
    const proxy = servers.use(await startSignInProxy(host.origin));
    const target = `${proxy.origin}/api/runs`;
    const server = createServer((_, response) => {
      response.setHeader('content-type', 'text/html');
      response.end(`<form method="post" action="${target}"><button>Go</button></form>`);
    });
    const port = await listenOnLoopback(server, 0);
    const context = await newContext();
    await context.request.get(`${proxy.origin}/.auth/login/aad?post_login_redirect_uri=/api/health`);
    const runs = async () => (await (await context.request.get(target)).json()).value.length;
    const before = await runs();
    const page = await context.newPage();
    await page.goto(`http://page.example:${port}/`);

    const [answer] = await Promise.all([
      page.waitForResponse((response) => response.url() === target),
      page.getByRole('button', { name: 'Go' }).click(),
    ]);

    expect([answer.status(), await answer.text()]).toEqual([403, expect.stringContaining('CrossSiteRequest')]);
    expect(await runs()).toBe(before);
    server.close();
  });
});
