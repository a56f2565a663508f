SELECT seq, id, finished_at FROM run ORDER BY seq DESC LIMIT 1;

SELECT id FROM run WHERE seq < ? ORDER BY seq DESC LIMIT 1;

SELECT seq, id, finished_at FROM run WHERE id = ?;

SELECT ifnull(min(seq), 0) AS seq FROM run;

SELECT s.valid_from AS seq, (SELECT r.id FROM run r WHERE r.seq = s.valid_from) AS run_id,
(SELECT r.started_at FROM run r WHERE r.seq = s.valid_from) AS at, iif(
  s.change = 'subscriptionForgotten', NULL,
  (
    SELECT p.started_at
    FROM run p
    WHERE p.seq < s.valid_from
    AND p.reason IS NULL
    AND p.changes ->> 'subscriptionForgotten' IS NULL
    AND (
      p.scope IS NULL
      OR EXISTS (
        SELECT 1
        FROM json_each(p.scope) e, subscription_key k
        WHERE k.id = s.subscription
        AND e.value = k.subscription_id
      )
    )
    ORDER BY p.seq DESC
    LIMIT 1
  )
) AS not_before, s.change AS kind,
(SELECT '/subscriptions/' || k.subscription_id FROM subscription_key k WHERE k.id = s.subscription) AS resource_id,
  NULL AS principal_id, NULL AS by, ifnull(
  NULL, iif((SELECT r.authors FROM run r WHERE r.seq = s.valid_from) = 0, 'off', 'notRead')
) AS by_status, s.change_before AS before, s.change_after AS after, 0 AS partial, NULL AS ignored,
  s.subscription AS first_key, NULL AS second_key
FROM subscription s
WHERE s.change IS NOT NULL
AND s.valid_from > $from
AND s.valid_from <= $to
ORDER BY s.valid_from, s.subscription;

SELECT v.valid_from AS seq, (SELECT r.id FROM run r WHERE r.seq = v.valid_from) AS run_id, strftime(
  '%FT%H:%M:%fZ', ifnull(v.began_at, (SELECT m.first_seen FROM machine m WHERE m.id = v.machine)) / 1000.0,
    'unixepoch'
) AS at, strftime('%FT%H:%M:%fZ', v.not_before / 1000.0, 'unixepoch') AS not_before, v.begin_change AS kind,
(SELECT i.resource_id FROM machine_id i WHERE i.machine = v.machine) AS resource_id, NULL AS principal_id,
(
  SELECT w.author
  FROM change_author w
  WHERE w.seq = v.valid_from
  AND w.source = 1
  AND w.first_key = v.machine
  AND w.second_key = 0
) AS by, ifnull(
  (
    SELECT w.status
    FROM change_author w
    WHERE w.seq = v.valid_from
    AND w.source = 1
    AND w.first_key = v.machine
    AND w.second_key = 0
  ), iif((SELECT r.authors FROM run r WHERE r.seq = v.valid_from) = 0, 'off', 'notRead')
) AS by_status, CASE v.begin_change
WHEN 'virtualMachineCreated' THEN NULL
WHEN 'virtualMachineMoved' THEN (
  SELECT replace(
    json_object(
      'id', i.resource_id, 'name', m.name, 'type', CASE m.type
      WHEN 0 THEN 'Microsoft.Compute/virtualMachines'
      WHEN 1 THEN 'Microsoft.Compute/virtualMachineScaleSets'
      ELSE 'Microsoft.HybridCompute/machines' END, 'subscriptionId', i.subscription_id, 'subscriptionName',
      (
        SELECT s.display_name
        FROM subscription s
        WHERE s.subscription = m.subscription
        AND s.valid_from <= v.valid_from - 1
        ORDER BY s.valid_from DESC
        LIMIT 1
      ), 'resourceGroup', i.resource_group_name, 'location',
      (SELECT x.value FROM text x WHERE x.id = c.location), 'zones', json(
        iif(c.zones IS NULL, '[]', '["' || replace(c.zones, ';', '","') || '"]')
      ), 'vmId', c.vm_id, 'vmSize', (SELECT x.value FROM text x WHERE x.id = c.vm_size), 'osType',
      (SELECT x.value FROM text x WHERE x.id = c.os_type), 'priority',
      (SELECT x.value FROM text x WHERE x.id = c.priority), 'provisioningState',
      (SELECT x.value FROM text x WHERE x.id = c.provisioning_state), 'timeCreated', strftime(
        '%FT%H:%M:%fZ', c.time_created / 1000.0, 'unixepoch'
      ), 'tags', json(ifnull(c.tags, '{}')), 'scaleSetId',
      (SELECT x.value FROM text x WHERE x.id = c.scale_set), 'instanceCount', c.instance_count, 'identity',
        json_object(
        'type', CASE c.identity_type
        WHEN 0 THEN 'None'
        WHEN 1 THEN 'SystemAssigned'
        WHEN 2 THEN 'UserAssigned'
        ELSE 'SystemAssigned, UserAssigned' END, 'principalId',
        (
          SELECT d.principal_id
          FROM attachment a
          JOIN identity d ON d.id = a.identity
          WHERE a.machine = m.id
          AND a.valid_from <= v.valid_from - 1
          AND (a.valid_to IS NULL OR a.valid_to > v.valid_from - 1)
          AND d.kind = 1
        ), 'tenantId', (SELECT x.value FROM text x WHERE x.id = c.identity_tenant), 'userAssignedIdentities',
        (
          SELECT json_group_object(
            coalesce(a.resource_id, d.resource_id), json_object('principalId', d.principal_id, 'clientId', d.client_id)
            ORDER BY a.position
          )
          FROM attachment a
          JOIN identity d ON d.id = a.identity
          WHERE a.machine = m.id
          AND a.valid_from <= v.valid_from - 1
          AND (a.valid_to IS NULL OR a.valid_to > v.valid_from - 1)
          AND d.kind = 2
        )
      ), 'principalIds',
      (
        SELECT json_group_array(p.id ORDER BY p.position)
        FROM (
          SELECT d.principal_id AS id, min(a.position) AS position
          FROM attachment a
          JOIN identity d ON d.id = a.identity
          WHERE a.machine = m.id
          AND a.valid_from <= v.valid_from - 1
          AND (a.valid_to IS NULL OR a.valid_to > v.valid_from - 1)
          AND d.principal_id IS NOT NULL
          GROUP BY 1
        ) p
      )
    ), ',"instanceCount":null', ''
  )
  FROM machine m
  JOIN machine_id i ON i.machine = m.id
  JOIN machine_version c ON c.machine = m.id
  AND c.valid_from <= v.valid_from - 1
  AND (c.valid_to IS NULL OR c.valid_to > v.valid_from - 1)
  WHERE m.id = v.moved_from
)
ELSE (
  SELECT replace(
    json_object(
      'id', i.resource_id, 'name', m.name, 'type', CASE m.type
      WHEN 0 THEN 'Microsoft.Compute/virtualMachines'
      WHEN 1 THEN 'Microsoft.Compute/virtualMachineScaleSets'
      ELSE 'Microsoft.HybridCompute/machines' END, 'subscriptionId', i.subscription_id, 'subscriptionName',
      (
        SELECT s.display_name
        FROM subscription s
        WHERE s.subscription = m.subscription
        AND s.valid_from <= v.valid_from - 1
        ORDER BY s.valid_from DESC
        LIMIT 1
      ), 'resourceGroup', i.resource_group_name, 'location',
      (SELECT x.value FROM text x WHERE x.id = c.location), 'zones', json(
        iif(c.zones IS NULL, '[]', '["' || replace(c.zones, ';', '","') || '"]')
      ), 'vmId', c.vm_id, 'vmSize', (SELECT x.value FROM text x WHERE x.id = c.vm_size), 'osType',
      (SELECT x.value FROM text x WHERE x.id = c.os_type), 'priority',
      (SELECT x.value FROM text x WHERE x.id = c.priority), 'provisioningState',
      (SELECT x.value FROM text x WHERE x.id = c.provisioning_state), 'timeCreated', strftime(
        '%FT%H:%M:%fZ', c.time_created / 1000.0, 'unixepoch'
      ), 'tags', json(ifnull(c.tags, '{}')), 'scaleSetId',
      (SELECT x.value FROM text x WHERE x.id = c.scale_set), 'instanceCount', c.instance_count, 'identity',
        json_object(
        'type', CASE c.identity_type
        WHEN 0 THEN 'None'
        WHEN 1 THEN 'SystemAssigned'
        WHEN 2 THEN 'UserAssigned'
        ELSE 'SystemAssigned, UserAssigned' END, 'principalId',
        (
          SELECT d.principal_id
          FROM attachment a
          JOIN identity d ON d.id = a.identity
          WHERE a.machine = m.id
          AND a.valid_from <= v.valid_from - 1
          AND (a.valid_to IS NULL OR a.valid_to > v.valid_from - 1)
          AND d.kind = 1
        ), 'tenantId', (SELECT x.value FROM text x WHERE x.id = c.identity_tenant), 'userAssignedIdentities',
        (
          SELECT json_group_object(
            coalesce(a.resource_id, d.resource_id), json_object('principalId', d.principal_id, 'clientId', d.client_id)
            ORDER BY a.position
          )
          FROM attachment a
          JOIN identity d ON d.id = a.identity
          WHERE a.machine = m.id
          AND a.valid_from <= v.valid_from - 1
          AND (a.valid_to IS NULL OR a.valid_to > v.valid_from - 1)
          AND d.kind = 2
        )
      ), 'principalIds',
      (
        SELECT json_group_array(p.id ORDER BY p.position)
        FROM (
          SELECT d.principal_id AS id, min(a.position) AS position
          FROM attachment a
          JOIN identity d ON d.id = a.identity
          WHERE a.machine = m.id
          AND a.valid_from <= v.valid_from - 1
          AND (a.valid_to IS NULL OR a.valid_to > v.valid_from - 1)
          AND d.principal_id IS NOT NULL
          GROUP BY 1
        ) p
      )
    ), ',"instanceCount":null', ''
  )
  FROM machine m
  JOIN machine_id i ON i.machine = m.id
  JOIN machine_version c ON c.machine = m.id
  AND c.valid_from <= v.valid_from - 1
  AND (c.valid_to IS NULL OR c.valid_to > v.valid_from - 1)
  WHERE m.id = v.machine
) END AS before,
(
  SELECT replace(
    json_object(
      'id', i.resource_id, 'name', m.name, 'type', CASE m.type
      WHEN 0 THEN 'Microsoft.Compute/virtualMachines'
      WHEN 1 THEN 'Microsoft.Compute/virtualMachineScaleSets'
      ELSE 'Microsoft.HybridCompute/machines' END, 'subscriptionId', i.subscription_id, 'subscriptionName',
      (
        SELECT s.display_name
        FROM subscription s
        WHERE s.subscription = m.subscription
        AND s.valid_from <= v.valid_from
        ORDER BY s.valid_from DESC
        LIMIT 1
      ), 'resourceGroup', i.resource_group_name, 'location',
      (SELECT x.value FROM text x WHERE x.id = c.location), 'zones', json(
        iif(c.zones IS NULL, '[]', '["' || replace(c.zones, ';', '","') || '"]')
      ), 'vmId', c.vm_id, 'vmSize', (SELECT x.value FROM text x WHERE x.id = c.vm_size), 'osType',
      (SELECT x.value FROM text x WHERE x.id = c.os_type), 'priority',
      (SELECT x.value FROM text x WHERE x.id = c.priority), 'provisioningState',
      (SELECT x.value FROM text x WHERE x.id = c.provisioning_state), 'timeCreated', strftime(
        '%FT%H:%M:%fZ', c.time_created / 1000.0, 'unixepoch'
      ), 'tags', json(ifnull(c.tags, '{}')), 'scaleSetId',
      (SELECT x.value FROM text x WHERE x.id = c.scale_set), 'instanceCount', c.instance_count, 'identity',
        json_object(
        'type', CASE c.identity_type
        WHEN 0 THEN 'None'
        WHEN 1 THEN 'SystemAssigned'
        WHEN 2 THEN 'UserAssigned'
        ELSE 'SystemAssigned, UserAssigned' END, 'principalId',
        (
          SELECT d.principal_id
          FROM attachment a
          JOIN identity d ON d.id = a.identity
          WHERE a.machine = m.id
          AND a.valid_from <= v.valid_from
          AND (a.valid_to IS NULL OR a.valid_to > v.valid_from)
          AND d.kind = 1
        ), 'tenantId', (SELECT x.value FROM text x WHERE x.id = c.identity_tenant), 'userAssignedIdentities',
        (
          SELECT json_group_object(
            coalesce(a.resource_id, d.resource_id), json_object('principalId', d.principal_id, 'clientId', d.client_id)
            ORDER BY a.position
          )
          FROM attachment a
          JOIN identity d ON d.id = a.identity
          WHERE a.machine = m.id
          AND a.valid_from <= v.valid_from
          AND (a.valid_to IS NULL OR a.valid_to > v.valid_from)
          AND d.kind = 2
        )
      ), 'principalIds',
      (
        SELECT json_group_array(p.id ORDER BY p.position)
        FROM (
          SELECT d.principal_id AS id, min(a.position) AS position
          FROM attachment a
          JOIN identity d ON d.id = a.identity
          WHERE a.machine = m.id
          AND a.valid_from <= v.valid_from
          AND (a.valid_to IS NULL OR a.valid_to > v.valid_from)
          AND d.principal_id IS NOT NULL
          GROUP BY 1
        ) p
      )
    ), ',"instanceCount":null', ''
  )
  FROM machine m
  JOIN machine_id i ON i.machine = m.id
  JOIN machine_version c ON c.machine = m.id
  AND c.valid_from <= v.valid_from
  AND (c.valid_to IS NULL OR c.valid_to > v.valid_from)
  WHERE m.id = v.machine
) AS after, v.begin_change IN ('virtualMachineUpdated', 'virtualMachineMoved') AS partial, CASE
WHEN v.begin_change = 'virtualMachineMoved' THEN '["provisioningState","instanceCount"]'
WHEN EXISTS (
  SELECT 1
  FROM attachment e
  WHERE e.machine = v.machine
  AND (
    e.valid_from = v.valid_from
    AND e.begin_change IS NOT NULL
    OR e.valid_to = v.valid_from
    AND e.end_change = 'identityDetached'
  )
) THEN '["provisioningState","instanceCount","subscriptionName","identity","principalIds"]'
ELSE '["provisioningState","instanceCount","subscriptionName"]' END AS ignored, v.machine AS first_key, NULL AS second_key
FROM machine_version v
WHERE v.begin_change IS NOT NULL
AND v.valid_from > $from
AND v.valid_from <= $to
ORDER BY v.valid_from, v.machine;

SELECT v.valid_to AS seq, (SELECT r.id FROM run r WHERE r.seq = v.valid_to) AS run_id, strftime(
  '%FT%H:%M:%fZ', v.ended_at / 1000.0, 'unixepoch'
) AS at, strftime('%FT%H:%M:%fZ', v.end_not_before / 1000.0, 'unixepoch') AS not_before, v.end_change AS kind,
(SELECT i.resource_id FROM machine_id i WHERE i.machine = v.machine) AS resource_id, NULL AS principal_id,
(
  SELECT w.author
  FROM change_author w
  WHERE w.seq = v.valid_to
  AND w.source = 2
  AND w.first_key = v.machine
  AND w.second_key = 0
) AS by, ifnull(
  (
    SELECT w.status
    FROM change_author w
    WHERE w.seq = v.valid_to
    AND w.source = 2
    AND w.first_key = v.machine
    AND w.second_key = 0
  ), iif((SELECT r.authors FROM run r WHERE r.seq = v.valid_to) = 0, 'off', 'notRead')
) AS by_status,
(
  SELECT replace(
    json_object(
      'id', i.resource_id, 'name', m.name, 'type', CASE m.type
      WHEN 0 THEN 'Microsoft.Compute/virtualMachines'
      WHEN 1 THEN 'Microsoft.Compute/virtualMachineScaleSets'
      ELSE 'Microsoft.HybridCompute/machines' END, 'subscriptionId', i.subscription_id, 'subscriptionName',
      (
        SELECT s.display_name
        FROM subscription s
        WHERE s.subscription = m.subscription
        AND s.valid_from <= v.valid_to - 1
        ORDER BY s.valid_from DESC
        LIMIT 1
      ), 'resourceGroup', i.resource_group_name, 'location',
      (SELECT x.value FROM text x WHERE x.id = c.location), 'zones', json(
        iif(c.zones IS NULL, '[]', '["' || replace(c.zones, ';', '","') || '"]')
      ), 'vmId', c.vm_id, 'vmSize', (SELECT x.value FROM text x WHERE x.id = c.vm_size), 'osType',
      (SELECT x.value FROM text x WHERE x.id = c.os_type), 'priority',
      (SELECT x.value FROM text x WHERE x.id = c.priority), 'provisioningState',
      (SELECT x.value FROM text x WHERE x.id = c.provisioning_state), 'timeCreated', strftime(
        '%FT%H:%M:%fZ', c.time_created / 1000.0, 'unixepoch'
      ), 'tags', json(ifnull(c.tags, '{}')), 'scaleSetId',
      (SELECT x.value FROM text x WHERE x.id = c.scale_set), 'instanceCount', c.instance_count, 'identity',
        json_object(
        'type', CASE c.identity_type
        WHEN 0 THEN 'None'
        WHEN 1 THEN 'SystemAssigned'
        WHEN 2 THEN 'UserAssigned'
        ELSE 'SystemAssigned, UserAssigned' END, 'principalId',
        (
          SELECT d.principal_id
          FROM attachment a
          JOIN identity d ON d.id = a.identity
          WHERE a.machine = m.id
          AND a.valid_from <= v.valid_to - 1
          AND (a.valid_to IS NULL OR a.valid_to > v.valid_to - 1)
          AND d.kind = 1
        ), 'tenantId', (SELECT x.value FROM text x WHERE x.id = c.identity_tenant), 'userAssignedIdentities',
        (
          SELECT json_group_object(
            coalesce(a.resource_id, d.resource_id), json_object('principalId', d.principal_id, 'clientId', d.client_id)
            ORDER BY a.position
          )
          FROM attachment a
          JOIN identity d ON d.id = a.identity
          WHERE a.machine = m.id
          AND a.valid_from <= v.valid_to - 1
          AND (a.valid_to IS NULL OR a.valid_to > v.valid_to - 1)
          AND d.kind = 2
        )
      ), 'principalIds',
      (
        SELECT json_group_array(p.id ORDER BY p.position)
        FROM (
          SELECT d.principal_id AS id, min(a.position) AS position
          FROM attachment a
          JOIN identity d ON d.id = a.identity
          WHERE a.machine = m.id
          AND a.valid_from <= v.valid_to - 1
          AND (a.valid_to IS NULL OR a.valid_to > v.valid_to - 1)
          AND d.principal_id IS NOT NULL
          GROUP BY 1
        ) p
      )
    ), ',"instanceCount":null', ''
  )
  FROM machine m
  JOIN machine_id i ON i.machine = m.id
  JOIN machine_version c ON c.machine = m.id
  AND c.valid_from <= v.valid_to - 1
  AND (c.valid_to IS NULL OR c.valid_to > v.valid_to - 1)
  WHERE m.id = v.machine
) AS before, NULL AS after, 0 AS partial, NULL AS ignored, v.machine AS first_key, NULL AS second_key
FROM machine_version v
WHERE v.end_change IS NOT NULL
AND v.end_change = 'virtualMachineDeleted'
AND v.valid_to > $from
AND v.valid_to <= $to
ORDER BY v.valid_to, v.machine;

SELECT a.valid_to AS seq, (SELECT r.id FROM run r WHERE r.seq = a.valid_to) AS run_id, strftime(
  '%FT%H:%M:%fZ', a.ended_at / 1000.0, 'unixepoch'
) AS at, strftime('%FT%H:%M:%fZ', a.end_not_before / 1000.0, 'unixepoch') AS not_before, a.end_change AS kind,
(SELECT i.resource_id FROM machine_id i WHERE i.machine = a.machine) AS resource_id,
(SELECT d.principal_id FROM identity d WHERE d.id = a.identity) AS principal_id,
(
  SELECT w.author
  FROM change_author w
  WHERE w.seq = a.valid_to
  AND w.source = 3
  AND w.first_key = a.machine
  AND w.second_key = a.identity
) AS by, ifnull(
  (
    SELECT w.status
    FROM change_author w
    WHERE w.seq = a.valid_to
    AND w.source = 3
    AND w.first_key = a.machine
    AND w.second_key = a.identity
  ), iif((SELECT r.authors FROM run r WHERE r.seq = a.valid_to) = 0, 'off', 'notRead')
) AS by_status,
(
  SELECT json_object(
    'identityId', coalesce(a.resource_id, d.resource_id), 'principalId', d.principal_id, 'clientId', d.client_id,
      'kind', iif(d.kind = 1, 'SystemAssigned', 'UserAssigned')
  )
  FROM identity d
  WHERE d.id = a.identity
) AS before, NULL AS after, 0 AS partial, NULL AS ignored, a.machine AS first_key, a.identity AS second_key
FROM attachment a
WHERE a.end_change IS NOT NULL
AND a.end_change = 'identityDetached'
AND a.valid_to > $from
AND a.valid_to <= $to
ORDER BY a.valid_to, a.machine, a.identity;

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
ORDER BY a.valid_from, a.machine, a.identity;

SELECT p.valid_from AS seq, (SELECT r.id FROM run r WHERE r.seq = p.valid_from) AS run_id, strftime(
  '%FT%H:%M:%fZ', p.began_at / 1000.0, 'unixepoch'
) AS at, strftime('%FT%H:%M:%fZ', p.not_before / 1000.0, 'unixepoch') AS not_before, p.begin_change AS kind,
(SELECT ifnull(d.shown_id, d.resource_id) FROM identity d WHERE d.id = p.identity) AS resource_id,
(SELECT d.principal_id FROM identity d WHERE d.id = p.identity) AS principal_id,
(
  SELECT w.author
  FROM change_author w
  WHERE w.seq = p.valid_from
  AND w.source = 5
  AND w.first_key = p.identity
  AND w.second_key = 0
) AS by, ifnull(
  (
    SELECT w.status
    FROM change_author w
    WHERE w.seq = p.valid_from
    AND w.source = 5
    AND w.first_key = p.identity
    AND w.second_key = 0
  ), iif((SELECT r.authors FROM run r WHERE r.seq = p.valid_from) = 0, 'off', 'notRead')
) AS by_status,
(
  SELECT json_object(
    'identityId', ifnull(d.shown_id, d.resource_id), 'principalId', d.principal_id, 'clientId', d.client_id, 'kind',
      iif(d.kind = 1, 'SystemAssigned', 'UserAssigned')
  )
  FROM identity d
  WHERE d.id = (
    SELECT o.identity
    FROM identity n
    CROSS JOIN identity d ON d.resource_key = n.resource_key
    CROSS JOIN identity_presence o ON o.identity = d.id
    WHERE n.id = p.identity
    AND d.principal_id <> n.principal_id
    AND o.valid_from < p.valid_from
    ORDER BY o.valid_from DESC, o.identity DESC
    LIMIT 1
  )
) AS before,
(
  SELECT json_object(
    'identityId', ifnull(d.shown_id, d.resource_id), 'principalId', d.principal_id, 'clientId', d.client_id, 'kind',
      iif(d.kind = 1, 'SystemAssigned', 'UserAssigned')
  )
  FROM identity d
  WHERE d.id = p.identity
) AS after, 0 AS partial, NULL AS ignored, p.identity AS first_key, NULL AS second_key
FROM identity_presence p
WHERE p.begin_change IS NOT NULL
AND p.valid_from > $from
AND p.valid_from <= $to
ORDER BY p.valid_from, p.identity;

SELECT f.valid_to AS seq, (SELECT r.id FROM run r WHERE r.seq = f.valid_to) AS run_id, strftime(
  '%FT%H:%M:%fZ', f.ended_at / 1000.0, 'unixepoch'
) AS at, strftime('%FT%H:%M:%fZ', f.end_not_before / 1000.0, 'unixepoch') AS not_before, f.end_change AS kind,
(SELECT ifnull(d.shown_id, d.resource_id) FROM identity d WHERE d.id = f.identity) AS resource_id,
(SELECT d.principal_id FROM identity d WHERE d.id = f.identity) AS principal_id,
(
  SELECT w.author
  FROM change_author w
  WHERE w.seq = f.valid_to
  AND w.source = 6
  AND w.first_key = f.identity
  AND w.second_key = f.name
) AS by, ifnull(
  (
    SELECT w.status
    FROM change_author w
    WHERE w.seq = f.valid_to
    AND w.source = 6
    AND w.first_key = f.identity
    AND w.second_key = f.name
  ), iif((SELECT r.authors FROM run r WHERE r.seq = f.valid_to) = 0, 'off', 'notRead')
) AS by_status, json_object(
  'identityId', (SELECT ifnull(d.shown_id, d.resource_id) FROM identity d WHERE d.id = f.identity), 'name',
    f.name, 'issuer', f.issuer, 'subject', f.subject, 'audiences', json(f.audiences)
) AS before, NULL AS after, 0 AS partial, NULL AS ignored, f.identity AS first_key, f.name AS second_key
FROM federated_credential f
WHERE f.end_change IS NOT NULL
AND f.end_change = 'federatedCredentialRemoved'
AND f.valid_to > $from
AND f.valid_to <= $to
ORDER BY f.valid_to, f.identity, f.name;

SELECT f.valid_from AS seq, (SELECT r.id FROM run r WHERE r.seq = f.valid_from) AS run_id, strftime(
  '%FT%H:%M:%fZ', f.began_at / 1000.0, 'unixepoch'
) AS at, strftime('%FT%H:%M:%fZ', f.not_before / 1000.0, 'unixepoch') AS not_before, f.begin_change AS kind,
(SELECT ifnull(d.shown_id, d.resource_id) FROM identity d WHERE d.id = f.identity) AS resource_id,
(SELECT d.principal_id FROM identity d WHERE d.id = f.identity) AS principal_id,
(
  SELECT w.author
  FROM change_author w
  WHERE w.seq = f.valid_from
  AND w.source = 7
  AND w.first_key = f.identity
  AND w.second_key = f.name
) AS by, ifnull(
  (
    SELECT w.status
    FROM change_author w
    WHERE w.seq = f.valid_from
    AND w.source = 7
    AND w.first_key = f.identity
    AND w.second_key = f.name
  ), iif((SELECT r.authors FROM run r WHERE r.seq = f.valid_from) = 0, 'off', 'notRead')
) AS by_status,
(
  SELECT json_object(
    'identityId', (SELECT ifnull(d.shown_id, d.resource_id) FROM identity d WHERE d.id = f.identity), 'name',
      o.name, 'issuer', o.issuer, 'subject', o.subject, 'audiences', json(o.audiences)
  )
  FROM federated_credential o
  WHERE o.identity = f.identity
  AND o.name_key = f.name_key
  AND o.valid_to = f.valid_from
  AND o.end_change IS NOT 'federatedCredentialRemoved'
) AS before, json_object(
  'identityId', (SELECT ifnull(d.shown_id, d.resource_id) FROM identity d WHERE d.id = f.identity), 'name',
    f.name, 'issuer', f.issuer, 'subject', f.subject, 'audiences', json(f.audiences)
) AS after, 0 AS partial, NULL AS ignored, f.identity AS first_key, f.name AS second_key
FROM federated_credential f
WHERE f.begin_change IS NOT NULL
AND f.valid_from > $from
AND f.valid_from <= $to
ORDER BY f.valid_from, f.identity, f.name;

SELECT z.valid_to AS seq, (SELECT r.id FROM run r WHERE r.seq = z.valid_to) AS run_id, strftime(
  '%FT%H:%M:%fZ', z.ended_at / 1000.0, 'unixepoch'
) AS at, strftime('%FT%H:%M:%fZ', z.end_not_before / 1000.0, 'unixepoch') AS not_before, z.end_change AS kind,
(SELECT r.resource_id FROM role_assignment r WHERE r.id = z.assignment) AS resource_id,
(SELECT r.principal_id FROM role_assignment r WHERE r.id = z.assignment) AS principal_id,
(
  SELECT w.author
  FROM change_author w
  WHERE w.seq = z.valid_to
  AND w.source = 8
  AND w.first_key = z.assignment
  AND w.second_key = z.subscription
) AS by, ifnull(
  (
    SELECT w.status
    FROM change_author w
    WHERE w.seq = z.valid_to
    AND w.source = 8
    AND w.first_key = z.assignment
    AND w.second_key = z.subscription
  ), iif((SELECT r.authors FROM run r WHERE r.seq = z.valid_to) = 0, 'off', 'notRead')
) AS by_status, iif(
  z.end_change = 'roleRemoved',
  (
    SELECT json_object(
      'id', r.resource_id, 'scope', r.scope, 'roleDefinitionId', n.resource_id, 'roleDefinitionName', n.name,
        'inherited', json(iif(r.scope NOT LIKE '/subscriptions/%', 'true', 'false')), 'condition', r.condition
    )
    FROM role_assignment r
    JOIN role_definition n ON n.id = r.role_definition
    WHERE r.id = z.assignment
  ),
  (
    SELECT json_object(
      'id', r.resource_id, 'scope', r.scope, 'roleDefinitionId', n.resource_id, 'roleDefinitionName', n.name,
        'inherited', json(iif(r.scope NOT LIKE '/subscriptions/%', 'true', 'false')), 'condition', r.condition,
        'subscriptionId', (SELECT k.subscription_id FROM subscription_key k WHERE k.id = z.subscription)
    )
    FROM role_assignment r
    JOIN role_definition n ON n.id = r.role_definition
    WHERE r.id = z.assignment
  )
) AS before, NULL AS after, 0 AS partial, NULL AS ignored, z.assignment AS first_key, z.subscription AS second_key
FROM role_assignment_seen z
WHERE z.end_change IS NOT NULL
AND z.end_change IN ('roleRemoved', 'roleInheritanceLost')
AND z.valid_to > $from
AND z.valid_to <= $to
ORDER BY z.valid_to, z.assignment, z.subscription;

SELECT z.valid_from AS seq, (SELECT r.id FROM run r WHERE r.seq = z.valid_from) AS run_id, strftime(
  '%FT%H:%M:%fZ', z.began_at / 1000.0, 'unixepoch'
) AS at, strftime('%FT%H:%M:%fZ', z.not_before / 1000.0, 'unixepoch') AS not_before, z.begin_change AS kind,
(SELECT r.resource_id FROM role_assignment r WHERE r.id = z.assignment) AS resource_id,
(SELECT r.principal_id FROM role_assignment r WHERE r.id = z.assignment) AS principal_id,
(
  SELECT w.author
  FROM change_author w
  WHERE w.seq = z.valid_from
  AND w.source = 9
  AND w.first_key = z.assignment
  AND w.second_key = z.subscription
) AS by, ifnull(
  (
    SELECT w.status
    FROM change_author w
    WHERE w.seq = z.valid_from
    AND w.source = 9
    AND w.first_key = z.assignment
    AND w.second_key = z.subscription
  ), iif((SELECT r.authors FROM run r WHERE r.seq = z.valid_from) = 0, 'off', 'notRead')
) AS by_status,
(
  SELECT json_object(
    'id', r.resource_id, 'scope', r.scope, 'roleDefinitionId', n.resource_id, 'roleDefinitionName', n.name,
      'inherited', json(iif(r.scope NOT LIKE '/subscriptions/%', 'true', 'false')), 'condition', r.condition
  )
  FROM role_assignment r
  JOIN role_definition n ON n.id = r.role_definition
  WHERE r.id = (SELECT r.replaces FROM role_assignment r WHERE r.id = z.assignment)
) AS before,
(
  SELECT json_object(
    'id', r.resource_id, 'scope', r.scope, 'roleDefinitionId', n.resource_id, 'roleDefinitionName', n.name,
      'inherited', json(iif(r.scope NOT LIKE '/subscriptions/%', 'true', 'false')), 'condition', r.condition
  )
  FROM role_assignment r
  JOIN role_definition n ON n.id = r.role_definition
  WHERE r.id = z.assignment
) AS after, 0 AS partial, NULL AS ignored, z.assignment AS first_key, z.subscription AS second_key
FROM role_assignment_seen z
WHERE z.begin_change IS NOT NULL
AND z.valid_from > $from
AND z.valid_from <= $to
ORDER BY z.valid_from, z.assignment, z.subscription;
