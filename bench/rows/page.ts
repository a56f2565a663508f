import type { Browser, CDPSession, Page } from 'playwright-core';
import * as v from 'valibot';
import { launchChromium } from '../../test/page/support/chromium.ts';
import { estateRun } from '../../test/page/support/generated-estate.ts';
import { startInventoryHost } from '../../test/page/support/inventory-host.ts';
import { pageAddress } from '../../test/page/support/page-host.ts';
import type { Figure } from '../support/figure.ts';
import type { BenchOptions } from '../support/sizes.ts';

const estate = { machines: 100_000, subscriptions: 200 };
/** 1.6 Mbit/s in bytes per second, 150 ms, a processor that is four times slower. */
const slow = { offline: false, latency: 150, downloadThroughput: 200_000, uploadThroughput: 200_000 };
const slowProcessor = 4;
/** Each loads the page of rows in view and those beside it: together all 500 pages of 200. */
const stops = 250;

/** What people see and wait for, in a real Chromium, with the built app and an inventory of 100,000 machines. */
export async function measurePage({ rounds }: BenchOptions): Promise<Figure[]> {
  await using host = await startInventoryHost([estateRun(estate, new Date())]);
  const browser = await launchChromium();
  try {
    const slowVisits: Visit[] = [];
    const visits: Visit[] = [];
    for (let round = 0; round <= rounds; round++) {
      const [onSlow, onLoopback] = [await visit(browser, host.origin, true), await visit(browser, host.origin, false)];
      // The first round warms up.
      if (round === 0) continue;
      slowVisits.push(onSlow);
      visits.push(onLoopback);
    }
    const list = await browser.newPage({ viewport: { width: 1280, height: 800 } });
    await list.goto(pageAddress(host, '#/machines'));
    const filtered = await measureFilter(list, rounds);
    const typed = await measureKeys(list);
    const scrolled = await measureScroll(list);
    const ms = (name: string, value: number, values: readonly number[]): Figure => ({
      name: `page: ${name}`,
      goal: { at: 'most', value },
      values,
      unit: 'ms',
    });
    return [
      ms(
        'first contentful paint, 1.6 Mbit/s, 150 ms, processor / 4',
        1200,
        slowVisits.map(({ painted }) => painted),
      ),
      ms(
        'Overview readable, the same',
        2000,
        slowVisits.map(({ readable }) => readable),
      ),
      ms(
        'Overview readable, loopback',
        500,
        visits.map(({ readable }) => readable),
      ),
      ms('filter to rows', 300, filtered),
      ms('key to paint, in the search box', 100, typed),
      ms('longest task while scrolling 100,000 rows', 100, [scrolled.longestTask]),
      { name: 'page: rows in the document', goal: { at: 'most', value: 80 }, values: [scrolled.rows] },
      { name: 'page: heap after all rows', goal: { at: 'most', value: 80 }, values: [scrolled.heap], unit: 'MB' },
    ];
  } finally {
    await browser.close();
  }
}

/** Milliseconds since the visit began. */
interface Visit {
  readonly painted: number;
  readonly readable: number;
}

/** A first visit, without anything in the cache. */
async function visit(browser: Browser, origin: string, isSlow: boolean): Promise<Visit> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
  const page = await context.newPage();
  const session = await context.newCDPSession(page);
  if (isSlow) {
    await session.send('Network.enable');
    await session.send('Network.emulateNetworkConditions', slow);
    await session.send('Emulation.setCPUThrottlingRate', { rate: slowProcessor });
  }
  await page.goto(pageAddress({ origin }));
  const readable = await until(page, `document.querySelector('main .tiles') !== null`);
  const painted = await numberOf(page, `performance.getEntriesByName('first-contentful-paint')[0].startTime`);
  await context.close();
  return { painted, readable };
}

const allLoaded = `document.querySelector('main tr[data-index]') !== null && document.querySelector('main .row-loading') === null`;

/** From the click on a value to the last grey row, each time another region. */
async function measureFilter(page: Page, rounds: number): Promise<number[]> {
  const regions = page.locator('.facet', { hasText: 'Location' }).locator('button');
  await regions.first().waitFor();
  await until(page, allLoaded);
  const values: number[] = [];
  const count = await regions.count();
  for (let round = 0; round < rounds; round++) {
    const region = await regions.nth(round % count).elementHandle();
    await region?.evaluate((button) => Object.assign(globalThis, { region: button }));
    values.push(await numberOf(page, untilRows));
    await page.waitForTimeout(500);
    // The second click takes the filter away.
    await numberOf(page, untilRows);
    await page.waitForTimeout(500);
  }
  return values;
}

const untilRows = `(() => {
  const before = document.querySelector('.rows table').getAttribute('aria-rowcount');
  const began = performance.now();
  region.click();
  return ${whenTrue(`document.querySelector('.rows table').getAttribute('aria-rowcount') !== before && ${allLoaded}`)}
    .then((at) => at - began);
})()`;

/** From a key to the first task after the picture that shows its letter, while the page searches for what was typed. */
async function measureKeys(page: Page): Promise<number[]> {
  await page.evaluate(`(() => {
    globalThis.paints = [];
    addEventListener('keydown', ({ timeStamp }) => requestAnimationFrame(() => {
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = () => paints.push(performance.now() - timeStamp);
      port2.postMessage(null);
    }), { capture: true });
  })()`);
  await page.getByRole('combobox').first().click();
  for (const letter of 'vm-web-0001') {
    await page.keyboard.press(letter);
    await page.waitForTimeout(100);
  }
  await page.keyboard.press('Escape');
  return v.parse(v.array(v.number()), await page.evaluate('paints'));
}

async function measureScroll(page: Page): Promise<{ longestTask: number; rows: number; heap: number }> {
  const session = await page.context().newCDPSession(page);
  await page.evaluate(`(() => {
    globalThis.longest = 0;
    new PerformanceObserver((list) => {
      for (const { duration } of list.getEntries()) longest = Math.max(longest, duration);
    }).observe({ type: 'longtask' });
  })()`);
  let rows = 0;
  for (let stop = 1; stop <= stops; stop++) {
    await page.evaluate(`scrollTo(0, document.documentElement.scrollHeight * ${stop} / ${stops})`);
    await page.waitForTimeout(120);
    await until(page, allLoaded);
    rows = Math.max(rows, await numberOf(page, `document.querySelectorAll('main tr[data-index]').length`));
  }
  return { longestTask: await numberOf(page, 'longest'), rows, heap: await heapOf(session) };
}

/** What is in use after a collection, in MB. */
async function heapOf(session: CDPSession): Promise<number> {
  await session.send('HeapProfiler.collectGarbage');
  const { usedSize } = await session.send('Runtime.getHeapUsage');
  return usedSize / 1e6;
}

/** Waits in the page: its policy allows no expression that is read later. @returns milliseconds since the visit began */
function until(page: Page, condition: string): Promise<number> {
  return numberOf(page, whenTrue(condition));
}

function whenTrue(condition: string): string {
  return `new Promise((resolve) => {
    const look = () => ${condition} ? resolve(performance.now()) : requestAnimationFrame(look);
    look();
  })`;
}

async function numberOf(page: Page, expression: string): Promise<number> {
  return v.parse(v.number(), await page.evaluate(expression));
}
