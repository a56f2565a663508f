import { expect } from 'vitest';
import { test } from './support/browser-test.ts';
import { pageAddress } from './support/page-host.ts';
import { answerOf, heading, sampleOf } from './support/sample.ts';
import { sharedHost } from './support/shared-host.ts';

test('a machine shows its facts, tags and identities with both ids', async ({ page }) => {
  const host = await sharedHost('sample');
  const { id, name, principalId, clientId } = await sampleOf(host);
  const machine = await answerOf(host, id.slice(1));
  const { tenantId } = await answerOf(host, `principals/${principalId}`);
  await page.goto(pageAddress(host, `#/machines${id}`));
  const identities = page.getByRole('table', { name: 'Identities' });
  await identities.waitFor();

  expect(await heading(page)).toBe(name);
  expect(await identities.textContent()).toContain(principalId);
  expect(await identities.textContent()).toContain(clientId);
  const text = await page.locator('main').textContent();
  for (const fact of [id, machine.vmId, machine.vmSize, machine.location]) expect(text).toContain(fact);
  for (const [tag, value] of Object.entries(machine.tags)) expect(text).toContain(`${tag} = ${value}`);
  const portal = page.getByRole('link', { name: 'Open in the Azure portal' });
  await expect.poll(() => portal.getAttribute('href')).toBe(`https://portal.azure.com/#@${tenantId}/resource${id}`);
});

test('the whole id leads to a scale set and to an Azure Arc machine', async ({ page }) => {
  const host = await sharedHost('sample');
  for (const type of ['scaleSets', 'arc']) {
    const { value } = await answerOf(host, `virtualMachines?type=${type}&maxpagesize=1`);
    await page.goto(pageAddress(host, `#/machines${value[0].id.toLowerCase()}`));
    await expect.poll(() => heading(page)).toBe(value[0].name);
    await page.getByText(value[0].id, { exact: true }).waitFor();
  }
});

test('deleted, moved and never seen machines are explained', async ({ page }) => {
  const host = await sharedHost('sample');
  const deleted = await answerOf(host, 'virtualMachines?deleted=true&maxpagesize=1');
  await page.goto(pageAddress(host, `#/machines${deleted.value[0].id}`));
  await page.getByText('A complete reading of its subscription no longer had it').waitFor();

  const moves = await answerOf(host, 'changes?kind=virtualMachineMoved&maxpagesize=1');
  const { before, after } = moves.value[0];
  await page.goto(pageAddress(host, `#/machines${before.id}`));
  await page.getByText('A move is no deletion').waitFor();
  await page.getByRole('link', { name: after.id }).click();
  await page.getByText('It moved here. Before, it was').waitFor();

  const unknown = after.id.replace(/[^/]+$/, 'never-seen-by-anyone');
  await page.goto(pageAddress(host, `#/machines${unknown}`));
  await page.getByRole('heading', { name: 'Never seen' }).waitFor();
  expect(await page.locator('main').textContent()).toMatch(/in a part that was not read: .*denied/);
  expect(await page.locator('main').textContent()).not.toContain('does not exist');
});

test('asking Azure shows field by field what the run has otherwise', async ({ page }) => {
  const host = await sharedHost('sample');
  const { id } = await sampleOf(host);
  const machine = await answerOf(host, id.slice(1));
  await page.goto(pageAddress(host, `#/machines${id}`));
  await page.getByRole('button', { name: 'Ask Azure now' }).click();
  await page.getByText('Azure says the same').waitFor();

  const { size, location } = { size: 'Standard_E64s_v5', location: machine.location };
  await page.route(/live=true/, async (route) => {
    const response = await route.fetch();
    const live = await response.json();
    await route.fulfill({ response, json: { ...live, vmSize: size, tags: { ...live.tags, added: 'x' }, location } });
  });
  await page.getByRole('button', { name: 'Ask Azure now' }).click();
  const difference = page.locator('.azure-now table.difference');
  await difference.waitFor();
  expect(await difference.locator('th[scope=row]').allTextContents()).toEqual(['vmSize', 'tags.added']);
  expect(await difference.locator('del').allTextContents()).toEqual([machine.vmSize]);
  expect(await difference.locator('ins').allTextContents()).toEqual([size, 'x']);
});
