import * as v from 'valibot';
import { describe, expect, test } from 'vitest';
import { openForWriting } from '../../lib/database/database.ts';
import { shapes } from '../../lib/http/openapi/shapes.ts';
import { createResponseCache } from '../../lib/http/response-cache.ts';
import { virtualMachineFields } from '../../lib/inventory/virtual-machine.ts';
import { finishedAt, runIdOf } from '../database/fixtures/inventory.ts';
import { guid, machine, mergeRun } from '../support/readings.ts';
import { bodyOf } from './fixtures/body-of.ts';
import { origin, principalOf, servedInventory, sub1, sub2 } from './fixtures/served-inventory.ts';

const names = (body: { value: readonly { name?: unknown }[] }) => body.value.map(({ name }) => name);
const idOf = (name: string) =>
  `subscriptions/${sub1}/resourceGroups/Group-1/providers/Microsoft.Compute/virtualMachines/${name}`;

describe('the list of virtual machines', () => {
  test('says which run it shows and that a subscription could not be read', async () => {
    using served = servedInventory();
    const response = await served.send('virtualMachines');
    const body = await bodyOf(response);
    expect(response.status).toBe(200);
    expect(names(body).sort()).toEqual(['=vm-other', 'vm-0', 'vm-1', 'vm-2', 'vm-3']);
    expect(body).toMatchObject({ runId: runIdOf(2), asOf: finishedAt(2), complete: false });
    expect(body.coverage).toMatchObject({ complete: 1, denied: 1 });
    expect(body.nextLink).toBe('');
    expect(Object.keys(body.value[0] ?? {})).toEqual(virtualMachineFields.filter((field) => field !== 'instanceCount'));
  });

  test('is complete if the filter excludes the unread part', async () => {
    using served = servedInventory();
    const body = await bodyOf(served.send(`virtualMachines?subscriptionId=${sub1.toUpperCase()}`));
    expect(body.complete).toBe(true);
    expect(body.value).toHaveLength(4);
  });

  test('is never complete for what was not read', async () => {
    using served = servedInventory();
    served.inventory.run();
    served.inventory.read(sub1);
    const machines = await bodyOf(served.send(`virtualMachines?subscriptionId=${sub1}`));
    const scaleSets = await bodyOf(served.send(`virtualMachines?type=scaleSets&subscriptionId=${sub1}`));
    expect(machines.complete).toBe(true);
    expect(scaleSets).toMatchObject({ value: [], complete: false });
  });

  test('answers an unknown subscription with an empty and complete list', async () => {
    using served = servedInventory();
    const body = await bodyOf(served.send('virtualMachines?subscriptionId=33333333-3333-4333-8333-333333333333'));
    expect(body).toMatchObject({ value: [], complete: true });
  });

  test.each([
    ['tag=ENV%3Dprod', ['vm-0', 'vm-2']],
    ['tag=env%3DPROD', []],
    ['tag=env&tag=env%3Dtest', ['vm-1', 'vm-3']],
    ['location=WestEurope&stale=false', ['vm-0', 'vm-1']],
    [`principalId=${principalOf(1).toUpperCase()}`, ['vm-1']],
    ['identityType=userAssigned', ['=vm-other']],
    ['deleted=true', ['vm-4']],
    ['stale=true', ['=vm-other']],
    ['orderby=name%20desc&deleted=any&location=northeurope', ['vm-4', 'vm-3', 'vm-2']],
    [`asOf=${runIdOf(1)}&location=northeurope&orderby=name`, ['vm-2', 'vm-3', 'vm-4']],
    ['contains=VM-O', ['=vm-other']],
    [`contains=%2F${sub2.toUpperCase()}%2FRESOURCEgroups%2F`, ['=vm-other']],
    ['contains=vm_0', []],
    ['contains=%25', []],
    ['vmSize=STANDARD_d2s_V5&contains=3', ['vm-3']],
    ['vmSize=Standard_D2s', []],
    ['identityType=both', []],
    ['orderby=name%20desc&skip=1&maxpagesize=2', ['vm-2', 'vm-1']],
    ['skip=3', ['vm-3', '=vm-other']],
    ['skip=10000000', []],
    ['deleted=any&orderby=name&skip=4', ['vm-3', 'vm-4']],
  ])('filters by %s', async (query, expected) => {
    using served = servedInventory();
    const body = await bodyOf(served.send(`virtualMachines?${query}`));
    expect(names(body)).toEqual(expected);
  });

  test('has no next page with skip, and says how many rows there are with count=true', async () => {
    using served = servedInventory();
    const body = (path: string) => bodyOf(served.send(`virtualMachines?${path}`));
    expect(await body('skip=0&maxpagesize=2')).toMatchObject({ nextLink: '' });
    expect(await body('skip=0&maxpagesize=2')).not.toHaveProperty('count');
    expect(await body('count=false')).not.toHaveProperty('count');
    expect(await body('count=true&maxpagesize=2')).toMatchObject({ count: 5, complete: false });
    expect(await body('count=true&skip=4&location=northeurope')).toMatchObject({ count: 2, value: [] });
    expect(await body('count=true&deleted=true')).toMatchObject({ count: 1 });
    expect(await body(`count=true&asOf=${runIdOf(1)}`)).toMatchObject({ count: 6 });
    const first = await body('count=true&maxpagesize=2&orderby=name');
    const next = await bodyOf(served.send(first.nextLink.replace(`${origin}/api/`, '')));
    expect(next).toMatchObject({ count: 5 });
  });

  test.each([
    ['skip=-1', 'skip'],
    ['skip=1.5', 'skip'],
    ['skip=10000001', 'skip'],
    ['skip=', 'skip'],
    ['count=yes', 'count'],
    ['contains=', 'contains'],
    [`contains=${'a'.repeat(257)}`, 'contains'],
    ['identityType=Both', 'identityType'],
  ])('refuses %s', async (query, target) => {
    using served = servedInventory();
    const response = await served.send(`virtualMachines?${query}`);
    expect([response.status, (await bodyOf(response)).error?.target]).toEqual([400, target]);
  });

  test.each(['virtualMachines', `subscriptions/${sub1}/providers/Microsoft.Compute/virtualMachines`])(
    'refuses skip together with skiptoken in %s',
    async (path) => {
      using served = servedInventory();
      const { nextLink } = await bodyOf(served.send(`${path}?maxpagesize=1`));
      const token = new URL(nextLink).searchParams.get('skiptoken');
      const response = await served.send(`${path}?skip=0&skiptoken=${token}`);
      expect([response.status, (await bodyOf(response)).error?.target]).toEqual([400, 'skip']);
    },
  );

  test('comes in pages by skip as CSV too', async () => {
    using served = servedInventory();
    const response = await served.send('virtualMachines?format=csv&select=name&orderby=name&skip=4');
    expect(await response.text()).toBe('name\r\nvm-3\r\n');
    expect(response.headers.get('link')).toBeNull();
  });

  test('stays with the run of its first page when another run is published meanwhile', async () => {
    using served = servedInventory();
    const first = await bodyOf(
      served.send(`virtualMachines?maxpagesize=2&orderby=name&subscriptionId=${sub1}&code=secret`),
    );
    expect(first.nextLink).not.toContain('secret');
    served.inventory.run();
    served.inventory.read(sub1);
    served.inventory.machine({ name: 'vm-25', subscription: sub1 });
    const next = first.nextLink.replace(`${origin}/api/`, '');
    const second = await bodyOf(
      served.send(next, {}, { ...served.context, currentDatabase: served.publish('"published-3"') }),
    );
    expect([...names(first), ...names(second)]).toEqual(['vm-0', 'vm-1', 'vm-2', 'vm-3']);
    expect(second.runId).toBe(first.runId);
    expect(second.nextLink).toBe('');
  });

  test.each([
    ['of another list', (token: string) => `virtualMachines?skiptoken=${token}&location=westeurope`],
    ['of another route', (token: string) => `principals?skiptoken=${token}`],
    ['that was cut', (token: string) => `virtualMachines?skiptoken=${token.slice(0, -5)}`],
  ])('refuses a skiptoken %s', async (_, path) => {
    using served = servedInventory();
    const { nextLink } = await bodyOf(served.send('virtualMachines?maxpagesize=1'));
    const response = await served.send(path(new URL(nextLink).searchParams.get('skiptoken') ?? ''));
    expect(response.status).toBe(400);
    expect((await bodyOf(response)).error).toMatchObject({ code: 'InvalidParameter', target: 'skiptoken' });
  });

  test('answers 410 when history no longer has the run of a skiptoken', async () => {
    using served = servedInventory();
    const { nextLink } = await bodyOf(served.send(`virtualMachines?maxpagesize=1&asOf=${runIdOf(1)}`));
    served.inventory.database.exec('DELETE FROM run WHERE seq = 1');
    const response = await served.send(nextLink.replace(`${origin}/api/`, ''));
    expect(response.status).toBe(410);
    expect(response.headers.get('x-ms-error-code')).toBe('SkipTokenExpired');
  });

  test('answers 304 to a client that has the list, until the next publication', async () => {
    using served = servedInventory();
    const etag = (await served.send('virtualMachines')).headers.get('etag') ?? '';
    const again = await served.send('virtualMachines', { headers: { 'if-none-match': `"x", W/${etag}` } });
    const any = await served.send('virtualMachines', { headers: { 'if-none-match': '*' } });
    const other = await served.send('virtualMachines?deleted=any', { headers: { 'if-none-match': etag } });
    const later = await served.send(
      'virtualMachines',
      { headers: { 'if-none-match': etag } },
      { ...served.context, currentDatabase: served.publish('"published-3"') },
    );
    expect([again.status, any.status, other.status, later.status]).toEqual([304, 304, 200, 200]);
    expect(again.headers.get('etag')).toBe(etag);
  });

  test('is not complete while the newest database is damaged and the one before is shown', async () => {
    using served = servedInventory();
    const damaged = { ...served.context, currentDatabase: served.publish('"published-2"', true) };
    const path = `virtualMachines?subscriptionId=${sub1}`;
    expect((await bodyOf(served.send(path))).complete).toBe(true);
    expect((await bodyOf(served.send(path, {}, damaged))).complete).toBe(false);
  });

  test('comes whole as CSV and NDJSON, with completeness in headers and harmless formulas', async () => {
    using served = servedInventory();
    const csv = await served.send('virtualMachines?format=csv&select=name,stale');
    const ndjson = await served.send('virtualMachines', { headers: { accept: 'application/x-ndjson' } });
    expect(csv.headers.get('content-type')).toContain('text/csv');
    expect(csv.headers.get('x-inventory-complete')).toBe('false');
    expect(csv.headers.get('x-inventory-run-id')).toBe(runIdOf(2));
    expect(csv.headers.get('x-inventory-as-of')).toBe(finishedAt(2));
    const lines = (await csv.text()).split('\r\n');
    expect(lines).toContain("'=vm-other,true");
    expect(lines).toContain('vm-0,false');
    expect((await ndjson.text()).trim().split('\n')).toHaveLength(5);
  });

  test('disposes the database after each answer, even if the client does not read all of it', async () => {
    using served = servedInventory();
    for (const path of [
      'virtualMachines',
      'virtualMachines',
      'virtualMachines?format=csv',
      'virtualMachines?asOf=2020-01-01',
      'database',
    ]) {
      await (await served.send(path)).arrayBuffer();
    }
    await served.send('virtualMachines?format=ndjson', { method: 'HEAD' });
    await served.send('principals/lookup', { method: 'POST', body: '{"ids":[]}' });
    expect(served.readers.open).toBe(0);
  });

  test('pages CSV on request, and names the next page in a header', async () => {
    using served = servedInventory();
    const response = await served.send('virtualMachines?format=csv&select=name&orderby=name&maxpagesize=2');
    expect(await response.text()).toBe("name\r\n'=vm-other\r\nvm-0\r\n");
    expect(response.headers.get('link')).toMatch(/^<https:.*skiptoken=.*>; rel="next"$/);
  });

  test('prefers the parameter to Accept', async () => {
    using served = servedInventory();
    const response = await served.send('virtualMachines?format=json', { headers: { accept: 'text/csv' } });
    expect(response.headers.get('content-type')).toContain('application/json');
  });

  test('gives the same bytes from the cache, which stays within its limit', async () => {
    using served = servedInventory();
    const context = { ...served.context, responses: createResponseCache(40_000) };
    const once = await (await served.send('virtualMachines', {}, context)).text();
    for (let page = 1; page < 50; page++) await served.send(`virtualMachines?maxpagesize=${page}`, {}, context);
    expect(await (await served.send('virtualMachines', {}, context)).text()).toBe(once);
  });
});

describe('one virtual machine', () => {
  test('is found by its resource id in any case', async () => {
    using served = servedInventory();
    const response = await served.send(idOf('VM-1').replace('Group-1', 'gROUP-1'));
    expect(await bodyOf(response)).toMatchObject({ name: 'vm-1', deletedAt: null, principalIds: [principalOf(1)] });
    expect(response.headers.get('x-inventory-complete')).toBe('true');
  });

  test('answers 200 with deletedAt once deleted, and as it was with asOf', async () => {
    using served = servedInventory();
    expect((await bodyOf(served.send(idOf('vm-4')))).deletedAt).toMatch(/^2026-11-01T02:01/);
    expect((await bodyOf(served.send(`${idOf('vm-4')}?asOf=${runIdOf(1)}`))).deletedAt).toBeNull();
  });

  test('says where it moved to, and is in no list of deleted machines', async () => {
    using database = openForWriting(':memory:');
    const [here, there] = ['here', 'there'].map((resourceGroup) => machine('web', { resourceGroup }));
    for (const [index, web] of [here, there].entries()) {
      mergeRun(database, {
        day: index + 1,
        subscriptions: { [guid(1)]: { machines: web === undefined ? [] : [web] } },
      });
    }
    const published = { database, etag: '"moved"', damaged: false, [Symbol.dispose]: () => undefined };
    using served = servedInventory({ currentDatabase: async () => published });
    const shown: unknown = await (await served.send(String(here?.id.slice(1)))).json();
    const selected = await (await served.send(`${here?.id.slice(1)}?select=movedTo`)).json();

    expect(shown).toMatchObject({ id: here?.id, deletedAt: null, movedTo: there?.id });
    expect(v.parse(shapes.VirtualMachineById, shown)).toEqual(shown);
    expect(Object.keys(Object(selected))).toEqual(['movedTo', 'asOf', 'runId', 'complete', 'coverage']);
    expect((await bodyOf(served.send('virtualMachines?deleted=true'))).value).toEqual([]);
  });

  test('answers 404 when never seen', async () => {
    using served = servedInventory();
    const response = await served.send(idOf('nobody'));
    expect(response.status).toBe(404);
    expect((await bodyOf(response)).error?.code).toBe('ResourceNotFound');
  });

  test('has a list of its subscription', async () => {
    using served = servedInventory();
    const body = await bodyOf(served.send(`subscriptions/${sub2}/providers/Microsoft.Compute/virtualMachines`));
    expect(names(body)).toEqual(['=vm-other']);
    expect(body.complete).toBe(false);
    const page = 'contains=VM&vmSize=standard_d2S_v5&skip=1&maxpagesize=2&count=true&orderby=name';
    const part = await served.send(`subscriptions/${sub1}/providers/Microsoft.Compute/virtualMachines?${page}`);
    const second = await bodyOf(part);
    expect(names(second)).toEqual(['vm-1', 'vm-2']);
    expect(second).toMatchObject({ count: 4, complete: true });
  });
});
