import type { Database } from '../../lib/database/database.ts';
import { openMerge } from '../../lib/database/merge/merge.ts';
import type { Reason } from '../../lib/errors.ts';
import type { CoverageStatus, Kind } from '../../lib/inventory/coverage.ts';
import type { Plan } from '../../lib/inventory/plan.ts';
import type {
  FollowUp,
  KindReading,
  ReadingSink,
  SystemAssignedIdentityReading,
  Verification,
} from '../../lib/inventory/reading.ts';
import type { RoleAssignmentReading, RoleDefinitionReading } from '../../lib/inventory/roles/role.ts';
import type { Run } from '../../lib/inventory/run.ts';
import type { FederatedCredential, UserAssignedIdentityReading } from '../../lib/inventory/user-assigned-identity.ts';
import { absentProperties, type MachineReading } from '../../lib/inventory/virtual-machine.ts';

/** Ids that read as what they stand for: `guid(7)` ends in 7. */
export function guid(number: number): string {
  return `00000000-0000-4000-8000-${number.toString().padStart(12, '0')}`;
}

/** The same for what stands for a text: sources may only name principals by GUIDs. */
export function guidOf(text: string): string {
  return guid([...text].reduce((sum, character) => (sum * 31 + character.charCodeAt(0)) % 1e12, 7));
}

/** A machine, by default of subscription 1; `more` sets any field. */
export function machine(name: string, more: Partial<MachineReading> = {}): MachineReading {
  const subscriptionId = more.subscriptionId ?? guid(1);
  const resourceGroup = more.resourceGroup ?? 'rg';
  const type = more.type ?? 'Microsoft.Compute/virtualMachines';
  return {
    ...absentProperties,
    id: `/subscriptions/${subscriptionId}/resourceGroups/${resourceGroup}/providers/${type}/${name}`,
    name,
    type,
    subscriptionId,
    resourceGroup,
    location: 'westeurope',
    vmId: `vm-of-${name}`,
    vmSize: 'Standard_D2s_v5',
    osType: 'Linux',
    provisioningState: 'Succeeded',
    timeCreated: '2025-01-01T00:00:00.000Z',
    identity: {
      type: 'SystemAssigned',
      principalId: `principal-of-${name}`,
      tenantId: guid(9),
      userAssignedIdentities: {},
    },
    ...more,
  };
}

/** A user-assigned identity, by default of subscription 1. */
export function userAssigned(
  name: string,
  more: Partial<UserAssignedIdentityReading> & { readonly subscriptionId?: string } = {},
): UserAssignedIdentityReading {
  const { subscriptionId = guid(1), ...rest } = more;
  return {
    id: `/subscriptions/${subscriptionId}/resourceGroups/rg/providers/Microsoft.ManagedIdentity/userAssignedIdentities/${name}`,
    principalId: `principal-of-${name}`,
    clientId: `client-of-${name}`,
    tenantId: guid(9),
    ...rest,
  };
}

/** The identity of a machine that has these user-assigned identities and nothing else. */
export function having(...assigned: readonly UserAssignedIdentityReading[]): MachineReading['identity'] {
  const entries = assigned.map(({ id, principalId, clientId }) => [id, { principalId, clientId }] as const);
  return {
    type: 'UserAssigned',
    principalId: null,
    tenantId: guid(9),
    userAssignedIdentities: Object.fromEntries(entries),
  };
}

/** A role assignment to a principal, by default Contributor at subscription 1. */
export function roleAssignment(
  name: string,
  principalId: string,
  more: Partial<RoleAssignmentReading> = {},
): RoleAssignmentReading {
  const scope = more.scope ?? `/subscriptions/${guid(1)}`;
  return {
    id: `${scope === '/' ? '' : scope}/providers/Microsoft.Authorization/roleAssignments/${name}`,
    scope,
    roleDefinitionId: contributor.id,
    principalId,
    condition: null,
    ...more,
  };
}

export const contributor: RoleDefinitionReading = {
  id: `/subscriptions/${guid(1)}/providers/Microsoft.Authorization/roleDefinitions/b24988ac-6180-42a0-ab88-20f7382dd24c`,
  roleName: 'Contributor',
  permissions: [
    { actions: ['*'], notActions: ['Microsoft.Authorization/*/Write'], dataActions: [], notDataActions: [] },
  ],
};

export function federatedCredential(name: string, more: Partial<FederatedCredential> = {}): FederatedCredential {
  const subject = `repo:org/${name}:ref:refs/heads/main`;
  return {
    name,
    issuer: 'https://token.actions.githubusercontent.com',
    subject,
    audiences: ['api://AzureADTokenExchange'],
    ...more,
  };
}

/** A reading as outputs show it: only scale sets have an instance count. */
export function asShown(reading: MachineReading): Partial<MachineReading> {
  const { instanceCount, ...rest } = reading;
  return instanceCount === null ? rest : reading;
}

export interface SubscriptionReading {
  /** Of all types. */
  readonly machines?: readonly MachineReading[];
  readonly status?: CoverageStatus;
  /** Why a kind is not complete; default: no reason. */
  readonly reason?: Reason;
  readonly powerStates?: Readonly<Record<string, string>>;
  readonly powerStatus?: CoverageStatus;
  readonly identities?: readonly UserAssignedIdentityReading[];
  readonly roleAssignments?: readonly RoleAssignmentReading[];
  readonly roleDefinitions?: readonly RoleDefinitionReading[];
  /** Of the other kinds; default: complete. */
  readonly statuses?: Readonly<Partial<Record<Kind, CoverageStatus>>>;
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
  readonly idleDays?: number;
  readonly sharedIdentityLimit?: number;
  /** The result of reading a machine by id; default: absent. */
  readonly verify?: (resourceId: string) => Verification<MachineReading>;
  /** The result of reading an identity by id; default: absent. */
  readonly verifyIdentity?: (resourceId: string) => Verification<UserAssignedIdentityReading>;
  /** Default: it has none. */
  readonly federatedCredentials?: (identityId: string) => Verification<readonly FederatedCredential[]>;
  /** Default: present, without ids. */
  readonly clientId?: (machineId: string) => Verification<SystemAssignedIdentityReading>;
}

export const dayOf = (day: number): string => `2026-11-${String(day).padStart(2, '0')}T06:00:00.000Z`;

/** The plan of a run with this reading. */
export function planOf(reading: RunReading): Plan {
  const startedAt = dayOf(reading.day);
  return {
    runId: `202611${String(reading.day).padStart(2, '0')}T060000Z-0000`,
    trigger: 'cli',
    startedAt,
    scope: null,
    kinds: ['virtualMachines', 'powerStates'],
    clientIds: false,
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
}

/** Sends a sink the events of a run. */
export function writeRun(sink: ReadingSink, plan: Plan, run: RunReading): void {
  for (const [subscriptionId, read] of Object.entries(run.subscriptions)) {
    const { machines = [], powerStates = {}, readAt = plan.startedAt } = read;
    sink({ type: 'begin', subscriptionId, readAt });
    sink({ type: 'machines', subscriptionId, rows: machines });
    const states = Object.entries(powerStates).map(([id, powerState]) => ({ id, powerState }));
    sink({ type: 'powerStates', subscriptionId, rows: states });
    sink({ type: 'identities', subscriptionId, rows: read.identities ?? [] });
    sink({ type: 'roleAssignments', subscriptionId, rows: read.roleAssignments ?? [] });
    sink({ type: 'roleDefinitions', subscriptionId, rows: read.roleDefinitions ?? [] });
    for (const kind of plan.kinds) {
      const reading: KindReading = {
        subscriptionId,
        kind,
        status: statusOf(read, kind),
        reason: statusOf(read, kind) === 'complete' ? null : (read.reason ?? null),
        count: machines.length,
        requests: 1,
        pages: 1,
        retries: 0,
        throttledMilliseconds: 0,
        requestId: null,
        readAt,
      };
      sink({ type: 'end', reading });
    }
  }
}

/** Merges one run as the steps do: plan, readings, follow-ups, commit. */
export function mergeRun(database: Database, reading: RunReading): Run {
  const plan = planOf(reading);
  const { ignoredTags = [], retentionDays = 400, idleDays = 30, sharedIdentityLimit = 10 } = reading;
  const options = { ignoredTags, retentionDays, idleDays, sharedIdentityLimit, finishedAt: () => plan.startedAt };
  const merge = openMerge(database, plan, options);
  writeRun(merge.write, plan, reading);
  for (let asked = merge.followUps(); asked.length > 0; asked = merge.followUps()) {
    for (const followUp of asked) answer(followUp, reading);
  }
  return merge.commit();
}

function statusOf({ status, powerStatus, statuses }: SubscriptionReading, kind: Kind): CoverageStatus {
  const given = kind === 'virtualMachines' ? status : kind === 'powerStates' ? powerStatus : statuses?.[kind];
  return given ?? 'complete';
}

function answer(followUp: FollowUp, reading: RunReading): void {
  const { resourceId } = followUp;
  switch (followUp.ask) {
    case 'machine':
      followUp.answer(reading.verify?.(resourceId) ?? { outcome: 'absent' });
      break;
    case 'identity':
      followUp.answer(reading.verifyIdentity?.(resourceId) ?? { outcome: 'absent' });
      break;
    case 'federatedCredentials':
      followUp.answer(reading.federatedCredentials?.(resourceId) ?? { outcome: 'present', reading: [] });
      break;
    case 'clientId':
      followUp.answer(
        reading.clientId?.(resourceId) ?? { outcome: 'present', reading: { principalId: null, clientId: null } },
      );
      break;
  }
}
