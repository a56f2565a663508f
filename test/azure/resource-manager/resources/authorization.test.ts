import { describe, expect, test } from 'vitest';
import packageJson from '../../../../package.json' with { type: 'json' };
import { fakeClock, json, newContext, startArmServer, testClient } from '../fixtures/arm-server.ts';

const path = '/subscriptions/00000000-0000-4000-8000-000000000001';
const apiVersion = '2022-12-01';
const expired = {
  error: { code: 'ExpiredAuthenticationToken', message: 'The access token expiry UTC time is earlier.' },
};

test('a request carries token, ids and user agent', async () => {
  await using server = await startArmServer((response) => json(response, {}, 200, { 'x-ms-request-id': 'r-1' }));
  const context = newContext();

  await server.arm.get(path, { apiVersion, context });

  expect(server.requests[0]?.headers).toMatchObject({
    authorization: 'Bearer token-1',
    accept: 'application/json',
    'accept-encoding': 'gzip',
    'user-agent': expect.stringContaining(`vm-identities/${packageJson.version}`),
    'x-ms-client-request-id': expect.stringMatching(/^[0-9a-f-]{36}$/),
  });
  expect(context.meter.requestId).toBe('r-1');
});

test.each(['ExpiredAuthenticationToken', 'InvalidAuthenticationToken'])(
  '%s is answered with a new token, once',
  async (code) => {
    await using server = await startArmServer((response, { headers }) =>
      headers.authorization === 'Bearer token-1'
        ? json(response, { error: { code, message: 'no' } }, 401)
        : json(response, { ok: true }),
    );
    const { arm, tokenRequests } = testClient(server.origin);
    const context = newContext();

    const answer = await arm.get(path, { apiVersion, context });

    expect(answer).toEqual({ ok: true });
    expect(tokenRequests.map(({ refuse }) => refuse)).toEqual([undefined, 'token-1']);
    expect(context.meter).toMatchObject({ requests: 2, retries: 1 });
  },
);

test('a second refusal means that there is no token', async () => {
  await using server = await startArmServer((response) => json(response, expired, 401));

  const reading = server.arm.get(path, { apiVersion, context: newContext() });

  await expect(reading).rejects.toMatchObject({ name: 'NoTokenError', code: 'ExpiredAuthenticationToken' });
  expect(server.requests).toHaveLength(2);
});

describe('a refusal that stays', () => {
  const codes = ['ExpiredAuthenticationToken', 'InvalidAuthenticationToken', 'AuthenticationFailed', 'InvalidX5T'];
  const refusing = (code: string, paths: RegExp) =>
    startArmServer((response, { url }) =>
      paths.test(url.pathname)
        ? json(response, { error: { code, message: 'no' } }, 401)
        : json(response, { value: [] }),
    );

  test.each(codes)('%s on one list is the answer to that list, once another was accepted', async (code) => {
    await using server = await refusing(code, /s2/);
    const { arm } = testClient(server.origin);
    await arm.get('/subscriptions/s1', { apiVersion, context: newContext() });

    const reading = arm.get('/subscriptions/s2', { apiVersion, context: newContext() });

    await expect(reading).rejects.toMatchObject({ name: 'ArmError', status: 401, code, message: 'no' });
    await expect(arm.get('/subscriptions/s1', { apiVersion, context: newContext() })).resolves.toEqual({ value: [] });
  });

  test('on one list of many waits for the first other answer, whatever comes first', async () => {
    const open: (() => void)[] = [];
    await using server = await startArmServer((response, { url }) => {
      if (/s2/.test(url.pathname)) json(response, expired, 401);
      else open.push(() => json(response, { value: [] }));
    });
    const { arm } = testClient(server.origin);
    const refused = arm.get('/subscriptions/s2', { apiVersion, context: newContext() });
    const accepted = arm.get('/subscriptions/s1', { apiVersion, context: newContext() });
    const outcome = refused.catch((error: unknown) => error);
    await expect.poll(() => server.requests.length).toBe(3);
    await expect.poll(() => open.length).toBe(1);
    open[0]?.();

    expect(await outcome).toMatchObject({ name: 'ArmError', status: 401, code: 'ExpiredAuthenticationToken' });
    expect(await accepted).toEqual({ value: [] });
  });

  test('on everything means that there is no token, for every list', async () => {
    await using server = await refusing('ExpiredAuthenticationToken', /./);
    const { arm } = testClient(server.origin);

    const outcomes = await Promise.allSettled(
      ['s1', 's2', 's3'].map((id) => arm.get(`/subscriptions/${id}`, { apiVersion, context: newContext() })),
    );

    for (const outcome of outcomes) {
      expect(outcome).toMatchObject({ reason: { name: 'NoTokenError', code: 'ExpiredAuthenticationToken' } });
    }
  });

  test('on the list of subscriptions means that there is no token, whatever was accepted before', async () => {
    await using server = await refusing('InvalidAuthenticationToken', /^\/subscriptions$/);
    const { arm } = testClient(server.origin);
    await arm.get('/subscriptions/s1', { apiVersion, context: newContext() });

    const reading = arm.get('/subscriptions', { apiVersion, context: newContext() });

    await expect(reading).rejects.toMatchObject({ name: 'NoTokenError', code: 'InvalidAuthenticationToken' });
  });

  test('stays on its list if there is no new token', async () => {
    await using server = await refusing('ExpiredAuthenticationToken', /s2/);
    const { arm } = testClient(server.origin, { replacements: false });
    await arm.get('/subscriptions/s1', { apiVersion, context: newContext() });

    const reading = arm.get('/subscriptions/s2', { apiVersion, context: newContext() });

    await expect(reading).rejects.toMatchObject({ name: 'ArmError', status: 401, code: 'ExpiredAuthenticationToken' });
  });
});

test('a claims challenge is answered once, with its claims', async () => {
  const claims = '{"access_token":{"nbf":{"essential":true,"value":"1700000000"}}}';
  const challenge = `Bearer realm="", error_description="Continuous access evaluation resulted in challenge", error="insufficient_claims", claims="${Buffer.from(claims).toString('base64')}"`;
  await using server = await startArmServer((response, _, seen) =>
    seen.length === 1 ? json(response, expired, 401, { 'www-authenticate': challenge }) : json(response, { ok: true }),
  );
  const { arm, tokenRequests } = testClient(server.origin);

  const answer = await arm.get(path, { apiVersion, context: newContext() });

  expect(answer).toEqual({ ok: true });
  expect(tokenRequests[1]).toMatchObject({ claims });
  expect(server.requests[1]?.headers.authorization).toBe('Bearer token-2');
});

test('the refusal of an audience names it and the allowed ones, and is not retried', async () => {
  const message =
    "The access token has been obtained for wrong audience or resource 'https://graph.microsoft.com'. It should exactly match with one of the allowed audiences 'https://management.core.windows.net/'.";
  await using server = await startArmServer((response) =>
    json(response, { error: { code: 'InvalidAuthenticationTokenAudience', message } }, 401),
  );

  const reading = server.arm.get(path, { apiVersion, context: newContext() });

  await expect(reading).rejects.toMatchObject({
    name: 'NoTokenError',
    code: 'InvalidAuthenticationTokenAudience',
    message: expect.stringMatching(/'https:\/\/management\.azure\.com'.*management\.core\.windows\.net/),
  });
  expect(server.requests).toHaveLength(1);
});

test('a subscription of another tenant fails only that subscription', async () => {
  await using server = await startArmServer((response) =>
    json(response, { error: { code: 'InvalidAuthenticationTokenTenant', message: 'wrong issuer' } }, 401),
  );

  const reading = server.arm.get(path, { apiVersion, context: newContext() });

  await expect(reading).rejects.toMatchObject({
    name: 'ArmError',
    code: 'InvalidAuthenticationTokenTenant',
    status: 401,
  });
});

test.each([
  [
    403,
    'AuthorizationFailed',
    /az role assignment create --assignee-object-id 11111111-2222-3333-4444-555555555555 .*\/subscriptions\/00000000-0000-4000-8000-000000000001$/,
  ],
  [404, 'SubscriptionNotFound', /another tenant/],
  [409, 'MissingSubscriptionRegistration', /registered/],
])("an error keeps Azure's %i %s, its message and its request id, and says what to do", async (status, code, hint) => {
  const message = `The client 'x' with object id '11111111-2222-3333-4444-555555555555' does not have authorization (${code})`;
  await using server = await startArmServer((response) =>
    json(response, { error: { code, message } }, status, { 'x-ms-request-id': 'r-9' }),
  );

  const reading = server.arm.get(path, { apiVersion, context: newContext() });

  await expect(reading).rejects.toMatchObject({
    status,
    code,
    message,
    requestId: 'r-9',
    hint: expect.stringMatching(hint),
  });
});

test('an error never contains the token, even if the server echoes it, and has a limited length', async () => {
  await using server = await startArmServer((response, { headers }) =>
    json(
      response,
      {
        error: { code: 'BadRequest', message: `${headers.authorization} eyJhbGciOi.eyJhdWQi.c2ln ${'x'.repeat(9000)}` },
      },
      400,
    ),
  );

  const error: unknown = await server.arm
    .get(path, { apiVersion, context: newContext() })
    .catch((thrown: unknown) => thrown);

  expect(error).toMatchObject({ code: 'BadRequest' });
  expect(JSON.stringify([String(error), error, Object.entries(Object(error))])).not.toMatch(/token-1|eyJ/);
  expect(String(error).length).toBeLessThan(1100);
});

test('the requests in flight are limited, and the larger priority goes first', async () => {
  const open: (() => void)[] = [];
  const order: string[] = [];
  await using server = await startArmServer((response, { url }) => {
    order.push(url.pathname);
    // Headers and a part of the body at once: a request is in flight until its body is read.
    response.writeHead(200).write('{');
    open.push(() => response.end('}'));
  });
  const { arm } = testClient(server.origin, { concurrency: 2, clock: fakeClock().clock });
  const get = (name: string, priority: number) =>
    arm.get(`/${name}`, { apiVersion, context: { ...newContext(), priority } });
  const all = [get('a', 0), get('b', 0), get('c', 1), get('d', 5), get('e', 1)];
  await expect.poll(() => open.length).toBe(2);

  for (let left = all.length; left > 0; left -= 1) {
    await expect.poll(() => open.length).toBe(Math.min(left, 2));
    open.shift()?.();
  }
  await Promise.all(all);

  expect(order.slice(2)).toEqual(['/d', '/c', '/e']);
});
