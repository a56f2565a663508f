SELECT m.id AS machine
FROM machine m
CROSS JOIN machine_version v ON v.machine = m.id
AND v.valid_from = (
  SELECT l.valid_from
  FROM machine_version l
  WHERE l.machine = m.id
  AND l.valid_from <= $seq
  ORDER BY l.valid_from DESC
  LIMIT 1
)
AND v.valid_to <= $seq
AND v.end_change NOT IN ('virtualMachineMoved', 'outOfScope', 'subscriptionForgotten')
ORDER BY (SELECT x.value FROM text x WHERE x.id = v.location) DESC,
(SELECT i.resource_id FROM machine_id i WHERE i.machine = m.id) COLLATE NOCASE;

SELECT DISTINCT t.key
FROM machine m
CROSS JOIN machine_version v ON v.machine = m.id
AND v.valid_from = (
  SELECT l.valid_from
  FROM machine_version l
  WHERE l.machine = m.id
  AND l.valid_from <= $seq
  ORDER BY l.valid_from DESC
  LIMIT 1
)
AND v.valid_to <= $seq
AND v.end_change NOT IN ('virtualMachineMoved', 'outOfScope', 'subscriptionForgotten')
CROSS JOIN json_each(v.tags) t;

SELECT m.id AS machine
FROM machine m
CROSS JOIN machine_version v ON v.machine = m.id
AND v.valid_from = (
  SELECT l.valid_from
  FROM machine_version l
  WHERE l.machine = m.id
  AND l.valid_from <= $seq
  ORDER BY l.valid_from DESC
  LIMIT 1
)
AND v.valid_to <= $seq
AND v.end_change NOT IN ('virtualMachineMoved', 'outOfScope', 'subscriptionForgotten')
WHERE m.type = $type
AND m.subscription = (SELECT id FROM subscription_key WHERE subscription_id = $subscriptionId)
AND m.resource_group = (SELECT id FROM resource_group WHERE key = $resourceGroup)
AND m.name_key = $name
AND v.location IN (SELECT id FROM text WHERE fold(value) = $location)
AND v.os_type IN (SELECT id FROM text WHERE fold(value) = $osType)
AND v.vm_size IN (SELECT id FROM text WHERE fold(value) = $vmSize)
AND (
  instr(m.name_key, $contains) > 0
  OR m.resource_group IN (SELECT g.id FROM resource_group g WHERE instr(g.key, $contains) > 0)
  OR m.subscription IN (SELECT k.id FROM subscription_key k WHERE instr(k.subscription_id, $contains) > 0)
  OR m.type IN ()
  OR m.resource_id IS NOT NULL
  AND instr(fold(m.resource_id), $contains) > 0
)
AND v.identity_type IN (1, 2, 3)
AND m.id IN (
  SELECT a.machine
  FROM identity i
  CROSS JOIN attachment a ON a.identity = i.id
  WHERE i.principal_id = $principalId
  UNION ALL
  SELECT a.machine
  FROM identity i
  CROSS JOIN identity u ON u.resource_key = i.resource_key
  AND u.principal_id IS NULL
  CROSS JOIN attachment a ON a.identity = u.id
  WHERE i.principal_id = $principalId
)
AND EXISTS (
  SELECT 1
  FROM attachment a
  CROSS JOIN identity i ON i.id = a.identity
  WHERE a.machine = m.id
  AND (
    i.principal_id = $principalId
    OR i.kind = 2
    AND i.principal_id IS NULL
    AND EXISTS (
      SELECT 1
      FROM identity o
      WHERE o.resource_key = i.resource_key
      AND o.principal_id = $principalId
      AND o.principal_id = (
        SELECT l.principal_id
        FROM identity l
        CROSS JOIN identity_presence w ON w.identity = l.id
        WHERE l.resource_key = i.resource_key
        AND l.principal_id IS NOT NULL
        AND w.present = 1
        AND w.valid_from <= min($seq, ifnull(v.valid_to - 1, $seq))
        ORDER BY w.valid_from DESC, l.id DESC
        LIMIT 1
      ) COLLATE NOCASE
    )
  )
  AND a.valid_from <= min($seq, ifnull(v.valid_to - 1, $seq))
  AND (a.valid_to IS NULL OR a.valid_to > min($seq, ifnull(v.valid_to - 1, $seq)))
)
AND m.id IN (
  SELECT a.machine
  FROM identity i
  CROSS JOIN attachment a ON a.identity = i.id
  WHERE i.client_id = $clientId
  UNION ALL
  SELECT a.machine
  FROM identity i
  CROSS JOIN identity u ON u.resource_key = i.resource_key
  AND u.principal_id IS NULL
  CROSS JOIN attachment a ON a.identity = u.id
  WHERE i.client_id = $clientId
)
AND EXISTS (
  SELECT 1
  FROM attachment a
  CROSS JOIN identity i ON i.id = a.identity
  WHERE a.machine = m.id
  AND (
    i.client_id = $clientId
    OR i.kind = 2
    AND i.principal_id IS NULL
    AND EXISTS (
      SELECT 1
      FROM identity o
      WHERE o.resource_key = i.resource_key
      AND o.client_id = $clientId
      AND o.principal_id = (
        SELECT l.principal_id
        FROM identity l
        CROSS JOIN identity_presence w ON w.identity = l.id
        WHERE l.resource_key = i.resource_key
        AND l.principal_id IS NOT NULL
        AND w.present = 1
        AND w.valid_from <= min($seq, ifnull(v.valid_to - 1, $seq))
        ORDER BY w.valid_from DESC, l.id DESC
        LIMIT 1
      ) COLLATE NOCASE
    )
  )
  AND a.valid_from <= min($seq, ifnull(v.valid_to - 1, $seq))
  AND (a.valid_to IS NULL OR a.valid_to > min($seq, ifnull(v.valid_to - 1, $seq)))
)
AND EXISTS (
  SELECT 1
  FROM json_each(v.tags) t
  WHERE t.key IN (SELECT value FROM json_each($tagNames))
  AND ($tagValue IS NULL OR t.value = $tagValue)
)
AND NOT EXISTS (
  SELECT 1
  FROM json_each($otherTags) w
  WHERE NOT EXISTS (
    SELECT 1
    FROM json_each(w.value, '$.names') n
    CROSS JOIN json_each(v.tags) t
    WHERE t.key = n.value
    AND ((w.value ->> 'value') IS NULL OR t.value = (w.value ->> 'value'))
  )
)
AND (v.valid_to IS NULL OR v.valid_to > $seq)
AND +m.subscription IN (SELECT value FROM json_each($powerStateOf))
AND EXISTS (
  SELECT 1
  FROM power_state p
  JOIN text x ON x.id = p.state
  WHERE p.machine = m.id
  AND p.unread = 0
  AND p.since_seq <= $seq
  AND fold(x.value) = 'powerstate/' || $powerState
)
AND (
  (v.valid_to IS NULL OR v.valid_to > $seq)
  AND (
    3 * m.subscription + m.type IN (SELECT value FROM json_each($staleIn))
    OR EXISTS (
      SELECT 1
      FROM unseen u
      WHERE u.machine = m.id
      AND u.valid_from <= $seq
      AND (u.valid_to IS NULL OR u.valid_to > $seq)
    )
  )
) = $stale
ORDER BY m.id;

SELECT m.id AS machine, m.subscription, m.type, m.name, m.resource_id, m.first_seen,
(SELECT g.name FROM resource_group g WHERE g.id = m.resource_group) AS resource_group, v.valid_to, v.vm_id,
  v.location, v.vm_size, v.os_type, v.priority, v.provisioning_state, v.zones, v.time_created, v.tags,
  v.scale_set, v.instance_count, v.identity_type, v.identity_tenant, v.ended_at, v.end_change,
(SELECT p.state FROM power_state p WHERE p.machine = m.id AND p.unread = 0 AND p.since_seq <= $seq) AS power_state,
(
  SELECT u.last_seen
  FROM unseen u
  WHERE u.machine = m.id
  AND u.valid_from <= min($seq, ifnull(v.valid_to - 1, $seq))
  AND (u.valid_to IS NULL OR u.valid_to > min($seq, ifnull(v.valid_to - 1, $seq)))
) AS last_seen
FROM json_each($machines) j
CROSS JOIN machine m
CROSS JOIN machine_version v ON v.machine = m.id
AND v.valid_from = (
  SELECT l.valid_from
  FROM machine_version l
  WHERE l.machine = m.id
  AND l.valid_from <= $seq
  ORDER BY l.valid_from DESC
  LIMIT 1
)
AND v.valid_to <= $seq
AND v.end_change NOT IN ('virtualMachineMoved', 'outOfScope', 'subscriptionForgotten')
WHERE m.id = j.value
ORDER BY j.key;

SELECT a.machine, a.valid_from, a.valid_to, i.kind, i.principal_id, i.client_id, coalesce(
  a.resource_id, i.resource_id
) AS resource_id
FROM json_each(?) j
CROSS JOIN attachment a ON a.machine = j.value
CROSS JOIN identity i ON i.id = a.identity
ORDER BY a.position;
