import { openSession } from '../../lib/azure/session.ts';
import { listLive } from '../../lib/collect/live-machines.ts';
import type { Reason } from '../../lib/errors.ts';
import { withStatusOf } from '../../lib/inventory/coverage-of-kinds.ts';
import type { LiveList, MachineFilter, OrderBy, ShownKinds } from '../../lib/inventory/query.ts';
import { machineListKinds } from '../../lib/inventory/shown-kinds.ts';
import { liveCompleteness, matchingMachines } from '../../lib/parameters/matching-machines.ts';
import type { CommandContext } from '../command.ts';
import { type ExitCode, exitCodes } from '../exit-code.ts';
import type { Messages } from '../messages.ts';
import { UsageError } from '../usage-error.ts';
import { reportGaps } from './incomplete.ts';

const noSubscriptions: Reason = {
  code: 'NoSubscriptions',
  message: 'The identity sees no subscription',
  hint: 'Grant it Reader on the subscriptions to list. To see which identity this is, run: vm-identities whoami',
};

/**
 * Machines as Azure lists them now; nothing is stored.
 * @throws {UsageError} `--as-of` was given as well
 * @throws {ImpossibleFilterError} no machine has a required tag
 * @throws {NoTokenError}
 */
export async function listLiveMachines(
  { settings, environment, messages, signal }: CommandContext,
  options: { readonly asOf?: string; readonly orderby?: OrderBy },
  filter: MachineFilter,
) {
  refuseAsOf(options.asOf);
  const subscriptionIds = filter.subscriptionId === undefined ? null : [filter.subscriptionId];
  const session = openSession(settings, environment);
  const { type } = filter;
  const read = await listLive({ session, settings, subscriptionIds, type, limit: Number.POSITIVE_INFINITY, signal });
  /** Writes to stderr what could not be read. @returns the exit code: 0, or 3 when the answer is not complete */
  const report = (): ExitCode => {
    const completeness = liveCompleteness(read, filter);
    return reportLive(messages, { ...read, completeness }, machineListKinds(filter));
  };
  try {
    return { machines: matchingMachines(read.machines, filter, options.orderby), report };
  } catch (error) {
    report();
    throw error;
  }
}

/**
 * Writes to stderr what a live read lacks.
 * @param kinds that it shows
 * @returns the exit code: 0, or 3 when it is not complete
 */
export function reportLive(
  messages: Messages,
  { coverage, completeness, reason }: Pick<LiveList, 'coverage' | 'completeness' | 'reason'>,
  kinds: ShownKinds,
): ExitCode {
  if (completeness.complete) return exitCodes.complete;
  reportGaps(messages, {
    of: 'answer',
    coverage: coverage.map((row) => withStatusOf(row, kinds)),
    blindSpots: completeness.coverage.blindSpots === null ? null : [],
    reason: coverage.length === 0 ? noSubscriptions : reason,
  });
  return exitCodes.incomplete;
}

/** @throws {UsageError} `--as-of` was given together with `--live` */
export function refuseAsOf(asOf: string | undefined): void {
  if (asOf === undefined) return;
  throw new UsageError('InvalidOption', '--live reads Azure now; it cannot be combined with --as-of');
}
