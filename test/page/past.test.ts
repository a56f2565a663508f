import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect } from 'vitest';
import { guid, machine, type RunReading } from '../support/readings.ts';
import { test } from './support/browser-test.ts';
import { canCopy, clipboard } from './support/clipboard.ts';
import { type InventoryHost, startInventoryHost } from './support/inventory-host.ts';
import { pageAddress } from './support/page-host.ts';
import { answerOf } from './support/sample.ts';

/** Each day has one machine more. On even days a subscription is denied. */
function runOfDay(day: number): RunReading {
  const machines = Array.from({ length: day }, (_, index) => machine(`vm-${index + 1}`));
  const denied = day % 2 === 0 ? { [guid(2)]: { status: 'denied' as const } } : {};
  return { day, subscriptions: { [guid(1)]: { machines }, ...denied } };
}

let host: InventoryHost;
beforeAll(async () => {
  host = await startInventoryHost([2, 4, 6, 9].map(runOfDay));
});
afterAll(() => host[Symbol.asyncDispose]());

const names = (page: Page) => page.locator('tbody td.column-name a').allTextContents();
const ribbon = (page: Page) => page.locator('.ribbon');
const views = ['', 'machines', 'principals', 'lookup', 'changes', 'findings', 'coverage', 'runs', 'about'];

const countIs = (page: Page, machines: number) => expect.poll(async () => (await names(page)).length).toBe(machines);

/** The machines, the ribbon and the verdict, as soon as they are of a run with so many machines. */
async function shown(page: Page, machines: number): Promise<readonly unknown[]> {
  await countIs(page, machines);
  return [await names(page), await ribbon(page).textContent(), await page.locator('.verdict').textContent()];
}

/** A run picker with what is chosen in it. */
async function openPicker(page: Page) {
  await page.locator('#run-picker').click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('listitem').first().waitFor();
  return dialog;
}

test('30. the slider, the list and a time lead to the same run', async ({ newContext }) => {
  // Not the zone of the machine, and not UTC.
  const page = await (await newContext({ timezoneId: 'America/New_York' })).newPage();
  await page.goto(pageAddress(host, '#/machines'));
  await countIs(page, 9);
  const dialog = await openPicker(page);
  const slider = dialog.getByRole('slider');
  expect(await slider.getAttribute('aria-valuetext')).toContain('9 machines');

  await slider.press('ArrowLeft');
  expect(await slider.getAttribute('aria-valuetext')).toMatch(/not complete, 6 machines/);
  await dialog.getByRole('group').getByRole('button', { name: 'Show', exact: true }).click();
  const bySlider = await shown(page, 6);
  expect(page.url()).toContain('asOf=20261106T060000Z-0000');

  await page.goto(pageAddress(host, '#/machines'));
  await openPicker(page);
  const item = dialog.getByRole('listitem').filter({ hasText: /6 machines/ });
  await item.getByRole('button').click();
  expect(await shown(page, 6)).toEqual(bySlider);

  // 06:00 in UTC, and long after it, but before the next run.
  for (const time of ['2026-11-06T01:00', '2026-11-07T00:59']) {
    await page.goto(pageAddress(host, '#/machines'));
    await openPicker(page);
    await dialog.getByLabel('As of').fill(time);
    await dialog.getByLabel('As of').press('Enter');
    expect(await shown(page, 6)).toEqual(bySlider);
    expect(page.url()).toMatch(/asOf=2026-11-0[67]T/);
  }

  // However it was chosen, the picker knows the run.
  await openPicker(page);
  expect(await slider.getAttribute('aria-valuetext')).toContain('6 machines');
  expect(await dialog.locator('[aria-current=true]').count()).toBe(1);
  expect(await item.locator('[aria-current=true]').count()).toBe(1);
  await dialog
    .getByRole('listitem')
    .filter({ hasText: /2 machines/ })
    .getByRole('link', { name: 'Compare' })
    .click();
  await page.getByRole('heading', { name: 'Counts' }).waitFor();
  expect(new URL(page.url()).hash).toBe('#/compare?from=20261102T060000Z-0000&to=20261106T060000Z-0000');
});

test('30. a time means the one on screen: UTC when the times are in UTC', async ({ newContext }) => {
  const page = await (await newContext({ timezoneId: 'America/New_York' })).newPage();
  await page.goto(pageAddress(host, '#/machines'));
  await page.getByRole('button', { name: 'Menu' }).click();
  await page.getByLabel('Times').selectOption('utc');
  await page.keyboard.press('Escape');
  const dialog = await openPicker(page);

  await dialog.getByLabel('As of').fill('2026-11-06T06:00');
  await dialog.getByLabel('As of').press('Enter');

  await shown(page, 6);
  expect(await ribbon(page).textContent()).toContain('6:00');
});

test('30. the ribbon is on all views, stays from view to view, and leads back to now', async ({ page }) => {
  for (const view of views) {
    await page.goto(pageAddress(host, `#/${view}?asOf=20261106T060000Z-0000`));
    await page.getByRole('heading', { level: 1 }).waitFor();
    expect([view, await ribbon(page).count()]).toEqual([view, 1]);
  }
  const machineId = machine('vm-3').id;
  await page.goto(pageAddress(host, `#/machines${machineId}?asOf=20261104T060000Z-0000`));
  await page.getByRole('heading', { level: 1, name: 'vm-3' }).waitFor();
  const text = await ribbon(page).textContent();
  expect(text).toContain('You look at');

  const links = page.getByRole('navigation').getByRole('link');
  for (const link of await links.all()) {
    await link.click();
    expect([await ribbon(page).textContent(), page.url()]).toEqual([text, expect.stringContaining('asOf=20261104')]);
  }
  await links.filter({ hasText: 'Machines' }).click();
  await shown(page, 4);
  await ribbon(page).getByRole('button', { name: 'back to now' }).click();

  await countIs(page, 9);
  expect([await ribbon(page).count(), page.url()]).toEqual([0, pageAddress(host, '#/machines')]);
  await page.goBack();
  await shown(page, 4);
});

test('30. before the first run, each view has a text and a way back, and nothing of another run', async ({ page }) => {
  await page.goto(pageAddress(host, '#/machines'));
  await countIs(page, 9);
  const text = page.getByRole('heading', { level: 1, name: 'Before the first run' });

  for (const view of views.filter((one) => one !== 'runs' && one !== 'about')) {
    await page.goto(pageAddress(host, `#/${view}?asOf=2026-11-01T06:00:00Z`));
    await text.waitFor();
    await page.getByText('No run had finished by 2026-11-01').waitFor();
    expect([view, await page.locator('.verdict, tbody').count()]).toEqual([view, 0]);
    await ribbon(page).getByRole('button', { name: 'back to now' }).click();
    await expect.poll(() => text.count()).toBe(0);
    expect(page.url()).toBe(pageAddress(host, `#/${view}`));
  }
  await page.goto(pageAddress(host, '#/machines?asOf=2026-11-01'));
  await page.getByRole('button', { name: 'Show the run of' }).click();
  await shown(page, 2);

  await page.goto(pageAddress(host, '#/machines?asOf=20200101T000000Z-ffff'));
  await page.getByRole('heading', { level: 1, name: 'This run is not in the inventory' }).waitFor();
});

test('31. while a newer run is published, a link shows its run; the plain address shows the newest', async ({
  newContext,
  servers,
}) => {
  const own = servers.use(await startInventoryHost([2, 9].map(runOfDay)));
  const page = await (await newContext(canCopy)).newPage();
  await page.goto(pageAddress(own, '#/machines?orderby=name'));
  await countIs(page, 9);
  await page.getByRole('button', { name: 'Share', exact: true }).click();
  await page.getByRole('button', { name: 'Copy link' }).click();
  await page.getByRole('status').filter({ hasText: 'Copied' }).waitFor({ state: 'attached' });
  const link = await clipboard(page);
  const elsewhere = await (await newContext()).newPage();
  await elsewhere.goto(link);
  const pinned = await shown(elsewhere, 9);

  await own.publish(runOfDay(10));
  const newest = async () => (await answerOf(own, 'virtualMachines?maxpagesize=1')).runId;
  await expect.poll(newest).toBe('20261110T060000Z-0000');

  await elsewhere.reload();
  expect(await shown(elsewhere, 9)).toEqual(pinned);
  const later = await (await newContext()).newPage();
  await later.goto(link);
  expect(await shown(later, 9)).toEqual(pinned);
  await page.reload();
  await countIs(page, 10);
  expect(await ribbon(page).count()).toBe(0);
});
