import type { RoleAssignments } from './tenant/access/role-assignments.ts';
import { canBeRead } from './tenant/access/visibility.ts';
import { type ActivityLog, createActivityLog } from './tenant/activity/activity-log.ts';
import { sampleDay } from './tenant/activity/sample-calls.ts';
import { createEstate, type Estate } from './tenant/estate.ts';
import type { ExpectedAuthor, ExpectedChange, ExpectedFinding } from './tenant/expectation.ts';
import { expectedChanges, expectedFindings } from './tenant/expected.ts';
import { company } from './tenant/names.ts';
import { createRandom } from './tenant/random.ts';
import { type ReadableMachines, readableMachines, readableRoleAssignments, truthOf } from './tenant/readable.ts';
import type { Resources } from './tenant/resources.ts';
import type {
  Access,
  HostIdentity,
  RawArcMachine,
  RawRoleAssignment,
  RawScaleSet,
  RawVirtualMachine,
  SampleIdentity,
  SampleMachine,
  SampleSubscription,
  SubscriptionTruth,
} from './tenant/types.ts';

export interface SampleTenantOptions {
  /** Number of readable subscriptions. */
  readonly subscriptions: number;
  /** Number of virtual machines in each subscription. */
  readonly vms: number;
  readonly seed?: number;
  /** 2 = one day later: machines deleted, created, re-created, moved; identities attached and detached. */
  readonly state?: 1 | 2;
  /** Add one subscription of each kind that is not fully readable. Default: true. */
  readonly awkward?: boolean;
  /** Add subscriptions that show every kind of change and every finding (tenant/scenes). Default: as `awkward`. */
  readonly scenes?: boolean;
  /** All machines alike: system-assigned identity, three tags. Default: false, every known shape. */
  readonly plain?: boolean;
  /** Number of virtual machines in the last readable subscription. Default: `vms`. */
  readonly vmsOfLast?: number;
}

/** What a test may change in a subscription. */
export type SubscriptionChange = Partial<Omit<SampleSubscription, 'subscriptionId'>>;

/** A tenant as Azure shows it to one function app. Tests may change it while it is served. */
export interface SampleTenant {
  readonly tenantId: string;
  readonly displayName: string;
  readonly domain: string;
  /** The function app's own identities. */
  readonly systemAssignedIdentity: HostIdentity;
  readonly userAssignedIdentities: readonly HostIdentity[];
  /** Whether these identities may read the descendants of the management groups. */
  managementGroupReader: boolean;
  /** In the order of `GET /subscriptions`, hidden ones included. */
  subscriptions(): readonly SampleSubscription[];
  subscription(subscriptionId: string): SampleSubscription | undefined;
  addSubscription(subscription: SampleSubscription): void;
  /** @throws {RangeError} no such subscription */
  changeSubscription(subscriptionId: string, change: SubscriptionChange): void;
  setAccess(subscriptionId: string, access: Access): void;
  hideSubscription(subscriptionId: string): void;
  /** The machines that the host's identities may read, in list order. */
  readableMachines(subscriptionId: string): ReadableMachines;
  /** By resource id, without regard to case or rights. */
  findMachine(id: string): SampleMachine | undefined;
  virtualMachines(subscriptionId: string): readonly RawVirtualMachine[];
  /** @throws {RangeError} no such machine, like `updateVirtualMachine` */
  removeVirtualMachine(id: string): void;
  updateVirtualMachine(id: string, change: (machine: RawVirtualMachine) => RawVirtualMachine): void;
  readonly scaleSets: Resources<RawScaleSet>;
  readonly arcMachines: Resources<RawArcMachine>;
  readonly identities: Resources<SampleIdentity>;
  readonly roleAssignments: RoleAssignments;
  /** The role assignments that the host's identities see in the list of a subscription. */
  readableRoleAssignments(subscription: SampleSubscription): readonly RawRoleAssignment[];
  /** What a complete reading must contain: one entry for each listed and readable subscription. */
  truth(): readonly SubscriptionTruth[];
  /** What Azure recorded of the calls to it. `enterState(2)` records those that lead there. */
  readonly activityLog: ActivityLog;
  /** Puts the tenant into a state, without the changes of tests. */
  enterState(state: 1 | 2): void;
  /** The changes from the first state to the second that an inventory must report after two complete readings. */
  expectedChanges(): readonly ExpectedChange[];
  /** The authors of these changes, after `enterState(2)`. */
  expectedAuthors(): readonly ExpectedAuthor[];
  /** The findings that an inventory must report in the current state, after it read all states so far. */
  expectedFindings(): readonly ExpectedFinding[];
}

/** Creates the sample tenant from its options alone: no clock, no randomness, except in its activity log. */
export function createSampleTenant(options: SampleTenantOptions): SampleTenant {
  const seed = options.seed ?? 1;
  const random = createRandom(seed, 'tenant');
  const tenantId = random.guid();
  const hostGroup = `/subscriptions/${random.guid()}/resourcegroups/rg-vm-identities/providers`;
  const hostIdentity = (resourceId: string): HostIdentity => ({
    principalId: random.guid(),
    clientId: random.guid(),
    resourceId: `${hostGroup}/${resourceId}`,
  });

  const systemAssignedIdentity = hostIdentity('Microsoft.Web/sites/func-vm-identities');
  const userAssignedIdentities = [
    hostIdentity('Microsoft.ManagedIdentity/userAssignedIdentities/id-vm-identities'),
    hostIdentity('Microsoft.ManagedIdentity/userAssignedIdentities/id-vm-identities-audit'),
  ];
  const { awkward = true, scenes = awkward, plain = false, vmsOfLast = options.vms } = options;
  const hostPrincipalIds = [systemAssignedIdentity, ...userAssignedIdentities].map(({ principalId }) => principalId);
  const estateOptions = { ...options, seed, tenantId, hostPrincipalIds, awkward, scenes, plain, vmsOfLast };
  let estate: Estate = createEstate(estateOptions, options.state ?? 1);
  let rightsRevision = 0;
  const activityLog = createActivityLog(tenantId);
  let authors: readonly ExpectedAuthor[] = [];
  /** When the second state was entered, until its calls are recorded. */
  let dayEndedAt: number | null = null;

  const find = (subscriptionId: string) => estate.subscriptions.get(subscriptionId.toLowerCase());
  function changeSubscription(subscriptionId: string, change: SubscriptionChange): void {
    const before = find(subscriptionId);
    if (before === undefined) throw new RangeError(`No subscription ${subscriptionId} in the sample tenant.`);
    estate.subscriptions.set(before.subscriptionId, { ...before, ...change });
    rightsRevision++;
  }

  /** Only when the log is asked: most tests of a large tenant never do. */
  function recordDay(): void {
    if (dayEndedAt === null) return;
    const [before, after] = [createEstate(estateOptions, 1), createEstate(estateOptions, 2)];
    const day = sampleDay(seed, before, after, expectedChanges(before, after), dayEndedAt);
    dayEndedAt = null;
    activityLog.record(...day.calls);
    authors = day.authors;
  }

  return {
    tenantId,
    displayName: company.name,
    domain: company.domain,
    systemAssignedIdentity,
    userAssignedIdentities,
    managementGroupReader: true,
    subscriptions: () => [...estate.subscriptions.values()],
    subscription: find,
    addSubscription(subscription) {
      estate.subscriptions.set(subscription.subscriptionId, subscription);
      rightsRevision++;
    },
    changeSubscription,
    setAccess: (subscriptionId, access) => changeSubscription(subscriptionId, { access }),
    hideSubscription: (subscriptionId) =>
      changeSubscription(subscriptionId, { listed: false, access: { kind: 'none' } }),
    readableMachines: (subscriptionId) => readableMachines(estate, subscriptionId, rightsRevision),
    findMachine: (id) => estate.machines.find(id),
    virtualMachines: (subscriptionId) =>
      estate.machines
        .list(subscriptionId)
        .all()
        .map(({ machine }) => machine),
    removeVirtualMachine: (id) => estate.machines.remove(id),
    updateVirtualMachine: (id, change) =>
      estate.machines.replace(id, (before) => ({ ...before, machine: change(before.machine) })),
    get scaleSets() {
      return estate.scaleSets;
    },
    get arcMachines() {
      return estate.arcMachines;
    },
    get identities() {
      return estate.identities;
    },
    get roleAssignments() {
      return estate.roleAssignments;
    },
    readableRoleAssignments: (subscription) => readableRoleAssignments(estate, subscription),
    truth: () => [...estate.subscriptions.values()].filter(canBeRead).map((each) => truthOf(estate, each)),
    get activityLog() {
      recordDay();
      return activityLog;
    },
    enterState(state) {
      estate = createEstate(estateOptions, state);
      rightsRevision++;
      if (state === 2) dayEndedAt = Date.now();
    },
    expectedChanges: () => expectedChanges(createEstate(estateOptions, 1), createEstate(estateOptions, 2)),
    expectedAuthors() {
      recordDay();
      return authors;
    },
    expectedFindings: () => expectedFindings(estate),
  };
}
