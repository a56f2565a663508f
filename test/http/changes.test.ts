import { describe, expect, test } from 'vitest';
import { finishedAt, readAt, runIdOf } from '../database/fixtures/inventory.ts';
import { writeAuthor } from '../support/authors.ts';
import { bodyOf } from './fixtures/body-of.ts';
import { machineId, origin, principalOf, servedInventory, sub1, sub2 } from './fixtures/served-inventory.ts';

const kinds = (body: { readonly value: readonly Record<string, unknown>[] }) => body.value.map(({ kind }) => kind);
const errorOf = async (response: Response) => [response.status, response.headers.get('x-ms-error-code')];

describe('changes', () => {
  test('are those between the last two runs, with before and after', async () => {
    using served = servedInventory();
    const response = await served.send('changes');
    const body = await bodyOf(response);
    expect(body.value).toMatchObject([
      {
        kind: 'virtualMachineUpdated',
        resourceId: machineId('vm-0'),
        runId: runIdOf(2),
        at: readAt(2),
        before: { tags: { env: 'prod' } },
        after: { tags: { env: 'prod', formula: '=1+1' } },
      },
      { kind: 'virtualMachineDeleted', resourceId: machineId('vm-4'), before: { name: 'vm-4' }, after: null },
    ]);
    expect(body).toMatchObject({
      runId: runIdOf(2),
      complete: false,
      coverage: { complete: 1, denied: 1 },
      nextLink: '',
    });
    expect(response.headers.get('x-inventory-run-id')).toBe(runIdOf(2));
  });

  test.each([
    [`from=${runIdOf(1)}`, ['virtualMachineUpdated', 'virtualMachineDeleted']],
    ['from=2026-11-01T01:30:00Z&to=2026-11-01T02:30:00Z', ['virtualMachineUpdated', 'virtualMachineDeleted']],
    [`from=${runIdOf(2)}`, []],
    [`from=${runIdOf(1)}&to=${runIdOf(1)}`, []],
    [`to=${runIdOf(1)}`, []],
    ['kind=virtualMachineDeleted', ['virtualMachineDeleted']],
    [`resourceId=${encodeURIComponent(machineId('VM-0'))}`, ['virtualMachineUpdated']],
    [`principalId=${principalOf(4).toUpperCase()}`, ['virtualMachineDeleted']],
    [`subscriptionId=${sub2}`, []],
  ])('filters by %s', async (query, expected) => {
    using served = servedInventory();
    expect(kinds(await bodyOf(served.send(`changes?${query}`)))).toEqual(expected);
  });

  test('name their author, and are filtered by it', async () => {
    using served = servedInventory();
    writeAuthor(served.inventory.database, 2, ['virtualMachineDeleted'], { caller: 'Zoë@example.com' });
    const all = await bodyOf(served.send('changes?select=kind,by,byStatus'));
    const some = await bodyOf(served.send(`changes?caller=${encodeURIComponent('ZOË@EXAMPLE.COM')}`));
    const none = await bodyOf(served.send('changes?caller=ada@example.com'));
    expect(all.value).toMatchObject([
      { kind: 'virtualMachineUpdated', by: null, byStatus: 'notRead' },
      { kind: 'virtualMachineDeleted', by: { caller: 'Zoë@example.com', callerType: 'user' }, byStatus: 'found' },
    ]);
    expect([kinds(some), kinds(none)]).toEqual([['virtualMachineDeleted'], []]);
  });

  test('have the completeness of the kinds and the subscription that they show', async () => {
    using served = servedInventory();
    const complete = async (query: string) => (await bodyOf(served.send(`changes?${query}`))).complete;
    expect(await complete(`subscriptionId=${sub1}`)).toBe(true);
    expect(await complete('kind=subscriptionAppeared')).toBe(true);
    expect(await complete('kind=roleAssigned')).toBe(false);
  });

  test.each([
    ['from=yesterday', 400, 'InvalidParameter'],
    ['caller=%00', 400, 'InvalidParameter'],
    ['to=2026-02-30', 400, 'InvalidParameter'],
    ['resourceId=vm-0', 400, 'InvalidParameter'],
    ['kind=created', 400, 'InvalidParameter'],
    ['orderby=at', 400, 'InvalidParameter'],
    ['asOf=2026-11-21', 400, 'UnknownParameter'],
    ['from=2026-11-01&from=2026-11-02', 400, 'RepeatedParameter'],
    [`from=${runIdOf(2)}&to=${runIdOf(1)}`, 400, 'InvalidParameter'],
    ['from=2026-11-30&to=2026-11-29', 400, 'InvalidParameter'],
    ['from=20200101T000000Z-0000', 404, 'RunNotFound'],
    ['to=20200101T000000Z-0000', 404, 'RunNotFound'],
    ['from=2020-01-01', 404, 'NoRunAtThatTime'],
    ['to=2020-01-01', 404, 'NoRunAtThatTime'],
  ])('answer %s with %i %s', async (query, status, code) => {
    using served = servedInventory();
    expect(await errorOf(await served.send(`changes?${query}`))).toEqual([status, code]);
    expect(served.readers.open).toBe(0);
  });

  test('come in pages that stay between the two runs of the first page, whatever is published meanwhile', async () => {
    using served = servedInventory();
    const first = await bodyOf(served.send('changes?maxpagesize=1'));
    served.inventory.run();
    served.inventory.read(sub1);
    const next = first.nextLink.slice(`${origin}/api/`.length);
    const published = { ...served.context, currentDatabase: served.publish('"published-3"') };
    const second = await bodyOf(served.send(next, {}, published));
    expect(second.runId).toBe(runIdOf(2));
    expect([...kinds(first), ...kinds(second)]).toEqual(['virtualMachineUpdated', 'virtualMachineDeleted']);
    expect(second.nextLink).toBe('');
    expect(kinds(await bodyOf(served.send('changes', {}, published)))).toEqual([]);
  });

  test('come with the newest run first, in pages that end at the earlier run', async () => {
    using served = servedInventory();
    served.inventory.run();
    served.inventory.end(2, 'virtualMachineDeleted');
    served.inventory.end(3, 'virtualMachineDeleted');
    const pages = async (query: string, found: unknown[] = []): Promise<readonly unknown[]> => {
      const body = await bodyOf(served.send(`changes?${query}`));
      const all = [...found, ...body.value.map(({ resourceId }) => String(resourceId).split('/').at(-1))];
      return body.nextLink === '' ? all : pages(body.nextLink.split('?')[1] ?? '', all);
    };
    const newestFirst = `orderby=${encodeURIComponent('runId desc')}`;
    const all = ['vm-2', 'vm-1', 'vm-4', 'vm-0'];

    expect(await pages(`from=${runIdOf(1)}&${newestFirst}&maxpagesize=1`)).toEqual(all);
    expect(await pages(`from=${runIdOf(1)}&orderby=runId`)).toEqual(all.toReversed());
    // Neither a run nor a time as the end, nor the default, goes further back on a later page.
    for (const from of [`from=${runIdOf(2)}&`, `from=${finishedAt(2)}&`, '']) {
      expect([from, await pages(`${from}${newestFirst}&maxpagesize=1`)]).toEqual([from, ['vm-2', 'vm-1']]);
    }
    const csv = await (await served.send(`changes?${newestFirst}&format=csv&select=resourceId`)).text();
    expect(csv).toMatch(/vm-2\s+.*vm-1\s*$/);
  });

  test('keep to a time that was after all runs when the first page was requested', async () => {
    using served = servedInventory();
    const first = await bodyOf(served.send(`changes?from=${runIdOf(1)}&to=2030-01-01&maxpagesize=1`));
    served.inventory.run();
    const second = await bodyOf(served.send(first.nextLink.slice(`${origin}/api/`.length)));
    expect([second.runId, kinds(second)]).toEqual([runIdOf(2), ['virtualMachineDeleted']]);
  });

  test('are a 304 to a client that has them, until the next publication', async () => {
    using served = servedInventory();
    const headers = { 'if-none-match': (await served.send('changes')).headers.get('etag') ?? '' };
    const later = { ...served.context, currentDatabase: served.publish('"published-3"') };
    const statuses = [await served.send('changes', { headers }), await served.send('changes', { headers }, later)];
    expect(statuses.map(({ status }) => status)).toEqual([304, 200]);
  });

  test('come whole as CSV and NDJSON, with harmless formulas', async () => {
    using served = servedInventory();
    const csv = await served.send('changes?format=csv');
    const chosen = await served.send('changes?format=csv&select=kind,resourceId');
    const ndjson = await served.send('changes', { headers: { accept: 'application/x-ndjson' } });
    expect(csv.headers.get('x-inventory-complete')).toBe('false');
    expect(await csv.text()).toContain('"{""tags"":{""env"":""prod"",""formula"":""=1+1""}}"');
    expect((await chosen.text()).split('\r\n')).toEqual([
      'kind,resourceId',
      `virtualMachineUpdated,${machineId('vm-0')}`,
      `virtualMachineDeleted,${machineId('vm-4')}`,
      '',
    ]);
    expect((await ndjson.text()).trim().split('\n')).toHaveLength(2);
    expect(served.readers.open).toBe(0);
  });
});
