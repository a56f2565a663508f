import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openForReading } from '../../lib/database/database.ts';
import { resolveAsOf } from '../../lib/database/queries/as-of.ts';
import { readLedger } from '../../lib/database/queries/coverage/ledger.ts';
import { iterateVirtualMachines } from '../../lib/database/queries/machines/virtual-machines.ts';
import type { Coverage } from '../../lib/inventory/coverage.ts';
import type { Run } from '../../lib/inventory/run.ts';
import type { VirtualMachine } from '../../lib/inventory/virtual-machine.ts';
import { collectIntoFile } from '../../lib/run/collect-into-file.ts';
import type { Environment } from '../../lib/settings.ts';
import type { FaultAnswer, FaultRule } from '../../local/azure/faults/faults.ts';
import { type AzureForTests, startAzureForTests } from '../support/azure-session.ts';
import { casesOf } from '../support/cases.ts';
import { computeThrottled, forbidden, serverError, throttled } from '../support/fault-presets.ts';

/** Three plain subscriptions of 25 machines, ten on a page. */
const tenant = { subscriptions: 3, vms: 25, awkward: false };

let stand: AzureForTests;
let folder: string;
beforeEach(async () => {
  stand = await startAzureForTests(tenant);
  folder = mkdtempSync(join(tmpdir(), 'vm-identities-'));
});
afterEach(async () => {
  rmSync(folder, { recursive: true });
  await stand[Symbol.asyncDispose]();
});

const databasePath = () => join(folder, 'inventory.sqlite');
async function collect(environment: Environment = {}, scope: readonly string[] | null = null): Promise<Run> {
  const settings = stand.settings(environment);
  const session = stand.session(settings);
  const signal = AbortSignal.timeout(20_000);
  return collectIntoFile({ databasePath: databasePath(), session, settings, trigger: 'cli', scope, signal });
}
function read(): { machines: VirtualMachine[]; coverage: readonly Coverage[]; blindSpots: readonly unknown[] | null } {
  const database = openForReading(databasePath());
  try {
    const asOf = resolveAsOf(database, null);
    return { machines: [...iterateVirtualMachines(database, asOf, {})], ...readLedger(database, asOf) };
  } finally {
    database.close();
  }
}
const subscriptionId = (index: number): string => stand.azure.tenant.subscriptions()[index]?.subscriptionId ?? '';
const ledgerOf = (id: string) => read().coverage.find((row) => row.subscriptionId === id);
const list = (index: number): FaultRule['match'] => ({
  path: `${subscriptionId(index)}/providers/Microsoft.Compute/virtualMachines$`,
  query: '^(?!.*statusOnly)',
});

test('every field that Azure shows is in the inventory', async () => {
  const run = await collect();
  expect(run).toMatchObject({ status: 'succeeded', complete: true, virtualMachineCount: 75 });
  const truth = stand.azure.tenant
    .truth()
    .flatMap(({ virtualMachines, powerStates }) =>
      virtualMachines.map((machine) => ({ machine, powerState: powerStates[machine.id] ?? null })),
    );
  const rows = new Map(read().machines.map((row) => [row.id, row]));
  expect(rows.size).toBe(truth.length);
  for (const { machine, powerState } of truth) {
    const row = rows.get(machine.id);
    expect(row).toMatchObject({
      name: machine.name,
      location: machine.location,
      vmId: machine.properties.vmId,
      vmSize: machine.properties.hardwareProfile?.vmSize ?? null,
      osType: machine.properties.storageProfile?.osDisk.osType ?? null,
      priority: machine.properties.priority ?? 'Regular',
      scaleSetId: machine.properties.virtualMachineScaleSet?.id ?? null,
      tags: machine.tags ?? {},
      zones: machine.zones ?? [],
      powerState,
      stale: false,
    });
    expect(row?.identity.principalId ?? null).toBe(machine.identity?.principalId ?? null);
    expect(row?.identity.userAssignedIdentities).toEqual(machine.identity?.userAssignedIdentities ?? {});
    expect(row?.identity.type.replaceAll(' ', '').toLowerCase()).toBe(
      (machine.identity?.type ?? 'None').replaceAll(' ', '').toLowerCase(),
    );
  }
});

test('no request is made twice: the lists, the rights, and what only the merge asks', async () => {
  await collect();

  const requests = stand.azure.requests.map(({ path, query }) => `${path}?${query}`);
  expect(new Set(requests).size).toBe(requests.length);
  const [byId, lists] = [true, false].map((one) => requests.filter((path) => /resourceGroups/i.test(path) === one));
  // One list of subscriptions, two pages of roles; for each of three: rights, three pages of machines, three of power states, four
  // other lists.
  expect(lists).toHaveLength(1 + 2 + 3 * (1 + 3 + 3 + 4));
  for (const path of byId ?? []) {
    expect(path).toMatch(/userAssignedIdentities\/([^/]+\/federatedIdentityCredentials|id-\w+-deleted)\?/);
  }
});

const broken: readonly [string, FaultAnswer, Partial<FaultRule>, string, string][] = [
  ['403', forbidden('Microsoft.Compute/virtualMachines/read', '/subscriptions/x'), {}, 'denied', 'AuthorizationFailed'],
  ['403 on the second page', forbidden('x', 'y'), { skip: 1 }, 'partial', 'AuthorizationFailed'],
  [
    '404',
    { kind: 'status', status: 404, body: { error: { code: 'SubscriptionNotFound', message: 'gone' } } },
    {},
    'failed',
    'SubscriptionNotFound',
  ],
  ['500 for ever', serverError(500), {}, 'failed', 'InternalServerError'],
  ['502 from the second page on', serverError(502), { skip: 1 }, 'partial', 'ProviderError'],
  ['resets', { kind: 'reset' }, {}, 'failed', 'ConnectionFailed'],
  ['resets in mid-body from the second page on', { kind: 'resetMidBody' }, { skip: 1 }, 'partial', 'ConnectionFailed'],
  ['truncated JSON', { kind: 'truncatedJson' }, {}, 'failed', 'InvalidResponse'],
  ['HTML with 200', { kind: 'html' }, {}, 'failed', 'InvalidResponse'],
  ['value null', { kind: 'valueNull' }, {}, 'failed', 'InvalidResponse'],
  ['value missing on the second page', { kind: 'valueMissing' }, { skip: 1 }, 'partial', 'InvalidResponse'],
  ['a nextLink to another host', { kind: 'nextLink', to: 'foreign' }, {}, 'partial', 'ForeignNextLink'],
  ['a nextLink to http', { kind: 'nextLink', to: 'http' }, {}, 'partial', 'ForeignNextLink'],
  ['a nextLink to itself', { kind: 'nextLink', to: 'itself' }, {}, 'partial', 'NextLinkLoop'],
  ['429 with Retry-After: 1200 for ever', throttled({ seconds: 1200 }), {}, 'failed', 'Throttled'],
  [
    'Compute’s 429 for ever, from the second page on',
    computeThrottled({ seconds: 60 }),
    { skip: 1 },
    'partial',
    'Throttled',
  ],
];

describe('one subscription of three that breaks', () => {
  test.each(casesOf(5, broken))(
    '%s: its machines stay and are stale, nothing ends, the others are complete',
    async (_what, answer, rule, status, code) => {
      await collect();
      stand.azure.faults.add({ match: list(1), answer, ...rule });
      const run = await collect();
      expect(run).toMatchObject({ complete: false, virtualMachineCount: 75, changes: {} });
      expect(run.coverage).toMatchObject({ complete: 2, [status]: 1 });
      expect(ledgerOf(subscriptionId(1))).toMatchObject({ status, reason: { code } });
      const stale = read().machines.filter((machine) => machine.stale);
      const shown = status === 'partial' ? 10 : 0;
      expect(stale.map((machine) => machine.subscriptionId)).toEqual(Array(25 - shown).fill(subscriptionId(1)));
      stand.azure.faults.clear();
      expect(await collect()).toMatchObject({ complete: true, changes: {} });
      expect(read().machines.filter((machine) => machine.stale)).toEqual([]);
    },
  );

  const mended: readonly [string, FaultAnswer, Partial<FaultRule>][] = [
    ['two 503 in a row', serverError(503), { times: 2 }],
    ['a reset in mid-body', { kind: 'resetMidBody' }, { times: 1 }],
    ['truncated JSON once', { kind: 'truncatedJson' }, { times: 1 }],
    ['429 with Retry-After in seconds', throttled({ seconds: 7 }), { times: 1 }],
    ['a claims challenge', { kind: 'claimsChallenge' }, { times: 1 }],
    ['an empty page with a nextLink', { kind: 'emptyPage' }, { times: 1 }],
    ['a reset', { kind: 'reset' }, { times: 1 }],
    ['429 with Retry-After as a date', throttled({ date: new Date(Date.now() + 20_000) }), { times: 1 }],
    ['429 with milliseconds', throttled({ milliseconds: 900 }), { times: 1 }],
    ['429 without a word', throttled('absent'), { times: 1 }],
    ['Compute’s 429', computeThrottled({ seconds: 3 }), { times: 1 }],
    ['a relative nextLink', { kind: 'nextLink', to: 'relative' }, { times: 1 }],
    ['a token that Resource Manager calls expired', { kind: 'expiredToken' }, { times: 1 }],
    ['slow drip', { kind: 'slowDrip', bytes: 8000, everyMs: 1 }, { times: 1 }],
  ];
  test.each(casesOf(6, mended))('%s: the client recovers, and the run is complete', async (_what, answer, rule) => {
    stand.azure.faults.add({ match: list(1), answer, ...rule });
    expect(await collect()).toMatchObject({ complete: true, virtualMachineCount: 75 });
    expect(Math.max(0, ...stand.waits)).toBeLessThanOrEqual(60_000);
  });

  test('a subscription with Reader on a resource group only is never complete, and nothing ends', async () => {
    await collect();
    const resourceGroup = read().machines.find((row) => row.subscriptionId === subscriptionId(1))?.resourceGroup ?? '';
    stand.azure.tenant.setAccess(subscriptionId(1), { kind: 'resourceGroupReader', resourceGroup });
    const run = await collect();
    expect(run).toMatchObject({ complete: false, virtualMachineCount: 75, changes: {} });
    const reason = ledgerOf(subscriptionId(1))?.reason;
    expect(reason?.code).toBe('NotReaderOnSubscription');
    expect(reason?.hint).toContain(`--role Reader --scope /subscriptions/${subscriptionId(1)}`);
  });

  test('rights that cannot be read prove nothing', async () => {
    stand.azure.faults.add({ match: { path: `${subscriptionId(1)}/.*/permissions` }, answer: serverError(500) });
    expect(await collect()).toMatchObject({ complete: false, virtualMachineCount: 75 });
    expect(ledgerOf(subscriptionId(1))).toMatchObject({ status: 'partial', reason: { code: 'RightsNotProven' } });
  });

  test('a subscription without Microsoft.Compute is complete without rows', async () => {
    stand.azure.tenant.changeSubscription(subscriptionId(1), { unregistered: ['Microsoft.Compute'] });
    expect(await collect()).toMatchObject({ complete: true, virtualMachineCount: 50 });
  });

  test('a short list with status 200: a read by id finds the machine, and it stays', async () => {
    await collect();
    stand.azure.faults.add({ match: list(1), answer: { kind: 'shortList', count: 2 } });
    expect(await collect()).toMatchObject({ complete: false, virtualMachineCount: 75, changes: {} });
    expect(ledgerOf(subscriptionId(1))).toMatchObject({ status: 'partial', reason: { code: 'ShortList' } });
    expect(read().machines.filter((machine) => machine.stale)).toEqual([]);
  });

  test('a machine whose check by id fails stays, and the kind is DeletionUnverified', async () => {
    await collect();
    const [gone] = stand.azure.tenant.virtualMachines(subscriptionId(1));
    stand.azure.tenant.removeVirtualMachine(gone?.id ?? '');
    stand.azure.faults.add({ match: { path: `/virtualMachines/${gone?.name}$` }, answer: serverError(503) });
    expect(await collect()).toMatchObject({ complete: false, virtualMachineCount: 75, changes: {} });
    expect(ledgerOf(subscriptionId(1))?.reason?.code).toBe('DeletionUnverified');
    stand.azure.faults.clear();
    expect(await collect()).toMatchObject({ complete: true, changes: { virtualMachineDeleted: 1 } });
  });

  test('a subscription that is not found meanwhile proves nothing about its machines', async () => {
    await collect();
    const [missing] = stand.azure.tenant.virtualMachines(subscriptionId(1));
    stand.azure.tenant.removeVirtualMachine(missing?.id ?? '');
    const body = { error: { code: 'SubscriptionNotFound', message: 'The subscription could not be found.' } };
    stand.azure.faults.add({
      match: { path: `/virtualMachines/${missing?.name}$` },
      answer: { kind: 'status', status: 404, body },
    });
    expect(await collect()).toMatchObject({ complete: false, virtualMachineCount: 75, changes: {} });
    expect(ledgerOf(subscriptionId(1))?.reason?.code).toBe('DeletionUnverified');
  });

  test('power states that fail only warn: the run is complete and they are null', async () => {
    stand.azure.faults.add({ match: { path: subscriptionId(1), query: 'statusOnly' }, answer: serverError(500) });
    expect(await collect()).toMatchObject({ complete: true });
    const unknown = read().machines.filter(
      (row) => row.subscriptionId === subscriptionId(1) && row.powerState !== null,
    );
    expect(unknown).toEqual([]);
  });
});

describe('the list of subscriptions', () => {
  test('failing on any page: nothing changes, and no run is recorded', async () => {
    const first = await collect();
    stand.azure.faults.add({ match: { path: '^/subscriptions$' }, answer: serverError(500) });
    await expect(collect()).rejects.toMatchObject({ code: 'InternalServerError' });
    const database = openForReading(databasePath());
    expect(resolveAsOf(database, null).runId).toBe(first.id);
    database.close();
  });

  test('empty: NoSubscriptions, everything stale, nothing ends', async () => {
    await collect();
    for (const { subscriptionId: id } of stand.azure.tenant.subscriptions()) stand.azure.tenant.hideSubscription(id);
    const run = await collect();
    expect(run).toMatchObject({
      complete: false,
      virtualMachineCount: 75,
      changes: {},
      reason: { code: 'NoSubscriptions' },
    });
    expect(run.reason?.hint).toContain('az role assignment create');
    expect(read().machines.every((machine) => machine.stale)).toBe(true);
  });

  test('without most subscriptions: SuspiciousTenantShrink, until a second list agrees', async () => {
    await collect();
    stand.azure.tenant.hideSubscription(subscriptionId(0));
    stand.azure.tenant.hideSubscription(subscriptionId(1));
    expect(await collect()).toMatchObject({ reason: { code: 'SuspiciousTenantShrink' }, changes: {}, complete: false });
    const second = await collect();
    expect(second).toMatchObject({
      reason: null,
      changes: { subscriptionLost: 2 },
      complete: false,
      virtualMachineCount: 75,
    });
    expect(second.coverage.blindSpots).toBe(2);
  });

  test('one of them gone: a blind spot, not a deletion', async () => {
    await collect();
    stand.azure.tenant.hideSubscription(subscriptionId(0));
    expect(await collect()).toMatchObject({
      complete: false,
      virtualMachineCount: 75,
      coverage: { complete: 2, blindSpots: 1 },
    });
    expect(read().blindSpots).toMatchObject([{ subscriptionId: subscriptionId(0), source: 'previousRun' }]);
  });

  test('a configured one that is not visible is a blind spot', async () => {
    const unknown = '00000000-0000-4000-8000-000000000001';
    const run = await collect({ INVENTORY_SUBSCRIPTIONS: `${unknown},${subscriptionId(0).toUpperCase()}` });
    expect(run).toMatchObject({ complete: false, virtualMachineCount: 25, coverage: { complete: 1, blindSpots: 1 } });
    expect(read().blindSpots).toMatchObject([{ subscriptionId: unknown, source: 'configured' }]);
  });

  test('management groups that cannot be read: blind spots are unknown', async () => {
    stand.azure.tenant.managementGroupReader = false;
    const run = await collect({ INVENTORY_MANAGEMENT_GROUPS: 'northwind' });
    expect(run).toMatchObject({ complete: false, virtualMachineCount: 75, coverage: { blindSpots: null } });
  });
});

describe('scope', () => {
  test('a subscription that the settings exclude from now on ends as outOfScope', async () => {
    await collect();
    const run = await collect({ INVENTORY_EXCLUDE_SUBSCRIPTIONS: subscriptionId(0) });
    expect(run).toMatchObject({ complete: true, virtualMachineCount: 50, changes: { outOfScope: 1 } });
  });

  test('a run over one subscription reads only that one', async () => {
    await collect();
    stand.azure.reset();
    const run = await collect({}, [subscriptionId(2)]);
    expect(run).toMatchObject({ complete: true, scope: [subscriptionId(2)], coverage: { complete: 1 } });
    expect(stand.azure.requests.filter(({ path }) => path.includes(subscriptionId(0)))).toEqual([]);
  });
});

test('a first run that fails leaves no file behind', async () => {
  stand.azure.faults.add({ match: { path: '^/subscriptions$' }, answer: serverError(500) });
  await expect(collect()).rejects.toMatchObject({ code: 'InternalServerError' });
  expect(existsSync(databasePath())).toBe(false);
});

test('an abort leaves the file as it was', async () => {
  const first = await collect();
  stand.azure.faults.add({ match: list(1), answer: { kind: 'never' } });
  const settings = stand.settings();
  const controller = new AbortController();
  const onProgress = () => controller.abort(new Error('enough'));
  const request = { databasePath: databasePath(), session: stand.session(settings), settings, trigger: 'cli' as const };
  await expect(collectIntoFile({ ...request, scope: null, onProgress, signal: controller.signal })).rejects.toThrow(
    'enough',
  );
  const database = openForReading(databasePath());
  expect(resolveAsOf(database, null).runId).toBe(first.id);
  database.close();
});

test('a run that cannot be saved while another program reads the file waits until it is done', async () => {
  await collect();
  const slow = openForReading(databasePath());
  const rows = slow.prepare('SELECT * FROM machine').iterate();
  rows.next();
  const other = new DatabaseSync(databasePath(), { readOnly: true, timeout: 0 });
  // Once the run waits to save, no other reader gets in.
  let held = false;
  const watch = setInterval(() => {
    try {
      other.exec('SELECT count(*) FROM machine');
    } catch {
      held = true;
      rows.return?.();
    }
  }, 20);

  const run = await collect();
  clearInterval(watch);
  other.close();
  slow.close();

  expect(held).toBe(true);
  expect(run).toMatchObject({ status: 'succeeded', complete: true, virtualMachineCount: 75 });
  expect(read().machines).toHaveLength(75);
});
