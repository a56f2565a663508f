import { afterEach, beforeEach, expect, test } from 'vitest';
import { openMerge } from '../../../lib/database/merge/merge.ts';
import { resolveAsOf } from '../../../lib/database/queries/as-of.ts';
import { completeness } from '../../../lib/database/queries/coverage/completeness.ts';
import { readLedger } from '../../../lib/database/queries/coverage/ledger.ts';
import { getVirtualMachine, listVirtualMachines } from '../../../lib/database/queries/machines/virtual-machines.ts';
import { lookupPrincipals } from '../../../lib/database/queries/principals/principals.ts';
import { listRuns } from '../../../lib/database/queries/runs.ts';
import type { CoverageStatus } from '../../../lib/inventory/coverage.ts';
import type { Plan } from '../../../lib/inventory/plan.ts';
import type { KindReading } from '../../../lib/inventory/reading.ts';
import { absentProperties, type MachineReading } from '../../../lib/inventory/virtual-machine.ts';
import { createInventory, finishedAt, type Inventory, readAt, runIdOf, startedAt } from '../fixtures/inventory.ts';

const subscriptionId = '00000000-0000-4000-8000-000000000001';
const idOf = (name: string) =>
  `/subscriptions/${subscriptionId}/resourceGroups/Group-1/providers/Microsoft.Compute/virtualMachines/${name}`;
const identityId = `/subscriptions/${subscriptionId}/resourcegroups/ids/providers/Microsoft.ManagedIdentity/userAssignedIdentities/one`;

const reading = (name: string, more: Partial<MachineReading> = {}): MachineReading => ({
  ...absentProperties,
  id: idOf(name),
  name,
  type: 'Microsoft.Compute/virtualMachines',
  subscriptionId,
  resourceGroup: 'Group-1',
  location: 'westeurope',
  zones: ['1'],
  vmId: `vm-id-of-${name}`,
  vmSize: 'Standard_D2s_v5',
  osType: 'Linux',
  priority: 'Regular',
  provisioningState: 'Succeeded',
  timeCreated: '2025-01-01T00:00:00.000Z',
  tags: { Env: 'prod' },
  identity: {
    type: 'SystemAssigned, UserAssigned',
    principalId: `principal-of-${name}`,
    tenantId: 'tenant-1',
    userAssignedIdentities: { [identityId]: { principalId: 'shared', clientId: 'client' } },
  },
  ...more,
});

/** The fields of a reading that rows have; `instanceCount` only on scale sets. */
const shownOf = ({ instanceCount, ...rest }: MachineReading) => rest;

let inventory: Inventory;
beforeEach(() => {
  inventory = createInventory();
});
afterEach(() => inventory[Symbol.dispose]());

/** Merges one run that read the subscription; null: it no longer saw it. */
function merge(seq: number, machines: readonly MachineReading[] | null, status: CoverageStatus = 'complete'): void {
  const plan: Plan = {
    runId: runIdOf(seq),
    trigger: 'cli',
    startedAt: startedAt(seq),
    scope: null,
    principalId: null,
    kinds: ['virtualMachines', 'powerStates'],
    clientIds: false,
    subscriptions:
      machines === null
        ? []
        : [{ subscriptionId, displayName: 'One', tenantId: 'tenant-1', state: 'Enabled', skip: null }],
    outOfScope: [],
    blindSpots:
      machines === null ? [{ subscriptionId, displayName: 'One', source: 'previousRun', grantCommand: 'az …' }] : [],
    blindSpotsKnown: true,
    reason: null,
  };
  const options = {
    ignoredTags: [],
    retentionDays: 400,
    idleDays: 30,
    sharedIdentityLimit: 10,
    finishedAt: () => finishedAt(seq),
  };
  const merging = openMerge(inventory.database, plan, options);
  if (machines !== null) {
    const powerStates = machines.map(({ id }) => ({ id, powerState: 'PowerState/running' }));
    merging.write({ type: 'begin', subscriptionId, readAt: readAt(seq) });
    merging.write({ type: 'machines', subscriptionId, rows: machines });
    merging.write({ type: 'powerStates', subscriptionId, rows: powerStates });
    for (const kind of ['virtualMachines', 'powerStates'] as const) {
      const reading: KindReading = {
        subscriptionId,
        kind,
        readAt: readAt(seq),
        status: kind === 'virtualMachines' ? status : 'complete',
        reason: null,
        count: machines.length,
        requests: 1,
        pages: 1,
        retries: 0,
        throttledMilliseconds: 0,
        requestId: null,
      };
      merging.write({ type: 'end', reading });
    }
  }
  for (const { answer } of merging.followUps()) answer({ outcome: 'absent' });
  merging.commit();
}

test('queries show what was merged, now and as of every run', () => {
  merge(1, [reading('one'), reading('two')]);
  merge(2, [reading('one', { tags: { Env: 'test' } })]);
  const powerStates = listVirtualMachines(inventory.open(), resolveAsOf(inventory.open(), null), {}, { limit: 9 });
  expect(powerStates.value.map((machine) => machine.powerState)).toEqual(['PowerState/running']);
  merge(3, [], 'partial');
  merge(4, null);
  const database = inventory.open();
  const runs = [1, 2, 3, 4].map((seq) => resolveAsOf(database, runIdOf(seq)));
  // A power state is of the present only: once it is unread, no run shows it.
  const shown = {
    subscriptionName: 'One',
    powerState: null,
    firstSeen: readAt(1),
    deletedAt: null,
    stale: false,
  };
  expect(runs.map((asOf) => listVirtualMachines(database, asOf, {}, { limit: 9 }).value)).toMatchObject([
    [
      { ...shownOf(reading('one')), ...shown, lastSeen: readAt(1), principalIds: ['principal-of-one', 'shared'] },
      { ...shownOf(reading('two')), ...shown, lastSeen: readAt(1), principalIds: ['principal-of-two', 'shared'] },
    ],
    [{ ...shownOf(reading('one')), ...shown, tags: { Env: 'test' }, lastSeen: readAt(2) }],
    [{ id: idOf('one'), stale: true, lastSeen: readAt(2), powerState: null }],
    [{ id: idOf('one'), stale: true, lastSeen: readAt(2), powerState: null }],
  ]);
  expect(runs.map((asOf) => getVirtualMachine(database, asOf, idOf('TWO'))?.deletedAt)).toEqual([
    null,
    readAt(2),
    readAt(2),
    readAt(2),
  ]);
  expect(runs.map((asOf) => completeness(database, asOf, ['virtualMachines'], {}).complete)).toEqual([
    true,
    true,
    false,
    false,
  ]);
  expect(
    runs.map((asOf) => lookupPrincipals(database, asOf, ['principal-of-two', 'CLIENT']).map((p) => p.state)),
  ).toEqual([['attached', 'attached'], ...[2, 3, 4].map(() => ['gone', 'attached'])]);
  expect(
    runs.map((asOf) => readLedger(database, asOf)).map((ledger) => [ledger.coverage.length, ledger.blindSpots?.length]),
  ).toEqual([
    [1, 0],
    [1, 0],
    [1, 0],
    [0, 1],
  ]);
  expect(listRuns(database).map((run) => [run.id, run.virtualMachineCount])).toEqual([
    [runIdOf(4), 1],
    [runIdOf(3), 1],
    [runIdOf(2), 1],
    [runIdOf(1), 2],
  ]);
});
