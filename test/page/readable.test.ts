import type { Page } from 'playwright-core';
import { beforeAll, expect } from 'vitest';
import { test } from './support/browser-test.ts';
import { pageAddress } from './support/page-host.ts';
import { answerOf, firstPrincipal } from './support/sample.ts';
import { sharedHost } from './support/shared-host.ts';
import type { SharedHost } from './support/shared-hosts.ts';
import { unreadableTexts } from './support/unreadable-texts.ts';

interface Known {
  readonly oldestRun: string;
  readonly newestRun: string;
  readonly machine: string;
  readonly privileged: string;
  /** The principal with the most machines. */
  readonly shared: string;
}

const never = '11111111-2222-4333-8444-555555555555';
const views: readonly [what: string, hash: (of: Known) => string][] = [
  ['Overview', () => '#/'],
  ['Machines', () => '#/machines?contains=0'],
  ['Machines without a match', () => '#/machines?contains=zzzz'],
  ['a machine', ({ machine }) => `#/machines${machine}`],
  ['Principals', () => '#/principals'],
  ['a privileged principal', ({ privileged }) => `#/principals/${privileged}`],
  ['a shared principal', ({ shared }) => `#/principals/${shared}`],
  ['an id never seen', () => `#/principals/${never}`],
  ['Look up ids', ({ shared }) => `#/lookup?id=${shared}&id=${never}`],
  ['Changes', () => '#/changes?kind=virtualMachineMoved'],
  ['Compare runs', ({ oldestRun, newestRun }) => `#/compare?from=${oldestRun}&to=${newestRun}`],
  ['Findings', () => '#/findings?severity=high'],
  ['Coverage', () => '#/coverage'],
  ['Runs', () => '#/runs'],
  ['a run', ({ newestRun }) => `#/runs/${newestRun}`],
  ['the past', ({ oldestRun }) => `#/?asOf=${oldestRun}`],
  ['About', () => '#/about'],
];

let host: SharedHost;
let known: Known;
beforeAll(async () => {
  host = await sharedHost('sample');
  const { value: runs } = await answerOf(host, 'runs');
  const { value: machines } = await answerOf(host, 'virtualMachines?identityType=both&maxpagesize=1');
  const privileged = await firstPrincipal(host, ({ highestPrivilege }) => highestPrivilege === 'high');
  const principals = await answerOf(host, 'principals?maxpagesize=1000&select=principalId,virtualMachineCount');
  const [shared] = principals.value.toSorted((a: Counted, b: Counted) => b.virtualMachineCount - a.virtualMachineCount);
  known = {
    oldestRun: runs.at(-1).id,
    newestRun: runs[0].id,
    machine: machines[0].id,
    privileged: privileged.principalId,
    shared: shared.principalId,
  };
});

interface Counted {
  readonly virtualMachineCount: number;
}

async function open(page: Page, hash: string): Promise<void> {
  await page.goto(pageAddress(host, hash));
  await page.getByRole('heading', { level: 1 }).waitFor();
  await page.waitForLoadState('networkidle');
}

test.for(views)(
  '39. nothing is cut off at 320 pixels, with text of 200 %, and on paper: %s',
  async ([, hash], { newContext }) => {
    const context = await newContext({ viewport: { width: 1280, height: 900 } });
    const page = await context.newPage();
    const browser = await context.newCDPSession(page);
    const faults: [look: string, texts: readonly string[]][] = [];
    const look = async (name: string, width: number) => {
      await page.setViewportSize({ width, height: 900 });
      const texts = await unreadableTexts(page);
      if (texts.length > 0) faults.push([name, texts]);
    };
    await open(page, hash(known));
    await look('1280 pixels', 1280);
    await look('1024 pixels', 1024);
    await look('320 pixels', 320);
    // As a user who sets the size of the text in the browser.
    await browser.send('Page.setFontSizes', { fontSizes: { standard: 32, fixed: 26 } });
    await look('640 pixels with text of 200 %', 640);
    await look('1280 pixels with text of 200 %', 1280);
    await browser.send('Page.setFontSizes', { fontSizes: { standard: 16, fixed: 13 } });
    await page.emulateMedia({ media: 'print' });
    await page.evaluate(() => dispatchEvent(new Event('beforeprint')));
    // A4 without its margins.
    await look('paper', 718);
    expect(faults).toEqual([]);
  },
);

test.for(['de-DE', 'ar-EG'])('39. nothing is cut off with a browser in %s', async (locale, { newContext }) => {
  const context = await newContext({ viewport: { width: 1280, height: 900 }, locale, timezoneId: 'Asia/Kolkata' });
  const page = await context.newPage();
  const faults: [what: string, width: number, texts: readonly string[]][] = [];
  for (const [what, hash] of views.filter(([what]) => /^(?:Overview|Machines|a shared principal|Runs)$/.test(what))) {
    await open(page, hash(known));
    for (const width of [320, 1280]) {
      await page.setViewportSize({ width, height: 900 });
      const texts = await unreadableTexts(page);
      if (texts.length > 0) faults.push([what, width, texts]);
    }
  }
  expect(faults).toEqual([]);
});

test('39. paper has the verdict, the filters and the rows, in dark letters, without the navigation', async ({
  page,
}) => {
  await page.addInitScript(() => {
    if (location.protocol === 'http:') localStorage.setItem('vm-identities.preferences', '{"theme":"dark"}');
  });
  await open(page, '#/machines?contains=pay&location=westeurope');
  const { count } = await answerOf(host, 'virtualMachines?contains=pay&location=westeurope&count=true&skip=0');
  const shown = (selector: string) => page.locator(selector).filter({ visible: true });

  await page.emulateMedia({ media: 'print' });
  await page.evaluate(() => dispatchEvent(new Event('beforeprint')));

  await expect.poll(() => shown('tr[data-index]').count()).toBe(Math.min(count, 200));
  expect(await shown('nav, header, .facets, .toolbar').count()).toBe(0);
  expect(await shown('.verdict').textContent()).toContain('Not complete');
  await page.getByText('contains: pay, location: westeurope').waitFor();
  expect(await shown('thead th').allInnerTexts()).toContain('Subscription');
  const colour = await page.locator('h1').evaluate((title) => {
    const pixel = new OffscreenCanvas(1, 1).getContext('2d');
    if (pixel === null) throw new Error('There is no canvas');
    pixel.fillStyle = getComputedStyle(title).color;
    pixel.fillRect(0, 0, 1, 1);
    return [...pixel.getImageData(0, 0, 1, 1).data.slice(0, 3)];
  });
  expect(Math.max(...colour)).toBeLessThan(64);
  expect((await page.pdf()).subarray(0, 5).toString()).toBe('%PDF-');
});

test('39. nothing moves for people who want less motion', async ({ newContext }) => {
  const page = await (await newContext({ reducedMotion: 'reduce' })).newPage();
  for (const hash of ['#/', '#/machines', '#/coverage']) {
    await open(page, hash);
    const moving = await page.evaluate(() =>
      [...document.querySelectorAll('*')]
        .map((one) => getComputedStyle(one))
        .filter(({ animationName, transitionDuration, scrollBehavior }) => {
          return animationName !== 'none' || /[1-9]/.test(transitionDuration) || scrollBehavior === 'smooth';
        }),
    );
    expect(moving).toHaveLength(0);
  }
});
