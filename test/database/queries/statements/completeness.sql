SELECT c.*, min(c.to_seq, $seq) AS seq, (SELECT x.value FROM text x WHERE x.id = c.source) AS source_name
FROM subscription_key s
CROSS JOIN json_each($kinds) k
CROSS JOIN coverage c ON c.subscription = s.id
AND c.kind = k.value
AND c.from_seq = (
  SELECT n.from_seq
  FROM coverage n
  WHERE n.subscription = s.id
  AND n.kind = k.value
  AND n.from_seq <= $seq
  AND n.superseded = 0
  ORDER BY n.from_seq DESC
  LIMIT 1
);

SELECT k.id, k.subscription_id, s.display_name, s.state, s.tenant_id, s.visibility
FROM subscription_key k
JOIN subscription s ON s.subscription = k.id
WHERE s.valid_from <= $seq
AND (s.valid_to IS NULL OR s.valid_to > $seq)
ORDER BY k.subscription_id;

SELECT subscription_id, display_name, source, since, grant_command
FROM blind_spot
WHERE valid_from <= $seq
AND (valid_to IS NULL OR valid_to > $seq)
ORDER BY subscription_id;

SELECT blind_spots_known, reason FROM run WHERE seq <= $seq ORDER BY scope IS NOT NULL, seq DESC LIMIT 1;

SELECT coalesce(max(seq), 0) AS seq FROM run;
