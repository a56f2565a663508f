import type { Database } from '../../lib/database/database.ts';
import { openMerge } from '../../lib/database/merge/merge.ts';
import type { CoverageStatus, Kind } from '../../lib/inventory/coverage.ts';
import type { Plan, Verification } from '../../lib/inventory/reading.ts';
import type { Run } from '../../lib/inventory/run.ts';
import type { MachineReading } from '../../lib/inventory/virtual-machine.ts';

/** Ids that read as what they stand for: `guid(7)` ends in 7. */
export function guid(number: number): string {
  return `00000000-0000-4000-8000-${number.toString().padStart(12, '0')}`;
}

/** A machine of subscription 1 unless told otherwise; each field can be told. */
export function machine(name: string, more: Partial<MachineReading> = {}): MachineReading {
  const subscriptionId = more.subscriptionId ?? guid(1);
  const resourceGroup = more.resourceGroup ?? 'rg';
  return {
    id: `/subscriptions/${subscriptionId}/resourceGroups/${resourceGroup}/providers/Microsoft.Compute/virtualMachines/${name}`,
    name,
    type: 'Microsoft.Compute/virtualMachines',
    subscriptionId,
    resourceGroup,
    location: 'westeurope',
    zones: [],
    vmId: `vm-of-${name}`,
    vmSize: 'Standard_D2s_v5',
    osType: 'Linux',
    priority: 'Regular',
    provisioningState: 'Succeeded',
    timeCreated: '2025-01-01T00:00:00.000Z',
    tags: {},
    scaleSetId: null,
    identity: {
      type: 'SystemAssigned',
      principalId: `principal-of-${name}`,
      tenantId: guid(9),
      userAssignedIdentities: {},
    },
    ...more,
  };
}

export interface SubscriptionReading {
  readonly machines?: readonly MachineReading[];
  readonly status?: CoverageStatus;
  readonly powerStates?: Readonly<Record<string, string>>;
  readonly powerStatus?: CoverageStatus;
  readonly readAt?: string;
  readonly tenantId?: string;
}

export interface RunReading {
  /** Day of November 2026 on which it is read. */
  readonly day: number;
  readonly subscriptions: Readonly<Record<string, SubscriptionReading>>;
  readonly plan?: Partial<Plan>;
  readonly ignoredTags?: readonly string[];
  readonly retentionDays?: number;
  /** What a read by id says; default: there is no such machine. */
  readonly verify?: (resourceId: string) => Verification;
}

export const dayOf = (day: number): string => `2026-11-${String(day).padStart(2, '0')}T06:00:00.000Z`;

/** Merges one run as the steps do: plan, readings, checks by id, commit. */
export function mergeRun(database: Database, reading: RunReading): Run {
  const startedAt = dayOf(reading.day);
  const kinds: readonly Kind[] = ['virtualMachines', 'powerStates'];
  const plan: Plan = {
    runId: `202611${String(reading.day).padStart(2, '0')}T060000Z-0000`,
    trigger: 'cli',
    startedAt,
    scope: null,
    kinds,
    subscriptions: Object.entries(reading.subscriptions).map(([subscriptionId, { tenantId }]) => ({
      subscriptionId,
      displayName: `Subscription ${subscriptionId.slice(-1)}`,
      tenantId: tenantId ?? guid(9),
      state: 'Enabled',
      skip: null,
    })),
    outOfScope: [],
    blindSpots: [],
    blindSpotsKnown: true,
    principalId: null,
    reason: null,
    ...reading.plan,
  };
  const { ignoredTags = [], retentionDays = 400 } = reading;
  const merge = openMerge(database, plan, { ignoredTags, retentionDays, finishedAt: () => startedAt });
  for (const [subscriptionId, read] of Object.entries(reading.subscriptions)) {
    const { machines = [], status = 'complete', powerStates = {}, powerStatus = 'complete', readAt = startedAt } = read;
    merge.begin(subscriptionId, readAt);
    merge.machines(subscriptionId, machines);
    merge.powerStates(
      subscriptionId,
      Object.entries(powerStates).map(([id, powerState]) => ({ id, powerState })),
    );
    for (const kind of plan.kinds) {
      merge.end({
        subscriptionId,
        kind,
        status: kind === 'virtualMachines' ? status : powerStatus,
        reason: null,
        count: machines.length,
        requests: 1,
        pages: 1,
        retries: 0,
        throttledMilliseconds: 0,
        requestId: null,
        readAt,
      });
    }
  }
  for (const { machine: number, resourceId } of merge.absent()) {
    merge.verified(number, reading.verify?.(resourceId) ?? { outcome: 'absent' });
  }
  return merge.commit();
}
