import * as v from 'valibot';
import type { Database } from '../database/database.ts';
import { prepareStoredReading } from '../database/merge/machines/stored-reading.ts';
import { integer, integerOrNull, isoTime, type SqlRow, text, textOrNull } from '../database/queries/row-values.ts';
import { type Kind, machineKinds } from '../inventory/coverage.ts';
import type { SourceSink, UnseenMachine } from '../inventory/reading.ts';
import type { RoleDefinitionReading } from '../inventory/roles/role.ts';
import type { UserAssignedIdentityReading } from '../inventory/user-assigned-identity.ts';
import type { MachineReading } from '../inventory/virtual-machine.ts';
import type { SourceSubscription } from './source-content.ts';
import {
  identityShape,
  idsIn,
  lastSeenShape,
  machineShape,
  powerStateShape,
  roleAssignmentShape,
  roleDefinitionShape,
} from './source-shapes.ts';

/** A hostile file may fill every row. */
const rowsPerPage = 100;
/** A machine that exists. An index finds each part, and no part multiplies rows: a hostile file may hold any number. */
const exists = 'EXISTS (SELECT 1 FROM machine_version v WHERE v.machine = m.id AND v.valid_to IS NULL)';

/**
 * Sends a sink the present of one subscription as another deployment has it: one reading, with that deployment's time
 * and coverage.
 * @param source its container or file, as the ledger names it
 * @throws {TypeError | v.ValiError} no run writes such a row, or belongs to another subscription
 */
export function replaySource(
  database: Database,
  source: string,
  subscription: SourceSubscription,
  sink: SourceSink,
): void {
  const { subscriptionId, key, readAt, readings } = subscription;
  const ids = idsIn(subscriptionId);
  const shows = new Set<Kind>(
    readings.filter(({ status }) => status !== 'failed' && status !== 'denied').map(({ kind }) => kind),
  );
  sink({ type: 'beginFrom', source, subscriptionId, readAt });
  replayMachines(database, subscription, shows, sink);
  if (shows.has('powerStates')) {
    const rows = database
      .prepare(`SELECT i.resource_id, x.value FROM machine m CROSS JOIN power_state w ON w.machine = m.id AND w.unread = 0
        CROSS JOIN machine_id i ON i.machine = m.id CROSS JOIN text x ON x.id = w.state
        WHERE m.subscription = ? AND m.type = 0 AND ${exists}
          AND NOT EXISTS (SELECT 1 FROM unseen u WHERE u.machine = m.id AND u.valid_to IS NULL)`)
      .iterate(key);
    for (const page of pagesOf(rows)) {
      const states = page.map((row) =>
        v.parse(powerStateShape, { id: text(row, 'resource_id'), powerState: text(row, 'value') }),
      );
      states.forEach(ids.powerState);
      sink({ type: 'powerStates', subscriptionId, rows: states });
    }
  }
  if (shows.has('identities')) {
    const rows = database
      .prepare(`SELECT i.resource_id, i.principal_id, i.client_id, t.value AS tenant FROM identity i
        LEFT JOIN text t ON t.id = i.tenant WHERE i.subscription = ?
          AND EXISTS (SELECT 1 FROM identity_presence p WHERE p.identity = i.id AND p.valid_to IS NULL AND p.present = 1)
          AND NOT EXISTS (SELECT 1 FROM identity_unseen u WHERE u.identity = i.id AND u.valid_to IS NULL)`)
      .iterate(key);
    for (const page of pagesOf(rows)) {
      const identities = page.map(toIdentity);
      identities.forEach(ids.identity);
      sink({ type: 'identities', subscriptionId, rows: identities });
    }
  }
  if (shows.has('roleAssignments')) replayRoles(database, subscription, sink);
  for (const reading of readings) sink({ type: 'end', reading });
}

export function toIdentity(row: SqlRow): UserAssignedIdentityReading {
  return v.parse(identityShape, {
    id: text(row, 'resource_id'),
    principalId: textOrNull(row, 'principal_id'),
    clientId: textOrNull(row, 'client_id'),
    tenantId: textOrNull(row, 'tenant'),
  });
}

function replayMachines(
  database: Database,
  { key, subscriptionId, readings, lastRead }: SourceSubscription,
  shows: ReadonlySet<Kind>,
  sink: SourceSink,
): void {
  const ids = idsIn(subscriptionId);
  const stored = prepareStoredReading(database);
  const rows = database
    .prepare(`SELECT m.id, m.type, m.first_seen, (
        SELECT u.last_seen FROM unseen u WHERE u.machine = m.id AND u.valid_to IS NULL LIMIT 1) AS last_seen
      FROM machine m WHERE m.subscription = ? AND ${exists}`)
    .iterate(key);
  for (const page of pagesOf(rows)) {
    const shown: MachineReading[] = [];
    const unseen: UnseenMachine[] = [];
    for (const row of page) {
      const kind = machineKinds[integer(row, 'type')];
      if (kind === undefined) throw new TypeError(`A machine has the unknown type ${integer(row, 'type')}`);
      if (!readings.some((reading) => reading.kind === kind)) continue;
      const machine = v.parse(machineShape, stored(integer(row, 'id')));
      ids.machine(machine);
      const lastSeen = integerOrNull(row, 'last_seen');
      if (lastSeen === null && shows.has(kind)) shown.push(machine);
      else {
        const known = lastSeen === null ? lastRead(kind) : isoTime(lastSeen);
        unseen.push({ machine, lastSeen: v.parse(lastSeenShape, known ?? isoTime(integer(row, 'first_seen'))) });
      }
    }
    sink({ type: 'machines', subscriptionId, rows: shown });
    sink({ type: 'unseen', subscriptionId, rows: unseen });
  }
}

function replayRoles(database: Database, { key, subscriptionId }: SourceSubscription, sink: SourceSink): void {
  const ids = idsIn(subscriptionId);
  const assignments = database
    .prepare(`SELECT r.resource_id, r.scope, d.resource_id AS role, r.principal_id, r.condition, d.id AS definition
      FROM role_assignment_seen s JOIN role_assignment r ON r.id = s.assignment
      JOIN role_definition d ON d.id = r.role_definition
      WHERE s.subscription = ? AND s.valid_to IS NULL AND s.missing_at IS NULL`)
    .iterate(key);
  const named = new Set<number>();
  for (const page of pagesOf(assignments)) {
    for (const row of page) named.add(integer(row, 'definition'));
    const rows = page.map((row) =>
      v.parse(roleAssignmentShape, {
        id: text(row, 'resource_id'),
        scope: text(row, 'scope'),
        roleDefinitionId: text(row, 'role'),
        principalId: text(row, 'principal_id'),
        condition: textOrNull(row, 'condition'),
      }),
    );
    rows.forEach(ids.roleAssignment);
    sink({ type: 'roleAssignments', subscriptionId, rows });
  }
  const definition = database.prepare(
    'SELECT resource_id, name, permissions FROM role_definition WHERE id = ? AND name IS NOT NULL',
  );
  for (const id of named) {
    const row = definition.get(id);
    if (row !== undefined) sink({ type: 'roleDefinitions', subscriptionId, rows: [toRoleDefinition(row)] });
  }
}

function toRoleDefinition(row: SqlRow): RoleDefinitionReading {
  const permissions = textOrNull(row, 'permissions');
  return v.parse(roleDefinitionShape, {
    id: text(row, 'resource_id'),
    roleName: text(row, 'name'),
    permissions: permissions === null ? [] : JSON.parse(permissions),
  });
}

/** Rows in pages, without keeping the rest in memory. */
export function* pagesOf(rows: Iterable<SqlRow>): Generator<readonly SqlRow[]> {
  let page: SqlRow[] = [];
  for (const row of rows) {
    page.push(row);
    if (page.length < rowsPerPage) continue;
    yield page;
    page = [];
  }
  if (page.length > 0) yield page;
}
