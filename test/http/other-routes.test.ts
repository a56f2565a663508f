import { describe, expect, test } from 'vitest';
import { listRuns } from '../../lib/database/queries/runs.ts';
import { InventoryError } from '../../lib/errors.ts';
import { finishedAt, runIdOf } from '../database/fixtures/inventory.ts';
import { bodyOf } from './fixtures/body-of.ts';
import { machineId, origin, principalOf, servedInventory, sub1, sub2 } from './fixtures/served-inventory.ts';

describe('subscriptions', () => {
  test('are the coverage ledger, with all blind spots on each page', async () => {
    using served = servedInventory();
    served.inventory.blindSpot('33333333-3333-4333-8333-333333333333');
    const first = await bodyOf(served.send('subscriptions?maxpagesize=1'));
    const second = await bodyOf(served.send(first.nextLink.slice(`${origin}/api/`.length)));
    expect([first, second].map(({ blindSpots }) => blindSpots)).toEqual([first.blindSpots, first.blindSpots]);
    expect(first.blindSpots).toMatchObject([{ source: 'previousRun' }]);
    expect([...first.value, ...second.value]).toMatchObject([
      { subscriptionId: sub1, status: 'complete' },
      { subscriptionId: sub2, status: 'denied', reason: { code: 'AuthorizationFailed', hint: 'do it' } },
    ]);
    expect(second.nextLink).toBe('');
    expect(first.complete).toBe(false);
  });
});

describe('runs', () => {
  test('are listed from the newest, page by page', async () => {
    using served = servedInventory();
    const first = await bodyOf(served.send('runs?maxpagesize=1'));
    const second = await bodyOf(served.send(first.nextLink.slice(`${origin}/api/`.length)));
    expect([...first.value, ...second.value].map(({ id }) => id)).toEqual([runIdOf(2), runIdOf(1)]);
    expect(second.nextLink).toBe('');
  });

  test('are read by id', async () => {
    using served = servedInventory();
    expect(await bodyOf(served.send(`runs/${runIdOf(1)}`))).toMatchObject({ id: runIdOf(1), status: 'succeeded' });
    expect((await served.send('runs/20200101T000000Z-ffff')).status).toBe(404);
    expect((await served.send('runs/latest')).status).toBe(400);
  });

  test('say when to poll as long as they run', async () => {
    using served = servedInventory();
    const [run] = listRuns(served.inventory.database);
    if (run === undefined) throw new Error('the inventory has runs');
    const running = { ...served.context, getRun: async () => ({ ...run, status: 'running' as const }) };
    expect((await served.send(`runs/${run.id}`)).headers.get('retry-after')).toBeNull();
    const seconds = (await served.send(`runs/${run.id}`, {}, running)).headers.get('retry-after');
    expect(Number(seconds)).toBeGreaterThan(0);
  });

  test('start with 202, the address of the run, and when to poll', async () => {
    const started: unknown[] = [];
    using served = servedInventory();
    const [run] = listRuns(served.inventory.database);
    if (run === undefined) throw new Error('the inventory has runs');
    const context = {
      ...served.context,
      startRun: async (subscriptions: readonly string[] | null) => {
        started.push(subscriptions);
        return { outcome: 'started' as const, run };
      },
    };
    const all = await served.send('runs?code=secret', { method: 'POST' }, context);
    const one = await served.send('runs', { method: 'POST', body: `{"subscriptions":["${sub1}"]}` }, context);
    const none = await served.send('runs', { method: 'POST', body: '{"subscriptions":[]}' }, context);
    const list = await served.send('runs', { method: 'POST', body: '[]' }, context);
    expect(list.status).toBe(400);
    expect([all.status, one.status, none.status]).toEqual([202, 202, 400]);
    expect(all.headers.get('location')).toBe(`${origin}/api/runs/${run.id}`);
    expect(Number(all.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(await bodyOf(all)).toMatchObject({ id: run.id });
    expect(started).toEqual([null, [sub1]]);
  });

  test('answer 409 with the id of the running one', async () => {
    using served = servedInventory({ startRun: async () => ({ outcome: 'alreadyRunning', runId: runIdOf(2) }) });
    const response = await served.send('runs', { method: 'POST' });
    expect(response.status).toBe(409);
    expect((await bodyOf(response)).error).toMatchObject({ code: 'RunInProgress', target: runIdOf(2) });
  });

  test('are cancelled with 202, or 409 once they have ended', async () => {
    using served = servedInventory();
    const [run] = listRuns(served.inventory.database);
    if (run === undefined) throw new Error('the inventory has runs');
    const send = (outcome: 'cancelling' | 'ended') =>
      served.send(
        `runs/${run.id}`,
        { method: 'DELETE' },
        { ...served.context, cancelRun: async () => ({ outcome, run }) },
      );
    expect([(await send('cancelling')).status, (await send('ended')).status]).toEqual([202, 409]);
    expect((await served.send('runs/20200101T000000Z-ffff', { method: 'DELETE' })).status).toBe(404);
  });
});

describe('the database', () => {
  test('is a link where one can be made', async () => {
    using served = servedInventory({ databaseLink: async () => 'https://account.blob.example/x?sig=1' });
    const response = await served.send('database');
    expect([response.status, response.headers.get('location')]).toEqual([307, 'https://account.blob.example/x?sig=1']);
    expect(response.headers.get('cache-control')).toBe('no-store');
    const inline = await served.send('database?inline=true');
    expect(inline.status).toBe(200);
    await inline.body?.cancel();
  });

  test('is the file itself otherwise, whole or in ranges', async () => {
    using served = servedInventory();
    const whole = await served.send('database');
    const bytes = Buffer.from(await whole.arrayBuffer());
    const head = await served.send('database', { headers: { range: 'bytes=0-15' } });
    const tail = await served.send('database', { headers: { range: 'bytes=-7' } });
    const beyond = await served.send('database', { headers: { range: `bytes=${bytes.length}-` } });
    const changed = await served.send('database', { headers: { range: 'bytes=0-15', 'if-range': '"other"' } });
    expect(whole.headers.get('content-type')).toBe('application/vnd.sqlite3');
    expect(whole.headers.get('x-inventory-complete')).toBe('false');
    expect([head.status, await head.text()]).toEqual([206, 'SQLite format 3\0']);
    expect(head.headers.get('content-range')).toBe(`bytes 0-15/${bytes.length}`);
    expect(Buffer.from(await tail.arrayBuffer())).toEqual(bytes.subarray(-7));
    expect([beyond.status, beyond.headers.get('content-range')]).toEqual([416, `bytes */${bytes.length}`]);
    expect(changed.status).toBe(200);
    await changed.body?.cancel();
  });
});

describe('entity tags', () => {
  test('of the database depend on the version of the app, which migrates older files', async () => {
    using served = servedInventory();
    const whole = await served.send('database');
    await whole.body?.cancel();
    const rest = await served.send(
      'database',
      { headers: { range: 'bytes=16-', 'if-range': whole.headers.get('etag') ?? '' } },
      { ...served.context, version: '1.2.4' },
    );
    expect(rest.status).toBe(200);
    await rest.body?.cancel();
  });

  test.each([
    ['principals/99999999-9999-4999-8999-999999999999', 404],
    [machineId('never').slice(1), 404],
    ['virtualMachines?asOf=2026-10-01T00:00:00Z', 404],
    ['reports/virtualMachines.csv?asOf=2026-10-01T00:00:00Z', 404],
    ['runs/20200101T000000Z-ffff', 404],
    [`principals/${principalOf(1)}`, 304],
    [machineId('vm-1').slice(1), 304],
    ['virtualMachines?format=csv', 304],
    ['reports/virtualMachines.csv', 304],
    [`runs/${runIdOf(1)}`, 304],
    ['database', 304],
  ])('match any existing answer with *: %s', async (path, status) => {
    using served = servedInventory();
    const first = await served.send(path, { headers: { 'if-none-match': '*' } });
    const whole = await served.send(path);
    await whole.body?.cancel();
    const again = await served.send(path, { headers: { 'if-none-match': '"other", *' } });
    expect([first.status, again.status, whole.status]).toEqual([status, status, status === 304 ? 200 : status]);
    expect([first.body, served.readers.open]).toEqual([status === 304 ? null : first.body, 0]);
  });
});

describe('health', () => {
  const at = (hours: number) => () => new Date(Date.parse(finishedAt(2)) + hours * 3_600_000);

  test('is healthy up to twice the period of the schedule, and shows nothing of the estate', async () => {
    using served = servedInventory({ now: at(12) });
    const response = await served.send('health');
    expect(response.status).toBe(200);
    expect(await bodyOf(response)).toEqual({
      value: [],
      nextLink: '',
      status: 'healthy',
      version: '1.2.3',
      commit: 'c0ffee'.padEnd(40, '0'),
      lastRun: { finishedAt: finishedAt(2), ageSeconds: 43_200, complete: false },
    });
  });

  test('names the commit that the package was built from', async () => {
    using served = servedInventory({ commit: 'c0ffee' });
    expect(await bodyOf(served.send('health'))).toMatchObject({ version: '1.2.3', commit: 'c0ffee' });
  });

  test('is unhealthy when the newest run is older', async () => {
    using served = servedInventory({ now: at(12.1) });
    expect((await served.send('health')).status).toBe(503);
  });

  test('is healthy before the first run, and unhealthy without storage', async () => {
    using before = servedInventory({ lastRun: async () => null });
    using without = servedInventory({
      lastRun: async () => {
        throw new InventoryError('StorageDenied', 'Storage said no');
      },
    });
    expect(await bodyOf(before.send('health'))).toMatchObject({ status: 'healthy', lastRun: null });
    expect(await bodyOf(without.send('health'))).toMatchObject({ status: 'unhealthy', lastRun: null });
    expect(without.errors).toEqual(['health: Storage said no']);
  });
});
