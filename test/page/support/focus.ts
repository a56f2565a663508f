import type { Locator, Page } from 'playwright-core';
import { expect } from 'vitest';

/** What has the focus: `button Start a run`. `lost`, `invisible: …` and `covered: …` are faults. */
export async function focusOf(page: Page): Promise<string> {
  return await page.evaluate(() => {
    const active = document.activeElement;
    if (active === null || active === document.body) return 'lost';
    const name = `${active.localName} ${(active.getAttribute('aria-label') ?? active.textContent ?? '').trim().slice(0, 60)}`;
    // The main part shows it at its heading, a cell of a picture at its box.
    const ring = [active, ...(active.localName === 'main' ? active.querySelectorAll('h1') : [])];
    const isRinged = ring.some((one) => {
      const { outlineStyle, outlineWidth } = getComputedStyle(one);
      return outlineStyle !== 'none' && Number.parseFloat(outlineWidth) >= 1;
    });
    const box = active.querySelector('.cell-box');
    const isThick = box !== null && Number.parseFloat(getComputedStyle(box).strokeWidth) > 2;
    if (!isRinged && !isThick) return `invisible: ${name}`;
    const places = [...active.getClientRects()].filter(({ width, height }) => width > 0 && height > 0);
    const isSeen = places.some(({ left, right, top, bottom }) => {
      const x = (Math.max(left, 0) + Math.min(right, innerWidth)) / 2;
      const y = (Math.max(top, 0) + Math.min(bottom, innerHeight)) / 2;
      const there = document.elementFromPoint(x, y);
      return there !== null && (active.contains(there) || there.contains(active));
    });
    return isSeen ? name : `covered: ${name}`;
  });
}

/** Presses Tab (or Shift+Tab) until the element has the focus. On the way, the focus is always seen. */
export async function tabTo(page: Page, element: Locator, key: 'Tab' | 'Shift+Tab' = 'Tab'): Promise<void> {
  await element.waitFor();
  for (let presses = 0; presses < 300; presses++) {
    if (await element.evaluate((one) => one === document.activeElement)) return;
    await page.keyboard.press(key);
    // Beyond the last element the focus is in the browser's own frame, and the next key brings it back.
    expect(await focusOf(page)).not.toMatch(/^(?:invisible|covered)/);
  }
  throw new Error('The Tab key does not lead there');
}

/** Waits until the focus is on an element of this description, and seen. */
export async function expectFocus(page: Page, what: string | RegExp): Promise<void> {
  await expect.poll(() => focusOf(page)).toMatch(what);
}
