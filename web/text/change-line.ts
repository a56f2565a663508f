import type { Change } from '../api/types.ts';

/** What happened in a change, after the name of its thing: `was detached from id-web`. */
export function changeLine({ kind, before, after }: Change): string {
  const field = (name: string, of = after ?? before): string => {
    const value = of?.[name];
    return typeof value === 'string' ? value : '';
  };
  const identity = field('identityId').split('/').at(-1) || 'its system-assigned identity';
  const role = `${field('roleDefinitionName') || 'a role'} at ${field('scope')}`;
  switch (kind) {
    case 'virtualMachineCreated':
      return 'was created';
    case 'virtualMachineDeleted':
      return 'was deleted';
    case 'virtualMachineRecreated':
      return 'was deleted and created again under the same name';
    case 'virtualMachineMoved':
      return `moved from ${field('id', before)}`;
    case 'virtualMachineUpdated':
      return `was updated: ${Object.keys(after ?? {}).join(', ')}`;
    case 'identityAttached':
      return `got ${identity}`;
    case 'identityDetached':
      return `lost ${identity}`;
    case 'identityRecreated':
      return `has a new principal id: ${field('principalId', before)} became ${field('principalId', after)}`;
    case 'roleAssigned':
      return `Role given: ${role}`;
    case 'roleRemoved':
      return `Role taken: ${role}`;
    case 'roleInheritanceLost':
      return `Inherited role lost: ${role}`;
    case 'federatedCredentialAdded':
      return `got the federated credential ${field('name')} (${field('subject')})`;
    case 'federatedCredentialRemoved':
      return `lost the federated credential ${field('name')} (${field('subject')})`;
    case 'subscriptionAppeared':
      return 'appeared';
    case 'subscriptionLost':
      return 'can no longer be seen';
    case 'subscriptionForgotten':
      return 'was forgotten';
    case 'outOfScope':
      return 'is out of scope';
    case 'tenantChanged':
      return 'is in another tenant';
  }
}
