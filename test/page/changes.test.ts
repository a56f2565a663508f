import type { Locator } from 'playwright-core';
import { afterAll, beforeAll, expect } from 'vitest';
import type { Change } from '../../lib/inventory/change.ts';
import { kinds } from '../../lib/inventory/coverage.ts';
import { dayOf, guid, having, machine, type RunReading, userAssigned } from '../support/readings.ts';
import { test } from './support/browser-test.ts';
import { type InventoryHost, startInventoryHost } from './support/inventory-host.ts';
import { pageAddress } from './support/page-host.ts';
import { answerOf } from './support/sample.ts';
import { sharedHost } from './support/shared-host.ts';

const reason = { code: 'ListFailed', message: 'The list of subscriptions could not be read', hint: null };

const runs: readonly RunReading[] = [
  {
    day: 2,
    plan: { reason },
    subscriptions: { [guid(1)]: { machines: [machine('vm-a', { tags: { env: 'test', team: 'web' } })] } },
  },
  {
    day: 4,
    subscriptions: {
      [guid(1)]: {
        machines: [
          machine('vm-a', { vmSize: 'Standard_D4s_v5', zones: ['1'], tags: { env: 'test', 'cost.center': 'null' } }),
        ],
      },
      [guid(2)]: { machines: [machine('vm-new', { subscriptionId: guid(2) })] },
    },
  },
];

let host: InventoryHost;
beforeAll(async () => {
  host = await startInventoryHost(runs);
});
afterAll(() => host[Symbol.asyncDispose]());

/** The difference of a change, row by row. */
async function rowsOf(change: Locator): Promise<readonly string[][]> {
  await change.locator('summary').click();
  await change.locator('.difference').waitFor();
  const rows = await change.locator('.difference tbody tr').all();
  return Promise.all(rows.map((row) => row.locator('th, td').allTextContents()));
}

/** When it happened, as the line says. */
async function times(line: Locator): Promise<readonly (string | null)[]> {
  const all = await line.locator('time').all();
  return Promise.all(all.map((one) => one.getAttribute('datetime')));
}

test('28. the difference of an updated machine has exactly the fields that differ, tags key by key', async ({
  page,
}) => {
  await page.goto(pageAddress(host, '#/changes?kind=virtualMachineUpdated'));
  const change = page.locator('.change', { hasText: 'vm-a' });

  expect(await rowsOf(change)).toEqual([
    ['zones', '[]', '["1"]'],
    ['vmSize', 'Standard_D2s_v5', 'Standard_D4s_v5'],
    ['tags.team', 'web', ''],
    ['tags.cost.center', '', 'null'],
  ]);
  expect(await change.locator('del').allTextContents()).toEqual(['[]', 'Standard_D2s_v5', 'web']);
  expect(await change.locator('ins').allTextContents()).toEqual(['["1"]', 'Standard_D4s_v5', 'null']);
});

test('28. the fields are those of the API, for each updated machine of the sample', async ({ page }) => {
  const sample = await sharedHost('sample');
  const { value }: { value: readonly Change[] } = await answerOf(sample, 'changes?kind=virtualMachineUpdated');
  expect(value.length).toBeGreaterThan(1);
  await page.goto(pageAddress(sample, '#/changes?kind=virtualMachineUpdated'));

  for (const { resourceId, before, after } of value) {
    const name = resourceId.split('/').at(-1) ?? '';
    const rows = await rowsOf(page.locator('.change').filter({ has: page.locator('summary', { hasText: name }) }));
    const fields = new Set(rows.map(([field = '']) => field.split('.')[0]));
    expect([...fields].toSorted()).toEqual(Object.keys({ ...before, ...after }).toSorted());
  }
});

test('28. a change is between two readings where the earlier is known, else before the later', async ({ page }) => {
  const { value }: { value: readonly Change[] } = await answerOf(host, 'changes');
  const of = (kind: string) => value.find((one) => one.kind === kind);
  expect([of('virtualMachineUpdated')?.notBefore, of('subscriptionAppeared')?.notBefore]).toEqual([dayOf(2), null]);
  await page.goto(pageAddress(host, '#/changes'));

  const updated = page.locator('.change summary', { hasText: 'vm-a' });
  expect(await updated.textContent()).toMatch(/ between .+ and /);
  expect(await times(updated)).toEqual([dayOf(2), dayOf(4)]);
  const appeared = page.locator('.change summary', { hasText: guid(2) });
  expect(await appeared.textContent()).toMatch(/ before /);
  expect(await times(appeared)).toEqual([dayOf(4)]);
});

/** The shared identity comes onto more machines than the API gives changes in a page, and then leaves one. */
function sharedBy(day: number, isOn: (index: number) => boolean): RunReading {
  const shared = userAssigned('id-shared', { principalId: guid(77), clientId: guid(78) });
  const none = { type: 'None' as const, principalId: null, tenantId: null, userAssignedIdentities: {} };
  const machines = Array.from({ length: 1100 }, (_, index) =>
    machine(`vm-${index}`, { identity: isOn(index) ? having(shared) : none }),
  );
  return { day, plan: { kinds: [...kinds] }, subscriptions: { [guid(1)]: { machines, identities: [shared] } } };
}

test('the newest changes come first, where one thing or one list has more than a page', async ({ page, servers }) => {
  const shared = [sharedBy(2, () => false), sharedBy(4, () => true), sharedBy(6, (index) => index !== 3)];
  const many = servers.use(await startInventoryHost(shared));
  await page.goto(pageAddress(many, `#/principals/${guid(77)}`));
  const first = page.locator('.change summary').first();
  await first.waitFor();

  expect(await first.textContent()).toMatch(/^vm-3 /);
  expect(await times(first)).toEqual([dayOf(4), dayOf(6)]);
  await page.getByText('This page knows the last 1,000.').waitFor();

  await page.getByRole('link', { name: 'All changes of it' }).click();
  await page.getByRole('button', { name: 'Show more' }).waitFor();
  const groups = page.getByRole('main').getByRole('heading', { level: 2 });
  expect(await groups.locator('time').first().getAttribute('datetime')).toBe(dayOf(6));
  expect(await groups.allTextContents()).toEqual([
    expect.stringMatching(/ 1 change$/),
    expect.stringMatching(/ at least 199 changes$/),
  ]);
  expect(await first.textContent()).toMatch(/^vm-3 /);
  await page.getByRole('button', { name: 'Show more' }).click();
  await expect.poll(() => groups.nth(1).textContent()).toContain('399 changes');
  expect(await first.textContent()).toMatch(/^vm-3 /);
});
