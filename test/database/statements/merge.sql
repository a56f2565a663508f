SELECT coalesce(max(seq), 0) + 1 AS seq FROM run;

SELECT id FROM text WHERE value = ?;

INSERT INTO text(value) VALUES (?);

SELECT id FROM resource_group WHERE key = ?;

INSERT INTO resource_group(key, name) VALUES (?, ?);

SELECT name FROM resource_group WHERE id = ?;

SELECT id FROM subscription_key WHERE subscription_id = ?;

INSERT INTO subscription_key(subscription_id) VALUES (?);

SELECT id FROM identity WHERE principal_id = ? AND kind = 1;

SELECT id, resource_id, shown_id
FROM identity
WHERE resource_key = ?
AND principal_id IS ?
AND client_id IS ?
AND kind = 2;

INSERT INTO identity(id, kind, resource_id, resource_key, principal_id, client_id, tenant, subscription) VALUES (
  ?, ?, ?, ?, ?, ?, ?, ?
);

SELECT coalesce(max(id), 0) + 1 AS next FROM identity;

UPDATE identity SET shown_id = ? WHERE id = ?;

SELECT 1 FROM identity WHERE id = ? AND principal_id = ?;

SELECT kind, max(CASE WHEN status IN ('complete', 'partial', 'skipped') THEN read_at END) AS shown, max(
  CASE WHEN status IN ('complete', 'partial', 'skipped') AND to_seq > ? THEN read_at END
) AS unknown, max(CASE WHEN status IN ('complete', 'skipped') THEN read_at END) AS complete
FROM coverage
WHERE subscription = ?
AND superseded = 0
AND from_seq < ?
GROUP BY kind;

INSERT INTO coverage(
  subscription, kind, from_seq, to_seq, status, reason, count, requests, pages, retries, throttled_ms, request_id,
    read_at, superseded, source
) VALUES (
  $subscription, $kind, $seq, $seq, $status, $reason, $count, $requests, $pages, $retries, $throttledMilliseconds,
    $requestId, $readAt, $superseded, $source
);

SELECT from_seq, to_seq, status, reason ->> 'code' AS code, count, read_at, superseded, source
FROM coverage
WHERE subscription = ?
AND kind = ?
ORDER BY from_seq DESC
LIMIT 2 OFFSET 30;

UPDATE coverage SET to_seq = ?, count = ?, read_at = ? WHERE subscription = ? AND kind = ? AND from_seq = ?;

DELETE FROM coverage WHERE subscription = ? AND kind = ? AND from_seq = ?;

SELECT m.id, m.resource_group, m.type, m.name, v.fingerprint
FROM machine m
LEFT JOIN machine_version v ON v.machine = m.id
AND v.valid_to IS NULL
WHERE m.subscription = ?;

SELECT 1 FROM machine LIMIT 1;

SELECT i.resource_id AS id, m.name, m.type, i.subscription_id, v.vm_id, v.zones, v.time_created, v.tags,
  v.identity_type, v.instance_count, l.value AS location, s.value AS vm_size, o.value AS os_type, p.value AS priority,
  r.value AS provisioning_state, c.value AS scale_set, t.value AS identity_tenant
FROM machine m
JOIN machine_id i ON i.machine = m.id
JOIN machine_version v ON v.machine = m.id
AND v.valid_to IS NULL
LEFT JOIN text l ON l.id = v.location
LEFT JOIN text s ON s.id = v.vm_size
LEFT JOIN text o ON o.id = v.os_type
LEFT JOIN text p ON p.id = v.priority
LEFT JOIN text r ON r.id = v.provisioning_state
LEFT JOIN text c ON c.id = v.scale_set
LEFT JOIN text t ON t.id = v.identity_tenant
WHERE m.id = ?;

SELECT i.kind, coalesce(a.resource_id, i.resource_id) AS resource_id, i.principal_id, i.client_id
FROM attachment a
JOIN identity i ON i.id = a.identity
WHERE a.machine = ?
AND a.valid_to IS NULL
ORDER BY a.position;

INSERT INTO machine(id, subscription, resource_group, type, name, name_key, resource_id, first_seen) VALUES (
  ?, ?, ?, ?, ?, ?, ?, ?
);

UPDATE machine SET name = ?, resource_id = ? WHERE id = ?;

INSERT INTO machine_version(
  machine, valid_from, fingerprint, began_at, not_before, begin_change, vm_id, location, vm_size, os_type,
    priority, provisioning_state, zones, time_created, tags, scale_set, instance_count, identity_type,
    identity_tenant
) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?);

UPDATE machine_version SET fingerprint = ?, vm_id = ?, location = ?, vm_size = ?, os_type = ?, priority = ?,
  provisioning_state = ?, zones = ?, time_created = ?, tags = ?, scale_set = ?, instance_count = ?,
  identity_type = ?, identity_tenant = ?
WHERE machine = ?
AND valid_to IS NULL;

UPDATE machine_version SET valid_to = ? WHERE machine = ? AND valid_to IS NULL;

SELECT valid_from FROM machine_version WHERE machine = ? AND valid_to IS NULL;

UPDATE machine_version SET valid_to = ?1, ended_at = ?2, end_change = ?3, end_not_before = min(
  ?2, max(?4, coalesce(began_at, (SELECT m.first_seen FROM machine m WHERE m.id = machine_version.machine)))
)
WHERE machine = ?5
AND valid_to IS NULL;

INSERT INTO attachment(machine, identity, valid_from, position, resource_id, began_at, begin_change, not_before) VALUES (
  ?, ?, ?, ?, ?, ?, ?, ?
);

UPDATE attachment SET valid_to = ?1, ended_at = ?2, end_change = ?3, end_not_before = min(
  ?2, max(?4, coalesce(began_at, (SELECT m.first_seen FROM machine m WHERE m.id = attachment.machine)))
)
WHERE machine = ?5
AND identity = ?6
AND valid_to IS NULL;

UPDATE attachment SET valid_to = ?, ended_at = ?, end_change = ? WHERE machine = ? AND valid_to IS NULL;

DELETE FROM attachment WHERE machine = ?1 AND valid_from = ?2;

DELETE FROM machine_version WHERE machine = ?1 AND valid_from = ?2;

DELETE
FROM power_state
WHERE machine = ?1
AND ?2 = ?2
AND NOT EXISTS (SELECT 1 FROM machine_version WHERE machine = ?1);

DELETE
FROM machine
WHERE id = ?1
AND ?2 = ?2
AND NOT EXISTS (SELECT 1 FROM machine_version WHERE machine = ?1);

SELECT coalesce(max(id), 0) + 1 AS next FROM machine;

SELECT missing_from_list FROM unseen WHERE machine = ? AND valid_to IS NULL;

INSERT INTO unseen(machine, valid_from, last_seen, missing_from_list) VALUES (?, ?, ?, ?);

UPDATE unseen SET missing_from_list = 1 WHERE machine = ? AND valid_to IS NULL;

UPDATE unseen SET valid_to = ? WHERE machine = ? AND valid_to IS NULL;

INSERT INTO power_state(machine, state, since_seq) VALUES (?1, ?2, ?3) ON CONFLICT DO UPDATE SET state = ?2,
  unread = 0, since_seq = CASE
WHEN state = ?2 THEN since_seq
ELSE ?3 END
WHERE state <> ?2
OR unread = 1;

UPDATE power_state SET unread = 1 WHERE machine = ? AND unread = 0;

SELECT i.id, i.resource_id, i.principal_id, p.present, u.missing_from_list, EXISTS (
  SELECT 1 FROM attachment a WHERE a.identity = i.id AND a.valid_to IS NULL
) AS attached, EXISTS (SELECT 1 FROM attachment a WHERE a.identity = i.id AND a.valid_from < ?1) AS attached_before,
  EXISTS (
  SELECT 1
  FROM attachment a
  WHERE a.identity = i.id
  AND a.valid_from = ?1
  AND a.begin_change = 'identityRecreated'
) AS recreated
FROM identity i
LEFT JOIN identity_presence p ON p.identity = i.id
AND p.valid_to IS NULL
LEFT JOIN identity_unseen u ON u.identity = i.id
AND u.valid_to IS NULL
WHERE i.subscription = ?2
ORDER BY i.id;

UPDATE identity SET tenant = ?1 WHERE id = ?2 AND tenant IS NOT ?1;

UPDATE identity_presence SET valid_to = ?, ended_at = ? WHERE identity = ? AND valid_to IS NULL;

INSERT INTO identity_presence(identity, valid_from, present, began_at, not_before, begin_change) VALUES (
  ?, ?, ?, ?, ?, ?
);

SELECT missing_from_list FROM identity_unseen WHERE identity = ? AND valid_to IS NULL;

INSERT INTO identity_unseen(identity, valid_from, last_seen, missing_from_list) VALUES (?, ?, ?, ?);

UPDATE identity_unseen SET missing_from_list = 1 WHERE identity = ? AND valid_to IS NULL;

UPDATE identity_unseen SET valid_to = ? WHERE identity = ? AND valid_to IS NULL;

SELECT id, resource_id FROM role_definition WHERE guid = ?;

INSERT INTO role_definition(guid, resource_id) VALUES (?, ?);

SELECT permissions FROM role_definition WHERE id = ?;

UPDATE role_definition SET name = ?1, permissions = ?2
WHERE id = ?3
AND (name IS NOT ?1 OR permissions IS NOT ?2);

UPDATE role_definition SET name = ?1, permissions = ?2 WHERE id = ?3 AND name IS NULL;

UPDATE role_definition SET resource_id = ? WHERE id = ?;

SELECT r.id, r.resource_key, r.scope, r.role_definition, r.principal_id, r.condition, s.missing_at
FROM role_assignment_seen s
JOIN role_assignment r ON r.id = s.assignment
WHERE s.subscription = ?
AND s.valid_to IS NULL;

SELECT r.id, r.resource_key, r.scope, r.role_definition, r.principal_id, r.condition
FROM role_assignment r
WHERE r.resource_key = ?
ORDER BY r.id DESC
LIMIT 1;

INSERT INTO role_assignment(
  resource_id, resource_key, scope, role_definition, principal_id, condition, replaces
) VALUES (?, ?, ?, ?, ?, ?, ?);

SELECT 1 FROM role_assignment_seen WHERE assignment = ? AND valid_to IS NULL;

INSERT INTO role_assignment_seen(assignment, subscription, valid_from, began_at) VALUES (?, ?, ?, ?);

UPDATE role_assignment_seen SET missing_at = ?
WHERE assignment = ?
AND subscription = ?
AND valid_to IS NULL
AND missing_at IS NULL;

UPDATE role_assignment_seen SET missing_at = NULL
WHERE assignment = ?
AND subscription = ?
AND valid_to IS NULL;

UPDATE role_assignment_seen SET valid_to = ?1, ended_at = ?2, end_change = ?3, end_not_before = CASE
WHEN ?3 IS NOT NULL THEN max(coalesce(?4, began_at), began_at) END
WHERE assignment = ?5
AND subscription = ?6
AND valid_to IS NULL;

UPDATE role_assignment_seen SET begin_change = ?, not_before = ?
WHERE assignment = ?
AND subscription = ?
AND valid_to IS NULL
AND valid_from = ?;

SELECT 1 FROM identity UNION ALL SELECT 1 FROM machine LIMIT 1;

SELECT sql FROM sqlite_schema WHERE type = 'index' AND name = ?;

SELECT * FROM subscription WHERE subscription = ? AND valid_to IS NULL;

UPDATE subscription SET valid_to = ? WHERE subscription = ? AND valid_to IS NULL;

INSERT INTO subscription(
  subscription, valid_from, display_name, state, tenant_id, visibility, change, change_before
) VALUES (?, ?, ?, ?, ?, ?, ?, ?);

SELECT count(*) AS machines
FROM machine m
JOIN machine_version v ON v.machine = m.id
AND v.valid_to IS NULL
WHERE m.subscription = ?
AND m.type = 0;

SELECT m.id
FROM machine m
JOIN machine_version v ON v.machine = m.id
AND v.valid_to IS NULL
WHERE m.subscription = ?;

UPDATE attachment SET valid_to = ?, ended_at = ?, end_change = 'tenantChanged'
WHERE valid_to IS NULL
AND machine IN (SELECT id FROM machine WHERE subscription = ?);

UPDATE machine_version SET fingerprint = -1
WHERE valid_to IS NULL
AND machine IN (SELECT id FROM machine WHERE subscription = ?);

SELECT federated_read_at AS at FROM identity WHERE id = ?;

UPDATE federated_credential SET valid_to = ?, ended_at = ?, end_change = ?, end_not_before = ?
WHERE identity = ?
AND name_key = ?
AND valid_to IS NULL;

INSERT INTO federated_credential(
  identity, name, name_key, valid_from, issuer, subject, audiences, began_at, not_before, begin_change
) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?);

SELECT * FROM federated_credential WHERE identity = ? AND valid_to IS NULL;

UPDATE identity SET federated_read_at = ? WHERE id = ?;

SELECT v.machine, m.type, m.subscription, s.subscription_id, lower(v.vm_id) AS vm_id
FROM machine_version v
JOIN machine m ON m.id = v.machine
JOIN subscription_key s ON s.id = m.subscription
WHERE v.valid_to IS NULL
AND v.vm_id COLLATE NOCASE IN (
  SELECT vm_id COLLATE NOCASE
  FROM machine_version
  WHERE valid_to IS NULL
  AND vm_id IS NOT NULL
  GROUP BY vm_id COLLATE NOCASE HAVING count(*) > 1
  AND max(valid_from) = ?
);

SELECT u.machine, EXISTS (SELECT 1 FROM machine_version v WHERE v.machine = u.machine AND v.valid_to IS NULL) AS exists_now
FROM unseen u
WHERE u.valid_to IS NULL;

SELECT subscription, missing_at
FROM role_assignment_seen
WHERE assignment = ?
AND valid_to IS NULL
ORDER BY missing_at DESC, subscription;

SELECT 1
FROM role_assignment r
WHERE r.id = ?
AND EXISTS (SELECT 1 FROM identity i WHERE i.principal_id = r.principal_id);

SELECT 1
FROM role_assignment_seen
WHERE assignment = ?1
AND valid_from < ?2
AND (valid_to IS NULL OR valid_to >= ?2);

SELECT max(read_at) AS at
FROM coverage
WHERE subscription = ?
AND kind = 'roleAssignments'
AND superseded = 0
AND status IN ('complete', 'skipped')
AND read_at < ?;

SELECT 1
FROM role_assignment_seen s
WHERE s.assignment = ?
AND s.end_change IN ('outOfScope', 'subscriptionForgotten', 'tenantChanged')
AND NOT EXISTS (
  SELECT 1
  FROM role_assignment_seen n
  WHERE n.assignment = s.assignment
  AND n.subscription = s.subscription
  AND n.valid_from > s.valid_from
);

UPDATE subscription SET change_after = json_object(
  'virtualMachineCount',
  (
    SELECT count(*)
    FROM machine m
    JOIN machine_version v ON v.machine = m.id
    AND v.valid_to IS NULL
    WHERE m.subscription = ?1
    AND m.type = 0
  )
)
WHERE subscription = ?1
AND valid_from = ?2;

SELECT subscription_id, source FROM blind_spot WHERE valid_to IS NULL;

UPDATE blind_spot SET valid_to = ? WHERE subscription_id = ? AND valid_to IS NULL;

UPDATE blind_spot SET grant_command = ?1
WHERE subscription_id = ?2
AND valid_to IS NULL
AND grant_command <> ?1;

INSERT INTO blind_spot(subscription_id, valid_from, display_name, source, since, grant_command) VALUES (
  ?, ?, ?, ?, ?, ?
);

SELECT finished_at FROM run ORDER BY seq DESC LIMIT 1;

INSERT INTO run(
  seq, id, trigger, scope, started_at, finished_at, status, complete, reason, virtual_machine_count,
    principal_count, coverage, changes, visible_subscriptions, blind_spots_known
) VALUES (?, ?, ?, ?, ?, ?, 'succeeded', ?, ?, ?, ?, ?, ?, ?, ?);

SELECT (SELECT count(*) FROM machine_version WHERE valid_to IS NULL) - (
  SELECT count(*)
  FROM machine m
  CROSS JOIN machine_version v ON v.machine = m.id
  AND v.valid_to IS NULL
  WHERE m.type <> 0
) AS n;

SELECT (SELECT count(DISTINCT identity) FROM attachment WHERE valid_to IS NULL AND position = 0) + (
  SELECT count(
    DISTINCT ifnull(
      i.principal_id,
      (
        SELECT l.principal_id
        FROM identity l
        CROSS JOIN identity_presence w ON w.identity = l.id
        WHERE l.resource_key = i.resource_key
        AND l.principal_id IS NOT NULL
        AND w.present = 1
        ORDER BY w.valid_from DESC, l.id DESC
        LIMIT 1
      ) COLLATE NOCASE
    ) COLLATE NOCASE
  )
  FROM identity i
  WHERE i.id IN (SELECT identity FROM attachment WHERE valid_to IS NULL AND position > 0)
) AS n;

SELECT 1
FROM coverage c
JOIN subscription s ON s.subscription = c.subscription
AND s.valid_to IS NULL
AND s.visibility = 'visible'
WHERE c.subscription = ?1
AND c.kind = ?2
AND c.status IN ('complete', 'skipped')
AND c.from_seq = (
  SELECT max(n.from_seq) FROM coverage n WHERE n.subscription = ?1 AND n.kind = ?2 AND n.superseded = 0
);

SELECT a.id, a.resource_id, a.scope, a.principal_id, a.condition, d.guid, d.name, d.permissions
FROM role_assignment a
JOIN role_definition d ON d.id = a.role_definition
WHERE EXISTS (SELECT 1 FROM role_assignment_seen s WHERE s.assignment = a.id AND s.valid_to IS NULL)
AND EXISTS (SELECT 1 FROM identity i WHERE i.principal_id = a.principal_id)
AND a.principal_id = ?
ORDER BY a.resource_key;

SELECT subscription FROM role_assignment_seen WHERE assignment = ? AND valid_to IS NULL;

SELECT i.id, i.kind, ifnull(i.shown_id, i.resource_id) AS resource_id, i.subscription
FROM identity i
WHERE i.principal_id = ?
ORDER BY i.id DESC;

SELECT n.resource_id, m.name, m.type, m.subscription, n.subscription_id, s.visibility, EXISTS (
  SELECT 1 FROM unseen u WHERE u.machine = m.id AND u.valid_to IS NULL
) AS unseen, x.value AS power_state, p.unread, unixepoch(r.started_at) * 1000 AS power_since,
(SELECT unixepoch(min(o.started_at)) * 1000 FROM run o) AS oldest
FROM attachment a
JOIN machine m ON m.id = a.machine
JOIN machine_id n ON n.machine = m.id
LEFT JOIN subscription s ON s.subscription = m.subscription
AND s.valid_to IS NULL
LEFT JOIN power_state p ON p.machine = m.id
LEFT JOIN text x ON x.id = p.state
LEFT JOIN run r ON r.seq = p.since_seq
WHERE a.valid_to IS NULL
AND a.identity IN (
  SELECT i.id
  FROM identity i
  WHERE i.principal_id = ?1
  UNION ALL
  SELECT u.id
  FROM identity s
  CROSS JOIN identity u ON u.resource_key = s.resource_key
  AND u.principal_id IS NULL
  WHERE s.principal_id = ?1
  AND (
    SELECT l.principal_id
    FROM identity l
    CROSS JOIN identity_presence w ON w.identity = l.id
    WHERE l.resource_key = u.resource_key
    AND l.principal_id IS NOT NULL
    AND w.present = 1
    ORDER BY w.valid_from DESC, l.id DESC
    LIMIT 1
  ) COLLATE NOCASE = ?1
)
ORDER BY m.name, n.resource_id;

SELECT max(p.present) AS present
FROM identity i
JOIN identity_presence p ON p.identity = i.id
AND p.valid_to IS NULL
WHERE i.principal_id = ?;

SELECT a.end_change
FROM identity i
JOIN attachment a ON a.identity = i.id
WHERE i.principal_id = ?
ORDER BY a.valid_from DESC
LIMIT 1;

INSERT INTO finding(
  rule, resource_id, principal_id, valid_from, severity, message, remediation, first_seen, stale
) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?);

UPDATE finding SET valid_to = ? WHERE rule = ? AND resource_id = ? AND principal_id = ? AND valid_to IS NULL;

SELECT * FROM finding WHERE rule = ? AND valid_to IS NULL;

SELECT DISTINCT principal_id FROM role_assignment ORDER BY principal_id;

WITH assigned AS MATERIALIZED (
  SELECT i.id, ifnull(
    i.principal_id,
    (
      SELECT l.principal_id
      FROM identity l
      CROSS JOIN identity_presence w ON w.identity = l.id
      WHERE l.resource_key = i.resource_key
      AND l.principal_id IS NOT NULL
      AND w.present = 1
      ORDER BY w.valid_from DESC, l.id DESC
      LIMIT 1
    ) COLLATE NOCASE
  ) AS principal_id
  FROM identity i INDEXED BY identity_resource
  WHERE i.resource_key IS NOT NULL
)
SELECT i.principal_id
FROM assigned i
CROSS JOIN attachment a ON a.identity = i.id
AND a.valid_to IS NULL
WHERE i.principal_id IS NOT NULL
GROUP BY i.principal_id COLLATE NOCASE HAVING count(DISTINCT a.machine) > 1
ORDER BY i.principal_id;

SELECT DISTINCT i.principal_id
FROM identity_presence p
CROSS JOIN identity i ON i.id = p.identity
WHERE p.valid_to IS NULL
AND p.present = 0
AND i.principal_id IS NOT NULL
ORDER BY i.principal_id;

SELECT a.id, a.resource_id, a.scope, a.principal_id, a.condition, d.guid, d.name, d.permissions
FROM role_assignment a
JOIN role_definition d ON d.id = a.role_definition
WHERE EXISTS (SELECT 1 FROM role_assignment_seen s WHERE s.assignment = a.id AND s.valid_to IS NULL)
AND EXISTS (SELECT 1 FROM identity i WHERE i.principal_id = a.principal_id)
ORDER BY a.principal_id, a.resource_key;

WITH holder AS MATERIALIZED (SELECT DISTINCT principal_id COLLATE NOCASE AS principal_id FROM role_assignment)
SELECT old.principal_id AS before, new.principal_id AS after, n.resource_id
FROM holder h
CROSS JOIN identity old ON old.principal_id = h.principal_id
AND old.kind = 1
CROSS JOIN attachment a ON a.identity = old.id
AND a.end_change IN ('identityRecreated', 'virtualMachineRecreated')
CROSS JOIN attachment b ON b.machine = a.machine
AND b.valid_from = a.valid_to
CROSS JOIN identity new ON new.id = b.identity
AND new.kind = 1
CROSS JOIN machine_id n ON n.machine = a.machine UNION
SELECT old.principal_id, new.principal_id, ifnull(new.shown_id, new.resource_id)
FROM holder h
CROSS JOIN identity old ON old.principal_id = h.principal_id
AND old.kind = 2
CROSS JOIN identity_presence q ON q.identity = old.id
AND q.valid_to IS NULL
AND q.present = 0
CROSS JOIN identity new ON new.resource_key = old.resource_key
AND new.principal_id <> old.principal_id COLLATE NOCASE
CROSS JOIN identity_presence p ON p.identity = new.id
AND p.valid_to IS NULL
AND p.present = 1 UNION
SELECT old.principal_id, new.principal_id, ifnull(new.shown_id, new.resource_id)
FROM holder h
CROSS JOIN identity old ON old.principal_id = h.principal_id
AND old.kind = 2
CROSS JOIN attachment a ON a.identity = old.id
AND a.end_change IN ('identityRecreated', 'virtualMachineRecreated')
CROSS JOIN attachment b ON b.machine = a.machine
AND b.valid_from = a.valid_to
CROSS JOIN identity new ON new.id = b.identity
AND new.resource_key = old.resource_key
AND new.principal_id <> old.principal_id COLLATE NOCASE
WHERE NOT EXISTS (
  SELECT 1
  FROM identity i
  CROSS JOIN identity_presence p ON p.identity = i.id
  WHERE i.resource_key = old.resource_key
)
ORDER BY 1, 3;

SELECT a.identity, coalesce(i.resource_key, 'system') AS slot, a.valid_from
FROM attachment a
JOIN identity i ON i.id = a.identity
WHERE a.machine = ?
AND a.valid_to IS NULL;

DELETE FROM attachment WHERE machine = ? AND identity = ? AND valid_from = ?;

SELECT a.machine, a.identity, d.principal_id, i.subscription_id, i.resource_id
FROM attachment a
JOIN identity d ON d.id = a.identity
JOIN machine_id i ON i.machine = a.machine
WHERE a.machine > ?
AND a.position = 0
AND a.valid_to IS NULL
AND d.client_id IS NULL
ORDER BY a.machine
LIMIT ?;

UPDATE identity SET client_id = ? WHERE id = ?;

SELECT max(seq) AS seq FROM run WHERE seq < (SELECT min(n.seq) FROM run n WHERE n.finished_at >= ?);

UPDATE identity_presence SET valid_to = $seq, ended_at = $at
WHERE valid_to IS NULL
AND identity IN (SELECT id FROM identity WHERE subscription = $subscription);

UPDATE identity_unseen SET valid_to = $seq
WHERE valid_to IS NULL
AND identity IN (SELECT id FROM identity WHERE subscription = $subscription);

UPDATE federated_credential SET valid_to = $seq, ended_at = $at, end_change = $change
WHERE valid_to IS NULL
AND identity IN (SELECT id FROM identity WHERE subscription = $subscription);

UPDATE identity SET federated_read_at = NULL
WHERE subscription = $subscription
AND federated_read_at IS NOT NULL;

UPDATE role_assignment_seen SET valid_to = $seq, ended_at = $at, end_change = $change
WHERE valid_to IS NULL
AND subscription = $subscription;

DELETE FROM run WHERE seq < ?;

DELETE FROM machine_version WHERE valid_to <= ?;

DELETE FROM attachment WHERE valid_to <= ?;

DELETE FROM unseen WHERE valid_to <= ?;

DELETE FROM blind_spot WHERE valid_to <= ?;

DELETE FROM subscription WHERE valid_to <= ?;

DELETE FROM identity_presence WHERE valid_to <= ?;

DELETE FROM identity_unseen WHERE valid_to <= ?;

DELETE FROM federated_credential WHERE valid_to <= ?;

DELETE FROM role_assignment_seen WHERE valid_to <= ?;

DELETE FROM finding WHERE valid_to <= ?;

DELETE
FROM coverage
WHERE to_seq < ?1
AND EXISTS (
  SELECT 1
  FROM coverage n
  WHERE n.subscription = coverage.subscription
  AND n.kind = coverage.kind
  AND n.from_seq > coverage.from_seq
  AND n.from_seq <= ?1
  AND n.status IN ('complete', 'skipped')
  AND n.superseded = 0
);

DELETE FROM change_author WHERE seq <= ?;

DELETE FROM power_state WHERE machine NOT IN (SELECT machine FROM machine_version);

DELETE FROM machine WHERE id NOT IN (SELECT machine FROM machine_version);

DELETE FROM attachment WHERE machine NOT IN (SELECT id FROM machine);

DELETE FROM unseen WHERE machine NOT IN (SELECT id FROM machine);

DELETE
FROM identity_presence
WHERE present = 0
AND valid_to IS NULL
AND valid_from <= $horizon
AND identity NOT IN (SELECT identity FROM attachment);

DELETE
FROM identity
WHERE id NOT IN (SELECT identity FROM attachment)
AND id NOT IN (SELECT identity FROM identity_presence);

DELETE FROM identity_unseen WHERE identity NOT IN (SELECT id FROM identity);

DELETE FROM federated_credential WHERE identity NOT IN (SELECT id FROM identity);

DELETE FROM role_assignment WHERE id NOT IN (SELECT assignment FROM role_assignment_seen);

UPDATE role_assignment SET replaces = NULL
WHERE replaces IS NOT NULL
AND replaces NOT IN (SELECT id FROM role_assignment);

DELETE FROM role_definition WHERE id NOT IN (SELECT role_definition FROM role_assignment);

SELECT visibility FROM subscription WHERE subscription = ? AND valid_to IS NULL;

INSERT INTO subscription(
  subscription, valid_from, display_name, state, tenant_id, management_group_path, visibility, change,
    change_before, change_after
)
SELECT subscription, ?1, display_name, state, tenant_id, management_group_path, 'forgotten',
  'subscriptionForgotten', json_object(
  'virtualMachineCount',
  (
    SELECT count(*)
    FROM machine m
    JOIN machine_version v ON v.machine = m.id
    AND v.valid_to IS NULL
    WHERE m.subscription = ?2
    AND m.type = 0
  )
), json_object('reason', ?3)
FROM subscription
WHERE subscription = ?2
AND valid_to IS NULL;

UPDATE subscription SET valid_to = ?1 WHERE subscription = ?2 AND valid_to IS NULL AND valid_from < ?1;
