import * as v from 'valibot';
import { describe, expect, test } from 'vitest';
import { shapes } from '../../lib/http/openapi/shapes.ts';
import { facetNames } from '../../lib/inventory/machine-facets.ts';
import { finishedAt, runIdOf } from '../database/fixtures/inventory.ts';
import { bodyOf } from './fixtures/body-of.ts';
import { servedInventory, sub1, sub2 } from './fixtures/served-inventory.ts';

type Served = ReturnType<typeof servedInventory>;

const facets = async (served: Served, query = '') =>
  v.parse(shapes.MachineFacets, await (await served.send(`virtualMachines/facets?${query}`)).json());

describe('the facets of virtual machines', () => {
  test('count the machines, with the words of the filters', async () => {
    using served = servedInventory();
    const answer = await facets(served);
    expect(Object.keys(answer.facets)).toEqual([...facetNames]);
    expect(answer).toMatchObject({
      count: 5,
      facets: {
        subscriptionId: [
          { value: sub1, label: `Name of ${sub1}`, count: 4 },
          { value: sub2, label: `Name of ${sub2}`, count: 1 },
        ],
        location: [
          { value: 'westeurope', count: 3 },
          { value: 'northeurope', count: 2 },
        ],
        osType: [{ value: 'Linux', count: 5 }],
        identityType: [
          { value: 'any', count: 5 },
          { value: 'systemAssigned', count: 4 },
          { value: 'userAssigned', count: 1 },
        ],
        powerState: null,
        vmSize: [{ value: 'Standard_D2s_v5', count: 5 }],
        type: [{ value: 'virtualMachines', count: 5 }],
        stale: [
          { value: 'false', count: 4 },
          { value: 'true', count: 1 },
        ],
      },
      asOf: finishedAt(2),
      runId: runIdOf(2),
      complete: false,
    });
  });

  test('ignore their own filter and apply the others', async () => {
    using served = servedInventory();
    const answer = await facets(served, `subscriptionId=${sub1}&location=northeurope&facet=location,subscriptionId`);
    expect(answer).toMatchObject({ count: 2, complete: false });
    expect(answer.facets).toEqual({
      location: [
        { value: 'northeurope', label: 'northeurope', count: 2 },
        { value: 'westeurope', label: 'westeurope', count: 2 },
      ],
      subscriptionId: [{ value: sub1, label: `Name of ${sub1}`, count: 2 }],
    });
  });

  test('show an older run, without power states', async () => {
    using served = servedInventory();
    served.inventory.read(sub1, 'complete', { kind: 'powerStates' });
    served.inventory.powerState(1, 'PowerState/running');
    const newest = await facets(served, 'facet=powerState,location');
    const older = await facets(served, `facet=powerState,location&asOf=${runIdOf(1)}`);
    expect(newest.facets.powerState).toEqual([{ value: 'running', label: 'Running', count: 1 }]);
    expect(older).toMatchObject({ count: 6, runId: runIdOf(1), facets: { powerState: null } });
  });

  test('are complete if everything that they count was read', async () => {
    using served = servedInventory();
    const complete = async (query: string) => (await facets(served, query)).complete;
    expect(await complete(`subscriptionId=${sub1}&facet=location`)).toBe(true);
    expect(await complete(`subscriptionId=${sub1}&facet=subscriptionId`)).toBe(false);
    expect(await complete('facet=location')).toBe(false);
    served.inventory.run();
    served.inventory.read(sub1);
    expect(await complete(`subscriptionId=${sub1}&facet=type`)).toBe(false);
    served.inventory.run();
    served.inventory.read(sub1);
    served.inventory.read(sub1, 'partial', { kind: 'powerStates' });
    served.inventory.powerState(1, 'PowerState/running');
    expect(await complete(`subscriptionId=${sub1}&facet=location,stale`)).toBe(true);
    expect(await complete(`subscriptionId=${sub1}&facet=powerState`)).toBe(false);
  });

  test.each([
    ['deleted=true', 'deleted'],
    ['deleted=any', 'deleted'],
    ['facet=size', 'facet'],
    ['facet=', 'facet'],
    ['skip=1', 'skip'],
    ['tag=nothing', 'tag'],
  ])('refuse %s', async (query, target) => {
    using served = servedInventory();
    const response = await served.send(`virtualMachines/facets?${query}`);
    expect([response.status, (await bodyOf(response)).error?.target]).toEqual([400, target]);
  });

  test('answer 304 to a client that has them', async () => {
    using served = servedInventory();
    const first = await served.send('virtualMachines/facets?deleted=false');
    const etag = first.headers.get('etag') ?? '';
    expect(first.headers.get('x-inventory-complete')).toBe('false');
    expect(
      (await served.send('virtualMachines/facets?deleted=false', { headers: { 'if-none-match': etag } })).status,
    ).toBe(304);
  });
});
