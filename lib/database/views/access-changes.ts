import { askedIdentities, askedSubscription, beginnings, type ChangeSource, ends } from './change-source.ts';
import { shownIdentityId } from './shown-identity-id.ts';

const identityId = `(SELECT ${shownIdentityId('d')} FROM identity d WHERE d.id = f.identity)`;
const credentialJson = (
  row: string,
) => `json_object('identityId', ${identityId}, 'name', ${row}.name, 'issuer', ${row}.issuer,
  'subject', ${row}.subject, 'audiences', json(${row}.audiences))`;

const credential = {
  from: 'federated_credential f',
  keys: ['f.identity', 'f.name'],
  resourceId: identityId,
  principalId: '(SELECT d.principal_id FROM identity d WHERE d.id = f.identity)',
  inSubscription: `(SELECT d.subscription FROM identity d WHERE d.id = f.identity) = ${askedSubscription}`,
  ofResource: 'f.identity IN (SELECT d.id FROM identity d WHERE d.resource_key = $resourceKey)',
  ofPrincipal: `f.identity IN ${askedIdentities}`,
} as const;

const credentialIds = `json_array(${identityId} || '/federatedIdentityCredentials/' || f.name)`;

export const credentialEnded: ChangeSource = {
  ...credential,
  ...ends('f', ['federatedCredentialRemoved']),
  before: credentialJson('f'),
  after: 'NULL',
  author: { source: 6, resourceIds: credentialIds },
};

/** Added. A credential that replaces another one of the same name shows it as `before`. */
export const credentialBegan: ChangeSource = {
  ...credential,
  ...beginnings('f', ['federatedCredentialAdded']),
  before: `(SELECT ${credentialJson('o')} FROM federated_credential o WHERE o.identity = f.identity AND o.name_key = f.name_key
    AND o.valid_to = f.valid_from AND o.end_change IS NOT 'federatedCredentialRemoved')`,
  after: credentialJson('f'),
  author: { source: 7, resourceIds: credentialIds },
};

/** At a management group or the root, above every subscription. */
export const isInherited = (scope: string) => `${scope} NOT LIKE '/subscriptions/%'`;

/** A role assignment by number, as JSON; `more` = further fields. */
const assignmentJson = (id: string, more = '') => `(SELECT json_object('id', r.resource_id, 'scope', r.scope,
  'roleDefinitionId', n.resource_id, 'roleDefinitionName', n.name, 'inherited', json(iif(${isInherited('r.scope')}, 'true', 'false')),
  'condition', r.condition${more}) FROM role_assignment r JOIN role_definition n ON n.id = r.role_definition WHERE r.id = ${id})`;
const assignment = (column: string) => `(SELECT r.${column} FROM role_assignment r WHERE r.id = z.assignment)`;
/** Many subscriptions list an assignment, but only one of their rows has its change. */
const seenThere = (seq: string) => `EXISTS (SELECT 1 FROM role_assignment_seen o WHERE o.assignment = z.assignment
  AND o.subscription = ${askedSubscription} AND o.valid_from <= ${seq} AND (o.valid_to IS NULL OR o.valid_to >= ${seq}))`;

const role = {
  from: 'role_assignment_seen z',
  keys: ['z.assignment', 'z.subscription'],
  resourceId: assignment('resource_id'),
  principalId: assignment('principal_id'),
  ofResource: 'z.assignment IN (SELECT r.id FROM role_assignment r WHERE r.resource_key = $resourceKey)',
  ofPrincipal: 'z.assignment IN (SELECT r.id FROM role_assignment r WHERE r.principal_id = $principalId)',
} as const;

/** Removed, or no longer inherited by one subscription. */
export const roleEnded: ChangeSource = {
  ...role,
  ...ends('z', ['roleRemoved', 'roleInheritanceLost']),
  before: `iif(z.end_change = 'roleRemoved', ${assignmentJson('z.assignment')}, ${assignmentJson(
    'z.assignment',
    `, 'subscriptionId', (SELECT k.subscription_id FROM subscription_key k WHERE k.id = z.subscription)`,
  )})`,
  after: 'NULL',
  author: { source: 8, resourceIds: `json_array(${assignment('resource_id')})` },
  inSubscription: `iif(z.end_change = 'roleRemoved', ${seenThere('z.valid_to')}, z.subscription = ${askedSubscription})`,
};

/** Assigned. An assignment that replaces another one (its condition changed) shows it as `before`. */
export const roleBegan: ChangeSource = {
  ...role,
  ...beginnings('z', ['roleAssigned']),
  before: assignmentJson(assignment('replaces')),
  after: assignmentJson('z.assignment'),
  author: { source: 9, resourceIds: `json_array(${assignment('resource_id')})` },
  inSubscription: seenThere('z.valid_from'),
};
