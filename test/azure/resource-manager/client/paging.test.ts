import { expect, test } from 'vitest';
import { drain, json, newContext, startArmServer } from '../fixtures/arm-server.ts';

const list = '/subscriptions/s1/providers/Microsoft.Compute/virtualMachines';
const apiVersion = '2026-04-01';

test('a list continues after empty pages, and each page is counted', async () => {
  await using server = await startArmServer((response, { url }) => {
    const at = url.searchParams.get('$skiptoken');
    if (at === null)
      json(response, { value: [1], nextLink: `${server.origin}${url.pathname}?%24skiptoken=2&api-version=x` });
    else if (at === '2') json(response, { value: [], nextLink: `${url.pathname}?%24skiptoken=3` });
    else json(response, { value: [2, 3], nextLink: null });
  });
  const context = newContext();

  const { items, pages } = await drain(server.arm.pages(list, { apiVersion, query: { statusOnly: 'true' }, context }));

  expect(items).toEqual([1, 2, 3]);
  expect(pages).toBe(3);
  expect(context.meter).toMatchObject({ requests: 3, pages: 3, retries: 0, throttledMilliseconds: 0 });
  expect(server.requests[0]?.url.searchParams.get('statusOnly')).toBe('true');
  expect(server.requests.map(({ url }) => url.searchParams.get('api-version'))).toEqual([apiVersion, 'x', 'x']);
});

test.each([
  ['null', null],
  ['an empty text', ''],
  ['missing', undefined],
])('nextLink %s ends a list', async (_, nextLink) => {
  await using server = await startArmServer((response) => json(response, { value: [1], nextLink }));

  const { pages } = await drain(server.arm.pages(list, { apiVersion, context: newContext() }));

  expect(pages).toBe(1);
});

test('a nextLink to another host is not followed, and nothing is sent there', async () => {
  await using foreign = await startArmServer((response) => json(response, { value: [666] }));
  await using server = await startArmServer((response) =>
    json(response, { value: [1], nextLink: `${foreign.origin}/x` }),
  );

  const reading = drain(server.arm.pages(list, { apiVersion, context: newContext() }));

  await expect(reading).rejects.toMatchObject({
    code: 'ForeignNextLink',
    message: expect.stringContaining(foreign.origin),
  });
  expect(foreign.requests).toHaveLength(0);
});

test.each([
  ['http on the same host', (origin: string) => `${origin.replace('https:', 'http:')}/next`],
  ['a host that only begins like ours', () => 'https://localhost.evil.example/next'],
  [
    'a user name before the host',
    (origin: string) => `${origin.replace('https://', 'https://management.azure.com@')}/next`,
  ],
  ['an address without a scheme', () => '//evil.example/next'],
])('a nextLink that is %s counts as foreign', async (_, link) => {
  await using server = await startArmServer((response) => json(response, { value: [], nextLink: link(server.origin) }));

  const reading = drain(server.arm.pages(list, { apiVersion, context: newContext() }));

  await expect(reading).rejects.toMatchObject({ code: 'ForeignNextLink' });
  expect(server.requests).toHaveLength(1);
});

test('a list that points to its own page fails', async () => {
  await using server = await startArmServer((response, { url }) =>
    json(response, { value: [1], nextLink: `${server.origin}${url.pathname}${url.search}` }),
  );

  const reading = drain(server.arm.pages(list, { apiVersion, context: newContext() }));

  await expect(reading).rejects.toMatchObject({ code: 'NextLinkLoop' });
  expect(server.requests).toHaveLength(1);
});

test('a list that goes in a cycle fails after its pages were returned', async () => {
  await using server = await startArmServer((response, { url }) => {
    const next = url.searchParams.get('p') === 'b' ? 'a' : 'b';
    json(response, { value: [next], nextLink: `${server.origin}/list?api-version=1&p=${next}` });
  });
  const seen: unknown[] = [];

  const reading = server.arm.pages('/list', { apiVersion: '1', context: newContext() }).read((page) => {
    seen.push(...page);
  });

  await expect(reading).rejects.toMatchObject({ code: 'NextLinkLoop' });
  expect(seen).toEqual(['b', 'a', 'b']);
});

test.each([
  ['a null value', '{"value":null}'],
  ['no value', '{"items":[]}'],
  ['an object as value', '{"value":{}}'],
  ['an array instead of a page', '[1]'],
  ['null', 'null'],
  ['HTML', '<html>gateway</html>'],
  ['a number as nextLink', '{"value":[],"nextLink":7}'],
  ['a nextLink that is no address', '{"value":[],"nextLink":"https://"}'],
])('an answer with %s is an invalid response, and is not retried', async (_, body) => {
  await using server = await startArmServer((response) => json(response, body));

  const reading = drain(server.arm.pages(list, { apiVersion, context: newContext() }));

  await expect(reading).rejects.toMatchObject({ code: 'InvalidResponse' });
  expect(server.requests).toHaveLength(1);
});

test('an abort ends a list between two pages', async () => {
  await using server = await startArmServer((response, _, seen) =>
    json(response, { value: [seen.length], nextLink: `/next?p=${seen.length}` }),
  );
  const controller = new AbortController();
  const reason = new Error('enough');

  const reading = server.arm.pages(list, { apiVersion, context: newContext(controller.signal) }).read((page) => {
    if (page[0] === 3) controller.abort(reason);
  });

  await expect(reading).rejects.toBe(reason);
  expect(server.requests).toHaveLength(3);
});

test('an abort ends a list while it waits for a page', async () => {
  const controller = new AbortController();
  await using server = await startArmServer((response, _, seen) => {
    if (seen.length === 1) json(response, { value: [1], nextLink: '/next' });
    else {
      response.writeHead(200, { 'content-type': 'application/json' });
      response.write('{"value":[');
      controller.abort();
    }
  });

  const reading = drain(server.arm.pages(list, { apiVersion, context: newContext(controller.signal) }));

  await expect(reading).rejects.toMatchObject({ name: 'AbortError' });
});
