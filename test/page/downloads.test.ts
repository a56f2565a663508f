import { readFile } from 'node:fs/promises';
import type { Page } from 'playwright-core';
import { beforeAll, expect } from 'vitest';
import { test } from './support/browser-test.ts';
import { pageAddress } from './support/page-host.ts';
import { type RecordingProxy, startProxy } from './support/proxy.ts';
import { answerOf } from './support/sample.ts';
import { sharedHost } from './support/shared-host.ts';
import type { SharedHost } from './support/shared-hosts.ts';
import { startSignInProxy } from './support/sign-in-proxy.ts';

let host: SharedHost;
beforeAll(async () => {
  host = await sharedHost('sample');
});

/** In front of the host: a report begins, and then nothing more comes. */
async function startHangingProxy(): Promise<RecordingProxy & { readonly broken: () => boolean }> {
  let isBroken = false;
  const proxy = await startProxy(host.origin, {
    prepare({ url, headers }, response) {
      if (url?.includes('/reports/') !== true) return headers;
      response.once('close', () => {
        isBroken = true;
      });
      response.writeHead(200, { 'content-type': 'text/csv' });
      response.write('name\n'.repeat(300_000));
      return null;
    },
  });
  return { ...proxy, broken: () => isBroken, [Symbol.asyncDispose]: () => proxy[Symbol.asyncDispose]() };
}

/** So that the page keeps the file in memory, and the browser saves it without a dialog of the system. */
const withoutPicker = (page: Page) => page.addInitScript('delete window.showSaveFilePicker');

/**
 * A stand-in for the picker: a headless browser has none, as nobody could choose. The file that it gives is a real one,
 * in the page's own file system, and begins empty, as the picker makes it. A real picker also asks for a click.
 */
const withPicker = (page: Page) =>
  page.addInitScript(`window.showSaveFilePicker = async ({ suggestedName }) => {
    window.clicked = navigator.userActivation.isActive;
    const root = await navigator.storage.getDirectory();
    return root.getFileHandle(suggestedName, { create: true });
  }`);

/** Names and sizes of the files that the stand-in has given. Chromium keeps what is not closed in a file beside it. */
const files = (page: Page): Promise<[name: string, bytes: number][]> =>
  page.evaluate(`(async () => {
    const found = [];
    const root = await navigator.storage.getDirectory();
    for await (const [name, handle] of root.entries()) found.push([name, (await handle.getFile()).size]);
    return found.filter(([name]) => !name.endsWith('.crswap'));
  })()`);

async function download(page: Page, format: string | RegExp): Promise<void> {
  await page.getByRole('button', { name: 'Download' }).click();
  await page.getByRole('button', { name: format }).click();
}

test('34. Cancel ends a download that is kept in memory, and leaves no file', async ({ page, servers }) => {
  const proxy = servers.use(await startHangingProxy());
  await withoutPicker(page);
  const downloads: string[] = [];
  page.on('download', (one) => downloads.push(one.url()));
  await page.goto(pageAddress(proxy, '#/findings'));
  await download(page, 'CSV');
  await page.getByRole('status').getByText('1.4 MB').waitFor();

  await page.getByRole('button', { name: 'Cancel' }).click();

  await page.getByText('Cancelled. No file was written.').waitFor();
  await expect.poll(proxy.broken).toBe(true);
  expect(downloads).toEqual([]);
  expect(await page.getByRole('button', { name: 'Cancel' }).count()).toBe(0);
});

test('34. with a picker, a download streams into the chosen file, byte by byte that of the API', async ({ page }) => {
  await withPicker(page);
  const { runId, complete } = await answerOf(host, 'findings?maxpagesize=1');
  expect(complete).toBe(false);
  await page.goto(pageAddress(host, '#/findings?severity=high'));
  await page.getByRole('article').first().waitFor();
  const downloads: string[] = [];
  page.on('download', (one) => downloads.push(one.url()));
  const name = `findings-${runId}-INCOMPLETE.ndjson`;

  await download(page, 'NDJSON');

  await page.getByText(`Saved ${name}`).waitFor();
  expect(await page.evaluate('clicked')).toBe(true);
  const saved = await page.evaluate<string>(
    `navigator.storage.getDirectory().then((root) => root.getFileHandle(${JSON.stringify(name)}))
      .then((handle) => handle.getFile()).then((file) => file.text())`,
  );
  const expected = await fetch(`${host.origin}/api/reports/findings.ndjson?severity=high&asOf=${runId}`);
  expect(saved).toBe(await expected.text());
  expect(downloads).toEqual([]);
});

test('34. with a picker, Cancel leaves no file, not even the empty one that the picker made', async ({
  page,
  servers,
}) => {
  const proxy = servers.use(await startHangingProxy());
  await withPicker(page);
  await page.goto(pageAddress(proxy, '#/findings'));
  await download(page, 'CSV');
  await page.getByRole('status').getByText('1.4 MB').waitFor();
  // It is there, and stays empty until all has come.
  expect(await files(page)).toEqual([[expect.stringMatching(/^findings-.*-INCOMPLETE\.csv$/), 0]]);

  await page.getByRole('button', { name: 'Cancel' }).click();

  await page.getByText('Cancelled. No file was written.').waitFor();
  expect(await files(page)).toEqual([]);
});

test('34. with a picker, a download that breaks off or is refused leaves no file', async ({
  page,
  problems,
  servers,
}) => {
  problems.allow(/ERR_CONTENT_LENGTH_MISMATCH/);
  let refuses = false;
  const proxy = servers.use(
    await startProxy(host.origin, {
      prepare({ url, headers }, response) {
        if (url?.includes('/reports/') !== true) return headers;
        if (refuses) {
          response.writeHead(400, { 'content-type': 'application/json' });
          response.end(JSON.stringify({ error: { code: 'ReportTooLarge', message: 'It has too many rows' } }));
          return null;
        }
        response.writeHead(200, { 'content-type': 'text/csv', 'content-length': 1_000_000 });
        response.write('name\n', () => response.destroy());
        return null;
      },
    }),
  );
  await withPicker(page);
  await page.goto(pageAddress(proxy, '#/findings'));

  await download(page, 'CSV');
  await page.getByText('The download broke off, and no file was written.').waitFor();
  expect(await files(page)).toEqual([]);
  refuses = true;
  await download(page, /XLSX/);
  await page.getByText('It has too many rows').waitFor();
  expect(await files(page)).toEqual([]);
});

test('34. the choice of no file in the picker asks the app for nothing', async ({ page }) => {
  await page.addInitScript(`window.showSaveFilePicker = () => Promise.reject(new DOMException('', 'AbortError'))`);
  const asked: string[] = [];
  page.on('request', (request) => asked.push(request.url()));
  await page.goto(pageAddress(host, '#/findings'));

  await download(page, 'CSV');

  await page.getByText('Cancelled. No file was written.').waitFor();
  expect(asked.filter((url) => url.includes('/reports/'))).toEqual([]);
});

test('34. with a sign-in, the name of an incomplete download says so, too', async ({ newContext, servers }) => {
  const entra = await sharedHost('entra');
  const proxy = servers.use(await startSignInProxy(entra.origin));
  const page = await (await newContext()).newPage();
  await withoutPicker(page);
  await page.goto(pageAddress(proxy, '#/findings'));
  await page.getByRole('article').first().waitFor();
  const saved = page.waitForEvent('download');

  await download(page, 'CSV');

  expect((await saved).suggestedFilename()).toMatch(/^findings-.+-INCOMPLETE\.csv$/);
  expect(await readFile(await (await saved).path(), 'utf8')).toContain('severity');
});
