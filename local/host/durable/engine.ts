import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { HostedFunction, Invoke } from '../invocation.ts';
import { errorText, writeLog } from '../log.ts';
import { endOf, eventTypes, type HistoryEvent, stamp, startOf } from './history.ts';
import type { HistoryStore, StoredHistory } from './history-store.ts';
import { type DrivenInstance, driveInstance } from './instance.ts';
import { lockName } from './instance-lock.ts';
import { createSemaphore } from './semaphore.ts';
import { loseTurn } from './turn.ts';

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
  /**
   * Of several starts of one id at once, all are `started`: one runs, and the inputs of the others are lost.
   * @returns `unknown`: there is no such orchestrator; `exists`: an instance of that id is running
   */
  start(name: string, instanceId: string, input: unknown): Promise<'started' | 'exists' | 'unknown'>;
  /** @returns null when there is no such instance */
  history(instanceId: string): Promise<readonly HistoryEvent[] | null>;
  terminate(instanceId: string, reason: string): Promise<'terminated' | 'ended' | 'missing'>;
  /** Continues the instances that an ended host left running. */
  resume(): void;
  /** Resolves when the turns that have begun are over. */
  stop(): Promise<void>;
}

interface Found {
  readonly stored: StoredHistory | null;
  /** It has not ended, here or in another host. */
  readonly running: boolean;
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
  const adopting = new Map<string, Promise<Found>>();
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

  /** Drives an instance unless another host does. Those who ask at the same time share the answer. */
  function adopt(instanceId: string): Promise<Found> {
    const adopted = adopting.get(instanceId) ?? adoptOnce(instanceId).finally(() => adopting.delete(instanceId));
    adopting.set(instanceId, adopted);
    return adopted;
  }

  async function adoptOnce(instanceId: string): Promise<Found> {
    const stored = await store.load(instanceId);
    const started = startOf(stored?.history ?? []);
    if (stored === null || started === undefined || endOf(stored.history) !== undefined) {
      elsewhere.delete(instanceId);
      return { stored, running: false };
    }
    if (here.has(instanceId) || stopped.signal.aborted) return { stored, running: true };
    const orchestrator = orchestrators.get(started.Name.toLowerCase());
    const unlock = orchestrator === undefined ? null : await lock(started);
    if (orchestrator === undefined || unlock === null) watch(instanceId);
    else if (stored.inTurn) {
      writeLog('warning', 'host', `instance ${instanceId} of ${started.Name} failed: its host was killed in a turn`);
      await store.append(instanceId, stored, loseTurn({ orchestrator, history: stored.history })).finally(unlock);
      return adoptOnce(instanceId);
    } else {
      writeLog('information', 'host', `continuing instance ${instanceId} of ${started.Name}`);
      drive(instanceId, orchestrator, stored, unlock);
    }
    return { stored, running: true };
  }

  function watch(instanceId: string): void {
    elsewhere.add(instanceId);
    looking ??= setInterval(() => void lookElsewhere(), lookEveryMs).unref();
  }

  /** Waits for slow storage before it looks again. */
  async function lookElsewhere(): Promise<void> {
    if (busyLooking) return;
    busyLooking = true;
    await Promise.all(Array.from(elsewhere, (id) => adopt(id).catch(logFailure)));
    busyLooking = false;
  }

  /** Retries while storage is unavailable, because the instances to continue are stored there. */
  async function resumeAll(): Promise<void> {
    for (let waitMs = firstWaitMs; !stopped.signal.aborted; waitMs = Math.min(waitMs * 2, longestWaitMs)) {
      try {
        for (const instanceId of await store.list()) await adopt(instanceId);
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
      const { stored: before, running } = await adopt(instanceId);
      if (running) return 'exists';
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
      if (stored === null) unlock();
      else drive(instanceId, orchestrator, stored, unlock);
      return 'started';
    },
    async history(instanceId) {
      const instance = here.get(instanceId);
      if (instance !== undefined) return instance.history;
      const { stored } = await adopt(instanceId);
      return stored === null || stored.history.length === 0 ? null : stored.history;
    },
    async terminate(instanceId, reason) {
      const { stored, running } = await adopt(instanceId);
      if (stored === null) return 'missing';
      if (!running) return 'ended';
      const instance = here.get(instanceId);
      if (instance === undefined) await terminateElsewhere(store, instanceId, reason);
      else instance.terminate(reason);
      return 'terminated';
    },
    resume() {
      void resumeAll();
    },
    async stop() {
      stopped.abort();
      clearInterval(looking);
      await Promise.all(Array.from(here.values(), ({ finished }) => finished));
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
