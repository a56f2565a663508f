import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type LocalAzure, startLocalAzure } from '../../local/azure/local-azure.ts';
import { createSampleTenant } from '../../local/azure/sample-tenant.ts';

const run = promisify(execFile);
let azure: LocalAzure;

beforeAll(async () => {
  azure = await startLocalAzure({
    tenant: createSampleTenant({ subscriptions: 1, vms: 43, awkward: false, scenes: true }),
    pageSize: 10,
  });
});
afterAll(() => azure.stop());

/**
 * Lists a subscription with Azure's own packages, in a separate process, because MSAL never forgets its source and
 * tokens.
 */
const script = `
  import { ComputeManagementClient } from '@azure/arm-compute';
  import { ManagedIdentityCredential } from '@azure/identity';
  const credential = new ManagedIdentityCredential();
  const endpoint = process.env.AZURE_RESOURCE_MANAGER_ENDPOINT;
  const credentials = { scopes: [process.env.SCOPE] };
  const client = new ComputeManagementClient(credential, process.env.SUBSCRIPTION, { endpoint, credentials });
  const [machines, scaleSets] = [[], []];
  for await (const machine of client.virtualMachines.listAll()) machines.push(machine.id);
  for await (const { id, identity, sku, orchestrationMode } of client.virtualMachineScaleSets.listAll()) {
    scaleSets.push({ id, principalId: identity?.principalId, capacity: sku.capacity, orchestrationMode });
  }
  console.log(JSON.stringify({ machines, scaleSets }));
`;

test.each([
  ['AppService', 'https://management.azure.com/.default'],
  ['IMDS', 'https://management.azure.com/.default'],
  ['CloudShell', 'https://management.azure.com//.default'],
] as const)("Azure's own client lists every machine and scale set with a token from %s", async (source, scope) => {
  const subscription = azure.tenant.truth().find(({ displayName }) => displayName === 'Retail Core');
  const env = {
    PATH: process.env.PATH,
    ...azure.environment(source),
    SUBSCRIPTION: subscription?.subscriptionId,
    SCOPE: scope,
  };
  const { stdout } = await run(process.execPath, ['--input-type=module', '--eval', script], { env });
  expect(JSON.parse(stdout)).toEqual({
    machines: subscription?.virtualMachines.map(({ id }) => id),
    scaleSets: subscription?.scaleSets.map(({ id, identity, sku, properties }) => ({
      id,
      principalId: identity?.principalId,
      capacity: sku.capacity,
      orchestrationMode: properties.orchestrationMode,
    })),
  });
});
