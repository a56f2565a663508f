import { createFederatedCredential, createUserAssignedIdentity, userAssignedId } from '../access/identities.ts';
import type { RoleAssignment, RoleAssignments } from '../access/role-assignments.ts';
import type { ExpectedChange, ExpectedFinding } from '../expectation.ts';
import { createArcMachine } from '../machines/arc-machine.ts';
import { createMachine } from '../machines/machine.ts';
import { type Placement, plainShape } from '../machines/placement.ts';
import { createScaleSet } from '../machines/scale-set.ts';
import { createRandom, mix } from '../random.ts';
import type { RawArcMachine, RawIdentity, RawScaleSet, SampleIdentity, SampleMachine } from '../types.ts';
import { otherTenantId, type ScenePlaces } from './scene-places.ts';

/** An identity in a scene. */
export interface StagedIdentity {
  readonly id: string;
  readonly principalId: string;
  readonly clientId: string;
}

/** A machine in a scene. */
export interface StagedMachine {
  readonly id: string;
  /** Principal id of its system-assigned identity; '' without one. */
  readonly principalId: string;
  /** Scope of its resource group. */
  readonly group: string;
}

/** Options of a machine, a scale set or an Arc machine. */
interface CarrierOptions {
  /** A subscription id; default: `places.core`. */
  readonly at?: string;
  readonly group?: string;
  /** 1 = deleted and re-created. */
  readonly generation?: number;
  /** false = no system-assigned identity; 1 = a new one on the same machine. Default: 0. */
  readonly system?: false | number;
  readonly identities?: readonly StagedIdentity[];
  readonly identityTenantId?: string;
}
export interface MachineOptions extends CarrierOptions {
  /** false = deleted: the scene needs only its ids. Default: true. */
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
  /** false = deleted, but still on machines. Default: true. */
  readonly exists?: boolean;
}

/** Where a scene places its resources, once for each state, and declares what an inventory must report about them. */
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
  /** Assigns a role to a principal, by default a service principal. @returns the id of the assignment */
  assign(
    role: RoleAssignment['role'],
    principal: string | { readonly principalId: string },
    scope: string,
    more?: Partial<Pick<RoleAssignment, 'condition' | 'principalType'>>,
  ): string;
  /** A group of Microsoft Entra ID with these members: principal ids of identities or of other groups. @returns its id */
  group(name: string, members: readonly string[]): string;
  /** Declares a change from the first state to the second. The scene may declare it in either state. */
  change(kind: ExpectedChange['kind'], resourceId: string, principalId?: string): void;
  /** Declares a finding in this state. */
  finding(
    rule: ExpectedFinding['rule'],
    severity: ExpectedFinding['severity'],
    resourceId: string,
    principal: { readonly principalId: string },
  ): void;
}

/** What the scenes of one state write to. */
export interface StageOptions {
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

export function createStage(options: StageOptions): Stage {
  const { seed, tenantId, state, places } = options;

  /** The identity of a machine, with its system-assigned principal id. */
  function identityOf(name: string, given: CarrierOptions): { identity: RawIdentity | undefined; principalId: string } {
    const { system = 0, generation = 0, identities = [], at = places.core } = given;
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
      ...(system === false ? {} : { principalId, tenantId: given.identityTenantId ?? tenantId }),
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
    state,
    tenantId,
    otherTenantId: otherTenantId(seed),
    places,
    machine(name, given = {}) {
      const { identity, principalId } = identityOf(name, given);
      const { subscriptionId, resourceGroup, scope } = groupOf(given);
      const placement: Placement = {
        seed,
        tenantId,
        subscriptionId,
        sharedSubscriptionId: subscriptionId,
        resourceGroup,
        identity,
        name,
        index: mix(name),
        generation: given.generation ?? 0,
        shape: {
          ...plainShape,
          upperCaseResourceGroup: given.upperCase ?? false,
          flexibleScaleSet: given.inFlexibleScaleSet ?? false,
        },
        team: 'retail',
        environment: 'prd',
        role: 'web',
        windows: false,
        location: 'westeurope',
        vmSize: given.vmSize ?? 'Standard_D2s_v5',
        costCenter: given.costCenter ?? '4711',
      };
      const { machine } = createMachine(placement);
      const powerState = `PowerState/${given.powerState ?? 'running'}`;
      if (given.exists ?? true) options.addMachine(subscriptionId, { machine, powerState });
      return { id: machine.id, principalId, group: scope };
    },
    scaleSet(name, { mode, capacity, ...given }) {
      const { identity, principalId } = identityOf(name, given);
      const { subscriptionId, resourceGroup, scope } = groupOf(given);
      const where = { seed, subscriptionId, resourceGroup, name, location: 'westeurope', mode, capacity };
      const scaleSet = createScaleSet(identity === undefined ? where : { ...where, identity });
      options.addScaleSet(scaleSet);
      return { id: scaleSet.id, principalId, group: scope };
    },
    arcMachine(name, { osType, ...given }) {
      const { identity, principalId } = identityOf(name, given);
      const { subscriptionId, resourceGroup, scope } = groupOf(given);
      const where = { seed, subscriptionId, resourceGroup, name, osType };
      const machine = createArcMachine(identity === undefined ? where : { ...where, identity });
      options.addArcMachine(machine);
      return { id: machine.id, principalId, group: scope };
    },
    identity(name, { at = places.core, generation = 0, credentials = [], exists = true } = {}) {
      const identity = createUserAssignedIdentity({ seed, tenantId, subscriptionId: at, name, generation });
      const federatedCredentials = credentials.map((each) =>
        createFederatedCredential(identity.id, each, `northwind/${each}`),
      );
      if (exists) options.addIdentity({ identity, federatedCredentials });
      const { principalId, clientId } = identity.properties;
      return { id: userAssignedId(at, name), principalId, clientId };
    },
    assign(role, principal, scope, more = {}) {
      const principalId = typeof principal === 'string' ? principal : principal.principalId;
      return options.roleAssignments.add({ scope, role, principalId, principalType: 'ServicePrincipal', ...more });
    },
    group(name, members) {
      const id = createRandom('group', tenantId, name).guid();
      for (const member of members) options.roleAssignments.addMember(id, member);
      return id;
    },
    change: (kind, resourceId, principalId) =>
      void options.changes.push({ kind, resourceId, principalId: principalId ?? null }),
    finding: (rule, severity, resourceId, { principalId }) =>
      void options.findings.push({ rule, severity, resourceId, principalId }),
  };
}
