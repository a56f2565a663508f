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

SELECT i.id, i.kind, i.principal_id, ifnull(
  i.client_id,
  (
    SELECT k.client_id
    FROM identity k
    WHERE k.principal_id = i.principal_id
    AND k.client_id IS NOT NULL
    AND (
      EXISTS (SELECT 1 FROM attachment e WHERE e.identity = k.id AND e.valid_from <= $seq)
      OR EXISTS (SELECT 1 FROM identity_presence e WHERE e.identity = k.id AND e.valid_from <= $seq)
    )
    ORDER BY k.id DESC
    LIMIT 1
  )
) AS client_id, ifnull(i.shown_id, i.resource_id) AS resource_id, ifnull(
  (SELECT x.value FROM text x WHERE x.id = i.tenant),
  (
    SELECT s.tenant_id
    FROM subscription s
    WHERE s.subscription = i.subscription
    AND s.valid_from <= $seq
    ORDER BY s.valid_from DESC
    LIMIT 1
  )
) AS tenant_id, CASE
WHEN EXISTS (
  SELECT 1
  FROM attachment a
  CROSS JOIN machine_version v ON v.machine = a.machine
  AND v.valid_from = (
    SELECT l.valid_from
    FROM machine_version l
    WHERE l.machine = a.machine
    AND l.valid_from <= min($seq, ifnull(a.valid_to - 1, $seq))
    ORDER BY l.valid_from DESC
    LIMIT 1
  )
  WHERE a.identity IN (SELECT s.id FROM identity s WHERE s.principal_id = i.principal_id)
  AND a.valid_from <= $seq
  AND CASE
  WHEN a.valid_to <= $seq THEN a.valid_to
  WHEN v.valid_to <= $seq THEN v.valid_to END IS NULL
)
OR (
  i.kind = 2
  AND EXISTS (
    SELECT 1
    FROM attachment a
    CROSS JOIN machine_version v ON v.machine = a.machine
    AND v.valid_from = (
      SELECT l.valid_from
      FROM machine_version l
      WHERE l.machine = a.machine
      AND l.valid_from <= min($seq, ifnull(a.valid_to - 1, $seq))
      ORDER BY l.valid_from DESC
      LIMIT 1
    )
    WHERE a.identity IN (
      SELECT u.id
      FROM identity s
      CROSS JOIN identity u ON u.resource_key = s.resource_key
      AND u.principal_id IS NULL
      WHERE s.principal_id = i.principal_id
      AND (
        SELECT l.principal_id
        FROM identity l
        CROSS JOIN identity_presence w ON w.identity = l.id
        WHERE l.resource_key = u.resource_key
        AND l.principal_id IS NOT NULL
        AND w.present = 1
        AND w.valid_from <= $seq
        ORDER BY w.valid_from DESC, l.id DESC
        LIMIT 1
      ) COLLATE NOCASE = i.principal_id
    )
    AND a.valid_from <= $seq
    AND CASE
    WHEN a.valid_to <= $seq THEN a.valid_to
    WHEN v.valid_to <= $seq THEN v.valid_to END IS NULL
  )
) THEN iif(
  i.kind = 2
  AND (
    SELECT max(p.present)
    FROM identity_presence p
    WHERE p.identity IN (SELECT s.id FROM identity s WHERE s.principal_id = i.principal_id)
    AND p.valid_from <= $seq
    AND (p.valid_to IS NULL OR p.valid_to > $seq)
  ) = 0, 'dangling', 'attached'
)
WHEN i.kind = 1 THEN iif(
  EXISTS (
    SELECT 1
    FROM attachment a
    CROSS JOIN machine_version v ON v.machine = a.machine
    AND v.valid_from = (
      SELECT l.valid_from
      FROM machine_version l
      WHERE l.machine = a.machine
      AND l.valid_from <= min($seq, ifnull(a.valid_to - 1, $seq))
      ORDER BY l.valid_from DESC
      LIMIT 1
    )
    WHERE a.identity IN (SELECT s.id FROM identity s WHERE s.principal_id = i.principal_id)
    AND a.valid_from <= $seq
    AND ifnull(
      CASE WHEN a.valid_to <= $seq THEN a.end_change END, CASE WHEN v.valid_to <= $seq THEN v.end_change END
    ) IN ('outOfScope', 'subscriptionForgotten', 'tenantChanged')
    AND NOT EXISTS (
      SELECT 1
      FROM attachment n
      WHERE n.identity IN (SELECT s.id FROM identity s WHERE s.principal_id = i.principal_id)
      AND n.machine = a.machine
      AND n.valid_from > a.valid_from
      AND n.valid_from <= $seq
    )
  ), 'unknown', 'gone'
)
WHEN (
  SELECT max(p.present)
  FROM identity_presence p
  WHERE p.identity IN (SELECT s.id FROM identity s WHERE s.principal_id = i.principal_id)
  AND p.valid_from <= $seq
  AND (p.valid_to IS NULL OR p.valid_to > $seq)
) = 0 THEN 'gone'
WHEN EXISTS (
  SELECT 1
  FROM identity d
  CROSS JOIN identity_presence p ON p.identity = d.id
  WHERE d.principal_id = i.principal_id
  AND p.present = 1
  AND p.valid_from <= $seq
  AND (p.valid_to IS NULL OR p.valid_to > $seq)
  AND d.subscription NOT IN (SELECT value FROM json_each($unreadIn))
  AND NOT EXISTS (
    SELECT 1
    FROM identity_unseen u
    WHERE u.identity = d.id
    AND u.valid_from <= $seq
    AND (u.valid_to IS NULL OR u.valid_to > $seq)
  )
) THEN 'detached'
ELSE 'unknown' END AS state
FROM identity i
WHERE i.principal_id IS NOT NULL
AND (
  EXISTS (SELECT 1 FROM attachment e WHERE e.identity = i.id AND e.valid_from <= $seq)
  OR EXISTS (SELECT 1 FROM identity_presence e WHERE e.identity = i.id AND e.valid_from <= $seq)
)
AND NOT EXISTS (
  SELECT 1
  FROM identity n
  WHERE n.principal_id = i.principal_id
  AND n.id > i.id
  AND (
    EXISTS (SELECT 1 FROM attachment e WHERE e.identity = n.id AND e.valid_from <= $seq)
    OR EXISTS (SELECT 1 FROM identity_presence e WHERE e.identity = n.id AND e.valid_from <= $seq)
  )
)
AND i.principal_id = $principalId
AND i.principal_id = (
  SELECT c.principal_id
  FROM identity c
  WHERE c.client_id = $clientId
  AND c.principal_id IS NOT NULL
  AND (
    EXISTS (SELECT 1 FROM attachment e WHERE e.identity = c.id AND e.valid_from <= $seq)
    OR EXISTS (SELECT 1 FROM identity_presence e WHERE e.identity = c.id AND e.valid_from <= $seq)
  )
  ORDER BY c.id DESC
  LIMIT 1
)
AND i.kind = $kind
AND i.principal_id IN (
  SELECT k.principal_id
  FROM identity k
  WHERE +k.principal_id IS NOT NULL
  AND (
    instr(lower(k.principal_id), $contains) > 0
    OR instr(lower(k.client_id), $contains) > 0
    OR instr(k.resource_key, $contains) > 0
  )
  AND (
    EXISTS (SELECT 1 FROM attachment e WHERE e.identity = k.id AND e.valid_from <= $seq)
    OR EXISTS (SELECT 1 FROM identity_presence e WHERE e.identity = k.id AND e.valid_from <= $seq)
  )
  UNION ALL
  SELECT u.principal_id
  FROM machine m
  CROSS JOIN attachment b ON b.machine = m.id
  CROSS JOIN identity u ON u.id = b.identity
  WHERE instr(m.name_key, $contains) > 0
  AND b.valid_from <= $seq
  AND u.principal_id IS NOT NULL
  UNION ALL
  SELECT o.principal_id
  FROM machine m
  CROSS JOIN attachment b ON b.machine = m.id
  CROSS JOIN identity u ON u.id = b.identity
  CROSS JOIN identity o ON o.resource_key = u.resource_key
  CROSS JOIN identity_presence q ON q.identity = o.id
  WHERE instr(m.name_key, $contains) > 0
  AND b.valid_from <= $seq
  AND q.valid_from <= $seq
  AND u.principal_id IS NULL
  AND o.principal_id IS NOT NULL
  AND q.present = 1
  AND (b.valid_to IS NULL OR b.valid_to > q.valid_from)
  AND b.valid_from < ifnull(
    (
      SELECT w.valid_from
      FROM identity l
      CROSS JOIN identity_presence w ON w.identity = l.id
      WHERE l.resource_key = o.resource_key
      AND l.principal_id IS NOT NULL
      AND w.present = 1
      AND w.valid_from > q.valid_from
      ORDER BY w.valid_from
      LIMIT 1
    ), b.valid_from + 1
  )
  AND NOT EXISTS (
    SELECT 1
    FROM identity l
    CROSS JOIN identity_presence w ON w.identity = l.id
    WHERE l.resource_key = o.resource_key
    AND l.principal_id IS NOT NULL
    AND w.present = 1
    AND w.valid_from = q.valid_from
    AND l.id > o.id
  )
)
AND (
  i.principal_id IN (
    SELECT u.principal_id
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
    CROSS JOIN attachment b ON b.machine = m.id
    CROSS JOIN identity u ON u.id = b.identity
    WHERE b.valid_from <= $seq
    AND m.type = $type
    AND m.subscription = (SELECT id FROM subscription_key WHERE subscription_id = $subscriptionId)
    AND m.resource_group = (SELECT id FROM resource_group WHERE key = $resourceGroup)
    AND m.name_key = $name
    AND v.location IN (SELECT id FROM text WHERE fold(value) = $location)
    AND v.os_type IN (SELECT id FROM text WHERE fold(value) = $osType)
    AND v.vm_size IN (SELECT id FROM text WHERE fold(value) = $vmSize)
    AND v.identity_type IN (1, 2, 3)
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
    AND u.principal_id IS NOT NULL
    UNION ALL
    SELECT o.principal_id
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
    CROSS JOIN attachment b ON b.machine = m.id
    CROSS JOIN identity u ON u.id = b.identity
    CROSS JOIN identity o ON o.resource_key = u.resource_key
    CROSS JOIN identity_presence q ON q.identity = o.id
    WHERE b.valid_from <= $seq
    AND m.type = $type
    AND m.subscription = (SELECT id FROM subscription_key WHERE subscription_id = $subscriptionId)
    AND m.resource_group = (SELECT id FROM resource_group WHERE key = $resourceGroup)
    AND m.name_key = $name
    AND v.location IN (SELECT id FROM text WHERE fold(value) = $location)
    AND v.os_type IN (SELECT id FROM text WHERE fold(value) = $osType)
    AND v.vm_size IN (SELECT id FROM text WHERE fold(value) = $vmSize)
    AND v.identity_type IN (1, 2, 3)
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
    AND q.valid_from <= $seq
    AND u.principal_id IS NULL
    AND o.principal_id IS NOT NULL
    AND q.present = 1
    AND (b.valid_to IS NULL OR b.valid_to > q.valid_from)
    AND b.valid_from < ifnull(
      (
        SELECT w.valid_from
        FROM identity l
        CROSS JOIN identity_presence w ON w.identity = l.id
        WHERE l.resource_key = o.resource_key
        AND l.principal_id IS NOT NULL
        AND w.present = 1
        AND w.valid_from > q.valid_from
        ORDER BY w.valid_from
        LIMIT 1
      ), b.valid_from + 1
    )
    AND NOT EXISTS (
      SELECT 1
      FROM identity l
      CROSS JOIN identity_presence w ON w.identity = l.id
      WHERE l.resource_key = o.resource_key
      AND l.principal_id IS NOT NULL
      AND w.present = 1
      AND w.valid_from = q.valid_from
      AND l.id > o.id
    )
  )
)
AND CASE
WHEN EXISTS (
  SELECT 1
  FROM attachment a
  CROSS JOIN machine_version v ON v.machine = a.machine
  AND v.valid_from = (
    SELECT l.valid_from
    FROM machine_version l
    WHERE l.machine = a.machine
    AND l.valid_from <= min($seq, ifnull(a.valid_to - 1, $seq))
    ORDER BY l.valid_from DESC
    LIMIT 1
  )
  WHERE a.identity IN (SELECT s.id FROM identity s WHERE s.principal_id = i.principal_id)
  AND a.valid_from <= $seq
  AND CASE
  WHEN a.valid_to <= $seq THEN a.valid_to
  WHEN v.valid_to <= $seq THEN v.valid_to END IS NULL
)
OR (
  i.kind = 2
  AND EXISTS (
    SELECT 1
    FROM attachment a
    CROSS JOIN machine_version v ON v.machine = a.machine
    AND v.valid_from = (
      SELECT l.valid_from
      FROM machine_version l
      WHERE l.machine = a.machine
      AND l.valid_from <= min($seq, ifnull(a.valid_to - 1, $seq))
      ORDER BY l.valid_from DESC
      LIMIT 1
    )
    WHERE a.identity IN (
      SELECT u.id
      FROM identity s
      CROSS JOIN identity u ON u.resource_key = s.resource_key
      AND u.principal_id IS NULL
      WHERE s.principal_id = i.principal_id
      AND (
        SELECT l.principal_id
        FROM identity l
        CROSS JOIN identity_presence w ON w.identity = l.id
        WHERE l.resource_key = u.resource_key
        AND l.principal_id IS NOT NULL
        AND w.present = 1
        AND w.valid_from <= $seq
        ORDER BY w.valid_from DESC, l.id DESC
        LIMIT 1
      ) COLLATE NOCASE = i.principal_id
    )
    AND a.valid_from <= $seq
    AND CASE
    WHEN a.valid_to <= $seq THEN a.valid_to
    WHEN v.valid_to <= $seq THEN v.valid_to END IS NULL
  )
) THEN iif(
  i.kind = 2
  AND (
    SELECT max(p.present)
    FROM identity_presence p
    WHERE p.identity IN (SELECT s.id FROM identity s WHERE s.principal_id = i.principal_id)
    AND p.valid_from <= $seq
    AND (p.valid_to IS NULL OR p.valid_to > $seq)
  ) = 0, 'dangling', 'attached'
)
WHEN i.kind = 1 THEN iif(
  EXISTS (
    SELECT 1
    FROM attachment a
    CROSS JOIN machine_version v ON v.machine = a.machine
    AND v.valid_from = (
      SELECT l.valid_from
      FROM machine_version l
      WHERE l.machine = a.machine
      AND l.valid_from <= min($seq, ifnull(a.valid_to - 1, $seq))
      ORDER BY l.valid_from DESC
      LIMIT 1
    )
    WHERE a.identity IN (SELECT s.id FROM identity s WHERE s.principal_id = i.principal_id)
    AND a.valid_from <= $seq
    AND ifnull(
      CASE WHEN a.valid_to <= $seq THEN a.end_change END, CASE WHEN v.valid_to <= $seq THEN v.end_change END
    ) IN ('outOfScope', 'subscriptionForgotten', 'tenantChanged')
    AND NOT EXISTS (
      SELECT 1
      FROM attachment n
      WHERE n.identity IN (SELECT s.id FROM identity s WHERE s.principal_id = i.principal_id)
      AND n.machine = a.machine
      AND n.valid_from > a.valid_from
      AND n.valid_from <= $seq
    )
  ), 'unknown', 'gone'
)
WHEN (
  SELECT max(p.present)
  FROM identity_presence p
  WHERE p.identity IN (SELECT s.id FROM identity s WHERE s.principal_id = i.principal_id)
  AND p.valid_from <= $seq
  AND (p.valid_to IS NULL OR p.valid_to > $seq)
) = 0 THEN 'gone'
WHEN EXISTS (
  SELECT 1
  FROM identity d
  CROSS JOIN identity_presence p ON p.identity = d.id
  WHERE d.principal_id = i.principal_id
  AND p.present = 1
  AND p.valid_from <= $seq
  AND (p.valid_to IS NULL OR p.valid_to > $seq)
  AND d.subscription NOT IN (SELECT value FROM json_each($unreadIn))
  AND NOT EXISTS (
    SELECT 1
    FROM identity_unseen u
    WHERE u.identity = d.id
    AND u.valid_from <= $seq
    AND (u.valid_to IS NULL OR u.valid_to > $seq)
  )
) THEN 'detached'
ELSE 'unknown' END = $state
AND i.id > $row
ORDER BY i.id
LIMIT $limit + 0;
