CREATE VIEW coverage_now AS
SELECT k.subscription_id, s.display_name AS subscription_name, s.state AS subscription_state, s.tenant_id, s.visibility, c.kind, c.status,
  c.reason ->> 'code' AS reason_code, c.reason ->> 'message' AS reason_message, c.reason ->> 'hint' AS hint, c.count,
  strftime('%FT%H:%M:%fZ', c.read_at / 1000.0, 'unixepoch') AS read_at, r.id AS run_id,
  (SELECT x.value FROM text x WHERE x.id = c.source) AS source
FROM subscription s
JOIN subscription_key k ON k.id = s.subscription
JOIN coverage c ON c.subscription = s.subscription AND c.superseded = 0 AND c.to_seq = (
  SELECT max(n.to_seq) FROM coverage n WHERE n.subscription = s.subscription AND n.superseded = 0)
LEFT JOIN run r ON r.seq = c.to_seq
WHERE s.valid_to IS NULL AND s.visibility IN ('visible', 'lost');

CREATE VIEW blind_spots AS
SELECT subscription_id, display_name AS subscription_name, source, since, grant_command FROM blind_spot WHERE valid_to IS NULL;

CREATE VIEW machine_id AS
SELECT m.id AS machine, s.subscription_id, iif(m.resource_id IS NULL, g.name, substr(m.resource_id, 32 + length(s.subscription_id),
    instr(substr(m.resource_id, 32 + length(s.subscription_id)), '/') - 1)) AS resource_group_name, m.type,
  coalesce(m.resource_id, '/subscriptions/' || s.subscription_id || '/resourceGroups/' || g.name || '/providers/' ||
    CASE m.type WHEN 0 THEN 'Microsoft.Compute/virtualMachines'
  WHEN 1 THEN 'Microsoft.Compute/virtualMachineScaleSets' ELSE 'Microsoft.HybridCompute/machines' END || '/' || m.name) AS resource_id
FROM machine m JOIN subscription_key s ON s.id = m.subscription JOIN resource_group g ON g.id = m.resource_group;

CREATE VIEW machines AS
SELECT i.resource_id AS id, m.name, CASE m.type WHEN 0 THEN 'Microsoft.Compute/virtualMachines'
  WHEN 1 THEN 'Microsoft.Compute/virtualMachineScaleSets' ELSE 'Microsoft.HybridCompute/machines' END AS type, i.subscription_id, s.display_name AS subscription_name,
  i.resource_group_name AS resource_group, l.value AS location, v.zones, v.vm_id, z.value AS vm_size, o.value AS os_type,
  p.value AS priority, q.value AS provisioning_state, strftime('%FT%H:%M:%fZ', v.time_created / 1000.0, 'unixepoch') AS time_created,
  CASE WHEN s.visibility = 'visible' AND EXISTS (SELECT 1 FROM coverage_now c
    WHERE c.subscription_id = i.subscription_id AND c.kind = 'powerStates' AND c.status IN ('complete', 'partial'))
    THEN (SELECT x.value FROM power_state w JOIN text x ON x.id = w.state WHERE w.machine = m.id AND w.unread = 0) END AS power_state,
  v.tags, t.value AS scale_set_id, v.instance_count, CASE v.identity_type WHEN 0 THEN 'None' WHEN 1 THEN 'SystemAssigned'
  WHEN 2 THEN 'UserAssigned' ELSE 'SystemAssigned, UserAssigned' END AS identity_type,
  (SELECT d.principal_id FROM attachment a JOIN identity d ON d.id = a.identity
    WHERE a.machine = m.id AND a.valid_to IS NULL AND d.kind = 1) AS principal_id,
  (SELECT group_concat(d.principal_id, ';' ORDER BY a.position) FROM attachment a JOIN identity d ON d.id = a.identity
    WHERE a.machine = m.id AND a.valid_to IS NULL) AS principal_ids,
  strftime('%FT%H:%M:%fZ', m.first_seen / 1000.0, 'unixepoch') AS first_seen,
  strftime('%FT%H:%M:%fZ', ifnull(u.last_seen, (
    SELECT c.read_at FROM coverage c WHERE c.subscription = m.subscription AND c.kind = CASE m.type WHEN 0 THEN 'virtualMachines' WHEN 1 THEN 'scaleSets' WHEN 2 THEN 'arcMachines' END AND c.superseded = 0
    AND c.status IN ('complete', 'partial') ORDER BY c.from_seq DESC LIMIT 1)) / 1000.0, 'unixepoch') AS last_seen,
  s.visibility = 'lost' OR u.machine IS NOT NULL OR EXISTS (SELECT 1 FROM coverage_now c
    WHERE c.subscription_id = i.subscription_id AND c.kind = CASE m.type WHEN 0 THEN 'virtualMachines' WHEN 1 THEN 'scaleSets' WHEN 2 THEN 'arcMachines' END AND c.status IN ('failed', 'denied')) AS stale
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
  stale
FROM machines WHERE type = 'Microsoft.Compute/virtualMachines';

CREATE VIEW principal_history AS 
SELECT d.principal_id, d.client_id, CASE d.kind WHEN 1 THEN 'SystemAssigned' ELSE 'UserAssigned' END AS kind,
  coalesce(a.resource_id, d.resource_id) AS identity_id, i.resource_id AS virtual_machine_id, m.name AS virtual_machine_name,
  i.subscription_id, strftime('%FT%H:%M:%fZ', ifnull(a.began_at, m.first_seen) / 1000.0, 'unixepoch') AS attached_from, strftime('%FT%H:%M:%fZ', a.ended_at / 1000.0, 'unixepoch') AS detached_at,
  a.end_change AS detached_by, a.valid_from, a.valid_to
FROM attachment a
JOIN identity d ON d.id = a.identity
JOIN machine m ON m.id = a.machine
JOIN machine_id i ON i.machine = m.id
WHERE d.principal_id IS NOT NULL OR NOT EXISTS (SELECT 1 FROM identity l CROSS JOIN identity_presence w ON w.identity = l.id
  WHERE l.resource_key = d.resource_key AND l.principal_id IS NOT NULL AND w.present = 1 AND w.valid_from < ifnull(a.valid_to, w.valid_from + 1))
UNION ALL 
SELECT d.principal_id, d.client_id, CASE d.kind WHEN 1 THEN 'SystemAssigned' ELSE 'UserAssigned' END AS kind,
  coalesce(a.resource_id, d.resource_id) AS identity_id, i.resource_id AS virtual_machine_id, m.name AS virtual_machine_name,
  i.subscription_id, strftime('%FT%H:%M:%fZ', ifnull(a.began_at, m.first_seen) / 1000.0, 'unixepoch') AS attached_from, strftime('%FT%H:%M:%fZ', a.ended_at / 1000.0, 'unixepoch') AS detached_at,
  a.end_change AS detached_by, a.valid_from, a.valid_to
FROM (
  SELECT b.machine, o.id AS identity, b.resource_id, q.valid_from AS listed_from,
    iif(b.valid_from < q.valid_from AND EXISTS (SELECT 1 FROM identity l CROSS JOIN identity_presence w ON w.identity = l.id
  WHERE l.resource_key = o.resource_key AND l.principal_id IS NOT NULL AND w.present = 1 AND w.valid_from < q.valid_from), q.valid_from, b.valid_from) AS valid_from, iif((SELECT w.valid_from FROM identity l CROSS JOIN identity_presence w ON w.identity = l.id
  WHERE l.resource_key = o.resource_key AND l.principal_id IS NOT NULL AND w.present = 1 AND w.valid_from > q.valid_from
  ORDER BY w.valid_from LIMIT 1) < ifnull(b.valid_to, (SELECT w.valid_from FROM identity l CROSS JOIN identity_presence w ON w.identity = l.id
  WHERE l.resource_key = o.resource_key AND l.principal_id IS NOT NULL AND w.present = 1 AND w.valid_from > q.valid_from
  ORDER BY w.valid_from LIMIT 1) + 1), (SELECT w.valid_from FROM identity l CROSS JOIN identity_presence w ON w.identity = l.id
  WHERE l.resource_key = o.resource_key AND l.principal_id IS NOT NULL AND w.present = 1 AND w.valid_from > q.valid_from
  ORDER BY w.valid_from LIMIT 1), b.valid_to) AS valid_to,
    iif(b.valid_from < q.valid_from AND EXISTS (SELECT 1 FROM identity l CROSS JOIN identity_presence w ON w.identity = l.id
  WHERE l.resource_key = o.resource_key AND l.principal_id IS NOT NULL AND w.present = 1 AND w.valid_from < q.valid_from), q.began_at, b.began_at) AS began_at, iif((SELECT w.valid_from FROM identity l CROSS JOIN identity_presence w ON w.identity = l.id
  WHERE l.resource_key = o.resource_key AND l.principal_id IS NOT NULL AND w.present = 1 AND w.valid_from > q.valid_from
  ORDER BY w.valid_from LIMIT 1) < ifnull(b.valid_to, (SELECT w.valid_from FROM identity l CROSS JOIN identity_presence w ON w.identity = l.id
  WHERE l.resource_key = o.resource_key AND l.principal_id IS NOT NULL AND w.present = 1 AND w.valid_from > q.valid_from
  ORDER BY w.valid_from LIMIT 1) + 1), (SELECT w.began_at FROM identity l CROSS JOIN identity_presence w ON w.identity = l.id
  WHERE l.resource_key = o.resource_key AND l.principal_id IS NOT NULL AND w.present = 1 AND w.valid_from > q.valid_from
  ORDER BY w.valid_from LIMIT 1), b.ended_at) AS ended_at,
    iif((SELECT w.valid_from FROM identity l CROSS JOIN identity_presence w ON w.identity = l.id
  WHERE l.resource_key = o.resource_key AND l.principal_id IS NOT NULL AND w.present = 1 AND w.valid_from > q.valid_from
  ORDER BY w.valid_from LIMIT 1) < ifnull(b.valid_to, (SELECT w.valid_from FROM identity l CROSS JOIN identity_presence w ON w.identity = l.id
  WHERE l.resource_key = o.resource_key AND l.principal_id IS NOT NULL AND w.present = 1 AND w.valid_from > q.valid_from
  ORDER BY w.valid_from LIMIT 1) + 1), 'identityRecreated', b.end_change) AS end_change
  FROM identity o JOIN identity_presence q ON q.identity = o.id
  JOIN identity u ON u.resource_key = o.resource_key JOIN attachment b ON b.identity = u.id WHERE u.principal_id IS NULL AND o.principal_id IS NOT NULL AND q.present = 1
  AND (b.valid_to IS NULL OR b.valid_to > q.valid_from) AND b.valid_from < ifnull((SELECT w.valid_from FROM identity l CROSS JOIN identity_presence w ON w.identity = l.id
  WHERE l.resource_key = o.resource_key AND l.principal_id IS NOT NULL AND w.present = 1 AND w.valid_from > q.valid_from
  ORDER BY w.valid_from LIMIT 1), b.valid_from + 1)
  AND NOT EXISTS (SELECT 1 FROM identity l CROSS JOIN identity_presence w ON w.identity = l.id
  WHERE l.resource_key = o.resource_key AND l.principal_id IS NOT NULL AND w.present = 1 AND w.valid_from = q.valid_from AND l.id > o.id)) a
JOIN identity d ON d.id = a.identity
JOIN machine m ON m.id = a.machine
JOIN machine_id i ON i.machine = m.id;

CREATE VIEW principals AS
SELECT i.principal_id, p.client_id, iif(i.kind = 1, 'SystemAssigned', 'UserAssigned') AS kind, ifnull(i.shown_id, i.resource_id) AS identity_id,
  CASE
  WHEN EXISTS (
  SELECT 1 FROM 
  attachment a CROSS JOIN machine_version v ON v.machine = a.machine AND v.valid_from = (
    SELECT l.valid_from FROM machine_version l
    WHERE l.machine = a.machine AND l.valid_from <= min((SELECT max(r.seq) FROM run r), ifnull(a.valid_to - 1, (SELECT max(r.seq) FROM run r))) ORDER BY l.valid_from DESC LIMIT 1) WHERE a.identity IN (SELECT s.id FROM identity s WHERE s.principal_id = i.principal_id) AND a.valid_from <= (SELECT max(r.seq) FROM run r) AND CASE WHEN a.valid_to <= (SELECT max(r.seq) FROM run r) THEN a.valid_to WHEN v.valid_to <= (SELECT max(r.seq) FROM run r) THEN v.valid_to END IS NULL) OR (i.kind = 2 AND EXISTS (
  SELECT 1 FROM 
  attachment a CROSS JOIN machine_version v ON v.machine = a.machine AND v.valid_from = (
    SELECT l.valid_from FROM machine_version l
    WHERE l.machine = a.machine AND l.valid_from <= min((SELECT max(r.seq) FROM run r), ifnull(a.valid_to - 1, (SELECT max(r.seq) FROM run r))) ORDER BY l.valid_from DESC LIMIT 1) WHERE a.identity IN (
  SELECT u.id FROM identity s CROSS JOIN identity u ON u.resource_key = s.resource_key AND u.principal_id IS NULL
  WHERE s.principal_id = i.principal_id AND (SELECT l.principal_id FROM identity l CROSS JOIN identity_presence w ON w.identity = l.id
  WHERE l.resource_key = u.resource_key AND l.principal_id IS NOT NULL AND w.present = 1
  AND w.valid_from <= (SELECT max(r.seq) FROM run r) ORDER BY w.valid_from DESC, l.id DESC LIMIT 1) COLLATE NOCASE = i.principal_id) AND a.valid_from <= (SELECT max(r.seq) FROM run r) AND CASE WHEN a.valid_to <= (SELECT max(r.seq) FROM run r) THEN a.valid_to WHEN v.valid_to <= (SELECT max(r.seq) FROM run r) THEN v.valid_to END IS NULL))
    THEN iif(i.kind = 2 AND (SELECT max(p.present) FROM identity_presence p WHERE p.identity IN (SELECT s.id FROM identity s WHERE s.principal_id = i.principal_id) AND p.valid_from <= (SELECT max(r.seq) FROM run r) AND (p.valid_to IS NULL OR p.valid_to > (SELECT max(r.seq) FROM run r))) = 0, 'dangling', 'attached')
  WHEN i.kind = 1 THEN iif(EXISTS (
  SELECT 1 FROM 
  attachment a CROSS JOIN machine_version v ON v.machine = a.machine AND v.valid_from = (
    SELECT l.valid_from FROM machine_version l
    WHERE l.machine = a.machine AND l.valid_from <= min((SELECT max(r.seq) FROM run r), ifnull(a.valid_to - 1, (SELECT max(r.seq) FROM run r))) ORDER BY l.valid_from DESC LIMIT 1)
  WHERE a.identity IN (SELECT s.id FROM identity s WHERE s.principal_id = i.principal_id) AND a.valid_from <= (SELECT max(r.seq) FROM run r) AND ifnull(CASE WHEN a.valid_to <= (SELECT max(r.seq) FROM run r) THEN a.end_change END, CASE WHEN v.valid_to <= (SELECT max(r.seq) FROM run r) THEN v.end_change END) IN ('outOfScope', 'subscriptionForgotten', 'tenantChanged')
  AND NOT EXISTS (SELECT 1 FROM attachment n WHERE n.identity IN (SELECT s.id FROM identity s WHERE s.principal_id = i.principal_id) AND n.machine = a.machine
    AND n.valid_from > a.valid_from AND n.valid_from <= (SELECT max(r.seq) FROM run r))), 'unknown', 'gone')
  WHEN (SELECT max(p.present) FROM identity_presence p WHERE p.identity IN (SELECT s.id FROM identity s WHERE s.principal_id = i.principal_id) AND p.valid_from <= (SELECT max(r.seq) FROM run r) AND (p.valid_to IS NULL OR p.valid_to > (SELECT max(r.seq) FROM run r))) = 0 THEN 'gone'
  WHEN EXISTS (
  SELECT 1 FROM identity d CROSS JOIN identity_presence p ON p.identity = d.id
  WHERE d.principal_id = i.principal_id AND p.present = 1 AND p.valid_from <= (SELECT max(r.seq) FROM run r) AND (p.valid_to IS NULL OR p.valid_to > (SELECT max(r.seq) FROM run r)) AND d.subscription NOT IN (SELECT s.subscription FROM subscription s JOIN subscription_key k ON k.id = s.subscription
  WHERE s.valid_to IS NULL AND (s.visibility <> 'visible' OR NOT EXISTS (SELECT 1 FROM coverage_now c
    WHERE c.subscription_id = k.subscription_id AND c.kind = 'identities' AND c.status IN ('complete', 'partial'))))
  AND NOT EXISTS (SELECT 1 FROM identity_unseen u WHERE u.identity = d.id AND u.valid_from <= (SELECT max(r.seq) FROM run r) AND (u.valid_to IS NULL OR u.valid_to > (SELECT max(r.seq) FROM run r)))) THEN 'detached'
  ELSE 'unknown' END AS state, p.virtual_machine_count, p.virtual_machine_ids, p.first_seen, p.detached_at,
  (SELECT count(*) FROM role_assignment r WHERE r.principal_id = i.principal_id AND EXISTS (
    SELECT 1 FROM role_assignment_seen z WHERE z.assignment = r.id AND z.valid_to IS NULL)) AS role_assignment_count
FROM (
  SELECT principal_id, max(identity) AS identity, max(client_id) AS client_id, count(virtual_machine_id) FILTER (WHERE valid_to IS NULL)
      AS virtual_machine_count,
    group_concat(virtual_machine_id, ';') FILTER (WHERE valid_to IS NULL) AS virtual_machine_ids, min(first_seen) AS first_seen,
    CASE WHEN count(virtual_machine_id) = count(valid_to) FILTER (WHERE virtual_machine_id IS NOT NULL) THEN max(detached_at) END
      AS detached_at
  FROM (
    SELECT d.principal_id, d.id AS identity, d.client_id, i.resource_id AS virtual_machine_id, a.valid_to,
      strftime('%FT%H:%M:%fZ', ifnull(a.began_at, m.first_seen) / 1000.0, 'unixepoch') AS first_seen, strftime('%FT%H:%M:%fZ', a.ended_at / 1000.0, 'unixepoch') AS detached_at
    FROM attachment a JOIN identity d ON d.id = a.identity JOIN machine m ON m.id = a.machine JOIN machine_id i ON i.machine = m.id
    UNION ALL 
    SELECT d.principal_id, d.id AS identity, d.client_id, i.resource_id AS virtual_machine_id, a.valid_to,
      strftime('%FT%H:%M:%fZ', ifnull(a.began_at, m.first_seen) / 1000.0, 'unixepoch') AS first_seen, strftime('%FT%H:%M:%fZ', a.ended_at / 1000.0, 'unixepoch') AS detached_at
    FROM (
  SELECT b.machine, o.id AS identity, b.resource_id, q.valid_from AS listed_from,
    iif(b.valid_from < q.valid_from AND EXISTS (SELECT 1 FROM identity l CROSS JOIN identity_presence w ON w.identity = l.id
  WHERE l.resource_key = o.resource_key AND l.principal_id IS NOT NULL AND w.present = 1 AND w.valid_from < q.valid_from), q.valid_from, b.valid_from) AS valid_from, iif((SELECT w.valid_from FROM identity l CROSS JOIN identity_presence w ON w.identity = l.id
  WHERE l.resource_key = o.resource_key AND l.principal_id IS NOT NULL AND w.present = 1 AND w.valid_from > q.valid_from
  ORDER BY w.valid_from LIMIT 1) < ifnull(b.valid_to, (SELECT w.valid_from FROM identity l CROSS JOIN identity_presence w ON w.identity = l.id
  WHERE l.resource_key = o.resource_key AND l.principal_id IS NOT NULL AND w.present = 1 AND w.valid_from > q.valid_from
  ORDER BY w.valid_from LIMIT 1) + 1), (SELECT w.valid_from FROM identity l CROSS JOIN identity_presence w ON w.identity = l.id
  WHERE l.resource_key = o.resource_key AND l.principal_id IS NOT NULL AND w.present = 1 AND w.valid_from > q.valid_from
  ORDER BY w.valid_from LIMIT 1), b.valid_to) AS valid_to,
    iif(b.valid_from < q.valid_from AND EXISTS (SELECT 1 FROM identity l CROSS JOIN identity_presence w ON w.identity = l.id
  WHERE l.resource_key = o.resource_key AND l.principal_id IS NOT NULL AND w.present = 1 AND w.valid_from < q.valid_from), q.began_at, b.began_at) AS began_at, iif((SELECT w.valid_from FROM identity l CROSS JOIN identity_presence w ON w.identity = l.id
  WHERE l.resource_key = o.resource_key AND l.principal_id IS NOT NULL AND w.present = 1 AND w.valid_from > q.valid_from
  ORDER BY w.valid_from LIMIT 1) < ifnull(b.valid_to, (SELECT w.valid_from FROM identity l CROSS JOIN identity_presence w ON w.identity = l.id
  WHERE l.resource_key = o.resource_key AND l.principal_id IS NOT NULL AND w.present = 1 AND w.valid_from > q.valid_from
  ORDER BY w.valid_from LIMIT 1) + 1), (SELECT w.began_at FROM identity l CROSS JOIN identity_presence w ON w.identity = l.id
  WHERE l.resource_key = o.resource_key AND l.principal_id IS NOT NULL AND w.present = 1 AND w.valid_from > q.valid_from
  ORDER BY w.valid_from LIMIT 1), b.ended_at) AS ended_at,
    iif((SELECT w.valid_from FROM identity l CROSS JOIN identity_presence w ON w.identity = l.id
  WHERE l.resource_key = o.resource_key AND l.principal_id IS NOT NULL AND w.present = 1 AND w.valid_from > q.valid_from
  ORDER BY w.valid_from LIMIT 1) < ifnull(b.valid_to, (SELECT w.valid_from FROM identity l CROSS JOIN identity_presence w ON w.identity = l.id
  WHERE l.resource_key = o.resource_key AND l.principal_id IS NOT NULL AND w.present = 1 AND w.valid_from > q.valid_from
  ORDER BY w.valid_from LIMIT 1) + 1), 'identityRecreated', b.end_change) AS end_change
  FROM identity o JOIN identity_presence q ON q.identity = o.id
  JOIN identity u ON u.resource_key = o.resource_key JOIN attachment b ON b.identity = u.id WHERE u.principal_id IS NULL AND o.principal_id IS NOT NULL AND q.present = 1
  AND (b.valid_to IS NULL OR b.valid_to > q.valid_from) AND b.valid_from < ifnull((SELECT w.valid_from FROM identity l CROSS JOIN identity_presence w ON w.identity = l.id
  WHERE l.resource_key = o.resource_key AND l.principal_id IS NOT NULL AND w.present = 1 AND w.valid_from > q.valid_from
  ORDER BY w.valid_from LIMIT 1), b.valid_from + 1)
  AND NOT EXISTS (SELECT 1 FROM identity l CROSS JOIN identity_presence w ON w.identity = l.id
  WHERE l.resource_key = o.resource_key AND l.principal_id IS NOT NULL AND w.present = 1 AND w.valid_from = q.valid_from AND l.id > o.id)) a JOIN identity d ON d.id = a.identity JOIN machine m ON m.id = a.machine JOIN machine_id i ON i.machine = m.id
    UNION ALL
    SELECT d.principal_id, d.id, d.client_id, NULL, p.valid_to, strftime('%FT%H:%M:%fZ', p.began_at / 1000.0, 'unixepoch'), NULL
    FROM identity_presence p JOIN identity d ON d.id = p.identity WHERE p.present = 1
  ) WHERE principal_id IS NOT NULL GROUP BY principal_id
) p JOIN identity i ON i.id = p.identity;

CREATE VIEW role_assignments AS
SELECT r.principal_id, n.name AS role_definition_name, r.scope, r.scope NOT LIKE '/subscriptions/%' AS inherited, r.condition,
  r.resource_id AS id, n.resource_id AS role_definition_id, n.permissions, strftime('%FT%H:%M:%fZ', min(z.began_at) / 1000.0, 'unixepoch') AS first_seen,
  group_concat(k.subscription_id, ';') AS seen_in
FROM role_assignment_seen z JOIN role_assignment r ON r.id = z.assignment JOIN role_definition n ON n.id = r.role_definition
JOIN subscription_key k ON k.id = z.subscription
WHERE z.valid_to IS NULL GROUP BY r.id;

CREATE VIEW federated_credentials AS
SELECT d.principal_id, ifnull(d.shown_id, d.resource_id) AS identity_id, f.name, f.issuer, f.subject, f.audiences, strftime('%FT%H:%M:%fZ', f.began_at / 1000.0, 'unixepoch') AS first_seen,
  strftime('%FT%H:%M:%fZ', d.federated_read_at / 1000.0, 'unixepoch') AS read_at
FROM federated_credential f JOIN identity d ON d.id = f.identity WHERE f.valid_to IS NULL;

CREATE VIEW changes AS
SELECT seq, run_id, at, not_before, kind, resource_id, principal_id, before, after, by, by_status FROM (
SELECT s.valid_from AS seq,
  (SELECT r.id FROM run r WHERE r.seq = s.valid_from) AS run_id, (SELECT r.started_at FROM run r WHERE r.seq = s.valid_from) AS at, iif(s.change = 'subscriptionForgotten', NULL, (SELECT p.started_at FROM run p
  WHERE p.seq < s.valid_from AND p.reason IS NULL AND p.changes ->> 'subscriptionForgotten' IS NULL
  AND (p.scope IS NULL OR EXISTS (SELECT 1 FROM json_each(p.scope) e, subscription_key k
    WHERE k.id = s.subscription AND e.value = k.subscription_id)) ORDER BY p.seq DESC LIMIT 1)) AS not_before,
  s.change AS kind, (SELECT '/subscriptions/' || k.subscription_id FROM subscription_key k WHERE k.id = s.subscription) AS resource_id, NULL AS principal_id,
  NULL AS by, ifnull(NULL,
    iif((SELECT r.authors FROM run r WHERE r.seq = s.valid_from) = 0, 'off', 'notRead')) AS by_status, s.change_before AS before, s.change_after AS after FROM subscription s WHERE s.change IS NOT NULL
UNION ALL
SELECT v.valid_from AS seq,
  (SELECT r.id FROM run r WHERE r.seq = v.valid_from) AS run_id, strftime('%FT%H:%M:%fZ', ifnull(v.began_at, (SELECT m.first_seen FROM machine m WHERE m.id = v.machine)) / 1000.0, 'unixepoch') AS at, strftime('%FT%H:%M:%fZ', v.not_before / 1000.0, 'unixepoch') AS not_before,
  v.begin_change AS kind, (SELECT i.resource_id FROM machine_id i WHERE i.machine = v.machine) AS resource_id, NULL AS principal_id,
  (SELECT w.author FROM change_author w WHERE w.seq = v.valid_from AND w.source = 1 AND w.first_key = v.machine AND w.second_key = 0) AS by, ifnull((SELECT w.status FROM change_author w WHERE w.seq = v.valid_from AND w.source = 1 AND w.first_key = v.machine AND w.second_key = 0),
    iif((SELECT r.authors FROM run r WHERE r.seq = v.valid_from) = 0, 'off', 'notRead')) AS by_status, CASE v.begin_change WHEN 'virtualMachineUpdated' THEN (
  SELECT json_group_object(d.key, iif(d.type IN ('object', 'array'), json(d.value), d.value)) FROM (
    SELECT key, value, type FROM json_each((SELECT replace(json_object(
  'id', i.resource_id, 'name', m.name, 'type', CASE m.type WHEN 0 THEN 'Microsoft.Compute/virtualMachines'
  WHEN 1 THEN 'Microsoft.Compute/virtualMachineScaleSets' ELSE 'Microsoft.HybridCompute/machines' END, 'subscriptionId', i.subscription_id,
  'subscriptionName', (SELECT s.display_name FROM subscription s WHERE s.subscription = m.subscription AND s.valid_from <= v.valid_from - 1
    ORDER BY s.valid_from DESC LIMIT 1),
  'resourceGroup', i.resource_group_name, 'location', (SELECT x.value FROM text x WHERE x.id = c.location),
  'zones', json(iif(c.zones IS NULL, '[]', '["' || replace(c.zones, ';', '","') || '"]')),
  'vmId', c.vm_id, 'vmSize', (SELECT x.value FROM text x WHERE x.id = c.vm_size), 'osType', (SELECT x.value FROM text x WHERE x.id = c.os_type), 'priority', (SELECT x.value FROM text x WHERE x.id = c.priority),
  'provisioningState', (SELECT x.value FROM text x WHERE x.id = c.provisioning_state), 'timeCreated', strftime('%FT%H:%M:%fZ', c.time_created / 1000.0, 'unixepoch'), 'tags', json(ifnull(c.tags, '{}')),
  'scaleSetId', (SELECT x.value FROM text x WHERE x.id = c.scale_set), 'instanceCount', c.instance_count,
  'identity', json_object('type', CASE c.identity_type WHEN 0 THEN 'None' WHEN 1 THEN 'SystemAssigned'
  WHEN 2 THEN 'UserAssigned' ELSE 'SystemAssigned, UserAssigned' END,
    'principalId', (SELECT d.principal_id FROM attachment a JOIN identity d ON d.id = a.identity
  WHERE a.machine = m.id AND a.valid_from <= v.valid_from - 1 AND (a.valid_to IS NULL OR a.valid_to > v.valid_from - 1) AND d.kind = 1), 'tenantId', (SELECT x.value FROM text x WHERE x.id = c.identity_tenant),
    'userAssignedIdentities', (SELECT json_group_object(coalesce(a.resource_id, d.resource_id),
      json_object('principalId', d.principal_id, 'clientId', d.client_id) ORDER BY a.position) FROM attachment a JOIN identity d ON d.id = a.identity
  WHERE a.machine = m.id AND a.valid_from <= v.valid_from - 1 AND (a.valid_to IS NULL OR a.valid_to > v.valid_from - 1) AND d.kind = 2)),
  'principalIds', (SELECT json_group_array(p.id ORDER BY p.position) FROM (
    SELECT d.principal_id AS id, min(a.position) AS position FROM attachment a JOIN identity d ON d.id = a.identity
  WHERE a.machine = m.id AND a.valid_from <= v.valid_from - 1 AND (a.valid_to IS NULL OR a.valid_to > v.valid_from - 1) AND d.principal_id IS NOT NULL GROUP BY 1) p)),
  ',"instanceCount":null', '')
FROM machine m JOIN machine_id i ON i.machine = m.id
JOIN machine_version c ON c.machine = m.id AND c.valid_from <= v.valid_from - 1 AND (c.valid_to IS NULL OR c.valid_to > v.valid_from - 1)
WHERE m.id = v.machine)) EXCEPT SELECT key, value, type FROM json_each((SELECT replace(json_object(
  'id', i.resource_id, 'name', m.name, 'type', CASE m.type WHEN 0 THEN 'Microsoft.Compute/virtualMachines'
  WHEN 1 THEN 'Microsoft.Compute/virtualMachineScaleSets' ELSE 'Microsoft.HybridCompute/machines' END, 'subscriptionId', i.subscription_id,
  'subscriptionName', (SELECT s.display_name FROM subscription s WHERE s.subscription = m.subscription AND s.valid_from <= v.valid_from
    ORDER BY s.valid_from DESC LIMIT 1),
  'resourceGroup', i.resource_group_name, 'location', (SELECT x.value FROM text x WHERE x.id = c.location),
  'zones', json(iif(c.zones IS NULL, '[]', '["' || replace(c.zones, ';', '","') || '"]')),
  'vmId', c.vm_id, 'vmSize', (SELECT x.value FROM text x WHERE x.id = c.vm_size), 'osType', (SELECT x.value FROM text x WHERE x.id = c.os_type), 'priority', (SELECT x.value FROM text x WHERE x.id = c.priority),
  'provisioningState', (SELECT x.value FROM text x WHERE x.id = c.provisioning_state), 'timeCreated', strftime('%FT%H:%M:%fZ', c.time_created / 1000.0, 'unixepoch'), 'tags', json(ifnull(c.tags, '{}')),
  'scaleSetId', (SELECT x.value FROM text x WHERE x.id = c.scale_set), 'instanceCount', c.instance_count,
  'identity', json_object('type', CASE c.identity_type WHEN 0 THEN 'None' WHEN 1 THEN 'SystemAssigned'
  WHEN 2 THEN 'UserAssigned' ELSE 'SystemAssigned, UserAssigned' END,
    'principalId', (SELECT d.principal_id FROM attachment a JOIN identity d ON d.id = a.identity
  WHERE a.machine = m.id AND a.valid_from <= v.valid_from AND (a.valid_to IS NULL OR a.valid_to > v.valid_from) AND d.kind = 1), 'tenantId', (SELECT x.value FROM text x WHERE x.id = c.identity_tenant),
    'userAssignedIdentities', (SELECT json_group_object(coalesce(a.resource_id, d.resource_id),
      json_object('principalId', d.principal_id, 'clientId', d.client_id) ORDER BY a.position) FROM attachment a JOIN identity d ON d.id = a.identity
  WHERE a.machine = m.id AND a.valid_from <= v.valid_from AND (a.valid_to IS NULL OR a.valid_to > v.valid_from) AND d.kind = 2)),
  'principalIds', (SELECT json_group_array(p.id ORDER BY p.position) FROM (
    SELECT d.principal_id AS id, min(a.position) AS position FROM attachment a JOIN identity d ON d.id = a.identity
  WHERE a.machine = m.id AND a.valid_from <= v.valid_from AND (a.valid_to IS NULL OR a.valid_to > v.valid_from) AND d.principal_id IS NOT NULL GROUP BY 1) p)),
  ',"instanceCount":null', '')
FROM machine m JOIN machine_id i ON i.machine = m.id
JOIN machine_version c ON c.machine = m.id AND c.valid_from <= v.valid_from AND (c.valid_to IS NULL OR c.valid_to > v.valid_from)
WHERE m.id = v.machine))) d WHERE d.key NOT IN (SELECT value FROM json_each(CASE WHEN v.begin_change = 'virtualMachineMoved' THEN '["provisioningState","instanceCount"]'
  WHEN EXISTS (SELECT 1 FROM attachment e WHERE e.machine = v.machine AND (e.valid_from = v.valid_from AND e.begin_change IS NOT NULL
    OR e.valid_to = v.valid_from AND e.end_change = 'identityDetached'))
  THEN '["provisioningState","instanceCount","subscriptionName","identity","principalIds"]'
  ELSE '["provisioningState","instanceCount","subscriptionName"]' END)))
    WHEN 'virtualMachineMoved' THEN (
  SELECT json_group_object(d.key, iif(d.type IN ('object', 'array'), json(d.value), d.value)) FROM (
    SELECT key, value, type FROM json_each((SELECT replace(json_object(
  'id', i.resource_id, 'name', m.name, 'type', CASE m.type WHEN 0 THEN 'Microsoft.Compute/virtualMachines'
  WHEN 1 THEN 'Microsoft.Compute/virtualMachineScaleSets' ELSE 'Microsoft.HybridCompute/machines' END, 'subscriptionId', i.subscription_id,
  'subscriptionName', (SELECT s.display_name FROM subscription s WHERE s.subscription = m.subscription AND s.valid_from <= v.valid_from - 1
    ORDER BY s.valid_from DESC LIMIT 1),
  'resourceGroup', i.resource_group_name, 'location', (SELECT x.value FROM text x WHERE x.id = c.location),
  'zones', json(iif(c.zones IS NULL, '[]', '["' || replace(c.zones, ';', '","') || '"]')),
  'vmId', c.vm_id, 'vmSize', (SELECT x.value FROM text x WHERE x.id = c.vm_size), 'osType', (SELECT x.value FROM text x WHERE x.id = c.os_type), 'priority', (SELECT x.value FROM text x WHERE x.id = c.priority),
  'provisioningState', (SELECT x.value FROM text x WHERE x.id = c.provisioning_state), 'timeCreated', strftime('%FT%H:%M:%fZ', c.time_created / 1000.0, 'unixepoch'), 'tags', json(ifnull(c.tags, '{}')),
  'scaleSetId', (SELECT x.value FROM text x WHERE x.id = c.scale_set), 'instanceCount', c.instance_count,
  'identity', json_object('type', CASE c.identity_type WHEN 0 THEN 'None' WHEN 1 THEN 'SystemAssigned'
  WHEN 2 THEN 'UserAssigned' ELSE 'SystemAssigned, UserAssigned' END,
    'principalId', (SELECT d.principal_id FROM attachment a JOIN identity d ON d.id = a.identity
  WHERE a.machine = m.id AND a.valid_from <= v.valid_from - 1 AND (a.valid_to IS NULL OR a.valid_to > v.valid_from - 1) AND d.kind = 1), 'tenantId', (SELECT x.value FROM text x WHERE x.id = c.identity_tenant),
    'userAssignedIdentities', (SELECT json_group_object(coalesce(a.resource_id, d.resource_id),
      json_object('principalId', d.principal_id, 'clientId', d.client_id) ORDER BY a.position) FROM attachment a JOIN identity d ON d.id = a.identity
  WHERE a.machine = m.id AND a.valid_from <= v.valid_from - 1 AND (a.valid_to IS NULL OR a.valid_to > v.valid_from - 1) AND d.kind = 2)),
  'principalIds', (SELECT json_group_array(p.id ORDER BY p.position) FROM (
    SELECT d.principal_id AS id, min(a.position) AS position FROM attachment a JOIN identity d ON d.id = a.identity
  WHERE a.machine = m.id AND a.valid_from <= v.valid_from - 1 AND (a.valid_to IS NULL OR a.valid_to > v.valid_from - 1) AND d.principal_id IS NOT NULL GROUP BY 1) p)),
  ',"instanceCount":null', '')
FROM machine m JOIN machine_id i ON i.machine = m.id
JOIN machine_version c ON c.machine = m.id AND c.valid_from <= v.valid_from - 1 AND (c.valid_to IS NULL OR c.valid_to > v.valid_from - 1)
WHERE m.id = v.moved_from)) EXCEPT SELECT key, value, type FROM json_each((SELECT replace(json_object(
  'id', i.resource_id, 'name', m.name, 'type', CASE m.type WHEN 0 THEN 'Microsoft.Compute/virtualMachines'
  WHEN 1 THEN 'Microsoft.Compute/virtualMachineScaleSets' ELSE 'Microsoft.HybridCompute/machines' END, 'subscriptionId', i.subscription_id,
  'subscriptionName', (SELECT s.display_name FROM subscription s WHERE s.subscription = m.subscription AND s.valid_from <= v.valid_from
    ORDER BY s.valid_from DESC LIMIT 1),
  'resourceGroup', i.resource_group_name, 'location', (SELECT x.value FROM text x WHERE x.id = c.location),
  'zones', json(iif(c.zones IS NULL, '[]', '["' || replace(c.zones, ';', '","') || '"]')),
  'vmId', c.vm_id, 'vmSize', (SELECT x.value FROM text x WHERE x.id = c.vm_size), 'osType', (SELECT x.value FROM text x WHERE x.id = c.os_type), 'priority', (SELECT x.value FROM text x WHERE x.id = c.priority),
  'provisioningState', (SELECT x.value FROM text x WHERE x.id = c.provisioning_state), 'timeCreated', strftime('%FT%H:%M:%fZ', c.time_created / 1000.0, 'unixepoch'), 'tags', json(ifnull(c.tags, '{}')),
  'scaleSetId', (SELECT x.value FROM text x WHERE x.id = c.scale_set), 'instanceCount', c.instance_count,
  'identity', json_object('type', CASE c.identity_type WHEN 0 THEN 'None' WHEN 1 THEN 'SystemAssigned'
  WHEN 2 THEN 'UserAssigned' ELSE 'SystemAssigned, UserAssigned' END,
    'principalId', (SELECT d.principal_id FROM attachment a JOIN identity d ON d.id = a.identity
  WHERE a.machine = m.id AND a.valid_from <= v.valid_from AND (a.valid_to IS NULL OR a.valid_to > v.valid_from) AND d.kind = 1), 'tenantId', (SELECT x.value FROM text x WHERE x.id = c.identity_tenant),
    'userAssignedIdentities', (SELECT json_group_object(coalesce(a.resource_id, d.resource_id),
      json_object('principalId', d.principal_id, 'clientId', d.client_id) ORDER BY a.position) FROM attachment a JOIN identity d ON d.id = a.identity
  WHERE a.machine = m.id AND a.valid_from <= v.valid_from AND (a.valid_to IS NULL OR a.valid_to > v.valid_from) AND d.kind = 2)),
  'principalIds', (SELECT json_group_array(p.id ORDER BY p.position) FROM (
    SELECT d.principal_id AS id, min(a.position) AS position FROM attachment a JOIN identity d ON d.id = a.identity
  WHERE a.machine = m.id AND a.valid_from <= v.valid_from AND (a.valid_to IS NULL OR a.valid_to > v.valid_from) AND d.principal_id IS NOT NULL GROUP BY 1) p)),
  ',"instanceCount":null', '')
FROM machine m JOIN machine_id i ON i.machine = m.id
JOIN machine_version c ON c.machine = m.id AND c.valid_from <= v.valid_from AND (c.valid_to IS NULL OR c.valid_to > v.valid_from)
WHERE m.id = v.machine))) d WHERE d.key NOT IN (SELECT value FROM json_each(CASE WHEN v.begin_change = 'virtualMachineMoved' THEN '["provisioningState","instanceCount"]'
  WHEN EXISTS (SELECT 1 FROM attachment e WHERE e.machine = v.machine AND (e.valid_from = v.valid_from AND e.begin_change IS NOT NULL
    OR e.valid_to = v.valid_from AND e.end_change = 'identityDetached'))
  THEN '["provisioningState","instanceCount","subscriptionName","identity","principalIds"]'
  ELSE '["provisioningState","instanceCount","subscriptionName"]' END))) WHEN 'virtualMachineRecreated' THEN (SELECT replace(json_object(
  'id', i.resource_id, 'name', m.name, 'type', CASE m.type WHEN 0 THEN 'Microsoft.Compute/virtualMachines'
  WHEN 1 THEN 'Microsoft.Compute/virtualMachineScaleSets' ELSE 'Microsoft.HybridCompute/machines' END, 'subscriptionId', i.subscription_id,
  'subscriptionName', (SELECT s.display_name FROM subscription s WHERE s.subscription = m.subscription AND s.valid_from <= v.valid_from - 1
    ORDER BY s.valid_from DESC LIMIT 1),
  'resourceGroup', i.resource_group_name, 'location', (SELECT x.value FROM text x WHERE x.id = c.location),
  'zones', json(iif(c.zones IS NULL, '[]', '["' || replace(c.zones, ';', '","') || '"]')),
  'vmId', c.vm_id, 'vmSize', (SELECT x.value FROM text x WHERE x.id = c.vm_size), 'osType', (SELECT x.value FROM text x WHERE x.id = c.os_type), 'priority', (SELECT x.value FROM text x WHERE x.id = c.priority),
  'provisioningState', (SELECT x.value FROM text x WHERE x.id = c.provisioning_state), 'timeCreated', strftime('%FT%H:%M:%fZ', c.time_created / 1000.0, 'unixepoch'), 'tags', json(ifnull(c.tags, '{}')),
  'scaleSetId', (SELECT x.value FROM text x WHERE x.id = c.scale_set), 'instanceCount', c.instance_count,
  'identity', json_object('type', CASE c.identity_type WHEN 0 THEN 'None' WHEN 1 THEN 'SystemAssigned'
  WHEN 2 THEN 'UserAssigned' ELSE 'SystemAssigned, UserAssigned' END,
    'principalId', (SELECT d.principal_id FROM attachment a JOIN identity d ON d.id = a.identity
  WHERE a.machine = m.id AND a.valid_from <= v.valid_from - 1 AND (a.valid_to IS NULL OR a.valid_to > v.valid_from - 1) AND d.kind = 1), 'tenantId', (SELECT x.value FROM text x WHERE x.id = c.identity_tenant),
    'userAssignedIdentities', (SELECT json_group_object(coalesce(a.resource_id, d.resource_id),
      json_object('principalId', d.principal_id, 'clientId', d.client_id) ORDER BY a.position) FROM attachment a JOIN identity d ON d.id = a.identity
  WHERE a.machine = m.id AND a.valid_from <= v.valid_from - 1 AND (a.valid_to IS NULL OR a.valid_to > v.valid_from - 1) AND d.kind = 2)),
  'principalIds', (SELECT json_group_array(p.id ORDER BY p.position) FROM (
    SELECT d.principal_id AS id, min(a.position) AS position FROM attachment a JOIN identity d ON d.id = a.identity
  WHERE a.machine = m.id AND a.valid_from <= v.valid_from - 1 AND (a.valid_to IS NULL OR a.valid_to > v.valid_from - 1) AND d.principal_id IS NOT NULL GROUP BY 1) p)),
  ',"instanceCount":null', '')
FROM machine m JOIN machine_id i ON i.machine = m.id
JOIN machine_version c ON c.machine = m.id AND c.valid_from <= v.valid_from - 1 AND (c.valid_to IS NULL OR c.valid_to > v.valid_from - 1)
WHERE m.id = v.machine) END AS before, CASE v.begin_change WHEN 'virtualMachineUpdated' THEN (
  SELECT json_group_object(d.key, iif(d.type IN ('object', 'array'), json(d.value), d.value)) FROM (
    SELECT key, value, type FROM json_each((SELECT replace(json_object(
  'id', i.resource_id, 'name', m.name, 'type', CASE m.type WHEN 0 THEN 'Microsoft.Compute/virtualMachines'
  WHEN 1 THEN 'Microsoft.Compute/virtualMachineScaleSets' ELSE 'Microsoft.HybridCompute/machines' END, 'subscriptionId', i.subscription_id,
  'subscriptionName', (SELECT s.display_name FROM subscription s WHERE s.subscription = m.subscription AND s.valid_from <= v.valid_from
    ORDER BY s.valid_from DESC LIMIT 1),
  'resourceGroup', i.resource_group_name, 'location', (SELECT x.value FROM text x WHERE x.id = c.location),
  'zones', json(iif(c.zones IS NULL, '[]', '["' || replace(c.zones, ';', '","') || '"]')),
  'vmId', c.vm_id, 'vmSize', (SELECT x.value FROM text x WHERE x.id = c.vm_size), 'osType', (SELECT x.value FROM text x WHERE x.id = c.os_type), 'priority', (SELECT x.value FROM text x WHERE x.id = c.priority),
  'provisioningState', (SELECT x.value FROM text x WHERE x.id = c.provisioning_state), 'timeCreated', strftime('%FT%H:%M:%fZ', c.time_created / 1000.0, 'unixepoch'), 'tags', json(ifnull(c.tags, '{}')),
  'scaleSetId', (SELECT x.value FROM text x WHERE x.id = c.scale_set), 'instanceCount', c.instance_count,
  'identity', json_object('type', CASE c.identity_type WHEN 0 THEN 'None' WHEN 1 THEN 'SystemAssigned'
  WHEN 2 THEN 'UserAssigned' ELSE 'SystemAssigned, UserAssigned' END,
    'principalId', (SELECT d.principal_id FROM attachment a JOIN identity d ON d.id = a.identity
  WHERE a.machine = m.id AND a.valid_from <= v.valid_from AND (a.valid_to IS NULL OR a.valid_to > v.valid_from) AND d.kind = 1), 'tenantId', (SELECT x.value FROM text x WHERE x.id = c.identity_tenant),
    'userAssignedIdentities', (SELECT json_group_object(coalesce(a.resource_id, d.resource_id),
      json_object('principalId', d.principal_id, 'clientId', d.client_id) ORDER BY a.position) FROM attachment a JOIN identity d ON d.id = a.identity
  WHERE a.machine = m.id AND a.valid_from <= v.valid_from AND (a.valid_to IS NULL OR a.valid_to > v.valid_from) AND d.kind = 2)),
  'principalIds', (SELECT json_group_array(p.id ORDER BY p.position) FROM (
    SELECT d.principal_id AS id, min(a.position) AS position FROM attachment a JOIN identity d ON d.id = a.identity
  WHERE a.machine = m.id AND a.valid_from <= v.valid_from AND (a.valid_to IS NULL OR a.valid_to > v.valid_from) AND d.principal_id IS NOT NULL GROUP BY 1) p)),
  ',"instanceCount":null', '')
FROM machine m JOIN machine_id i ON i.machine = m.id
JOIN machine_version c ON c.machine = m.id AND c.valid_from <= v.valid_from AND (c.valid_to IS NULL OR c.valid_to > v.valid_from)
WHERE m.id = v.machine)) EXCEPT SELECT key, value, type FROM json_each((SELECT replace(json_object(
  'id', i.resource_id, 'name', m.name, 'type', CASE m.type WHEN 0 THEN 'Microsoft.Compute/virtualMachines'
  WHEN 1 THEN 'Microsoft.Compute/virtualMachineScaleSets' ELSE 'Microsoft.HybridCompute/machines' END, 'subscriptionId', i.subscription_id,
  'subscriptionName', (SELECT s.display_name FROM subscription s WHERE s.subscription = m.subscription AND s.valid_from <= v.valid_from - 1
    ORDER BY s.valid_from DESC LIMIT 1),
  'resourceGroup', i.resource_group_name, 'location', (SELECT x.value FROM text x WHERE x.id = c.location),
  'zones', json(iif(c.zones IS NULL, '[]', '["' || replace(c.zones, ';', '","') || '"]')),
  'vmId', c.vm_id, 'vmSize', (SELECT x.value FROM text x WHERE x.id = c.vm_size), 'osType', (SELECT x.value FROM text x WHERE x.id = c.os_type), 'priority', (SELECT x.value FROM text x WHERE x.id = c.priority),
  'provisioningState', (SELECT x.value FROM text x WHERE x.id = c.provisioning_state), 'timeCreated', strftime('%FT%H:%M:%fZ', c.time_created / 1000.0, 'unixepoch'), 'tags', json(ifnull(c.tags, '{}')),
  'scaleSetId', (SELECT x.value FROM text x WHERE x.id = c.scale_set), 'instanceCount', c.instance_count,
  'identity', json_object('type', CASE c.identity_type WHEN 0 THEN 'None' WHEN 1 THEN 'SystemAssigned'
  WHEN 2 THEN 'UserAssigned' ELSE 'SystemAssigned, UserAssigned' END,
    'principalId', (SELECT d.principal_id FROM attachment a JOIN identity d ON d.id = a.identity
  WHERE a.machine = m.id AND a.valid_from <= v.valid_from - 1 AND (a.valid_to IS NULL OR a.valid_to > v.valid_from - 1) AND d.kind = 1), 'tenantId', (SELECT x.value FROM text x WHERE x.id = c.identity_tenant),
    'userAssignedIdentities', (SELECT json_group_object(coalesce(a.resource_id, d.resource_id),
      json_object('principalId', d.principal_id, 'clientId', d.client_id) ORDER BY a.position) FROM attachment a JOIN identity d ON d.id = a.identity
  WHERE a.machine = m.id AND a.valid_from <= v.valid_from - 1 AND (a.valid_to IS NULL OR a.valid_to > v.valid_from - 1) AND d.kind = 2)),
  'principalIds', (SELECT json_group_array(p.id ORDER BY p.position) FROM (
    SELECT d.principal_id AS id, min(a.position) AS position FROM attachment a JOIN identity d ON d.id = a.identity
  WHERE a.machine = m.id AND a.valid_from <= v.valid_from - 1 AND (a.valid_to IS NULL OR a.valid_to > v.valid_from - 1) AND d.principal_id IS NOT NULL GROUP BY 1) p)),
  ',"instanceCount":null', '')
FROM machine m JOIN machine_id i ON i.machine = m.id
JOIN machine_version c ON c.machine = m.id AND c.valid_from <= v.valid_from - 1 AND (c.valid_to IS NULL OR c.valid_to > v.valid_from - 1)
WHERE m.id = v.machine))) d WHERE d.key NOT IN (SELECT value FROM json_each(CASE WHEN v.begin_change = 'virtualMachineMoved' THEN '["provisioningState","instanceCount"]'
  WHEN EXISTS (SELECT 1 FROM attachment e WHERE e.machine = v.machine AND (e.valid_from = v.valid_from AND e.begin_change IS NOT NULL
    OR e.valid_to = v.valid_from AND e.end_change = 'identityDetached'))
  THEN '["provisioningState","instanceCount","subscriptionName","identity","principalIds"]'
  ELSE '["provisioningState","instanceCount","subscriptionName"]' END)))
    WHEN 'virtualMachineMoved' THEN (
  SELECT json_group_object(d.key, iif(d.type IN ('object', 'array'), json(d.value), d.value)) FROM (
    SELECT key, value, type FROM json_each((SELECT replace(json_object(
  'id', i.resource_id, 'name', m.name, 'type', CASE m.type WHEN 0 THEN 'Microsoft.Compute/virtualMachines'
  WHEN 1 THEN 'Microsoft.Compute/virtualMachineScaleSets' ELSE 'Microsoft.HybridCompute/machines' END, 'subscriptionId', i.subscription_id,
  'subscriptionName', (SELECT s.display_name FROM subscription s WHERE s.subscription = m.subscription AND s.valid_from <= v.valid_from
    ORDER BY s.valid_from DESC LIMIT 1),
  'resourceGroup', i.resource_group_name, 'location', (SELECT x.value FROM text x WHERE x.id = c.location),
  'zones', json(iif(c.zones IS NULL, '[]', '["' || replace(c.zones, ';', '","') || '"]')),
  'vmId', c.vm_id, 'vmSize', (SELECT x.value FROM text x WHERE x.id = c.vm_size), 'osType', (SELECT x.value FROM text x WHERE x.id = c.os_type), 'priority', (SELECT x.value FROM text x WHERE x.id = c.priority),
  'provisioningState', (SELECT x.value FROM text x WHERE x.id = c.provisioning_state), 'timeCreated', strftime('%FT%H:%M:%fZ', c.time_created / 1000.0, 'unixepoch'), 'tags', json(ifnull(c.tags, '{}')),
  'scaleSetId', (SELECT x.value FROM text x WHERE x.id = c.scale_set), 'instanceCount', c.instance_count,
  'identity', json_object('type', CASE c.identity_type WHEN 0 THEN 'None' WHEN 1 THEN 'SystemAssigned'
  WHEN 2 THEN 'UserAssigned' ELSE 'SystemAssigned, UserAssigned' END,
    'principalId', (SELECT d.principal_id FROM attachment a JOIN identity d ON d.id = a.identity
  WHERE a.machine = m.id AND a.valid_from <= v.valid_from AND (a.valid_to IS NULL OR a.valid_to > v.valid_from) AND d.kind = 1), 'tenantId', (SELECT x.value FROM text x WHERE x.id = c.identity_tenant),
    'userAssignedIdentities', (SELECT json_group_object(coalesce(a.resource_id, d.resource_id),
      json_object('principalId', d.principal_id, 'clientId', d.client_id) ORDER BY a.position) FROM attachment a JOIN identity d ON d.id = a.identity
  WHERE a.machine = m.id AND a.valid_from <= v.valid_from AND (a.valid_to IS NULL OR a.valid_to > v.valid_from) AND d.kind = 2)),
  'principalIds', (SELECT json_group_array(p.id ORDER BY p.position) FROM (
    SELECT d.principal_id AS id, min(a.position) AS position FROM attachment a JOIN identity d ON d.id = a.identity
  WHERE a.machine = m.id AND a.valid_from <= v.valid_from AND (a.valid_to IS NULL OR a.valid_to > v.valid_from) AND d.principal_id IS NOT NULL GROUP BY 1) p)),
  ',"instanceCount":null', '')
FROM machine m JOIN machine_id i ON i.machine = m.id
JOIN machine_version c ON c.machine = m.id AND c.valid_from <= v.valid_from AND (c.valid_to IS NULL OR c.valid_to > v.valid_from)
WHERE m.id = v.machine)) EXCEPT SELECT key, value, type FROM json_each((SELECT replace(json_object(
  'id', i.resource_id, 'name', m.name, 'type', CASE m.type WHEN 0 THEN 'Microsoft.Compute/virtualMachines'
  WHEN 1 THEN 'Microsoft.Compute/virtualMachineScaleSets' ELSE 'Microsoft.HybridCompute/machines' END, 'subscriptionId', i.subscription_id,
  'subscriptionName', (SELECT s.display_name FROM subscription s WHERE s.subscription = m.subscription AND s.valid_from <= v.valid_from - 1
    ORDER BY s.valid_from DESC LIMIT 1),
  'resourceGroup', i.resource_group_name, 'location', (SELECT x.value FROM text x WHERE x.id = c.location),
  'zones', json(iif(c.zones IS NULL, '[]', '["' || replace(c.zones, ';', '","') || '"]')),
  'vmId', c.vm_id, 'vmSize', (SELECT x.value FROM text x WHERE x.id = c.vm_size), 'osType', (SELECT x.value FROM text x WHERE x.id = c.os_type), 'priority', (SELECT x.value FROM text x WHERE x.id = c.priority),
  'provisioningState', (SELECT x.value FROM text x WHERE x.id = c.provisioning_state), 'timeCreated', strftime('%FT%H:%M:%fZ', c.time_created / 1000.0, 'unixepoch'), 'tags', json(ifnull(c.tags, '{}')),
  'scaleSetId', (SELECT x.value FROM text x WHERE x.id = c.scale_set), 'instanceCount', c.instance_count,
  'identity', json_object('type', CASE c.identity_type WHEN 0 THEN 'None' WHEN 1 THEN 'SystemAssigned'
  WHEN 2 THEN 'UserAssigned' ELSE 'SystemAssigned, UserAssigned' END,
    'principalId', (SELECT d.principal_id FROM attachment a JOIN identity d ON d.id = a.identity
  WHERE a.machine = m.id AND a.valid_from <= v.valid_from - 1 AND (a.valid_to IS NULL OR a.valid_to > v.valid_from - 1) AND d.kind = 1), 'tenantId', (SELECT x.value FROM text x WHERE x.id = c.identity_tenant),
    'userAssignedIdentities', (SELECT json_group_object(coalesce(a.resource_id, d.resource_id),
      json_object('principalId', d.principal_id, 'clientId', d.client_id) ORDER BY a.position) FROM attachment a JOIN identity d ON d.id = a.identity
  WHERE a.machine = m.id AND a.valid_from <= v.valid_from - 1 AND (a.valid_to IS NULL OR a.valid_to > v.valid_from - 1) AND d.kind = 2)),
  'principalIds', (SELECT json_group_array(p.id ORDER BY p.position) FROM (
    SELECT d.principal_id AS id, min(a.position) AS position FROM attachment a JOIN identity d ON d.id = a.identity
  WHERE a.machine = m.id AND a.valid_from <= v.valid_from - 1 AND (a.valid_to IS NULL OR a.valid_to > v.valid_from - 1) AND d.principal_id IS NOT NULL GROUP BY 1) p)),
  ',"instanceCount":null', '')
FROM machine m JOIN machine_id i ON i.machine = m.id
JOIN machine_version c ON c.machine = m.id AND c.valid_from <= v.valid_from - 1 AND (c.valid_to IS NULL OR c.valid_to > v.valid_from - 1)
WHERE m.id = v.moved_from))) d WHERE d.key NOT IN (SELECT value FROM json_each(CASE WHEN v.begin_change = 'virtualMachineMoved' THEN '["provisioningState","instanceCount"]'
  WHEN EXISTS (SELECT 1 FROM attachment e WHERE e.machine = v.machine AND (e.valid_from = v.valid_from AND e.begin_change IS NOT NULL
    OR e.valid_to = v.valid_from AND e.end_change = 'identityDetached'))
  THEN '["provisioningState","instanceCount","subscriptionName","identity","principalIds"]'
  ELSE '["provisioningState","instanceCount","subscriptionName"]' END))) ELSE (SELECT replace(json_object(
  'id', i.resource_id, 'name', m.name, 'type', CASE m.type WHEN 0 THEN 'Microsoft.Compute/virtualMachines'
  WHEN 1 THEN 'Microsoft.Compute/virtualMachineScaleSets' ELSE 'Microsoft.HybridCompute/machines' END, 'subscriptionId', i.subscription_id,
  'subscriptionName', (SELECT s.display_name FROM subscription s WHERE s.subscription = m.subscription AND s.valid_from <= v.valid_from
    ORDER BY s.valid_from DESC LIMIT 1),
  'resourceGroup', i.resource_group_name, 'location', (SELECT x.value FROM text x WHERE x.id = c.location),
  'zones', json(iif(c.zones IS NULL, '[]', '["' || replace(c.zones, ';', '","') || '"]')),
  'vmId', c.vm_id, 'vmSize', (SELECT x.value FROM text x WHERE x.id = c.vm_size), 'osType', (SELECT x.value FROM text x WHERE x.id = c.os_type), 'priority', (SELECT x.value FROM text x WHERE x.id = c.priority),
  'provisioningState', (SELECT x.value FROM text x WHERE x.id = c.provisioning_state), 'timeCreated', strftime('%FT%H:%M:%fZ', c.time_created / 1000.0, 'unixepoch'), 'tags', json(ifnull(c.tags, '{}')),
  'scaleSetId', (SELECT x.value FROM text x WHERE x.id = c.scale_set), 'instanceCount', c.instance_count,
  'identity', json_object('type', CASE c.identity_type WHEN 0 THEN 'None' WHEN 1 THEN 'SystemAssigned'
  WHEN 2 THEN 'UserAssigned' ELSE 'SystemAssigned, UserAssigned' END,
    'principalId', (SELECT d.principal_id FROM attachment a JOIN identity d ON d.id = a.identity
  WHERE a.machine = m.id AND a.valid_from <= v.valid_from AND (a.valid_to IS NULL OR a.valid_to > v.valid_from) AND d.kind = 1), 'tenantId', (SELECT x.value FROM text x WHERE x.id = c.identity_tenant),
    'userAssignedIdentities', (SELECT json_group_object(coalesce(a.resource_id, d.resource_id),
      json_object('principalId', d.principal_id, 'clientId', d.client_id) ORDER BY a.position) FROM attachment a JOIN identity d ON d.id = a.identity
  WHERE a.machine = m.id AND a.valid_from <= v.valid_from AND (a.valid_to IS NULL OR a.valid_to > v.valid_from) AND d.kind = 2)),
  'principalIds', (SELECT json_group_array(p.id ORDER BY p.position) FROM (
    SELECT d.principal_id AS id, min(a.position) AS position FROM attachment a JOIN identity d ON d.id = a.identity
  WHERE a.machine = m.id AND a.valid_from <= v.valid_from AND (a.valid_to IS NULL OR a.valid_to > v.valid_from) AND d.principal_id IS NOT NULL GROUP BY 1) p)),
  ',"instanceCount":null', '')
FROM machine m JOIN machine_id i ON i.machine = m.id
JOIN machine_version c ON c.machine = m.id AND c.valid_from <= v.valid_from AND (c.valid_to IS NULL OR c.valid_to > v.valid_from)
WHERE m.id = v.machine) END AS after FROM machine_version v WHERE v.begin_change IS NOT NULL
UNION ALL
SELECT v.valid_to AS seq,
  (SELECT r.id FROM run r WHERE r.seq = v.valid_to) AS run_id, strftime('%FT%H:%M:%fZ', v.ended_at / 1000.0, 'unixepoch') AS at, strftime('%FT%H:%M:%fZ', v.end_not_before / 1000.0, 'unixepoch') AS not_before,
  v.end_change AS kind, (SELECT i.resource_id FROM machine_id i WHERE i.machine = v.machine) AS resource_id, NULL AS principal_id,
  (SELECT w.author FROM change_author w WHERE w.seq = v.valid_to AND w.source = 2 AND w.first_key = v.machine AND w.second_key = 0) AS by, ifnull((SELECT w.status FROM change_author w WHERE w.seq = v.valid_to AND w.source = 2 AND w.first_key = v.machine AND w.second_key = 0),
    iif((SELECT r.authors FROM run r WHERE r.seq = v.valid_to) = 0, 'off', 'notRead')) AS by_status, (SELECT replace(json_object(
  'id', i.resource_id, 'name', m.name, 'type', CASE m.type WHEN 0 THEN 'Microsoft.Compute/virtualMachines'
  WHEN 1 THEN 'Microsoft.Compute/virtualMachineScaleSets' ELSE 'Microsoft.HybridCompute/machines' END, 'subscriptionId', i.subscription_id,
  'subscriptionName', (SELECT s.display_name FROM subscription s WHERE s.subscription = m.subscription AND s.valid_from <= v.valid_to - 1
    ORDER BY s.valid_from DESC LIMIT 1),
  'resourceGroup', i.resource_group_name, 'location', (SELECT x.value FROM text x WHERE x.id = c.location),
  'zones', json(iif(c.zones IS NULL, '[]', '["' || replace(c.zones, ';', '","') || '"]')),
  'vmId', c.vm_id, 'vmSize', (SELECT x.value FROM text x WHERE x.id = c.vm_size), 'osType', (SELECT x.value FROM text x WHERE x.id = c.os_type), 'priority', (SELECT x.value FROM text x WHERE x.id = c.priority),
  'provisioningState', (SELECT x.value FROM text x WHERE x.id = c.provisioning_state), 'timeCreated', strftime('%FT%H:%M:%fZ', c.time_created / 1000.0, 'unixepoch'), 'tags', json(ifnull(c.tags, '{}')),
  'scaleSetId', (SELECT x.value FROM text x WHERE x.id = c.scale_set), 'instanceCount', c.instance_count,
  'identity', json_object('type', CASE c.identity_type WHEN 0 THEN 'None' WHEN 1 THEN 'SystemAssigned'
  WHEN 2 THEN 'UserAssigned' ELSE 'SystemAssigned, UserAssigned' END,
    'principalId', (SELECT d.principal_id FROM attachment a JOIN identity d ON d.id = a.identity
  WHERE a.machine = m.id AND a.valid_from <= v.valid_to - 1 AND (a.valid_to IS NULL OR a.valid_to > v.valid_to - 1) AND d.kind = 1), 'tenantId', (SELECT x.value FROM text x WHERE x.id = c.identity_tenant),
    'userAssignedIdentities', (SELECT json_group_object(coalesce(a.resource_id, d.resource_id),
      json_object('principalId', d.principal_id, 'clientId', d.client_id) ORDER BY a.position) FROM attachment a JOIN identity d ON d.id = a.identity
  WHERE a.machine = m.id AND a.valid_from <= v.valid_to - 1 AND (a.valid_to IS NULL OR a.valid_to > v.valid_to - 1) AND d.kind = 2)),
  'principalIds', (SELECT json_group_array(p.id ORDER BY p.position) FROM (
    SELECT d.principal_id AS id, min(a.position) AS position FROM attachment a JOIN identity d ON d.id = a.identity
  WHERE a.machine = m.id AND a.valid_from <= v.valid_to - 1 AND (a.valid_to IS NULL OR a.valid_to > v.valid_to - 1) AND d.principal_id IS NOT NULL GROUP BY 1) p)),
  ',"instanceCount":null', '')
FROM machine m JOIN machine_id i ON i.machine = m.id
JOIN machine_version c ON c.machine = m.id AND c.valid_from <= v.valid_to - 1 AND (c.valid_to IS NULL OR c.valid_to > v.valid_to - 1)
WHERE m.id = v.machine) AS before, NULL AS after FROM machine_version v WHERE v.end_change IS NOT NULL AND v.end_change = 'virtualMachineDeleted'
UNION ALL
SELECT a.valid_to AS seq,
  (SELECT r.id FROM run r WHERE r.seq = a.valid_to) AS run_id, strftime('%FT%H:%M:%fZ', a.ended_at / 1000.0, 'unixepoch') AS at, strftime('%FT%H:%M:%fZ', a.end_not_before / 1000.0, 'unixepoch') AS not_before,
  a.end_change AS kind, (SELECT i.resource_id FROM machine_id i WHERE i.machine = a.machine) AS resource_id, (SELECT d.principal_id FROM identity d WHERE d.id = a.identity) AS principal_id,
  (SELECT w.author FROM change_author w WHERE w.seq = a.valid_to AND w.source = 3 AND w.first_key = a.machine AND w.second_key = a.identity) AS by, ifnull((SELECT w.status FROM change_author w WHERE w.seq = a.valid_to AND w.source = 3 AND w.first_key = a.machine AND w.second_key = a.identity),
    iif((SELECT r.authors FROM run r WHERE r.seq = a.valid_to) = 0, 'off', 'notRead')) AS by_status, (SELECT json_object('identityId', coalesce(a.resource_id, d.resource_id), 'principalId', d.principal_id, 'clientId', d.client_id,
  'kind', iif(d.kind = 1, 'SystemAssigned', 'UserAssigned')) FROM identity d WHERE d.id = a.identity) AS before, NULL AS after FROM attachment a WHERE a.end_change IS NOT NULL AND a.end_change = 'identityDetached'
UNION ALL
SELECT a.valid_from AS seq,
  (SELECT r.id FROM run r WHERE r.seq = a.valid_from) AS run_id, strftime('%FT%H:%M:%fZ', a.began_at / 1000.0, 'unixepoch') AS at, strftime('%FT%H:%M:%fZ', a.not_before / 1000.0, 'unixepoch') AS not_before,
  a.begin_change AS kind, (SELECT i.resource_id FROM machine_id i WHERE i.machine = a.machine) AS resource_id, (SELECT d.principal_id FROM identity d WHERE d.id = a.identity) AS principal_id,
  (SELECT w.author FROM change_author w WHERE w.seq = a.valid_from AND w.source = 4 AND w.first_key = a.machine AND w.second_key = a.identity) AS by, ifnull((SELECT w.status FROM change_author w WHERE w.seq = a.valid_from AND w.source = 4 AND w.first_key = a.machine AND w.second_key = a.identity),
    iif((SELECT r.authors FROM run r WHERE r.seq = a.valid_from) = 0, 'off', 'notRead')) AS by_status, iif(a.begin_change = 'identityRecreated',
    (SELECT json_object('identityId', coalesce(o.resource_id, d.resource_id), 'principalId', d.principal_id, 'clientId', d.client_id,
  'kind', iif(d.kind = 1, 'SystemAssigned', 'UserAssigned')) FROM attachment o JOIN identity d ON d.id = o.identity JOIN identity n ON n.id = a.identity
  WHERE o.machine = a.machine AND o.valid_to = a.valid_from AND o.end_change = 'identityRecreated'
  AND n.kind = d.kind AND (d.kind = 1 OR d.resource_key = n.resource_key)), NULL) AS before, (SELECT json_object('identityId', coalesce(a.resource_id, d.resource_id), 'principalId', d.principal_id, 'clientId', d.client_id,
  'kind', iif(d.kind = 1, 'SystemAssigned', 'UserAssigned')) FROM identity d WHERE d.id = a.identity) AS after FROM attachment a WHERE a.begin_change IS NOT NULL
UNION ALL
SELECT p.valid_from AS seq,
  (SELECT r.id FROM run r WHERE r.seq = p.valid_from) AS run_id, strftime('%FT%H:%M:%fZ', p.began_at / 1000.0, 'unixepoch') AS at, strftime('%FT%H:%M:%fZ', p.not_before / 1000.0, 'unixepoch') AS not_before,
  p.begin_change AS kind, (SELECT ifnull(d.shown_id, d.resource_id) FROM identity d WHERE d.id = p.identity) AS resource_id, (SELECT d.principal_id FROM identity d WHERE d.id = p.identity) AS principal_id,
  (SELECT w.author FROM change_author w WHERE w.seq = p.valid_from AND w.source = 5 AND w.first_key = p.identity AND w.second_key = 0) AS by, ifnull((SELECT w.status FROM change_author w WHERE w.seq = p.valid_from AND w.source = 5 AND w.first_key = p.identity AND w.second_key = 0),
    iif((SELECT r.authors FROM run r WHERE r.seq = p.valid_from) = 0, 'off', 'notRead')) AS by_status, (SELECT json_object('identityId', ifnull(d.shown_id, d.resource_id), 'principalId', d.principal_id, 'clientId', d.client_id,
  'kind', iif(d.kind = 1, 'SystemAssigned', 'UserAssigned')) FROM identity d WHERE d.id = (SELECT o.identity FROM identity n CROSS JOIN identity d ON d.resource_key = n.resource_key
  CROSS JOIN identity_presence o ON o.identity = d.id WHERE n.id = p.identity AND d.principal_id <> n.principal_id
  AND o.valid_from < p.valid_from ORDER BY o.valid_from DESC, o.identity DESC LIMIT 1)) AS before, (SELECT json_object('identityId', ifnull(d.shown_id, d.resource_id), 'principalId', d.principal_id, 'clientId', d.client_id,
  'kind', iif(d.kind = 1, 'SystemAssigned', 'UserAssigned')) FROM identity d WHERE d.id = p.identity) AS after FROM identity_presence p WHERE p.begin_change IS NOT NULL
UNION ALL
SELECT f.valid_to AS seq,
  (SELECT r.id FROM run r WHERE r.seq = f.valid_to) AS run_id, strftime('%FT%H:%M:%fZ', f.ended_at / 1000.0, 'unixepoch') AS at, strftime('%FT%H:%M:%fZ', f.end_not_before / 1000.0, 'unixepoch') AS not_before,
  f.end_change AS kind, (SELECT ifnull(d.shown_id, d.resource_id) FROM identity d WHERE d.id = f.identity) AS resource_id, (SELECT d.principal_id FROM identity d WHERE d.id = f.identity) AS principal_id,
  (SELECT w.author FROM change_author w WHERE w.seq = f.valid_to AND w.source = 6 AND w.first_key = f.identity AND w.second_key = f.name) AS by, ifnull((SELECT w.status FROM change_author w WHERE w.seq = f.valid_to AND w.source = 6 AND w.first_key = f.identity AND w.second_key = f.name),
    iif((SELECT r.authors FROM run r WHERE r.seq = f.valid_to) = 0, 'off', 'notRead')) AS by_status, json_object('identityId', (SELECT ifnull(d.shown_id, d.resource_id) FROM identity d WHERE d.id = f.identity), 'name', f.name, 'issuer', f.issuer,
  'subject', f.subject, 'audiences', json(f.audiences)) AS before, NULL AS after FROM federated_credential f WHERE f.end_change IS NOT NULL AND f.end_change = 'federatedCredentialRemoved'
UNION ALL
SELECT f.valid_from AS seq,
  (SELECT r.id FROM run r WHERE r.seq = f.valid_from) AS run_id, strftime('%FT%H:%M:%fZ', f.began_at / 1000.0, 'unixepoch') AS at, strftime('%FT%H:%M:%fZ', f.not_before / 1000.0, 'unixepoch') AS not_before,
  f.begin_change AS kind, (SELECT ifnull(d.shown_id, d.resource_id) FROM identity d WHERE d.id = f.identity) AS resource_id, (SELECT d.principal_id FROM identity d WHERE d.id = f.identity) AS principal_id,
  (SELECT w.author FROM change_author w WHERE w.seq = f.valid_from AND w.source = 7 AND w.first_key = f.identity AND w.second_key = f.name) AS by, ifnull((SELECT w.status FROM change_author w WHERE w.seq = f.valid_from AND w.source = 7 AND w.first_key = f.identity AND w.second_key = f.name),
    iif((SELECT r.authors FROM run r WHERE r.seq = f.valid_from) = 0, 'off', 'notRead')) AS by_status, (SELECT json_object('identityId', (SELECT ifnull(d.shown_id, d.resource_id) FROM identity d WHERE d.id = f.identity), 'name', o.name, 'issuer', o.issuer,
  'subject', o.subject, 'audiences', json(o.audiences)) FROM federated_credential o WHERE o.identity = f.identity AND o.name_key = f.name_key
    AND o.valid_to = f.valid_from AND o.end_change IS NOT 'federatedCredentialRemoved') AS before, json_object('identityId', (SELECT ifnull(d.shown_id, d.resource_id) FROM identity d WHERE d.id = f.identity), 'name', f.name, 'issuer', f.issuer,
  'subject', f.subject, 'audiences', json(f.audiences)) AS after FROM federated_credential f WHERE f.begin_change IS NOT NULL
UNION ALL
SELECT z.valid_to AS seq,
  (SELECT r.id FROM run r WHERE r.seq = z.valid_to) AS run_id, strftime('%FT%H:%M:%fZ', z.ended_at / 1000.0, 'unixepoch') AS at, strftime('%FT%H:%M:%fZ', z.end_not_before / 1000.0, 'unixepoch') AS not_before,
  z.end_change AS kind, (SELECT r.resource_id FROM role_assignment r WHERE r.id = z.assignment) AS resource_id, (SELECT r.principal_id FROM role_assignment r WHERE r.id = z.assignment) AS principal_id,
  (SELECT w.author FROM change_author w WHERE w.seq = z.valid_to AND w.source = 8 AND w.first_key = z.assignment AND w.second_key = z.subscription) AS by, ifnull((SELECT w.status FROM change_author w WHERE w.seq = z.valid_to AND w.source = 8 AND w.first_key = z.assignment AND w.second_key = z.subscription),
    iif((SELECT r.authors FROM run r WHERE r.seq = z.valid_to) = 0, 'off', 'notRead')) AS by_status, iif(z.end_change = 'roleRemoved', (SELECT json_object('id', r.resource_id, 'scope', r.scope,
  'roleDefinitionId', n.resource_id, 'roleDefinitionName', n.name, 'inherited', json(iif(r.scope NOT LIKE '/subscriptions/%', 'true', 'false')),
  'condition', r.condition) FROM role_assignment r JOIN role_definition n ON n.id = r.role_definition WHERE r.id = z.assignment), (SELECT json_object('id', r.resource_id, 'scope', r.scope,
  'roleDefinitionId', n.resource_id, 'roleDefinitionName', n.name, 'inherited', json(iif(r.scope NOT LIKE '/subscriptions/%', 'true', 'false')),
  'condition', r.condition, 'subscriptionId', (SELECT k.subscription_id FROM subscription_key k WHERE k.id = z.subscription)) FROM role_assignment r JOIN role_definition n ON n.id = r.role_definition WHERE r.id = z.assignment)) AS before, NULL AS after FROM role_assignment_seen z WHERE z.end_change IS NOT NULL AND z.end_change IN ('roleRemoved', 'roleInheritanceLost')
UNION ALL
SELECT z.valid_from AS seq,
  (SELECT r.id FROM run r WHERE r.seq = z.valid_from) AS run_id, strftime('%FT%H:%M:%fZ', z.began_at / 1000.0, 'unixepoch') AS at, strftime('%FT%H:%M:%fZ', z.not_before / 1000.0, 'unixepoch') AS not_before,
  z.begin_change AS kind, (SELECT r.resource_id FROM role_assignment r WHERE r.id = z.assignment) AS resource_id, (SELECT r.principal_id FROM role_assignment r WHERE r.id = z.assignment) AS principal_id,
  (SELECT w.author FROM change_author w WHERE w.seq = z.valid_from AND w.source = 9 AND w.first_key = z.assignment AND w.second_key = z.subscription) AS by, ifnull((SELECT w.status FROM change_author w WHERE w.seq = z.valid_from AND w.source = 9 AND w.first_key = z.assignment AND w.second_key = z.subscription),
    iif((SELECT r.authors FROM run r WHERE r.seq = z.valid_from) = 0, 'off', 'notRead')) AS by_status, (SELECT json_object('id', r.resource_id, 'scope', r.scope,
  'roleDefinitionId', n.resource_id, 'roleDefinitionName', n.name, 'inherited', json(iif(r.scope NOT LIKE '/subscriptions/%', 'true', 'false')),
  'condition', r.condition) FROM role_assignment r JOIN role_definition n ON n.id = r.role_definition WHERE r.id = (SELECT r.replaces FROM role_assignment r WHERE r.id = z.assignment)) AS before, (SELECT json_object('id', r.resource_id, 'scope', r.scope,
  'roleDefinitionId', n.resource_id, 'roleDefinitionName', n.name, 'inherited', json(iif(r.scope NOT LIKE '/subscriptions/%', 'true', 'false')),
  'condition', r.condition) FROM role_assignment r JOIN role_definition n ON n.id = r.role_definition WHERE r.id = z.assignment) AS after FROM role_assignment_seen z WHERE z.begin_change IS NOT NULL
) WHERE seq > (SELECT min(r.seq) FROM run r);
