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
const phone = { width: 360, height: 720 };
/** As high as what each shows, so that the files stay small. */
const heights = { overview: 780, machines: 560, principal: 1040, coverage: 480, changes: 460 };

const start = spawn(process.execPath, ['local/start.ts', '--port', '0'], { stdio: ['ignore', 'pipe', 'inherit'] });
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM || '/usr/bin/chromium' });
try {
  const api = await addressOfApi();
  await mkdir(folder, { recursive: true });
  const principal = `principals/${await privilegedPrincipal(api)}`;
  for (const [name, height] of Object.entries(heights)) {
    const view = name === 'overview' ? '' : name === 'principal' ? principal : name;
    for (const scheme of ['light', 'dark'] as const) {
      const viewport = { width: 1280, height };
      await take(browser, `${api}/page#/${view}`, { file: `${name}-${scheme}.png`, scheme, viewport });
    }
  }
  await take(browser, `${api}/page#/${principal}`, { file: 'phone.png', scheme: 'light', viewport: phone });
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

/** The user-assigned identity on the most machines, of those with roles and at most five machines. */
async function privilegedPrincipal(api: string): Promise<string> {
  const count = v.number();
  const row = v.object({ principalId: v.string(), virtualMachineCount: count, roleAssignmentCount: count });
  const select = 'principalId,virtualMachineCount,roleAssignmentCount';
  const address = `${api}/principals?kind=UserAssigned&state=attached&select=${select}&maxpagesize=1000`;
  const { value } = v.parse(v.object({ value: v.array(row) }), await (await fetch(address)).json());
  const [most] = value
    .filter((one) => one.roleAssignmentCount > 0 && one.virtualMachineCount <= 5)
    .toSorted((a, b) => b.virtualMachineCount - a.virtualMachineCount);
  if (most === undefined) throw new Error('The sample tenant has no such identity');
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
  await page.locator('main [aria-busy="true"]').first().waitFor({ state: 'detached' });
  const path = join(folder, file);
  await page.screenshot({ path });
  await context.close();
  console.log(`${path}  ${Math.round((await stat(path)).size / 1000)} kB`);
}
