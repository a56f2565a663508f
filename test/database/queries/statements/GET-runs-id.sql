SELECT * FROM run WHERE id = ?;

SELECT coalesce(sum(c.requests), 0) AS requests
FROM subscription_key s
CROSS JOIN json_each($kinds) k
CROSS JOIN coverage c ON c.subscription = s.id
AND c.kind = k.value
AND c.from_seq = $seq
AND c.to_seq = $seq;
