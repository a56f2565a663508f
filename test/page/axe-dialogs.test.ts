import type { Page } from 'playwright-core';
import { expect } from 'vitest';
import { axeFaultsOf, slow } from './support/axe.ts';
import { test } from './support/browser-test.ts';
import { pageAddress } from './support/page-host.ts';
import { sharedHost } from './support/shared-host.ts';
import { startSignInProxy } from './support/sign-in-proxy.ts';

const looks = [
  { colorScheme: 'light', width: 1280 },
  { colorScheme: 'dark', width: 1280 },
  { colorScheme: 'light', width: 360 },
  { colorScheme: 'dark', width: 360 },
] as const;

/** What axe finds in the page as it is, and whether something sticks out of it. */
async function faultsOf(page: Page, where: string): Promise<readonly unknown[]> {
  const wide = await page.evaluate(() =>
    [document.documentElement, ...document.querySelectorAll('dialog, :popover-open')]
      .filter((one) => one.scrollWidth > one.clientWidth || one.getBoundingClientRect().right > innerWidth)
      .map((one) => one.outerHTML.slice(0, 100)),
  );
  return [...(await axeFaultsOf(page, where)), ...wide.map((html) => [where, 'too wide', html])];
}

/** Opens and closes what is on top of a page, and notes the faults on the way. */
function toolsFor(page: Page) {
  const faults: unknown[] = [];
  const dialog = page.getByRole('dialog');
  return {
    faults,
    dialog,
    note: async (where: string) => void faults.push(...(await faultsOf(page, where))),
    open: async (name: string) => page.getByRole('button', { name, exact: true }).click(),
    async close() {
      await page.keyboard.press('Escape');
      await expect.poll(() => dialog.count()).toBe(0);
    },
  };
}

test.for(looks)(
  '36. the dialogs of runs have no fault for axe: $colorScheme, $width pixels',
  slow,
  async ({ colorScheme, width }, { newContext }) => {
    const host = await sharedHost('sample');
    const page = await (await newContext({ colorScheme, viewport: { width, height: 900 }, bypassCSP: true })).newPage();
    // So that one run seems to be in progress: no test starts one on this host.
    await page.route(/\/api\/runs(?:\?|\/|$)/, async (route) => {
      const answer = await (await route.fetch()).json();
      const [run] = answer.value ?? [answer];
      Object.assign(run, { status: 'running', finishedAt: null });
      Object.assign(run.progress, { step: 'collect' });
      await route.fulfill({ json: answer });
    });
    const { faults, dialog, note, open, close } = toolsFor(page);

    await page.goto(pageAddress(host, '#/runs'));
    await page.getByRole('heading', { name: 'Running now' }).waitFor();
    await open('Start a run');
    await dialog.waitFor();
    await note('start a run');
    await dialog.getByLabel('Only these').check();
    await dialog.getByRole('checkbox').first().waitFor();
    await note('start a run of chosen subscriptions');
    await dialog.getByRole('searchbox').fill('no such subscription');
    await note('start a run of none');
    await dialog.getByRole('searchbox').fill('');
    await close();
    await open('Cancel this run');
    await dialog.waitFor();
    await note('cancel a run');
    await close();
    expect(faults).toEqual([]);
  },
);

test.for(looks)(
  '36. menus, shortcuts and the search have no fault for axe: $colorScheme, $width pixels',
  slow,
  async ({ colorScheme, width }, { newContext }) => {
    const host = await sharedHost('sample');
    const page = await (await newContext({ colorScheme, viewport: { width, height: 900 }, bypassCSP: true })).newPage();
    const { faults, dialog, note, open, close } = toolsFor(page);

    await page.goto(pageAddress(host, '#/machines'));
    await page.locator('[data-row-link]').first().waitFor();
    await page.keyboard.press('?');
    await dialog.waitFor();
    await note('shortcuts');
    await close();
    await page.keyboard.press('t');
    await dialog.locator('.run-list li').first().waitFor();
    await note('run picker');
    await close();
    for (const menu of ['Menu', 'Share', 'Columns', 'Download']) {
      await open(menu);
      await page.locator(':popover-open').waitFor();
      await note(menu);
      await page.keyboard.press('Escape');
      await expect.poll(() => page.locator(':popover-open').count()).toBe(0);
    }
    await page.getByRole('combobox', { name: 'Search' }).fill('vm');
    await page.getByRole('option').first().waitFor();
    await note('search');
    await page.keyboard.press('Escape');
    if (width < 800) {
      await open('Views');
      await note('views');
    }
    expect(faults).toEqual([]);
  },
);

test.for(looks)(
  '36. the dialog after a lost sign-in has no fault for axe: $colorScheme, $width pixels',
  slow,
  async ({ colorScheme, width }, { newContext, servers }) => {
    const host = await sharedHost('entra');
    const proxy = servers.use(await startSignInProxy(host.origin));
    proxy.give([]);
    const page = await (await newContext({ colorScheme, viewport: { width, height: 900 }, bypassCSP: true })).newPage();

    await page.goto(pageAddress(proxy));
    await page.getByRole('dialog').waitFor();

    expect(await faultsOf(page, 'sign-in')).toEqual([]);
  },
);
