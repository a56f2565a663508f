import { afterAll, beforeAll, describe, expect } from 'vitest';
import { contributor, guid, machine, roleAssignment, userAssigned } from '../support/readings.ts';
import { test } from './support/browser-test.ts';
import { type InventoryHost, startInventoryHost } from './support/inventory-host.ts';
import { pageAddress } from './support/page-host.ts';

const hostile = [
  '<img src=x onerror=alert(1)>',
  '"><script>alert(1)<\\script>',
  'javascript:alert(1)',
  'a\u202eexe.mv\u2066\u200f',
  '😀👩‍🚀🇩🇪 é',
  `x${'W'.repeat(259)}`,
  '=1+1 {{a}} %2e%2e %',
];

const kinds = ['virtualMachines', 'powerStates', 'identities', 'roleAssignments'] as const;
const subscriptionId = guid(1);
const identities = hostile.map((name, index) =>
  userAssigned(`id ${name}`, { principalId: guid(100 + index), clientId: guid(200 + index) }),
);
const machines = hostile.map((name, index) =>
  machine(name, {
    resourceGroup: `rg ${hostile[(index + 1) % hostile.length]}`,
    vmId: guid(300 + index),
    tags: { [name]: name, [`hidden-${index}`]: hostile[(index + 2) % hostile.length] ?? '' },
    identity: {
      type: 'SystemAssigned, UserAssigned',
      principalId: guid(400 + index),
      tenantId: guid(9),
      userAssignedIdentities: Object.fromEntries(
        identities.map(({ id, principalId, clientId }) => [id, { principalId, clientId }]),
      ),
    },
  }),
);
const roles = hostile.map((name, index) => ({
  ...contributor,
  id: contributor.id.replace(/[^/]+$/, guid(500 + index)),
  roleName: `role ${name}`,
}));
const roleAssignments = hostile.map((name, index) =>
  roleAssignment(guid(600 + index), guid(100 + index), {
    scope: `/subscriptions/${subscriptionId}/resourceGroups/${name}`,
    roleDefinitionId: roles[index]?.id ?? '',
    condition: name,
  }),
);
const run = {
  day: 1,
  subscriptions: { [subscriptionId]: { machines, identities, roleAssignments, roleDefinitions: roles } },
  plan: {
    kinds: [...kinds],
    subscriptions: [
      { subscriptionId, displayName: hostile.slice(0, 4).join(' '), tenantId: guid(9), state: 'Enabled', skip: null },
    ],
  },
};

describe('24. names that others chose are shown as text, and the layout holds', () => {
  let host: InventoryHost;
  beforeAll(async () => {
    host = await startInventoryHost([run]);
  });
  afterAll(() => host[Symbol.asyncDispose]());

  const addresses: [what: string, hash: (index: number) => string][] = [
    ['machines', (index) => `#/machines${machines[index]?.id.split('/').map(encodeURIComponent).join('/')}`],
    ['principals', (index) => `#/principals/${guid(100 + index)}`],
    ['system-assigned principals', (index) => `#/principals/${guid(400 + index)}`],
    ['looked-up ids', () => `#/lookup?${hostile.map((_, index) => `id=${guid(400 + index)}`).join('&')}`],
  ];
  const cases = addresses.flatMap(([what, hash]) => [1280, 360].map((width) => ({ what, hash, width })));

  test.for(cases)('on pages of $what, $width pixels wide', async ({ hash, width }, { newContext }) => {
    const page = await (await newContext({ viewport: { width, height: 900 } })).newPage();
    const dialogs: string[] = [];
    page.on('dialog', async (dialog) => {
      dialogs.push(dialog.message());
      await dialog.dismiss();
    });
    for (const [index, name] of hostile.entries()) {
      await page.goto(pageAddress(host, hash(index)));
      await page.reload();
      await page.locator('main table tbody tr').first().waitFor();
      await page
        .getByRole('heading', { name: 'Findings' })
        .or(page.getByRole('button', { name: 'CSV' }))
        .waitFor();

      expect(await page.locator('main img, main script, main iframe').count()).toBe(0);
      expect(await page.locator('main a[href^="javascript:" i]').count()).toBe(0);
      const text = (await page.locator('main').textContent()) ?? '';
      expect(text).not.toMatch(/[\u202a-\u202e\u2066-\u2069]/);
      expect(text).toContain(
        name.replace('\u202e', '[U+202E]').replace('\u2066', '[U+2066]').replace('\u200f', '[U+200F]'),
      );
      const overflow = await page.evaluate(
        () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
      );
      expect(overflow).toBeLessThanOrEqual(0);
      await page.emulateMedia({ media: 'print' });
      const printed = await page.evaluate(
        () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
      );
      expect(printed).toBeLessThanOrEqual(0);
      await page.emulateMedia({ media: 'screen' });
    }
    expect(dialogs).toEqual([]);
  });
});
