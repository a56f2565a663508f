import * as v from 'valibot';
import { describe, expect, test } from 'vitest';
import { shapes } from '../../lib/http/openapi/shapes.ts';
import { finishedAt, runIdOf } from '../database/fixtures/inventory.ts';
import { principalOf, servedInventory, sub1, sub2 } from './fixtures/served-inventory.ts';

type Served = ReturnType<typeof servedInventory>;

async function summaryOf(served: Served, query = '', context = served.context) {
  const response = await served.send(`summary${query}`, {}, context);
  const body: unknown = await response.json();
  // Parsing drops fields that the shape does not have.
  expect(v.parse(shapes.Summary, body)).toEqual(body);
  return v.parse(shapes.Summary, body);
}

describe('the summary', () => {
  test('has the numbers of the newest run, and what is missing from it', async () => {
    using served = servedInventory();
    served.inventory.blindSpot('33333333-3333-4333-8333-333333333333');

    const summary = await summaryOf(served);

    expect(summary).toMatchObject({
      version: '1.2.3',
      damaged: false,
      reason: null,
      asOf: finishedAt(2),
      runId: runIdOf(2),
      previousRunId: runIdOf(1),
      complete: false,
      coverage: { complete: 1, denied: 1, blindSpots: 1 },
      // The machine in the subscription that could not be read is stale.
      machines: {
        virtualMachines: 5,
        scaleSets: 0,
        arcMachines: 0,
        stale: 1,
        byIdentityType: { none: 0, systemAssigned: 4, userAssigned: 1, both: 0 },
      },
      principals: { attached: 3 },
      findings: { high: 1, medium: 2, low: 1, stale: 1, accepted: 0 },
      changes: { virtualMachineCreated: 2 },
      gaps: [
        {
          subscriptionId: sub2,
          displayName: `Name of ${sub2}`,
          status: 'denied',
          reason: { code: 'AuthorizationFailed' },
        },
      ],
      blindSpots: [{ subscriptionId: '33333333-3333-4333-8333-333333333333', source: 'previousRun' }],
      runs: [
        { runId: runIdOf(1), finishedAt: finishedAt(1), complete: true, virtualMachineCount: 7, principalCount: 3 },
        { runId: runIdOf(2) },
      ],
    });
    expect(summary.findings.byRule).toEqual({
      privilegedIdentity: 1,
      sharedIdentity: 1,
      danglingIdentity: 1,
      crossSubscriptionAccess: 1,
    });
  });

  test('of an earlier run knows nothing of the later ones', async () => {
    using served = servedInventory();

    const summary = await summaryOf(served, `?asOf=${runIdOf(1)}`);

    expect(summary).toMatchObject({
      runId: runIdOf(1),
      previousRunId: null,
      complete: true,
      machines: { virtualMachines: 6, stale: 0, byIdentityType: { systemAssigned: 5, userAssigned: 1 } },
      findings: { high: 0, medium: 0, low: 0, stale: 0, accepted: 0, byRule: {} },
      gaps: [],
      blindSpots: [],
    });
    expect(summary.runs.map(({ runId }) => runId)).toEqual([runIdOf(1)]);
  });

  test('counts accepted findings apart, and changes its ETag with them', async () => {
    using served = servedInventory();
    const acceptance = {
      rule: 'privilegedIdentity',
      resourceId: null,
      principalId: principalOf(0).toUpperCase(),
    } as const;
    const accepting = {
      ...served.context,
      acceptedFindings: async () => [{ ...acceptance, reason: 'known', expires: '2030-01-01' }],
    };

    const { findings } = await summaryOf(served, '', accepting);
    const etags = await Promise.all(
      [served.context, accepting].map(async (context) =>
        (await served.send('summary', {}, context)).headers.get('etag'),
      ),
    );

    expect(findings).toMatchObject({ high: 0, medium: 2, accepted: 1 });
    expect(findings.byRule.privilegedIdentity).toBeUndefined();
    expect(new Set(etags).size).toBe(2);
  });

  test('agrees with the lists that it counts', async () => {
    using served = servedInventory();
    const { inventory } = served;
    const [sub3, sub4] = ['44444444-4444-4444-8444-444444444444', '55555555-5555-4555-8555-555555555555'];
    inventory.subscription(sub3);
    inventory.subscription(sub4, { visibility: 'lost' });
    inventory.read(sub3, 'complete');
    inventory.read(sub3, 'failed', { kind: 'scaleSets', reason: 'Throttled' });
    const both = 'SystemAssigned, UserAssigned';
    inventory.machine({ name: 'set', subscription: sub3, type: 1, identityType: both, instanceCount: 3 });
    inventory.machine({ name: 'arc', subscription: sub3, type: 2 });
    inventory.machine({ name: 'lost', subscription: sub4 });
    const unseen = inventory.machine({ name: 'unseen', subscription: sub3 });
    inventory.unseen(unseen, finishedAt(1));
    const gone = inventory.machine({ name: 'gone', subscription: sub3 });
    inventory.unseen(gone, finishedAt(1));
    inventory.end(gone, 'virtualMachineDeleted');
    const countOf = async (list: string) => {
      const body = v.parse(v.looseObject({ value: v.array(v.unknown()) }), await (await served.send(list)).json());
      return body.value.length;
    };

    const { machines, gaps, coverage } = await summaryOf(served);

    expect(machines.virtualMachines).toBe(await countOf('virtualMachines'));
    expect(machines.scaleSets).toBe(await countOf('virtualMachines?type=scaleSets'));
    expect(machines.arcMachines).toBe(await countOf('virtualMachines?type=arc'));
    expect(machines.stale).toBe(await countOf('virtualMachines?type=any&stale=true'));
    expect(machines.byIdentityType.none).toBe(await countOf('virtualMachines?type=any&identityType=none'));
    expect(machines.byIdentityType.both).toBe(1);
    expect(gaps.map(({ status }) => status)).toEqual(['denied', 'partial']);
    expect(coverage).toMatchObject({ denied: 1, partial: 1 });
  });

  test('names the five worst gaps, and five blind spots', async () => {
    using served = servedInventory();
    const { inventory } = served;
    const idOf = (n: number) => `6666666${n}-6666-4666-8666-666666666666`;
    for (const [n, status] of (['partial', 'failed', 'skipped', 'denied', 'partial', 'failed'] as const).entries()) {
      inventory.subscription(idOf(n));
      inventory.read(idOf(n), status, { reason: 'Because' });
      inventory.blindSpot(`7777777${n}-7777-4777-8777-777777777777`);
    }

    const { gaps, blindSpots } = await summaryOf(served);

    expect(gaps.map(({ subscriptionId, status }) => [subscriptionId, status])).toEqual([
      [sub2, 'denied'],
      [idOf(3), 'denied'],
      [idOf(1), 'failed'],
      [idOf(5), 'failed'],
      [idOf(0), 'partial'],
    ]);
    expect(blindSpots).toHaveLength(5);
  });

  test('says that blind spots are unknown, why a run is not complete, and that the newest file is damaged', async () => {
    using served = servedInventory();
    served.inventory.run({ reason: 'NoSubscriptions', blindSpotsKnown: false });
    const damaged = { ...served.context, currentDatabase: served.publish('"before"', true) };

    expect(await summaryOf(served)).toMatchObject({
      damaged: false,
      complete: false,
      reason: { code: 'NoSubscriptions' },
      blindSpots: null,
      coverage: { blindSpots: null },
    });
    expect(await summaryOf(served, `?asOf=${runIdOf(1)}`, damaged)).toMatchObject({ damaged: true, complete: false });
  });

  test('counts a principal as attached if the list does: one that a complete list lacks is dangling', async () => {
    using served = servedInventory();
    const { inventory } = served;
    const resourceId = `/subscriptions/${sub1}/resourceGroups/g/providers/Microsoft.ManagedIdentity/userAssignedIdentities/x`;
    const identity = inventory.userAssigned({ resourceId, principalId: principalOf(20), clientId: null });
    inventory.attach(
      inventory.machine({ name: 'vm-20', subscription: sub1, identityType: 'UserAssigned' }),
      identity,
      1,
    );
    inventory.database.exec('UPDATE run SET principal_count = 6 WHERE seq = 2');

    const before = await summaryOf(served);
    inventory.presence(identity, false);
    const after = await summaryOf(served, '?asOf=2030-01-01', {
      ...served.context,
      currentDatabase: served.publish('"b"'),
    });

    expect([before, after].map(({ principals }) => principals)).toEqual([{ attached: 6 }, { attached: 5 }]);
    const attached = v.parse(
      v.looseObject({ value: v.array(v.unknown()) }),
      await (await served.send('principals?state=attached')).json(),
    );
    expect(attached.value).toHaveLength(5);
  });

  test('has the last 60 runs, the oldest first', async () => {
    using served = servedInventory();
    for (let n = 0; n < 70; n += 1) served.inventory.run();

    const { runs, previousRunId } = await summaryOf(served);

    expect(runs.map(({ runId }) => runId)).toEqual(Array.from({ length: 60 }, (_, n) => runIdOf(n + 13)));
    expect(previousRunId).toBe(runIdOf(71));
  });

  test('refuses other parameters, and knows no run before the first', async () => {
    using served = servedInventory();
    const statuses = ['?select=runs', '?asOf=2020-01-01', '?asOf=yesterday'].map(async (query) => {
      return (await served.send(`summary${query}`)).status;
    });
    expect(await Promise.all(statuses)).toEqual([400, 404, 400]);
  });
});
