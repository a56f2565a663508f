import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import type { Page } from 'playwright-core';
import { beforeAll, describe, expect } from 'vitest';
import { test } from './support/browser-test.ts';
import { pageAddress } from './support/page-host.ts';
import { startProxy } from './support/proxy.ts';
import { sharedHost } from './support/shared-host.ts';
import type { SharedHost } from './support/shared-hosts.ts';

let host: SharedHost;
beforeAll(async () => {
  host = await sharedHost('sample');
});
const get = async (path: string) => (await fetch(`${host.origin}/api/${path}`)).json();

/** Reads in another tab: the page itself may not. */
async function clipboard(page: Page): Promise<string> {
  const reader = await page.context().newPage();
  await reader.goto(`${host.origin}/api/health`);
  const text = await reader.evaluate<string>('navigator.clipboard.readText()');
  await reader.close();
  return text;
}

const canCopy = { permissions: ['clipboard-read', 'clipboard-write'] };

test('14. every view says what its own answer lacks', async ({ page }) => {
  const { coverage } = await get('summary');
  for (const view of ['', 'machines', 'principals', 'changes', 'findings', 'coverage']) {
    await page.goto(pageAddress(host, `#/${view}`));
    const verdict = await page.locator('.verdict').first().textContent();

    expect(verdict).toContain('Not complete');
    for (const status of ['denied', 'failed'] as const) {
      if (coverage[status] > 0)
        expect(verdict).toMatch(new RegExp(`\\b${coverage[status]} subscriptions? .*${status}`));
    }
  }
});

test('17. and 18. coverage: a cell for each place, and commands that are those of the API', async ({ newContext }) => {
  const { value, blindSpots } = await get('subscriptions?maxpagesize=1000');
  const commands = [...blindSpots, ...value].flatMap(({ grantCommand }) => (grantCommand ? [grantCommand] : []));
  expect(commands.length).toBeGreaterThan(1);
  const page = await (await newContext(canCopy)).newPage();
  await page.goto(pageAddress(host, '#/coverage'));
  await page.locator('[data-cell]').first().waitFor();

  expect(await page.locator('[data-cell]').count()).toBe(value.length + blindSpots.length);
  const copied: string[] = [];
  for (const button of await page.locator('.command button').all()) {
    await button.click();
    copied.push(await clipboard(page));
  }
  expect(copied.toSorted()).toEqual(commands.toSorted());
  await page.getByRole('button', { name: /Copy all/ }).click();
  expect((await clipboard(page)).split('\n').toSorted()).toEqual(commands.toSorted());
});

test('20. facets narrow and clear; back undoes them one by one, and a reload keeps them', async ({ page }) => {
  await page.goto(pageAddress(host, '#/machines'));
  const total = page.locator('.list-count');
  const facet = (name: string) => page.locator('.facet', { has: page.getByText(name, { exact: true }) });
  const choose = async (name: string) => {
    const value = facet(name).locator('.facet-value').first();
    const count = await value.locator('.facet-count').textContent();
    await value.click();
    await expect.poll(() => total.textContent()).toMatch(new RegExp(`(?<![\\d,.])${count} `));
    return { url: page.url(), text: await total.textContent() };
  };
  await total.waitFor();
  const start = { url: page.url(), text: await total.textContent() };
  const one = await choose('Location');
  const two = await choose('OS');
  expect(new Set([start.url, one.url, two.url]).size).toBe(3);

  await page.reload();
  await expect.poll(() => total.textContent()).toBe(two.text);
  for (const before of [one, start]) {
    await page.goBack();
    await expect.poll(() => total.textContent()).toBe(before.text);
    expect(page.url()).toBe(before.url);
  }
  await page.goForward();
  await facet('Location').locator('[aria-pressed=true]').click();
  await expect.poll(() => total.textContent()).toBe(start.text);
});

describe('Share', () => {
  const copy = async (page: Page, what: string) => {
    await page.getByRole('button', { name: 'Share', exact: true }).click();
    await page.getByRole('button', { name: what }).click();
    await page.getByRole('status').filter({ hasText: 'Copied' }).waitFor({ state: 'attached' });
    await page.keyboard.press('Escape');
    return clipboard(page);
  };

  test('31. Copy link pins the run; the plain address follows the newest', async ({ newContext }) => {
    const { runId } = await get('summary');
    const page = await (await newContext(canCopy)).newPage();
    await page.goto(pageAddress(host, '#/findings?severity=high'));
    await page.getByRole('article').first().waitFor();

    const link = await copy(page, 'Copy link');

    expect(link).toBe(pageAddress(host, `#/findings?severity=high&asOf=${runId}`));
    await page.goto('about:blank');
    await page.goto(link);
    await page.locator('.ribbon').waitFor();
    await page.goto(pageAddress(host, '#/findings?severity=high'));
    await expect.poll(() => page.locator('.ribbon').count()).toBe(0);
  });

  test('32. Copy as curl and Copy as command give what is on screen, without the key', async ({ newContext }) => {
    const keys = await sharedHost('keys');
    const key = keys.keys?.page ?? '';
    const page = await (await newContext(canCopy)).newPage();
    await page.goto(pageAddress(keys, "#/machines?contains=pay&tag=owner%3Dit's&orderby=name+desc"));
    await page.locator('input[type=password]').fill(key);
    await page.keyboard.press('Enter');
    // No machine has this tag: the call is on screen all the same.
    await page.getByRole('alert').waitFor();
    const command = await copy(page, 'Copy as command');
    expect(command).toMatch(
      /^vm-identities list --contains pay --tag 'owner=it'\\''s' --orderby 'name desc' --as-of \w+-\w+ --database "\$DATABASE"$/,
    );
    await page.goto(pageAddress(keys, '#/machines?contains=pay&orderby=name+desc'));
    const names = () => page.locator('tbody td.column-name a').allTextContents();
    await expect.poll(async () => (await names()).length).toBeGreaterThan(5);

    const curl = await copy(page, 'Copy as curl');

    expect(curl).toContain('$KEY');
    expect(curl).not.toContain(key);
    const run = promisify(execFile);
    const { stdout } = await run('sh', ['-c', curl], { env: { PATH: process.env.PATH, KEY: key } });
    const rows = JSON.parse(stdout).value.map(({ name }: { name: string }) => name);
    expect(rows.slice(0, 5)).toEqual((await names()).slice(0, 5));
  });
});

test.for(['csv', 'xlsx', 'ndjson', 'html'])(
  '34. a download as %s has the bytes of the API',
  async (format, { page }) => {
    // So that the page keeps it in memory, and the browser saves it without a dialog of the system.
    await page.addInitScript('delete window.showSaveFilePicker');
    await page.goto(pageAddress(host, '#/findings?severity=high'));
    await page.getByRole('article').first().waitFor();
    const { runId } = await get('summary');
    await page.getByRole('button', { name: 'Download' }).click();

    const expected = `${host.origin}/api/reports/findings.${format}?severity=high&asOf=${runId}`;
    // The XLSX file has the time at which it was made, so another answer differs.
    const [download, answer] = await Promise.all([
      page.waitForEvent('download'),
      page.waitForResponse(expected),
      page
        .getByRole('button', { name: format === 'xlsx' ? /XLSX/ : format.toUpperCase(), exact: format !== 'xlsx' })
        .click(),
    ]);

    expect(download.suggestedFilename()).toMatch(new RegExp(`-INCOMPLETE\\.${format}$`));
    const bytes = await readFile(await download.path());
    expect(bytes.length).toBeGreaterThan(1000);
    expect(bytes.equals(await answer.body())).toBe(true);
  },
);

test('34. a download that breaks off leaves no file, and says so', async ({ page, problems, servers }) => {
  problems.allow(/ERR_CONTENT_LENGTH_MISMATCH/);
  let cut = false;
  const proxy = servers.use(
    await startProxy(host.origin, {
      prepare({ url, headers }, response) {
        if (url?.includes('/reports/') !== true) return headers;
        cut = true;
        response.writeHead(200, { 'content-type': 'text/csv', 'content-length': 1_000_000 });
        response.write('name\n', () => response.destroy());
        return null;
      },
    }),
  );
  await page.addInitScript('delete window.showSaveFilePicker');
  const downloads: string[] = [];
  page.on('download', (download) => downloads.push(download.url()));
  await page.goto(pageAddress(proxy, '#/findings'));
  await page.getByRole('button', { name: 'Download' }).click();
  await page.getByRole('button', { name: 'CSV' }).click();

  await page.getByText('The download broke off, and no file was written.').waitFor();
  expect([cut, downloads]).toEqual([true, []]);
});
