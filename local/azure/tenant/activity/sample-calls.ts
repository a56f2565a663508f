import { hasAuthor } from '../../../../lib/inventory/authors/author.ts';
import { mayList, readActivityLog } from '../access/visibility.ts';
import type { Estate } from '../estate.ts';
import type { ExpectedAuthor, ExpectedChange } from '../expectation.ts';
import { company } from '../names.ts';
import { createRandom, mix } from '../random.ts';
import type { Caller, LoggedCall } from './activity-log.ts';

/** The name of the tenant's own managed identity that assigns roles. */
const giverName = 'id-may-assign-roles';
/** Late by as much as Azure says at most. */
const lateMs = 20 * 60_000;

/** The calls behind the changes of a day, and the authors that an inventory must find. */
export interface SampleDay {
  readonly calls: readonly LoggedCall[];
  readonly authors: readonly ExpectedAuthor[];
}

/**
 * Makes the calls that lead from one estate to the next. Some arrive late, one is missing, some failed, two machines
 * were written twice.
 * @param at when they succeeded, milliseconds since 1970
 */
export function sampleDay(
  seed: number,
  before: Estate,
  after: Estate,
  changes: readonly ExpectedChange[],
  at: number,
): SampleDay {
  const people = createPeople(seed, after);
  const day = changes.filter(({ kind }) => hasAuthor(kind)).map((change) => callsOf(change, before, after, people, at));
  const mayRead = ({ resourceId }: ExpectedAuthor): boolean => {
    const subscription = after.subscriptions.get(resourceId.split('/')[2]?.toLowerCase() ?? '');
    return subscription !== undefined && mayList(subscription, readActivityLog);
  };
  return {
    calls: day.flatMap(({ calls }) => calls),
    authors: day.map(({ author }) => (mayRead(author) ? author : { ...author, by: null, byStatus: 'notRead' })),
  };
}

function createPeople(seed: number, estate: Estate) {
  const user = (name: string): Caller => {
    return { kind: 'user', name: `${name}@${company.domain}`, oid: createRandom(seed, 'user', name).guid() };
  };
  const application = (name: string, named: 'oid' | 'appid'): Caller => {
    const random = createRandom(seed, 'application', name);
    return { kind: 'application', oid: random.guid(), appid: random.guid(), named };
  };
  const giver = [...estate.stages]
    .flatMap((id) => estate.identities.list(id))
    .find(({ identity }) => identity.name === giverName);
  const { principalId: oid = '', clientId: appid = '' } = giver?.identity.properties ?? {};
  return {
    admin: user('mia.keller'),
    operator: user('jonas.brandt'),
    pipeline: application('pipeline', 'appid'),
    /** The identity of a policy assignment. */
    policy: application('policy', 'oid'),
    /** An identity of the tenant's own machines. */
    giver: { kind: 'application', oid, appid, named: 'oid' } satisfies Caller,
    platform: { kind: 'platform' } satisfies Caller,
  };
}
type People = ReturnType<typeof createPeople>;

function callsOf(
  change: ExpectedChange,
  before: Estate,
  after: Estate,
  people: People,
  at: number,
): { readonly calls: readonly LoggedCall[]; readonly author: ExpectedAuthor } {
  const { kind, resourceId } = change;
  const ends = kind === 'virtualMachineDeleted' || kind === 'roleRemoved' || kind === 'federatedCredentialRemoved';
  const target = targetOf(change, before, after);
  const call = (by: Caller, more: Partial<LoggedCall> = {}): LoggedCall => {
    return { resourceId: target, operation: `${typeOf(target)}/${ends ? 'delete' : 'write'}`, at, by, ...more };
  };
  const found = (by: Caller, ...others: readonly Caller[]): ExpectedAuthor => authorOf(change, people, by, others);
  const { admin, operator, pipeline, policy, giver, platform } = people;
  switch (target.split('/').at(-1)) {
    case 'vm-created':
      return { calls: [call(operator, { at: at - 2, status: 'Failed' }), call(admin)], author: found(admin) };
    case 'vm-deleted':
      return { calls: [call(policy)], author: found(policy) };
    case 'vm-recreated':
      return { calls: [call(platform)], author: found(platform) };
    case 'vm-resized':
      return { calls: [call(admin, { at: at - 2 }), call(pipeline)], author: found(pipeline, admin) };
    case 'vm-retagged':
      return { calls: [call(operator, { lateMs })], author: { ...found(operator), isLate: true } };
    case 'arc-till-deleted':
      return { calls: [], author: { ...found(platform), by: null, byStatus: 'notFound' } };
    case 'vm-moved':
      return { calls: [moveCall(change, before, operator, at)], author: found(operator) };
    default: {
      const usual = [admin, pipeline, operator][mix(resourceId.toLowerCase(), kind) % 3] ?? admin;
      const by = kind === 'roleAssigned' || kind === 'roleRemoved' ? giver : usual;
      return { calls: [call(by)], author: found(by) };
    }
  }
}

/** What the call names: the machine, the role assignment, the re-created identity or the credential. */
function targetOf({ kind, resourceId, principalId }: ExpectedChange, before: Estate, after: Estate): string {
  if (kind === 'federatedCredentialAdded') return credentialOnlyIn(after, before, resourceId);
  if (kind === 'federatedCredentialRemoved') return credentialOnlyIn(before, after, resourceId);
  if (kind !== 'identityRecreated') return resourceId;
  const identities = after.machines.find(resourceId)?.machine.identity?.userAssignedIdentities ?? {};
  return Object.keys(identities).find((id) => identities[id]?.principalId === principalId) ?? resourceId;
}

function credentialOnlyIn(one: Estate, other: Estate, identityId: string): string {
  const idsIn = (estate: Estate) => estate.identities.find(identityId)?.federatedCredentials.map(({ id }) => id) ?? [];
  const others = new Set(idsIn(other));
  return idsIn(one).find((id) => !others.has(id)) ?? identityId;
}

/** `Microsoft.Compute/virtualMachines`, also of a nested type. */
function typeOf(resourceId: string): string {
  const [namespace, ...rest] =
    resourceId
      .split(/\/providers\//i)
      .at(-1)
      ?.split('/') ?? [];
  return [namespace, ...rest.filter((_segment, index) => index % 2 === 0)].join('/');
}

/** A move names the group that the resources leave, and lists the resources. */
function moveCall({ resourceId }: ExpectedChange, before: Estate, by: Caller, at: number): LoggedCall {
  const [, , subscriptionId = '', , group = '', , , , name = ''] = resourceId.split('/');
  const old = before.machines
    .list(subscriptionId)
    .all()
    .find(({ machine }) => machine.name === name);
  const from = old?.machine.id ?? resourceId;
  const targetResourceGroup = `/subscriptions/${subscriptionId}/resourceGroups/${group}`;
  return {
    resourceId: from.split('/').slice(0, 5).join('/'),
    operation: 'Microsoft.Resources/subscriptions/resourceGroups/moveResources/action',
    at,
    by,
    properties: { requestbody: JSON.stringify({ targetResourceGroup, resources: [from] }) },
  };
}

function authorOf(
  { kind, resourceId }: ExpectedChange,
  people: People,
  by: Caller,
  others: readonly Caller[],
): ExpectedAuthor {
  const candidates = others.length === 0 ? null : [by, ...others].map(nameOf);
  const callerId = by.kind === 'application' ? by.oid : null;
  const callerType = by === people.giver ? 'managedIdentity' : by.kind;
  return {
    kind,
    resourceId,
    isLate: false,
    byStatus: 'found',
    by: { caller: nameOf(by), callerType, callerId, candidates },
  };
}

function nameOf(by: Caller): string | null {
  if (by.kind === 'platform') return null;
  return by.kind === 'user' ? by.name : by[by.named];
}
