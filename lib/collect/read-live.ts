import type { Session } from '../azure/session.ts';
import type { Coverage, Kind } from '../inventory/coverage.ts';
import { type Plan, type PlannedSubscription, reasonOf } from '../inventory/plan.ts';
import type { Completeness, LiveList } from '../inventory/query.ts';
import type { KindReading, ReadingSink } from '../inventory/reading.ts';
import { newRunId } from '../inventory/run.ts';
import { toCoverage } from '../inventory/to-coverage.ts';
import type { Settings } from '../settings.ts';
import { collectSubscriptions } from './collect-subscriptions.ts';
import type { KindReaders } from './kinds/kind-readers.ts';
import { planRun } from './plan-run.ts';

/** A read of Azure now, through the same steps as a run. Nothing is stored. */
export interface LiveReadRequest {
  readonly session: Session;
  readonly settings: Settings;
  /** Lower case; null = all that the settings allow. Requested even if the identity does not see it. */
  readonly subscriptionIds: readonly string[] | null;
  readonly kinds: readonly Kind[];
  /** Default: as a run reads. */
  readonly readers?: KindReaders | undefined;
  readonly sink: ReadingSink;
  /** Time to wait for throttling, per subscription; default: five minutes. */
  readonly throttlingWaitMs?: number | undefined;
  /** If it times out (`AbortSignal.timeout`), what was read so far counts, as not complete. */
  readonly signal: AbortSignal;
}

export interface LiveReading extends Omit<LiveList, 'machines'> {
  /** In the order of the plan; `coverage` has one for each of them. */
  readonly subscriptions: readonly PlannedSubscription[];
}

/** @throws {NoTokenError} no credential gives a token  @throws {ArmError} the list of subscriptions was refused */
export async function readLive(request: LiveReadRequest): Promise<LiveReading> {
  const { session, settings, subscriptionIds, kinds, readers, throttlingWaitMs, signal } = request;
  const startedAt = new Date().toISOString();
  const plan = await planRun({
    arm: session.arm,
    settings: subscriptionIds === null ? settings : { ...settings, subscriptions: null, excludeSubscriptions: [] },
    known: [],
    principalId: await session.principalId(signal),
    runId: newRunId(startedAt),
    trigger: 'cli',
    startedAt,
    scope: subscriptionIds,
    kinds,
    throttlingWaitMs,
    signal,
  });
  const unlisted = plan.blindSpots.filter(({ source }) => subscriptionIds !== null && source === 'configured');
  const subscriptions = [...plan.subscriptions, ...unlisted.map(({ subscriptionId }) => toUnlisted(subscriptionId))];
  const readings = new Map<string, KindReading[]>(subscriptions.map(({ subscriptionId }) => [subscriptionId, []]));
  const sink: ReadingSink = (event) => {
    if (event.type === 'end') readings.get(event.reading.subscriptionId)?.push(event.reading);
    request.sink(event);
  };
  try {
    await collectSubscriptions({ arm: session.arm, plan, subscriptions, sink, readers, throttlingWaitMs, signal });
  } catch (error) {
    if (!isTimeout(signal)) throw error;
  }
  const coverage = subscriptions.map((one) => toCoverage(one, readings.get(one.subscriptionId) ?? []));
  const blindSpots = plan.blindSpotsKnown ? plan.blindSpots.length - unlisted.length : null;
  return { subscriptions, coverage, completeness: completenessOf(plan, coverage, blindSpots), reason: reasonOf(plan) };
}

function isTimeout(signal: AbortSignal): boolean {
  return signal.aborted && signal.reason instanceof Error && signal.reason.name === 'TimeoutError';
}

function toUnlisted(subscriptionId: string): PlannedSubscription {
  return { subscriptionId, displayName: subscriptionId, tenantId: null, state: 'Unknown', skip: null };
}

function completenessOf(plan: Plan, coverage: readonly Coverage[], blindSpots: number | null): Completeness {
  const counts = { complete: 0, partial: 0, failed: 0, denied: 0, skipped: 0 };
  for (const { status } of coverage) counts[status] += 1;
  const readable = counts.complete + counts.skipped;
  return {
    complete: reasonOf(plan) === null && blindSpots === 0 && readable > 0 && readable === coverage.length,
    coverage: { ...counts, blindSpots },
  };
}
