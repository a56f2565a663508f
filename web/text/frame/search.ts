import { count } from '../states.ts';

/** The texts of the search box. */
export const searchText = {
  label: 'Search by id or name',
  placeholder: 'Principal id, client id, VM id, resource id, name, or a log record',
  hits: 'Hits',
  found: (number: number) => (number === 0 ? 'Nothing found' : count(number, 'hit')),
  nothing: 'No run up to this one saw a machine, an identity, a group or a subscription with this text.',
  tooLong: (characters: number, most: number) =>
    `This text has ${characters.toLocaleString()} characters. A search takes ${most.toLocaleString()} at most.`,
  enterOpens: (ids: number) => (ids === 1 ? 'Enter opens this id.' : `Enter looks up these ${ids} ids.`),
  kinds: {
    principal: 'Principals',
    virtualMachine: 'Machines',
    scaleSet: 'Scale sets',
    arc: 'Azure Arc machines',
    identity: 'Identities',
    resourceGroup: 'Resource groups',
    subscription: 'Subscriptions',
  },
  matches: {
    principalId: 'by principal id',
    clientId: 'by client id',
    vmId: 'by VM id',
    subscriptionId: 'by subscription id',
    id: 'by resource id',
    name: 'by name',
    displayName: 'by display name',
  },
};
