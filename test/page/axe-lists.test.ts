import { expect } from 'vitest';
import { axeFaultsOf, slow } from './support/axe.ts';
import { test } from './support/browser-test.ts';
import { pageAddress } from './support/page-host.ts';
import { sharedHost } from './support/shared-host.ts';

const looks = [
  { colorScheme: 'light', width: 1280 },
  { colorScheme: 'dark', width: 360 },
] as const;
const views = ['', 'machines', 'principals', 'changes', 'compare', 'findings', 'coverage', 'runs', 'about'];

test.for(looks)('36. views have no fault for axe: $colorScheme, $width pixels', async (look, { newContext }) => {
  const { colorScheme, width } = look;
  const host = await sharedHost('sample');
  const page = await (await newContext({ colorScheme, viewport: { width, height: 900 }, bypassCSP: true })).newPage();
  const faults: unknown[] = [];
  const note = async (where: string) => void faults.push(...(await axeFaultsOf(page, where)));
  for (const view of views) {
    await page.goto(pageAddress(host, `#/${view}`));
    await page.getByRole('heading', { level: 1 }).waitFor();
    await page.waitForLoadState('networkidle');
    // What is closed counts, too.
    await page.evaluate(`for (const one of document.querySelectorAll('main details')) one.open = true`);
    await note(view);
    expect([view, await page.evaluate('document.documentElement.scrollWidth - innerWidth')]).toEqual([view, 0]);
  }

  expect(faults).toEqual([]);
});

test.for(looks)(
  '36. the dialog for a key has no fault for axe: $colorScheme, $width pixels',
  slow,
  async (look, { newContext }) => {
    const { colorScheme, width } = look;
    const host = await sharedHost('keys');
    const page = await (await newContext({ colorScheme, viewport: { width, height: 900 }, bypassCSP: true })).newPage();

    await page.goto(pageAddress(host));
    await page.getByRole('dialog').waitFor();

    expect(await axeFaultsOf(page, 'key')).toEqual([]);
  },
);
