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
FROM machine m
CROSS JOIN machine_version v ON v.machine = m.id
AND v.valid_from <= $seq
AND (v.valid_to IS NULL OR v.valid_to > $seq)
WHERE m.type = $type
ORDER BY m.id
LIMIT $limit + 0;

SELECT a.machine, a.valid_from, a.valid_to, i.kind, i.principal_id, i.client_id, coalesce(
  a.resource_id, i.resource_id
) AS resource_id
FROM json_each(?) j
CROSS JOIN attachment a ON a.machine = j.value
CROSS JOIN identity i ON i.id = a.identity
ORDER BY a.position;

SELECT value FROM text WHERE id = ?;

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
