import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, expect, test, vi } from 'vitest';
import { openForWriting } from '../../lib/database/database.ts';
import { resolveAsOf } from '../../lib/database/queries/as-of.ts';
import { iterateChanges } from '../../lib/database/queries/changes.ts';
import type { Change } from '../../lib/inventory/change.ts';
import { createDatabaseReader } from '../../lib/published/database-reader.ts';
import { publishedSource } from '../../lib/sources/source.ts';
import { json, startArmServer } from '../azure/resource-manager/fixtures/arm-server.ts';
import { writeAuthor } from '../support/authors.ts';
import { newAzuriteAccount } from '../support/azurite-account.ts';
import { publishReading, publishWith } from '../support/deployments.ts';
import { dayOf, guid, machine } from '../support/readings.ts';
import { runSettings } from '../support/run-settings.ts';
import { never, neverWarned, newStore, type TestStore } from '../support/stores.ts';

const [own, other] = [guid(1), guid(2)];
const azurite = await newAzuriteAccount();
let folder: string;
let here: TestStore;
let there: TestStore;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'authors-'));
  here = newStore(azurite.connectionString);
  there = newStore(azurite.connectionString);
  // The log covers the days of the readings.
  vi.useFakeTimers({ toFake: ['Date'], now: Date.parse(dayOf(24)) });
  return async () => {
    vi.useRealTimers();
    await rm(folder, { recursive: true });
  };
});

async function changes(): Promise<Change[]> {
  const reader = createDatabaseReader(here.store, join(folder, 'reader'), neverWarned);
  const { database } = await reader.current(never);
  const found = [...iterateChanges(database, { from: null, to: resolveAsOf(database, null) }, {})];
  await reader.close();
  return found;
}

test('the hub asks the log of what it sees itself, and takes no author from a source', async () => {
  const identity = {
    type: 'SystemAssigned',
    principalId: guid(8),
    tenantId: guid(9),
    userAssignedIdentities: {},
  } as const;
  const inOther = (vmSize: string) => ({
    [other]: { machines: [machine('b', { subscriptionId: other, vmSize, identity })] },
  });
  const inOwn = (vmSize: string) => ({ [own]: { machines: [machine('a', { vmSize })] } });
  const path = join(folder, 'there.sqlite');
  const source = publishedSource(newStore(azurite.connectionString, there.name).store, there.name);
  const settings = { ...runSettings, changeAuthors: true };
  await using server = await startArmServer((response) => json(response, { value: [] }));
  const run = (day: number, vmSize: string) =>
    publishWith(
      here.store,
      folder,
      { day, subscriptions: inOwn(vmSize) },
      { sources: [source], settings, arm: server.arm },
    );

  await publishReading(there.store, path, { day: 20, subscriptions: inOther('S') });
  await run(21, 'S');
  await publishReading(there.store, path, { day: 22, subscriptions: inOther('L') });
  const database = openForWriting(path);
  writeAuthor(database, 2, ['virtualMachineUpdated'], { caller: 'mallory@example.com' });
  database.close();
  await publishReading(there.store, path, { day: 23, subscriptions: inOther('L') });
  await run(24, 'L');

  const statuses = (await changes()).map(({ resourceId, byStatus, by }) => [resourceId.split('/')[2], byStatus, by]);
  expect(statuses.toSorted()).toEqual([
    [own, 'notFound', null],
    [other, 'notRead', null],
  ]);
  expect(server.requests.map(({ url }) => url.pathname.split('/')[2])).toEqual([own]);
});
