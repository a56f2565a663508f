import { afterEach, describe, expect, test, vi } from 'vitest';
import { InvalidSettingError, InventoryError, NoTokenError } from '../../lib/errors.ts';
import type { AppRole } from '../../lib/http/app-roles.ts';
import { requireCaller } from '../../lib/http/authentication.ts';
import { RequestError } from '../../lib/http/request-error.ts';
import { bodyOf } from './fixtures/body-of.ts';
import { servedInventory } from './fixtures/served-inventory.ts';

const failing = (error: Error) => ({
  currentDatabase: async () => {
    throw error;
  },
});

afterEach(() => void vi.useRealTimers());

describe('errors', () => {
  test.each([
    ['virtualMachines?colour=red', 'UnknownParameter', 'colour'],
    ['virtualMachines?NAME=x', 'UnknownParameter', 'NAME'],
    ['virtualMachines?name=a&name=b', 'RepeatedParameter', 'name'],
    ['virtualMachines?name=', 'InvalidParameter', 'name'],
    ['virtualMachines?stale=yes', 'InvalidParameter', 'stale'],
    ['virtualMachines?maxpagesize=1001', 'InvalidParameter', 'maxpagesize'],
    ['virtualMachines?maxpagesize=0', 'InvalidParameter', 'maxpagesize'],
    ['virtualMachines?select=id,password', 'InvalidParameter', 'select'],
    ['virtualMachines?orderby=vmSize', 'InvalidParameter', 'orderby'],
    ['virtualMachines?subscriptionId=1', 'InvalidParameter', 'subscriptionId'],
    ['virtualMachines?tag=%3Dx', 'InvalidParameter', 'tag'],
    ['virtualMachines?tag=a%0Ab', 'InvalidParameter', 'tag'],
    ['virtualMachines?tag=kubernetes.io%3Dcluster', 'InvalidParameter', 'tag'],
    ['virtualMachines?format=csv&tag=nothing', 'InvalidParameter', 'tag'],
    ['virtualMachines?tag=env%3Dprod&tag=env%3Dtest', 'InvalidParameter', 'tag'],
    ['principals?format=ndjson&tag=nothing', 'InvalidParameter', 'tag'],
    ['reports/virtualMachines.xlsx?tag=nothing', 'InvalidParameter', 'tag'],
    ['reports/principals.csv?tag=nothing', 'InvalidParameter', 'tag'],
    ['virtualMachines?asOf=yesterday', 'InvalidParameter', 'asOf'],
    ['virtualMachines?asOf=2026-02-31', 'InvalidParameter', 'asOf'],
    ['virtualMachines?asOf=2026-11-21T06:00:00+01:00', 'InvalidParameter', 'asOf'],
    ['virtualMachines?format=xml', 'InvalidParameter', 'format'],
    ['virtualMachines?skiptoken=AAAA', 'InvalidParameter', 'skiptoken'],
    ['virtualMachines?constructor=1', 'UnknownParameter', 'constructor'],
    ['principals?state=alive', 'InvalidParameter', 'state'],
    ['subscriptions/x/providers/Microsoft.Compute/virtualMachines', 'InvalidParameter', 'subscriptionId'],
    ['runs?status=failed', 'UnknownParameter', 'status'],
  ])('name the parameter: %s', async (path, code, target) => {
    using served = servedInventory();
    const response = await served.send(path);
    const { error } = await bodyOf(response);
    expect(response.status).toBe(400);
    expect(error).toMatchObject({ code, target });
    expect(error?.message).toContain(target);
    expect(response.headers.get('x-ms-error-code')).toBe(code);
    expect(served.errors).toEqual([]);
  });

  test.each([
    ['virtualMachines?asOf=2026-10-01T00:00:00Z', 'NoRunAtThatTime'],
    ['virtualMachines?asOf=20200101T000000Z-0000', 'RunNotFound'],
  ])('are 404 before the first run and for an unknown run: %s', async (path, code) => {
    using served = servedInventory();
    const response = await served.send(path);
    expect([response.status, response.headers.get('x-ms-error-code')]).toEqual([404, code]);
  });

  test('say when to retry before the first run, and refuse invalid requests even then', async () => {
    using served = servedInventory(failing(new InventoryError('InventoryNotReady', 'There is no run yet')));
    const response = await served.send('virtualMachines');
    expect([response.status, response.headers.get('retry-after')]).toEqual([503, '30']);
    expect((await bodyOf(response)).error?.code).toBe('InventoryNotReady');
    expect((await served.send('virtualMachines?colour=red')).status).toBe(400);
    expect(served.errors).toEqual([]);
  });

  test.each([
    [new InvalidSettingError('INVENTORY_X is 1'), 'InvalidConfiguration'],
    [new NoTokenError('NoManagedIdentity', 'Nothing is listening'), 'NoManagedIdentity'],
    [new InventoryError('StorageDenied', 'Storage said no', { hint: 'Grant it' }), 'StorageDenied'],
  ])('keep the code of a known error: %s', async (error, code) => {
    using served = servedInventory(failing(error));
    const response = await served.send('virtualMachines');
    expect([response.status, response.headers.get('x-ms-error-code')]).toEqual([503, code]);
  });

  test('show of an unforeseen error only the id to search the log for', async () => {
    using served = servedInventory(failing(new TypeError('a secret detail')));
    const response = await served.send('virtualMachines?code=hidden');
    const id = response.headers.get('x-ms-request-id') ?? 'none';
    const text = await response.text();
    expect(response.status).toBe(500);
    expect(text).toContain('InternalError');
    expect(text).toContain(id);
    expect(text).not.toMatch(/secret|TypeError|at /);
    expect(served.errors).toHaveLength(1);
    expect(served.errors[0]).toContain(id);
    expect(served.errors[0]).toContain('a secret detail');
    expect(served.errors[0]).not.toContain('hidden');
  });

  test('say that the app did not answer in time, and log one line', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'performance'] });
    // Later than the deadlines of the tests before.
    vi.advanceTimersByTime(3_600_000);
    using served = servedInventory({
      currentDatabase: (signal) =>
        new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason))),
    });
    const answer = served.send('virtualMachines');
    vi.advanceTimersByTime(200_000);
    const response = await answer;
    expect([response.status, response.headers.get('x-ms-error-code')]).toEqual([504, 'RequestTimedOut']);
    expect(await response.text()).toContain('health');
    expect(served.errors).toHaveLength(1);
    expect(served.errors[0]).toMatch(/ RequestTimedOut: The app did not answer within 200 seconds$/);
  });

  test('have the headers of every other answer', async () => {
    using served = servedInventory();
    for (const path of ['virtualMachines', 'virtualMachines?x=1', 'health', 'database']) {
      const { headers, body } = await served.send(path, { headers: { 'x-ms-client-request-id': 'mine-1' } });
      await body?.cancel();
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.get('strict-transport-security')).toBe('max-age=31536000');
      expect(headers.get('x-ms-request-id')).toMatch(/^[0-9a-f-]{36}$/);
      expect(headers.get('x-ms-client-request-id')).toBe('mine-1');
      expect(headers.has('access-control-allow-origin')).toBe(false);
    }
    const odd = await served.send('health', { headers: { 'x-ms-client-request-id': 'a b;c' } });
    expect(odd.headers.has('x-ms-client-request-id')).toBe(false);
  });

  test('answer HEAD with the headers of GET and no body', async () => {
    using served = servedInventory();
    const response = await served.send('virtualMachines', { method: 'HEAD' });
    expect([response.status, response.body]).toEqual([200, null]);
    expect(Number(response.headers.get('content-length'))).toBeGreaterThan(100);
  });
});

describe('who may call', () => {
  const named = new Request('https://a.example', { headers: { 'x-ms-client-principal-id': 'someone' } });
  const nameless = new Request('https://a.example');
  type DefaultRole = 'none' | 'Inventory.Read';
  const call = (
    request: Request,
    httpAuth: 'keys' | 'entra',
    authenticationEnabled: boolean,
    httpAuthDefaultRole: DefaultRole = 'Inventory.Read',
    role: AppRole = 'Inventory.Read',
  ) => {
    try {
      requireCaller(request, role, { httpAuth, authenticationEnabled, httpAuthDefaultRole });
      return 'served';
    } catch (error) {
      return error instanceof RequestError ? `${error.status} ${error.code}` : 'unforeseen';
    }
  };

  test('is decided by the host with keys, and by App Service authentication with entra', () => {
    expect(call(nameless, 'keys', false)).toBe('served');
    expect(call(named, 'entra', true)).toBe('served');
    expect(call(nameless, 'entra', true)).toBe('401 AuthenticationRequired');
    expect(call(named, 'entra', false)).toBe('503 AuthenticationNotConfigured');
  });

  const roles: readonly AppRole[] = ['Inventory.Read', 'Runs.Write', 'Database.Read'];
  const opened = (principal: string | null, defaultRole: DefaultRole) => {
    const headers = principal === null ? {} : { 'x-ms-client-principal': principal };
    const request = new Request('https://a.example', {
      headers: { 'x-ms-client-principal-id': 'someone', ...headers },
    });
    return roles.filter((role) => call(request, 'entra', true, defaultRole, role) === 'served');
  };
  const principalWith = (...claims: readonly unknown[]) =>
    Buffer.from(JSON.stringify({ auth_typ: 'aad', claims, role_typ: 'roles' })).toString('base64');
  const rolesClaim = (val: unknown) => ({ typ: 'roles', val });

  test.each([
    ...roles.map((role) => [[role], principalWith(rolesClaim(role))] as const),
    [['Runs.Write', 'Database.Read'], principalWith(rolesClaim('Database.Read'), rolesClaim('Runs.Write'))] as const,
    [
      ['Database.Read'],
      principalWith({ typ: 'http://schemas.microsoft.com/ws/2008/06/identity/claims/role', val: 'Database.Read' }),
    ] as const,
  ])('has exactly the roles of the claims, whatever the default: %j', (expected, principal) => {
    expect(opened(principal, 'none')).toEqual(expected);
    expect(opened(principal, 'Inventory.Read')).toEqual(expected);
  });

  test.each([
    ['no header', null],
    ['an empty header', ''],
    ['no Base64', '%%%'],
    ['no JSON', Buffer.from('{"claims":').toString('base64')],
    ['no object', Buffer.from('null').toString('base64')],
    ['no list of claims', Buffer.from('{"claims":{"typ":"roles","val":"Runs.Write"}}').toString('base64')],
    ['no claims', principalWith()],
    ['claims that are no objects', principalWith(null, 7, 'roles', ['roles', 'Runs.Write'])],
    [
      'values that are no text',
      principalWith(rolesClaim(['Runs.Write']), rolesClaim({ Runs: 'Write' }), { typ: 'roles' }),
    ],
    [
      'the roles of another app',
      principalWith(rolesClaim('Runs.Write '), rolesClaim('runs.write'), rolesClaim('none')),
    ],
    [
      'a claim of another type',
      principalWith({ typ: 'groups', val: 'Runs.Write' }, { typ: 'name', val: 'Database.Read' }),
    ],
  ])('has what the default says with %s', (_, principal) => {
    expect(opened(principal, 'none')).toEqual([]);
    expect(opened(principal, 'Inventory.Read')).toEqual(['Inventory.Read']);
  });

  const site = (value: string | null, role: AppRole, httpAuth: 'keys' | 'entra' = 'entra') => {
    const headers = { 'x-ms-client-principal-id': 'someone', 'x-ms-client-principal': principalWith(rolesClaim(role)) };
    const sent = value === null ? headers : { ...headers, 'sec-fetch-site': value };
    return call(new Request('https://a.example', { headers: sent }), httpAuth, true, 'none', role);
  };

  test.each(['cross-site', 'same-site', '', 'Same-Origin', 'same-origin, cross-site', 'anything'])(
    'may not start or cancel a run from another origin with the cookie of a sign-in: %j',
    (value) => {
      expect(site(value, 'Runs.Write')).toBe('403 CrossSiteRequest');
      expect(site(value, 'Runs.Write', 'keys')).toBe('served');
      expect([site(value, 'Inventory.Read'), site(value, 'Database.Read')]).toEqual(['served', 'served']);
    },
  );

  test.each([null, 'same-origin', 'none'])(
    'may start a run from the page itself, or without a browser: %j',
    (value) => {
      expect(site(value, 'Runs.Write')).toBe('served');
    },
  );

  test('is told which role is missing', () => {
    const missing = () =>
      requireCaller(named, 'Runs.Write', {
        httpAuth: 'entra',
        authenticationEnabled: true,
        httpAuthDefaultRole: 'Inventory.Read',
      });

    expect(missing).toThrow(expect.objectContaining({ status: 403, code: 'AppRoleMissing', target: 'Runs.Write' }));
  });
});
