import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { systemClock } from '../../../../lib/async/clock.ts';
import { newWaitBudget } from '../../../../lib/azure/resource-manager/client/request-context.ts';
import { drain, fakeClock, json, newContext, startArmServer, testClient } from '../fixtures/arm-server.ts';

const path = '/subscriptions/s1/providers/Microsoft.Compute/virtualMachines';
const apiVersion = '2026-04-01';
const throttling = { error: { code: 'SubscriptionRequestsThrottled', message: 'Too many requests.' } };

test.each([
  ['seconds', { 'retry-after': '7' }, 7000],
  ['milliseconds', { 'retry-after-ms': '1500' }, 1500],
  ["Azure's own milliseconds", { 'x-ms-retry-after-ms': '2500' }, 2500],
  ['milliseconds rather than seconds', { 'retry-after-ms': '1500', 'retry-after': '7' }, 1500],
  ['1200 seconds, of which one wait takes a minute', { 'retry-after': '1200' }, 60_000],
  ['nothing', {}, 1000],
  ['something unreadable', { 'retry-after': 'soon' }, 1000],
])('a 429 is retried after the requested wait: %s', async (_, headers, expected) => {
  await using server = await startArmServer((response, __, seen) =>
    seen.length === 1 ? json(response, throttling, 429, { ...headers }) : json(response, { ok: true }),
  );
  const { clock, waits } = fakeClock();
  const { arm } = testClient(server.origin, { clock });
  const context = newContext();

  const answer = await arm.get(path, { apiVersion, context });

  expect(answer).toEqual({ ok: true });
  expect(waits).toEqual([expected]);
  expect(context.meter).toMatchObject({ requests: 2, retries: 1, throttledMilliseconds: expected });
  expect(context.budget.remainingMs).toBe(300_000 - expected);
});

test('a 429 with a date is retried then', async () => {
  await using server = await startArmServer((response, _, seen) => {
    const soon = new Date(Date.now() + 30_000).toUTCString();
    if (seen.length === 1) json(response, throttling, 429, { 'retry-after': soon });
    else json(response, { ok: true });
  });
  const { clock, waits } = fakeClock();
  const { arm } = testClient(server.origin, { clock });

  await arm.get(path, { apiVersion, context: newContext() });

  expect(waits[0]).toBeGreaterThan(25_000);
  expect(waits[0]).toBeLessThanOrEqual(30_000);
});

test('waits are whole milliseconds, as the database stores them', async () => {
  await using server = await startArmServer((response, _, seen) => {
    const fewLeft = { 'x-ms-ratelimit-remaining-subscription-reads': '3' };
    if (seen.length === 1) json(response, throttling, 429, { 'retry-after-ms': '20.4' });
    else json(response, { ok: true }, 200, fewLeft);
  });
  const { arm } = testClient(server.origin, { clock: systemClock });
  const context = newContext();

  for (let i = 0; i < 3; i += 1) await arm.get(path, { apiVersion, context });

  expect(context.meter.throttledMilliseconds).toBeGreaterThan(20);
  expect(context.meter.throttledMilliseconds % 1).toBe(0);
});

test('a wait longer than the remaining budget does not start', async () => {
  await using server = await startArmServer((response) => json(response, throttling, 429, { 'retry-after': '1200' }));
  const { clock, waits } = fakeClock();
  const { arm } = testClient(server.origin, { clock });

  const reading = arm.get(path, { apiVersion, context: { ...newContext(), budget: newWaitBudget(20_000) } });

  await expect(reading).rejects.toMatchObject({ code: 'Throttled' });
  expect(waits).toEqual([]);
});

test.each([
  ['20 minutes', { 'retry-after': '1200' }, 6],
  ['no time at all', { 'retry-after': '0' }, 30],
])('endless throttling with %s fails after five minutes of waits', async (_, headers, mostRequests) => {
  await using server = await startArmServer((response) => json(response, throttling, 429, headers));
  const { clock, waits } = fakeClock();
  const { arm } = testClient(server.origin, { clock });
  const context = newContext();

  const reading = drain(arm.pages(path, { apiVersion, context }));

  await expect(reading).rejects.toMatchObject({
    code: 'Throttled',
    message: expect.stringContaining('Too many requests.'),
  });
  expect(Math.max(...waits)).toBeLessThanOrEqual(60_000);
  expect(context.meter.throttledMilliseconds).toBe(300_000);
  expect(server.requests.length).toBeLessThanOrEqual(mostRequests);
});

test("Compute's throttling answer, which has no error wrapper, is read", async () => {
  const body = { code: 'OperationNotAllowed', message: 'The server rejected the request.', details: [] };
  await using server = await startArmServer((response) => json(response, body, 429, { 'retry-after': '60' }));

  const reading = server.arm.get(path, { apiVersion, context: newContext() });

  await expect(reading).rejects.toMatchObject({ code: 'Throttled', message: expect.stringContaining(body.message) });
});

test.each([408, 500, 502, 503, 504])('a few %i are retried', async (status) => {
  await using server = await startArmServer((response, _, seen) =>
    seen.length <= 4 ? json(response, '<html>busy</html>', status) : json(response, { ok: true }),
  );
  const { clock, waits } = fakeClock();
  const { arm } = testClient(server.origin, { clock });
  const context = newContext();

  const answer = await arm.get(path, { apiVersion, context });

  expect(answer).toEqual({ ok: true });
  expect(context.meter).toMatchObject({ requests: 5, retries: 4, throttledMilliseconds: 0 });
  expect(waits[3]).toBeGreaterThanOrEqual(1000);
  expect(waits[3]).toBeLessThanOrEqual(2000);
});

test.each([
  [500, 6, 'InternalServerError'],
  [501, 1, 'NotImplemented'],
  [400, 1, 'BadRequest'],
  [302, 1, 'Found'],
])('a permanent %i fails after %i requests', async (status, requests, code) => {
  await using server = await startArmServer((response) =>
    json(response, '', status, { location: 'https://evil.example/' }),
  );

  const reading = server.arm.get(path, { apiVersion, context: newContext() });

  await expect(reading).rejects.toMatchObject({ name: 'ArmError', status, code });
  expect(server.requests).toHaveLength(requests);
});

test.each([
  ['before an answer', (response: Parameters<typeof json>[0]) => response.destroy()],
  [
    'in the middle of a body',
    (response: Parameters<typeof json>[0]) => {
      response.writeHead(200, { 'content-length': '100' });
      response.write('{"value":[', () => response.destroy());
    },
  ],
  [
    'in the middle of a gzipped body',
    (response: Parameters<typeof json>[0]) => {
      const body = gzipSync(JSON.stringify({ value: Array.from({ length: 5000 }, (_, i) => `vm-${i}`) }));
      response.writeHead(200, { 'content-encoding': 'gzip', 'content-length': String(body.length) });
      response.write(body.subarray(0, 1000), () => response.destroy());
    },
  ],
  ['at a JSON text that is cut off', (response: Parameters<typeof json>[0]) => json(response, '{"value":[{"id"')],
])('a connection that breaks %s is retried', async (_, breakOff) => {
  await using server = await startArmServer((response, __, seen) =>
    seen.length <= 2 ? breakOff(response) : json(response, { value: ['whole'] }),
  );
  const context = newContext();

  const { items } = await drain(server.arm.pages(path, { apiVersion, context }));

  expect(items).toEqual(['whole']);
  expect(context.meter).toMatchObject({ requests: 3, retries: 2, pages: 1 });
});

test('JSON that is always cut off is an invalid response', async () => {
  await using server = await startArmServer((response) => json(response, '{"value":[{"id"'));

  const reading = server.arm.get(path, { apiVersion, context: newContext() });

  await expect(reading).rejects.toMatchObject({ code: 'InvalidResponse', message: expect.stringContaining('cut off') });
  expect(server.requests).toHaveLength(6);
});

test('an empty answer is retried, and is not called cut off', async () => {
  await using server = await startArmServer((response) => json(response, ''));

  const reading = server.arm.get(path, { apiVersion, context: newContext() });

  await expect(reading).rejects.toMatchObject({ message: `The answer to ${path} is empty` });
  expect(server.requests).toHaveLength(6);
});

test.each(["{'value':[]}", '{"value":[}', '{"value":[]}<!-- a gateway -->', '[object Object]'])(
  'an answer of %j is not JSON: it is not called cut off, and not retried',
  async (body) => {
    await using server = await startArmServer((response) => json(response, body));

    const reading = server.arm.get(path, { apiVersion, context: newContext() });

    await expect(reading).rejects.toMatchObject({ message: `The answer to ${path} is not JSON` });
    expect(server.requests).toHaveLength(1);
  },
);

test('a byte order mark before an answer is skipped', async () => {
  await using server = await startArmServer((response) => json(response, '\uFEFF{"value":["whole"]}'));

  const { items } = await drain(server.arm.pages(path, { apiVersion, context: newContext() }));

  expect(items).toEqual(['whole']);
});

test('a byte order mark before an error is skipped', async () => {
  const body = '\uFEFF{"error":{"code":"AuthorizationFailed","message":"no"}}';
  await using server = await startArmServer((response) => json(response, body, 403));

  const reading = server.arm.get(path, { apiVersion, context: newContext() });

  await expect(reading).rejects.toMatchObject({ code: 'AuthorizationFailed', message: 'no' });
});

test('an unreachable server is a failed connection', async () => {
  const server = await startArmServer((response) => json(response, {}));
  await server[Symbol.asyncDispose]();

  const reading = server.arm.get(path, { apiVersion, context: newContext() });

  await expect(reading).rejects.toMatchObject({
    code: 'ConnectionFailed',
    message: expect.stringContaining('ECONNREFUSED'),
  });
});

test('an untrusted certificate fails at once, and says what to do', async () => {
  await using server = await startArmServer((response) => json(response, {}));
  const { arm } = testClient(server.origin.replace('localhost', '127.0.0.1'));
  const context = newContext();

  const reading = arm.get(path, { apiVersion, context });

  await expect(reading).rejects.toMatchObject({
    code: 'ConnectionFailed',
    hint: expect.stringContaining('NODE_EXTRA_CA_CERTS'),
  });
  expect(context.meter.requests).toBe(1);
});

test('an abort ends every wait at once', async () => {
  await using server = await startArmServer((response) => json(response, throttling, 429, { 'retry-after': '60' }));
  const controller = new AbortController();
  // The wait is real. The time stands still, so that it is a whole minute on a busy machine, too.
  const { arm } = testClient(server.origin, { clock: { ...systemClock, now: () => 0 } });
  const context = newContext(controller.signal);
  const reading = arm.get(path, { apiVersion, context });
  await expect.poll(() => context.meter.throttledMilliseconds).toBe(60_000);

  controller.abort();

  await expect(reading).rejects.toMatchObject({ name: 'AbortError' });
});
