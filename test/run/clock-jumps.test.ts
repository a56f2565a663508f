import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import type { Reason } from '../../lib/errors.ts';
import type { Run } from '../../lib/inventory/run.ts';
import { createDatabaseReader, type DatabaseReader } from '../../lib/published/database-reader.ts';
import { collectStep } from '../../lib/run/collect-step.ts';
import { publishedRun } from '../../lib/run/fail-step.ts';
import { planStep } from '../../lib/run/plan-step.ts';
import { publishStep } from '../../lib/run/publish-step.ts';
import { reportStep } from '../../lib/run/report-step.ts';
import type { RunEnvironment } from '../../lib/run/run-environment.ts';
import { startRun } from '../../lib/run/start-run.ts';
import { type AzureForTests, startAzureForTests } from '../support/azure-session.ts';
import { newAzuriteAccount } from '../support/azurite-account.ts';
import { casesOf } from '../support/cases.ts';
import { type Dump, differences, logicalDump } from '../support/logical-dump.ts';
import { never, neverWarned, newStore, type TestStore } from '../support/stores.ts';

const hourMs = 60 * 60_000;
const dayMs = 24 * hourMs;
/** Three runs each. */
const timeLimit = 120_000;

const azurite = await newAzuriteAccount();
let azure: AzureForTests;
let folder: string;
let target: TestStore;
let reader: DatabaseReader;
let warnings: Reason[];
/** The result of a run over the changed tenant without clock jumps. */
let undisturbed: { readonly run: Run; readonly dump: Dump };

beforeAll(async () => {
  azure = await startAzureForTests({ subscriptions: 2, vms: 8, awkward: false, scenes: true });
  await arrange();
  await take({}, 1);
  undisturbed = { run: await take({}, 2), dump: await logicalDump(target) };
  await clear();
  expect(undisturbed.run.status).toBe('succeeded');
  expect(Object.keys(undisturbed.run.changes).length).toBeGreaterThan(5);
}, timeLimit);
afterAll(async () => {
  await azure[Symbol.asyncDispose]();
});
beforeEach(async () => {
  await arrange();
  return clear;
});

async function arrange(): Promise<void> {
  folder = await mkdtemp(join(tmpdir(), 'clock-'));
  target = newStore(azurite.connectionString);
  warnings = [];
  reader = createDatabaseReader(target.store, join(folder, 'reader'), neverWarned);
}

async function clear(): Promise<void> {
  vi.useRealTimers();
  await reader.close();
  await rm(folder, { recursive: true });
}

function environment(): RunEnvironment {
  return {
    store: target.store,
    reader,
    session: azure.session(),
    // Azure's clock, which the activity log has, does not jump with the host's.
    settings: azure.settings({ INVENTORY_CHANGE_AUTHORS: 'false' }),
    sources: [],
    acceptedFindings: async () => [],
    resumeWithinMs: hourMs,
    folder: join(folder, 'work'),
    warn: (reason) => void warnings.push(reason),
  };
}

/** How far the host's clock is off while it executes a step, in milliseconds. */
type Jumps = Readonly<Partial<Record<'start' | 'plan' | 'collect' | 'publish' | 'report', number>>>;

/** A whole run over the tenant in that state, by hosts with such clocks. Only `Date` is changed. */
async function take(jumps: Jumps, state: 1 | 2): Promise<Run> {
  azure.azure.tenant.enterState(state);
  const at = (step: keyof Jumps): RunEnvironment => {
    vi.useRealTimers();
    const offMs = jumps[step] ?? 0;
    if (offMs !== 0) vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + offMs });
    return environment();
  };
  const { store } = at('start');
  const drive = async () => null;
  const ended = async (): Promise<void> => undefined;
  const published = (runId: string, signal: AbortSignal): Promise<Run | null> => publishedRun(reader, runId, signal);
  const { id } = await startRun(
    { store, trigger: 'timer', scope: null, timeoutMinutes: 60, drive, ended, publishedRun: published },
    never,
  );
  const { batches } = await planStep(at('plan'), id, never);
  for (let batch = 0; batch < batches; batch++) await collectStep(at('collect'), id, batch, never);
  const { finishedAtMs } = await publishStep(at('publish'), id, never);
  const run = await reportStep(at('report'), id, finishedAtMs, never);
  vi.useRealTimers();
  if (run === null) throw new Error(`Run ${id} had ended before.`);
  return run;
}

const wholeRun = (offMs: number): Jumps => ({
  start: offMs,
  plan: offMs,
  collect: offMs,
  publish: offMs,
  report: offMs,
});

test.each(
  casesOf<[string, Jumps, Jumps]>(2, [
    ['is put back by an hour between two runs', {}, wholeRun(-hourMs)],
    ['was thirty hours ahead in the run before', wholeRun(30 * hourMs), {}],
    ['jumps ahead by three days between plan and publish', {}, { publish: 3 * dayMs, report: 3 * dayMs }],
    ['is two days ahead on the host that reads', {}, { collect: 2 * dayMs }],
    ['is put back by a year between two runs', {}, wholeRun(-365 * dayMs)],
    ['was an hour ahead in the run before', wholeRun(hourMs), {}],
    ['jumps back by three days between plan and publish', {}, { publish: -3 * dayMs, report: -3 * dayMs }],
    ['is two hours behind on the host that reads', {}, { collect: -2 * hourMs }],
    ['is ten days ahead on the host that starts', {}, { start: 10 * dayMs }],
  ]),
)(
  'Where the clock %s, a run stores the same, and the next one adds nothing',
  async (_how, first, second) => {
    await take(first, 1);

    const run = await take(second, 2);
    const dump = await logicalDump(target);
    const next = await take({}, 2);

    const { status, complete, coverage, changes, virtualMachineCount } = undisturbed.run;
    expect(run).toMatchObject({ status, complete, coverage, changes, virtualMachineCount });
    expect(differences(undisturbed.dump, dump).slice(0, 6)).toEqual([]);
    expect(next).toMatchObject({ status: 'succeeded', changes: {} });
    expect(await target.store.latest.read(never)).toMatchObject({ latest: { seq: 3, runId: next.id } });
    expect(warnings).toEqual([]);
  },
  timeLimit,
);
