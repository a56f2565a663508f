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
