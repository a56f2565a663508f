import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect } from 'vitest';
import type { Latest } from '../../../lib/azure/store/pointers.ts';
import { newRunRecord } from '../../../lib/run/run-record.ts';
import type { Treatment } from '../../support/blob-proxy.ts';
import { allCases } from '../../support/cases.ts';
import { never, type TestStore } from '../../support/stores.ts';
import { azurite, test } from './store-test.ts';

// Azurite has leases. It has no immutability policies, so a proxy answers with the codes that Azure documents:
// https://learn.microsoft.com/rest/api/storageservices/blob-service-error-codes

const runId = '20261121T060000Z-3f2a';
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'blocked-'));
});
afterAll(async () => {
  await rm(folder, { recursive: true });
});

const latest: Latest = {
  runId,
  seq: 1,
  database: 'databases/a',
  sizeBytes: 1,
  sha256: 'a'.repeat(64),
  publishedAt: '2026-11-21T06:01:00.000Z',
  complete: true,
  previous: null,
};

async function lease({ container }: TestStore, name: string, seconds = -1): Promise<void> {
  await container.getBlobClient(name).getBlobLeaseClient().acquireLease(seconds);
}

/** The blobs that every run changes, and how it does. */
const changes: readonly {
  readonly blob: string;
  readonly make: (target: TestStore) => Promise<unknown>;
  readonly change: (target: TestStore) => Promise<unknown>;
}[] = [
  {
    blob: 'latest.json',
    make: ({ store }) => store.latest.move(latest, null, never),
    change: async ({ store }) => store.latest.move(latest, (await store.latest.read(never))?.etag ?? null, never),
  },
  {
    blob: 'runs/running.json',
    make: ({ store }) => store.claim.take(runId, null, never),
    change: async ({ store }) => store.claim.take(runId, (await store.claim.read(never))?.etag ?? null, never),
  },
  {
    blob: `runs/${runId}/run.json`,
    make: ({ store }) => store.runs.create(newRunRecord(runId, 'timer', null, latest.publishedAt), never),
    change: ({ store }) => store.runs.update(runId, (run) => ({ ...run, principalCount: 7 }), never),
  },
  {
    blob: `reports/${runId}/findings.csv`,
    make: ({ store }) => store.writeReport(reportOf('findings.csv'), [Buffer.from('a')], never),
    change: ({ store }) => store.writeReport(reportOf('findings.csv'), [Buffer.from('b')], never),
  },
  {
    blob: 'current/virtualMachines.ndjson',
    make: ({ store }) => store.writeCurrentMachines(['{}\n'], never),
    change: ({ store }) => store.writeCurrentMachines(['{}\n'], never),
  },
];
function reportOf(file: string) {
  return { runId, file, contentType: 'text/csv' };
}

test.for(changes)(
  'A lease on $blob is reported by name, with the command that shows it',
  async ({ blob, make, change }, { direct }) => {
    await direct.container.createIfNotExists();
    await make(direct);
    await lease(direct, blob);

    const failure = await change(direct).catch((error: unknown) => error);

    expect(failure).toMatchObject({
      code: 'LeaseIdMissing',
      message: expect.stringContaining(`Cannot write ${blob} in container ${direct.name}`),
      hint: expect.stringContaining(
        `az storage blob show --auth-mode login --account-name ${azurite.name} --container-name ${direct.name} --name ${blob} --query properties.lease`,
      ),
    });
  },
);

test('A lease does not hide a lost race: with an old ETag, the write has lost', async ({ direct }) => {
  await direct.store.latest.move(latest, null, never);
  const stale = (await direct.store.latest.read(never))?.etag ?? '';
  await direct.store.latest.move({ ...latest, seq: 2 }, stale, never);

  expect(await direct.store.latest.move(latest, stale, never)).toBe(false);
  expect(await direct.store.latest.move(latest, null, never)).toBe(false);
});

test('Once a lease ends, the same write succeeds', async ({ direct }) => {
  await direct.store.latest.move(latest, null, never);
  await lease(direct, 'latest.json');
  const { etag = null } = (await direct.store.latest.read(never)) ?? {};
  await expect(direct.store.latest.move(latest, etag, never)).rejects.toMatchObject({ code: 'LeaseIdMissing' });

  await direct.container.getBlobClient('latest.json').getBlobLeaseClient().breakLease(0);

  expect(await direct.store.latest.move(latest, etag, never)).toBe(true);
});

test.for([
  [409, 'BlobImmutableDueToPolicy'],
  [409, 'BlobImmutableDueToLegalHold'],
] as const)(
  '%i %s is reported by name, with the command that shows the policy',
  async ([status, code], { proxied }) => {
    proxied.proxy.treat = (line) => (line.startsWith('PUT') ? { status, code } : 'pass');

    const failure = await proxied.store.latest.move(latest, null, never).catch((error: unknown) => error);

    expect(failure).toMatchObject({
      code,
      message: expect.stringContaining('Cannot write latest.json'),
      hint: expect.stringContaining(
        `az storage container-rm show --storage-account ${azurite.name} --name ${proxied.name}`,
      ),
    });
    expect(proxied.proxy.requests).toHaveLength(1);
  },
);

test.for([
  [412, 'ConditionNotMet', false],
  [412, 'TargetConditionNotMet', false],
  [409, 'BlobAlreadyExists', false],
  [412, 'LeaseLost', 'LeaseLost'],
  [412, 'LeaseIdMismatchWithBlobOperation', 'LeaseIdMismatchWithBlobOperation'],
  [409, 'BlobArchived', 'StorageFailed'],
  [412, 'SourceConditionNotMet', 'StorageFailed'],
  [409, 'SnapshotsPresent', 'StorageFailed'],
] as const)('A write that %i %s answers: %s', async ([status, code, expected], { proxied: { proxy, store } }) => {
  proxy.treat = () => ({ status, code });

  const outcome = await store.claim.take(runId, null, never).catch((error: { code: string }) => error.code);

  expect(outcome).toBe(expected);
});

/** Fourteen databases, one a day, of which `latest.json` names the newest. */
async function writeDatabases({ store }: TestStore): Promise<string[]> {
  const names: string[] = [];
  for (let day = 10; day < 24; day++) {
    const path = join(folder, 'database');
    await writeFile(path, `day ${day}`);
    const sha256 = createHash('sha256').update(`day ${day}`).digest('hex');
    names.push(await store.databases.write(`202611${day}T060000Z-3f2a`, { path, sizeBytes: 6, sha256 }, never));
  }
  return names;
}
const later = new Date(Date.now() + 25 * 60 * 60 * 1000);

async function remaining({ container }: TestStore): Promise<string[]> {
  const names: string[] = [];
  for await (const { name } of container.listBlobsFlat({ prefix: 'databases/' })) names.push(name);
  return names;
}

test('Pruning goes past databases under lease, and reports the first one', async ({ direct }) => {
  const names = await writeDatabases(direct);
  await lease(direct, names[0] ?? '');
  await lease(direct, names[2] ?? '');

  const pruning = direct.store.databases.prune({ ...latest, database: names[13] ?? '' }, later, never);

  await expect(pruning).rejects.toMatchObject({
    code: 'LeaseIdMissing',
    message: expect.stringMatching(new RegExp(`^Cannot remove ${names[0]} .*1 more`)),
  });
  expect(await remaining(direct)).toEqual([names[0], names[2], ...names.slice(4)]);
});

test.for([
  [409, 'BlobImmutableDueToLegalHold', 'BlobImmutableDueToLegalHold'],
  [409, 'SnapshotsPresent', 'StorageFailed'],
  [403, 'AuthorizationPermissionMismatch', 'StorageDenied'],
  [500, 'InternalError', 'StorageUnavailable'],
] as const)(
  'Pruning goes past a database whose removal answers %i %s',
  { timeout: 20_000 },
  async ([status, code, expected], { direct, proxied }) => {
    const names = await writeDatabases(direct);
    proxied.proxy.treat = (line): Treatment =>
      line.startsWith('DELETE') && line.includes(names[1] ?? '') ? { status, code } : 'pass';

    const pruning = proxied.store.databases.prune({ ...latest, database: names[13] ?? '' }, later, never);

    await expect(pruning).rejects.toMatchObject({ code: expected, message: expect.stringContaining(names[1] ?? '') });
    expect(await remaining(direct)).toEqual([names[1], ...names.slice(4)]);
  },
);

test.runIf(allCases)(
  'Pruning stops when storage does not respond',
  async ({ direct, proxied }) => {
    const names = await writeDatabases(direct);
    proxied.proxy.treat = (line) => (line.startsWith('DELETE') ? { status: 503, code: 'ServerBusy' } : 'pass');

    const pruning = proxied.store.databases.prune({ ...latest, database: names[13] ?? '' }, later, never);

    await expect(pruning).rejects.toMatchObject({ code: 'StorageUnavailable' });
    const removals = new Set(proxied.proxy.requests.filter((line) => line.startsWith('DELETE')));
    expect(removals.size).toBe(2);
  },
  30_000,
);

test('A name that a shell would interpret is quoted in the command', async ({ direct }) => {
  const names = await writeDatabases(direct);
  const odd = "databases/20260101T000000Z-$(id)'s.sqlite.zst";
  await direct.container.uploadBlockBlob(odd, 'x', 1);
  await lease(direct, odd);

  const pruning = direct.store.databases.prune({ ...latest, database: names[13] ?? '' }, later, never);

  await expect(pruning).rejects.toMatchObject({
    hint: expect.stringContaining(`--name 'databases/20260101T000000Z-$(id)'\\''s.sqlite.zst'`),
  });
});
