import type { ServerResponse } from 'node:http';
import { describe, expect, test } from 'vitest';
import { listArcMachines } from '../../../../lib/azure/resource-manager/resources/arc-machines.ts';
import { listFederatedCredentials } from '../../../../lib/azure/resource-manager/resources/federated-credentials.ts';
import { listSubscriptions } from '../../../../lib/azure/resource-manager/resources/subscriptions.ts';
import {
  getVirtualMachine,
  listPowerStates,
  listVirtualMachines,
} from '../../../../lib/azure/resource-manager/resources/virtual-machines.ts';
import { drain, json, newContext, startArmServer } from '../fixtures/arm-server.ts';

const machine = '/subscriptions/s1/resourceGroups/rg/providers/Microsoft.Compute/virtualMachines/vm-1';

/** How clouds refuse a version and name the ones that they have. */
const refusals = {
  InvalidApiVersionParameter: (versions) =>
    `The api-version 'x' is invalid. The supported versions are '${versions.join(',')}'.`,
  NoRegisteredProviderFound: (versions) =>
    `No registered resource provider found for location 'local' and API version 'x' for type 'machines'. The supported api-versions are '${versions.join(', ')}'. The supported locations are 'local, 2031-01-01'.`,
  InvalidResourceType: (versions) =>
    `The resource type 'x' could not be found in the namespace 'Microsoft.X' for api version 'x'. The supported api-versions are '${versions.join(',')}'.`,
} satisfies Record<string, (versions: readonly string[]) => string>;
type Refusal = keyof typeof refusals;

function refuse(response: ServerResponse, code: Refusal, versions: readonly string[]): void {
  json(response, { error: { code, message: refusals[code](versions) } }, code === 'InvalidResourceType' ? 404 : 400);
}

/** A cloud with these versions of everything. */
function cloudWith(versions: readonly string[], code: Refusal = 'NoRegisteredProviderFound', body?: object) {
  return startArmServer((response, { url }) =>
    versions.includes(url.searchParams.get('api-version') ?? '')
      ? json(response, body ?? { value: [] })
      : refuse(response, code, versions),
  );
}
const versionsAsked = (server: { readonly requests: readonly { readonly url: URL }[] }) =>
  server.requests.map(({ url }) => url.searchParams.get('api-version'));

describe('a version that the cloud does not have', () => {
  test.each([
    "The supported api versions are '2020-06-01, 2019-12-01'.",
    'Supported versions: [2019-12-01, 2020-06-01]. Supported regions: [2025-01-01]',
    'supported api-versions: 2020-06-01; 2019-12-01-preview',
    'The supported API-versions are "2020-06-01".',
    'The only supported api-version is 2020-06-01. See 2025-01-01.',
  ])('is named in whatever form: %s', async (message) => {
    await using server = await startArmServer((response, { url }) =>
      url.searchParams.get('api-version') === '2020-06-01'
        ? json(response, { value: [] })
        : json(response, { error: { code: 'NoRegisteredProviderFound', message } }, 400),
    );

    await drain(listVirtualMachines(server.arm, 's1', newContext()));

    expect(versionsAsked(server)).toEqual(['2026-04-01', '2020-06-01']);
  });

  test.each(Object.keys(refusals) as Refusal[])(
    '%s: the newest that is understood is used, once, and kept',
    async (code) => {
      await using server = await cloudWith(['2015-06-15', '2017-12-01', '2020-06-01', '2019-12-01'], code);
      const context = newContext();

      await drain(listVirtualMachines(server.arm, 's1', context));
      await drain(listVirtualMachines(server.arm, 's2', newContext()));

      expect(versionsAsked(server)).toEqual(['2026-04-01', '2020-06-01', '2020-06-01']);
      expect(context.meter).toMatchObject({ requests: 2, retries: 1, pages: 1 });
    },
  );

  test.each([
    ['newer ones are not understood', ['2020-06-01', '2031-01-01'], '2020-06-01'],
    ['a preview comes after every stable one', ['2019-12-01', '2022-01-01-preview'], '2019-12-01'],
    ['a preview is better than nothing', ['2022-01-01-preview', '2031-01-01'], '2022-01-01-preview'],
    ['the oldest with every identity', ['2017-12-01', '2016-03-30'], '2017-12-01'],
  ])('%s', async (_what, versions, chosen) => {
    await using server = await cloudWith(versions);

    await drain(listVirtualMachines(server.arm, 's1', newContext()));

    expect(versionsAsked(server)).toEqual(['2026-04-01', chosen]);
  });

  test.each([
    ['too old', ['2015-06-15', '2016-03-30']],
    ['too new', ['2031-01-01']],
    ['unreadable', ['latest', '1.0']],
    ['none', []],
  ])('without one that is understood (%s) the refusal is the answer', async (_what, versions) => {
    await using server = await cloudWith(versions, 'NoRegisteredProviderFound');

    const reading = drain(listVirtualMachines(server.arm, 's1', newContext()));

    await expect(reading).rejects.toMatchObject({ code: 'NoRegisteredProviderFound', hint: expect.any(String) });
    expect(server.requests).toHaveLength(1);
  });

  test('that it names all the same is not asked for again and again', async () => {
    await using server = await startArmServer((response) =>
      refuse(response, 'NoRegisteredProviderFound', ['2026-04-01', '2020-06-01']),
    );

    const reading = drain(listVirtualMachines(server.arm, 's1', newContext()));

    await expect(reading).rejects.toMatchObject({ code: 'NoRegisteredProviderFound' });
    expect(versionsAsked(server)).toEqual(['2026-04-01', '2020-06-01']);
  });

  test('of one type says nothing of another', async () => {
    await using server = await cloudWith(['2019-12-12', '2022-12-01', '2020-06-01']);

    await drain(listVirtualMachines(server.arm, 's1', newContext()));
    await drain(listArcMachines(server.arm, 's1', newContext()));
    await drain(listSubscriptions(server.arm, newContext()));

    expect(versionsAsked(server)).toEqual(['2026-04-01', '2022-12-01', '2025-01-13', '2022-12-01', '2022-12-01']);
  });

  test('is replaced where pages, reads by id and the SDK ask, too', async () => {
    await using server = await startArmServer((response, { url }) => {
      if (url.searchParams.get('api-version') !== '2020-06-01')
        return refuse(response, 'InvalidResourceType', ['2020-06-01']);
      if (url.pathname.endsWith('/vm-1')) return json(response, { id: machine });
      const isFirst = !url.searchParams.has('page');
      return json(response, { value: [{ id: machine }], ...(isFirst ? { nextLink: `${url.pathname}?page=2` } : {}) });
    });

    const { items } = await drain(listVirtualMachines(server.arm, 's1', newContext()));
    const live = await getVirtualMachine(server.arm, machine, newContext());

    expect([items.length, live.machine.name]).toEqual([2, 'vm-1']);
    expect(versionsAsked(server)).toEqual(['2026-04-01', '2020-06-01', '2020-06-01', '2020-06-01']);
  });

  test('of power states is replaced only by one that has them', async () => {
    await using server = await cloudWith(['2018-06-01']);

    await expect(drain(listPowerStates(server.arm, 's1', newContext()))).rejects.toMatchObject({
      code: 'NoRegisteredProviderFound',
    });
    await expect(drain(listVirtualMachines(server.arm, 's1', newContext()))).resolves.toMatchObject({ items: [] });
  });

  test('can change again: what was kept is replaced', async () => {
    let versions = ['2020-06-01'];
    await using server = await startArmServer((response, { url }) =>
      versions.includes(url.searchParams.get('api-version') ?? '')
        ? json(response, { value: [] })
        : refuse(response, 'InvalidApiVersionParameter', versions),
    );
    await drain(listSubscriptions(server.arm, newContext()));
    versions = ['2021-01-01'];
    await drain(listSubscriptions(server.arm, newContext()));
    await drain(listSubscriptions(server.arm, newContext()));

    expect(versionsAsked(server)).toEqual(['2022-12-01', '2020-06-01', '2020-06-01', '2021-01-01', '2021-01-01']);
  });

  test.each([
    ['InvalidResourceType', ['2015-08-31-preview', '2018-11-30'], []],
    ['NoRegisteredProviderFound', ['2018-11-30'], []],
    ['NoRegisteredProviderFound', ['2018-11-30', '2031-01-01'], null],
    ['InvalidResourceType', [], null],
  ] as const)(
    '%s with %j: federated credentials are younger than a cloud that knows old ones only',
    async (...given) => {
      const [code, versions, expected] = given;
      await using server = await startArmServer((response) => refuse(response, code, versions));
      const id = '/subscriptions/s1/resourceGroups/rg/providers/Microsoft.ManagedIdentity/userAssignedIdentities/u1';

      const reading = listFederatedCredentials(server.arm, id, newContext());

      if (expected === null) await expect(reading).rejects.toMatchObject({ code });
      else expect(await reading).toEqual(expected);
    },
  );

  test('a machine of an old version has the user-assigned identities of its list', async () => {
    const id = '/subscriptions/s1/resourceGroups/rg/providers/Microsoft.ManagedIdentity/userAssignedIdentities/u1';
    const identity = { type: 'UserAssigned', identityIds: [id] };
    await using server = await cloudWith(['2017-12-01'], 'InvalidResourceType', { value: [{ id: machine, identity }] });

    const { items } = await drain(listVirtualMachines(server.arm, 's1', newContext()));

    expect(items[0]?.identity).toEqual({
      type: 'UserAssigned',
      principalId: null,
      tenantId: null,
      userAssignedIdentities: { [id]: { principalId: null, clientId: null } },
    });
  });
});
