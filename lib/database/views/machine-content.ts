const text = (column: string) => `(SELECT x.value FROM text x WHERE x.id = ${column})`;

/** The attachments of machine `m` at a run. */
const attached = (seq: string) => `attachment a JOIN identity d ON d.id = a.identity
  WHERE a.machine = m.id AND a.valid_from <= ${seq} AND (a.valid_to IS NULL OR a.valid_to > ${seq})`;

/** The resource type of a number in `machine.type`. */
export const typeName = (type: string) => `CASE ${type} WHEN 0 THEN 'Microsoft.Compute/virtualMachines'
  WHEN 1 THEN 'Microsoft.Compute/virtualMachineScaleSets' ELSE 'Microsoft.HybridCompute/machines' END`;

export const identityTypeName = (type: string) => `CASE ${type} WHEN 0 THEN 'None' WHEN 1 THEN 'SystemAssigned'
  WHEN 2 THEN 'UserAssigned' ELSE 'SystemAssigned, UserAssigned' END`;

/** Epoch milliseconds as ISO 8601 UTC. */
export const iso = (milliseconds: string) => `strftime('%FT%H:%M:%fZ', ${milliseconds} / 1000.0, 'unixepoch')`;

/**
 * A scalar subquery: a machine at a run as a JSON object, with its own fields of a VirtualMachine. Removes a null
 * `instanceCount` (only scale sets have one) as text, in a third less time than `json_remove`. No other place matches:
 * quotes inside a JSON text are escaped.
 * @param machine SQL of the machine's number
 * @param seq SQL of the run's
 */
export const machineAt = (machine: string, seq: string) => `(SELECT replace(json_object(
  'id', i.resource_id, 'name', m.name, 'type', ${typeName('m.type')}, 'subscriptionId', i.subscription_id,
  'subscriptionName', (SELECT s.display_name FROM subscription s WHERE s.subscription = m.subscription AND s.valid_from <= ${seq}
    ORDER BY s.valid_from DESC LIMIT 1),
  'resourceGroup', i.resource_group_name, 'location', ${text('c.location')},
  'zones', json(iif(c.zones IS NULL, '[]', '["' || replace(c.zones, ';', '","') || '"]')),
  'vmId', c.vm_id, 'vmSize', ${text('c.vm_size')}, 'osType', ${text('c.os_type')}, 'priority', ${text('c.priority')},
  'provisioningState', ${text('c.provisioning_state')}, 'timeCreated', ${iso('c.time_created')}, 'tags', json(ifnull(c.tags, '{}')),
  'scaleSetId', ${text('c.scale_set')}, 'instanceCount', c.instance_count,
  'identity', json_object('type', ${identityTypeName('c.identity_type')},
    'principalId', (SELECT d.principal_id FROM ${attached(seq)} AND d.kind = 1), 'tenantId', ${text('c.identity_tenant')},
    'userAssignedIdentities', (SELECT json_group_object(coalesce(a.resource_id, d.resource_id),
      json_object('principalId', d.principal_id, 'clientId', d.client_id) ORDER BY a.position) FROM ${attached(seq)} AND d.kind = 2)),
  'principalIds', (SELECT json_group_array(p.id ORDER BY p.position) FROM (
    SELECT d.principal_id AS id, min(a.position) AS position FROM ${attached(seq)} AND d.principal_id IS NOT NULL GROUP BY 1) p)),
  ',"instanceCount":null', '')
FROM machine m JOIN machine_id i ON i.machine = m.id
JOIN machine_version c ON c.machine = m.id AND c.valid_from <= ${seq} AND (c.valid_to IS NULL OR c.valid_to > ${seq})
WHERE m.id = ${machine})`;

/**
 * A scalar subquery: the fields of one object that are different or missing in the other.
 * @param shown condition on `d.key`
 */
export const differing = (one: string, other: string, shown: string) => `(
  SELECT json_group_object(d.key, iif(d.type IN ('object', 'array'), json(d.value), d.value)) FROM (
    SELECT key, value, type FROM json_each(${one}) EXCEPT SELECT key, value, type FROM json_each(${other})) d WHERE ${shown})`;
