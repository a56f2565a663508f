SELECT DISTINCT i.principal_id AS id
FROM identity i
WHERE i.principal_id >= $text
AND i.principal_id < $text || 'g'
AND (
  EXISTS (SELECT 1 FROM attachment e WHERE e.identity = i.id AND e.valid_from <= $seq)
  OR EXISTS (SELECT 1 FROM identity_presence e WHERE e.identity = i.id AND e.valid_from <= $seq)
)
ORDER BY 1
LIMIT $most;

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
AND i.principal_id = $id;

SELECT p.principal_id, a.machine, m.name, m.type, m.subscription, m.first_seen, i.subscription_id,
  i.resource_id, a.valid_from AS from_seq, CASE
WHEN a.valid_to <= $seq THEN a.valid_to
WHEN v.valid_to <= $seq THEN v.valid_to END AS ended_seq, ifnull(a.end_change, v.end_change) AS end_change,
  ifnull(a.began_at, m.first_seen) AS attached_at, ifnull(
  CASE WHEN a.valid_to <= $seq THEN a.ended_at END, v.ended_at
) AS ended_at,
(
  SELECT u.last_seen
  FROM unseen u
  WHERE u.machine = a.machine
  AND u.valid_from <= ifnull(
    CASE WHEN a.valid_to <= $seq THEN a.valid_to WHEN v.valid_to <= $seq THEN v.valid_to END - 1, $seq
  )
  AND (
    u.valid_to IS NULL
    OR u.valid_to > ifnull(
      CASE WHEN a.valid_to <= $seq THEN a.valid_to WHEN v.valid_to <= $seq THEN v.valid_to END - 1, $seq
    )
  )
) AS last_seen,
(
  SELECT s.tenant_id
  FROM subscription s
  WHERE s.subscription = m.subscription
  AND s.valid_from <= ifnull(
    CASE WHEN a.valid_to <= $seq THEN a.valid_to WHEN v.valid_to <= $seq THEN v.valid_to END - 1, $seq
  )
  ORDER BY s.valid_from DESC
  LIMIT 1
) AS tenant_id
FROM json_each($ids) j
CROSS JOIN identity p
CROSS JOIN attachment a
CROSS JOIN machine_version v ON v.machine = a.machine
AND v.valid_from = (
  SELECT l.valid_from
  FROM machine_version l
  WHERE l.machine = a.machine
  AND l.valid_from <= min($seq, ifnull(a.valid_to - 1, $seq))
  ORDER BY l.valid_from DESC
  LIMIT 1
)
CROSS JOIN machine m ON m.id = a.machine
CROSS JOIN machine_id i ON i.machine = m.id
WHERE p.principal_id = j.value
AND a.identity = p.id
AND a.valid_from <= $seq
ORDER BY ended_seq IS NOT NULL, attached_at DESC, a.machine;

SELECT p.principal_id, a.machine, m.name, m.type, m.subscription, m.first_seen, i.subscription_id,
  i.resource_id, a.valid_from AS from_seq, CASE
WHEN a.valid_to <= $seq THEN a.valid_to
WHEN v.valid_to <= $seq THEN v.valid_to END AS ended_seq, ifnull(a.end_change, v.end_change) AS end_change,
  ifnull(a.began_at, m.first_seen) AS attached_at, ifnull(
  CASE WHEN a.valid_to <= $seq THEN a.ended_at END, v.ended_at
) AS ended_at,
(
  SELECT u.last_seen
  FROM unseen u
  WHERE u.machine = a.machine
  AND u.valid_from <= ifnull(
    CASE WHEN a.valid_to <= $seq THEN a.valid_to WHEN v.valid_to <= $seq THEN v.valid_to END - 1, $seq
  )
  AND (
    u.valid_to IS NULL
    OR u.valid_to > ifnull(
      CASE WHEN a.valid_to <= $seq THEN a.valid_to WHEN v.valid_to <= $seq THEN v.valid_to END - 1, $seq
    )
  )
) AS last_seen,
(
  SELECT s.tenant_id
  FROM subscription s
  WHERE s.subscription = m.subscription
  AND s.valid_from <= ifnull(
    CASE WHEN a.valid_to <= $seq THEN a.valid_to WHEN v.valid_to <= $seq THEN v.valid_to END - 1, $seq
  )
  ORDER BY s.valid_from DESC
  LIMIT 1
) AS tenant_id
FROM json_each($ids) j
CROSS JOIN identity p
CROSS JOIN (
  SELECT b.machine, o.id AS identity, b.resource_id, q.valid_from AS listed_from, iif(
    b.valid_from < q.valid_from
    AND EXISTS (
      SELECT 1
      FROM identity l
      CROSS JOIN identity_presence w ON w.identity = l.id
      WHERE l.resource_key = o.resource_key
      AND l.principal_id IS NOT NULL
      AND w.present = 1
      AND w.valid_from < q.valid_from
    ), q.valid_from, b.valid_from
  ) AS valid_from, iif(
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
    ) < ifnull(
      b.valid_to,
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
      ) + 1
    ),
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
    ), b.valid_to
  ) AS valid_to, iif(
    b.valid_from < q.valid_from
    AND EXISTS (
      SELECT 1
      FROM identity l
      CROSS JOIN identity_presence w ON w.identity = l.id
      WHERE l.resource_key = o.resource_key
      AND l.principal_id IS NOT NULL
      AND w.present = 1
      AND w.valid_from < q.valid_from
    ), q.began_at, b.began_at
  ) AS began_at, iif(
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
    ) < ifnull(
      b.valid_to,
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
      ) + 1
    ),
    (
      SELECT w.began_at
      FROM identity l
      CROSS JOIN identity_presence w ON w.identity = l.id
      WHERE l.resource_key = o.resource_key
      AND l.principal_id IS NOT NULL
      AND w.present = 1
      AND w.valid_from > q.valid_from
      ORDER BY w.valid_from
      LIMIT 1
    ), b.ended_at
  ) AS ended_at, iif(
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
    ) < ifnull(
      b.valid_to,
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
      ) + 1
    ), 'identityRecreated', b.end_change
  ) AS end_change
  FROM identity o
  JOIN identity_presence q ON q.identity = o.id
  JOIN identity u ON u.resource_key = o.resource_key
  JOIN attachment b ON b.identity = u.id
  WHERE u.principal_id IS NULL
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
) a
CROSS JOIN machine_version v ON v.machine = a.machine
AND v.valid_from = (
  SELECT l.valid_from
  FROM machine_version l
  WHERE l.machine = a.machine
  AND l.valid_from <= min($seq, ifnull(a.valid_to - 1, $seq))
  ORDER BY l.valid_from DESC
  LIMIT 1
)
CROSS JOIN machine m ON m.id = a.machine
CROSS JOIN machine_id i ON i.machine = m.id
WHERE p.principal_id = j.value
AND a.identity = p.id
AND a.valid_from <= $seq
AND a.listed_from <= $seq
ORDER BY ended_seq IS NOT NULL, attached_at DESC, a.machine;

SELECT CASE
WHEN c.to_seq > c.from_seq
AND c.to_seq > $seq THEN (
  SELECT CAST (round(unixepoch(r.started_at, 'subsec') * 1000) AS INTEGER)
  FROM run r
  WHERE r.seq <= $seq
  ORDER BY r.seq DESC
  LIMIT 1
)
ELSE c.read_at END AS read_at
FROM coverage c
WHERE c.subscription = $subscription
AND c.kind = $kind
AND c.from_seq <= $seq
AND c.superseded = 0
AND c.status IN ($first, $second)
ORDER BY c.from_seq DESC
LIMIT 1;

SELECT p.principal_id, p.subscription, q.began_at, min($seq, ifnull(q.valid_to - 1, $seq)) AS shown_at,
(
  SELECT ifnull(u.last_seen, q.began_at)
  FROM identity_unseen u
  WHERE u.identity = p.id
  AND u.valid_from <= min($seq, ifnull(q.valid_to - 1, $seq))
  AND (u.valid_to IS NULL OR u.valid_to > min($seq, ifnull(q.valid_to - 1, $seq)))
) AS last_seen
FROM json_each($ids) j
CROSS JOIN identity p
CROSS JOIN identity_presence q ON q.identity = p.id
WHERE p.principal_id = j.value
AND q.present = 1
AND q.valid_from <= $seq;

SELECT DISTINCT i.client_id AS id
FROM identity i
WHERE i.client_id >= $text
AND i.client_id < $text || 'g'
AND (
  EXISTS (SELECT 1 FROM attachment e WHERE e.identity = i.id AND e.valid_from <= $seq)
  OR EXISTS (SELECT 1 FROM identity_presence e WHERE e.identity = i.id AND e.valid_from <= $seq)
)
ORDER BY 1
LIMIT $most;

SELECT m.subscription, m.type, v.identity_type, count(*) AS machines
FROM machine_version v
CROSS JOIN machine m ON m.id = v.machine
WHERE v.valid_from <= $seq
AND (v.valid_to IS NULL OR v.valid_to > $seq)
GROUP BY m.subscription, m.type, v.identity_type;
