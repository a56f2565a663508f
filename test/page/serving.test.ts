import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { beforeAll, describe, expect } from 'vitest';
import { test } from './support/browser-test.ts';
import { pageAddress } from './support/page-host.ts';
import { startProxy } from './support/proxy.ts';
import { sharedHost } from './support/shared-host.ts';
import type { SharedHost } from './support/shared-hosts.ts';

const built = join(import.meta.dirname, '../../dist/page');
let host: SharedHost;
beforeAll(async () => {
  host = await sharedHost('sample');
});

const headingOf = (page: Page) => page.getByRole('heading', { level: 1 });

test.for(['', '/'])(
  '1. /api/page%s shows the Overview, and writes nothing to the console',
  async (slash, { newContext }) => {
    const context = await newContext();
    const lines: string[] = [];
    context.on('console', (message) => lines.push(message.text()));
    const page = await context.newPage();

    await page.goto(`${host.origin}/api/page${slash}`);

    await headingOf(page).filter({ hasText: 'Overview' }).waitFor();
    await page.waitForLoadState('networkidle');
    expect(await page.title()).toBe('Overview – vm-identities');
    expect(lines).toEqual([]);
  },
);

describe('2. the policy', () => {
  const views = ['', 'machines', 'principals', 'lookup', 'changes', 'compare', 'findings', 'coverage', 'runs', 'about'];

  test('is on every answer, and no view violates it', async ({ page, servers }) => {
    const proxy = servers.use(await startProxy(host.origin));
    const first = async (list: string, key: string) => {
      const { value } = await (await fetch(`${host.origin}/api/${list}`)).json();
      return String(value[0][key]);
    };
    const one = [
      `principals/${await first('principals', 'principalId')}`,
      `machines${await first('virtualMachines', 'id')}`,
      `runs/${await first('runs', 'id')}`,
    ];
    for (const view of [...views, ...one]) {
      await page.goto(pageAddress(proxy, `#/${view}`));
      await headingOf(page).waitFor();
      await page.waitForLoadState('networkidle');
    }

    const served = proxy.exchanges.filter(({ path }) => path.startsWith('/api/page'));
    expect(served.length).toBeGreaterThanOrEqual(4);
    for (const { headers } of served) {
      expect(headers).toMatchObject({
        'content-security-policy':
          "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; " +
          "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; " +
          "trusted-types 'none'",
        'x-content-type-options': 'nosniff',
        'referrer-policy': 'same-origin',
        'cross-origin-opener-policy': 'same-origin',
        'cross-origin-resource-policy': 'same-origin',
        'x-frame-options': 'DENY',
        'permissions-policy': 'camera=(), microphone=(), geolocation=(), payment=(), usb=(), clipboard-read=()',
        'strict-transport-security': 'max-age=31536000',
      });
    }
  });

  const element = (name: string, more: string) =>
    `const e = document.createElement('${name}'); ${more}; document.body.append(e)`;
  test.for<[what: string, directive: string, code: string]>([
    ['a script with a text', 'require-trusted-types-for', element('script', "e.append('ran = 1')")],
    ['a script of another origin', 'script-src-elem', "import('https://a.example/a.js').catch(() => 0)"],
    ['markup', 'require-trusted-types-for', "document.body.innerHTML = '<img src=x onerror=ran=1>'"],
    ['a handler', 'require-trusted-types-for', element('a', "e.setAttribute('onclick', 'ran = 1'); e.click()")],
    ['a style', 'style-src-attr', "document.body.setAttribute('style', 'color: red')"],
    ['a frame', 'frame-src', element('iframe', "e.src = 'https://a.example/'")],
    ['a request to another origin', 'connect-src', "fetch('https://a.example/').catch(() => 0)"],
    ['an image of another origin', 'img-src', element('img', "e.src = 'https://a.example/'")],
    ['a form', 'form-action', element('form', "e.action = '/api/runs'; document.body.append(e); e.submit()")],
    ['a base address', 'base-uri', element('base', "e.href = 'https://a.example/'")],
    ['a policy for trusted types', 'trusted-types', "trustedTypes.createPolicy('default', {})"],
  ])('stops %s', async ([, directive, code], { page, problems }) => {
    await page.goto(pageAddress(host));
    await headingOf(page).waitFor();
    expect(problems.take()).toEqual([]);

    // In an element, as an intruder would: the driver's own evaluation may do what the policy forbids.
    await page.evaluate(`try { ${code} } catch {}`);

    const seen: string[] = [];
    await expect.poll(() => seen.push(...problems.take()) && seen.join('\n')).toContain(`policy: ${directive} `);
    expect(await page.evaluate('typeof ran')).toBe('undefined');
    expect(await page.evaluate('getComputedStyle(document.body).color')).not.toBe('rgb(255, 0, 0)');
    // What Chromium writes about it comes later.
    problems.allow(/./);
  });
});

test('3. document, script and style come as br over https, as gzip over http, and plain to who wants that: the same bytes', async ({
  newContext,
  servers,
  problems,
}) => {
  // Chromium heeds it over https and on loopback only.
  problems.allow(/Cross-Origin-Opener-Policy header has been ignored/);
  const secure = servers.use(await startProxy(host.origin, { tls: true }));
  const open = servers.use(await startProxy(host.origin));
  // Chromium asks for br over http on loopback, too.
  const kinds = [
    { origin: secure.origin, exchanges: secure.exchanges, encoding: 'br' },
    { origin: `http://page.example:${open.port}`, exchanges: open.exchanges, encoding: 'gzip' },
  ];
  for (const { origin, exchanges, encoding } of kinds) {
    const page = await (await newContext({ ignoreHTTPSErrors: true })).newPage();
    const bodies = new Map<string, Promise<Buffer>>();
    page.on('response', (response) => {
      const { pathname } = new URL(response.url());
      if (pathname.startsWith('/api/page')) bodies.set(pathname, response.body());
    });
    await page.goto(`${origin}/api/page`);
    await headingOf(page).waitFor();
    const served = exchanges.filter(({ path }) => path.startsWith('/api/page'));
    expect(served.length).toBeGreaterThanOrEqual(3);
    for (const { path, headers } of served) {
      const plain = await fetch(host.origin + path, { headers: { 'accept-encoding': 'identity' } });
      expect([path, headers['content-encoding'], plain.headers.get('content-encoding')]).toEqual([
        path,
        encoding,
        null,
      ]);
      expect((await bodies.get(path))?.equals(await plain.bytes())).toBe(true);
      const name = path.replace('/api/page/', '');
      if (name.startsWith('assets/')) expect(await bodies.get(path)).toEqual(await readFile(join(built, name)));
    }
  }
});

describe('4. what is not served', () => {
  test('a second visit revalidates the document and requests no asset', async ({ newContext, servers }) => {
    const proxy = servers.use(await startProxy(host.origin));
    const context = await newContext();
    const visit = async () => {
      const page = await context.newPage();
      await page.goto(pageAddress(proxy));
      await headingOf(page).waitFor();
      await page.close();
      return proxy.exchanges.filter(({ path }) => path.startsWith('/api/page'));
    };

    const first = await visit();
    const both = await visit();

    expect(first.map(({ status }) => status)).toEqual(first.map(() => 200));
    expect(first.length).toBeGreaterThanOrEqual(3);
    expect(both.slice(first.length)).toMatchObject([{ method: 'GET', path: '/api/page', status: 304 }]);
  });

  test.for([
    ['nothing.js', 404],
    ['index.html', 404],
    ['assets/', 404],
    ['assets/main.js', 404],
    ['..%2f', 404],
    ['..%2f..%2fhost.json', 404],
    ['assets/..%2findex.html', 404],
    ['%2e%2e%2fhost.json', 404],
    ['%252e%252e%252fhost.json', 404],
    ['%2500', 404],
    // The host itself refuses a null byte, before any function.
    ['%00', 400],
    ['assets/%00', 400],
  ] as const)('a file that is not in the build: page/%s', async ([path, status]) => {
    const response = await fetch(`${host.origin}/api/page/${path}`);

    expect(response.status).toBe(status);
    expect(await response.text()).not.toContain('extensionBundle');
  });
});
