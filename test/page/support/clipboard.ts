import type { BrowserContextOptions, Page } from 'playwright-core';

/** For a context whose pages may copy. */
export const canCopy: BrowserContextOptions = { permissions: ['clipboard-read', 'clipboard-write'] };

/** What was copied. Another tab reads it: the policy of the page itself forbids that. */
export async function clipboard(page: Page): Promise<string> {
  const reader = await page.context().newPage();
  await reader.goto(new URL('/api/health', page.url()).href);
  const text = await reader.evaluate<string>('navigator.clipboard.readText()');
  await reader.close();
  return text;
}
