import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, expect } from 'vitest';
import { kinds } from '../../lib/inventory/coverage.ts';
import type { Finding } from '../../lib/inventory/finding.ts';
import { contributor, guid, guidOf, machine, type RunReading, roleAssignment } from '../support/readings.ts';
import { test } from './support/browser-test.ts';
import { canCopy, clipboard } from './support/clipboard.ts';
import { type InventoryHost, startInventoryHost } from './support/inventory-host.ts';
import { pageAddress } from './support/page-host.ts';
import { answerOf } from './support/sample.ts';
import { sharedHost } from './support/shared-host.ts';

async function copied(page: Page, button: Locator): Promise<string> {
  await button.click();
  await page.getByText('Copied').waitFor();
  return clipboard(page);
}

/** Each of these machines may change everything in its subscription. */
function privileged(day: number, names: readonly string[]): RunReading {
  const machines = names.map((name) =>
    machine(name, {
      identity: { type: 'SystemAssigned', principalId: guidOf(name), tenantId: guid(9), userAssignedIdentities: {} },
    }),
  );
  const roleAssignments = names.map((name) => roleAssignment(`GIVEN-TO-${name}`, guidOf(name)));
  return {
    day,
    plan: { kinds: [...kinds] },
    subscriptions: { [guid(1)]: { machines, roleAssignments, roleDefinitions: [contributor] } },
  };
}

const runs = [privileged(2, ['vm-a']), privileged(4, ['vm-a', 'vm-b', 'vm-c'])];
let host: InventoryHost;
beforeAll(async () => {
  host = await startInventoryHost(runs);
});
afterAll(() => host[Symbol.asyncDispose]());

test('35. findings are in the order of the API, the worst first, each group with its number', async ({ page }) => {
  const sample = await sharedHost('sample');
  const { value }: { value: readonly Finding[] } = await answerOf(sample, 'findings?maxpagesize=1000');
  await page.goto(pageAddress(sample, '#/findings'));
  await page.getByRole('article').first().waitFor();

  const messages = await page.getByRole('article').locator('p:first-child').allTextContents();
  expect(messages).toEqual(value.map(({ message }) => message));
  const severities = ['high', 'medium', 'low'];
  const ranks = value.map(({ severity }) => severities.indexOf(severity));
  expect(ranks).toEqual(ranks.toSorted());
  const groups = [...Map.groupBy(value, ({ severity, rule }) => `${severity} ${rule}`).values()];
  const headings = await page.getByRole('main').getByRole('heading', { level: 2 }).allTextContents();
  // The sample tenant is not complete, so there may be more.
  expect(headings.map((text) => Number(/at least (\d+) finding/.exec(text)?.[1]))).toEqual(
    groups.map(({ length }) => length),
  );
});

test('35. each command is copied as it is; what is to be filled in is named', async ({ newContext }) => {
  const sample = await sharedHost('sample');
  const { value }: { value: readonly Finding[] } = await answerOf(sample, 'findings?maxpagesize=1000');
  const page = await (await newContext(canCopy)).newPage();
  await page.goto(pageAddress(sample, '#/findings'));
  await page.getByRole('article').first().waitFor();
  const byRule = new Map(value.map((finding, index) => [finding.rule, { ...finding, index }]));
  expect(byRule.size).toBeGreaterThan(4);

  for (const { index, remediation, rule } of byRule.values()) {
    const article = page.getByRole('article').nth(index);
    const label = rule === 'sharedIdentity' ? 'Copy (fill in GROUP, MACHINE)' : 'Copy command';
    const text = await copied(page, article.getByRole('button', { name: label, exact: true }));
    expect(text).toMatch(/^az /);
    expect(remediation.endsWith(text)).toBe(true);
    expect(remediation.slice(0, -text.length)).not.toContain('az ');
  }
});

test('35. the copied acceptance is one that the app takes, for this finding alone; accepted ones are counted', async ({
  newContext,
  servers,
}) => {
  const page = await (await newContext(canCopy)).newPage();
  await page.goto(pageAddress(host, '#/findings'));
  const of = (name: string) => page.getByRole('article').filter({ has: page.getByRole('link', { name }) });
  await of('vm-c').waitFor();
  expect(await page.getByText('not listed').count()).toBe(0);
  // Capitals in an id are nothing to fill in.
  expect(await page.getByRole('button', { name: 'Copy command', exact: true }).count()).toBe(3);

  const entries: string[] = [];
  for (const name of ['vm-a', 'vm-b']) {
    entries.push(await copied(page, of(name).getByRole('button', { name: 'Copy acceptance' })));
  }
  const folder = await mkdtemp(join(tmpdir(), 'accepted-'));
  servers.defer(() => rm(folder, { recursive: true }));
  const file = join(folder, 'accepted.json');
  await writeFile(file, `[${entries.join(',')}]`);
  const accepting = servers.use(await startInventoryHost(runs, { INVENTORY_ACCEPTED_FINDINGS: file }));

  const other = await page.context().newPage();
  await other.goto(pageAddress(accepting, '#/findings'));
  await other.getByText('2 accepted findings are not listed').waitFor();
  await other.getByRole('article').waitFor();
  await other.getByRole('article').getByRole('link', { name: 'vm-c' }).waitFor();
  // In the run before, one of them was not there yet.
  await other.goto(pageAddress(accepting, '#/findings?asOf=20261102T060000Z-0000'));
  await other.getByText('1 accepted finding is not listed').waitFor();
  await other.getByText('Nothing matches.').waitFor();
});
