/** What the kinds of changes are called when they are counted. */
export const changeKinds: Readonly<Record<string, string>> = {
  virtualMachineCreated: 'machines created',
  virtualMachineDeleted: 'machines deleted',
  virtualMachineRecreated: 'machines re-created',
  virtualMachineMoved: 'machines moved',
  virtualMachineUpdated: 'machines updated',
  identityAttached: 'identities attached',
  identityDetached: 'identities detached',
  identityRecreated: 'identities re-created',
  roleAssigned: 'roles assigned',
  roleRemoved: 'roles removed',
  roleInheritanceLost: 'inherited roles lost',
  federatedCredentialAdded: 'federated credentials added',
  federatedCredentialRemoved: 'federated credentials removed',
  subscriptionAppeared: 'subscriptions appeared',
  subscriptionLost: 'subscriptions lost',
  subscriptionForgotten: 'subscriptions forgotten',
  outOfScope: 'subscriptions out of scope',
  tenantChanged: 'subscriptions in another tenant',
};

/** What one change says of its resource: "vm-web-1 identity detached". */
export const changeKindNames = {
  virtualMachineCreated: 'created',
  virtualMachineDeleted: 'deleted',
  virtualMachineRecreated: 're-created',
  virtualMachineMoved: 'moved',
  virtualMachineUpdated: 'updated',
  identityAttached: 'identity attached',
  identityDetached: 'identity detached',
  identityRecreated: 'identity re-created',
  roleAssigned: 'role assigned',
  roleRemoved: 'role removed',
  roleInheritanceLost: 'inherited role lost',
  federatedCredentialAdded: 'federated credential added',
  federatedCredentialRemoved: 'federated credential removed',
  subscriptionAppeared: 'subscription appeared',
  subscriptionLost: 'subscription lost',
  subscriptionForgotten: 'subscription forgotten',
  outOfScope: 'out of scope',
  tenantChanged: 'moved to another tenant',
} as const;

type Kind = keyof typeof changeKindNames;

/** The kinds by what they happen to. */
export const changeGroups: Readonly<Record<string, readonly Kind[]>> = {
  Machines: [
    'virtualMachineCreated',
    'virtualMachineDeleted',
    'virtualMachineRecreated',
    'virtualMachineMoved',
    'virtualMachineUpdated',
  ],
  Identities: [
    'identityAttached',
    'identityDetached',
    'identityRecreated',
    'federatedCredentialAdded',
    'federatedCredentialRemoved',
  ],
  Roles: ['roleAssigned', 'roleRemoved', 'roleInheritanceLost'],
  Subscriptions: ['subscriptionAppeared', 'subscriptionLost', 'subscriptionForgotten', 'outOfScope', 'tenantChanged'],
};
