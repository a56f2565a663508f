import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { FaultAnswer } from '../../local/azure/faults/faults.ts';
import { type LocalAzure, startLocalAzure } from '../../local/azure/local-azure.ts';
import { createSampleTenant } from '../../local/azure/sample-tenant.ts';
import { computeThrottled, identityError, serverError, throttled } from '../support/fault-presets.ts';
import { createPlainClient, type PlainClient } from './azure-client.ts';

let azure: LocalAzure;
let client: PlainClient;
let list: string;

beforeAll(async () => {
  const tenant = createSampleTenant({ subscriptions: 1, vms: 6, awkward: false });
  azure = await startLocalAzure({ tenant, pageSize: 4 });
  client = createPlainClient(azure);
  list = `/subscriptions/${tenant.subscriptions()[0]?.subscriptionId}/providers/Microsoft.Compute/virtualMachines?api-version=2026-04-01`;
});
afterEach(() => azure.reset());
afterAll(async () => {
  client[Symbol.dispose]();
  await azure.stop();
});

function once(answer: FaultAnswer): void {
  azure.faults.add({ match: { path: 'virtualMachines$' }, times: 1, answer });
}

test.each<[string, FaultAnswer, number, Record<string, string>]>([
  ['seconds', throttled({ seconds: 3 }), 429, { 'retry-after': '3' }],
  ['a date', throttled({ date: new Date(0) }), 429, { 'retry-after': 'Thu, 01 Jan 1970 00:00:00 GMT' }],
  ['milliseconds', throttled({ milliseconds: 20 }), 429, { 'retry-after-ms': '20' }],
  ['Compute in seconds', computeThrottled({ seconds: 1200 }), 429, { 'retry-after': '1200' }],
  ['server error', serverError(502), 502, {}],
])('a status fault (%s) applies once and not to the next request', async (_, answer, status, headers) => {
  once(answer);
  const [struck, next] = [await client.arm(list), await client.arm(list)];
  expect(struck.status).toBe(status);
  expect(struck.headers).toMatchObject(headers);
  expect(next.status).toBe(200);
  expect(azure.faults.strikes).toEqual([1]);
});

test('connections are reset before and in the middle of the body', async () => {
  once({ kind: 'reset' });
  await expect(client.arm(list)).rejects.toThrow(/ECONNRESET|socket hang up/);
  once({ kind: 'resetMidBody' });
  await expect(client.arm(list)).rejects.toThrow('aborted');
  expect((await client.arm(list)).status).toBe(200);
});

test('bodies are truncated, replaced by HTML, or lack their value', async () => {
  const bodies = [];
  for (const kind of ['truncatedJson', 'html', 'valueNull', 'valueMissing'] as const) {
    once({ kind });
    bodies.push(await client.arm(list));
  }
  expect(bodies.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
  expect(bodies[0]?.text).toMatch(/^\{"value":\[/);
  expect(bodies[0]?.json).toBeUndefined();
  expect(bodies[1]?.text).toMatch(/^<!DOCTYPE html>/);
  expect(bodies.slice(2).map(({ json }) => json)).toEqual([{ value: null }, {}]);
});

test('an empty page leads to the requested page, and a slow one arrives whole', async () => {
  once({ kind: 'emptyPage' });
  const empty = await client.arm(list);
  once({ kind: 'slowDrip', bytes: 4000, everyMs: 1 });
  const rows = await client.armRows(empty.json.nextLink ?? '');
  expect(empty.json.value).toEqual([]);
  expect(rows).toHaveLength(6);
});

test('next links lead astray in each of five ways', async () => {
  const links: string[] = [];
  for (const to of ['foreign', 'http', 'itself', 'relative'] as const) {
    once({ kind: 'nextLink', to });
    links.push((await client.arm(list)).json.nextLink ?? '');
  }
  expect(new URL(links[0] ?? '').host).not.toBe(new URL(azure.endpoint).host);
  expect(links[1]).toMatch(/^http:/);
  expect(links[2]).toBe(`${azure.endpoint}${list}`);
  expect(links[3]).toMatch(/^\/subscriptions\//);

  azure.faults.add({ match: { path: 'virtualMachines$' }, answer: { kind: 'nextLink', to: 'cycle' } });
  const cycle = [list];
  for (let page = 0; page < 4; page++) cycle.push((await client.arm(cycle.at(-1) ?? '')).json.nextLink ?? '');
  expect(cycle[3]).toBe(cycle[1]);
  expect(cycle[2]).not.toBe(cycle[1]);
});

test('a short list omits rows by count and by id', async () => {
  const full = await client.arm(list);
  const first = String(full.json.value[0]?.id);
  once({ kind: 'shortList', count: 1 });
  const byCount = await client.arm(list);
  once({ kind: 'shortList', ids: [first.toUpperCase()] });
  const byId = await client.arm(list);
  expect(byCount.json.value).toEqual(full.json.value.slice(0, -1));
  expect(byId.json.value).toEqual(full.json.value.slice(1));
});

test.each(['expiredToken', 'claimsChallenge'] as const)(
  'after %s the same token stays refused and a new one is accepted',
  async (kind) => {
    const mint = () => azure.tokens.mint(azure.tenant.systemAssignedIdentity, 'https://management.azure.com').token;
    const [old, fresh] = [mint(), mint()];
    once({ kind });
    const answers = [await client.arm(list, old), await client.arm(list, old), await client.arm(list, fresh)];
    expect(answers.map(({ status }) => status)).toEqual([401, 401, 200]);
    expect(answers[1]?.json.error?.code).toBe('ExpiredAuthenticationToken');
    const header = String(answers[0]?.headers['www-authenticate']);
    expect(header.includes('insufficient_claims')).toBe(kind === 'claimsChallenge');
  },
);

test('rules match by endpoint, method and query, and can let requests pass first', async () => {
  azure.faults.add(
    { match: { endpoint: 'identity' }, answer: identityError(410) },
    { match: { query: /statusOnly=true/ }, skip: 1, answer: serverError(500) },
  );
  const identity = await client.identity('/msi/token');
  const statuses = [];
  for (const path of [list, `${list}&statusOnly=true`, `${list}&statusOnly=true`])
    statuses.push((await client.arm(path)).status);
  expect(identity.status).toBe(410);
  expect(statuses).toEqual([200, 200, 500]);
});

test('an unanswered request ends when the stand-in stops', async () => {
  await using own = await startLocalAzure({ tenant: azure.tenant });
  using ownClient = createPlainClient(own);
  own.faults.add({ match: {}, answer: { kind: 'never' } });
  const pending = ownClient.arm(list);
  const refused = expect(pending).rejects.toThrow();
  await expect.poll(() => own.requests.length).toBe(1);
  await own.stop();
  await refused;
});
