import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { openStore } from '../lib/azure/store/open-store.ts';
import { planHash } from '../lib/azure/store/plans.ts';
import { writeBatch } from '../lib/collect/batch/write-batch.ts';
import type { Plan } from '../lib/inventory/plan.ts';
import type { KindReading } from '../lib/inventory/reading.ts';
import { absentProperties, type MachineReading } from '../lib/inventory/virtual-machine.ts';
import { divideIntoBatches } from '../lib/run/divide-into-batches.ts';
import { publishRun } from '../lib/run/publish-run.ts';
import { newRunRecord } from '../lib/run/run-record.ts';
import { readSettings } from '../lib/settings.ts';
import { absentArm } from '../test/support/absent-arm.ts';
import { runSettings } from '../test/support/run-settings.ts';

/**
 * One step of a run over generated machines: `publish-step.ts collect|publish NUMBER MACHINES FOLDER`.
 * The environment names the store. Every run has the same machines.
 */
const machinesPerSubscription = 1000;
const [step, number = '1', count = '', folder = ''] = process.argv.slice(2);
const store = openStore(readSettings(process.env), process.env);
const { signal } = new AbortController();
const startedAt = new Date(Date.UTC(2026, 0, 1) + Number(number) * 3_600_000).toISOString();
const plan: Plan = {
  runId: `${startedAt.replaceAll(/[-:]|\.\d+/g, '')}-0000`,
  trigger: 'timer',
  startedAt,
  scope: null,
  kinds: ['virtualMachines', 'powerStates'],
  clientIds: false,
  subscriptions: Array.from({ length: Number(count) / machinesPerSubscription }, (_, index) => ({
    subscriptionId: guid(`subscription ${index}`),
    displayName: `Subscription ${index}`,
    tenantId: guid('tenant'),
    state: 'Enabled',
    skip: null,
  })),
  outOfScope: [],
  blindSpots: [],
  blindSpotsKnown: true,
  reason: null,
  principalId: null,
};

const batches = divideIntoBatches(plan.subscriptions, []);
const hash = planHash(plan, batches);

if (step === 'collect') await collect();
else {
  await publishRun({
    store,
    recorded: { plan, batches, hash },
    folder,
    signal,
    settings: runSettings,
    sources: [],
    machines: Number(count),
    arm: absentArm,
    onProgress: () => undefined,
  });
}

async function collect(): Promise<void> {
  await store.runs.create(newRunRecord(plan.runId, 'timer', null, startedAt), signal);
  for (const [batch, { subscriptionIds }] of batches.entries()) {
    const path = join(folder, `${number}-${batch}.batch`);
    const writer = writeBatch(path);
    for (const subscriptionId of subscriptionIds) {
      const machines = Array.from({ length: machinesPerSubscription }, (_, index) => machine(subscriptionId, index));
      const powerStates = machines.map(({ id }) => ({ id, powerState: 'PowerState/running' }));
      writer.write({ type: 'begin', subscriptionId, readAt: startedAt });
      writer.write({ type: 'machines', subscriptionId, rows: machines });
      writer.write({ type: 'powerStates', subscriptionId, rows: powerStates });
      for (const kind of plan.kinds) {
        const reading: KindReading = {
          subscriptionId,
          kind,
          status: 'complete',
          reason: null,
          count: machines.length,
          readAt: startedAt,
          requests: 20,
          pages: 20,
          retries: 0,
          throttledMilliseconds: 0,
          requestId: null,
        };
        writer.write({ type: 'end', reading });
      }
    }
    const counts = await writer.finish();
    await store.batches.write({ runId: plan.runId, planHash: hash, batch }, { path, counts }, signal);
  }
}

function machine(subscriptionId: string, index: number): MachineReading {
  const name = `vm-web-prod-${index}`;
  const resourceGroup = `rg-web-prod-${index % 20}`;
  return {
    ...absentProperties,
    id: `/subscriptions/${subscriptionId}/resourceGroups/${resourceGroup}/providers/Microsoft.Compute/virtualMachines/${name}`,
    name,
    type: 'Microsoft.Compute/virtualMachines',
    subscriptionId,
    resourceGroup,
    location: 'westeurope',
    zones: ['1'],
    vmId: guid(`${subscriptionId} ${index}`),
    vmSize: 'Standard_D4s_v5',
    osType: 'Linux',
    priority: 'Regular',
    provisioningState: 'Succeeded',
    timeCreated: '2025-03-01T10:00:00.123Z',
    tags: { env: 'prod', team: 'web', costCenter: '4711' },
    identity: {
      type: 'SystemAssigned',
      principalId: guid(`principal ${subscriptionId} ${index}`),
      tenantId: guid('tenant'),
      userAssignedIdentities: {},
    },
  };
}

function guid(seed: string): string {
  const digits = createHash('md5').update(seed).digest('hex');
  return digits.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
