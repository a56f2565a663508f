import { machineKinds } from '../../inventory/coverage.ts';
import { laterFields } from '../machine-fields.ts';
import { identityTypeName, iso, laterColumns, typeName } from './machine-content.ts';

/** Where the group begins in a full resource id. */
const groupStart = '32 + length(s.subscription_id)';
const kindOfMachine = `CASE m.type ${machineKinds.map((kind, type) => `WHEN ${type} THEN '${kind}'`).join(' ')} END`;
/** The newest run with its subscription in scope read a kind with one of these statuses. */
const coverageOf = (kind: string, statuses: string) => `EXISTS (SELECT 1 FROM coverage_now c
    WHERE c.subscription_id = i.subscription_id AND c.kind = ${kind} AND c.status IN (${statuses}))`;

/** The resource ids of machines, and the present machines with all columns of the inventory. */
export const machineViews = `
CREATE VIEW machine_id AS
SELECT m.id AS machine, s.subscription_id, iif(m.resource_id IS NULL, g.name, substr(m.resource_id, ${groupStart},
    instr(substr(m.resource_id, ${groupStart}), '/') - 1)) AS resource_group_name, m.type,
  coalesce(m.resource_id, '/subscriptions/' || s.subscription_id || '/resourceGroups/' || g.name || '/providers/' ||
    ${typeName('m.type')} || '/' || m.name) AS resource_id
FROM machine m JOIN subscription_key s ON s.id = m.subscription JOIN resource_group g ON g.id = m.resource_group;

CREATE VIEW machines AS
SELECT i.resource_id AS id, m.name, ${typeName('m.type')} AS type, i.subscription_id, s.display_name AS subscription_name,
  i.resource_group_name AS resource_group, l.value AS location, v.zones, v.vm_id, z.value AS vm_size, o.value AS os_type,
  p.value AS priority, q.value AS provisioning_state, ${iso('v.time_created')} AS time_created,
  CASE WHEN s.visibility = 'visible' AND ${coverageOf("'powerStates'", "'complete', 'partial'")}
    THEN (SELECT x.value FROM power_state w JOIN text x ON x.id = w.state WHERE w.machine = m.id AND w.unread = 0) END AS power_state,
  v.tags, t.value AS scale_set_id, v.instance_count, ${identityTypeName('v.identity_type')} AS identity_type,
  (SELECT d.principal_id FROM attachment a JOIN identity d ON d.id = a.identity
    WHERE a.machine = m.id AND a.valid_to IS NULL AND d.kind = 1) AS principal_id,
  (SELECT group_concat(d.principal_id, ';' ORDER BY a.position) FROM attachment a JOIN identity d ON d.id = a.identity
    WHERE a.machine = m.id AND a.valid_to IS NULL) AS principal_ids,
  ${iso('m.first_seen')} AS first_seen,
  ${iso(`ifnull(u.last_seen, (
    SELECT c.read_at FROM coverage c WHERE c.subscription = m.subscription AND c.kind = ${kindOfMachine} AND c.superseded = 0
    AND c.status IN ('complete', 'partial') ORDER BY c.from_seq DESC LIMIT 1))`)} AS last_seen,
  s.visibility = 'lost' OR u.machine IS NOT NULL OR ${coverageOf(kindOfMachine, "'failed', 'denied'")} AS stale${laterColumns('v', iso)}
FROM machine m
JOIN machine_version v ON v.machine = m.id AND v.valid_to IS NULL
JOIN machine_id i ON i.machine = m.id
JOIN subscription s ON s.subscription = m.subscription AND s.valid_to IS NULL
LEFT JOIN unseen u ON u.machine = m.id AND u.valid_to IS NULL
LEFT JOIN text l ON l.id = v.location LEFT JOIN text z ON z.id = v.vm_size LEFT JOIN text o ON o.id = v.os_type
LEFT JOIN text p ON p.id = v.priority LEFT JOIN text q ON q.id = v.provisioning_state LEFT JOIN text t ON t.id = v.scale_set;

CREATE VIEW virtual_machines AS
SELECT id, name, subscription_id, subscription_name, resource_group, location, zones, vm_id, vm_size, os_type, priority,
  provisioning_state, time_created, power_state, tags, scale_set_id, identity_type, principal_id, principal_ids, first_seen, last_seen,
  stale${laterFields.map(({ column }) => `, ${column}`).join('')}
FROM machines WHERE type = 'Microsoft.Compute/virtualMachines';
`;
