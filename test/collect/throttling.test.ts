import { expect, test } from 'vitest';
import { newRequestMeter, newWaitBudget } from '../../lib/azure/resource-manager/client/request-context.ts';
import { computeApiVersion } from '../../lib/azure/resource-manager/resources/virtual-machines.ts';
import { collectSubscriptions } from '../../lib/collect/collect.ts';
import { planRun } from '../../lib/collect/plan.ts';
import { documentedLimits } from '../../local/azure/faults/rate-limits.ts';
import { type AzureForTests, startAzureForTests } from '../support/azure-session.ts';
import { computeThrottled } from '../support/fault-presets.ts';
import { createLedgerSink } from '../support/ledger-sink.ts';

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
  const sink = createLedgerSink();
  const { subscriptions } = plan;
  await collectSubscriptions({ arm, plan, subscriptions, sink, now: () => '2026-11-21T00:00:00Z', signal });
  return { plan, sink };
}

test.each([
  ['reads', documentedLimits],
  ['lists of Compute', { reads: { burst: 2000, perSecond: 200 }, computeLists: { burst: 60, perSecond: 5 } }],
])('a subscription with more pages than its bucket of %s holds is read whole, and never refused', async (_, limits) => {
  await using stand = await startAzureForTests({ subscriptions: 2, vms: 1500, awkward: false }, limits);

  const { sink } = await collect(stand);

  expect(stand.azure.stats).toMatchObject({ responses429: 0 });
  expect(stand.waits.length).toBeGreaterThan(0);
  expect(sink.machineCount).toBe(3000);
  expect(new Set(sink.readings.map(({ status }) => status))).toEqual(new Set(['complete']));
});

test('hundreds of reads by id in one subscription are never refused', async () => {
  await using stand = await startAzureForTests({ subscriptions: 1, vms: 400, awkward: false }, documentedLimits);
  const { arm } = stand.session();
  const [subscription] = stand.azure.tenant.subscriptions();
  const machines = stand.azure.tenant.virtualMachines(subscription?.subscriptionId ?? '');
  const { signal } = new AbortController();

  const request = () => ({
    apiVersion: computeApiVersion,
    context: { meter: newRequestMeter(), budget: newWaitBudget(), signal },
  });
  await Promise.all(machines.map(({ id }) => arm.get(encodeURI(id), request())));

  expect(stand.azure.stats).toMatchObject({ requests: 400, responses429: 0 });
});

test('a subscription that others keep empty ends as Throttled after five minutes, and holds nobody up', async () => {
  await using stand = await startAzureForTests({ subscriptions: 40, vms: 25, awkward: false });
  const busy = stand.azure.tenant.subscriptions()[7]?.subscriptionId ?? '';
  stand.azure.faults.add({ match: { path: busy }, answer: computeThrottled({ seconds: 1200 }) });

  const { sink } = await collect(stand);

  const [ended, others] = [true, false].map((isBusy) =>
    sink.readings.filter(({ subscriptionId }) => (subscriptionId === busy) === isBusy),
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

test('one that is throttled after its first pages is partial', async () => {
  await using stand = await startAzureForTests({ subscriptions: 2, vms: 95, awkward: false });
  const busy = stand.azure.tenant.subscriptions()[0]?.subscriptionId ?? '';
  stand.azure.faults.add({
    match: { path: `${busy}/.*/virtualMachines$` },
    skip: 6,
    answer: computeThrottled('absent'),
  });

  const { sink } = await collect(stand);

  const reading = sink.readings.find(
    ({ subscriptionId, kind }) => subscriptionId === busy && kind === 'virtualMachines',
  );
  expect(reading).toMatchObject({ status: 'partial', reason: { code: 'Throttled' } });
});
