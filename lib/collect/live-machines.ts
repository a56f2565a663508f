import type { ArmClient, RequestContext } from '../azure/resource-manager/client/arm-client.ts';
import { ArmError } from '../azure/resource-manager/client/errors.ts';
import { newRequestContext } from '../azure/resource-manager/client/request-context.ts';
import { getSubscription } from '../azure/resource-manager/resources/subscriptions.ts';
import { getVirtualMachine } from '../azure/resource-manager/resources/virtual-machines.ts';
import type { Session } from '../azure/session.ts';
import { InventoryError, NoTokenError, NotFoundError } from '../errors.ts';
import type { Kind } from '../inventory/coverage.ts';
import { fold } from '../inventory/names/fold.ts';
import type { LiveList } from '../inventory/query.ts';
import type { ReadingEvent } from '../inventory/reading.ts';
import { machineListKinds } from '../inventory/shown-kinds.ts';
import {
  type MachineReading,
  type MachineType,
  principalIdsOf,
  type VirtualMachine,
} from '../inventory/virtual-machine.ts';
import { type LiveReadRequest, readLive } from './read-live.ts';

export interface LiveRequest extends Omit<LiveReadRequest, 'kinds' | 'readers' | 'sink'> {
  /** Default: virtual machines. */
  readonly type?: MachineType | 'any' | undefined;
  /** The most machines to read. */
  readonly limit: number;
}

/**
 * Reads subscriptions now, through the same steps as a run. If the signal times out (`AbortSignal.timeout`) meanwhile,
 * it returns what was read so far, as not complete.
 * @throws {InventoryError} `TooManyMachines`: use the database instead
 * @throws {NoTokenError} no credential gives a token
 */
export async function listLive(request: LiveRequest): Promise<LiveList> {
  const { limit, type, ...scope } = request;
  const shown = machineListKinds({ type });
  const kinds: readonly Kind[] = [...shown, ...(shown.includes('virtualMachines') ? (['powerStates'] as const) : [])];
  const memory = keepMachines(limit);
  const { subscriptions, ...read } = await readLive({ ...scope, kinds, sink: memory.write });
  return { machines: memory.rows(new Map(subscriptions.map((one) => [one.subscriptionId, one.displayName]))), ...read };
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

function keepMachines(limit: number) {
  const readAt = new Map<string, string>();
  const machines = new Map<string, MachineReading>();
  const powerStates = new Map<string, string>();
  return {
    write(event: ReadingEvent): void {
      if (event.type === 'begin') readAt.set(event.subscriptionId, event.readAt);
      else if (event.type === 'machines') {
        for (const machine of event.rows) machines.set(fold(machine.id), machine);
        if (machines.size > limit) {
          throw new InventoryError('TooManyMachines', `There are more than ${limit} machines to read live`, {
            hint: 'Use the database (without live), or name one subscription',
          });
        }
      } else if (event.type === 'powerStates') {
        for (const { id, powerState } of event.rows) powerStates.set(fold(id), powerState);
      }
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
