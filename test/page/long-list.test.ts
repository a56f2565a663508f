import { afterAll, beforeAll, describe, expect } from 'vitest';
import { machine } from '../support/readings.ts';
import { test } from './support/browser-test.ts';
import { estateRun, subscriptionIdOf } from './support/generated-estate.ts';
import { type InventoryHost, startInventoryHost } from './support/inventory-host.ts';
import { pageAddress } from './support/page-host.ts';
import { drag, expectRealRows, named, type RowOnScreen, rowsOnScreen } from './support/rows-on-screen.ts';
import { answerOf } from './support/sample.ts';
import { sharedHost } from './support/shared-host.ts';

describe('21. in 100,000 rows', () => {
  // A hook has its own time: the host reads 100,000 machines first.
  beforeAll(() => sharedHost('large').then(() => undefined));
  const middle = (rows: readonly RowOnScreen[]) => rows[Math.floor(rows.length / 2)]?.index ?? 0;

  test.for<[width: number, order: string]>([
    [1280, 'name'],
    [1280, 'location desc'],
    [900, 'name'],
    [360, 'name desc'],
  ])('dragging the bar shows real rows without a gap: %i pixels, by %s', async ([width, order], { newContext }) => {
    const host = await sharedHost('large');
    const page = await (await newContext({ viewport: { width, height: 800 } })).newPage();
    const query = `orderby=${encodeURIComponent(order)}`;
    await page.goto(pageAddress(host, `#/machines?${query}`));
    await page.locator('.rows tbody a').first().waitFor();
    expect(await page.getByRole('table').getAttribute('aria-rowcount')).toBe('100001');

    expect((await expectRealRows(page, host, query))[0]?.index).toBe(0);
    await drag(page, 0.5);
    const half = middle(await expectRealRows(page, host, query));
    expect(Math.abs(half - 50_000)).toBeLessThan(100);
    await drag(page, 1);
    expect((await expectRealRows(page, host, query)).at(-1)?.index).toBe(99_999);
    await drag(page, 0.25);
    await expectRealRows(page, host, query);
    await drag(page, 0);
    expect((await expectRealRows(page, host, query))[0]?.index).toBe(0);
  });
});

describe('22. while a new run is published', () => {
  const size = { machines: 20_000, subscriptions: 22 };
  const started = Date.now() - 3_600_000;
  let host: InventoryHost;
  let first: string;
  beforeAll(async () => {
    host = await startInventoryHost([estateRun(size, new Date(started))]);
    first = (await answerOf(host, 'summary')).runId;
  });
  afterAll(() => host[Symbol.asyncDispose]());

  test('no row changes before the click, and all rows are of the new run after it', async ({ page }) => {
    const chip = page.getByRole('button', { name: 'Newer run – show it' });
    await page.goto(pageAddress(host, `#/machines`));
    await page.locator('.rows tbody a').first().waitFor();
    await drag(page, 0.5);
    const before = await expectRealRows(page, host, `orderby=name&asOf=${first}`);
    const asked: string[] = [];
    page.on('request', (request) => asked.push(request.url()));

    // Ten machines come first in the order of names, so every other row moves.
    const more = Array.from({ length: 10 }, (_, place) =>
      machine(`a-new-one-${place}`, { subscriptionId: subscriptionIdOf(0) }),
    );
    await host.publish(estateRun(size, new Date(started + 1_800_000), more));
    await page.evaluate("dispatchEvent(new Event('focus'))");
    await chip.waitFor();
    expect(named(await rowsOnScreen(page))).toEqual(named(before));
    await drag(page, 0.8);
    await expectRealRows(page, host, `orderby=name&asOf=${first}`);
    expect(await page.locator('.list-count').textContent()).toBe('at least 20,000 machines');
    expect(asked.filter((url) => url.includes('virtualMachines') && !url.includes(first))).toEqual([]);

    await drag(page, 0.5);
    await expectRealRows(page, host, `orderby=name&asOf=${first}`);
    asked.length = 0;
    // In view: else the driver scrolls to it.
    expect((await chip.boundingBox())?.y).toBeGreaterThan(0);
    const release = Promise.withResolvers<void>();
    await page.route(/virtualMachines\?.*skip=[^0]/, async (route) => {
      await release.promise;
      await route.continue();
    });
    const firstPage = page.waitForResponse(/virtualMachines\?.*skip=0&/);
    await chip.click();

    // The old rows stay until those in their place have arrived.
    await (await firstPage).finished();
    await page.evaluate('new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))');
    expect(named(await rowsOnScreen(page))).toEqual(named(before));
    expect(await page.getByRole('table').getAttribute('aria-busy')).toBe('true');
    release.resolve();

    await expect.poll(() => page.locator('.list-count').textContent()).toBe('at least 20,010 machines');
    const { runId: second } = await answerOf(host, 'summary');
    expect(second).not.toBe(first);
    const after = await expectRealRows(page, host, `orderby=name&asOf=${second}`);
    expect(after[0]?.index).toBe(before[0]?.index);
    expect(after.map(({ name }) => name)).not.toEqual(before.map(({ name }) => name));
    await drag(page, 1);
    expect((await expectRealRows(page, host, `orderby=name&asOf=${second}`)).at(-1)?.index).toBe(20_009);
    expect(asked.filter((url) => url.includes(first))).toEqual([]);
    expect(await chip.count()).toBe(0);
  });
});
