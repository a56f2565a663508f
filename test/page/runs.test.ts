import type { Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, expect } from 'vitest';
import { giveKey, test } from './support/browser-test.ts';
import { pageAddress } from './support/page-host.ts';
import { sharedHost } from './support/shared-host.ts';
import { type SmallAzure, startSmallAzure } from './support/small-azure.ts';

/** The app has no inventory until the first test has made one. */
let small: SmallAzure;
beforeAll(async () => {
  small = await startSmallAzure();
});
afterAll(() => small[Symbol.asyncDispose]());
beforeEach(() => small.azure.reset());

async function start(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Start a run' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Start', exact: true }).click();
}

const runningNow = (page: Page) => page.getByRole('heading', { name: 'Running now' });
const rows = (page: Page) => page.getByRole('table').getByRole('row');
const runs = async () => (await (await fetch(`${small.host.origin}/api/runs`)).json()).value;

test('before the first run, the page says so, shows how far it is, and then its inventory', async ({ page }) => {
  // The page polls every 5 seconds.
  small.slowDown(7000);
  await page.goto(pageAddress(small.host, '#/machines'));
  await page.getByRole('heading', { level: 1, name: 'No run yet' }).waitFor();

  await start(page);

  await runningNow(page).waitFor();
  const steps = page.getByRole('list', { name: 'Steps of the run' }).getByRole('listitem');
  expect(await steps.allInnerTexts()).toHaveLength(4);
  await expect.poll(() => page.locator('[aria-current=step]').textContent()).toContain('Collect');
  await page.getByRole('heading', { level: 1, name: 'Machines' }).waitFor({ timeout: 60_000 });
  expect(await runs()).toMatchObject([{ status: 'succeeded', trigger: 'http' }]);
});

test('33. a run is started and watched to its end; a second start leads to it; nothing moves by itself', async ({
  newContext,
}) => {
  const context = await newContext();
  const [page, other] = [await context.newPage(), await context.newPage()];
  await page.goto(pageAddress(small.host, '#/runs'));
  await other.goto(pageAddress(small.host, '#/runs'));
  await rows(page).nth(1).waitFor();
  await rows(other).nth(1).waitFor();
  const before = (await runs()).length;
  await page.evaluate('loadedOnce = true');
  small.slowDown(7000);

  await start(page);
  await runningNow(page).waitFor();
  await start(other);

  await other.getByText('A run is in progress already').waitFor();
  const link = (one: Page) => one.getByRole('heading', { name: 'Running now' }).getByRole('link').getAttribute('href');
  expect(await link(other)).toBe(await link(page));
  await expect.poll(() => page.locator('[aria-current=step]').textContent()).toContain('Collect');
  await expect.poll(() => page.locator('.unseen[role=status]').textContent()).toMatch(/of \d+ subscriptions done/);
  await page.getByRole('button', { name: 'Newer run – show it' }).waitFor({ timeout: 60_000 });
  expect(await rows(page).nth(1).textContent()).toContain('succeeded');
  expect(await rows(page).count()).toBe(before + 2);
  expect(await runningNow(page).count()).toBe(0);
  expect(await page.evaluate('loadedOnce')).toBe(true);
  await page.getByRole('button', { name: 'Newer run – show it' }).click();
  await expect.poll(() => page.getByRole('button', { name: 'Newer run – show it' }).count()).toBe(0);
});

test('33. a run is cancelled only after a question', async ({ page }) => {
  await page.goto(pageAddress(small.host, '#/runs'));
  await rows(page).nth(1).waitFor();
  small.slowDown(20_000);
  await start(page);
  const cancel = page.getByRole('button', { name: 'Cancel this run' });

  await cancel.click();
  await page.getByRole('button', { name: 'Let it go on' }).click();
  expect((await runs())[0]).toMatchObject({ status: 'running' });
  await cancel.click();
  await page.getByRole('button', { name: 'Cancel the run' }).click();

  // It ends at once, or says for a moment that it has been asked to end.
  small.azure.reset();
  await expect.poll(() => rows(page).nth(1).textContent(), { timeout: 60_000 }).toContain('cancelled');
  expect((await runs())[0]).toMatchObject({ status: 'cancelled' });
  expect(await page.getByRole('button', { name: 'Newer run – show it' }).count()).toBe(0);
});

test('a run of chosen subscriptions reads these only', async ({ page }) => {
  await page.goto(pageAddress(small.host, '#/runs'));
  await page.getByRole('button', { name: 'Start a run' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Only these').check();
  const startNow = dialog.getByRole('button', { name: 'Start', exact: true });
  const first = dialog.getByRole('checkbox').first();
  await first.waitFor();
  expect(await startNow.isDisabled()).toBe(true);
  await first.check();
  const label = await dialog.locator('label', { has: page.getByRole('checkbox', { checked: true }) }).textContent();

  await startNow.click();

  await expect.poll(async () => (await runs())[0].scope).toHaveLength(1);
  expect(label).toContain((await runs())[0].scope[0]);
  await expect.poll(() => rows(page).nth(1).textContent(), { timeout: 60_000 }).toMatch(/succeeded.*1 subscription/s);
});

test('one run shows what it read, and an unknown one says so', async ({ page }) => {
  const published = (await runs()).at(-1);
  await page.goto(pageAddress(small.host, `#/runs/${published.id}`));

  await page.getByText('Not complete:').waitFor();
  await page.getByText(published.id).waitFor();
  expect(await page.getByRole('link', { name: 'What is missing' }).getAttribute('href')).toContain(published.id);
  await page.goto(pageAddress(small.host, '#/runs/20200101T000000Z-ffff'));
  await page.getByText('There is no run 20200101T000000Z-ffff').waitFor();
});

test('7. a key for reading does not open run-start, and everything else goes on', async ({ newContext }) => {
  const { origin, keys } = await sharedHost('keys');
  const context = await newContext();
  await giveKey(context, keys?.page ?? '');
  const page = await context.newPage();
  await page.goto(pageAddress({ origin }, '#/runs'));
  await rows(page).nth(1).waitFor();

  await start(page);

  await page.getByRole('alert').getByText('This key does not open run-start').waitFor();
  expect(await page.getByRole('dialog').count()).toBe(0);
  expect(await rows(page).count()).toBeGreaterThan(2);
});
