SELECT m.subscription, m.type, v.identity_type, count(*) AS machines
FROM machine_version v
CROSS JOIN machine m ON m.id = v.machine
WHERE v.valid_from <= $seq
AND (v.valid_to IS NULL OR v.valid_to > $seq)
GROUP BY m.subscription, m.type, v.identity_type;

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

SELECT c.rank, m.type, m.name, m.subscription, m.first_seen, i.resource_id, i.resource_group_name, v.location,
  ifnull(v.valid_to <= $seq, 0) AS ended, v.end_change, v.ended_at,
(SELECT n.began_at FROM machine_version n WHERE n.machine = c.id AND n.valid_from = v.valid_to) AS replaced_at,
(
  SELECT d.principal_id
  FROM attachment a
  CROSS JOIN identity d ON d.id = a.identity
  WHERE a.machine = c.id
  AND d.principal_id IS NOT NULL
  AND a.valid_from <= min($seq, ifnull(v.valid_to - 1, $seq))
  AND (a.valid_to IS NULL OR a.valid_to > min($seq, ifnull(v.valid_to - 1, $seq)))
  ORDER BY a.position
  LIMIT 1
) AS principal_id,
(
  SELECT u.last_seen
  FROM unseen u
  WHERE u.machine = c.id
  AND u.valid_from <= $seq
  AND (u.valid_to IS NULL OR u.valid_to > $seq)
) AS last_seen
FROM (
  SELECT m.id, CASE
  WHEN m.name_key = $text THEN 0
  WHEN substr(m.name_key, 1, length($text)) = $text THEN 1
  ELSE 2 END AS rank, m.name_key AS sorted, $seq AS shown_at
  FROM machine m
  WHERE m.type = 0
  AND instr(m.name_key, $text) > 0
  ORDER BY rank, sorted, m.id
  LIMIT 500
) c
CROSS JOIN machine_version v ON v.machine = c.id
AND v.valid_from = (
  SELECT l.valid_from
  FROM machine_version l
  WHERE l.machine = c.id
  AND l.valid_from <= c.shown_at
  ORDER BY l.valid_from DESC
  LIMIT 1
)
CROSS JOIN machine m ON m.id = c.id
CROSS JOIN machine_id i ON i.machine = c.id
ORDER BY c.rank, ended, c.sorted, c.id
LIMIT $most;

SELECT value FROM text WHERE id = ?;

SELECT c.rank, m.type, m.name, m.subscription, m.first_seen, i.resource_id, i.resource_group_name, v.location,
  ifnull(v.valid_to <= $seq, 0) AS ended, v.end_change, v.ended_at,
(SELECT n.began_at FROM machine_version n WHERE n.machine = c.id AND n.valid_from = v.valid_to) AS replaced_at,
(
  SELECT d.principal_id
  FROM attachment a
  CROSS JOIN identity d ON d.id = a.identity
  WHERE a.machine = c.id
  AND d.principal_id IS NOT NULL
  AND a.valid_from <= min($seq, ifnull(v.valid_to - 1, $seq))
  AND (a.valid_to IS NULL OR a.valid_to > min($seq, ifnull(v.valid_to - 1, $seq)))
  ORDER BY a.position
  LIMIT 1
) AS principal_id,
(
  SELECT u.last_seen
  FROM unseen u
  WHERE u.machine = c.id
  AND u.valid_from <= $seq
  AND (u.valid_to IS NULL OR u.valid_to > $seq)
) AS last_seen
FROM (
  SELECT m.id, CASE
  WHEN m.name_key = $text THEN 0
  WHEN substr(m.name_key, 1, length($text)) = $text THEN 1
  ELSE 2 END AS rank, m.name_key AS sorted, $seq AS shown_at
  FROM machine m
  WHERE m.type <> 0
  AND instr(m.name_key, $text) > 0
  ORDER BY rank, sorted, m.id
  LIMIT 500
) c
CROSS JOIN machine_version v ON v.machine = c.id
AND v.valid_from = (
  SELECT l.valid_from
  FROM machine_version l
  WHERE l.machine = c.id
  AND l.valid_from <= c.shown_at
  ORDER BY l.valid_from DESC
  LIMIT 1
)
CROSS JOIN machine m ON m.id = c.id
CROSS JOIN machine_id i ON i.machine = c.id
ORDER BY c.rank, ended, c.sorted, c.id
LIMIT $most;

SELECT i.resource_key, min(
  CASE
  WHEN substr(i.resource_key, instr(i.resource_key, '/microsoft.managedidentity/userassignedidentities/') + 50) = $text THEN 0
  WHEN substr(
    substr(i.resource_key, instr(i.resource_key, '/microsoft.managedidentity/userassignedidentities/') + 50), 1,
      length($text)
  ) = $text THEN 1
  ELSE 2 END
) AS rank, max(ifnull(i.shown_id, i.resource_id)) AS resource_id,
(
  SELECT n.principal_id
  FROM identity n
  WHERE n.resource_key = i.resource_key
  AND n.principal_id IS NOT NULL
  AND (
    EXISTS (SELECT 1 FROM attachment e WHERE e.identity = n.id AND e.valid_from <= $seq)
    OR EXISTS (SELECT 1 FROM identity_presence e WHERE e.identity = n.id AND e.valid_from <= $seq)
  )
  ORDER BY n.id DESC
  LIMIT 1
) AS principal_id
FROM identity i
WHERE (
  EXISTS (SELECT 1 FROM attachment e WHERE e.identity = i.id AND e.valid_from <= $seq)
  OR EXISTS (SELECT 1 FROM identity_presence e WHERE e.identity = i.id AND e.valid_from <= $seq)
)
AND i.resource_key IS NOT NULL
AND instr(
  substr(i.resource_key, instr(i.resource_key, '/microsoft.managedidentity/userassignedidentities/') + 50), $text
) > 0
GROUP BY i.resource_key
ORDER BY rank, substr(
  i.resource_key, instr(i.resource_key, '/microsoft.managedidentity/userassignedidentities/') + 50
)
LIMIT $most;

SELECT coalesce(max(seq), 0) AS seq FROM run;

SELECT p.subscription, p.rank, p.name, p.key,
(
  SELECT count(*)
  FROM machine m
  CROSS JOIN machine_version v ON v.machine = m.id
  AND v.valid_from <= $seq
  AND (v.valid_to IS NULL OR v.valid_to > $seq)
  WHERE m.subscription = p.subscription
  AND m.resource_group = p.id
) AS machines
FROM (
  SELECT DISTINCT m.subscription, g.id, g.rank, g.name, g.key
  FROM machine m
  CROSS JOIN (
    SELECT id, key, name, CASE
    WHEN key = $text THEN 0
    WHEN substr(key, 1, length($text)) = $text THEN 1
    ELSE 2 END AS rank
    FROM resource_group
    WHERE instr(key, $text) > 0
  ) g ON g.id = m.resource_group
  WHERE ($subscription IS NULL OR m.subscription = $subscription)
  ORDER BY g.rank, g.key, m.subscription
  LIMIT $most
) p
ORDER BY p.rank, p.key, p.subscription;
