import { expect, test } from 'vitest';
import { answerFollowUps } from '../../lib/collect/answer-follow-ups.ts';
import type { FollowUp } from '../../lib/inventory/reading.ts';
import { type Answer, json, startArmServer, testClient } from '../azure/resource-manager/fixtures/arm-server.ts';
import { guid } from '../support/readings.ts';

const inGroup = (type: string, name: string, number = 1) =>
  `/subscriptions/${guid(number)}/resourceGroups/rg/providers/${type}/${name}`;
const vm = (name: string, number = 1) => inGroup('Microsoft.Compute/virtualMachines', name, number);
const identity = (name: string) => inGroup('Microsoft.ManagedIdentity/userAssignedIdentities', name);

type Ask = FollowUp extends infer Each ? (Each extends { answer: unknown } ? Omit<Each, 'answer'> : never) : never;

/** Asks a server rounds of questions. @returns the answers by resource id */
async function ask(rounds: readonly (readonly Ask[])[], answer: Answer, concurrency = 8) {
  await using server = await startArmServer(answer);
  const { arm } = testClient(server.origin, { concurrency });
  const answers = new Map<string, unknown>();
  const left = rounds.map((round) =>
    round.map((question): FollowUp => {
      const keep = (verification: unknown): void => void answers.set(question.resourceId, verification);
      return { ...question, answer: keep };
    }),
  );
  await answerFollowUps({ followUps: () => left.shift() ?? [] }, arm, new AbortController().signal);
  return { answers, paths: server.requests.map(({ url }) => `${url.pathname}${url.search}`) };
}

test('machines of each type and identities are read by their id, with the version of their own service', async () => {
  const set = inGroup('Microsoft.Compute/virtualMachineScaleSets', 'set-1');
  const arc = inGroup('Microsoft.HybridCompute/machines', 'arc-1');
  const { answers, paths } = await ask(
    [
      [
        { ask: 'machine', resourceId: vm('vm-1'), type: 'Microsoft.Compute/virtualMachines' },
        { ask: 'machine', resourceId: set, type: 'Microsoft.Compute/virtualMachineScaleSets' },
        { ask: 'machine', resourceId: arc, type: 'Microsoft.HybridCompute/machines' },
        { ask: 'identity', resourceId: identity('u-1') },
      ],
    ],
    (response, { url }) => json(response, { id: url.pathname, properties: { clientId: 'c' } }),
  );

  for (const id of [vm('vm-1'), set, arc, identity('u-1')]) {
    expect(answers.get(id)).toMatchObject({ outcome: 'present', reading: { id } });
  }
  expect(paths.toSorted()).toEqual(
    [
      `${vm('vm-1')}?api-version=2026-04-01`,
      `${set}?api-version=2026-04-01`,
      `${arc}?api-version=2025-01-13`,
      `${identity('u-1')}?api-version=2024-11-30`,
    ].toSorted(),
  );
});

test('federated credentials and client ids are requested below their resource', async () => {
  const { answers, paths } = await ask(
    [
      [
        { ask: 'federatedCredentials', resourceId: identity('u-1') },
        { ask: 'clientId', resourceId: vm('vm-1') },
      ],
    ],
    (response, { url }) =>
      url.pathname.endsWith('/default')
        ? json(response, { properties: { principalId: 'p', clientId: null } })
        : json(response, {
            value: [{ name: 'c', properties: { issuer: 'https://i', subject: 's', audiences: ['a'] } }],
          }),
  );

  expect(answers.get(identity('u-1'))).toEqual({
    outcome: 'present',
    reading: [{ name: 'c', issuer: 'https://i', subject: 's', audiences: ['a'] }],
  });
  expect(answers.get(vm('vm-1'))).toEqual({ outcome: 'present', reading: { principalId: 'p', clientId: null } });
  expect(paths.toSorted()).toEqual(
    [
      `${vm('vm-1')}/providers/Microsoft.ManagedIdentity/identities/default?api-version=2024-11-30`,
      `${identity('u-1')}/federatedIdentityCredentials?api-version=2024-11-30`,
    ].toSorted(),
  );
});

const questions: readonly Ask[] = [
  { ask: 'machine', resourceId: vm('vm-1'), type: 'Microsoft.Compute/virtualMachines' },
  { ask: 'identity', resourceId: identity('u-1') },
  { ask: 'federatedCredentials', resourceId: identity('u-2') },
  { ask: 'clientId', resourceId: vm('vm-2') },
];

test.each([
  [404, 'ResourceNotFound', { outcome: 'absent' }],
  [404, 'ResourceGroupNotFound', { outcome: 'absent' }],
  [404, 'SubscriptionNotFound', { outcome: 'unverified', reason: { code: 'SubscriptionNotFound' } }],
  [403, 'AuthorizationFailed', { outcome: 'unverified', reason: { code: 'AuthorizationFailed' } }],
  [500, 'InternalServerError', { outcome: 'unverified', reason: { code: 'InternalServerError' } }],
  [429, 'TooManyRequests', { outcome: 'unverified', reason: { code: 'Throttled' } }],
])('%i %s means the same to every question', async (status, code, expected) => {
  const { answers } = await ask([questions], (response) =>
    json(response, { error: { code, message: 'said so' } }, status, status === 429 ? { 'retry-after': '60' } : {}),
  );

  for (const { resourceId } of questions) expect(answers.get(resourceId), resourceId).toMatchObject(expected);
});

test('a response that cannot be parsed does not prove absence', async () => {
  const { answers } = await ask([questions.slice(0, 3)], (response) => json(response, { value: null }));

  for (const { resourceId } of questions.slice(0, 3)) {
    expect(answers.get(resourceId)).toMatchObject({ outcome: 'unverified', reason: { code: 'InvalidResponse' } });
  }
});

test('a scale set that has become Flexible is no longer a row', async () => {
  const set = inGroup('Microsoft.Compute/virtualMachineScaleSets', 'set-1');
  const question: Ask = { ask: 'machine', resourceId: set, type: 'Microsoft.Compute/virtualMachineScaleSets' };
  const { answers } = await ask([[question]], (response) =>
    json(response, { id: set, properties: { orchestrationMode: 'Flexible' } }),
  );

  expect(answers.get(set)).toEqual({ outcome: 'absent' });
});

test('a round begins when all questions of the previous round are answered', async () => {
  const answered: string[] = [];
  const question = (name: string): FollowUp => ({
    ask: 'machine',
    type: 'Microsoft.Compute/virtualMachines',
    resourceId: vm(name),
    answer: ({ outcome }: { readonly outcome: string }) => void answered.push(`${name} ${outcome}`),
  });
  await using server = await startArmServer((response, { url }) => json(response, { id: url.pathname }));
  const { arm } = testClient(server.origin);
  const seen: string[][] = [];
  const rounds = [[question('a'), question('b')], [question('c')]];
  const followUps = (): readonly FollowUp[] => {
    seen.push(answered.toSorted());
    return rounds.shift() ?? [];
  };

  await answerFollowUps({ followUps }, arm, new AbortController().signal);

  expect(seen).toEqual([[], ['a present', 'b present'], ['a present', 'b present', 'c present']]);
});

test('a throttled subscription fails its own questions, and not those of others', async () => {
  const many = Array.from({ length: 300 }, (_, index): Ask => {
    const resourceId = vm(`vm-${index}`, index % 2 === 0 ? 1 : 2);
    return { ask: 'clientId', resourceId };
  });
  const { answers, paths } = await ask([many], (response, { url }) =>
    url.pathname.includes(guid(1))
      ? json(response, { error: { code: 'TooManyRequests', message: 'wait' } }, 429, { 'retry-after': '60' })
      : json(response, { properties: { clientId: 'c' } }),
  );

  const outcomes = [...answers].map(([id, answer]) => [id.includes(guid(1)), (answer as { outcome: string }).outcome]);
  expect(outcomes.filter(([throttled, outcome]) => throttled && outcome === 'unverified')).toHaveLength(150);
  expect(outcomes.filter(([throttled, outcome]) => !throttled && outcome === 'present')).toHaveLength(150);
  // All of them share five minutes of waiting.
  expect(paths.filter((path) => path.includes(guid(1))).length).toBeLessThan(100);
});

test.each(['InvalidResourceNamespace', 'InvalidResourceType', 'SubscriptionNotFound'])(
  'a 404 %s proves nothing about a resource',
  async (code) => {
    const { answers } = await ask([questions], (response) => json(response, { error: { code, message: 'no' } }, 404));

    for (const answer of answers.values()) expect(answer).toMatchObject({ outcome: 'unverified', reason: { code } });
  },
);

test('without a token nothing is answered', async () => {
  const refused = ask([questions], (response) =>
    json(response, { error: { code: 'ExpiredAuthenticationToken', message: 'no' } }, 401),
  );

  await expect(refused).rejects.toMatchObject({ name: 'NoTokenError' });
});

test('an aborted signal sends no request', async () => {
  const answered: unknown[] = [];
  const question: FollowUp = {
    ask: 'identity',
    resourceId: identity('u-1'),
    answer: (verification: unknown) => void answered.push(verification),
  };
  await using server = await startArmServer((response) => json(response, {}));
  const { arm } = testClient(server.origin);

  const stopped = answerFollowUps({ followUps: () => [question] }, arm, AbortSignal.abort(new Error('enough')));

  await expect(stopped).rejects.toThrow('enough');
  expect(answered).toEqual([]);
  expect(server.requests).toEqual([]);
});
