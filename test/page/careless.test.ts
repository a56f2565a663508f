import type { Page } from 'playwright-core';
import { beforeAll, describe, expect } from 'vitest';
import { giveKey, test } from './support/browser-test.ts';
import { apiFault, startFaultyProxy } from './support/faulty-proxy.ts';
import { pageAddress } from './support/page-host.ts';
import { sampleOf } from './support/sample.ts';
import { sharedHost } from './support/shared-host.ts';
import type { SharedHost } from './support/shared-hosts.ts';

let host: SharedHost;
beforeAll(async () => {
  host = await sharedHost('sample');
});

const heading = (page: Page, name: string) => page.getByRole('heading', { level: 1, name });
const searchBox = (page: Page) => page.getByRole('combobox', { name: 'Search by id or name' });

describe('an address that was edited by hand', () => {
  test.for<[hash: string, shows: string]>([
    ['#/?asOf=20269999T999999Z-aaaa', 'back to now'],
    ['#/changes?from=20269999T999999Z-aaaa&to=x', "to is 'x'"],
    ['#/runs/.', 'This is not the id of a run.'],
    ['#/runs/%2e%2e', 'This is not the id of a run.'],
    ['#/runs/%00', 'Try again'],
    ['#/machines/../..', 'This is not the resource id'],
    ['#/principals/x', "q is 'x'"],
    ['#/coverage?status=constructor', 'Clear status'],
  ])('%s says what is wrong with it', async ([hash, shows], { page }) => {
    await page.goto(pageAddress(host, hash));

    await page.locator('main').getByText(shows).first().waitFor();
    await page.getByRole('navigation').getByRole('link', { name: 'Runs' }).click();
    await heading(page, 'Runs').waitFor();
  });

  test('a long tag does not make the page wider than the window', async ({ page }) => {
    await page.goto(pageAddress(host, `#/machines?tag=${'x'.repeat(700)}`));
    await page.getByRole('button', { name: /^Remove tag/i }).waitFor();

    expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true);
  });
});

describe('the search box', () => {
  test('says that a text is too long, and sends no part of it', async ({ page, servers }) => {
    const proxy = servers.use(await startFaultyProxy(host.origin));
    await page.goto(pageAddress(proxy));
    await heading(page, 'Overview').waitFor();

    await searchBox(page).fill('ä'.repeat(257));
    await page.getByText('This text has 257 characters. A search takes 256 at most.').waitFor();
    await page.keyboard.press('Enter');
    await searchBox(page).fill('ä'.repeat(256));
    await page.getByText(/^No run up to this one saw/).waitFor();

    const asked = proxy.exchanges.filter(({ path }) => path.startsWith('/api/search'));
    expect(asked.map(({ path }) => new URL(path, host.origin).searchParams.get('q'))).toEqual(['ä'.repeat(256)]);
  });

  test('shows why Enter found nothing, and finds it the next time', async ({ page, problems, servers }) => {
    problems.allow(/status of 500/);
    const { principalId } = await sampleOf(host);
    const proxy = servers.use(await startFaultyProxy(host.origin));
    const fault = apiFault(500, { code: 'InternalError', message: 'An unexpected error occurred' });
    proxy.fail((path) => (path.startsWith('search') ? fault : null));
    await page.goto(pageAddress(proxy));
    await searchBox(page).fill(principalId);

    await page.keyboard.press('Enter');
    await page.getByRole('alert').getByText('An unexpected error occurred').waitFor();
    proxy.fail(() => null);
    await page.keyboard.press('Enter');

    await expect.poll(() => page.url()).toContain(principalId);
  });

  test('does not take a user away who has gone elsewhere while it searched', async ({ page, problems, servers }) => {
    problems.allow(/Failed to load resource/);
    const { principalId } = await sampleOf(host);
    const proxy = servers.use(await startFaultyProxy(host.origin));
    await page.clock.install();
    await page.goto(pageAddress(proxy));
    await heading(page, 'Overview').waitFor();
    proxy.fail((path) => (path.startsWith('search') ? 'broken' : null));
    await searchBox(page).fill(principalId);
    await page.keyboard.press('Enter');
    await page.getByText('The app cannot be reached.').waitFor();

    await page.getByRole('navigation').getByRole('link', { name: 'Findings' }).click();
    await heading(page, 'Findings').waitFor();
    proxy.fail(() => null);
    await page.clock.runFor(16_000);

    await expect.poll(() => proxy.exchanges.filter(({ path }) => path.startsWith('/api/search')).length).toBe(1);
    await page.clock.runFor(1000);
    expect(new URL(page.url()).hash).toBe('#/findings');
  });
});

test('ids are looked up, although the browser keeps no more of them', async ({ page }) => {
  await page.goto(pageAddress(host, '#/lookup'));
  // What a tab may keep, which is as much as 130,000 ids.
  await page.evaluate(`for (let size = 2 ** 22; size >= 1; ) {
    try { sessionStorage.setItem('filler', (sessionStorage.getItem('filler') ?? '') + 'x'.repeat(size)); }
    catch { size /= 2; }
  }`);
  const ids = Array.from({ length: 50 }, (_, index) => `000000${index + 10}-0000-4000-8000-000000000000`);

  await page.getByLabel('Text with ids').fill(ids.join('\n'));
  await page.getByRole('button', { name: 'Look up', exact: true }).click();

  await page.getByText('50 ids').first().waitFor();
});

describe('two tabs', () => {
  test('a preference of one is one of the other, and neither undoes it', async ({ newContext }) => {
    const context = await newContext();
    const [first, second] = [await context.newPage(), await context.newPage()];
    for (const tab of [first, second]) {
      await tab.goto(pageAddress(host));
      await heading(tab, 'Overview').waitFor();
      await tab.getByRole('button', { name: 'Menu' }).click();
    }
    await first.getByLabel('Theme').selectOption('dark');
    await expect.poll(() => second.locator('html').getAttribute('data-theme')).toBe('dark');

    await second.getByLabel('Rows').selectOption('compact');

    await expect.poll(() => first.locator('html').getAttribute('data-density')).toBe('compact');
    expect(await first.locator('html').getAttribute('data-theme')).toBe('dark');
  });

  test('Forget key in one takes what it opened off the screen of both', async ({ newContext }) => {
    const keys = await sharedHost('keys');
    const context = await newContext();
    const first = await context.newPage();
    await first.goto(pageAddress(keys));
    await first.locator('input[type=password]').fill(keys.keys?.page ?? '');
    await first.keyboard.press('Enter');
    await first.locator('.tile').first().waitFor();
    const second = await context.newPage();
    await second.goto(pageAddress(keys, '#/findings'));
    await second.getByRole('article').first().waitFor();

    await first.getByRole('button', { name: 'Menu' }).click();
    await first.getByRole('button', { name: 'Forget key' }).click();

    for (const tab of [first, second]) {
      await tab.locator('input[type=password]').waitFor();
      expect(await tab.locator('.tile, article').count()).toBe(0);
    }
    expect(new URL(second.url()).hash).toBe('#/findings');
  });
});

test('Esc, pressed again and again, does not take the key dialog away', async ({ page }) => {
  const { origin } = await sharedHost('keys');
  await page.goto(pageAddress({ origin }));
  await page.locator('input[type=password]').waitFor();

  for (let times = 0; times < 4; times++) await page.keyboard.press('Escape');

  await page.locator('input[type=password]').fill('x');
  expect(await page.locator('dialog:modal').count()).toBe(1);
});

test('About says why openapi.json was not saved', async ({ newContext, problems, servers }) => {
  problems.allow(/status of 500/);
  const { origin, keys } = await sharedHost('keys');
  const proxy = servers.use(await startFaultyProxy(origin));
  proxy.fail((path) => (path === 'openapi.json' ? apiFault(500, { code: 'InternalError', message: 'Oops' }) : null));
  const context = await newContext();
  await giveKey(context, keys?.page ?? '');
  const page = await context.newPage();
  await page.goto(pageAddress(proxy, '#/about'));

  await page.getByRole('link', { name: 'openapi.json' }).click();

  await page.getByRole('alert').getByText('Oops').waitFor();
});
