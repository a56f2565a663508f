import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { inject, test } from 'vitest';
import type { Run } from '../../lib/inventory/run.ts';
import { type LocalAzure, startLocalAzure } from '../../local/azure/local-azure.ts';
import { createSampleTenant } from '../../local/azure/sample-tenant.ts';
import { allCases } from '../support/cases.ts';
import { type Dump, logicalDump } from '../support/logical-dump.ts';
import { never, newStore, type TestStore } from '../support/stores.ts';
import { type EngineName, type System, startSystem } from './systems.ts';
import { until } from './until.ts';
import { engineVersions } from './versions.ts';

const bundle = pathToFileURL(join(import.meta.dirname, '../../dist/functions.cjs')).href;

/** A case that runs with the newest version of the extension; with all of them when TEST_ALL is set. */
export const testNewest =
  inject('engineVersion') === engineVersions[0] || allCases ? test.concurrent : test.concurrent.skip;

/** Module with the orchestrator and the activities that tests of the engine itself use. */
export const probeApp = pathToFileURL(join(import.meta.dirname, 'probe-app.ts')).href;

/** The built app, an engine that drives it, an empty storage account, and an Azure with a sample tenant. */
export interface AppSystem extends AsyncDisposable {
  readonly engine: EngineName;
  readonly system: System;
  readonly azure: LocalAzure;
  readonly target: TestStore;
  readonly connectionString: string;
  /** Another worker and host on the same storage, as a second instance of the app. */
  startSecond(): Promise<System>;
}

export interface AppOptions {
  readonly subscriptions: number;
  readonly vms: number;
  /** What to do with the connection string: lead it through a proxy. */
  readonly via?: (connectionString: string) => Promise<string>;
}

export async function newAccount(): Promise<string> {
  return (await fetch(inject('engineStorageUrl'))).text();
}

/** Does the same with the real engine and with the stand-in, at the same time. */
export function bothEngines<Result>(
  real: EngineName,
  act: (engine: EngineName) => Promise<Result>,
): Promise<readonly [Result, Result]> {
  return Promise.all([act(real), act('stand-in')]);
}

export async function startApp(engine: EngineName, options: AppOptions): Promise<AppSystem> {
  const account = await newAccount();
  const connectionString = (await options.via?.(account)) ?? account;
  const tenant = createSampleTenant({ subscriptions: options.subscriptions, vms: options.vms, scenes: false });
  const azure = await startLocalAzure({ tenant, pageSize: 20 });
  const environment = azure.environment('AppService');
  const systems: System[] = [];
  const start = async (instance: string): Promise<System> => {
    const names = { WEBSITE_CURRENT_STAMPNAME: 'stamp', RoleInstanceId: instance };
    const started = await startSystem({
      engine,
      app: bundle,
      connectionString,
      environment: { ...environment, ...names },
    });
    systems.push(started);
    return started;
  };
  return {
    engine,
    system: await start('one'),
    azure,
    target: newStore(account, 'inventory'),
    connectionString,
    startSecond: () => start('two'),
    async [Symbol.asyncDispose]() {
      await Promise.all(systems.map((system) => system[Symbol.asyncDispose]()));
      await azure.stop();
    },
  };
}

export async function startRun({ url }: System): Promise<{ readonly status: number; readonly id: string }> {
  const response = await fetch(`${url}/api/runs`, { method: 'POST' });
  const body: { readonly id?: string; readonly error?: { readonly target: string } } = JSON.parse(
    await response.text(),
  );
  return { status: response.status, id: body.id ?? body.error?.target ?? '' };
}

export async function endOfRun({ target }: AppSystem, id: string): Promise<Run> {
  const read = async (): Promise<Run> => {
    const found = await target.store.runs.read(id, never);
    if (found === null) throw new Error(`There is no record of run ${id}`);
    return found.run;
  };
  return until(read, ({ status }) => status !== 'running');
}

/** What a run must leave, whatever drove it. */
export interface Outcome {
  readonly run: Pick<Run, 'status' | 'trigger' | 'complete' | 'virtualMachineCount' | 'principalCount' | 'changes'>;
  readonly reason: string | null;
  /** How many lines of the log say that it ended. */
  readonly lines: number;
  readonly dump: Dump | null;
}

export async function outcomeOf(
  app: AppSystem,
  id: string,
  systems: readonly System[] = [app.system],
): Promise<Outcome> {
  const { status, trigger, complete, virtualMachineCount, principalCount, changes, reason } = await endOfRun(app, id);
  const lines = () =>
    systems
      .flatMap((system) => system.lines)
      .filter((line) => line.includes('"event":"inventoryRun"') && line.includes(id));
  await until(
    async () => lines().length,
    (count) => count > 0,
  );
  return {
    run: { status, trigger, complete, virtualMachineCount, principalCount, changes },
    reason: reason?.code ?? null,
    lines: lines().length,
    dump: status === 'succeeded' ? await logicalDump(app.target) : null,
  };
}
