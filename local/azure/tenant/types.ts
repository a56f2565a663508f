/** The identity of a machine as Resource Manager writes it, with its spellings and nulls. */
export interface RawIdentity {
  readonly type: string;
  readonly principalId?: string | null;
  readonly tenantId?: string | null;
  readonly userAssignedIdentities?: Readonly<
    Record<string, { readonly principalId: string | null; readonly clientId: string | null }>
  >;
}

/** The properties of every listed resource. */
export interface RawResource {
  readonly id: string;
  readonly name: string;
  readonly type: string;
}

/** A scale set as Compute lists it. A Uniform set has an identity; the machines of a Flexible set have their own. */
export interface RawScaleSet extends RawResource {
  readonly location: string;
  readonly tags?: Readonly<Record<string, string>>;
  readonly zones?: readonly string[];
  readonly sku: { readonly name: string; readonly tier: string; readonly capacity: number };
  readonly identity?: RawIdentity;
  readonly properties: {
    readonly uniqueId: string;
    readonly provisioningState: string;
    readonly timeCreated: string;
    readonly orchestrationMode: 'Uniform' | 'Flexible';
    readonly [more: string]: unknown;
  };
}

/** A machine outside Azure, registered by its Arc agent. */
export interface RawArcMachine extends RawResource {
  readonly location: string;
  readonly tags: Readonly<Record<string, string>> | null;
  readonly identity?: RawIdentity;
  readonly properties: {
    readonly vmId: string;
    readonly provisioningState: string;
    readonly status: string;
    readonly osType: string;
    readonly [more: string]: unknown;
  };
}

/** A user-assigned identity as the list of its subscription shows it. */
export interface RawUserAssignedIdentity extends RawResource {
  readonly location: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly properties: { readonly tenantId: string; readonly principalId: string; readonly clientId: string };
}

export interface RawFederatedCredential extends RawResource {
  readonly properties: {
    readonly issuer: string;
    readonly subject: string;
    readonly audiences: readonly string[];
  };
}

/** A user-assigned identity, and its federated credentials, which need a request of their own. */
export interface SampleIdentity {
  readonly identity: RawUserAssignedIdentity;
  readonly federatedCredentials: readonly RawFederatedCredential[];
}

/** A role assignment as the list of a subscription shows it. */
export interface RawRoleAssignment extends RawResource {
  readonly properties: {
    readonly scope: string;
    readonly roleDefinitionId: string;
    readonly principalId: string;
    readonly principalType: 'User' | 'Group' | 'ServicePrincipal';
    readonly condition: string | null;
    readonly [more: string]: unknown;
  };
}

/** A virtual machine as Resource Manager lists it. The type names only the properties that tests compare. */
export interface RawVirtualMachine extends RawResource {
  readonly location: string;
  readonly zones?: readonly string[];
  readonly tags?: Readonly<Record<string, string>>;
  readonly identity?: RawIdentity;
  readonly etag?: string;
  readonly properties: RawVirtualMachineProperties;
  readonly [more: string]: unknown;
}

export interface RawVirtualMachineProperties {
  readonly vmId: string;
  readonly hardwareProfile?: { readonly vmSize: string };
  readonly storageProfile?: { readonly osDisk: { readonly osType: string }; readonly [more: string]: unknown };
  readonly provisioningState: string;
  readonly timeCreated?: string;
  readonly priority?: string;
  readonly virtualMachineScaleSet?: { readonly id: string };
  readonly [more: string]: unknown;
}

/** A machine, and its power state, which only the instance view has. */
export interface SampleMachine {
  readonly machine: RawVirtualMachine;
  /** null where Azure reports none. */
  readonly powerState: string | null;
}

/** Effective permissions, in the shape of `Microsoft.Authorization/permissions`. */
export interface Permission {
  readonly actions: readonly string[];
  readonly notActions: readonly string[];
  readonly dataActions: readonly string[];
  readonly notDataActions: readonly string[];
}

/**
 * Rights of the host's identities in a subscription: Reader on all of it, a custom role with these actions, Reader on
 * one resource group, or a role that shows the subscription but nothing in it.
 */
export type Access =
  | { readonly kind: 'reader' }
  | { readonly kind: 'customReader'; readonly actions: readonly string[] }
  | { readonly kind: 'resourceGroupReader'; readonly resourceGroup: string }
  | { readonly kind: 'none' };

export type ResourceProvider = 'Microsoft.Compute' | 'Microsoft.HybridCompute' | 'Microsoft.ManagedIdentity';

/** A subscription of the sample tenant. */
export interface SampleSubscription {
  readonly subscriptionId: string;
  readonly displayName: string;
  readonly tenantId: string;
  readonly state: string;
  readonly quotaId: string;
  /** Whether `GET /subscriptions` shows it. */
  readonly listed: boolean;
  readonly access: Access;
  /** null = as `access` implies. */
  readonly permissions: readonly Permission[] | null;
  /** Resource providers that are not registered. */
  readonly unregistered: readonly ResourceProvider[];
  /** Its parent; null = no management group of this tenant. */
  readonly managementGroup: string | null;
  /** Other tenants whose identities may act here (Azure Lighthouse). */
  readonly managedByTenants: readonly string[];
}

/** An identity of the host, the function app. */
export interface HostIdentity {
  readonly principalId: string;
  readonly clientId: string;
  /** Resource id of the app (system-assigned) or of the identity itself (user-assigned). */
  readonly resourceId: string;
}

/** The true content of a readable subscription, as far as the host's identities may read it. */
export interface SubscriptionTruth {
  readonly subscriptionId: string;
  readonly displayName: string;
  readonly access: Access['kind'];
  readonly virtualMachines: readonly RawVirtualMachine[];
  /** By resource id; null where Azure reports none. */
  readonly powerStates: Readonly<Record<string, string | null>>;
  /** Uniform and Flexible. */
  readonly scaleSets: readonly RawScaleSet[];
  readonly arcMachines: readonly RawArcMachine[];
  readonly identities: readonly SampleIdentity[];
  /** At, above and below the subscription, of all principals; null without the right to read them. */
  readonly roleAssignments: readonly RawRoleAssignment[] | null;
}
