import { expect, test } from 'vitest';
import { findAuthors } from '../../lib/collect/find-authors.ts';
import type { AuthorQuestion } from '../../lib/inventory/authors/author-search.ts';
import { json, startArmServer } from '../azure/resource-manager/fixtures/arm-server.ts';

const subscriptionId = '11111111-0000-4000-8000-000000000001';
const group = `/subscriptions/${subscriptionId}/resourceGroups/rg`;
const idOf = (name: string) => `${group}/providers/Microsoft.Compute/virtualMachines/${name}`;
const until = new Date().toISOString();
const at = new Date(Date.now() - 60_000).toISOString();
const after = new Date(Date.now() - 120_000).toISOString();
const question = (resourceIds: readonly string[], more: Partial<AuthorQuestion> = {}): AuthorQuestion => {
  return { kind: 'virtualMachineUpdated', resourceIds, after, until, ...more };
};
const event = (resourceId: string, more: object = {}) => ({
  resourceId,
  eventTimestamp: at,
  status: { value: 'Succeeded' },
  operationName: { value: 'Microsoft.Compute/virtualMachines/write' },
  caller: 'ada@example.com',
  ...more,
});
const request = (more: object = {}) => ({
  subscriptionIds: new Set([subscriptionId]),
  signal: AbortSignal.timeout(20_000),
  ...more,
});

test('a log that never answers ends with the time of all requests', async () => {
  await using server = await startArmServer(() => undefined);

  const answers = await findAuthors([question([idOf('a')])], { arm: server.arm, ...request({ mostMs: 100 }) });

  expect(answers).toEqual([{ status: 'notRead', visible: true }]);
});

test('a run that is cancelled ends with its own reason', async () => {
  await using server = await startArmServer(() => undefined);
  const cancelled = new AbortController();
  const answers = findAuthors([question([idOf('a')])], { arm: server.arm, ...request({ signal: cancelled.signal }) });

  cancelled.abort(new Error('cancelled'));

  await expect(answers).rejects.toThrow('cancelled');
});

test('the request is in the grammar of the API, whatever characters the id has', async () => {
  await using server = await startArmServer((response) => json(response, { value: [] }));
  const id = idOf("it's' or 1 eq 1 & $top=1#\ud800");

  await findAuthors([question([id])], { arm: server.arm, ...request() });

  const [{ url } = { url: new URL('https://none') }] = server.requests;
  expect(url.pathname).toBe(
    `/subscriptions/${subscriptionId}/providers/Microsoft.Insights/eventtypes/management/values`,
  );
  expect(url.searchParams.get('api-version')).toBe('2015-04-01');
  expect(url.searchParams.get('$filter')).toBe(
    `eventTimestamp ge '${after}' and eventTimestamp le '${until}' and resourceUri eq '${idOf("it''s'' or 1 eq 1 & $top=1#\ufffd")}'`,
  );
  expect([...url.searchParams.keys()]).toEqual(['api-version', '$filter', '$select']);
});

test('nothing is asked of a subscription that this identity does not see, of another provider, or without a window', async () => {
  await using server = await startArmServer((response) => json(response, { value: [] }));
  const other = idOf('a').replace(subscriptionId, '22222222-0000-4000-8000-000000000002');

  const answers = await findAuthors(
    [
      question([other]),
      question([
        '/providers/Microsoft.Management/managementGroups/top/providers/Microsoft.Authorization/roleAssignments/1',
      ]),
      question([`${group}/providers/Microsoft.Evil/things/x`]),
      question([`/subscriptions/../x/providers/Microsoft.Compute/virtualMachines/x`]),
      question([idOf('a')], { after: new Date(Date.now() + 60_000).toISOString() }),
    ],
    { arm: server.arm, ...request() },
  );

  expect(new Set(answers.map((answer) => JSON.stringify(answer)))).toEqual(
    new Set([JSON.stringify({ status: 'notRead', visible: false })]),
  );
  expect(server.requests).toEqual([]);
});

test('events that are no events are left out, and texts of any type harm nothing', async () => {
  const id = idOf('a');
  const odd = [
    null,
    1,
    'x',
    [],
    {},
    event(id, { eventTimestamp: 'yesterday' }),
    event(id, { status: null }),
    { ...event(id), resourceId: 7 },
  ];
  const found = event(id, { caller: { toString: 'x' }, claims: [], httpRequest: 'x', correlationId: 5 });
  await using server = await startArmServer((response) => json(response, { value: [...odd, found] }));

  const [answer] = await findAuthors([question([id])], { arm: server.arm, ...request() });

  expect(answer).toMatchObject({
    status: 'found',
    found: { event: { caller: null, clientIpAddress: null, correlationId: null } },
  });
});

test('the move of a group is the author of those machines only that it lists', async () => {
  const [listed, similar] = [idOf('vm-1'), idOf('vm-10')];
  const move = event(group, {
    operationName: { value: 'Microsoft.Resources/subscriptions/resourceGroups/moveResources/action' },
    properties: { requestbody: JSON.stringify({ resources: [similar.toUpperCase()] }) },
  });
  await using server = await startArmServer((response, { url }) => {
    json(response, { value: url.searchParams.get('$filter')?.includes('Microsoft.Compute') ? [] : [move] });
  });
  const moved = (id: string) => question([id.replace('/rg/', '/rg-new/'), id], { kind: 'virtualMachineMoved' });

  const answers = await findAuthors([moved(listed), moved(similar)], { arm: server.arm, ...request() });

  expect(answers.map(({ status }) => status)).toEqual(['notFound', 'found']);
});

const newId = idOf('vm').replace('/rg/', '/rg-new/');
const done = (what: string, resourceId = idOf('vm')) =>
  event(resourceId, {
    operationName: { value: `Microsoft.Compute/virtualMachines/${what}` },
    caller: `${what}@example.com`,
  });
test.each([
  ['virtualMachineCreated', [done('write'), done('delete')], 'a write before a delete created nothing that is there'],
  ['virtualMachineRecreated', [done('write'), done('delete')], 'the same'],
  ['virtualMachineDeleted', [done('delete'), done('write')], 'a write is no delete'],
  ['virtualMachineMoved', [done('write')], 'a write of the old id moved nothing'],
  ['virtualMachineMoved', [done('write', newId)], 'write@example.com'],
  ['virtualMachineMoved', [done('move/action')], 'move/action@example.com'],
  ['identityAttached', [done('start/action')], 'an action attaches nothing'],
] as const)('%s after %j: %s', async (kind, events, expected) => {
  const time = (index: number) => new Date(Date.parse(at) + index).toISOString();
  const value = events.map((one, index) => ({ ...one, eventTimestamp: time(index) }));
  await using server = await startArmServer((response, { url }) => {
    json(response, { value: url.searchParams.get('$filter')?.includes('Microsoft.Resources') ? [] : value });
  });

  const resourceIds = kind === 'virtualMachineMoved' ? [newId, idOf('vm')] : [idOf('vm')];
  const [answer] = await findAuthors([question(resourceIds, { kind })], { arm: server.arm, ...request() });

  const caller = answer?.status === 'found' ? answer.found.event.caller : null;
  expect(caller).toBe(expected.includes('@') ? expected : null);
});

test('an author on the last page of a long log is found', async () => {
  const noise = Array.from({ length: 200 }, (_, number) =>
    event(idOf(`other-${number}`), { properties: 'x'.repeat(100) }),
  );
  await using server = await startArmServer((response, { url }) => {
    const page = Number(url.searchParams.get('page') ?? 0);
    const nextLink = page < 49 ? `/next?api-version=2015-04-01&page=${page + 1}` : null;
    json(response, { value: page === 49 ? [event(idOf('a'))] : noise, nextLink });
  });

  const answers = await findAuthors([question([idOf('a')]), question([idOf('b')])], { arm: server.arm, ...request() });

  expect(answers.map(({ status }) => status)).toEqual(['found', 'notFound']);
  expect(server.requests).toHaveLength(50);
});
