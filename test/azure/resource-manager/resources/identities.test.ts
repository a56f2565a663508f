import { expect, test } from 'vitest';
import { listFederatedCredentials } from '../../../../lib/azure/resource-manager/resources/federated-credentials.ts';
import { getSystemAssignedIdentity } from '../../../../lib/azure/resource-manager/resources/system-assigned-identity.ts';
import {
  getUserAssignedIdentity,
  listUserAssignedIdentities,
} from '../../../../lib/azure/resource-manager/resources/user-assigned-identities.ts';
import { payload, payloadItems } from '../../../support/payloads.ts';
import { drain, json, newContext, serving, startArmServer } from '../fixtures/arm-server.ts';

const id =
  '/subscriptions/subid/resourcegroups/rgName/providers/Microsoft.ManagedIdentity/userAssignedIdentities/identityName';
const identity = {
  id,
  principalId: '25cc773c-7f05-40fc-a104-32d2300754ad',
  clientId: '4024ab25-56a8-4370-aea6-6389221caf29',
  tenantId: 'b6c948ef-f6b5-4384-8354-da3a15eca969',
};

test('user-assigned identities of a subscription as the specification shows them', async () => {
  await using azure = await serving({ value: payloadItems('uai-list-subscription') });

  const { items } = await drain(listUserAssignedIdentities(azure.arm, 'subid', newContext()));

  expect(items).toEqual([identity]);
  expect(azure.requests[0]?.url.href).toContain(
    '/subscriptions/subid/providers/Microsoft.ManagedIdentity/userAssignedIdentities?api-version=2024-11-30',
  );
});

test('one user-assigned identity by its id', async () => {
  await using azure = await serving(payload('uai-get'));

  expect(await getUserAssignedIdentity(azure.arm, id, newContext())).toEqual(identity);
  expect(azure.requests[0]?.url.pathname).toBe(id);
});

test('an identity without ids has nulls; one without a usable resource id fails the list', async () => {
  await using young = await serving({ value: [{ id, properties: null }] });
  await using odd = await serving({ value: [{ id: '/subscriptions/subid', properties: {} }] });

  const { items } = await drain(listUserAssignedIdentities(young.arm, 'subid', newContext()));
  const broken = drain(listUserAssignedIdentities(odd.arm, 'subid', newContext()));

  expect(items).toEqual([{ id, principalId: null, clientId: null, tenantId: null }]);
  await expect(broken).rejects.toMatchObject({ code: 'InvalidResponse' });
});

test('all pages of federated credentials, each with its issuer and subject', async () => {
  const value = payloadItems('federated-credentials-list');
  await using server = await startArmServer((response, _, seen) =>
    json(response, seen.length === 1 ? { value, nextLink: '/next?x=1' } : { value: [], nextLink: null }),
  );

  const credentials = await listFederatedCredentials(server.arm, id, newContext());

  expect(credentials).toEqual([
    {
      name: 'ficResourceName',
      issuer: 'https://oidc.prod-aks.azure.com/TenantGUID/IssuerGUID',
      subject: 'system:serviceaccount:ns:svcaccount',
      audiences: ['api://AzureADTokenExchange'],
    },
  ]);
  expect(server.requests[0]?.url.pathname).toBe(`${id}/federatedIdentityCredentials`);
  expect(server.requests).toHaveLength(2);
});

test('a federated credential without an issuer fails the list; one without a subject has an empty one', async () => {
  await using odd = await serving({ value: [{ name: 'c', properties: {} }] });
  await using claims = await serving({
    value: [{ name: 'c', properties: { issuer: 'https://i', audiences: [1, 'a'] } }],
  });

  const credentials = await listFederatedCredentials(claims.arm, id, newContext());

  expect(credentials).toEqual([{ name: 'c', issuer: 'https://i', subject: '', audiences: ['a'] }]);
  await expect(listFederatedCredentials(odd.arm, id, newContext())).rejects.toMatchObject({ code: 'InvalidResponse' });
});

test('the client id of a system-assigned identity is read from its machine', async () => {
  await using azure = await serving(payload('system-assigned-identity-get'));
  const machineId = '/subscriptions/s/resourceGroups/r g/providers/Microsoft.Compute/virtualMachines/vm-1';

  const identity = await getSystemAssignedIdentity(azure.arm, machineId, newContext());

  expect(identity).toEqual({
    principalId: '25cc773c-7f05-40fc-a104-32d2300754ad',
    clientId: '4024ab25-56a8-4370-aea6-6389221caf29',
  });
  expect(azure.requests[0]?.url.href).toContain(
    '/subscriptions/s/resourceGroups/r%20g/providers/Microsoft.Compute/virtualMachines/vm-1/providers/Microsoft.ManagedIdentity/identities/default?api-version=2024-11-30',
  );
});
