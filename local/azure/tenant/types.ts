/** A managed identity of a machine as Resource Manager writes it: spellings and nulls as they come. */
export interface RawIdentity {
  readonly type: string;
  readonly principalId?: string | null;
  readonly tenantId?: string | null;
  readonly userAssignedIdentities?: Readonly<
    Record<string, { readonly principalId: string | null; readonly clientId: string | null }>
  >;
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
 * Rights of the host's identities in a subscription: Reader on all of it, Reader on one resource group, or a role
 * that shows the subscription and nothing in it.
 */
export type Access =
  | { readonly kind: 'reader' }
  | { readonly kind: 'resourceGroupReader'; readonly resourceGroup: string }
  | { readonly kind: 'none' };

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
  /** Whether Microsoft.Compute is registered. */
  readonly computeRegistered: boolean;
  readonly managementGroup: string;
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
}
