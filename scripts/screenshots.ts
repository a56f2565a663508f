import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { type Browser, chromium } from 'playwright-core';
import * as v from 'valibot';

/**
 * `npm run screenshots` takes the pictures of docs/page from a real `npm start` with the sample tenant, each light and
 * dark. It needs a Chromium: `CHROMIUM` names another than Debian's.
 */
const folder = 'docs/page';
const desktop = { width: 1280, height: 800 };
const phone = { width: 360, height: 720 };

const start = spawn(process.execPath, ['local/start.ts', '--port', '0'], { stdio: ['ignore', 'pipe', 'inherit'] });
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM || '/usr/bin/chromium' });
try {
  const api = await addressOfApi();
  await mkdir(folder, { recursive: true });
  const principal = `#/principals/${await sharedPrincipal(api)}`;
  const views = { overview: '#/', machines: '#/machines', principal, coverage: '#/coverage', changes: '#/changes' };
  for (const [name, hash] of Object.entries(views)) {
    for (const scheme of ['light', 'dark'] as const) {
      await take(browser, `${api}/page${hash}`, { file: `${name}-${scheme}.png`, scheme, viewport: desktop });
    }
  }
  await take(browser, `${api}/page${principal}`, { file: 'phone.png', scheme: 'light', viewport: phone });
} finally {
  await browser.close();
  start.kill('SIGTERM');
  await once(start, 'exit');
}

async function addressOfApi(): Promise<string> {
  for await (const line of createInterface(start.stdout)) {
    const [, address] = /^The page: (\S+)\/page /.exec(line) ?? [];
    if (address !== undefined) {
      start.stdout.resume();
      return address;
    }
  }
  throw new Error('npm start ended before it printed the address of the page');
}

/** The user-assigned identity on the most machines. */
async function sharedPrincipal(api: string): Promise<string> {
  const row = v.object({ principalId: v.string(), virtualMachineCount: v.number() });
  const query = 'kind=UserAssigned&state=attached&select=principalId,virtualMachineCount&maxpagesize=1000';
  const answer: unknown = await (await fetch(`${api}/principals?${query}`)).json();
  const { value } = v.parse(v.object({ value: v.array(row) }), answer);
  const [most] = value.toSorted((a, b) => b.virtualMachineCount - a.virtualMachineCount);
  if (most === undefined) throw new Error('The sample tenant has no user-assigned identity');
  return most.principalId;
}

interface Picture {
  readonly file: string;
  readonly scheme: 'light' | 'dark';
  readonly viewport: { readonly width: number; readonly height: number };
}

/** The same language and time zone on every machine. */
async function take(from: Browser, address: string, { file, scheme, viewport }: Picture): Promise<void> {
  const context = await from.newContext({ viewport, colorScheme: scheme, locale: 'en-GB', timezoneId: 'UTC' });
  const page = await context.newPage();
  await page.goto(address, { waitUntil: 'networkidle' });
  await page.locator('main h1').waitFor();
  await page.locator('main [aria-busy="true"]').waitFor({ state: 'detached' });
  const path = join(folder, file);
  await page.screenshot({ path });
  await context.close();
  console.log(`${path}  ${Math.round((await stat(path)).size / 1000)} kB`);
}
