import type { Page } from 'playwright-core';
import { beforeAll, expect } from 'vitest';
import { test } from './support/browser-test.ts';
import { pageAddress } from './support/page-host.ts';
import { startProxy } from './support/proxy.ts';
import { drag, expectRealRows, named, rowsOnScreen } from './support/rows-on-screen.ts';
import { sharedHost } from './support/shared-host.ts';
import type { SharedHost } from './support/shared-hosts.ts';

let host: SharedHost;
beforeAll(async () => {
  host = await sharedHost('large');
});

const byName = 'orderby=name';
const rowsPerPage = 200;

const twoFrames = 'new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))';

/** Brings the middle of a page of rows to the top of the window. @param last the page of rows that loads last then */
async function goTo(page: Page, place: number, last = place + 1): Promise<void> {
  const loaded = page.waitForResponse((response) => response.url().includes(`skip=${last * rowsPerPage}&`));
  await page.evaluate(`(() => {
    const height = document.querySelector('.rows tr[data-index]').offsetHeight;
    const { top } = document.querySelector('.rows tbody').getBoundingClientRect();
    scrollTo(0, scrollY + top + ${(place + 0.5) * rowsPerPage} * height);
  })()`);
  await loaded;
  await page.evaluate(twoFrames);
  await expectRealRows(page, host, byName);
}

test('21. rows in view stay when others are forgotten', async ({ page }) => {
  await page.goto(pageAddress(host, '#/machines'));
  await page.locator('.rows tbody a').first().waitFor();
  // Each place loads three pages, the end two; with the first two pages, 40 are kept, and the next three replace three.
  await goTo(page, 50);
  for (let place = 100; place <= 200; place += 10) await goTo(page, place);
  await goTo(page, 499, 499);
  await goTo(page, 300);

  await goTo(page, 50, 49);

  expect((await rowsOnScreen(page)).map(({ name }) => name)).not.toContain(null);
});

test('21. a page that fails is said where the reader is, and comes when the app can give it', async ({
  page,
  problems,
  servers,
}) => {
  problems.allow(/ 500 /);
  let fails = true;
  const error = JSON.stringify({ error: { code: 'InternalError', message: 'It broke' } });
  const proxy = servers.use(
    await startProxy(host.origin, {
      prepare({ url, headers }, response) {
        if (!fails || url?.includes('skip=50000') !== true) return headers;
        response.writeHead(500, { 'content-type': 'application/json', 'x-ms-request-id': 'request-1' }).end(error);
        return null;
      },
    }),
  );
  await page.goto(pageAddress(proxy, '#/machines'));
  await page.locator('.rows tbody a').first().waitFor();

  await drag(page, 0.501);

  const alert = page.getByRole('alert');
  await alert.getByText('It broke').waitFor();
  expect(await alert.textContent()).toContain('request-1');
  expect((await alert.boundingBox())?.y).toBeGreaterThanOrEqual(0);
  const [before] = await rowsOnScreen(page);
  fails = false;
  await alert.getByRole('button', { name: 'Try again' }).click();
  const [after] = await expectRealRows(page, host, byName);
  // The message took the place of a few rows.
  expect(Math.abs((after?.index ?? 0) - (before?.index ?? 0))).toBeLessThan(20);
  expect(await alert.count()).toBe(0);
});

test('another order begins at its first row, and back leads to the row before', async ({ page }) => {
  await page.goto(pageAddress(host, '#/machines'));
  await page.locator('.rows tbody a').first().waitFor();
  await drag(page, 0.5);
  const before = await expectRealRows(page, host, byName);
  await expect.poll(() => page.evaluate('history.state?.row')).toBeGreaterThan(49_000);

  await page.getByRole('button', { name: 'Location' }).click();

  await expect.poll(() => rowsOnScreen(page).then(([first]) => first?.index)).toBe(0);
  await expectRealRows(page, host, 'orderby=location');
  await page.goBack();
  await expect.poll(() => rowsOnScreen(page).then(([first]) => first?.index)).toBeGreaterThan(49_000);
  expect(named(await expectRealRows(page, host, byName))).toEqual(expect.arrayContaining(named(before).slice(3, -3)));
  await page.locator('.rows tbody a[data-row-link]').nth(15).click();
  await page.getByRole('heading', { level: 1 }).filter({ hasText: /^vm-/ }).waitFor();
  expect(await page.evaluate('scrollY')).toBe(0);
  await page.goBack();
  await expect.poll(() => rowsOnScreen(page).then(([first]) => first?.index)).toBeGreaterThan(49_000);
  expect(named(await expectRealRows(page, host, byName))).toEqual(expect.arrayContaining(named(before).slice(3, -3)));
});
