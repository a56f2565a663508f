import type { Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, expect } from 'vitest';
import { test } from './support/browser-test.ts';
import { expectFocus, tabTo } from './support/focus.ts';
import { pageAddress } from './support/page-host.ts';
import { type SmallAzure, startSmallAzure } from './support/small-azure.ts';

let small: SmallAzure;
beforeAll(async () => {
  small = await startSmallAzure();
});
afterAll(() => small[Symbol.asyncDispose]());
beforeEach(() => small.azure.reset());

const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true });
const statusOfNewest = async () => (await (await fetch(`${small.host.origin}/api/runs`)).json()).value[0]?.status;

test('37. by the keyboard alone, a run is started, cancelled and left; the focus is never lost', async ({ page }) => {
  small.slowDown(20_000);
  await page.goto(pageAddress(small.host, '#/runs'));
  await tabTo(page, button(page, 'Start a run'));
  await page.keyboard.press('Enter');
  await page.getByRole('dialog').waitFor();
  await page.keyboard.press('Escape');
  await expectFocus(page, 'button Start a run');

  await page.keyboard.press('Enter');
  await tabTo(page, button(page, 'Start'));
  await page.keyboard.press('Enter');
  await expectFocus(page, 'button Start a run');
  await page.getByRole('heading', { name: 'Running now' }).waitFor();

  await tabTo(page, button(page, 'Cancel this run'), 'Shift+Tab');
  await page.keyboard.press('Enter');
  await tabTo(page, button(page, 'Let it go on'));
  await page.keyboard.press('Enter');
  await expectFocus(page, 'button Cancel this run');
  expect(await statusOfNewest()).toBe('running');

  await page.keyboard.press('Enter');
  await tabTo(page, button(page, 'Cancel the run'));
  await page.keyboard.press('Enter');
  await expect.poll(() => button(page, 'Cancel this run').count()).toBe(0);
  await expectFocus(page, /^(?!lost|invisible|covered)/);
  small.azure.reset();
  await expect.poll(statusOfNewest, { timeout: 60_000 }).toBe('cancelled');
  // What shows the run in progress goes away.
  await expect.poll(() => page.getByRole('heading', { name: 'Running now' }).count(), { timeout: 60_000 }).toBe(0);
  await expectFocus(page, /^(?!lost|invisible)/);
});
