const iso = (milliseconds: string) => `strftime('%FT%H:%M:%fZ', ${milliseconds} / 1000.0, 'unixepoch')`;

/** What happened: one row per change, by the `seq` of the run that found it. */
export const changeViews = `
CREATE VIEW changes AS
WITH change (seq, kind, at, not_before, resource_id, principal_id, before, after) AS (
  SELECT v.valid_from, v.begin_change, ${iso('ifnull(v.began_at, (SELECT m.first_seen FROM machine m WHERE m.id = v.machine))')},
    ${iso('v.not_before')}, i.resource_id, NULL,
    CASE WHEN v.moved_from IS NOT NULL THEN json_object('id', (SELECT o.resource_id FROM machine_id o WHERE o.machine = v.moved_from)) END, NULL
  FROM machine_version v JOIN machine_id i ON i.machine = v.machine WHERE v.begin_change IS NOT NULL
  UNION ALL
  SELECT v.valid_to, v.end_change, ${iso('v.ended_at')}, NULL, i.resource_id, NULL, NULL, NULL
  FROM machine_version v JOIN machine_id i ON i.machine = v.machine WHERE v.end_change = 'virtualMachineDeleted'
  UNION ALL
  SELECT a.valid_from, a.begin_change, ${iso('a.began_at')}, NULL, i.resource_id, d.principal_id, NULL, coalesce(a.resource_id, d.resource_id)
  FROM attachment a JOIN identity d ON d.id = a.identity JOIN machine_id i ON i.machine = a.machine
  WHERE a.begin_change IN ('identityAttached', 'identityRecreated')
  UNION ALL
  SELECT a.valid_to, a.end_change, ${iso('a.ended_at')}, NULL, i.resource_id, d.principal_id, coalesce(a.resource_id, d.resource_id), NULL
  FROM attachment a JOIN identity d ON d.id = a.identity JOIN machine_id i ON i.machine = a.machine
  WHERE a.end_change = 'identityDetached'
  UNION ALL
  SELECT s.valid_from, s.change, NULL, NULL, '/subscriptions/' || k.subscription_id, NULL, s.change_before, s.change_after
  FROM subscription s JOIN subscription_key k ON k.id = s.subscription WHERE s.change IS NOT NULL
)
SELECT c.seq, r.id AS run_id, coalesce(c.at, r.started_at) AS at, c.not_before, c.kind, c.resource_id, c.principal_id, c.before, c.after
FROM change c LEFT JOIN run r ON r.seq = c.seq;
`;
