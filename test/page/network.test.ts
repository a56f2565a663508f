import type { Page } from 'playwright-core';
import { beforeAll, expect } from 'vitest';
import { type Problems, test } from './support/browser-test.ts';
import { type Fault, startFaultyProxy, startingUp } from './support/faulty-proxy.ts';
import { pageAddress } from './support/page-host.ts';
import { sampleOf } from './support/sample.ts';
import { sharedHost } from './support/shared-host.ts';
import type { SharedHost } from './support/shared-hosts.ts';

let host: SharedHost;
beforeAll(async () => {
  host = await sharedHost('sample');
});

/** Chromium itself writes a line about each fetch that fails. */
const failedFetch = /^console: Failed to load resource: (?:net::ERR_|the server responded with a status of 50[0-9] )/;

/** Counts the times at which a view that had a heading has none, or no text. */
async function watchForBlankViews(page: Page, problems: Problems): Promise<() => Promise<number>> {
  problems.allow(failedFetch);
  await page.addInitScript({
    content: `addEventListener('DOMContentLoaded', () => {
      let seen = false;
      globalThis.blankViews = 0;
      new MutationObserver(() => {
        const main = document.querySelector('main');
        const isBlank = main === null || main.textContent.trim() === '';
        if (seen && isBlank) globalThis.blankViews++;
        seen ||= !isBlank;
      }).observe(document.body, { childList: true, characterData: true, subtree: true });
    })`,
  });
  return () => page.evaluate<number>('globalThis.blankViews');
}

const bar = (page: Page) => page.getByText('The app cannot be reached. What you see stays; the page keeps trying.');
const rows = (page: Page) => page.locator('tbody td.column-name a');
/** How many rows are in the document depends on what is above them. */
const firstRows = async (page: Page) => (await rows(page).allTextContents()).slice(0, 5);
const total = (page: Page) => page.locator('.list-count').textContent();

test('40. with 400 ms latency, and each request failing once, every view shows its data', async ({
  page,
  problems,
  servers,
}) => {
  const { principalId, id } = await sampleOf(host);
  const blankViews = await watchForBlankViews(page, problems);
  const proxy = servers.use(await startFaultyProxy(host.origin));
  const faults: readonly Fault[] = ['broken', startingUp, { status: 503, body: 'The service is unavailable.' }];
  const asked = new Set<string>();
  // More than 3 of 100, and the same ones each time: the first request to each address.
  proxy.fail((path) => {
    if (path.startsWith('page') || asked.has(path)) return null;
    asked.add(path);
    return faults[asked.size % faults.length] ?? null;
  });
  const session = await page.context().newCDPSession(page);
  await session.send('Network.enable');
  await session.send('Network.emulateNetworkConditions', {
    offline: false,
    latency: 400,
    downloadThroughput: -1,
    uploadThroughput: -1,
  });
  const views: readonly (readonly [hash: string, data: string])[] = [
    ['#/', '.tile'],
    ['#/machines', 'tbody td.column-name a'],
    ['#/machines', '.facet-count'],
    [`#/machines${id}`, '.facts'],
    ['#/principals', 'tbody td a'],
    [`#/principals/${principalId}`, '.facts'],
    [`#/lookup?id=${principalId}`, 'tbody td'],
    ['#/changes', '.changes, .notice'],
    ['#/findings', '.finding'],
    ['#/coverage', '[data-cell]'],
    ['#/runs', 'tbody td'],
    ['#/about', '.facts'],
  ];

  await page.goto(pageAddress(proxy));
  for (const [hash, data] of views) {
    await page.evaluate(`location.hash = ${JSON.stringify(hash)}`);
    await page.locator(data).first().waitFor();
  }

  await expect.poll(() => bar(page).count()).toBe(0);
  expect(await page.getByRole('alert').count()).toBe(0);
  expect(await blankViews()).toBe(0);
  expect(proxy.failed.length).toBeGreaterThan(12);
});

test('40. offline for a minute: the rows stay, and the page goes on by itself', async ({ page, problems }) => {
  const blankViews = await watchForBlankViews(page, problems);
  await page.clock.install();
  await page.goto(pageAddress(host, '#/machines'));
  await rows(page).first().waitFor();
  const before = await firstRows(page);
  const facet = page.locator('.facet', { has: page.getByText('Location', { exact: true }) }).locator('.facet-value');
  const expected = await facet.first().locator('.facet-count').textContent();

  await page.context().setOffline(true);
  await bar(page).waitFor();
  await facet.first().click();
  await page.clock.runFor(60_000);

  expect(await firstRows(page)).toEqual(before);
  expect(await page.getByRole('table').getAttribute('aria-busy')).toBe('true');
  expect(await bar(page).count()).toBe(1);
  await page.context().setOffline(false);
  await expect.poll(() => total(page)).toMatch(new RegExp(`(?<![\\d,.])${expected} `));
  await expect.poll(() => bar(page).count()).toBe(0);
  expect(await page.getByRole('alert').count()).toBe(0);
  expect(await blankViews()).toBe(0);
});

test('40. an app that is away for a minute, and back as a newer version: one bar asks for a reload', async ({
  page,
  problems,
  servers,
}) => {
  const blankViews = await watchForBlankViews(page, problems);
  const proxy = servers.use(await startFaultyProxy(host.origin));
  await page.clock.install();
  await page.goto(pageAddress(proxy, '#/machines'));
  await rows(page).first().waitFor();
  const before = await firstRows(page);
  const [document, health] = await Promise.all(
    ['page', 'health'].map(async (path) => (await fetch(`${host.origin}/api/${path}`)).text()),
  );
  const { version } = JSON.parse(health ?? '');
  const newer = (text = '') => text.replaceAll(`"${version}"`, '"99.0.0"');

  proxy.fail((path) => (path.startsWith('page') ? null : startingUp));
  await page.getByRole('button', { name: 'Name' }).click();
  await bar(page).waitFor();
  await page.clock.runFor(60_000);
  expect(await firstRows(page)).toEqual(before);
  const isNewer = { headers: { 'content-type': 'text/html' }, status: 200 };
  const summary = await (await fetch(`${host.origin}/api/summary`)).text();
  proxy.fail((path) => {
    if (path === 'page') return { ...isNewer, body: newer(document) };
    if (path === 'health') return { status: 200, body: newer(health) };
    return path.startsWith('summary') ? { status: 200, body: newer(summary) } : null;
  });
  await page.clock.runFor(61_000);

  await expect.poll(() => firstRows(page)).not.toEqual(before);
  await expect.poll(() => bar(page).count()).toBe(0);
  const asks = page.getByText('A newer version is available');
  await expect.poll(() => asks.count()).toBe(1);
  await page.clock.runFor(10 * 60_000);
  expect(await asks.count()).toBe(1);
  expect(await blankViews()).toBe(0);
  await page.getByRole('button', { name: 'Reload' }).click();
  await expect.poll(() => page.locator('html').getAttribute('data-version')).toBe('99.0.0');
  await rows(page).first().waitFor();
  expect(await asks.count()).toBe(0);
});
