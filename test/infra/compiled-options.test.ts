import { describe, expect, test } from 'vitest';
import { allCases } from '../support/cases.ts';
import { type PredictedResource, snapshotOf } from './snapshot-of.ts';

const entra = '00000000-0000-0000-0000-000000000000';
const network = '/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/net';
const subnets = {
  privateNetwork: true,
  existingAppSubnetResourceId: `${network}/providers/Microsoft.Network/virtualNetworks/hub/subnets/app`,
  existingPrivateEndpointSubnetResourceId: `${network}/providers/Microsoft.Network/virtualNetworks/hub/subnets/endpoints`,
};
const receiver = { alertEmailAddresses: ['platform@example.com'] };

async function deployed(parameters: Readonly<Record<string, unknown>>): Promise<readonly PredictedResource[]> {
  const predicted = await snapshotOf('main.bicep', { location: 'westeurope', ...parameters });
  if ('refused' in predicted) throw new Error(predicted.refused);
  return predicted.resources;
}

const ofType = (resources: readonly PredictedResource[], type: string): readonly PredictedResource[] =>
  resources.filter((resource) => resource.type === type);

/** What the real compiler makes of the options of platform teams. */
describe.runIf(allCases)('main.bicep', () => {
  test('locks the storage account for prod, unless told otherwise', async () => {
    const locks = await Promise.all(
      [
        { environmentType: 'prod' },
        { environmentType: 'prod', deleteLock: false },
        { environmentType: 'test' },
        {},
      ].map(async (parameters) => ofType(await deployed(parameters), 'Microsoft.Authorization/locks').length),
    );

    expect(locks).toEqual([1, 0, 0, 0]);
  });

  test('limits clients to address ranges, and lets the availability tests in while there are any', async () => {
    const limited = { allowedClientAddressPrefixes: ['203.0.113.0/24', '2001:db8::/32'] };

    const [open, closed, tested] = await Promise.all(
      [{}, limited, { ...limited, ...receiver }].map(async (parameters) => {
        const [app] = ofType(await deployed(parameters), 'Microsoft.Web/sites');
        return app?.properties;
      }),
    );

    expect(open).toMatchObject({
      siteConfig: { ipSecurityRestrictions: [], ipSecurityRestrictionsDefaultAction: 'Allow' },
    });
    expect(closed).toMatchObject({
      siteConfig: {
        ipSecurityRestrictions: [{ ipAddress: '203.0.113.0/24' }, { ipAddress: '2001:db8::/32' }],
        ipSecurityRestrictionsDefaultAction: 'Deny',
      },
    });
    expect(tested).toMatchObject({
      siteConfig: {
        ipSecurityRestrictions: [{}, {}, { tag: 'ServiceTag', ipAddress: 'ApplicationInsightsAvailability' }],
      },
    });
  });

  test.each([
    ['create', { zones: 3, groups: 3 }],
    ['existing', { zones: 0, groups: 3 }],
    ['none', { zones: 0, groups: 0 }],
  ])('takes existing subnets, with private DNS zones: %s', async (privateDnsZones, expected) => {
    const dns = { privateDnsZones, existingPrivateDnsZonesResourceGroupId: network };

    const resources = await deployed({ ...subnets, ...dns });

    expect(ofType(resources, 'Microsoft.Network/virtualNetworks')).toEqual([]);
    expect({
      zones: ofType(resources, 'Microsoft.Network/privateDnsZones').length,
      groups: ofType(resources, 'Microsoft.Network/privateEndpoints/privateDnsZoneGroups').length,
    }).toEqual(expected);
    const [app] = ofType(resources, 'Microsoft.Web/sites');
    expect(app?.properties).toMatchObject({ virtualNetworkSubnetId: subnets.existingAppSubnetResourceId });
  });

  test('asks for health only where public networks reach the app', async () => {
    const closed = { ...receiver, privateNetwork: true, appPublicNetworkAccess: 'Disabled' };

    const tests = await Promise.all(
      [receiver, closed, {}].map(
        async (parameters) => ofType(await deployed(parameters), 'Microsoft.Insights/webtests').length,
      ),
    );

    expect(tests).toEqual([1, 0, 0]);
  });

  test('sends each log of a service to a workspace once', async () => {
    const both = await deployed({ diagnosticSettings: true, storageAccessLogs: true });

    const settings = ofType(both, 'Microsoft.Insights/diagnosticSettings').map(({ id }) => id);
    expect(settings).toHaveLength(6);
    expect(new Set(settings).size).toBe(6);
  });

  test.each([
    [{ allowedClientAddressPrefixes: ['203.0.113.7'] }, 'is no address range'],
    [{ allowedClientAddressPrefixes: ['203.0.113.0/33'] }, "'203.0.113.0/33' is not valid"],
    [{ monthlyBudget: 50 }, 'monthlyBudget needs budgetStartDate'],
    [{ monthlyBudget: 50, budgetStartDate: '2026-12-01' }, 'a receiver of alerts'],
    [{ monthlyBudget: 50, budgetStartDate: '2026-12-05', ...receiver }, 'the first day of a month'],
    [{ zoneRedundant: true }, 'zoneRedundant needs a storageSkuName with ZRS'],
    [{ customerManagedKeyUri: 'https://v.example/keys/k/version' }, 'without a version'],
    [{ customerManagedKeyUri: 'https://v.example/keys/k' }, 'needs customerManagedKeyIdentityResourceId'],
    [{ ...subnets, privateNetwork: false }, 'need privateNetwork'],
    [{ ...subnets, existingPrivateEndpointSubnetResourceId: '' }, 'belong together'],
    [{ ...subnets, privateDnsZones: 'existing' }, 'is not /subscriptions/ID/resourceGroups/NAME'],
    [{ availabilityTestLocationIds: ['emea-nl-ams-azr'] }, 'name two or more'],
    [{ httpAuth: 'entra' }, 'entraClientId is empty'],
  ])('refuses %o before it creates anything', async (parameters, message) => {
    expect(await snapshotOf('main.bicep', { location: 'westeurope', ...parameters })).toEqual({
      refused: expect.stringContaining(message),
    });
  });

  test('is the same in an existing group, without Reader', async () => {
    const parameters = {
      location: 'westeurope',
      ...receiver,
      environmentType: 'prod',
      httpAuth: 'entra',
      entraClientId: entra,
    };
    const types = async (template: string): Promise<readonly string[]> => {
      const predicted = await snapshotOf(template, parameters);
      return 'refused' in predicted ? [predicted.refused] : predicted.resources.map(({ type }) => type).sort();
    };

    const [whole, inGroup] = [await types('main.bicep'), await types('resource-group.bicep')];

    expect(whole.length).toBe(inGroup.length + 2);
    expect(whole.filter((type) => !inGroup.includes(type))).toEqual(['Microsoft.Resources/resourceGroups']);
  });
});
