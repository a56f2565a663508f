import { company } from './tenant/names.ts';
import { createRandom } from './tenant/random.ts';
import { awkwardSubscriptions, usualSubscriptions } from './tenant/subscriptions.ts';
import { createTenantMachines } from './tenant/tenant-machines.ts';
import type {
  Access,
  HostIdentity,
  RawVirtualMachine,
  SampleMachine,
  SampleSubscription,
  SubscriptionTruth,
} from './tenant/types.ts';
import { canBeRead, mayRead } from './tenant/visibility.ts';

export interface SampleTenantOptions {
  /** Readable subscriptions. */
  readonly subscriptions: number;
  /** Virtual machines in each subscription. */
  readonly vms: number;
  readonly seed?: number;
  /** 2 = the same tenant a day later: machines gone, new, re-created, moved, identities attached and detached. */
  readonly state?: 1 | 2;
  /** Add one subscription of each kind that is not simply readable. Default true. */
  readonly awkward?: boolean;
  /** Every machine alike: system-assigned identity, three tags. Default false: every shape Azure is known to write. */
  readonly plain?: boolean;
  /** Virtual machines in the last of the readable subscriptions. Default: as many as in the others. */
  readonly vmsOfLast?: number;
}

/** What a test may change of a subscription. */
export type SubscriptionChange = Partial<Omit<SampleSubscription, 'subscriptionId'>>;

/** A tenant as Azure would show it to one function app. Same options, same tenant; tests may change it while it is served. */
export interface SampleTenant {
  readonly tenantId: string;
  readonly displayName: string;
  readonly domain: string;
  /** The function app's own identities. */
  readonly systemAssignedIdentity: HostIdentity;
  readonly userAssignedIdentities: readonly HostIdentity[];
  /** Whether the identities may read the descendants of the management groups. */
  managementGroupReader: boolean;
  /** In the order of `GET /subscriptions`, hidden ones included. */
  subscriptions(): readonly SampleSubscription[];
  subscription(subscriptionId: string): SampleSubscription | undefined;
  addSubscription(subscription: SampleSubscription): void;
  /** @throws {RangeError} no such subscription */
  changeSubscription(subscriptionId: string, change: SubscriptionChange): void;
  setAccess(subscriptionId: string, access: Access): void;
  hideSubscription(subscriptionId: string): void;
  /** Machines that the host's identities may read, in list order. `revision` changes whenever they may have changed. */
  readableMachines(subscriptionId: string): ReadableMachines;
  /** By resource id, without regard to case or rights. */
  findMachine(id: string): SampleMachine | undefined;
  virtualMachines(subscriptionId: string): readonly RawVirtualMachine[];
  addVirtualMachine(subscriptionId: string, machine: RawVirtualMachine, powerState?: string | null): void;
  /** @throws {RangeError} no such machine (as `updateVirtualMachine` and `setPowerState`) */
  removeVirtualMachine(id: string): void;
  updateVirtualMachine(id: string, change: (machine: RawVirtualMachine) => RawVirtualMachine): void;
  setPowerState(id: string, powerState: string | null): void;
  /** What a complete reading must show: one entry for each subscription that is listed and can be read. */
  truth(): readonly SubscriptionTruth[];
}

export interface ReadableMachines {
  readonly length: number;
  readonly revision: string;
  slice(start: number, end: number): SampleMachine[];
}

/** Creates the sample tenant. Deterministic by its options: no clock, no chance. */
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

  const usual = usualSubscriptions(seed, tenantId, options.subscriptions);
  const awkward = (options.awkward ?? true) ? awkwardSubscriptions(seed, tenantId, options.subscriptions) : [];
  const subscriptions = new Map([...usual, ...awkward].map((each) => [each.subscriptionId, each]));
  const { vms, vmsOfLast = vms } = options;
  const last = usual.at(-1)?.subscriptionId;
  const machines = createTenantMachines({
    ...options,
    seed,
    tenantId,
    subscriptions: [...subscriptions.values()],
    vmsOf: ({ subscriptionId }) => (subscriptionId === last ? vmsOfLast : vms),
  });
  let rightsRevision = 0;

  const find = (subscriptionId: string) => subscriptions.get(subscriptionId.toLowerCase());
  function changeSubscription(subscriptionId: string, change: SubscriptionChange): void {
    const before = find(subscriptionId);
    if (before === undefined) throw new RangeError(`No subscription ${subscriptionId} in the sample tenant.`);
    subscriptions.set(before.subscriptionId, { ...before, ...change });
    rightsRevision++;
  }
  function readableMachines(subscriptionId: string): ReadableMachines {
    const subscription = find(subscriptionId);
    const list = machines.list(subscriptionId);
    const revision = `${rightsRevision}.${list.revision}`;
    if (subscription?.access.kind === 'reader') {
      const slice = (start: number, end: number) =>
        Array.from({ length: Math.max(0, Math.min(end, list.length) - start) }, (_, at) => list.at(start + at));
      return { length: list.length, revision, slice };
    }
    const visible = list.all().filter(({ machine }) => subscription !== undefined && mayRead(subscription, machine.id));
    return { length: visible.length, revision, slice: (start, end) => visible.slice(start, end) };
  }

  return {
    tenantId,
    displayName: company.name,
    domain: company.domain,
    systemAssignedIdentity: hostIdentity('Microsoft.Web/sites/func-vm-identities'),
    userAssignedIdentities: [
      hostIdentity('Microsoft.ManagedIdentity/userAssignedIdentities/id-vm-identities'),
      hostIdentity('Microsoft.ManagedIdentity/userAssignedIdentities/id-vm-identities-audit'),
    ],
    managementGroupReader: true,
    subscriptions: () => [...subscriptions.values()],
    subscription: find,
    addSubscription(subscription) {
      subscriptions.set(subscription.subscriptionId, subscription);
      rightsRevision++;
    },
    changeSubscription,
    setAccess: (subscriptionId, access) => changeSubscription(subscriptionId, { access }),
    hideSubscription: (subscriptionId) =>
      changeSubscription(subscriptionId, { listed: false, access: { kind: 'none' } }),
    readableMachines,
    findMachine: machines.find,
    virtualMachines: (subscriptionId) =>
      machines
        .list(subscriptionId)
        .all()
        .map(({ machine }) => machine),
    addVirtualMachine: (subscriptionId, machine, powerState = 'PowerState/running') =>
      machines.list(subscriptionId).add({ machine, powerState }),
    removeVirtualMachine: machines.remove,
    updateVirtualMachine: (id, change) =>
      machines.replace(id, (before) => ({ ...before, machine: change(before.machine) })),
    setPowerState: (id, powerState) => machines.replace(id, ({ machine }) => ({ machine, powerState })),
    truth: () =>
      [...subscriptions.values()].filter(canBeRead).map((subscription) => {
        const rows = readableMachines(subscription.subscriptionId);
        const readable = rows.slice(0, rows.length);
        return {
          subscriptionId: subscription.subscriptionId,
          displayName: subscription.displayName,
          access: subscription.access.kind,
          virtualMachines: readable.map(({ machine }) => machine),
          powerStates: Object.fromEntries(readable.map(({ machine, powerState }) => [machine.id, powerState])),
        };
      }),
  };
}
