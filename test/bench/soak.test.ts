import { execFile } from 'node:child_process';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { startLocalAzure } from '../../local/azure/local-azure.ts';
import { createSampleTenant } from '../../local/azure/sample-tenant.ts';
import { newAzuriteAccount } from '../support/azurite-account.ts';
import { caseCount } from '../support/cases.ts';

const program = join(import.meta.dirname, '../../bench/soak-runs.ts');
const runs = caseCount('SOAK_RUNS', { few: 0, many: 200 });

interface Sample {
  readonly descriptors: number;
  readonly files: number;
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
}

test.runIf(runs > 0)('successive runs in one process leave no open descriptor and no file', async () => {
  const azurite = await newAzuriteAccount();
  const azure = await startLocalAzure({ tenant: createSampleTenant({ subscriptions: 2, vms: 5, awkward: false }) });
  const folder = await mkdtemp(join(tmpdir(), 'soak-'));
  const environment = { AzureWebJobsStorage: azurite.connectionString, INVENTORY_CONTAINER: 'soak' };

  const { stdout } = await promisify(execFile)(process.execPath, [program, String(runs), folder], {
    env: { ...process.env, ...azure.environment('AppService'), ...environment },
  });
  const left = await readdir(folder);
  await Promise.all([azure.stop(), rm(folder, { recursive: true })]);

  const samples: Sample[] = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  const of = (some: readonly Sample[]) => median(some.map(({ descriptors }) => descriptors));
  expect(samples).toHaveLength(runs);
  expect(new Set(samples.slice(5).map(({ files }) => files)).size).toBe(1);
  // The number of connections varies. One leaked per run would add twenty.
  expect(of(samples.slice(-10)) - of(samples.slice(0, 10))).toBeLessThan(5);
  expect(left).toEqual([]);
});
