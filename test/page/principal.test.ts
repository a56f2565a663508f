import { describe, expect } from 'vitest';
import { test } from './support/browser-test.ts';
import { identityPrincipalId } from './support/generated-estate.ts';
import { pageAddress } from './support/page-host.ts';
import { answerOf, firstPrincipal, heading, sampleOf } from './support/sample.ts';
import { sharedHost } from './support/shared-host.ts';

describe('25. one principal', () => {
  test('shows what GET principals/ID says', async ({ page }) => {
    const host = await sharedHost('sample');
    const { value } = await answerOf(host, 'principals?maxpagesize=1000&select=principalId,virtualMachineCount');
    const shared = value.toSorted(
      (a: { virtualMachineCount: number }, b: { virtualMachineCount: number }) =>
        b.virtualMachineCount - a.virtualMachineCount,
    );
    const { principalId, virtualMachineCount } = shared[1];
    const principal = await answerOf(host, `principals/${principalId}`);
    await page.goto(pageAddress(host, `#/principals/${principalId}`));
    await page.locator('.time-line').waitFor();

    const text = await page.locator('main').textContent();
    expect(text).toContain(`on at least ${virtualMachineCount} machines`);
    expect(text).toContain(principal.principalId);
    expect(text).toContain(principal.clientId);
    const lanes = await page.locator('.time-line a text').allTextContents();
    const names = principal.virtualMachines.map(({ name }: { name: string }) => name);
    expect(lanes.toSorted()).toEqual([...new Set(names)].toSorted());
    expect(await page.locator('.reach-node.machines').count()).toBe(virtualMachineCount);
    const rows = await page.locator('.rows table').getAttribute('aria-rowcount');
    expect(rows).toBe(String(principal.virtualMachines.length + 1));
  });

  test('shows each role with its privilege, and what the role allows', async ({ page }) => {
    const host = await sharedHost('sample');
    const { principalId } = await firstPrincipal(host, ({ highestPrivilege }) => highestPrivilege === 'high');
    const { roleAssignments } = await answerOf(host, `principals/${principalId}?expand=permissions`);
    await page.goto(pageAddress(host, `#/principals/${principalId}`));
    const table = page.getByRole('table', { name: 'What it may do' });
    await table.waitFor();

    expect(await table.locator('tbody tr').count()).toBe(roleAssignments.length);
    expect(await table.textContent()).toContain(roleAssignments[0].roleDefinitionName);
    expect(await table.textContent()).toContain(roleAssignments[0].scope);
    expect(await page.locator('.reach-node.roles').count()).toBe(roleAssignments.length);
    await table.getByText('Actions', { exact: true }).first().click();
    for (const action of roleAssignments[0].permissions[0].actions) {
      await table.getByText(action, { exact: true }).first().waitFor();
    }
  });

  test('explains a dangling and a re-created one', async ({ page }) => {
    const host = await sharedHost('sample');
    const { principalId } = await firstPrincipal(host, ({ state }) => state === 'dangling');
    await page.goto(pageAddress(host, `#/principals/${principalId}`));
    await page.getByText('A machine still names this identity, but the identity no longer exists').waitFor();

    const { value } = await answerOf(host, 'changes?kind=identityRecreated');
    const { before, after } = value[0];
    await page.goto(pageAddress(host, `#/principals/${before.principalId}`));
    await page.getByText('the same identity now has the principal id').waitFor();
    await page.getByRole('link', { name: after.principalId }).first().click();
    await page.getByText('before, the same identity had the principal id').waitFor();
  });

  test('works for a client id', async ({ page }) => {
    const host = await sharedHost('sample');
    const { clientId, identityName } = await sampleOf(host);
    await page.goto(pageAddress(host, `#/principals/${clientId}`));
    await expect.poll(() => heading(page)).toBe(identityName);
    await page.getByText('You asked for its client id.').waitFor();
  });
});

test('26. an identity on 5,000 machines is drawn in groups, and the table has the first 200', async ({ page }) => {
  const host = await sharedHost('large');
  const principalId = identityPrincipalId(0);
  const { virtualMachineCount } = await answerOf(host, `principals/${principalId}?maxmachines=0`);
  await page.goto(pageAddress(host, `#/principals/${principalId}`));
  await page.locator('.reach-node.machines').first().waitFor();

  const nodes = await page.locator('.reach-node').count();
  expect(nodes).toBeLessThanOrEqual(150);
  expect(await page.locator('.time-line a').count()).toBe(30);
  expect(await page.locator('tr').count()).toBeLessThan(200);
  expect(virtualMachineCount).toBeGreaterThan(4900);
  await page.getByText(`${virtualMachineCount.toLocaleString('en')} machines have it now`).waitFor();
});

test('27. what is not read of roles stands wherever roles do', async ({ page }) => {
  const host = await sharedHost('sample');
  const { principalId, id } = await sampleOf(host);
  for (const hash of [`#/principals/${principalId}`, `#/machines${id}`, `#/lookup?id=${principalId}`]) {
    await page.goto(pageAddress(host, hash));
    await page.getByText('Roles through groups and directory roles are not read.').first().waitFor();
  }
});
