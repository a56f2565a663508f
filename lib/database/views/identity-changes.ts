import {
  askedIdentities,
  askedMachine,
  askedSubscription,
  beginnings,
  type ChangeSource,
  ends,
} from './change-source.ts';
import { shownIdentityId } from './shown-identity-id.ts';

/** An identity `d` as JSON. */
const identityJson = (
  id: string,
) => `json_object('identityId', ${id}, 'principalId', d.principal_id, 'clientId', d.client_id,
  'kind', iif(d.kind = 1, 'SystemAssigned', 'UserAssigned'))`;
const principalOf = (identity: string) => `(SELECT d.principal_id FROM identity d WHERE d.id = ${identity})`;
/** The identity of an attachment `a`, spelled as on its machine. */
const attached = `(SELECT ${identityJson('coalesce(a.resource_id, d.resource_id)')} FROM identity d WHERE d.id = a.identity)`;

/** The attachment that `a` replaces: of the system-assigned identity, or under the same user-assigned id. */
const replaced = `attachment o JOIN identity d ON d.id = o.identity JOIN identity n ON n.id = a.identity
  WHERE o.machine = a.machine AND o.valid_to = a.valid_from AND o.end_change = 'identityRecreated'
  AND n.kind = d.kind AND (d.kind = 1 OR d.resource_key = n.resource_key)`;

const machineId = '(SELECT i.resource_id FROM machine_id i WHERE i.machine = a.machine)';
const onMachine = {
  from: 'attachment a',
  keys: ['a.machine', 'a.identity'],
  resourceId: machineId,
  principalId: principalOf('a.identity'),
  inSubscription: `(SELECT m.subscription FROM machine m WHERE m.id = a.machine) = ${askedSubscription}`,
  ofResource: `a.machine = ${askedMachine}`,
} as const;

export const attachmentEnded: ChangeSource = {
  ...onMachine,
  ...ends('a', ['identityDetached']),
  before: attached,
  after: 'NULL',
  author: { source: 3, resourceIds: `json_array(${machineId})` },
  ofPrincipal: `a.identity IN ${askedIdentities}`,
};

/** Attached, or re-created. */
export const attachmentBegan: ChangeSource = {
  ...onMachine,
  ...beginnings('a', ['identityAttached', 'identityRecreated']),
  before: `iif(a.begin_change = 'identityRecreated',
    (SELECT ${identityJson('coalesce(o.resource_id, d.resource_id)')} FROM ${replaced}), NULL)`,
  after: attached,
  author: {
    source: 4,
    // A user-assigned identity is re-created where it is, and the machine that shows it may not be written at all.
    resourceIds: `json_array(${machineId}, iif(a.begin_change = 'identityRecreated',
      (SELECT ${shownIdentityId('d')} FROM identity d WHERE d.id = a.identity AND d.kind = 2), NULL))`,
  },
  ofPrincipal: `(a.identity IN ${askedIdentities} OR a.begin_change = 'identityRecreated'
    AND EXISTS (SELECT 1 FROM ${replaced} AND d.id IN ${askedIdentities}))`,
};

/** The identity that lists mentioned last under the same resource id before this one. */
const replacedInListing = `(SELECT o.identity FROM identity n CROSS JOIN identity d ON d.resource_key = n.resource_key
  CROSS JOIN identity_presence o ON o.identity = d.id WHERE n.id = p.identity AND d.principal_id <> n.principal_id
  AND o.valid_from < p.valid_from ORDER BY o.valid_from DESC, o.identity DESC LIMIT 1)`;

const listedId = `(SELECT ${shownIdentityId('d')} FROM identity d WHERE d.id = p.identity)`;
/** Re-created, seen only in the list of its subscription. If a machine shows it too, the attachment has the change. */
export const identityRecreated: ChangeSource = {
  ...beginnings('p', ['identityRecreated']),
  from: 'identity_presence p',
  keys: ['p.identity'],
  resourceId: listedId,
  author: { source: 5, resourceIds: `json_array(${listedId})` },
  principalId: principalOf('p.identity'),
  before: `(SELECT ${identityJson(shownIdentityId('d'))} FROM identity d WHERE d.id = ${replacedInListing})`,
  after: `(SELECT ${identityJson(shownIdentityId('d'))} FROM identity d WHERE d.id = p.identity)`,
  inSubscription: `(SELECT d.subscription FROM identity d WHERE d.id = p.identity) = ${askedSubscription}`,
  ofResource: 'p.identity IN (SELECT d.id FROM identity d WHERE d.resource_key = $resourceKey)',
  ofPrincipal: `(p.identity IN ${askedIdentities} OR ${replacedInListing} IN ${askedIdentities})`,
};
