import type { ArmClient, RequestContext } from '../azure/resource-manager/client/arm-client.ts';
import { ArmError } from '../azure/resource-manager/client/errors.ts';
import { newRequestContext } from '../azure/resource-manager/client/request-context.ts';
import { getSubscription } from '../azure/resource-manager/resources/subscriptions.ts';
import { getVirtualMachine } from '../azure/resource-manager/resources/virtual-machines.ts';
import type { Session } from '../azure/session.ts';
import { InventoryError, NoTokenError, NotFoundError } from '../errors.ts';
import type { Coverage } from '../inventory/coverage.ts';
import { fold } from '../inventory/names/fold.ts';
import { type Plan, type PlannedSubscription, reasonOf } from '../inventory/plan.ts';
import type { Completeness, LiveList } from '../inventory/query.ts';
import type { KindReading, ReadingEvent } from '../inventory/reading.ts';
import { newRunId } from '../inventory/run.ts';
import { machineListKinds } from '../inventory/shown-kinds.ts';
import { toCoverage } from '../inventory/to-coverage.ts';
import {
  type MachineReading,
  type MachineType,
  principalIdsOf,
  type VirtualMachine,
} from '../inventory/virtual-machine.ts';
import type { Settings } from '../settings.ts';
import { collectSubscriptions } from './collect-subscriptions.ts';
import { planRun } from './plan-run.ts';

export interface LiveRequest {
  readonly session: Session;
  readonly settings: Settings;
  /** Lower case; null = all that the settings allow. Requested even if the identity does not see it. */
  readonly subscriptionIds: readonly string[] | null;
  /** Default: virtual machines. */
  readonly type?: MachineType | 'any' | undefined;
  /** The most machines to read. */
  readonly limit: number;
  /** Time to wait for throttling, per subscription; default: five minutes. */
  readonly throttlingWaitMs?: number;
  readonly signal: AbortSignal;
}

/**
 * Reads subscriptions now, through the same steps as a run. If the signal times out (`AbortSignal.timeout`) meanwhile,
 * it returns what was read so far, as not complete.
 * @throws {InventoryError} `TooManyMachines`: use the database instead
 * @throws {NoTokenError} no credential gives a token
 */
export async function listLive(request: LiveRequest): Promise<LiveList> {
  const { session, settings, subscriptionIds, throttlingWaitMs, signal } = request;
  const startedAt = new Date().toISOString();
  const shown = machineListKinds({ type: request.type });
  const plan = await planRun({
    arm: session.arm,
    settings: subscriptionIds === null ? settings : { ...settings, subscriptions: null, excludeSubscriptions: [] },
    known: [],
    principalId: await session.principalId(signal),
    runId: newRunId(startedAt),
    trigger: 'cli',
    startedAt,
    scope: subscriptionIds,
    kinds: [...shown, ...(shown.includes('virtualMachines') ? (['powerStates'] as const) : [])],
    throttlingWaitMs,
    signal,
  });
  const unlisted = plan.blindSpots.filter(({ source }) => subscriptionIds !== null && source === 'configured');
  const subscriptions = [...plan.subscriptions, ...unlisted.map(({ subscriptionId }) => toUnlisted(subscriptionId))];
  const memory = keepMachines(request.limit);
  try {
    await collectSubscriptions({ arm: session.arm, plan, subscriptions, sink: memory.write, throttlingWaitMs, signal });
  } catch (error) {
    if (!isTimeout(signal)) throw error;
  }
  const coverage = subscriptions.map((one) => toCoverage(one, memory.readings.get(one.subscriptionId) ?? []));
  const blindSpots = plan.blindSpotsKnown ? plan.blindSpots.length - unlisted.length : null;
  return {
    machines: memory.rows(new Map(subscriptions.map((one) => [one.subscriptionId, one.displayName]))),
    coverage,
    completeness: completenessOf(plan, coverage, blindSpots),
    reason: reasonOf(plan),
  };
}

/**
 * @param throttlingWaitMs time to wait for throttling; default: five minutes
 * @throws {NotFoundError} there is no such machine  @throws {ArmError} Azure refused  @throws {NoTokenError}
 */
export async function getLive(
  { arm }: Session,
  resourceId: string,
  signal: AbortSignal,
  throttlingWaitMs?: number,
): Promise<VirtualMachine> {
  const context = newRequestContext(signal, throttlingWaitMs);
  const readAt = new Date().toISOString();
  try {
    const { machine, powerState } = await getVirtualMachine(arm, resourceId, context);
    return toLiveRow(machine, powerState, await subscriptionName(arm, machine.subscriptionId, context), readAt);
  } catch (error) {
    if (!(error instanceof ArmError) || error.status !== 404) throw error;
    throw new NotFoundError({ given: error.code }, error.message, { cause: error });
  }
}

/** The subscription's name, or its id if Azure does not show the subscription, as with a role on one machine only. */
async function subscriptionName(arm: ArmClient, subscriptionId: string, context: RequestContext): Promise<string> {
  try {
    return (await getSubscription(arm, subscriptionId, context)).displayName;
  } catch (error) {
    if (!(error instanceof InventoryError) || error instanceof NoTokenError) throw error;
    return subscriptionId;
  }
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

function keepMachines(limit: number) {
  const readings = new Map<string, KindReading[]>();
  const readAt = new Map<string, string>();
  const machines = new Map<string, MachineReading>();
  const powerStates = new Map<string, string>();
  return {
    readings,
    write(event: ReadingEvent): void {
      if (event.type === 'begin') {
        readings.set(event.subscriptionId, []);
        readAt.set(event.subscriptionId, event.readAt);
      } else if (event.type === 'machines') {
        for (const machine of event.rows) machines.set(fold(machine.id), machine);
        if (machines.size > limit) {
          throw new InventoryError('TooManyMachines', `There are more than ${limit} machines to read live`, {
            hint: 'Use the database (without live), or name one subscription',
          });
        }
      } else if (event.type === 'powerStates') {
        for (const { id, powerState } of event.rows) powerStates.set(fold(id), powerState);
      } else if (event.type === 'end') readings.get(event.reading.subscriptionId)?.push(event.reading);
    },
    rows: (names: ReadonlyMap<string, string>): VirtualMachine[] =>
      [...machines].map(([key, machine]) => {
        const { subscriptionId } = machine;
        const name = names.get(subscriptionId) ?? subscriptionId;
        return toLiveRow(machine, powerStates.get(key) ?? null, name, readAt.get(subscriptionId) ?? '');
      }),
  };
}

function toLiveRow(
  machine: MachineReading,
  powerState: string | null,
  subscriptionName: string,
  readAt: string,
): VirtualMachine {
  const { instanceCount, ...fields } = machine;
  return {
    ...fields,
    ...(instanceCount === null ? {} : { instanceCount }),
    subscriptionName,
    powerState,
    principalIds: principalIdsOf(machine.identity),
    firstSeen: readAt,
    lastSeen: readAt,
    deletedAt: null,
    stale: false,
  };
}
