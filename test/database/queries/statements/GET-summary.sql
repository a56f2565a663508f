SELECT * FROM run WHERE id = ?;

SELECT coalesce(sum(c.requests), 0) AS requests
FROM subscription_key s
CROSS JOIN json_each($kinds) k
CROSS JOIN coverage c ON c.subscription = s.id
AND c.kind = k.value
AND c.from_seq = $seq
AND c.to_seq = $seq;

SELECT id, finished_at, complete, virtual_machine_count, principal_count
FROM run
WHERE seq <= $seq
ORDER BY seq DESC
LIMIT $limit;

SELECT m.subscription, m.type, v.identity_type, count(*) AS machines
FROM machine_version v
CROSS JOIN machine m ON m.id = v.machine
WHERE v.valid_from <= $seq
AND (v.valid_to IS NULL OR v.valid_to > $seq)
GROUP BY m.subscription, m.type, v.identity_type;

SELECT m.subscription, m.type, count(*) AS machines
FROM unseen u
CROSS JOIN machine m ON m.id = u.machine
CROSS JOIN machine_version v ON v.machine = m.id
WHERE u.valid_from <= $seq
AND (u.valid_to IS NULL OR u.valid_to > $seq)
AND v.valid_from <= $seq
AND (v.valid_to IS NULL OR v.valid_to > $seq)
GROUP BY m.subscription, m.type;

SELECT count(*) AS dangling
FROM (
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
  AND i.principal_id IN (
    SELECT d.principal_id
    FROM identity_presence p
    CROSS JOIN identity d ON d.id = p.identity
    WHERE p.present = 0
    AND p.valid_from <= $seq
    AND (p.valid_to IS NULL OR p.valid_to > $seq)
  )
)
WHERE state = 'dangling';

SELECT rule, severity, resource_id, principal_id, stale
FROM finding
WHERE valid_from <= $seq
AND (valid_to IS NULL OR valid_to > $seq);

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
