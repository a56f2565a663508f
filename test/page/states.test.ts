import type { Page } from 'playwright-core';
import { beforeAll, beforeEach, describe, expect } from 'vitest';
import { test } from './support/browser-test.ts';
import { apiFault, type Fault, type FaultyProxy, startFaultyProxy } from './support/faulty-proxy.ts';
import { pageAddress } from './support/page-host.ts';
import { sharedHost } from './support/shared-host.ts';
import type { SharedHost } from './support/shared-hosts.ts';

let host: SharedHost;
beforeAll(async () => {
  host = await sharedHost('sample');
});
beforeEach<{ readonly problems: { allow(pattern: RegExp): void } }>(({ problems }) => {
  problems.allow(/^console: Failed to load resource: (?:net::ERR_|the server responded with a status of 50\d )/);
});

const onPath = (begin: string, fault: Fault) => (path: string) => (path.startsWith(begin) ? fault : null);
const alert = (page: Page) => page.getByRole('alert');
const findings = (page: Page) => page.getByRole('article');

describe('the first load', () => {
  test('shows the header and grey shapes at once, words later, and leaves the focus where it is', async ({
    page,
    servers,
  }) => {
    const proxy = servers.use(await startFaultyProxy(host.origin));
    proxy.fail(onPath('summary', 'silent'));

    await page.goto(pageAddress(proxy, '#/findings'));

    await page.getByRole('combobox', { name: 'Search by id or name' }).waitFor();
    const loading = page.locator('main .loading');
    await loading.waitFor({ state: 'attached' });
    const style = (pseudo: string) => `getComputedStyle(document.querySelector('main .loading'), '${pseudo}')`;
    const shapes = await page.evaluate<string>(`${style('::after')}.visibility`);
    const words = await page.evaluate<string>(`${style('')}.animation`);
    expect([shapes, words]).toEqual(['visible', expect.stringMatching(/ 0\.3s .*appear$/)]);
    await loading.waitFor({ state: 'visible' });
    expect(await page.evaluate('document.activeElement === document.body')).toBe(true);
  });
});

describe('503', () => {
  const storage = { code: 'StorageDenied', message: 'Storage refuses the app', hint: 'Assign Storage Blob Data Owner' };

  test('of a setting: its message and hint, unchanged; Try again', async ({ page, servers }) => {
    const proxy = servers.use(await startFaultyProxy(host.origin));
    const setting = { code: 'InvalidConfiguration', message: "INVENTORY_X is '<b>1'", hint: 'Set INVENTORY_X to 2' };
    proxy.fail(onPath('summary', apiFault(503, setting)));
    await page.goto(pageAddress(proxy, '#/findings'));

    await alert(page).getByText(setting.message, { exact: true }).waitFor();
    await alert(page).getByText(setting.hint, { exact: true }).waitFor();
    proxy.fail(() => null);
    await page.getByRole('button', { name: 'Try again' }).click();
    await findings(page).first().waitFor();
    expect(await alert(page).count()).toBe(0);
  });

  test.for<[status: number, headers: Record<string, string>]>([
    [429, { 'retry-after': '7' }],
    [503, { 'retry-after': '7' }],
  ])(
    'or 429 with Retry-After (%i) counts down, tries 5 times more, then says why',
    async ([status, headers], { page, servers }) => {
      const proxy = servers.use(await startFaultyProxy(host.origin));
      await page.clock.install();
      await page.goto(pageAddress(proxy, '#/machines'));
      await page.locator('tbody td.column-name a').first().waitFor();
      await page.clock.pauseAt(Date.now() + 3_600_000);
      proxy.fail(onPath('findings', apiFault(status, storage, headers)));
      await page.evaluate("location.hash = '#/findings'");

      const bar = page.locator('.bar');
      for (let retry = 1; retry <= 5; retry++) {
        await bar.getByText(`${storage.message}. ${storage.hint}. Next try in 7 s.`).waitFor();
        await page.clock.runFor(2500);
        await bar.getByText('Next try in 5 s.').waitFor();
        expect(proxy.failed).toHaveLength(retry);
        await page.clock.runFor(5000);
        await expect.poll(() => proxy.failed.length).toBe(retry + 1);
      }
      await alert(page).getByText(storage.message).waitFor();
      expect(await bar.count()).toBe(0);
      expect(proxy.failed).toHaveLength(6);
      proxy.fail(() => null);
      await page.clock.resume();
      await page.getByRole('button', { name: 'Try again' }).click();
      await findings(page).first().waitFor();
    },
  );
});

test('404: a run that does not exist; the data of another one is not shown below it', async ({ page }) => {
  await page.goto(pageAddress(host, '#/'));
  await page.locator('.tile').first().waitFor();

  await page.evaluate("location.hash = '#/?asOf=20200101T000000Z-ffff'");

  await alert(page).getByText('The inventory has no run 20200101T000000Z-ffff').waitFor();
  expect(await page.locator('.tile').count()).toBe(0);
  await page.getByRole('button', { name: 'back to now' }).click();
  await page.locator('.tile').first().waitFor();
});

test('410: history no longer reaches there; the list starts over at the newest run', async ({ page, servers }) => {
  const { runs } = await (await fetch(`${host.origin}/api/summary`)).json();
  const proxy = servers.use(await startFaultyProxy(host.origin));
  const expired = { code: 'SkipTokenExpired', message: 'The run X of this list is no longer in the inventory' };
  proxy.fail(onPath('findings', apiFault(410, { ...expired, target: 'skiptoken' })));
  await page.goto(pageAddress(proxy, `#/findings?asOf=${runs.at(-1).runId}`));

  await alert(page).getByText(expired.message).waitFor();
  await alert(page).getByText('History no longer reaches there').waitFor();
  expect(await alert(page).locator('time').getAttribute('datetime')).toBe(runs[0].finishedAt);
  proxy.fail(() => null);
  await page.getByRole('button', { name: 'Start over at the newest run' }).click();

  await findings(page).first().waitFor();
  expect(new URL(page.url()).hash).toBe('#/findings');
});

test.for<[hash: string, filter: string, label: string | null, data: string]>([
  ['#/findings?severity=terrible&stale=false', 'severity', 'Severity', 'article'],
  ['#/findings?subscriptionId=x&stale=false', 'subscriptionId', 'Subscription id', 'article'],
  ['#/principals?kind=Robot&state=attached', 'kind', 'Kind', 'tbody a'],
  [`#/machines?contains=${'x'.repeat(300)}&type=any`, 'contains', 'Contains', 'tbody a'],
  ['#/machines?orderby=colour&type=any', 'orderby', null, 'tbody a'],
])('400: %s says so at the filter, which can be removed', async ([hash, filter, label, data], { page }) => {
  await page.goto(pageAddress(host, hash));
  const message = alert(page).getByText(new RegExp(`^${filter} is '`));
  await message.waitFor();
  expect(await page.locator(data).count()).toBe(0);
  if (label !== null) {
    const field = page.locator('[aria-invalid=true]');
    await expect.poll(() => page.getByLabel(label).and(field).count()).toBe(1);
    expect(await alert(page).getAttribute('id')).toBe(await field.getAttribute('aria-describedby'));
  }

  await page.getByRole('button', { name: `Remove filter ${filter}` }).click();

  await page.locator(data).first().waitFor();
  expect(new URL(page.url()).hash).not.toContain(filter);
  expect(new URL(page.url()).hash).toMatch(/stale=false|state=attached|type=any/);
  expect(await page.locator('[aria-invalid=true]').count()).toBe(0);
});

describe('500', () => {
  const requestId = '3d0f9407-5800-4aa8-9daf-2bd488899269';

  test('says that the app failed, with the request id to copy; Try again', async ({ newContext, servers }) => {
    const proxy = servers.use(await startFaultyProxy(host.origin));
    const fault = { code: 'InternalError', message: 'An unexpected error occurred' };
    proxy.fail(onPath('findings', apiFault(500, fault, { 'x-ms-request-id': requestId })));
    const page = await (await newContext({ permissions: ['clipboard-write'] })).newPage();
    await page.goto(pageAddress(proxy, '#/findings'));

    await alert(page).getByText('The app failed').waitFor();
    await alert(page).getByText(requestId, { exact: true }).waitFor();
    await alert(page).getByRole('button', { name: 'Copy id' }).click();
    await page.getByRole('status').filter({ hasText: 'Copied' }).waitFor({ state: 'attached' });
    proxy.fail(() => null);
    await page.getByRole('button', { name: 'Try again' }).click();
    await findings(page).first().waitFor();
  });
});

test('a request without an answer ends after 60 s, and is made again', async ({ page, servers }) => {
  const proxy = servers.use(await startFaultyProxy(host.origin));
  await page.clock.install();
  proxy.fail(onPath('findings', 'silent'));
  await page.goto(pageAddress(proxy, '#/findings'));
  await expect.poll(() => proxy.failed.length).toBe(1);
  const bar = page.getByText('The app cannot be reached.');
  await page.clock.runFor(50_000);
  expect(await bar.count()).toBe(0);

  await page.clock.runFor(11_000);

  await bar.waitFor();
  proxy.fail(() => null);
  // By now the page may have asked a second time.
  await page.clock.runFor(70_000);
  await findings(page).first().waitFor();
  await expect.poll(() => bar.count()).toBe(0);
});

test('an exception in a view: it says so, and the frame goes on', async ({ page, problems, servers }) => {
  problems.allow(/^console: (?:Type|Range)Error/);
  const proxy: FaultyProxy = servers.use(await startFaultyProxy(host.origin));
  proxy.fail((path) => (/^findings\?.*severity/.test(path) ? { status: 200, body: '{"value": [{}]}' } : null));
  await page.goto(pageAddress(proxy, '#/findings?severity=high'));

  await alert(page).getByText('This view has failed. The rest of the page still works.').waitFor();
  await page.getByRole('navigation').getByRole('link', { name: 'Findings' }).click();
  await findings(page).first().waitFor();
  await page.goBack();
  await alert(page).waitFor();
  proxy.fail(() => null);
  await page.getByRole('button', { name: 'Reload' }).click();
  await findings(page).first().waitFor();
  expect(new URL(page.url()).hash).toBe('#/findings?severity=high');
});
