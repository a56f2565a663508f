import type { Page } from 'playwright-core';
import { describe, expect } from 'vitest';
import { test } from './support/browser-test.ts';
import { pageAddress } from './support/page-host.ts';
import { answerOf, heading, type Sample, sampleOf } from './support/sample.ts';
import { sharedHost } from './support/shared-host.ts';
import type { SharedHost } from './support/shared-hosts.ts';

const unknownId = '11111111-2222-4333-8444-555555555555';

/** Pastes into the search box, as a keyboard does, and presses Enter. */
async function search(page: Page, text: string): Promise<void> {
  await page.keyboard.press('/');
  const box = page.getByRole('combobox');
  await box.waitFor();
  await box.evaluate((field, pasted) => {
    const clipboardData = new DataTransfer();
    clipboardData.setData('text', pasted);
    const event = new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true });
    if (field.dispatchEvent(event)) document.execCommand('insertText', false, pasted);
  }, text);
  await page.keyboard.press('Enter');
}

describe('11. what is pasted into the search box leads to the right page', () => {
  test.for<[what: string, text: (of: Sample) => string, view: 'principal' | 'machine']>([
    ['a principal id', ({ principalId }) => principalId, 'principal'],
    ['a client id', ({ clientId }) => clientId, 'principal'],
    ['a VM id', ({ vmId }) => vmId, 'machine'],
    ['a resource id in other letter case', ({ id }) => id.toUpperCase(), 'machine'],
    ['a portal address', ({ id }) => `https://portal.azure.com/#@x.example/resource${id}/overview`, 'machine'],
    [
      'an encoded portal address',
      ({ id }) => `https://portal.azure.com/#view/x/id/${encodeURIComponent(id)}`,
      'machine',
    ],
    ['the name of a machine', ({ name }) => name, 'machine'],
    ['a sign-in as JSON', (of) => JSON.stringify(signIn(of), null, 2), 'principal'],
    ['a sign-in in one line', (of) => JSON.stringify([signIn(of)]), 'principal'],
    ['the resource id of an identity', ({ identityId }) => identityId.toLowerCase(), 'principal'],
  ])('%s', async ([, text, view], { page }) => {
    const host = await sharedHost('sample');
    const sample = await sampleOf(host);
    await page.goto(pageAddress(host));
    await page.getByRole('heading', { level: 1 }).waitFor();

    await search(page, text(sample));

    const hash = view === 'principal' ? `#/principals/${sample.principalId}` : `#/machines${sample.id}`;
    await expect.poll(() => new URL(page.url()).hash.toLowerCase()).toBe(hash.toLowerCase());
    await expect.poll(() => heading(page)).toBe(view === 'principal' ? sample.identityName : sample.name);
  });
});

test('12. an id that no run saw is never called missing, and the gaps are named', async ({ page }) => {
  const host = await sharedHost('sample');
  await page.goto(pageAddress(host, `#/principals/${unknownId}`));

  await page.getByRole('heading', { name: 'Never seen' }).waitFor();
  const text = await page.locator('main').textContent();
  const { coverage } = await answerOf(host, 'search?q=xx');

  expect(text).toContain(unknownId);
  expect(text).toMatch(/No run up to .* saw this id\. It may be a person, an application/);
  expect(text).toContain(`${coverage.denied} subscription denied`);
  expect(text).toContain(`${coverage.blindSpots} blind spot`);
  expect(text).not.toMatch(/does not exist|not found/i);
});

test('12. a VM id and the id of a subscription lead on', async ({ page }) => {
  const host = await sharedHost('sample');
  const { vmId, id, name } = await sampleOf(host);
  await page.goto(pageAddress(host, `#/principals/${vmId}`));
  await expect.poll(() => heading(page)).toBe(name);
  expect(new URL(page.url()).hash).toBe(`#/machines${id}`);

  const subscriptionId = id.split('/')[2] ?? '';
  await page.goto(pageAddress(host, `#/principals/${subscriptionId}`));
  await page.getByText('It is the id of the subscription').waitFor();
});

describe('13. many ids', () => {
  async function countLookups(page: Page): Promise<{ readonly sizes: number[] }> {
    const sizes: number[] = [];
    await page.route('**/principals/lookup*', async (route) => {
      sizes.push(JSON.parse(route.request().postData() ?? '{}').ids.length);
      await route.continue();
    });
    return { sizes };
  }

  async function pasteIds(page: Page, text: string): Promise<void> {
    await page.getByLabel('Text with ids').fill(text);
    await page.getByRole('button', { name: 'Look up' }).click();
  }

  const unknownIds = (count: number) =>
    Array.from({ length: count }, (_, index) => `${index.toString(16).padStart(8, '0')}-aaaa-4bbb-8ccc-dddddddddddd`);

  async function knownIds(host: SharedHost): Promise<string[]> {
    const { value } = await answerOf(host, 'principals?maxpagesize=300&select=principalId,clientId');
    return value.map((one: { principalId: string; clientId: string | null }, index: number) =>
      index % 3 === 0 ? (one.clientId ?? one.principalId) : one.principalId,
    );
  }

  test('1,000 are one call; the order stays, unknown ids are apart', async ({ page }) => {
    const host = await sharedHost('sample');
    const known = await knownIds(host);
    const never = unknownIds(1000 - known.length);
    const mixed = [...never.slice(0, 5), ...known.toReversed(), ...never.slice(5)];
    const calls = await countLookups(page);
    await page.goto(pageAddress(host, '#/lookup'));

    await pasteIds(page, `${mixed.join('\n')}\n${mixed[0]}`);
    await page.getByRole('heading', { name: `Never seen: ${never.length} ids` }).waitFor();

    expect(calls.sizes).toEqual([1000]);
    await page.getByText('1,000 ids, and 1 repetition.').waitFor();
    const first = page.locator('.rows tbody tr[data-index]').first();
    expect(await first.locator('td').first().textContent()).toBe(known.at(-1));
    const rows = await page.locator('.rows table').getAttribute('aria-rowcount');
    expect(rows).toBe(String(known.length + 1));
    const listed = await page.locator('.never-seen-ids li').allTextContents();
    expect(listed).toEqual(never.slice(0, 100));
  });

  test('2,300 are three calls with progress, and a reload keeps them', async ({ page }) => {
    const host = await sharedHost('sample');
    const ids = unknownIds(2300);
    const calls = await countLookups(page);
    await page.goto(pageAddress(host, '#/lookup'));

    await pasteIds(page, ids.join(' '));
    await page.getByText('of 2,300 looked up').waitFor();
    await page.getByRole('heading', { name: 'Never seen: 2,300 ids' }).waitFor();

    expect(calls.sizes).toEqual([1000, 1000, 300]);
    expect(new URL(page.url()).hash).toBe('#/lookup');
    await page.reload();
    await page.getByRole('heading', { name: 'Never seen: 2,300 ids' }).waitFor();
  });

  test('up to 40 are in the address', async ({ page }) => {
    const host = await sharedHost('sample');
    const ids = unknownIds(40);
    await page.goto(pageAddress(host, '#/lookup'));

    await pasteIds(page, ids.join(' '));

    const query = ids.map((id) => `id=${id}`).join('&');
    await expect.poll(() => new URL(page.url()).hash).toBe(`#/lookup?${query}`);
  });

  test('a text without ids says so', async ({ page }) => {
    const host = await sharedHost('sample');
    await page.goto(pageAddress(host, '#/lookup'));
    await pasteIds(page, 'nothing to see');
    await page.getByRole('alert').getByText('There is no id in this text').waitFor();
  });

  test('the CSV has every id, and its cells run nothing', async ({ page }) => {
    const host = await sharedHost('sample');
    const [known = ''] = await knownIds(host);
    await page.goto(pageAddress(host, `#/lookup?id=${known}&id=${unknownId}`));
    await page.getByRole('heading', { name: 'Never seen: 1 id' }).waitFor();

    const download = page.waitForEvent('download');
    await page.getByRole('button', { name: 'CSV' }).click();
    const file = await download;
    const lines = (await readText(await file.createReadStream())).split('\r\n');

    expect(file.suggestedFilename()).toBe('lookup-INCOMPLETE.csv');
    expect(lines[0]).toMatch(/^id,principalId,/);
    expect(lines[1]).toContain(known);
    expect(lines[2]).toBe(`${unknownId},,,,,neverSeen,,,,`);
  });
});

/** A row of ManagedIdentitySignInLogs. */
function signIn({ principalId, clientId, identityId, name }: Sample) {
  return {
    TimeGenerated: '2026-11-20T06:01:02.123Z',
    Id: '11111111-2222-4333-8444-555555555556',
    TenantId: '72f988bf-86f1-41af-91ab-2d7cd011db47',
    AppId: clientId,
    CorrelationId: '11111111-2222-4333-8444-555555555557',
    ResourceServicePrincipalId: '11111111-2222-4333-8444-555555555558',
    ServicePrincipalId: principalId,
    ServicePrincipalName: name,
    ManagedServiceIdentity: JSON.stringify({ msiType: 'UserAssigned', associatedResourceId: identityId }),
  };
}

async function readText(stream: AsyncIterable<unknown>): Promise<string> {
  const chunks: string[] = [];
  for await (const chunk of stream) chunks.push(String(chunk));
  return chunks.join('');
}
