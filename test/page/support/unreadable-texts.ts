import type { Page } from 'playwright-core';

/** What a reader of the page as it is cannot read: `cut: Subscription`, one line each, up to twenty. */
export async function unreadableTexts(page: Page): Promise<readonly string[]> {
  return await page.evaluate(findUnreadable);
}

/**
 * Runs in the browser. A text is unreadable when its element or one around it hides a part of it, when it is beside the
 * page, or when another text is on it. A part that can be scrolled into view is readable. So is a text with dots at its
 * end, when its `title` says it in full.
 */
function findUnreadable(): string[] {
  interface Line {
    readonly text: string;
    readonly parent: Element;
    readonly box: DOMRect;
  }
  const faults: string[] = [];
  const spare = 1.5;
  const wide = document.documentElement.scrollWidth - document.documentElement.clientWidth;
  if (wide > 0) faults.push(`the document is ${wide} pixels too wide`);

  /** The nearest element around it that hides what sticks out, or null; `unseen` for what only screen readers get. */
  const holder = (of: Element, box: DOMRect): 'unseen' | 'scrolls' | Element | null => {
    for (let one: Element | null = of; one !== null && one !== document.documentElement; one = one.parentElement) {
      const style = getComputedStyle(one);
      const hides = `${style.overflowX} ${style.overflowY}`;
      const place = one.getBoundingClientRect();
      if (style.clipPath !== 'none' || (place.width <= 1 && place.height <= 1)) return 'unseen';
      if (/auto|scroll/.test(hides)) return 'scrolls';
      // What is in a line hides nothing.
      if (style.display === 'inline') continue;
      const sticksOut =
        box.left < place.left - spare ||
        box.right > place.right + spare ||
        box.top < place.top - spare ||
        box.bottom > place.bottom + spare;
      if (/hidden|clip/.test(hides) && one !== document.body && sticksOut) return one;
    }
    return null;
  };

  const lines: Line[] = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
    const parent = node.parentElement;
    const text = node.textContent?.trim() ?? '';
    if (parent === null || text === '' || parent.closest('option, script, style, noscript, title, textarea')) continue;
    if (!parent.checkVisibility({ visibilityProperty: true, opacityProperty: true })) continue;
    const range = document.createRange();
    range.selectNodeContents(node);
    for (const box of range.getClientRects()) {
      if (box.width < 1 || box.height < 1) continue;
      const held = holder(parent, box);
      if (held === 'unseen') continue;
      const titled = parent.closest('[title]')?.getAttribute('title') ?? '';
      const isCut = held instanceof Element && !(getComputedStyle(held).webkitLineClamp !== 'none' && titled !== '');
      if (isCut) faults.push(`cut: ${text}`);
      if (held !== 'scrolls' && (box.left < -spare || box.right > innerWidth + spare)) faults.push(`beside: ${text}`);
      if (held === null) lines.push({ text, parent, box });
    }
  }

  /** Layers lie on the page on purpose. */
  const layerOf = (one: Element) => one.closest('dialog, [popover], .frame-header, .search-panel, .skip, .bars, thead');
  for (const [index, one] of lines.entries()) {
    for (const other of lines.slice(index + 1)) {
      const x = Math.min(one.box.right, other.box.right) - Math.max(one.box.left, other.box.left);
      const y = Math.min(one.box.bottom, other.box.bottom) - Math.max(one.box.top, other.box.top);
      // Lines of one paragraph touch.
      const height = Math.min(one.box.height, other.box.height);
      if (x > 2 && y > height / 3 && layerOf(one.parent) === layerOf(other.parent))
        faults.push(`on each other: ${one.text} | ${other.text}`);
    }
  }
  return [...new Set(faults)].slice(0, 20);
}
