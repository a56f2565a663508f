import type { Page } from 'playwright-core';
import { beforeAll, expect } from 'vitest';
import { test } from './support/browser-test.ts';
import { pageAddress } from './support/page-host.ts';
import { sharedHost } from './support/shared-host.ts';
import type { SharedHost } from './support/shared-hosts.ts';

let host: SharedHost;
let runs: { readonly from: string; readonly to: string };
const get = async (path: string) => (await fetch(`${host.origin}/api/${path}`)).json();
beforeAll(async () => {
  host = await sharedHost('sample');
  const { value } = await get('runs');
  runs = { from: value[1].id, to: value[0].id };
});

/** The cells of a row, by its heading. */
async function cellsOf(page: Page, name: string): Promise<readonly number[]> {
  const cells = await page
    .getByRole('row', { name: new RegExp(`^${name} `) })
    .first()
    .getByRole('cell')
    .allInnerTexts();
  return cells.map((text) =>
    Number(text.replaceAll(/at least|,|−/g, (found) => (found === '−' ? '-' : '')).trim() || 0),
  );
}

test('29. the counts are those of both runs, and a subscription that one did not read is called unknowable', async ({
  page,
}) => {
  await page.goto(pageAddress(host, `#/compare?from=${runs.from}&to=${runs.to}`));
  await page.getByRole('heading', { name: 'Counts' }).waitFor();

  const [from, to] = [await get(`runs/${runs.from}`), await get(`runs/${runs.to}`)];
  for (const [name, field] of [
    ['Virtual machines', 'virtualMachineCount'],
    ['Principals', 'principalCount'],
  ] as const) {
    expect(await cellsOf(page, name)).toEqual([from[field], to[field], to[field] - from[field]]);
  }
  const denied = page.getByRole('row', { name: /^Subscriptions denied / });
  expect(await denied.getByRole('cell').first().textContent()).toBe(String(from.coverage.denied));
  const changes = await get(`changes?from=${runs.from}&to=${runs.to}&maxpagesize=1000`);
  await page.getByText(`${changes.value.length} changes`).waitFor();
  const created = changes.value.filter(({ kind }: { readonly kind: string }) => kind === 'virtualMachineCreated');
  expect(await cellsOf(page, 'machines created')).toEqual([created.length]);

  const places = page.getByRole('row').filter({ hasText: 'Changes there cannot be known.' });
  const ledger = async (asOf: string) => (await get(`subscriptions?asOf=${asOf}&maxpagesize=1000`)).value;
  const [before, after] = [await ledger(runs.from), await ledger(runs.to)];
  for (const { status, displayName } of [...before, ...after]) {
    if (status === 'denied' || status === 'failed') await places.filter({ hasText: displayName }).first().waitFor();
  }
});

test('29. without two runs, it offers them; the wrong way round, it offers to swap', async ({ page }) => {
  await page.goto(pageAddress(host, '#/compare'));
  await page.getByText('Choose two runs').waitFor();
  await page.getByRole('link', { name: 'Compare the last two runs' }).click();
  await page.getByRole('heading', { name: 'Counts' }).waitFor();
  expect(new URL(page.url()).hash).toBe(`#/compare?from=${runs.from}&to=${runs.to}`);

  await page.goto(pageAddress(host, `#/compare?from=${runs.to}&to=${runs.from}`));
  await page.getByRole('link', { name: 'Swap them' }).click();
  await page.getByRole('heading', { name: 'Counts' }).waitFor();

  await page.locator('main select').first().selectOption(runs.to);
  await page.getByText('Both are the same run').waitFor();
});
