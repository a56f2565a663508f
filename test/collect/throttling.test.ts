import { expect, test } from 'vitest';
import { newRequestContext } from '../../lib/azure/resource-manager/client/request-context.ts';
import { computeApiVersion } from '../../lib/azure/resource-manager/resources/virtual-machines.ts';
import { collectSubscriptions } from '../../lib/collect/collect-subscriptions.ts';
import { planRun } from '../../lib/collect/plan-run.ts';
import { documentedLimits } from '../../local/azure/faults/rate-limits.ts';
import { type AzureForTests, startAzureForTests } from '../support/azure-session.ts';
import { computeThrottled } from '../support/fault-presets.ts';
import { recordEvents } from '../support/recorded-events.ts';

/** Reads all subscriptions of the local Azure. */
async function collect(stand: AzureForTests) {
  const { signal } = new AbortController();
  const settings = stand.settings();
  const { arm } = stand.session(settings);
  const plan = await planRun({
    arm,
    settings,
    signal,
    known: [],
    principalId: null,
    runId: 'run-1',
    trigger: 'cli',
    startedAt: '2026-11-21T00:00:00Z',
    scope: null,
  });
  const recorded = recordEvents();
  const { subscriptions } = plan;
  await collectSubscriptions({
    arm,
    plan,
    subscriptions,
    sink: recorded.write,
    signal,
  });
  return { plan, recorded };
}

test.each([
  ['reads', documentedLimits],
  ['lists of Compute', { reads: { burst: 2000, perSecond: 200 }, computeLists: { burst: 60, perSecond: 5 } }],
])(
  'a subscription with more pages than its bucket of %s holds is read completely, and never refused',
  async (_, limits) => {
    await using stand = await startAzureForTests({ subscriptions: 2, vms: 1500, awkward: false }, limits);

    const { recorded } = await collect(stand);

    expect(stand.azure.stats).toMatchObject({ responses429: 0 });
    expect(stand.waits.length).toBeGreaterThan(0);
    expect(recorded.rows('machines')).toHaveLength(3000);
    expect(new Set(recorded.readings.map(({ status }) => status))).toEqual(new Set(['complete']));
  },
);

test('hundreds of reads by id in one subscription are never refused', async () => {
  await using stand = await startAzureForTests({ subscriptions: 1, vms: 400, awkward: false }, documentedLimits);
  const { arm } = stand.session();
  const [subscription] = stand.azure.tenant.subscriptions();
  const machines = stand.azure.tenant.virtualMachines(subscription?.subscriptionId ?? '');
  const { signal } = new AbortController();

  const request = () => ({
    apiVersion: computeApiVersion,
    context: newRequestContext(signal),
  });
  await Promise.all(machines.map(({ id }) => arm.get(encodeURI(id), request())));

  expect(stand.azure.stats).toMatchObject({ requests: 400, responses429: 0 });
});

test('a subscription that others keep throttled ends as Throttled after five minutes, and delays no other', async () => {
  await using stand = await startAzureForTests({ subscriptions: 40, vms: 25, awkward: false });
  const busy = stand.azure.tenant.subscriptions()[7]?.subscriptionId ?? '';
  stand.azure.faults.add({ match: { path: busy }, answer: computeThrottled({ seconds: 1200 }) });

  const { recorded } = await collect(stand);

  const [ended, others] = [true, false].map((isBusy) =>
    recorded.readings.filter(({ subscriptionId }) => (subscriptionId === busy) === isBusy),
  );
  expect(ended?.find(({ kind }) => kind === 'virtualMachines')).toMatchObject({
    status: 'failed',
    reason: { code: 'Throttled' },
  });
  expect(stand.azure.requests.filter(({ path }) => path.includes(busy)).length).toBeLessThanOrEqual(60);
  for (const { throttledMilliseconds } of ended ?? []) expect(throttledMilliseconds).toBeLessThanOrEqual(310_000);
  expect(new Set(others?.map(({ status, throttledMilliseconds }) => `${status} ${throttledMilliseconds}`))).toEqual(
    new Set(['complete 0']),
  );
});

test('a subscription that is throttled after its first pages is partial', async () => {
  await using stand = await startAzureForTests({ subscriptions: 2, vms: 95, awkward: false });
  const busy = stand.azure.tenant.subscriptions()[0]?.subscriptionId ?? '';
  stand.azure.faults.add({
    match: { path: `${busy}/.*/virtualMachines$` },
    skip: 6,
    answer: computeThrottled('absent'),
  });

  const { recorded } = await collect(stand);

  const reading = recorded.readings.find(
    ({ subscriptionId, kind }) => subscriptionId === busy && kind === 'virtualMachines',
  );
  expect(reading).toMatchObject({ status: 'partial', reason: { code: 'Throttled' } });
});
