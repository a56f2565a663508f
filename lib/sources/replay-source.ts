import type { Database } from '../database/database.ts';
import { prepareStoredReading } from '../database/merge/machines/stored-reading.ts';
import { integer, integerOrNull, isoTime, type SqlRow, text, textOrNull } from '../database/queries/row-values.ts';
import { type Kind, machineKinds } from '../inventory/coverage.ts';
import type { Permission } from '../inventory/permissions.ts';
import type { SourceSink, UnseenMachine } from '../inventory/reading.ts';
import type { UserAssignedIdentityReading } from '../inventory/user-assigned-identity.ts';
import type { MachineReading } from '../inventory/virtual-machine.ts';
import type { SourceSubscription } from './source-content.ts';

const rowsPerPage = 500;
/** Existing machines of a subscription, and which of them the newest readings did not show. */
const existing = `machine m JOIN machine_version v ON v.machine = m.id AND v.valid_to IS NULL
  LEFT JOIN unseen u ON u.machine = m.id AND u.valid_to IS NULL`;

/**
 * Sends a sink the present of one subscription as another deployment has it: one reading, with that deployment's time
 * and coverage.
 * @param source its container or file, as the ledger names it
 */
export function replaySource(
  database: Database,
  source: string,
  subscription: SourceSubscription,
  sink: SourceSink,
): void {
  const { subscriptionId, key, readAt, readings } = subscription;
  const shows = new Set<Kind>(
    readings.filter(({ status }) => status !== 'failed' && status !== 'denied').map(({ kind }) => kind),
  );
  sink({ type: 'beginFrom', source, subscriptionId, readAt });
  replayMachines(database, subscription, shows, sink);
  if (shows.has('powerStates')) {
    const rows = database
      .prepare(`SELECT i.resource_id, x.value FROM ${existing} JOIN machine_id i ON i.machine = m.id
        JOIN power_state w ON w.machine = m.id AND w.unread = 0 JOIN text x ON x.id = w.state
        WHERE m.subscription = ? AND m.type = 0 AND u.machine IS NULL`)
      .all(key);
    const states = rows.map((row) => ({ id: text(row, 'resource_id'), powerState: text(row, 'value') }));
    sink({ type: 'powerStates', subscriptionId, rows: states });
  }
  if (shows.has('identities')) {
    const rows = database
      .prepare(`SELECT i.resource_id, i.principal_id, i.client_id, t.value AS tenant FROM identity i
        JOIN identity_presence p ON p.identity = i.id AND p.valid_to IS NULL AND p.present = 1
        LEFT JOIN identity_unseen u ON u.identity = i.id AND u.valid_to IS NULL
        LEFT JOIN text t ON t.id = i.tenant WHERE i.subscription = ? AND u.identity IS NULL`)
      .all(key);
    sink({ type: 'identities', subscriptionId, rows: rows.map(toIdentity) });
  }
  if (shows.has('roleAssignments')) replayRoles(database, subscription, sink);
  for (const reading of readings) sink({ type: 'end', reading });
}

export function toIdentity(row: SqlRow): UserAssignedIdentityReading {
  return {
    id: text(row, 'resource_id'),
    principalId: textOrNull(row, 'principal_id'),
    clientId: textOrNull(row, 'client_id'),
    tenantId: textOrNull(row, 'tenant'),
  };
}

function replayMachines(
  database: Database,
  { key, subscriptionId, readings, lastRead }: SourceSubscription,
  shows: ReadonlySet<Kind>,
  sink: SourceSink,
): void {
  const stored = prepareStoredReading(database);
  const select = database.prepare(`SELECT m.id, m.type, m.first_seen, u.last_seen FROM ${existing}
    WHERE m.subscription = ? AND m.id > ? ORDER BY m.id LIMIT ${rowsPerPage}`);
  for (let after = 0; ; ) {
    const rows = select.all(key, after);
    if (rows.length === 0) return;
    after = integer(rows[rows.length - 1] ?? {}, 'id');
    const shown: MachineReading[] = [];
    const unseen: UnseenMachine[] = [];
    for (const row of rows) {
      const kind = machineKinds[integer(row, 'type')];
      if (kind === undefined || !readings.some((reading) => reading.kind === kind)) continue;
      const machine = stored(integer(row, 'id'));
      const lastSeen = integerOrNull(row, 'last_seen');
      if (lastSeen === null && shows.has(kind)) shown.push(machine);
      else {
        const known = lastSeen === null ? lastRead(kind) : isoTime(lastSeen);
        unseen.push({ machine, lastSeen: known ?? isoTime(integer(row, 'first_seen')) });
      }
    }
    sink({ type: 'machines', subscriptionId, rows: shown });
    sink({ type: 'unseen', subscriptionId, rows: unseen });
  }
}

function replayRoles(database: Database, { key, subscriptionId }: SourceSubscription, sink: SourceSink): void {
  const shown = `role_assignment_seen s JOIN role_assignment r ON r.id = s.assignment
    JOIN role_definition d ON d.id = r.role_definition WHERE s.subscription = ? AND s.valid_to IS NULL AND s.missing_at IS NULL`;
  const assignments = database
    .prepare(`SELECT r.resource_id, r.scope, d.resource_id AS role, r.principal_id, r.condition FROM ${shown}`)
    .all(key);
  const definitions = database
    .prepare(`SELECT DISTINCT d.resource_id, d.name, d.permissions FROM ${shown} AND d.name IS NOT NULL`)
    .all(key);
  sink({
    type: 'roleAssignments',
    subscriptionId,
    rows: assignments.map((row) => ({
      id: text(row, 'resource_id'),
      scope: text(row, 'scope'),
      roleDefinitionId: text(row, 'role'),
      principalId: text(row, 'principal_id'),
      condition: textOrNull(row, 'condition'),
    })),
  });
  sink({
    type: 'roleDefinitions',
    subscriptionId,
    rows: definitions.map((row) => ({
      id: text(row, 'resource_id'),
      roleName: text(row, 'name'),
      permissions: storedPermissions(textOrNull(row, 'permissions')),
    })),
  });
}

/** As the merge wrote them. */
function storedPermissions(json: string | null): readonly Permission[] {
  return json === null ? [] : (JSON.parse(json) as readonly Permission[]);
}
