import { askedIdentities, askedMachine, askedSubscription, type ChangeSource } from './change-source.ts';
import { differing, iso, machineAt } from './machine-content.ts';

const before = machineAt('v.machine', 'v.valid_from - 1');
const after = machineAt('v.machine', 'v.valid_from');
const beforeMove = machineAt('v.moved_from', 'v.valid_from - 1');

/** Updated in place: what an earlier run saw of them is not kept. */
const notContent = "d.key NOT IN ('provisioningState', 'instanceCount')";
/** An identity that came, went or was re-created is a change of its own; a rename of the subscription is none. */
const updatedFields = `${notContent} AND d.key <> 'subscriptionName' AND (d.key NOT IN ('identity', 'principalIds') OR NOT EXISTS (
    SELECT 1 FROM attachment e WHERE e.machine = v.machine AND (e.valid_from = v.valid_from AND e.begin_change IS NOT NULL
      OR e.valid_to = v.valid_from AND e.end_change = 'identityDetached')))`;

const subscriptionOf = (machine: string) => `(SELECT m.subscription FROM machine m WHERE m.id = ${machine})`;
const resourceId = '(SELECT i.resource_id FROM machine_id i WHERE i.machine = v.machine)';

/** Created, updated, re-created, moved. */
export const machineBegan: ChangeSource = {
  kinds: ['virtualMachineCreated', 'virtualMachineUpdated', 'virtualMachineRecreated', 'virtualMachineMoved'],
  from: 'machine_version v',
  where: 'v.begin_change IS NOT NULL',
  seq: 'v.valid_from',
  keys: ['v.machine'],
  kind: 'v.begin_change',
  at: iso('ifnull(v.began_at, (SELECT m.first_seen FROM machine m WHERE m.id = v.machine))'),
  notBefore: iso('v.not_before'),
  resourceId,
  principalId: 'NULL',
  before: `CASE v.begin_change WHEN 'virtualMachineUpdated' THEN ${differing(before, after, updatedFields)}
    WHEN 'virtualMachineMoved' THEN ${differing(beforeMove, after, notContent)} WHEN 'virtualMachineRecreated' THEN ${before} END`,
  after: `CASE v.begin_change WHEN 'virtualMachineUpdated' THEN ${differing(after, before, updatedFields)}
    WHEN 'virtualMachineMoved' THEN ${differing(after, beforeMove, notContent)} ELSE ${after} END`,
  inSubscription: `(${subscriptionOf('v.machine')} = ${askedSubscription} OR ${subscriptionOf('v.moved_from')} = ${askedSubscription})`,
  ofResource: `(v.machine = ${askedMachine} OR v.moved_from = ${askedMachine})`,
  // Identities that came and went with the machine itself.
  ofPrincipal: `EXISTS (SELECT 1 FROM attachment e WHERE e.machine = v.machine AND e.identity IN ${askedIdentities}
    AND (e.valid_from = v.valid_from AND e.begin_change IS NULL
      OR e.valid_to = v.valid_from AND ifnull(e.end_change, '') NOT IN ('identityDetached', 'identityRecreated')))`,
};

/** Deleted. Other ends are part of another change: of a move, or of the subscription. */
export const machineEnded: ChangeSource = {
  kinds: ['virtualMachineDeleted'],
  from: 'machine_version v',
  where: "v.end_change IS NOT NULL AND v.end_change = 'virtualMachineDeleted'",
  seq: 'v.valid_to',
  keys: ['v.machine'],
  kind: 'v.end_change',
  at: iso('v.ended_at'),
  notBefore: iso('v.end_not_before'),
  resourceId,
  principalId: 'NULL',
  before: machineAt('v.machine', 'v.valid_to - 1'),
  after: 'NULL',
  inSubscription: `${subscriptionOf('v.machine')} = ${askedSubscription}`,
  ofResource: `v.machine = ${askedMachine}`,
  ofPrincipal: `EXISTS (SELECT 1 FROM attachment e WHERE e.machine = v.machine AND e.identity IN ${askedIdentities}
    AND e.valid_to = v.valid_to)`,
};
