import AxeBuilder from '@axe-core/playwright';
import type { Page } from 'playwright-core';

/** On a busy machine, axe takes a while. */
export const slow = { timeout: 300_000 };

/** What axe finds in the page as it is: rules with up to three elements each. */
export async function axeFaultsOf(page: Page, where: string): Promise<readonly unknown[]> {
  const { violations } = await new AxeBuilder({ page })
    .withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'])
    .analyze();
  return violations.map(({ id, nodes }) => [where, id, nodes.map(({ html }) => html).slice(0, 3)]);
}
