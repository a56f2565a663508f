import { createRoleAssignments, type RoleAssignments } from './access/role-assignments.ts';
import type { ExpectedChange, ExpectedFinding } from './expectation.ts';
import { createTenantMachines, type TenantMachines } from './machines/tenant-machines.ts';
import { createResources, type Resources } from './resources.ts';
import { createScenePlaces } from './scenes/scene-places.ts';
import { scenes } from './scenes/scenes.ts';
import { createStage } from './scenes/stage.ts';
import { awkwardSubscriptions, usualSubscriptions } from './subscriptions.ts';
import type { RawArcMachine, RawScaleSet, SampleIdentity, SampleSubscription } from './types.ts';
import { flexibleScaleSetsOf, usualIdentities } from './usual-resources.ts';

export interface EstateOptions {
  readonly seed: number;
  readonly tenantId: string;
  readonly hostPrincipalIds: readonly string[];
  readonly subscriptions: number;
  readonly vms: number;
  readonly vmsOfLast: number;
  readonly awkward: boolean;
  readonly scenes: boolean;
  readonly plain: boolean;
}

/** Everything in the tenant's subscriptions at one time. */
export interface Estate {
  /** By id, in the order of `GET /subscriptions`. */
  readonly subscriptions: Map<string, SampleSubscription>;
  /** Ids of those that are there for the scenes. */
  readonly stages: ReadonlySet<string>;
  readonly machines: TenantMachines;
  readonly scaleSets: Resources<RawScaleSet>;
  readonly arcMachines: Resources<RawArcMachine>;
  readonly identities: Resources<SampleIdentity>;
  readonly roleAssignments: RoleAssignments;
  /** Of the scenes; of changes, those that this state knows of. */
  readonly changes: readonly ExpectedChange[];
  readonly findings: readonly ExpectedFinding[];
}

export function createEstate(options: EstateOptions, state: 1 | 2): Estate {
  const { seed, tenantId, vms, plain } = options;
  const usual = usualSubscriptions(seed, tenantId, options.subscriptions);
  const awkward = options.awkward ? awkwardSubscriptions(seed, tenantId, options.subscriptions) : [];
  const { places, subscriptions: sceneSubscriptions } = createScenePlaces(seed, tenantId, state);
  const all = [...usual, ...awkward, ...(options.scenes ? sceneSubscriptions : [])];
  const last = usual.at(-1);
  const stages = new Set<string>(Object.values(places));

  const vmsOf = ({ subscriptionId }: SampleSubscription): number => {
    if (stages.has(subscriptionId)) return 0;
    return subscriptionId === last?.subscriptionId ? options.vmsOfLast : vms;
  };
  const machines = createTenantMachines({ seed, tenantId, subscriptions: all, vms, plain, state, vmsOf });
  const scaleSets = createResources<RawScaleSet>(
    ({ id }) => id,
    (subscriptionId) =>
      plain || stages.has(subscriptionId) ? [] : flexibleScaleSetsOf(seed, machines.list(subscriptionId).all()),
  );
  const arcMachines = createResources<RawArcMachine>(
    ({ id }) => id,
    () => [],
  );
  const identities = createResources<SampleIdentity>(
    ({ identity }) => identity.id,
    (subscriptionId) => {
      const subscriptionIndex = all.findIndex((each) => each.subscriptionId === subscriptionId);
      const subscription = all[subscriptionIndex];
      const none = subscription?.unregistered.includes('Microsoft.ManagedIdentity') ?? true;
      if (plain || none || subscription === undefined || vmsOf(subscription) === 0) return [];
      return usualIdentities({ seed, tenantId, subscriptionId, subscriptionIndex });
    },
  );
  const roleAssignments = createRoleAssignments(tenantId, options.hostPrincipalIds);

  const changes: ExpectedChange[] = [];
  const findings: ExpectedFinding[] = [];
  const stage = createStage({
    seed,
    tenantId,
    state,
    places,
    roleAssignments,
    changes,
    findings,
    addMachine: (subscriptionId, machine) => machines.list(subscriptionId).add(machine),
    addScaleSet: scaleSets.add,
    addArcMachine: arcMachines.add,
    addIdentity: identities.add,
  });
  if (options.scenes) for (const scene of scenes) scene(stage);
  const subscriptions = new Map(all.map((each) => [each.subscriptionId, each]));
  return { subscriptions, stages, machines, scaleSets, arcMachines, identities, roleAssignments, changes, findings };
}
