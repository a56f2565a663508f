import { machineKinds } from '../../../inventory/coverage.ts';
import type { PrincipalMachine } from '../../../inventory/principal.ts';
import { attachmentsAt, endedAtSeq as endedAtRun } from '../../views/principal-state.ts';
import { unnamedAttachments } from '../../views/unnamed-attachments.ts';
import { integer, integerOrNull, isoTime, type SqlRow, text, textOrNull } from '../row-values.ts';
import type { RunContext } from '../run-context.ts';
import { byPrincipal, readPrincipalRows } from './principal-select.ts';

/** When a principal was seen. */
export interface Sighting {
  /** Epoch milliseconds. */
  readonly firstSeen: number;
  /** ISO 8601 UTC. */
  readonly lastSeen: string;
}

/** The machines of a principal up to a run, and what they say of the principal. */
export interface SightingOnMachines extends Sighting {
  /** Those that have it now. */
  readonly count: number;
  /** Those that have it first, then by the time of attachment, newest first. */
  readonly machines: readonly PrincipalMachine[];
  /** Tenant of the subscription in which it was attached last. */
  readonly tenantId: string | null;
}

const endedAtSeq = endedAtRun('$seq');
/** The last `seq` at which it was on the machine. */
const shownAt = `ifnull(${endedAtSeq} - 1, $seq)`;

/**
 * @param attachments `a`, with their versions `v`
 * @param more further conditions
 */
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
 * The machines that principals are or were on, one entry for each time of attachment.
 * @param principalIds in any casing
 * @param userAssigned those of them that machines may name without their ids
 * @param most machines to return for each principal
 * @returns by principal id in lower case; a principal that was on no machine is left out
 */
export function sightingsOnMachines(
  context: RunContext,
  principalIds: readonly string[],
  userAssigned: readonly string[],
  most: number,
): ReadonlyMap<string, SightingOnMachines> {
  const rows = readPrincipalRows(context, machinesOfPrincipals, principalIds);
  const unnamed = readPrincipalRows(context, unnamedOnMachines, userAssigned);
  const ofEach = byPrincipal(joinAttachments(rows, unnamed));
  return new Map([...ofEach].map(([id, of]) => [id, toSightingOnMachines(of, context, most)]));
}

function toSightingOnMachines(rows: readonly SqlRow[], context: RunContext, most: number): SightingOnMachines {
  const newest = rows.reduce((a, b) => (integer(b, 'attached_at') > integer(a, 'attached_at') ? b : a));
  const now = rows.filter((row) => row.ended_seq === null).map((row) => integer(row, 'machine'));
  return {
    count: new Set(now).size,
    machines: rows.slice(0, most).map(toPrincipalMachine),
    firstSeen: earliest(rows, 'attached_at'),
    lastSeen: latest(rows.map((row) => lastSeenOn(row, context))),
    tenantId: textOrNull(newest, 'tenant_id'),
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
function lastSeenOn(row: SqlRow, context: RunContext): string {
  const lastSeen = integerOrNull(row, 'last_seen');
  if (lastSeen !== null) return isoTime(lastSeen);
  const ended = integerOrNull(row, 'ended_seq');
  const shownAt = ended === null ? context.seq : ended - 1;
  const kind = machineKinds[integer(row, 'type')] ?? machineKinds[0];
  return context.lastRead(integer(row, 'subscription'), kind, shownAt) ?? isoTime(integer(row, 'attached_at'));
}

/**
 * One row for each time that a principal was on a machine. Rows that follow one another without a gap are joined: the
 * machine named the identity first with its ids and then without them, or without its client id.
 * @param rows with `from_seq`, `ended_seq`, `end_change` and `attached_at`, by principal and machine
 * @param unnamed the same, for the times without ids
 * @returns those that have not ended first, then by the time of attachment, newest first
 */
function joinAttachments(rows: readonly SqlRow[], unnamed: readonly SqlRow[]): readonly SqlRow[] {
  const renamed = rows.some((row) => integerOrNull(row, 'ended_seq') !== null && row.end_change === null);
  if (unnamed.length === 0 && !renamed) return rows;
  const inTime = [...rows, ...unnamed].toSorted((a, b) => integer(a, 'from_seq') - integer(b, 'from_seq'));
  const timesOnMachine = Map.groupBy(
    inTime,
    (row) => `${text(row, 'principal_id').toLowerCase()} ${integer(row, 'machine')}`,
  );
  const joined = [...timesOnMachine.values()].flatMap((times) => {
    const one: SqlRow[] = [];
    for (const row of times) {
      const before = one.at(-1);
      const continues = before !== undefined && before.ended_seq === row.from_seq && before.end_change === null;
      if (continues) one.splice(-1, 1, { ...row, attached_at: integer(before, 'attached_at') });
      else one.push(row);
    }
    return one;
  });
  return joined.toSorted(
    (a, b) =>
      Number(a.ended_seq !== null) - Number(b.ended_seq !== null) ||
      integer(b, 'attached_at') - integer(a, 'attached_at') ||
      integer(a, 'machine') - integer(b, 'machine'),
  );
}

const lastListedAt = 'min($seq, ifnull(q.valid_to - 1, $seq))';

const listings = `
SELECT p.principal_id, p.subscription, q.began_at, ${lastListedAt} AS shown_at,
  (SELECT ifnull(u.last_seen, q.began_at) FROM identity_unseen u WHERE u.identity = p.id AND u.valid_from <= ${lastListedAt}
    AND (u.valid_to IS NULL OR u.valid_to > ${lastListedAt})) AS last_seen
FROM json_each($ids) j CROSS JOIN identity p CROSS JOIN identity_presence q ON q.identity = p.id
WHERE p.principal_id = j.value AND q.present = 1 AND q.valid_from <= $seq`;

/**
 * When the listings of its own subscription had a user-assigned identity, up to a run.
 * @param userAssigned principal ids of user-assigned identities
 * @returns by principal id in lower case; a principal that was never listed is left out
 */
export function sightingsInListings(
  context: RunContext,
  userAssigned: readonly string[],
): ReadonlyMap<string, Sighting> {
  const ofEach = byPrincipal(readPrincipalRows(context, listings, userAssigned));
  return new Map(
    [...ofEach].map(([id, rows]) => [
      id,
      { firstSeen: earliest(rows, 'began_at'), lastSeen: latest(rows.map((row) => lastSeenIn(row, context))) },
    ]),
  );
}

/** The newest listing that had it. */
function lastSeenIn(row: SqlRow, context: RunContext): string {
  const lastSeen = integerOrNull(row, 'last_seen');
  if (lastSeen !== null) return isoTime(lastSeen);
  const began = isoTime(integer(row, 'began_at'));
  const subscription = integerOrNull(row, 'subscription');
  if (subscription === null) return began;
  return context.lastRead(subscription, 'identities', integer(row, 'shown_at')) ?? began;
}

function earliest(rows: readonly SqlRow[], column: string): number {
  return rows.reduce((first, row) => Math.min(first, integer(row, column)), Number.MAX_SAFE_INTEGER);
}

/** The last of some times in ISO 8601; empty if there is none. */
export function latest(times: readonly string[]): string {
  return times.toSorted().at(-1) ?? '';
}
