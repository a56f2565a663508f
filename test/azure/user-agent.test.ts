import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { type LocalAzure, startLocalAzure } from '../../local/azure/local-azure.ts';
import { createSampleTenant } from '../../local/azure/sample-tenant.ts';
import packageJson from '../../package.json' with { type: 'json' };
import { bundledCli, runCli, sourceCli } from '../cli/run-cli.ts';
import { startHostProcess } from '../local/host-process.ts';

const functionsBundle = join(import.meta.dirname, '../../dist/functions.cjs');
const storage =
  'DefaultEndpointsProtocol=http;AccountName=none;AccountKey=bm9uZQ==;BlobEndpoint=http://127.0.0.1:9/none';

let azure: LocalAzure;
beforeAll(async () => {
  azure = await startLocalAzure({ tenant: createSampleTenant({ subscriptions: 1, vms: 1, awkward: false }) });
});
afterAll(() => azure.stop());
beforeEach(() => azure.reset());

/** User-Agent of every request that Resource Manager received, each once. */
function userAgents(): string[] {
  const requests = azure.requests.filter(({ endpoint }) => endpoint === 'resourceManager');
  return [...new Set(requests.map(({ userAgent }) => userAgent ?? 'none'))];
}

const ours = expect.stringMatching(
  new RegExp(`^vm-identities/${packageJson.version.replaceAll('.', '\\.')} Node/[\\d.]+ \\(\\w+; \\w+\\)$`),
);

test.each([
  ['from its sources', sourceCli],
  ['as it is shipped', bundledCli],
])('Resource Manager sees the version of the command line %s', async (_, entry) => {
  const env = azure.environment('AppService');

  const { code } = await runCli(['whoami'], { env, entry });

  expect([code, userAgents()]).toEqual([0, [ours]]);
});

test('Resource Manager sees the version of the function app', async () => {
  const host = await startHostProcess(functionsBundle, {
    env: { ...azure.environment('AppService'), AzureWebJobsStorage: storage },
  });

  const response = await fetch(`${host.url}/api/identity`);
  await host.end();

  expect([response.status, userAgents()]).toEqual([200, [ours]]);
});
