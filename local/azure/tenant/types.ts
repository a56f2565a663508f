/** A managed identity of a machine as Resource Manager writes it: spellings and nulls as they come. */
export interface RawIdentity {
  readonly type: string;
  readonly principalId?: string | null;
  readonly tenantId?: string | null;
  readonly userAssignedIdentities?: Readonly<
    Record<string, { readonly principalId: string | null; readonly clientId: string | null }>
  >;
}

/** What every resource that Resource Manager lists has. */
export interface RawResource {
  readonly id: string;
  readonly name: string;
  readonly type: string;
}

/** A scale set as Compute lists it. Uniform ones have their identity on the set, Flexible ones on their machines. */
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

/** A machine outside Azure that its Arc agent has registered. */
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

/** A user-assigned identity as the listing of its subscription shows it. */
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

/** A user-assigned identity and what only a request of its own tells. */
export interface SampleIdentity {
  readonly identity: RawUserAssignedIdentity;
  readonly federatedCredentials: readonly RawFederatedCredential[];
}

/** A role assignment as the listing of one subscription shows it. */
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

/** A virtual machine as Resource Manager lists it. Only what tests compare is named; the rest is there all the same. */
export interface RawVirtualMachine {
  readonly name: string;
  readonly id: string;
  readonly type: string;
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

/** A machine and what only its instance view tells. `powerState` is null where Azure reports none. */
export interface SampleMachine {
  readonly machine: RawVirtualMachine;
  readonly powerState: string | null;
}

/** What the host's identities may do at a subscription, in the shape of `Microsoft.Authorization/permissions`. */
export interface Permission {
  readonly actions: readonly string[];
  readonly notActions: readonly string[];
  readonly dataActions: readonly string[];
  readonly notDataActions: readonly string[];
}

/**
 * Rights of the host's identities in a subscription: Reader on all of it, a role of the tenant's own with just these
 * actions, Reader on one resource group, or a role that shows the subscription and nothing in it.
 */
export type Access =
  | { readonly kind: 'reader' }
  | { readonly kind: 'customReader'; readonly actions: readonly string[] }
  | { readonly kind: 'resourceGroupReader'; readonly resourceGroup: string }
  | { readonly kind: 'none' };

export type ResourceProvider = 'Microsoft.Compute' | 'Microsoft.HybridCompute' | 'Microsoft.ManagedIdentity';

/** A subscription of the sample tenant. `listed`: whether `GET /subscriptions` shows it. */
export interface SampleSubscription {
  readonly subscriptionId: string;
  readonly displayName: string;
  readonly tenantId: string;
  readonly state: string;
  readonly quotaId: string;
  readonly listed: boolean;
  readonly access: Access;
  /** Instead of what `access` implies; null = as implied. */
  readonly permissions: readonly Permission[] | null;
  /** Resource providers that are not registered. */
  readonly unregistered: readonly ResourceProvider[];
  /** Its parent; null where it is below none of the tenant's. */
  readonly managementGroup: string | null;
  /** Tenants whose identities may act here though it is another tenant's (Azure Lighthouse). */
  readonly managedByTenants: readonly string[];
}

/** An identity that the host (the function app) can get tokens for. */
export interface HostIdentity {
  readonly principalId: string;
  readonly clientId: string;
  /** Resource id: of the app for the system-assigned identity, else of the user-assigned identity. */
  readonly resourceId: string;
}

/** What is really there in a readable subscription: the rows that the host's identities may see. */
export interface SubscriptionTruth {
  readonly subscriptionId: string;
  readonly displayName: string;
  readonly access: Access['kind'];
  readonly virtualMachines: readonly RawVirtualMachine[];
  /** By resource id as in `virtualMachines`; null where Azure reports no power state. */
  readonly powerStates: Readonly<Record<string, string | null>>;
  /** Uniform and Flexible ones. */
  readonly scaleSets: readonly RawScaleSet[];
  readonly arcMachines: readonly RawArcMachine[];
  readonly identities: readonly SampleIdentity[];
  /** At, above and below the subscription, of all kinds of principals; null where they must not be read. */
  readonly roleAssignments: readonly RawRoleAssignment[] | null;
}
