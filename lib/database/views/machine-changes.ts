import { machineFields } from '../machine-fields.ts';
import {
  askedIdentities,
  askedMachine,
  askedSubscription,
  beginnings,
  type ChangeSource,
  ends,
} from './change-source.ts';
import { differing, iso, machineAt } from './machine-content.ts';

const before = machineAt('v.machine', 'v.valid_from - 1');
const after = machineAt('v.machine', 'v.valid_from');
const beforeMove = machineAt('v.moved_from', 'v.valid_from - 1');

const inPlace = machineFields
  .filter(({ difference }) => difference === 'updateInPlace')
  .map(({ property }) => property);

/**
 * Fields that never count as different, as a JSON array.
 * Always ignored: fields updated in place. For an update also: the subscription's name, and the identities if another
 * change shows them.
 */
const ignored = `CASE WHEN v.begin_change = 'virtualMachineMoved' THEN '${JSON.stringify(inPlace)}'
  WHEN EXISTS (SELECT 1 FROM attachment e WHERE e.machine = v.machine AND (e.valid_from = v.valid_from AND e.begin_change IS NOT NULL
    OR e.valid_to = v.valid_from AND e.end_change = 'identityDetached'))
  THEN '${JSON.stringify([...inPlace, 'subscriptionName', 'identity', 'principalIds'])}'
  ELSE '${JSON.stringify([...inPlace, 'subscriptionName'])}' END`;
const shown = `d.key NOT IN (SELECT value FROM json_each(${ignored}))`;

const subscriptionOf = (machine: string) => `(SELECT m.subscription FROM machine m WHERE m.id = ${machine})`;
const resourceId = '(SELECT i.resource_id FROM machine_id i WHERE i.machine = v.machine)';

/** The machines that the requested machine became by moving. */
const movedTo = `SELECT n.machine FROM machine_version o CROSS JOIN machine_version n
  ON n.valid_from = o.valid_to AND n.begin_change = 'virtualMachineMoved' AND n.moved_from = o.machine
  WHERE o.machine = ${askedMachine} AND o.end_change = 'virtualMachineMoved'`;
/** Narrows to a few machines first: the rest of the condition alone would read all that changed. */
const everOnMachine = `v.machine IN (SELECT e.machine FROM attachment e WHERE e.identity IN ${askedIdentities})`;

/** Created, updated, re-created, moved. */
export const machineBegan: ChangeSource = {
  ...beginnings('v', [
    'virtualMachineCreated',
    'virtualMachineUpdated',
    'virtualMachineRecreated',
    'virtualMachineMoved',
  ]),
  from: 'machine_version v',
  keys: ['v.machine'],
  at: iso('ifnull(v.began_at, (SELECT m.first_seen FROM machine m WHERE m.id = v.machine))'),
  resourceId,
  principalId: 'NULL',
  before: `CASE v.begin_change WHEN 'virtualMachineUpdated' THEN ${differing(before, after, shown)}
    WHEN 'virtualMachineMoved' THEN ${differing(beforeMove, after, shown)} WHEN 'virtualMachineRecreated' THEN ${before} END`,
  after: `CASE v.begin_change WHEN 'virtualMachineUpdated' THEN ${differing(after, before, shown)}
    WHEN 'virtualMachineMoved' THEN ${differing(after, beforeMove, shown)} ELSE ${after} END`,
  compared: {
    before: `CASE v.begin_change WHEN 'virtualMachineCreated' THEN NULL WHEN 'virtualMachineMoved' THEN ${beforeMove} ELSE ${before} END`,
    after,
    partial: "v.begin_change IN ('virtualMachineUpdated', 'virtualMachineMoved')",
    ignored,
  },
  author: {
    source: 1,
    resourceIds: `json_array(${resourceId},
      iif(v.begin_change = 'virtualMachineMoved', (SELECT i.resource_id FROM machine_id i WHERE i.machine = v.moved_from), NULL))`,
  },
  inSubscription: `(${subscriptionOf('v.machine')} = ${askedSubscription} OR ${subscriptionOf('v.moved_from')} = ${askedSubscription})`,
  ofResource: `v.machine IN (SELECT ${askedMachine} UNION ${movedTo}) AND (v.machine = ${askedMachine} OR v.moved_from = ${askedMachine})`,
  // Identities that began or ended with the machine itself.
  ofPrincipal: `${everOnMachine} AND EXISTS (SELECT 1 FROM attachment e WHERE e.machine = v.machine AND e.identity IN ${askedIdentities}
    AND (e.valid_from = v.valid_from AND e.begin_change IS NULL
      OR e.valid_to = v.valid_from AND ifnull(e.end_change, '') NOT IN ('identityDetached', 'identityRecreated')))`,
};

/** Deleted. All other ends are part of a move or of a change of the subscription. */
export const machineEnded: ChangeSource = {
  ...ends('v', ['virtualMachineDeleted']),
  from: 'machine_version v',
  keys: ['v.machine'],
  resourceId,
  principalId: 'NULL',
  before: machineAt('v.machine', 'v.valid_to - 1'),
  after: 'NULL',
  author: { source: 2, resourceIds: `json_array(${resourceId})` },
  inSubscription: `${subscriptionOf('v.machine')} = ${askedSubscription}`,
  ofResource: `v.machine = ${askedMachine}`,
  ofPrincipal: `${everOnMachine} AND EXISTS (SELECT 1 FROM attachment e WHERE e.machine = v.machine
    AND e.identity IN ${askedIdentities} AND e.valid_to = v.valid_to)`,
};
