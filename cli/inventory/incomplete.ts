import { type Database, openForReading } from '../../lib/database/database.ts';
import { resolveAsOf } from '../../lib/database/queries/as-of.ts';
import { completeness } from '../../lib/database/queries/coverage/completeness.ts';
import { readLedger } from '../../lib/database/queries/coverage/ledger.ts';
import { refuseImpossibleFilter } from '../../lib/database/queries/machines/tag-names.ts';
import { getRun, listRuns } from '../../lib/database/queries/runs.ts';
import type { Reason } from '../../lib/errors.ts';
import type { BlindSpot, Coverage } from '../../lib/inventory/coverage.ts';
import { withStatusOf } from '../../lib/inventory/coverage-of-kinds.ts';
import type { AsOf, MachineFilter, ShownKinds } from '../../lib/inventory/query.ts';
import { type ExitCode, exitCodes } from '../exit-code.ts';
import { type Messages, reasonText } from '../messages.ts';
import type { Inventory } from './open-inventory.ts';

/** Subscriptions and blind spots that are named; `vm-identities subscriptions` lists the rest. */
const namedAtMost = 10;

const pastPowerStates: Reason = {
  code: 'PastPowerStates',
  message: 'Only the newest run has the power states of all machines',
  hint: 'Leave out --as-of or --power-state',
};

/** What is missing from an answer. */
export interface Gaps {
  /** What is not complete. */
  readonly of: 'answer' | 'run';
  /** The subscriptions behind the answer, with the status of the kinds shown. */
  readonly coverage: readonly Coverage[];
  /** null when they cannot be known. */
  readonly blindSpots: readonly BlindSpot[] | null;
  /** The problem of the run as a whole. */
  readonly reason: Reason | null;
}

/**
 * Refuses a filter that no machine can match, before the first row is written. What was not read may match it, so stderr
 * says what that is.
 * @throws {ImpossibleFilterError}
 */
export function checkFilter(messages: Messages, inventory: Inventory, kinds: ShownKinds, filter: MachineFilter): void {
  try {
    refuseImpossibleFilter(inventory.database, inventory.asOf, filter);
  } catch (error) {
    reportCompleteness(messages, inventory, kinds, filter);
    throw error;
  }
}

/**
 * Writes to stderr what is missing from an answer of the inventory.
 * @returns the exit code: 0, or 3 when the answer is not complete
 */
export function reportCompleteness(
  messages: Messages,
  { database, asOf, damaged }: Inventory,
  kinds: ShownKinds,
  filter: Pick<MachineFilter, 'subscriptionId'>,
): ExitCode {
  if (completeness(database, asOf, kinds, filter).complete && !damaged) return exitCodes.complete;
  const matches = ({ subscriptionId }: { readonly subscriptionId: string }): boolean =>
    filter.subscriptionId === undefined || subscriptionId.toLowerCase() === filter.subscriptionId;
  const { coverage, blindSpots } = readLedger(database, asOf);
  reportGaps(messages, {
    of: 'answer',
    coverage: coverage.filter(matches).map((row) => withStatusOf(row, kinds)),
    blindSpots: blindSpots?.filter(matches) ?? null,
    reason: reasonOfRun(database, asOf, kinds),
  });
  return exitCodes.incomplete;
}

/** A reason that concerns every subscription: an unreliable list of them, or power states of the past. */
function reasonOfRun(database: Database, asOf: AsOf, kinds: ShownKinds): Reason | null {
  const runs = listRuns(database);
  const [newest, ...before] = runs.slice(runs.findIndex(({ id }) => id === asOf.runId));
  const listed = [newest, ...before].find((run) => run?.scope === null) ?? newest;
  if (listed?.reason) return listed.reason;
  const isPast = kinds.includes('powerStates') && runs[0]?.id !== asOf.runId;
  return isPast ? pastPowerStates : null;
}

/** Writes to stderr what is missing from a run that was just merged; all kinds that it read count. */
export function reportRun(messages: Messages, path: string, runId: string): ExitCode {
  using database = openForReading(path);
  const { coverage, blindSpots } = readLedger(database, resolveAsOf(database, runId));
  reportGaps(messages, { of: 'run', coverage, blindSpots, reason: getRun(database, runId)?.reason ?? null });
  return exitCodes.incomplete;
}

/** Writes what is missing, why, and what to do about it: a limited number of lines. */
export function reportGaps(messages: Messages, gaps: Gaps): void {
  const rows = gaps.coverage.filter(({ status }) => status !== 'complete' && status !== 'skipped');
  messages.line(`warning: the ${gaps.of} is not complete${summary(rows, gaps.blindSpots)}`);
  if (gaps.reason !== null) {
    messages.line(`  ${reasonText(gaps.reason)}`);
    hint(messages, gaps.reason.hint);
  }
  if (gaps.blindSpots === null && gaps.reason === null) {
    messages.line('  The subscriptions below the configured management groups could not be read');
    hint(messages, 'Grant the identity Management Group Reader on each management group, and check their names');
  }
  for (const { subscriptionId, displayName, status, reason } of rows.slice(0, namedAtMost)) {
    messages.line(`  ${subscriptionId} ${displayName}: ${status}${reason === null ? '' : `, ${reasonText(reason)}`}`);
    hint(messages, reason?.hint ?? null);
  }
  more(messages, rows.length, 'subscriptions');
  for (const { subscriptionId, displayName, since, grantCommand } of gaps.blindSpots?.slice(0, namedAtMost) ?? []) {
    messages.line(`  ${subscriptionId} ${displayName ?? ''}: blind spot since ${since}`);
    hint(messages, grantCommand);
  }
  more(messages, gaps.blindSpots?.length ?? 0, 'subscriptions --blind-spots');
}

function summary(rows: readonly Coverage[], blindSpots: readonly BlindSpot[] | null): string {
  const parts: string[] = [];
  for (const status of ['denied', 'failed', 'partial'] as const) {
    const count = rows.filter((row) => row.status === status).length;
    if (count > 0) parts.push(`${count} ${count === 1 ? 'subscription' : 'subscriptions'} ${status}`);
  }
  if (blindSpots === null) parts.push('blind spots are not known');
  else if (blindSpots.length > 0)
    parts.push(`${blindSpots.length} ${blindSpots.length === 1 ? 'blind spot' : 'blind spots'}`);
  return parts.length === 0 ? '' : `: ${parts.join(', ')}`;
}

function hint(messages: Messages, text: string | null): void {
  if (text !== null) messages.line(`    hint: ${text}`);
}

function more(messages: Messages, count: number, command: string): void {
  if (count > namedAtMost) messages.line(`  … and ${count - namedAtMost} more: vm-identities ${command}`);
}
