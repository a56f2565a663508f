import type { Page } from 'playwright-core';
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

interface ShownTime {
  readonly at: string;
  readonly title: string;
  readonly text: string;
  /** Of the text in this language and time zone. */
  readonly expected: string;
  readonly direction: string;
}

/** The absolute times on screen, beside what the browser makes of them when it is told language and time zone. */
async function timesOf(page: Page, locale: string, timeZone: string): Promise<readonly ShownTime[]> {
  return await page.evaluate(
    ([language, zone]) => {
      const format = new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeStyle: 'short', timeZone: zone });
      const relative = /\b(?:ago|vor|yesterday|gestern|now|Minute)\b|قبل|هذه|أمس/;
      return [...document.querySelectorAll('time')]
        .filter((time) => !relative.test(time.textContent))
        .map((time) => ({
          at: time.dateTime,
          title: time.title,
          text: time.textContent,
          expected: format.format(new Date(time.dateTime)),
          direction: getComputedStyle(time).direction,
        }));
    },
    [locale, timeZone] as const,
  );
}

const cases = [
  { locale: 'de-DE', timezoneId: 'Asia/Kolkata', like: /^\d\d\.\d\d\.\d{4}, \d\d:\d\d$/, direction: 'ltr' },
  {
    locale: 'ar-EG',
    timezoneId: 'America/St_Johns',
    like: /^[٠-٩/\u200f]+، [٠-٩]{1,2}:[٠-٩]{2} [صم]$/,
    direction: 'rtl',
  },
];

test.for(cases)(
  '39. times are right with a browser in $locale, in $timezoneId, and in UTC',
  async ({ locale, timezoneId, like, direction }, { newContext }) => {
    const { value } = await answerOf(host, 'runs');
    const page = await (await newContext({ locale, timezoneId })).newPage();
    await page.goto(pageAddress(host, '#/runs'));
    const rows = page.locator('.run-table tbody tr');
    await expect.poll(() => rows.count()).toBe(value.length);
    const shown = () => rows.locator('time').allInnerTexts();
    const local = await timesOf(page, locale, timezoneId);
    expect(local.length).toBeGreaterThan(value.length);
    for (const time of local) {
      expect(time.text).toBe(time.expected);
      expect(time.text).toMatch(like);
      expect(time.title).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
      expect(time.title).toBe(time.at);
      expect(time.direction).toBe(direction);
    }
    const before = await shown();

    await page.getByRole('button', { name: 'Menu', exact: true }).click();
    await page.getByLabel('Times').selectOption('UTC');

    await expect.poll(shown).not.toEqual(before);
    for (const time of await timesOf(page, locale, 'UTC')) expect(time.text).toBe(time.expected);
    const { startedAt } = value[0];
    // Half an hour apart, so the minutes tell the time zones apart in any notation.
    const minutes = Number(startedAt.slice(14, 16));
    expect([minutesOf(before[0] ?? ''), minutesOf((await shown())[0] ?? '')]).toEqual([(minutes + 30) % 60, minutes]);
    await page.reload();
    await expect
      .poll(async () => (await timesOf(page, locale, 'UTC')).every(({ text, expected }) => text === expected))
      .toBe(true);
  },
);

/** The last two digits of a time, Arabic ones too. */
function minutesOf(text: string): number {
  const digits = [...text].map((one) => '٠١٢٣٤٥٦٧٨٩'.indexOf(one)).map((digit, at) => (digit < 0 ? text[at] : digit));
  return Number(/:(\d\d)/.exec(digits.join(''))?.[1]);
}
