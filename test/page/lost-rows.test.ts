import { beforeAll, expect } from 'vitest';
import { test } from './support/browser-test.ts';
import { pageAddress } from './support/page-host.ts';
import { sharedHost } from './support/shared-host.ts';
import type { SharedHost } from './support/shared-hosts.ts';
import { startSignInProxy } from './support/sign-in-proxy.ts';

let host: SharedHost;
beforeAll(async () => {
  host = await sharedHost('entra');
});

/** A row of the list of each view, a filter, and one that the API refuses. */
const lists: [view: string, row: string, filter: string, refused: string][] = [
  ['machines', '[data-row-link]', 'deleted=any', 'tag=no-such-tag'],
  ['principals', '[data-row-link]', 'kind=UserAssigned', 'state=nonsense'],
  ['findings', 'article', 'severity=high', 'severity=nonsense'],
];

test.for(lists)(
  '9. without a sign-in, the rows of %s stay under another filter, and say so',
  async ([view, row, filter], { newContext, servers }) => {
    const proxy = servers.use(await startSignInProxy(host.origin));
    const context = await newContext();
    const page = await context.newPage();
    await page.goto(pageAddress(proxy, `#/${view}`));
    const rows = page.locator(row);
    await rows.first().waitFor();
    const before = await rows.first().textContent();

    await context.clearCookies();
    await page.evaluate(`location.hash = '#/${view}?${filter}'`);

    await page.getByRole('alert').waitFor();
    expect(await rows.first().textContent()).toBe(before);
    expect(await page.locator('[aria-busy=true]', { has: rows }).count()).toBeGreaterThan(0);
    await page.evaluate(`location.hash = '#/${view}'`);
    await expect.poll(() => page.locator('main').getByRole('alert').count()).toBe(view === 'machines' ? 1 : 0);
    expect(await rows.first().textContent()).toBe(before);
  },
);

test.for(lists)('a filter that is refused leaves no rows of %s', async ([view, row, , refused], { page }) => {
  const sample = await sharedHost('sample');
  await page.goto(pageAddress(sample, `#/${view}`));
  const rows = page.locator(row);
  await rows.first().waitFor();

  await page.evaluate(`location.hash = '#/${view}?${refused}'`);

  const alert = page.locator('main').getByRole('alert');
  await alert.waitFor();
  expect(await rows.count()).toBe(0);
  expect(await page.locator('.list-count').count()).toBe(0);
  await alert.getByRole('button', { name: 'Remove filter' }).click();
  await rows.first().waitFor();
  expect(await alert.count()).toBe(0);
});
