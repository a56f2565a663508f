import type { Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, expect } from 'vitest';
import { test } from './support/browser-test.ts';
import { startInventoryHost } from './support/inventory-host.ts';
import { pageAddress } from './support/page-host.ts';
import { answerOf } from './support/sample.ts';
import { type SmallAzure, startSmallAzure } from './support/small-azure.ts';

let small: SmallAzure;
beforeAll(async () => {
  small = await startSmallAzure([{ day: 2, subscriptions: {} }]);
});
afterAll(() => small[Symbol.asyncDispose]());
beforeEach(() => small.azure.reset());

const rows = (page: Page) => page.getByRole('table').getByRole('row');
const runningNow = (page: Page) => page.getByRole('heading', { name: 'Running now' });

/** Someone else starts a run. @returns its id */
async function startElsewhere({ origin } = small.host): Promise<string> {
  const response = await fetch(`${origin}/api/runs`, { method: 'POST' });
  return (await response.json()).id;
}

async function untilEnded(where = small.host): Promise<void> {
  const status = async () => (await answerOf(where, 'runs')).value[0].status;
  await expect.poll(status, { timeout: 60_000 }).toBe('succeeded');
}

test('the first run, started elsewhere, appears on a page that waits for one', async ({ page, servers }) => {
  const empty = servers.use(await startInventoryHost([], small.azure.environment('AppService')));
  // The page's clock goes on when the test says so.
  await page.clock.install();
  await page.goto(pageAddress(empty, '#/machines'));
  await page.getByRole('heading', { level: 1, name: 'No run yet' }).waitFor();
  expect(await runningNow(page).count()).toBe(0);

  await startElsewhere(empty);
  await untilEnded(empty);
  await page.clock.fastForward('00:31');

  await page.getByRole('heading', { level: 1, name: 'Machines' }).waitFor();
});

test('a run that starts elsewhere appears in the list, and is followed', async ({ page }) => {
  await page.clock.install();
  await page.goto(pageAddress(small.host, '#/runs'));
  await rows(page).nth(1).waitFor();
  const before = await rows(page).count();
  // Until the test lets it, no run ends.
  small.slowDown(100_000);

  const id = await startElsewhere();
  await page.clock.fastForward('00:31');

  await runningNow(page).waitFor();
  expect(await rows(page).count()).toBe(before + 1);
  expect(await rows(page).nth(1).getByRole('link').getAttribute('href')).toContain(id);
  expect(await rows(page).nth(1).textContent()).toContain('running');
  small.azure.reset();
  await fetch(`${small.host.origin}/api/runs/${id}`, { method: 'DELETE' });
  const status = async () => (await answerOf(small.host, `runs/${id}`)).status;
  await expect.poll(status, { timeout: 60_000 }).toBe('cancelled');
  await page.clock.fastForward('00:06');
  await expect.poll(() => rows(page).nth(1).textContent()).toContain('cancelled');
  expect(await runningNow(page).count()).toBe(0);
});

test('runs that started and ended elsewhere are in the list when the user comes back', async ({ page }) => {
  await page.goto(pageAddress(small.host, '#/runs'));
  await rows(page).nth(1).waitFor();
  const before = await rows(page).count();
  const ids: string[] = [];
  for (let number = 0; number < 2; number++) {
    ids.unshift(await startElsewhere());
    await untilEnded();
  }

  await page.evaluate("dispatchEvent(new Event('focus'))");

  await expect.poll(() => rows(page).count()).toBe(before + 2);
  for (const [index, id] of ids.entries()) {
    expect(
      await rows(page)
        .nth(index + 1)
        .getByRole('link')
        .getAttribute('href'),
    ).toBe(`#/runs/${id}`);
  }
  await page.getByRole('button', { name: 'Newer run – show it' }).waitFor();
});
