import { roleAssignmentResource } from './access/role-assignments.ts';
import { mayList, mayRead } from './access/visibility.ts';
import type { Estate } from './estate.ts';
import type { RawRoleAssignment, SampleMachine, SampleSubscription, SubscriptionTruth } from './types.ts';

/** The machines of a subscription that the host's identities may read, in list order. */
export interface ReadableMachines {
  readonly length: number;
  /** Changes when the rows may have changed. */
  readonly revision: string;
  slice(start: number, end: number): SampleMachine[];
}

/** @param rightsRevision changes when rights may have changed */
export function readableMachines(estate: Estate, subscriptionId: string, rightsRevision: number): ReadableMachines {
  const subscription = estate.subscriptions.get(subscriptionId.toLowerCase());
  const list = estate.machines.list(subscriptionId);
  const revision = `${rightsRevision}.${list.revision}`;
  if (subscription?.access.kind === 'reader' || subscription?.access.kind === 'customReader') {
    const slice = (start: number, end: number) =>
      Array.from({ length: Math.max(0, Math.min(end, list.length) - start) }, (_, at) => list.at(start + at));
    return { length: list.length, revision, slice };
  }
  const visible = list.all().filter(({ machine }) => subscription !== undefined && mayRead(subscription, machine.id));
  return { length: visible.length, revision, slice: (start, end) => visible.slice(start, end) };
}

/** The role assignments that the host's identities see in the list of a subscription. */
export function readableRoleAssignments(estate: Estate, subscription: SampleSubscription): RawRoleAssignment[] {
  return estate.roleAssignments
    .reaching(subscription)
    .map((assignment) => roleAssignmentResource(assignment, subscription))
    .filter(({ properties }) => mayRead(subscription, properties.scope));
}

/** What a complete reading of a readable subscription must contain. */
export function truthOf(estate: Estate, subscription: SampleSubscription): SubscriptionTruth {
  const { subscriptionId, displayName, access } = subscription;
  const machines = readableMachines(estate, subscriptionId, 0);
  const readable = machines.slice(0, machines.length);
  const mayReadRoles = mayList(subscription, 'Microsoft.Authorization/roleAssignments/read');
  return {
    subscriptionId,
    displayName,
    access: access.kind,
    virtualMachines: readable.map(({ machine }) => machine),
    powerStates: Object.fromEntries(readable.map(({ machine, powerState }) => [machine.id, powerState])),
    scaleSets: estate.scaleSets.list(subscriptionId).filter(({ id }) => mayRead(subscription, id)),
    arcMachines: estate.arcMachines.list(subscriptionId).filter(({ id }) => mayRead(subscription, id)),
    identities: estate.identities.list(subscriptionId).filter(({ identity }) => mayRead(subscription, identity.id)),
    roleAssignments: mayReadRoles ? readableRoleAssignments(estate, subscription) : null,
  };
}
