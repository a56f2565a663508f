import { machineKinds } from '../../../inventory/coverage.ts';
import type { PrincipalMachine } from '../../../inventory/principal.ts';
import { attachmentsAt, endedAtSeq as endedAtRun } from '../../views/principal-state.ts';
import { unnamedAttachments } from '../../views/unnamed-attachments.ts';
import { integer, integerOrNull, type SqlRow, text, textOrNull } from '../columns.ts';
import { isoTime } from '../iso-time.ts';
import type { MachineContext } from '../run-context.ts';
import { prepared } from '../statements.ts';
import { joinAttachments } from './joined-attachments.ts';

/** The machines of a principal up to a run, and what follows from them for the principal itself. */
export interface PrincipalMachines {
  /** Those that have it first, then by the time it was attached, newest first. */
  readonly machines: readonly PrincipalMachine[];
  /** Epoch milliseconds. */
  readonly firstSeen: number;
  readonly lastSeen: string;
  /** Tenant of the subscription in which it was attached last. */
  readonly tenantId: string | null;
}

const endedAtSeq = endedAtRun('$seq');
/** The last `seq` at which it was on the machine. */
const shownAt = `ifnull(${endedAtSeq} - 1, $seq)`;

/** @param attachments `a`, with their versions `v` @param more further conditions */
const machinesIn = (attachments: string, more = '') => `
SELECT p.principal_id, a.machine, m.name, m.type, m.subscription, m.first_seen, i.subscription_id, i.resource_id,
  a.valid_from AS from_seq, ${endedAtSeq} AS ended_seq, ifnull(a.end_change, v.end_change) AS end_change,
  ifnull(a.began_at, m.first_seen) AS attached_at,
  ifnull(CASE WHEN a.valid_to <= $seq THEN a.ended_at END, v.ended_at) AS ended_at,
  (SELECT u.last_seen FROM unseen u WHERE u.machine = a.machine AND u.valid_from <= ${shownAt}
    AND (u.valid_to IS NULL OR u.valid_to > ${shownAt})) AS last_seen,
  (SELECT s.tenant_id FROM subscription s WHERE s.subscription = m.subscription
    AND s.valid_from <= ${shownAt} ORDER BY s.valid_from DESC LIMIT 1) AS tenant_id
FROM json_each($ids) j CROSS JOIN identity p CROSS JOIN ${attachments} CROSS JOIN machine m ON m.id = a.machine CROSS JOIN machine_id i ON i.machine = m.id
WHERE p.principal_id = j.value AND a.identity = p.id AND a.valid_from <= $seq${more}
ORDER BY ended_seq IS NOT NULL, attached_at DESC, a.machine`;
const machinesOfPrincipals = machinesIn(attachmentsAt('$seq'));
const unnamedOnMachines = machinesIn(attachmentsAt('$seq', unnamedAttachments), ' AND a.listed_from <= $seq');

/**
 * The machines that principals are or were on, one entry per time that one was attached.
 * @param principalIds in any casing
 * @param userAssigned those of them that machines may name without their ids
 * @returns by principal id in lower case; those that were on none are left out
 */
export function readPrincipalMachines(
  context: MachineContext,
  principalIds: readonly string[],
  userAssigned: readonly string[],
): ReadonlyMap<string, PrincipalMachines> {
  const read = (sql: string, ids: readonly string[]) =>
    ids.length === 0 ? [] : prepared(context.database, sql).all({ $seq: context.seq, $ids: JSON.stringify(ids) });
  const rows = joinAttachments(read(machinesOfPrincipals, principalIds), read(unnamedOnMachines, userAssigned));
  const byPrincipal = Map.groupBy(rows, (row) => text(row, 'principal_id').toLowerCase());
  return new Map([...byPrincipal].map(([id, of]) => [id, toPrincipalMachines(of, context)]));
}

function toPrincipalMachines(rows: readonly SqlRow[], context: MachineContext): PrincipalMachines {
  const attached = rows.map((row) => integer(row, 'attached_at'));
  const seen = rows.map((row) => lastSeenOn(row, context));
  const newest = rows[attached.indexOf(attached.reduce((a, b) => Math.max(a, b), 0))];
  return {
    machines: rows.map(toPrincipalMachine),
    firstSeen: attached.reduce((a, b) => Math.min(a, b)),
    lastSeen: seen.toSorted().at(-1) ?? '',
    tenantId: newest === undefined ? null : textOrNull(newest, 'tenant_id'),
  };
}

function toPrincipalMachine(row: SqlRow): PrincipalMachine {
  const ended = integerOrNull(row, 'ended_seq') !== null;
  return {
    id: text(row, 'resource_id'),
    name: text(row, 'name'),
    subscriptionId: text(row, 'subscription_id'),
    attachedFrom: isoTime(integer(row, 'attached_at')),
    detachedAt: ended ? isoTime(integer(row, 'ended_at')) : null,
  };
}

/** The newest reading that had it on this machine. */
function lastSeenOn(row: SqlRow, context: MachineContext): string {
  const lastSeen = integerOrNull(row, 'last_seen');
  if (lastSeen !== null) return isoTime(lastSeen);
  const ended = integerOrNull(row, 'ended_seq');
  const shownAt = ended === null ? context.seq : ended - 1;
  const kind = machineKinds[integer(row, 'type')] ?? machineKinds[0];
  return context.lastRead(integer(row, 'subscription'), kind, shownAt) ?? isoTime(integer(row, 'attached_at'));
}
