import AxeBuilder from '@axe-core/playwright';
import { expect } from 'vitest';
import { slow } from './support/axe.ts';
import { test } from './support/browser-test.ts';
import { pageAddress } from './support/page-host.ts';
import { answerOf, firstPrincipal, sampleOf } from './support/sample.ts';
import { sharedHost } from './support/shared-host.ts';

const looks = [
  { colorScheme: 'light', width: 1280 },
  { colorScheme: 'dark', width: 1280 },
  { colorScheme: 'light', width: 360 },
] as const;

test.for(looks)(
  '36. principal, machine and lookup have no fault for axe: $colorScheme, $width pixels',
  slow,
  async (look, { newContext }) => {
    const { colorScheme, width } = look;
    const host = await sharedHost('sample');
    const { principalId, id } = await sampleOf(host);
    const privileged = await firstPrincipal(host, ({ highestPrivilege }) => highestPrivilege === 'high');
    const deleted = await answerOf(host, 'virtualMachines?deleted=true&maxpagesize=1');
    const context = await newContext({ colorScheme, viewport: { width, height: 900 }, bypassCSP: true });
    const page = await context.newPage();
    for (const hash of [
      `#/principals/${principalId}`,
      `#/principals/${privileged.principalId}`,
      '#/principals/11111111-2222-4333-8444-555555555555',
      `#/machines${id}`,
      `#/machines${deleted.value[0].id}`,
      '#/lookup',
      `#/lookup?id=${principalId}&id=11111111-2222-4333-8444-555555555555&id=${privileged.principalId}`,
    ]) {
      await page.goto(pageAddress(host, hash));
      await page.waitForLoadState('networkidle');
      await page.locator('h1').waitFor();
      const { violations } = await new AxeBuilder({ page }).analyze();
      expect(violations.map(({ id, nodes }) => [hash, id, nodes.map(({ html }) => html).slice(0, 3)])).toEqual([]);
    }
  },
);
