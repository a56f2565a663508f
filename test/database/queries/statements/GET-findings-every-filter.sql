SELECT *
FROM finding
WHERE valid_from <= $seq
AND (valid_to IS NULL OR valid_to > $seq)
AND rule = $rule
AND severity = $severity
AND principal_id = $principal_id
AND stale = $stale
ORDER BY CASE severity
WHEN 'high' THEN 0
WHEN 'medium' THEN 1
ELSE 2 END, rule, resource_id, principal_id
LIMIT -1 OFFSET $row;
