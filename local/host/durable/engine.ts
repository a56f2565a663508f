import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { HostedFunction, Invoke } from '../invocation.ts';
import { errorText, writeLog } from '../log.ts';
import { endOf, eventTypes, type HistoryEvent, stamp, startOf } from './history.ts';
import type { HistoryStore, StoredHistory } from './history-store.ts';
import { type DrivenInstance, driveInstance } from './instance.ts';
import { lockName } from './instance-lock.ts';
import { createSemaphore } from './semaphore.ts';

export interface EngineOptions {
  readonly store: HistoryStore;
  readonly invoke: Invoke;
  /** By lower-cased name. */
  readonly orchestrators: ReadonlyMap<string, HostedFunction>;
  readonly activities: ReadonlyMap<string, HostedFunction>;
  /** How many activities may run at the same time. */
  readonly activitiesAtOnce: number;
}

/** The instances of orchestrations. Hosts on one machine may share a store: one of them drives each instance. */
export interface Engine {
  /** @returns `unknown`: there is no such orchestrator; `exists`: an instance of that id is running */
  start(name: string, instanceId: string, input: unknown): Promise<'started' | 'exists' | 'unknown'>;
  /** @returns null when there is no such instance */
  history(instanceId: string): Promise<readonly HistoryEvent[] | null>;
  terminate(instanceId: string, reason: string): Promise<'terminated' | 'ended' | 'missing'>;
  /** Continues the instances that an ended host left running. */
  resume(): void;
  stop(): void;
}

/** How often to check whether another host has ended. */
const lookEveryMs = 1_000;
const firstWaitMs = 500;
const longestWaitMs = 10_000;

export function createEngine(options: EngineOptions): Engine {
  const { store, orchestrators } = options;
  const stopped = new AbortController();
  const limitActivities = createSemaphore(options.activitiesAtOnce);
  const host = { ...options, limitActivities, signal: stopped.signal };
  const here = new Map<string, DrivenInstance>();
  /** Running, probably driven by another host. */
  const elsewhere = new Set<string>();
  let looking: NodeJS.Timeout | undefined;
  let busyLooking = false;

  const lock = ({ ExecutionId }: { readonly ExecutionId: string }) => lockName(`${store.url}/${ExecutionId}`);

  function drive(instanceId: string, orchestrator: HostedFunction, stored: StoredHistory, unlock: () => void): void {
    const instance = driveInstance(instanceId, orchestrator, stored, host);
    here.set(instanceId, instance);
    elsewhere.delete(instanceId);
    void instance.finished.then(() => {
      if (here.get(instanceId) === instance) here.delete(instanceId);
      unlock();
    });
  }

  /** Drives an instance unless another host does. @returns whether the instance is running */
  async function adopt(instanceId: string, stored: StoredHistory | null): Promise<boolean> {
    const started = startOf(stored?.history ?? []);
    if (stored === null || started === undefined || endOf(stored.history) !== undefined) {
      elsewhere.delete(instanceId);
      return false;
    }
    if (here.has(instanceId) || stopped.signal.aborted) return true;
    const orchestrator = orchestrators.get(started.Name.toLowerCase());
    const unlock = orchestrator === undefined ? null : await lock(started);
    if (orchestrator === undefined || unlock === null) watch(instanceId);
    else {
      writeLog('information', 'host', `continuing instance ${instanceId} of ${started.Name}`);
      drive(instanceId, orchestrator, stored, unlock);
    }
    return true;
  }

  function watch(instanceId: string): void {
    elsewhere.add(instanceId);
    looking ??= setInterval(() => void lookElsewhere(), lookEveryMs).unref();
  }

  /** Waits for slow storage before it looks again. */
  async function lookElsewhere(): Promise<void> {
    if (busyLooking) return;
    busyLooking = true;
    await Promise.all(Array.from(elsewhere, (id) => look(id).catch(logFailure)));
    busyLooking = false;
  }

  const look = async (instanceId: string): Promise<boolean> => adopt(instanceId, await store.load(instanceId));

  /** Retries while storage is unavailable, because the instances to continue are stored there. */
  async function resumeAll(): Promise<void> {
    for (let waitMs = firstWaitMs; !stopped.signal.aborted; waitMs = Math.min(waitMs * 2, longestWaitMs)) {
      try {
        for (const instanceId of await store.list()) await look(instanceId);
        return;
      } catch (error) {
        logFailure(error);
        await delay(waitMs, undefined, { signal: stopped.signal, ref: false }).catch(() => undefined);
      }
    }
  }

  return {
    async start(name, instanceId, input) {
      const orchestrator = orchestrators.get(name.toLowerCase());
      if (orchestrator === undefined) return 'unknown';
      const before = await store.load(instanceId);
      if (await adopt(instanceId, before)) return 'exists';
      const now = new Date();
      const execution = { Name: name, Input: JSON.stringify(input ?? null), ExecutionId: randomUUID() };
      const unlock = await lock(execution);
      if (unlock === null) throw new Error('The lock of a new execution is taken.');
      const stored = await store
        .create(instanceId, before, [
          { ...stamp(now), EventType: eventTypes.OrchestratorStarted },
          { ...stamp(now), EventType: eventTypes.ExecutionStarted, ...execution },
        ])
        .catch((error: unknown) => {
          unlock();
          throw error;
        });
      if (stored === null) {
        unlock();
        return 'exists';
      }
      drive(instanceId, orchestrator, stored, unlock);
      return 'started';
    },
    async history(instanceId) {
      const instance = here.get(instanceId);
      if (instance !== undefined) return instance.history;
      const stored = await store.load(instanceId);
      await adopt(instanceId, stored);
      return stored === null || stored.history.length === 0 ? null : stored.history;
    },
    async terminate(instanceId, reason) {
      const stored = await store.load(instanceId);
      if (stored === null) return 'missing';
      if (!(await adopt(instanceId, stored))) return 'ended';
      const instance = here.get(instanceId);
      if (instance === undefined) await terminateElsewhere(store, instanceId, reason);
      else instance.terminate(reason);
      return 'terminated';
    },
    resume() {
      void resumeAll();
    },
    stop() {
      stopped.abort();
      clearInterval(looking);
    },
  };
}

/** At its next turn, the host that drives the instance finds that its history has ended. */
async function terminateElsewhere(store: HistoryStore, instanceId: string, reason: string): Promise<void> {
  const Result = JSON.stringify(reason);
  const end = {
    ...stamp(new Date()),
    EventType: eventTypes.ExecutionCompleted,
    Result,
    OrchestrationStatus: 'Terminated',
  } as const;
  for (;;) {
    const stored = await store.load(instanceId);
    if (stored === null || endOf(stored.history) !== undefined) return;
    if ((await store.append(instanceId, stored, [end])) !== null) return;
  }
}

function logFailure(error: unknown): void {
  writeLog('warning', 'host', `the histories of orchestrations cannot be read: ${errorText(error)}`);
}
