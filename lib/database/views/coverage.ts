/** How completely each subscription was read, and which subscriptions the identity cannot see. */
export const coverageViews = `
CREATE VIEW coverage_now AS
SELECT k.subscription_id, s.display_name AS subscription_name, s.state AS subscription_state, s.tenant_id, s.visibility, c.kind, c.status,
  c.reason ->> 'code' AS reason_code, c.reason ->> 'message' AS reason_message, c.reason ->> 'hint' AS hint, c.count,
  strftime('%FT%H:%M:%fZ', c.read_at / 1000.0, 'unixepoch') AS read_at, r.id AS run_id,
  (SELECT x.value FROM text x WHERE x.id = c.source) AS source
FROM subscription s
JOIN subscription_key k ON k.id = s.subscription
JOIN coverage c ON c.subscription = s.subscription AND c.superseded = 0 AND c.to_seq = (
  SELECT max(n.to_seq) FROM coverage n WHERE n.subscription = s.subscription AND n.superseded = 0)
LEFT JOIN run r ON r.seq = c.to_seq
WHERE s.valid_to IS NULL AND s.visibility IN ('visible', 'lost');

CREATE VIEW blind_spots AS
SELECT subscription_id, display_name AS subscription_name, source, since, grant_command FROM blind_spot WHERE valid_to IS NULL;
`;
