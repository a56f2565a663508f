import { createUserAssignedIdentity, sharedIdentityName, teamIdentityNames } from './access/identities.ts';
import { createRoleAssignments, type RoleAssignments } from './access/role-assignments.ts';
import type { ExpectedChange, ExpectedFinding } from './expectation.ts';
import { createScaleSet } from './machines/scale-set.ts';
import { createTenantMachines, type TenantMachines } from './machines/tenant-machines.ts';
import { subscriptionNames } from './names.ts';
import { createResources, type Resources } from './resources.ts';
import { createScenePlaces } from './scenes/scene-places.ts';
import { scenes } from './scenes/scenes.ts';
import { createStage } from './scenes/stage.ts';
import { awkwardSubscriptions, usualSubscriptions } from './subscriptions.ts';
import type { RawArcMachine, RawScaleSet, SampleIdentity, SampleMachine, SampleSubscription } from './types.ts';

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
  /** Ids of the subscriptions that hold scenes. */
  readonly stages: ReadonlySet<string>;
  readonly machines: TenantMachines;
  readonly scaleSets: Resources<RawScaleSet>;
  readonly arcMachines: Resources<RawArcMachine>;
  readonly identities: Resources<SampleIdentity>;
  readonly roleAssignments: RoleAssignments;
  /** The changes of the scenes that this state declares. */
  readonly changes: readonly ExpectedChange[];
  /** The findings of the scenes in this state. */
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
      const index = all.findIndex((each) => each.subscriptionId === subscriptionId);
      const subscription = all[index];
      if (plain || subscription === undefined || vmsOf(subscription) === 0) return [];
      if (subscription.unregistered.includes('Microsoft.ManagedIdentity')) return [];
      // The team's identities, and in the first subscription the identity that all teams share.
      const names = [
        ...teamIdentityNames(subscriptionNames(index).team.short),
        ...(index === 0 ? [sharedIdentityName] : []),
      ];
      return names.map((name) => ({
        identity: createUserAssignedIdentity({ seed, tenantId, subscriptionId, name }),
        federatedCredentials: [],
      }));
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

/** The Flexible scale sets that these machines belong to. */
function flexibleScaleSetsOf(seed: number, machines: readonly SampleMachine[]): readonly RawScaleSet[] {
  const members = Map.groupBy(machines, ({ machine }) => machine.properties.virtualMachineScaleSet?.id ?? '');
  members.delete('');
  return [...members].map(([id, { length: capacity, 0: first }]) => {
    const [, , subscriptionId = '', , resourceGroup = '', , , , name = ''] = id.split('/');
    const location = first?.machine.location ?? '';
    return createScaleSet({ seed, subscriptionId, resourceGroup, name, location, mode: 'Flexible', capacity });
  });
}
