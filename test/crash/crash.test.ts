import { inspect } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { HostProcess } from '../local/host-process.ts';
import type { Treatment } from '../support/blob-proxy.ts';
import { caseCount } from '../support/cases.ts';
import { type Dump, differences, logicalDump } from '../support/logical-dump.ts';
import { never, type TestStore } from '../support/stores.ts';
import { blobsOf, type CrashSystem, leftovers, type StoredBlob, startCrashSystem } from './crash-system.ts';
import { finishRun } from './finish-run.ts';
import { type Kill, type KillPoint, killPoints } from './kill-points.ts';
import { watchPointer } from './pointer-watch.ts';

/*
 * A host is killed (SIGKILL, by process id) at points chosen at random, and another one goes on from there.
 * CRASH_POINTS: how many; CRASH_SEED: which (1). `CRASH_POINTS=200 npm test -- test/crash/crash.test.ts` takes some ten minutes.
 */

const count = caseCount('CRASH_POINTS', { few: 0, many: 100 });
const seed = Number(process.env.CRASH_SEED ?? 1);
const perPointMs = 240_000;
/** Enough subscriptions that a run has several batches. */
const tenant = { subscriptions: 60, vms: 3 };
/** Lists of subscriptions, which are read for batches and nothing else. */
const list =
  /^\/subscriptions\/([^/]+)\/providers\/Microsoft\.(Compute\/virtualMachines|Compute\/virtualMachineScaleSets|HybridCompute\/machines|ManagedIdentity\/userAssignedIdentities)$/i;

let system: CrashSystem;
/** What an undisturbed run makes of each beginning, with how many requests to storage. */
const undisturbed = {
  nothing: { blobs: [] as readonly StoredBlob[], runId: null as string | null, dump: {} as Dump, requests: 0 },
  published: { blobs: [] as readonly StoredBlob[], runId: null as string | null, dump: {} as Dump, requests: 0 },
};

beforeAll(async () => {
  system = await startCrashSystem(tenant);
  await measure('nothing', 1);
  const { published } = undisturbed;
  const first = await system.container([]);
  system.azure.tenant.enterState(1);
  // a first run over a few: those that come later are taken for large, which makes several batches
  const host = await system.startHost(first, { INVENTORY_SUBSCRIPTIONS: firstSubscriptions().join(',') });
  published.runId = (await finishRun(host, first, null))?.id ?? null;
  await host.end('SIGKILL');
  published.blobs = await blobsOf(first);
  await measure('published', 2);
}, perPointMs);
afterAll(() => system[Symbol.asyncDispose]());

function firstSubscriptions(): readonly string[] {
  const ids = system.azure.tenant.subscriptions().map(({ subscriptionId }) => subscriptionId);
  return ids.slice(0, 6);
}

async function measure(from: KillPoint['from'], state: 1 | 2): Promise<void> {
  const beginning = undisturbed[from];
  const target = await system.container(beginning.blobs);
  system.azure.tenant.enterState(state);
  const host = await system.startHost(target);
  const before = system.proxy.requests.length;
  const run = await finishRun(host, target, beginning.runId);
  beginning.requests = system.proxy.requests.length - before;
  await host.end('SIGKILL');
  expect(run?.status).toBe('succeeded');
  beginning.dump = await logicalDump(target);
}

/** Kills the host around the request that the point names. @returns whether it has */
function killAt(host: HostProcess, { request, when }: Kill): () => boolean {
  const from = system.proxy.requests.length;
  let killed = false;
  const kill = (): void => {
    killed = true;
    host.process.kill('SIGKILL');
  };
  system.proxy.treat = (): Treatment => {
    if (killed) return 'cut';
    if (system.proxy.requests.length !== from + request) return 'pass';
    if (when === 'unseen') return { unseen: kill };
    if (when === 'before') kill();
    else setTimeout(kill, when);
    return when === 'before' ? 'cut' : 'pass';
  };
  return () => killed;
}

/** Subscriptions whose batches are written, by the plan of the run that is under way: not of the one before it. */
async function readAlready({ store }: TestStore, before: string | null): Promise<ReadonlySet<string>> {
  const read = new Set<string>();
  const claim = await store.claim.read(never);
  if (claim === null || claim.runId === before) return read;
  const { runId } = claim;
  const recorded = await store.plans.read(runId, never);
  for (const [batch, { subscriptionIds }] of recorded?.batches.entries() ?? []) {
    const address = { runId, planHash: recorded?.hash ?? '', batch };
    if ((await store.batches.find(address, never)) !== null) for (const id of subscriptionIds) read.add(id);
  }
  return read;
}

async function disturb({ from, kills }: KillPoint): Promise<void> {
  const { blobs, runId, dump } = undisturbed[from];
  const target = await system.container(blobs);
  system.azure.tenant.enterState(from === 'nothing' ? 1 : 2);
  const watch = watchPointer(target, system.folder);
  const readTwice: string[] = [];
  const hosts: HostProcess[] = [];
  let read: ReadonlySet<string> = new Set();
  const begin = async (): Promise<HostProcess> => {
    system.azure.reset();
    const host = await system.startHost(target);
    hosts.push(host);
    return host;
  };
  const end = async (host: HostProcess): Promise<void> => {
    await host.end('SIGKILL');
    system.proxy.treat = () => 'pass';
    const again = system.azure.requests.flatMap(({ path }) => list.exec(path)?.[1]?.toLowerCase() ?? []);
    readTwice.push(...again.filter((id) => read.has(id)));
    read = await readAlready(target, runId);
  };

  try {
    for (const kill of kills) {
      const host = await begin();
      await finishRun(host, target, runId, killAt(host, kill));
      await end(host);
    }
    const last = await begin();
    const run = await finishRun(last, target, runId);
    // one that finds the run at its end has had nothing to do yet, and clears nothing away
    expect((await fetch(`${last.url}/api/runs`)).status).toBe(200);
    // the record is written before the orchestration ends
    await end(last);
    await watch.stop();

    expect(run).toMatchObject({ status: 'succeeded', progress: { step: 'done' } });
    expect(watch.problems).toEqual([]);
    expect(watch.seen).toEqual([...(runId === null ? [] : [runId]), run?.id]);
    expect(readTwice).toEqual([]);
    expect(differences(dump, await logicalDump(target)).slice(0, 6)).toEqual([]);
    expect(hosts.slice(0, -1).flatMap(leftovers)).toEqual([]);
  } finally {
    system.proxy.treat = () => 'pass';
    for (const host of hosts) await host.end('SIGKILL');
    await watch.stop();
  }
}

test.runIf(count > 0)(
  `A run whose host is killed at any of ${count} points goes on to the same end`,
  async () => {
    const { nothing, published } = undisturbed;
    const points = killPoints(count, seed, { nothing: nothing.requests, published: published.requests });
    const failed: string[] = [];
    for (const [index, point] of points.entries()) {
      const what = `${index + 1}/${count} ${JSON.stringify(point)}`;
      await disturb(point).catch((error: unknown) => {
        failed.push(`${what}: ${inspect(error, { depth: 4 })}`);
      });
      if (process.env.CRASH_POINTS !== undefined)
        console.log(`${what}${failed.at(-1)?.startsWith(what) ? ' FAILED' : ''}`);
    }
    expect(failed).toEqual([]);
  },
  count * perPointMs,
);
