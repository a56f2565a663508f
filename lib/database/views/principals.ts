import { isInherited } from './access-changes.ts';
import { iso } from './machine-content.ts';
import { principalState } from './principal-state.ts';
import { shownIdentityId } from './shown-identity-id.ts';
import { hasNoListedPrincipal, unnamedAttachments } from './unnamed-attachments.ts';

const now = '(SELECT max(r.seq) FROM run r)';
/** Subscriptions whose identities the newest run could not read. */
const unread = `SELECT s.subscription FROM subscription s JOIN subscription_key k ON k.id = s.subscription
  WHERE s.valid_to IS NULL AND (s.visibility <> 'visible' OR NOT EXISTS (SELECT 1 FROM coverage_now c
    WHERE c.subscription_id = k.subscription_id AND c.kind = 'identities' AND c.status IN ('complete', 'partial')))`;

const history = (attachments: string) => `
SELECT d.principal_id, d.client_id, CASE d.kind WHEN 1 THEN 'SystemAssigned' ELSE 'UserAssigned' END AS kind,
  coalesce(a.resource_id, d.resource_id) AS identity_id, i.resource_id AS virtual_machine_id, m.name AS virtual_machine_name,
  i.subscription_id, ${iso('ifnull(a.began_at, m.first_seen)')} AS attached_from, ${iso('a.ended_at')} AS detached_at,
  a.end_change AS detached_by, a.valid_from, a.valid_to
FROM ${attachments} a
JOIN identity d ON d.id = a.identity
JOIN machine m ON m.id = a.machine
JOIN machine_id i ON i.machine = m.id`;

/** One row per principal and period on a machine. */
const onMachines = (attachments: string) => `
    SELECT d.principal_id, d.id AS identity, d.client_id, i.resource_id AS virtual_machine_id, a.valid_to,
      ${iso('ifnull(a.began_at, m.first_seen)')} AS first_seen, ${iso('a.ended_at')} AS detached_at
    FROM ${attachments} a JOIN identity d ON d.id = a.identity JOIN machine m ON m.id = a.machine JOIN machine_id i ON i.machine = m.id`;

/** Managed identities by principal id: their machines now and before, and their access. */
export const principalViews = `
CREATE VIEW principal_history AS ${history('attachment')}
WHERE d.principal_id IS NOT NULL OR ${hasNoListedPrincipal}
UNION ALL ${history(unnamedAttachments)};

CREATE VIEW principals AS
SELECT i.principal_id, p.client_id, iif(i.kind = 1, 'SystemAssigned', 'UserAssigned') AS kind, ${shownIdentityId('i')} AS identity_id,
  ${principalState(now, unread)} AS state, p.virtual_machine_count, p.virtual_machine_ids, p.first_seen, p.detached_at,
  (SELECT count(*) FROM role_assignment r WHERE r.principal_id = i.principal_id AND EXISTS (
    SELECT 1 FROM role_assignment_seen z WHERE z.assignment = r.id AND z.valid_to IS NULL)) AS role_assignment_count
FROM (
  SELECT principal_id, max(identity) AS identity, max(client_id) AS client_id, count(virtual_machine_id) FILTER (WHERE valid_to IS NULL)
      AS virtual_machine_count,
    group_concat(virtual_machine_id, ';') FILTER (WHERE valid_to IS NULL) AS virtual_machine_ids, min(first_seen) AS first_seen,
    CASE WHEN count(virtual_machine_id) = count(valid_to) FILTER (WHERE virtual_machine_id IS NOT NULL) THEN max(detached_at) END
      AS detached_at
  FROM (${onMachines('attachment')}
    UNION ALL ${onMachines(unnamedAttachments)}
    UNION ALL
    SELECT d.principal_id, d.id, d.client_id, NULL, p.valid_to, ${iso('p.began_at')}, NULL
    FROM identity_presence p JOIN identity d ON d.id = p.identity WHERE p.present = 1
  ) WHERE principal_id IS NOT NULL GROUP BY principal_id
) p JOIN identity i ON i.id = p.identity;

CREATE VIEW role_assignments AS
SELECT r.principal_id, n.name AS role_definition_name, r.scope, ${isInherited('r.scope')} AS inherited, r.condition,
  r.resource_id AS id, n.resource_id AS role_definition_id, n.permissions, ${iso('min(z.began_at)')} AS first_seen,
  group_concat(k.subscription_id, ';') AS seen_in
FROM role_assignment_seen z JOIN role_assignment r ON r.id = z.assignment JOIN role_definition n ON n.id = r.role_definition
JOIN subscription_key k ON k.id = z.subscription
WHERE z.valid_to IS NULL GROUP BY r.id;

CREATE VIEW federated_credentials AS
SELECT d.principal_id, ${shownIdentityId('d')} AS identity_id, f.name, f.issuer, f.subject, f.audiences, ${iso('f.began_at')} AS first_seen,
  ${iso('d.federated_read_at')} AS read_at
FROM federated_credential f JOIN identity d ON d.id = f.identity WHERE f.valid_to IS NULL;
`;
