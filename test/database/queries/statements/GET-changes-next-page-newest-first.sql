SELECT ifnull(min(seq), 0) AS seq FROM run;

SELECT a.valid_from AS seq, (SELECT r.id FROM run r WHERE r.seq = a.valid_from) AS run_id, strftime(
  '%FT%H:%M:%fZ', a.began_at / 1000.0, 'unixepoch'
) AS at, strftime('%FT%H:%M:%fZ', a.not_before / 1000.0, 'unixepoch') AS not_before, a.begin_change AS kind,
(SELECT i.resource_id FROM machine_id i WHERE i.machine = a.machine) AS resource_id,
(SELECT d.principal_id FROM identity d WHERE d.id = a.identity) AS principal_id,
(
  SELECT w.author
  FROM change_author w
  WHERE w.seq = a.valid_from
  AND w.source = 4
  AND w.first_key = a.machine
  AND w.second_key = a.identity
) AS by, ifnull(
  (
    SELECT w.status
    FROM change_author w
    WHERE w.seq = a.valid_from
    AND w.source = 4
    AND w.first_key = a.machine
    AND w.second_key = a.identity
  ), iif((SELECT r.authors FROM run r WHERE r.seq = a.valid_from) = 0, 'off', 'notRead')
) AS by_status, iif(
  a.begin_change = 'identityRecreated',
  (
    SELECT json_object(
      'identityId', coalesce(o.resource_id, d.resource_id), 'principalId', d.principal_id, 'clientId', d.client_id,
        'kind', iif(d.kind = 1, 'SystemAssigned', 'UserAssigned')
    )
    FROM attachment o
    JOIN identity d ON d.id = o.identity
    JOIN identity n ON n.id = a.identity
    WHERE o.machine = a.machine
    AND o.valid_to = a.valid_from
    AND o.end_change = 'identityRecreated'
    AND n.kind = d.kind
    AND (d.kind = 1 OR d.resource_key = n.resource_key)
  ), NULL
) AS before,
(
  SELECT json_object(
    'identityId', coalesce(a.resource_id, d.resource_id), 'principalId', d.principal_id, 'clientId', d.client_id,
      'kind', iif(d.kind = 1, 'SystemAssigned', 'UserAssigned')
  )
  FROM identity d
  WHERE d.id = a.identity
) AS after, 0 AS partial, NULL AS ignored, a.machine AS first_key, a.identity AS second_key
FROM attachment a
WHERE a.begin_change IS NOT NULL
AND a.valid_from > $from
AND a.valid_from <= $to
AND a.begin_change = $kind
AND (a.valid_from, a.machine, a.identity) < ($seq, $first, $second)
ORDER BY a.valid_from DESC, a.machine DESC, a.identity DESC;
