/** Managed identities by principal id: on which machines they are, and on which they were. */
export const principalViews = `
CREATE VIEW principal_history AS
SELECT d.principal_id, d.client_id, CASE d.kind WHEN 1 THEN 'SystemAssigned' ELSE 'UserAssigned' END AS kind,
  coalesce(a.resource_id, d.resource_id) AS identity_id, i.resource_id AS virtual_machine_id, m.name AS virtual_machine_name,
  i.subscription_id,
  strftime('%FT%H:%M:%fZ', ifnull(a.began_at, m.first_seen) / 1000.0, 'unixepoch') AS attached_from,
  strftime('%FT%H:%M:%fZ', a.ended_at / 1000.0, 'unixepoch') AS detached_at, a.end_change AS detached_by,
  a.valid_from, a.valid_to
FROM attachment a
JOIN identity d ON d.id = a.identity
JOIN machine m ON m.id = a.machine
JOIN machine_id i ON i.machine = m.id;

CREATE VIEW principals AS
SELECT principal_id, max(client_id) AS client_id, kind, max(identity_id) AS identity_id,
  count(*) FILTER (WHERE valid_to IS NULL) AS virtual_machine_count,
  group_concat(virtual_machine_id, ';') FILTER (WHERE valid_to IS NULL) AS virtual_machine_ids,
  min(attached_from) AS first_seen, CASE WHEN count(*) = count(valid_to) THEN max(detached_at) END AS detached_at
FROM principal_history WHERE principal_id IS NOT NULL GROUP BY principal_id;
`;
