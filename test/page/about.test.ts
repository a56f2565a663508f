import { readFile } from 'node:fs/promises';
import type { Page } from 'playwright-core';
import { beforeAll, expect } from 'vitest';
import { giveKey, test } from './support/browser-test.ts';
import { pageAddress } from './support/page-host.ts';
import { sharedHost } from './support/shared-host.ts';
import type { SharedHost } from './support/shared-hosts.ts';

let host: SharedHost;
beforeAll(async () => {
  host = await sharedHost('sample');
});

/** The policy of the page forbids reading the clipboard, so a user's way: paste. */
async function pasted(page: Page): Promise<string> {
  await page.evaluate("document.body.append(Object.assign(document.createElement('textarea'), { id: 'paste' }))");
  const field = page.locator('#paste');
  await field.focus();
  await page.keyboard.press('Control+V');
  const text = await field.inputValue();
  await page.evaluate("document.getElementById('paste').remove()");
  return text;
}

test('About shows who the app is, what it lacks with commands to copy, the versions, and the keys', async ({
  newContext,
}) => {
  const context = await newContext({ permissions: ['clipboard-write'] });
  const page = await context.newPage();
  const identity = await (await fetch(`${host.origin}/api/identity`)).json();
  const { version } = await (await fetch(`${host.origin}/api/health`)).json();
  await page.goto(pageAddress(host, '#/about'));
  await page.getByText(identity.principalId, { exact: true }).waitFor();

  expect(identity.missingRights.length).toBeGreaterThan(1);
  for (const { scope, role, grantCommand } of identity.missingRights) {
    await page.getByRole('button', { name: `Copy the command: ${role} at ${scope}`, exact: true }).click();
    await page.getByText('Copied').waitFor();
    expect(await pasted(page)).toBe(grantCommand);
  }
  await page.getByRole('button', { name: /^Copy all/ }).click();
  const commands = identity.missingRights.map(({ grantCommand }: { readonly grantCommand: string }) => grantCommand);
  await expect.poll(() => pasted(page)).toBe(commands.join('\n'));
  expect(await page.getByRole('table').first().getByRole('row').count()).toBe(identity.roles.length + 1);
  expect(await page.getByText(version, { exact: true }).count()).toBe(2);
  const { coverage } = await (await fetch(`${host.origin}/api/summary`)).json();
  const verdict = await page.locator('.verdict').textContent();
  expect(verdict).toContain('Not complete');
  expect(verdict).toContain(`${coverage.denied} subscription`);
  expect(await page.getByRole('rowheader').allInnerTexts()).toContain('/');
  const link = await page.getByRole('link', { name: 'openapi.json' }).getAttribute('href');
  expect(link).toBe(`${host.origin}/api/openapi.json`);
});

test('About saves openapi.json with the key, which a link would not send', async ({ newContext }) => {
  const { origin, keys } = await sharedHost('keys');
  const context = await newContext({ acceptDownloads: true });
  await giveKey(context, keys?.page ?? '');
  const page = await context.newPage();
  await page.goto(pageAddress({ origin }, '#/about'));
  const saved = page.waitForEvent('download');

  await page.getByRole('link', { name: 'openapi.json' }).click();

  expect(JSON.parse(await readFile(await (await saved).path(), 'utf8'))).toMatchObject({ openapi: '3.1.1' });
});
