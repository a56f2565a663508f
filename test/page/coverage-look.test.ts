import type { Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, expect } from 'vitest';
import { guid, type SubscriptionReading } from '../support/readings.ts';
import { test } from './support/browser-test.ts';
import { type InventoryHost, startInventoryHost } from './support/inventory-host.ts';
import { pageAddress } from './support/page-host.ts';

const readings = ['complete', 'partial', 'denied', 'failed', 'skipped'] as const;
const statuses = [...readings, 'blindSpot'] as const;

let host: InventoryHost;
beforeAll(async () => {
  const blindSpot = {
    subscriptionId: guid(20),
    displayName: 'hidden',
    source: 'configured',
    grantCommand: 'az',
  } as const;
  const subscriptions = readings.map((status, index): [string, SubscriptionReading] => [
    guid(index + 1),
    { status, powerStatus: status === 'partial' ? 'complete' : status },
  ]);
  const plan = {
    blindSpots: [blindSpot],
    subscriptions: readings.map((displayName, index) => ({
      subscriptionId: guid(index + 1),
      displayName,
      tenantId: guid(9),
      state: 'Enabled',
      skip: null,
    })),
  };
  host = await startInventoryHost([{ day: 2, plan, subscriptions: Object.fromEntries(subscriptions) }]);
});
afterAll(() => host[Symbol.asyncDispose]());

/** Every other pixel of the picture of a cell as it is without colour: its lightness, 0 to 1. */
async function lightness(reader: Page, cell: Locator): Promise<readonly number[]> {
  const bytes = await cell.screenshot();
  return reader.evaluate<number[]>(`(async () => {
    const bytes = Uint8Array.from(atob(${JSON.stringify(bytes.toString('base64'))}), (one) => one.charCodeAt(0));
    const picture = await createImageBitmap(new Blob([bytes], { type: 'image/png' }));
    const canvas = new OffscreenCanvas(40, 40).getContext('2d');
    canvas.drawImage(picture, 0, 0, 40, 40);
    const { data } = canvas.getImageData(0, 0, 40, 40);
    const linear = (one) => (one / 255 <= 0.04045 ? one / 255 / 12.92 : ((one / 255 + 0.055) / 1.055) ** 2.4);
    return Array.from({ length: 1600 }, (_, pixel) => {
      const [red, green, blue] = data.slice(4 * pixel, 4 * pixel + 3);
      return 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue);
    });
  })()`);
}

/** What of a cell stands out from its ground by 3 to 1: the contrast that WCAG 1.4.11 asks of shapes. */
function inked(pixels: readonly number[]): readonly boolean[] {
  // Beside each shape and inside the border.
  const ground = pixels[6 * 40 + 6] ?? 0;
  const isInside = (place: number) => place >= 6 && place < 34;
  return pixels.map((one, index) => {
    if (!isInside(index % 40) || !isInside(Math.floor(index / 40))) return false;
    return (Math.max(one, ground) + 0.05) / (Math.min(one, ground) + 0.05) >= 3;
  });
}

const looks = [
  { name: 'light', options: { colorScheme: 'light' } },
  { name: 'dark', options: { colorScheme: 'dark' } },
  { name: 'forced colours', options: { forcedColors: 'active' } },
  { name: 'forced colours, dark', options: { forcedColors: 'active', colorScheme: 'dark' } },
] as const;

test.for(looks)('18. statuses differ by their shape alone: $name', async ({ options }, { newContext }) => {
  const context = await newContext({ ...options, deviceScaleFactor: 4 });
  const page = await context.newPage();
  // A page without a policy reads the pictures.
  const reader = await context.newPage();
  await page.goto(pageAddress(host, '#/coverage'));
  await page.locator('[data-cell]').first().waitFor();
  expect(await page.locator('[data-cell]').count()).toBe(statuses.length);

  const shapes = new Map<string, readonly boolean[]>();
  for (const status of statuses) {
    shapes.set(status, inked(await lightness(reader, page.locator(`.cell.${status} .cell-box`))));
  }

  const different: Record<string, number> = {};
  for (const [index, one] of statuses.entries()) {
    const [shape = []] = [shapes.get(one)];
    expect([one, shape.filter((ink) => ink).length > 30]).toEqual([one, true]);
    for (const other of statuses.slice(index + 1)) {
      different[`${one} ${other}`] = shape.filter((ink, pixel) => ink !== shapes.get(other)?.[pixel]).length;
    }
  }
  // Of 784 pixels inside the border.
  expect(Object.entries(different).filter(([, pixels]) => pixels < 60)).toEqual([]);
});

test('18. each status is also in words: on the cell, and in its row', async ({ page }) => {
  await page.goto(pageAddress(host, '#/coverage'));
  await page.locator('[data-cell]').first().waitFor();
  const words = ['complete', 'read in part', 'denied', 'failed', 'skipped'];

  for (const [index, status] of readings.entries()) {
    await page.getByRole('button', { name: `${status}: ${words[index]}`, exact: true }).waitFor();
    const row = page.getByRole('row').filter({ has: page.getByText(status, { exact: true }) });
    expect(await row.locator('.place-status').textContent()).toBe(words[index]);
  }
  await page.getByRole('button', { name: 'hidden: blind spot', exact: true }).waitFor();
  expect(await page.locator('.place-status.blindSpot').textContent()).toBe('blind spot');
});
