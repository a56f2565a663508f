import type { CDPSession, Page } from 'playwright-core';
import { beforeAll, expect } from 'vitest';
import { test } from './support/browser-test.ts';
import { pageAddress } from './support/page-host.ts';
import { answerOf } from './support/sample.ts';
import { sharedHost } from './support/shared-host.ts';
import type { SharedHost } from './support/shared-hosts.ts';

let host: SharedHost;
beforeAll(async () => {
  host = await sharedHost('sample');
});

interface TreeNode {
  readonly role: string;
  readonly name: string;
  /** `polite`, or empty. */
  readonly live: string;
  /** The text of everything in it. */
  readonly text: string;
  /** The attributes of its element. */
  readonly attributes: Readonly<Record<string, string>>;
}

/** What Chromium gives to a screen reader: the nodes of these roles, in the order of the page. */
async function nodesOf(browser: CDPSession, ...roles: readonly string[]): Promise<readonly TreeNode[]> {
  const { nodes } = await browser.send('Accessibility.getFullAXTree');
  const byId = new Map(nodes.map((node) => [node.nodeId, node]));
  const textOf = (id: string): string => {
    const node = byId.get(id);
    if (node === undefined) return '';
    if (node.role?.value === 'StaticText') return String(node.name?.value ?? '');
    return (node.childIds ?? []).map(textOf).join('');
  };
  const found: TreeNode[] = [];
  for (const node of nodes) {
    const role = String(node.role?.value);
    if (node.ignored || !roles.includes(role) || node.backendDOMNodeId === undefined) continue;
    const { backendDOMNodeId: backendNodeId, properties = [] } = node;
    const { node: element } = await browser.send('DOM.describeNode', { backendNodeId });
    const list = element.attributes ?? [];
    found.push({
      role,
      name: String(node.name?.value ?? ''),
      live: String(properties.find(({ name }) => name === 'live')?.value.value ?? ''),
      text: textOf(node.nodeId),
      attributes: Object.fromEntries(
        list.flatMap((name, index) => (index % 2 === 0 ? [[name, list[index + 1] ?? '']] : [])),
      ),
    });
  }
  return found;
}

async function open(page: Page, hash: string): Promise<CDPSession> {
  await page.goto(pageAddress(host, hash));
  await page.getByRole('heading', { level: 1 }).waitFor();
  await page.waitForLoadState('networkidle');
  const browser = await page.context().newCDPSession(page);
  await browser.send('Accessibility.enable');
  return browser;
}

/** The table, its column headers and its rows, with the row's index and its name. */
async function tableOf(browser: CDPSession) {
  const nodes = await nodesOf(browser, 'table', 'columnheader', 'row', 'rowheader', 'cell', 'gridcell');
  const of = (role: string) => nodes.filter((node) => node.role === role);
  const [table] = of('table');
  const rows = of('row').filter(({ attributes }) => 'data-index' in attributes);
  return { table, headers: of('columnheader'), rows, cells: of('cell').length + of('gridcell').length };
}

test.for([1280, 360])(
  '38. the count of rows is that of the whole list, and each row has its index: %i pixels',
  async (width, { newContext }) => {
    const page = await (await newContext({ viewport: { width, height: 900 } })).newPage();
    const browser = await open(page, '#/machines');
    const { count, value } = await answerOf(host, 'virtualMachines?orderby=name&count=true&skip=0&maxpagesize=1000');
    expect(count).toBe(value.length);
    expect(count).toBeGreaterThan(500);

    for (const place of [0, 0.5, 1]) {
      await page.evaluate((part) => scrollTo(0, part * document.documentElement.scrollHeight), place);
      await expect.poll(async () => (await tableOf(browser)).rows.filter(({ text }) => text === '').length).toBe(0);
      await page.waitForLoadState('networkidle');
      const { table, rows, cells } = await tableOf(browser);

      expect(table?.name).toBe('Machines');
      expect(table?.attributes['aria-rowcount']).toBe(String(count + 1));
      expect(rows.length).toBeGreaterThan(5);
      expect(rows.length).toBeLessThanOrEqual(80);
      expect(cells).toBeGreaterThanOrEqual(rows.length * 5);
      for (const { attributes, text } of rows) {
        const index = Number(attributes['aria-rowindex']);
        // The header is the first row.
        expect([index, text]).toEqual([index, expect.stringContaining(value[index - 2].name)]);
      }
    }
  },
);

test('38. the direction of the order is exposed at the column that has it', async ({ page }) => {
  const browser = await open(page, '#/machines');
  const sorted = async () =>
    (await tableOf(browser)).headers
      .filter(({ attributes }) => !['none', undefined].includes(attributes['aria-sort']))
      .map(({ name, attributes }) => [name.trim(), attributes['aria-sort']]);

  expect(await sorted()).toEqual([['Name', 'ascending']]);
  await page.getByRole('button', { name: 'Name' }).click();
  await expect.poll(sorted).toEqual([['Name', 'descending']]);
  await page.getByRole('button', { name: 'Location', exact: true }).click();
  await expect.poll(sorted).toEqual([['Location', 'ascending']]);
});

test('38. the verdict is announced: its live region is there before its words', async ({ page }) => {
  // What a live region that is in the document gets afterwards is what screen readers say.
  await page.addInitScript(() => {
    const said: string[] = [];
    Object.assign(window, { said });
    new MutationObserver((changes) => {
      for (const { target } of changes) {
        const region = target instanceof Element ? target.closest('[role=status]') : null;
        const child = region?.firstElementChild;
        if (child && getComputedStyle(child).visibility === 'visible') said.push(region?.textContent ?? '');
      }
    }).observe(document, { subtree: true, childList: true, attributes: true, attributeFilter: ['class'] });
  });
  const { coverage } = await answerOf(host, 'virtualMachines?maxpagesize=1');
  for (const view of ['', 'machines', 'principals', 'changes', 'findings', 'coverage', 'runs']) {
    const browser = await open(page, `#/${view}`);
    const verdict = await page.locator('.verdict').first().textContent();

    const status = (await nodesOf(browser, 'status')).find(({ text }) => text.includes('Not complete'));
    expect([view, status?.live]).toEqual([view, 'polite']);
    expect(status?.text).toContain(`${coverage.denied} subscription denied`);
    await expect.poll(() => page.evaluate('said')).toContain(verdict);
    await page.evaluate('said.length = 0');
  }
});

test('38. "Copied" is announced each time', async ({ newContext }) => {
  const page = await (await newContext({ permissions: ['clipboard-write'] })).newPage();
  const browser = await open(page, '#/principals');
  await page.evaluate(() => {
    const said: string[] = [];
    Object.assign(window, { said });
    const region = document.querySelector('.unseen[role=status]');
    if (region === null) throw new Error('There is no live region');
    new MutationObserver(() => said.push(region.textContent ?? '')).observe(region, {
      subtree: true,
      childList: true,
      characterData: true,
    });
  });
  const copy = page.getByRole('button', { name: 'Copy principal id' }).first();
  const told = async () =>
    (await nodesOf(browser, 'status')).filter(({ text }) => text === 'Copied').map(({ live }) => live);
  const times = () => page.evaluate('said.filter((text) => text === "Copied").length');

  await copy.click();
  await expect.poll(told).toEqual(['polite']);
  await expect.poll(times).toBe(1);
  await copy.click();
  await expect.poll(times).toBe(2);
});
