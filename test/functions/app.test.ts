import { once } from 'node:events';
import { request } from 'node:http';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, describe, expect, test } from 'vitest';
import { type HostProcess, startHostProcess } from '../local/host-process.ts';
import { newAzuriteAccount } from '../support/azurite-account.ts';

const id = '11111111-1111-4111-8111-111111111111';
const routes: readonly [method: string, path: string, functionName: string][] = [
  ['GET', 'summary', 'summary'],
  ['GET', 'search?q=vm', 'search'],
  ['GET', 'virtualMachines', 'virtual-machines'],
  ['GET', 'virtualMachines/facets', 'virtual-machines-facets'],
  ['GET', `subscriptions/${id}/resourceGroups/g/providers/Microsoft.Compute/virtualMachines/vm`, 'virtual-machine'],
  ['GET', `subscriptions/${id}/providers/Microsoft.Compute/virtualMachines`, 'subscription-virtual-machines'],
  ['GET', 'principals', 'principals'],
  ['GET', `principals/${id}`, 'principal'],
  ['POST', 'principals/lookup', 'principals-lookup'],
  ['GET', 'subscriptions', 'subscriptions'],
  ['GET', 'changes', 'changes'],
  ['GET', 'findings', 'findings'],
  ['GET', 'reports/findings.csv', 'report-file'],
  ['GET', 'openapi.json?bad=1', 'openapi'],
  ['GET', 'runs', 'runs'],
  ['POST', 'runs?bad=1', 'run-start'],
  ['GET', 'runs/20260101T000000Z-0000', 'run'],
  ['DELETE', 'runs/20260101T000000Z-0000', 'run-cancel'],
  ['GET', 'database', 'database'],
  ['GET', 'identity?bad=1', 'identity'],
];

/** The global setup builds it. */
const app = join(import.meta.dirname, '../../dist/functions.cjs');
const azurite = await newAzuriteAccount();
const hosts = new Map<string, Promise<HostProcess>>();

afterAll(async () => {
  await Promise.all([...hosts.values()].map(async (host) => (await host).end()));
});

/** The built app on a host, which all tests with these settings share. */
function start(env: Record<string, string>, keys = false): Promise<HostProcess> {
  const settings = JSON.stringify({ env, keys });
  const host =
    hosts.get(settings) ??
    startHostProcess(app, { keys, env: { AzureWebJobsStorage: azurite.connectionString, ...env } });
  hosts.set(settings, host);
  return host;
}

const codeOf = (response: Response) => response.headers.get('x-ms-error-code');

describe('the built app', () => {
  test('has every route, each with a function of its own', async () => {
    const host = await start({});
    for (const [method, path, functionName] of routes) {
      const route = host.functions.find(({ name }) => name === functionName);
      const response = await fetch(`${host.url}/API/${path}`, { method });
      expect(route, functionName).toMatchObject({ authLevel: 'function' });
      expect(route?.methods).toContain(method);
      // The host's own 404 has no such header: the function itself has answered.
      expect(response.headers.get('x-ms-request-id'), `${method} ${path}`).toMatch(/^[0-9a-f-]{36}$/);
      expect(response.headers.get('x-content-type-options')).toBe('nosniff');
      expect(response.headers.get('strict-transport-security')).toBe('max-age=31536000');
      expect(response.status).toBeLessThan(504);
    }
    const others = host.functions
      .filter(({ type }) => type !== 'httpTrigger')
      .map(({ name, type }) => `${name} ${type}`);
    expect(host.functions).toHaveLength(routes.length + 2 + others.length);
    expect(others).toEqual([
      'collect activityTrigger',
      'fail activityTrigger',
      'inventory-run orchestrationTrigger',
      'inventory-schedule timerTrigger',
      'inventory-watchdog timerTrigger',
      'plan activityTrigger',
      'publish activityTrigger',
      'report activityTrigger',
    ]);
    for (const open of ['health', 'page']) {
      expect(host.functions.find(({ name }) => name === open)?.authLevel).toBe('anonymous');
    }
  });

  test('compresses long JSON once, for a client that accepts it', async () => {
    const host = await start({});
    const get = async (headers: Record<string, string>) => {
      const [response] = await once(request(`${host.url}/api/openapi.json`, { headers }).end(), 'response');
      return { headers: response.headers, body: Buffer.concat(await response.toArray()) };
    };
    const [plain, packed] = [await get({}), await get({ 'accept-encoding': 'gzip' })];
    expect([plain.headers['content-encoding'], packed.headers['content-encoding']]).toEqual([undefined, 'gzip']);
    expect(Number(packed.headers['content-length'])).toBe(packed.body.byteLength);
    expect(gunzipSync(packed.body)).toEqual(plain.body);
    const again = await get({ 'accept-encoding': 'gzip', 'if-none-match': packed.headers.etag });
    expect([again.headers.etag, again.body.byteLength]).toEqual([packed.headers.etag, 0]);
  });

  test('serves its description, with the address of the request', async () => {
    const host = await start({});
    const answer = await fetch(`${host.url}/api/openapi.json`);
    expect(await answer.json()).toMatchObject({ servers: [{ url: `${host.url}/api` }] });
  });

  test('does not serve findings while the file of accepted findings is unreadable, and names the file', async () => {
    const host = await start({ INVENTORY_ACCEPTED_FINDINGS: '/nonexistent/accepted.json' });
    const response = await fetch(`${host.url}/api/findings`);
    expect([response.status, codeOf(response)]).toEqual([503, 'InvalidConfiguration']);
    expect(await response.text()).toContain('/nonexistent/accepted.json');
    expect(codeOf(await fetch(`${host.url}/api/changes`))).toBe('InventoryNotReady');
  });

  test('is healthy before the first run, and says that there is none', async () => {
    const host = await start({});
    const list = await fetch(`${host.url}/api/virtualMachines`);
    const runs = await fetch(`${host.url}/api/runs`);
    const health = await fetch(`${host.url}/api/health`);
    expect([list.status, codeOf(list), list.headers.get('retry-after')]).toEqual([503, 'InventoryNotReady', '30']);
    expect(await runs.json()).toEqual({ value: [] });
    expect(await health.json()).toMatchObject({ status: 'healthy', lastRun: null });
  });

  test('records a run, even a failed one, and shows how it ended', async () => {
    const host = await start({ IDENTITY_ENDPOINT: 'http://127.0.0.1:9/msi/token', IDENTITY_HEADER: 'secret-header' });
    const started = await fetch(`${host.url}/api/runs`, { method: 'POST' });
    const address = started.headers.get('location') ?? '';
    let run: unknown;
    do run = await (await fetch(address)).json();
    while (typeof run === 'object' && run !== null && 'status' in run && run.status === 'running');
    expect([started.status, address.startsWith(`${host.url}/api/runs/`)]).toEqual([202, true]);
    expect(run).toMatchObject({ status: 'failed', complete: false, trigger: 'http' });
    expect(JSON.stringify(run) + host.lines().join('\n')).not.toContain('secret-header');
    expect((await fetch(address, { method: 'DELETE' })).status).toBe(409);
  });

  test('opens each function with its own key only', async () => {
    const host = await start({}, true);
    const key = host.keys?.functions['virtual-machines'] ?? '';
    const get = async (path: string) =>
      (await fetch(`${host.url}/api/${path}`, { headers: { 'x-functions-key': key } })).status;
    expect(await get('virtualMachines')).toBe(503);
    expect([await get('runs'), await get('database'), await get('principals')]).toEqual([401, 401, 401]);
    expect((await fetch(`${host.url}/api/health`)).status).toBe(200);
    expect((await fetch(`${host.url}/api/virtualMachines?code=${key}`)).status).toBe(503);
  });

  test('serves nothing with entra while authentication is off, or to a caller without a name', async () => {
    const off = await start({ INVENTORY_HTTP_AUTH: 'entra' });
    const on = await start({ INVENTORY_HTTP_AUTH: 'entra', WEBSITE_AUTH_ENABLED: 'True' });
    const named = { headers: { 'x-ms-client-principal-id': 'someone' } };
    for (const [method, path] of routes) {
      const withoutAuthentication = await fetch(`${off.url}/api/${path}`, { method, ...named });
      const nameless = await fetch(`${on.url}/api/${path}`, { method });
      expect([withoutAuthentication.status, codeOf(withoutAuthentication)]).toEqual([
        503,
        'AuthenticationNotConfigured',
      ]);
      expect([nameless.status, codeOf(nameless)]).toEqual([401, 'AuthenticationRequired']);
    }
    expect(codeOf(await fetch(`${on.url}/api/virtualMachines`, named))).toBe('InventoryNotReady');
    for (const { url } of [on, off]) {
      expect((await fetch(`${url}/api/health`)).status).toBe(200);
      expect(await (await fetch(`${url}/api/page`)).text()).toContain('<html data-auth="entra"');
    }
    expect(on.functions.filter(({ authLevel }) => authLevel === 'function')).toEqual([]);
  });

  test('opens each route to one app role with entra, and none to a caller without one', async () => {
    const host = await start({
      INVENTORY_HTTP_AUTH: 'entra',
      WEBSITE_AUTH_ENABLED: 'True',
      INVENTORY_HTTP_AUTH_DEFAULT_ROLE: 'none',
    });
    const needed: Record<string, string> = {
      'run-start': 'Runs.Write',
      'run-cancel': 'Runs.Write',
      database: 'Database.Read',
    };
    for (const [method, path, name] of routes) {
      const openedBy = [];
      for (const role of ['', 'Inventory.Read', 'Runs.Write', 'Database.Read']) {
        const principal = Buffer.from(JSON.stringify({ claims: [{ typ: 'roles', val: role }] })).toString('base64');
        const headers = { 'x-ms-client-principal-id': 'someone', 'x-ms-client-principal': principal };
        const response = await fetch(`${host.url}/api/${path}`, { method, headers });
        if (response.status !== 403) openedBy.push(role);
        else expect(codeOf(response)).toBe('AppRoleMissing');
      }
      expect([name, openedBy]).toEqual([name, [needed[name] ?? 'Inventory.Read']]);
    }
    expect((await fetch(`${host.url}/api/health`)).status).toBe(200);
  });

  test('refuses with entra what a page of another origin starts or cancels, and answers what only reads', async () => {
    const host = await start({ INVENTORY_HTTP_AUTH: 'entra', WEBSITE_AUTH_ENABLED: 'True' });
    const principal = Buffer.from(
      '{"claims":[{"typ":"roles","val":"Runs.Write"},{"typ":"roles","val":"Inventory.Read"}]}',
    );
    const headers = {
      'x-ms-client-principal-id': 'someone',
      'x-ms-client-principal': principal.toString('base64'),
      'sec-fetch-site': 'cross-site',
    };
    const send = async (method: string, path: string) =>
      codeOf(await fetch(`${host.url}/api/${path}`, { method, headers }));
    expect(await send('POST', 'runs')).toBe('CrossSiteRequest');
    expect(await send('DELETE', 'runs/20260101T000000Z-0000')).toBe('CrossSiteRequest');
    expect(await send('POST', 'principals/lookup')).toBe('InvalidBody');
    expect(await send('GET', 'virtualMachines')).toBe('InventoryNotReady');
  });

  test('ignores the headers of sign-ins with keys', async () => {
    const host = await start({}, true);
    const principal = Buffer.from('{"claims":[{"typ":"roles","val":"Runs.Write"}]}').toString('base64');
    const headers = { 'x-ms-client-principal-id': 'someone', 'x-ms-client-principal': principal };
    expect((await fetch(`${host.url}/api/runs`, { method: 'POST', headers })).status).toBe(401);
  });

  test('registers everything with a wrong setting, and each answer names it without its value', async () => {
    const host = await start({ INVENTORY_CONCURRENCY: 'many' });
    const shown = 'INVENTORY_CONCURRENCY is not valid; allowed: a whole number from 1 to 256';
    for (const [method, path] of [...routes, ['GET', 'health']] as const) {
      const response = await fetch(`${host.url}/api/${path}`, { method });
      expect([response.status, codeOf(response)]).toEqual([503, 'InvalidConfiguration']);
      const body = await response.text();
      expect([body.includes(shown), body.includes('many')]).toEqual([true, false]);
    }
    // The page shows that line.
    expect((await fetch(`${host.url}/api/page`)).status).toBe(200);
    expect(await host.line(/GET \/api\/virtualMachines .*INVENTORY_CONCURRENCY is 'many'/)).toContain('error');
    expect(await host.line(/health: INVENTORY_CONCURRENCY is 'many'/)).toContain('error');
    expect(host.functions.some(({ name }) => name === 'inventory-schedule')).toBe(true);
    expect(await host.line(/InvalidConfiguration/)).toContain(
      'error [Host.Function.Console] Error: InvalidConfiguration',
    );
  });

  test.each([
    [{ INVENTORY_HTTP_AUTH: 'entra', AZURE_CLOUD: 'azureusgovernment' }, 'data-auth="entra"', 'AzureUSGovernment'],
    [{ INVENTORY_HTTP_AUTH: 'both' }, 'data-auth="keys"', 'AzureCloud'],
    [{ INVENTORY_HTTP_AUTH: 'entra', AZURE_CLOUD: 'Moon' }, 'data-auth="entra"', 'AzureCloud'],
    [{ AzureWebJobsStorage: '' }, 'data-auth="keys"', 'AzureCloud'],
  ])('serves the page with %j, whatever else is wrong, and its other settings count', async (env, auth, cloud) => {
    const host = await start({ INVENTORY_CONCURRENCY: 'many', ...env });

    const html = await (await fetch(`${host.url}/api/page`)).text();

    expect(html).toContain(auth);
    expect(html).toContain(`data-cloud="${cloud}"`);
  });

  test('keeps its line about a wrong setting with the log levels of a quiet host', async () => {
    const host = await start({
      INVENTORY_CONCURRENCY: 'many',
      AzureFunctionsJobHost__logging__logLevel__default: 'Warning',
    });

    expect(await host.line(/InvalidConfiguration/)).toContain("INVENTORY_CONCURRENCY is 'many'");
  });

  test('warns about an unknown setting, as a line that the host takes for a warning', async () => {
    const host = await start({ INVENTORY_CONCURENCY: '8' });

    expect(await host.line(/INVENTORY_CONCURENCY/)).toMatch(/ warning \[Host\.Function\.Console\] Warning: /);
  });

  test('says that no storage is set, also in its health', async () => {
    const host = await start({ AzureWebJobsStorage: '' });
    const health = await fetch(`${host.url}/api/health`);
    expect([health.status, codeOf(health)]).toEqual([503, 'InvalidConfiguration']);
    expect(await health.json()).toMatchObject({ status: 'unhealthy', error: { message: 'No storage account is set' } });
  });

  test('warns about an unknown setting', async () => {
    const host = await start({ INVENTORY_SCHEDUL: '0 0 1 * * *' });
    expect(await host.line(/INVENTORY_SCHEDUL is not a setting/)).toContain('did you mean INVENTORY_SCHEDULE?');
  });
});
