import type { Page } from 'playwright-core';
import { beforeAll, expect } from 'vitest';
import { test } from './support/browser-test.ts';
import { pageAddress } from './support/page-host.ts';
import { startProxy } from './support/proxy.ts';
import { answerOf } from './support/sample.ts';
import { sharedHost } from './support/shared-host.ts';
import type { SharedHost } from './support/shared-hosts.ts';

let host: SharedHost;
beforeAll(async () => {
  host = await sharedHost('sample');
});

const facet = (page: Page, title: string) =>
  page.locator('.facet', { has: page.locator('summary').getByText(title, { exact: true }) });
const queryOf = (page: Page) => new URLSearchParams(page.url().split('?')[1]);
const total = (page: Page) => page.locator('.list-count').textContent();

test.for<[title: string, name: string]>([
  ['Type', 'type'],
  ['Subscription', 'subscriptionId'],
  ['Location', 'location'],
  ['Identity', 'identityType'],
  ['OS', 'osType'],
  ['Power', 'powerState'],
  ['Size', 'vmSize'],
  ['Stale', 'stale'],
])('20. %s narrows to what its value counts, and a second click clears it', async ([title, name], { page }) => {
  await page.goto(pageAddress(host, '#/machines'));
  const values = facet(page, title).locator('.facet-value');
  await values.first().waitFor({ state: 'attached' });
  const before = await total(page);
  const labels = await facet(page, title).locator('.facet-label').allTextContents();
  const isOpen = await facet(page, title).evaluate((details) => details.hasAttribute('open'));
  if (!isOpen) await facet(page, title).locator('summary').click();
  const counted = await values.last().locator('.facet-count').textContent();

  await values.last().click();

  await expect.poll(() => queryOf(page).has(name)).toBe(true);
  const query = queryOf(page);
  expect([...query.keys()]).toEqual([name]);
  const { count, value } = await answerOf(host, `virtualMachines?count=true&orderby=name&skip=0&${query}`);
  expect(count.toLocaleString('en')).toBe(counted);
  await expect.poll(() => total(page)).toBe(`at least ${counted} machine${count === 1 ? '' : 's'}`);
  expect((await page.locator('[data-row-link]').allTextContents()).slice(0, 10)).toEqual(
    value.slice(0, 10).map((one: { name: string }) => one.name),
  );
  // A facet ignores its own filter, so the other values can still be chosen.
  expect(await facet(page, title).locator('.facet-label').allTextContents()).toEqual(labels);
  await facet(page, title).locator('[aria-pressed=true]').click();
  await expect.poll(() => total(page)).toBe(before);
  expect([...queryOf(page).keys()]).toEqual([]);
});

test('20. a value in the address that no facet lists is shown as text, and can be cleared', async ({ page }) => {
  const value = '<img src=x onerror=alert(1)>';
  await page.goto(pageAddress(host, `#/machines?location=${encodeURIComponent(value)}`));

  const pressed = facet(page, 'Location').locator('[aria-pressed=true]');
  await pressed.waitFor();
  expect(await pressed.textContent()).toBe(value);
  expect(await total(page)).toBe('at least 0 machines');
  await pressed.click();
  await expect.poll(() => total(page)).not.toBe('at least 0 machines');
});

test('20. a value in other letter case presses the one that the facet lists', async ({ page }) => {
  await page.goto(pageAddress(host, '#/machines?location=WestEurope'));

  const pressed = facet(page, 'Location').locator('[aria-pressed=true]');
  await pressed.locator('.facet-count').waitFor();
  expect(await total(page)).toBe(`at least ${await pressed.locator('.facet-count').textContent()} machines`);
  await pressed.click();
  await expect.poll(() => page.url()).not.toContain('location');
});

test('counts that do not arrive are called not available, and the rows are there', async ({ page, servers }) => {
  const proxy = servers.use(
    await startProxy(host.origin, {
      prepare: ({ url, headers }) => (url?.includes('/facets') === true ? null : headers),
    }),
  );

  await page.goto(pageAddress(proxy, '#/machines?osType=Linux'));

  await page.getByText('Counts are not available').waitFor();
  await page.locator('[data-row-link]').first().waitFor();
  await facet(page, 'OS').locator('[aria-pressed=true]').click();
  await expect.poll(() => page.url()).not.toContain('osType');
});
