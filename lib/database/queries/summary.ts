import { type CoverageStatus, machineKinds } from '../../inventory/coverage.ts';
import { withStatusOf } from '../../inventory/coverage-of-kinds.ts';
import type { AsOf } from '../../inventory/query.ts';
import { allKinds } from '../../inventory/shown-kinds.ts';
import type { Summary } from '../../inventory/summary.ts';
import type { Database } from '../database.ts';
import { readLedger } from './coverage/ledger.ts';
import { subscriptionsAt } from './coverage/subscriptions-at.ts';
import { type Accepted, countFindings } from './findings.ts';
import { machineGroupsAt } from './machines/machine-groups.ts';
import { countDangling } from './principals/principal-select.ts';
import { integer, text } from './row-values.ts';
import { getRun } from './runs.ts';
import { prepared } from './statements.ts';

/** Gaps and blind spots that a summary names. */
const mostNamed = 5;
/** Runs that a summary draws a line through. */
const mostRuns = 60;

/** The worst first. */
const gapStatuses: readonly CoverageStatus[] = ['denied', 'failed', 'partial'];

type SummaryOfRun = Omit<Summary, 'asOf' | 'runId' | 'complete' | 'coverage' | 'version' | 'damaged'>;

/** The inventory as of a run in numbers, with what is missing from it. */
export function readSummary(database: Database, asOf: AsOf, accepted: Accepted): SummaryOfRun {
  const run = getRun(database, asOf.runId);
  if (run === null) throw new TypeError(`Run ${asOf.runId} has no row`);
  const runs = runsUpTo(database, asOf.seq);
  return {
    reason: run.reason,
    previousRunId: runs.at(-2)?.runId ?? null,
    machines: countMachines(database, asOf.seq),
    principals: { attached: run.principalCount - countDangling(database, asOf.seq) },
    findings: countFindings(database, asOf, accepted),
    changes: run.changes,
    gaps: worstGaps(database, asOf),
    blindSpots: readLedger(database, asOf).blindSpots?.slice(0, mostNamed) ?? null,
    runs,
  };
}

function runsUpTo(database: Database, seq: number): Summary['runs'] {
  const rows = prepared(
    database,
    `SELECT id, finished_at, complete, virtual_machine_count, principal_count FROM run
     WHERE seq <= $seq ORDER BY seq DESC LIMIT $limit`,
  ).all({ $seq: seq, $limit: mostRuns });
  return rows.toReversed().map((row) => ({
    runId: text(row, 'id'),
    finishedAt: text(row, 'finished_at'),
    complete: integer(row, 'complete') === 1,
    virtualMachineCount: integer(row, 'virtual_machine_count'),
    principalCount: integer(row, 'principal_count'),
  }));
}

const holds = (row: string) => `${row}.valid_from <= $seq AND (${row}.valid_to IS NULL OR ${row}.valid_to > $seq)`;

const unseenMachines = `
SELECT m.subscription, m.type, count(*) AS machines
FROM unseen u CROSS JOIN machine m ON m.id = u.machine CROSS JOIN machine_version v ON v.machine = m.id
WHERE ${holds('u')} AND ${holds('v')} GROUP BY m.subscription, m.type`;

function countMachines(database: Database, seq: number): Summary['machines'] {
  const subscriptions = subscriptionsAt(database, seq);
  const isStale = (subscription: number, type: number): boolean =>
    subscriptions.get(subscription)?.isStale(machineKinds[type] ?? machineKinds[0]) === true;
  const groups = machineGroupsAt(database, seq);
  // Where the whole kind is stale, its unseen machines are counted already.
  const unseen = prepared(database, unseenMachines)
    .all({ $seq: seq })
    .filter((row) => !isStale(integer(row, 'subscription'), integer(row, 'type')))
    .reduce((total, row) => total + integer(row, 'machines'), 0);
  const sum = (counted: typeof groups): number => counted.reduce((total, { count }) => total + count, 0);
  const ofType = (type: number): number => sum(groups.filter((group) => group.type === type));
  const having = (type: number): number => sum(groups.filter(({ identityType }) => identityType === type));
  return {
    virtualMachines: ofType(0),
    scaleSets: ofType(1),
    arcMachines: ofType(2),
    stale: sum(groups.filter(({ subscription, type }) => isStale(subscription, type))) + unseen,
    byIdentityType: { none: having(0), systemAssigned: having(1), userAssigned: having(2), both: having(3) },
  };
}

function worstGaps(database: Database, asOf: AsOf): Summary['gaps'] {
  const rows = readLedger(database, asOf).coverage.map((row) => withStatusOf(row, allKinds));
  return gapStatuses
    .flatMap((worst) => rows.filter(({ status }) => status === worst))
    .slice(0, mostNamed)
    .map(({ subscriptionId, displayName, status, reason }) => ({ subscriptionId, displayName, status, reason }));
}
