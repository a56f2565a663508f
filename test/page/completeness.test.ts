import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { test } from './support/browser-test.ts';
import { completeRun, estateRun, machinePrincipalId } from './support/generated-estate.ts';
import { type InventoryHost, startInventoryHost } from './support/inventory-host.ts';
import { type PageHost, pageAddress } from './support/page-host.ts';
import { answerOf } from './support/sample.ts';

const size = { machines: 40, subscriptions: 3 };
const hoursAgo = (hours: number) => new Date(Date.now() - hours * 3_600_000);

/** A host with two runs. @param plan whatever differs of the plan of the newest one */
async function twoRuns(plan: Parameters<typeof completeRun>[2] = {}) {
  return startInventoryHost([completeRun(size, hoursAgo(3)), completeRun(size, hoursAgo(1), plan)]);
}

type Host = Pick<PageHost, 'origin'>;

/** The addresses of every view with an answer of the inventory. */
async function everyView(host: Host): Promise<readonly string[]> {
  const { value } = await answerOf(host, 'virtualMachines?maxpagesize=1');
  const { runs } = await answerOf(host, 'summary');
  const [before, now] = runs.slice(-2).map(({ runId }: { runId: string }) => runId);
  const principalId = machinePrincipalId(0);
  return [
    ...['', 'machines', 'principals', 'changes', 'findings', 'coverage', 'runs'].map((view) => `#/${view}`),
    `#/machines${value[0].id}`,
    `#/principals/${principalId}`,
    '#/principals/00000000-0000-4000-8000-00000000beef',
    `#/lookup?id=${principalId}`,
    `#/runs/${now}`,
    `#/compare?from=${before}&to=${now}`,
  ];
}

/** Opens a view anew, so that nothing of the one before is left. @returns its text, once its verdict is there */
async function open(page: Page, host: Host, hash: string): Promise<string> {
  await page.goto('about:blank');
  await page.goto(pageAddress(host, hash));
  await page.locator('.verdict').last().waitFor();
  await expect.poll(() => page.locator('main .loading, main [aria-busy=true]').count()).toBe(0);
  return (await page.locator('main').textContent()) ?? '';
}

const newerRun = (page: Page) => page.getByRole('button', { name: 'Newer run – show it' });

test('14. with everything readable, every view is complete and quiet', async ({ page, servers }) => {
  const host = servers.use(await twoRuns());
  for (const hash of await everyView(host)) {
    const text = await open(page, host, hash);

    const verdicts = page.locator('.verdict');
    expect([hash, await verdicts.count()]).toEqual([hash, hash.includes('compare') ? 2 : 1]);
    expect([hash, await page.locator('.verdict.complete').count()]).toEqual([hash, await verdicts.count()]);
    expect(await verdicts.first().textContent()).toMatch(
      // The answer on one machine or principal speaks of its own subscriptions.
      /\d{8}/.test(hash) ? /^ Complete · [13] subscriptions? · Run of / : /^ Complete · 3 subscriptions · Run of /,
    );
    expect(text).not.toMatch(/at least \d|not complete|blind spots cannot/i);
  }
});

test('15. blind spots that cannot be known are never quiet', async ({ page, servers }) => {
  const host = servers.use(await twoRuns({ blindSpotsKnown: false }));
  expect((await answerOf(host, 'summary')).coverage).toMatchObject({ complete: 3, blindSpots: null });
  for (const hash of await everyView(host)) {
    const text = await open(page, host, hash);

    expect([hash, text]).toEqual([hash, expect.stringContaining('Blind spots cannot be known: no management group')]);
    expect(await page.locator('.verdict').last().textContent()).toMatch(/^ Not complete: /);
    expect(await page.locator('.verdict').last().getByRole('link', { name: 'What is missing' }).count()).toBe(1);
  }
  expect(await open(page, host, '#/machines')).toContain('at least 40 machines');
  for (const hash of ['#/machines?contains=nothing', '#/principals?contains=nothing', '#/coverage?status=denied']) {
    await open(page, host, hash);

    expect(await page.locator('main .notice').textContent()).toContain('Not read: blind spots not known');
  }
});

test('15. with a damaged newest file, every view says so, and no newer run is offered', async ({ page, servers }) => {
  const host = servers.use(await twoRuns());
  await host.publish(completeRun(size, hoursAgo(0)));
  await host.damageNewest();
  for (const hash of await everyView(host)) {
    const text = await open(page, host, hash);

    expect([hash, text]).toEqual([hash, expect.stringContaining('The newest inventory file is damaged.')]);
    expect(await page.locator('.verdict.complete').count()).toBe(0);
    expect(await page.locator('.verdict.bad').count()).toBeGreaterThan(0);
  }
  expect(await open(page, host, '#/machines?contains=nothing')).toContain(
    'Nothing that was read matches. Not read: the newest run, whose file is damaged.',
  );

  const answered = page.waitForResponse(/\/api\/summary$/);
  await page.evaluate("dispatchEvent(new Event('focus'))");
  await answered;
  await page.evaluate('new Promise(requestAnimationFrame)');
  expect(await newerRun(page).count()).toBe(0);
});

test('15. a file that is damaged while the page is open is said, and the run on screen stays', async ({
  page,
  servers,
}) => {
  const host = servers.use(await twoRuns());
  await open(page, host, '#/machines');
  await host.publish(completeRun(size, hoursAgo(0)));
  await host.damageNewest();

  await page.evaluate("dispatchEvent(new Event('focus'))");

  await page.getByText('The newest inventory file is damaged.').waitFor();
  expect(await newerRun(page).count()).toBe(0);
  expect(await page.locator('tbody tr[data-index] a').count()).toBeGreaterThan(0);
});

describe('16. without matches in an incomplete inventory', () => {
  let host: InventoryHost;
  beforeAll(async () => {
    host = await startInventoryHost([estateRun({ machines: 40, subscriptions: 5 }, hoursAgo(1))]);
  });
  afterAll(() => host[Symbol.asyncDispose]());
  const hostile = '<img src=x onerror=alert(1)> & "ü"';
  const unknownId = '00000000-0000-4000-8000-00000000beef';

  test.for<[view: string, query: Readonly<Record<string, string>>]>([
    ['machines', { contains: hostile, tag: 'env=it\'s "me"', location: 'westeurope' }],
    ['principals', { contains: hostile, state: 'gone', kind: 'UserAssigned' }],
    ['changes', { caller: hostile, principalId: unknownId }],
    ['findings', { principalId: unknownId, severity: 'low' }],
    ['coverage', { status: hostile }],
  ])('%s names what was not read, and each filter with a Clear', async ([view, query], { page }) => {
    await page.goto(pageAddress(host, `#/${view}?${new URLSearchParams(query)}`));

    const notice = page.locator('main .notice');
    expect(await notice.locator('p').first().textContent()).toBe(
      'Nothing that was read matches. Not read: 1 subscription denied, 1 subscription failed, 1 blind spot.',
    );
    expect(await page.locator('.verdict').textContent()).toContain('Not complete:');
    const address = page.url();
    for (const [name, value] of Object.entries(query)) {
      await page.goto(address);
      await notice.getByRole('button', { name: `Clear ${name}: ${value}`, exact: true }).click();

      const left = () => [...new URLSearchParams(page.url().split('?')[1]).keys()];
      await expect.poll(left).toEqual(Object.keys(query).filter((other) => other !== name));
    }
  });
});
