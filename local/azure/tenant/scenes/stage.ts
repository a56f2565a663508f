import { userAssignedId } from '../access/identities.ts';
import type { RoleAssignment, RoleAssignments } from '../access/role-assignments.ts';
import { createFederatedCredential, createUserAssignedIdentity } from '../access/user-assigned-identity.ts';
import type { ExpectedChange, ExpectedFinding } from '../expectation.ts';
import { createArcMachine } from '../machines/arc-machine.ts';
import { createMachine } from '../machines/machine.ts';
import type { Placement } from '../machines/placement.ts';
import { createScaleSet } from '../machines/scale-set.ts';
import { plainShape } from '../machines/shapes.ts';
import { createRandom, mix } from '../random.ts';
import type { RawArcMachine, RawIdentity, RawScaleSet, SampleIdentity, SampleMachine } from '../types.ts';
import { otherTenantId, type ScenePlaces } from './scene-places.ts';

/** An identity as scenes speak of it. */
export interface StagedIdentity {
  readonly id: string;
  readonly principalId: string;
  readonly clientId: string;
}

/** A machine as scenes speak of it. `group` is the scope of its resource group. */
export interface StagedMachine {
  readonly id: string;
  /** Of its system-assigned identity; '' without one. */
  readonly principalId: string;
  readonly group: string;
}

/** What is particular about a machine, a scale set or an Arc machine. */
interface CarrierOptions {
  /** A subscription id; default: `places.core`. */
  readonly at?: string;
  readonly group?: string;
  /** 1 = deleted and made again. */
  readonly generation?: number;
  /** false = no system-assigned identity; 1 = the same machine with a new one. Default: 0. */
  readonly system?: false | number;
  readonly identities?: readonly StagedIdentity[];
  readonly identityTenantId?: string;
}
export interface MachineOptions extends CarrierOptions {
  /** false = gone: only its ids are wanted. Default true. */
  readonly exists?: boolean;
  readonly powerState?: 'running' | 'deallocated';
  readonly vmSize?: string;
  readonly costCenter?: string;
  /** Its id shows the resource group in upper case. */
  readonly upperCase?: boolean;
  readonly inFlexibleScaleSet?: boolean;
}
export interface IdentityOptions {
  readonly at?: string;
  readonly generation?: number;
  /** Names of federated credentials. */
  readonly credentials?: readonly string[];
  /** false = machines have it, and it is listed nowhere. */
  readonly exists?: boolean;
}

/** Where a scene puts what it shows, once for each state, and tells what an inventory must say of it. */
export interface Stage {
  readonly state: 1 | 2;
  readonly tenantId: string;
  /** The tenant that takes over a subscription. */
  readonly otherTenantId: string;
  readonly places: ScenePlaces;
  machine(name: string, options?: MachineOptions): StagedMachine;
  scaleSet(
    name: string,
    options: CarrierOptions & Pick<RawScaleSet['sku'], 'capacity'> & { mode: 'Uniform' | 'Flexible' },
  ): StagedMachine;
  arcMachine(name: string, options: CarrierOptions & { osType: 'windows' | 'linux' }): StagedMachine;
  identity(name: string, options?: IdentityOptions): StagedIdentity;
  /** Gives a role to a service principal, if not to somebody else. @returns the id of the assignment */
  assign(
    role: RoleAssignment['role'],
    principal: string | { readonly principalId: string },
    scope: string,
    more?: Partial<Pick<RoleAssignment, 'condition' | 'principalType'>>,
  ): string;
  /** What must be told of the way from the first state to the second; counts in whichever state it is said. */
  change(kind: ExpectedChange['kind'], resourceId: string, principalId?: string): void;
  /** What must be found in this state. */
  finding(
    rule: ExpectedFinding['rule'],
    severity: ExpectedFinding['severity'],
    resourceId: string,
    principal: { readonly principalId: string },
  ): void;
}

/** What scenes fill. */
export interface Properties {
  readonly seed: number;
  readonly tenantId: string;
  readonly state: 1 | 2;
  readonly places: ScenePlaces;
  readonly addMachine: (subscriptionId: string, machine: SampleMachine) => void;
  readonly addScaleSet: (scaleSet: RawScaleSet) => void;
  readonly addArcMachine: (machine: RawArcMachine) => void;
  readonly addIdentity: (identity: SampleIdentity) => void;
  readonly roleAssignments: RoleAssignments;
  readonly changes: ExpectedChange[];
  readonly findings: ExpectedFinding[];
}

export function createStage(properties: Properties): Stage {
  const { seed, tenantId, places } = properties;

  /** The identity of whatever carries one, with its system-assigned principal id. */
  function carried(name: string, options: CarrierOptions): { identity: RawIdentity | undefined; principalId: string } {
    const { system = 0, generation = 0, identities = [], at = places.core } = options;
    const principalId =
      system === false ? '' : createRandom(seed, 'scene identity', at, name, generation, system).guid();
    const types = [
      ...(system === false ? [] : ['SystemAssigned']),
      ...(identities.length === 0 ? [] : ['UserAssigned']),
    ];
    if (types.length === 0) return { identity: undefined, principalId };
    const assigned = identities.map(({ id, principalId: own, clientId }) => [id, { principalId: own, clientId }]);
    const identity: RawIdentity = {
      type: types.join(', '),
      ...(system === false ? {} : { principalId, tenantId: options.identityTenantId ?? tenantId }),
      ...(identities.length === 0 ? {} : { userAssignedIdentities: Object.fromEntries(assigned) }),
    };
    return { identity, principalId };
  }
  const groupOf = ({ at = places.core, group = 'rg-retail' }: CarrierOptions) => ({
    subscriptionId: at,
    resourceGroup: group,
    scope: `/subscriptions/${at}/resourceGroups/${group}`,
  });

  return {
    state: properties.state,
    tenantId,
    otherTenantId: otherTenantId(seed),
    places,
    machine(name, options = {}) {
      const { identity, principalId } = carried(name, options);
      const { subscriptionId, resourceGroup, scope } = groupOf(options);
      const placement: Placement = {
        seed,
        tenantId,
        subscriptionId,
        sharedSubscriptionId: subscriptionId,
        resourceGroup,
        identity,
        name,
        index: mix(name),
        generation: options.generation ?? 0,
        shape: {
          ...plainShape,
          upperCaseResourceGroup: options.upperCase ?? false,
          flexibleScaleSet: options.inFlexibleScaleSet ?? false,
        },
        team: 'retail',
        environment: 'prd',
        role: 'web',
        windows: false,
        location: 'westeurope',
        vmSize: options.vmSize ?? 'Standard_D2s_v5',
        costCenter: options.costCenter ?? '4711',
      };
      const { machine } = createMachine(placement);
      const powerState = `PowerState/${options.powerState ?? 'running'}`;
      if (options.exists ?? true) properties.addMachine(subscriptionId, { machine, powerState });
      return { id: machine.id, principalId, group: scope };
    },
    scaleSet(name, { mode, capacity, ...options }) {
      const { identity, principalId } = carried(name, options);
      const { subscriptionId, resourceGroup, scope } = groupOf(options);
      const where = { seed, subscriptionId, resourceGroup, name, location: 'westeurope', mode, capacity };
      const scaleSet = createScaleSet(identity === undefined ? where : { ...where, identity });
      properties.addScaleSet(scaleSet);
      return { id: scaleSet.id, principalId, group: scope };
    },
    arcMachine(name, { osType, ...options }) {
      const { identity, principalId } = carried(name, options);
      const { subscriptionId, resourceGroup, scope } = groupOf(options);
      const where = { seed, subscriptionId, resourceGroup, name, osType };
      const machine = createArcMachine(identity === undefined ? where : { ...where, identity });
      properties.addArcMachine(machine);
      return { id: machine.id, principalId, group: scope };
    },
    identity(name, { at = places.core, generation = 0, credentials = [], exists = true } = {}) {
      const identity = createUserAssignedIdentity({ seed, tenantId, subscriptionId: at, name, generation });
      const federatedCredentials = credentials.map((each) =>
        createFederatedCredential(identity.id, each, `northwind/${each}`),
      );
      if (exists) properties.addIdentity({ identity, federatedCredentials });
      const { principalId, clientId } = identity.properties;
      return { id: userAssignedId(at, name), principalId, clientId };
    },
    assign(role, principal, scope, more = {}) {
      const principalId = typeof principal === 'string' ? principal : principal.principalId;
      return properties.roleAssignments.add({ scope, role, principalId, principalType: 'ServicePrincipal', ...more });
    },
    change: (kind, resourceId, principalId) =>
      void properties.changes.push({ kind, resourceId, principalId: principalId ?? null }),
    finding: (rule, severity, resourceId, { principalId }) =>
      void properties.findings.push({ rule, severity, resourceId, principalId }),
  };
}
