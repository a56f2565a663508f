import type { Page } from 'playwright-core';
import { beforeAll, describe, expect } from 'vitest';
import { test } from './support/browser-test.ts';
import { expectFocus, focusOf, tabTo } from './support/focus.ts';
import { pageAddress } from './support/page-host.ts';
import { answerOf, heading, type Sample, sampleOf } from './support/sample.ts';
import { sharedHost } from './support/shared-host.ts';
import type { SharedHost } from './support/shared-hosts.ts';

let host: SharedHost;
let sample: Sample;
beforeAll(async () => {
  host = await sharedHost('sample');
  sample = await sampleOf(host);
});

const title = (page: Page) => page.getByRole('heading', { level: 1 });
const hash = (page: Page) => new URL(page.url()).hash;

async function open(page: Page, to: string): Promise<void> {
  await page.goto(pageAddress(host, to));
  await title(page).waitFor();
  await page.waitForLoadState('networkidle');
}

describe('37. by the keyboard alone', () => {
  test('an id leads to its page, and a row to its machine and back', async ({ page }) => {
    await open(page, '#/');
    await page.keyboard.press('/');
    await expectFocus(page, 'input Search by id');
    await page.keyboard.type(sample.principalId);
    await page.keyboard.press('Enter');
    await expect.poll(() => heading(page)).toBe(sample.identityName);
    await expectFocus(page, /^main/);

    await page.keyboard.press('/');
    await page.keyboard.type(sample.name);
    await page.getByRole('option').first().waitFor();
    await page.keyboard.press('Enter');
    await expect.poll(() => heading(page)).toBe(sample.name);
    await expectFocus(page, /^main/);

    await page.keyboard.press('g');
    await page.keyboard.press('m');
    await page.locator('[data-row-link]').nth(2).waitFor();
    await page.keyboard.press('j');
    await page.keyboard.press('j');
    const name = await page.locator('[data-row-link]').nth(1).textContent();
    await expectFocus(page, `a ${name}`);
    await page.keyboard.press('Enter');
    await expect.poll(() => heading(page)).toBe(name);
    await expectFocus(page, /^main/);
  });

  test('many ids are looked up', async ({ page }) => {
    await open(page, '#/');
    await tabTo(page, page.getByRole('link', { name: 'Look up ids' }));
    await page.keyboard.press('Enter');
    await tabTo(page, page.getByLabel('Text with ids'));
    await page.keyboard.type(`${sample.principalId} ${sample.clientId} 11111111-2222-4333-8444-555555555555`);
    await tabTo(page, page.getByRole('button', { name: 'Look up', exact: true }));
    await page.keyboard.press('Enter');

    await page.getByRole('heading', { name: 'Never seen: 1 id' }).waitFor();
    await expectFocus(page, 'button Look up');
    await tabTo(page, page.getByRole('link', { name: sample.principalId }));
    await tabTo(page, page.getByRole('button', { name: 'Clear' }), 'Shift+Tab');
    await page.keyboard.press('Enter');
    await expectFocus(page, /^textarea/);
  });

  test('grant commands are copied', async ({ newContext }) => {
    const page = await (await newContext({ permissions: ['clipboard-read', 'clipboard-write'] })).newPage();
    const { value, blindSpots } = await answerOf(host, 'subscriptions?maxpagesize=1000');
    const commands: string[] = [...blindSpots, ...value].flatMap(({ grantCommand }) => grantCommand ?? []);
    // The policy of the page forbids reading the clipboard.
    const copied: string[] = [];
    await page.exposeFunction('noteCopied', (text: string) => void copied.push(text));
    await page.addInitScript(() => {
      const write = navigator.clipboard?.writeText.bind(navigator.clipboard);
      if (write === undefined) return;
      navigator.clipboard.writeText = async (text: string) => {
        await write(text);
        (window as unknown as { noteCopied: (text: string) => void }).noteCopied(text);
      };
    });
    await open(page, '#/coverage');

    await tabTo(page, page.getByRole('button', { name: /^Copy all/ }));
    await page.keyboard.press('Enter');
    await expect.poll(() => copied.length).toBe(1);
    await expectFocus(page, 'button Copy all');
    expect(copied[0]?.split('\n').toSorted()).toEqual(commands.toSorted());

    const firstCell = page.locator('[data-cell]').first();
    await tabTo(page, firstCell);
    await page.keyboard.press('ArrowRight');
    await expectFocus(page, /^g /);
    expect(
      await page
        .locator('[data-cell]')
        .nth(1)
        .evaluate((one) => one === document.activeElement),
    ).toBe(true);
    await page.keyboard.press('Enter');
    await expectFocus(page, /^summary/);
    await tabTo(page, page.locator('.command button').first(), 'Shift+Tab');
    await page.keyboard.press('Enter');
    await expect.poll(() => copied.length).toBe(2);
    expect(commands).toContain(copied[1]);
  });

  test('a run of the past is chosen by slider, list and time; the focus returns', async ({ page }) => {
    const { value: runs } = await answerOf(host, 'runs');
    const dialog = page.getByRole('dialog');
    const backToNow = async () => {
      await tabTo(page, page.getByRole('button', { name: 'back to now' }));
      await page.keyboard.press('Enter');
      await expect.poll(() => hash(page)).not.toContain('asOf');
      await expectFocus(page, /^main/);
    };
    await open(page, '#/findings');

    await tabTo(page, page.locator('#run-picker'));
    await page.keyboard.press('Enter');
    await tabTo(page, dialog.getByRole('slider'));
    await page.keyboard.press('Home');
    await tabTo(page, dialog.getByRole('button', { name: 'Show' }).first());
    await page.keyboard.press('Enter');
    await expect.poll(() => hash(page)).toBe(`#/findings?asOf=${runs.at(-1).id}`);
    await expectFocus(page, /^button In the past/);
    await backToNow();

    await page.keyboard.press('t');
    await tabTo(page, dialog.locator('.run-list button').last());
    await page.keyboard.press('Enter');
    await expect.poll(() => hash(page)).toBe(`#/findings?asOf=${runs.at(-1).id}`);
    await backToNow();

    await page.keyboard.press('t');
    await tabTo(page, dialog.locator('input[type=datetime-local]'));
    await page.keyboard.type('12312025');
    await page.keyboard.press('Tab');
    await page.keyboard.type('1200PM');
    await page.keyboard.press('Enter');
    await expect.poll(() => hash(page)).toMatch(/asOf=20/);

    await tabTo(page, page.locator('#run-picker'), 'Shift+Tab');
    await page.keyboard.press('Enter');
    await dialog.waitFor();
    await page.keyboard.press('Escape');
    await expect.poll(() => dialog.count()).toBe(0);
    await expectFocus(page, /^button In the past/);
  });
});

describe('37. single keys', () => {
  const keys = ['/', 't', '?', 'j', 'k', 'c', 'g', 'm'];
  const state = async (page: Page) =>
    JSON.stringify([page.url(), await page.getByRole('dialog').count(), await focusOf(page)]);

  test('do nothing when they are turned off, and work again when they are turned on', async ({ page }) => {
    await open(page, '#/machines');
    const turn = async () => {
      await tabTo(page, page.getByRole('button', { name: 'Menu', exact: true }));
      await page.keyboard.press('Enter');
      await tabTo(page, page.getByLabel('Single-key shortcuts'));
      await page.keyboard.press('Space');
      await page.keyboard.press('Escape');
      await expectFocus(page, 'button Menu');
    };
    await turn();
    const was = await state(page);
    for (const key of keys) await page.keyboard.press(key);
    expect(await state(page)).toBe(was);
    await page.reload();
    await title(page).waitFor();
    await page.keyboard.press('?');
    expect(await page.getByRole('dialog').count()).toBe(0);

    await turn();
    await page.keyboard.press('?');
    await page.getByRole('dialog', { name: 'Keyboard shortcuts' }).waitFor();
    await page.keyboard.press('Escape');
    await expectFocus(page, 'button Menu');
  });

  test('do nothing while typing', async ({ page }) => {
    for (const [view, label] of [
      ['#/machines', 'Contains'],
      ['#/lookup', 'Text with ids'],
      ['#/coverage', 'Search by id or name'],
    ] as const) {
      await open(page, view);
      const field = page.getByLabel(label).first();
      await tabTo(page, field);
      await page.keyboard.type(keys.join(''));

      expect(await field.inputValue()).toBe(keys.join(''));
      expect(await page.getByRole('dialog').count()).toBe(0);
      expect(hash(page).split('?')[0]).toBe(view);
    }
  });
});
