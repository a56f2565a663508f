import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type LocalAzure, startLocalAzure } from '../../local/azure/local-azure.ts';
import { createSampleTenant } from '../../local/azure/sample-tenant.ts';

const run = promisify(execFile);
let azure: LocalAzure;

beforeAll(async () => {
  azure = await startLocalAzure({
    tenant: createSampleTenant({ subscriptions: 1, vms: 23, awkward: false }),
    pageSize: 10,
  });
});
afterAll(() => azure.stop());

/** Lists a subscription with Azure's own packages. In a process of its own: MSAL keeps its source and its tokens for good. */
const script = `
  import { ComputeManagementClient } from '@azure/arm-compute';
  import { ManagedIdentityCredential } from '@azure/identity';
  const credential = new ManagedIdentityCredential();
  const endpoint = process.env.AZURE_RESOURCE_MANAGER_ENDPOINT;
  const credentials = { scopes: [process.env.SCOPE] };
  const client = new ComputeManagementClient(credential, process.env.SUBSCRIPTION, { endpoint, credentials });
  const ids = [];
  for await (const machine of client.virtualMachines.listAll()) ids.push(machine.id);
  console.log(JSON.stringify(ids));
`;

test.each([
  ['AppService', 'https://management.azure.com/.default'],
  ['IMDS', 'https://management.azure.com/.default'],
  ['CloudShell', 'https://management.azure.com//.default'],
] as const)("Azure's own client lists every machine with a token from %s.", async (source, scope) => {
  const [subscription] = azure.tenant.truth();
  const env = {
    PATH: process.env.PATH,
    ...azure.environment(source),
    SUBSCRIPTION: subscription?.subscriptionId,
    SCOPE: scope,
  };
  const { stdout } = await run(process.execPath, ['--input-type=module', '--eval', script], { env });
  expect(JSON.parse(stdout)).toEqual(subscription?.virtualMachines.map((machine) => machine.id));
});
