import type { Page } from 'playwright-core';
import { expect } from 'vitest';
import type { PageHost } from './page-host.ts';
import { answerOf } from './sample.ts';

export interface RowOnScreen {
  readonly index: number;
  /** Null while it loads. */
  readonly name: string | null;
  readonly top: number;
  readonly bottom: number;
}

/** The rows that cross the window below the header of the table, and whether they fill it. */
interface Screen {
  readonly rows: readonly RowOnScreen[];
  readonly isFull: boolean;
}

function screenOf(page: Page): Promise<Screen> {
  return page.evaluate<Screen>(`(() => {
    const body = document.querySelector('.rows tbody').getBoundingClientRect();
    // Cards have no header.
    const areCards = getComputedStyle(document.querySelector('.rows table')).display === 'block';
    const above = areCards ? 0 : document.querySelector('.rows th').getBoundingClientRect().bottom;
    const start = Math.max(above, body.top);
    const end = Math.min(innerHeight, body.bottom);
    const rows = [...document.querySelectorAll('.rows tbody tr[data-index]')]
      .map((row) => {
        const { top, bottom } = row.getBoundingClientRect();
        const name = row.querySelector('[data-row-link]')?.textContent ?? null;
        return { index: Number(row.dataset.index), name, top, bottom };
      })
      .filter(({ top, bottom }) => bottom > start + 1 && top < end - 1);
    const isFull = rows.length > 0 && rows[0].top <= start + 1 && rows.at(-1).bottom >= end - 1;
    return { rows, isFull };
  })()`);
}

export async function rowsOnScreen(page: Page): Promise<readonly RowOnScreen[]> {
  return (await screenOf(page)).rows;
}

/** Drags the bar in steps, as a hand does. @param to share of the way, 0 to 1 */
export async function drag(page: Page, to: number): Promise<void> {
  await page.evaluate(`(async () => {
    const from = scrollY;
    const way = (document.documentElement.scrollHeight - innerHeight) * ${to} - from;
    for (let step = 1; step <= 8; step++) {
      scrollTo(0, from + (way * step) / 8);
      await new Promise(requestAnimationFrame);
    }
    scrollTo(0, (document.documentElement.scrollHeight - innerHeight) * ${to});
  })()`);
}

/** Waits until real rows fill the window. They follow each other without gap or overlap, and are those of the API. */
export async function expectRealRows(
  page: Page,
  host: Pick<PageHost, 'origin'>,
  query: string,
): Promise<readonly RowOnScreen[]> {
  let screen: Screen = { rows: [], isFull: false };
  await expect
    .poll(async () => {
      screen = await screenOf(page);
      return screen.isFull && screen.rows.every(({ name }) => name !== null);
    })
    .toBe(true);
  const { rows } = screen;
  const from = rows[0]?.index ?? 0;
  const { value } = await answerOf(host, `virtualMachines?${query}&skip=${from}&maxpagesize=${rows.length}`);
  expect(named(rows)).toEqual(value.map(({ name }: { name: string }, place: number) => `${from + place} ${name}`));
  for (const [place, { top }] of rows.entries()) {
    if (place > 0) expect(Math.abs(top - (rows[place - 1]?.bottom ?? 0))).toBeLessThan(1);
  }
  expect(await page.locator('.rows tbody tr').count()).toBeLessThanOrEqual(80);
  return rows;
}

/** Rows without their places. */
export const named = (rows: readonly RowOnScreen[]): string[] => rows.map(({ index, name }) => `${index} ${name}`);
