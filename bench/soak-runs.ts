import { readdirSync, readlinkSync } from 'node:fs';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { openSession } from '../lib/azure/session.ts';
import { openStore } from '../lib/azure/store/open-store.ts';
import type { Reason } from '../lib/errors.ts';
import { createDatabaseReader } from '../lib/published/database-reader.ts';
import { collectStep } from '../lib/run/collect-step.ts';
import { publishedRun } from '../lib/run/fail-step.ts';
import { planStep } from '../lib/run/plan-step.ts';
import { publishStep } from '../lib/run/publish-step.ts';
import { reportStep } from '../lib/run/report-step.ts';
import type { RunEnvironment } from '../lib/run/run-environment.ts';
import { startRun } from '../lib/run/start-run.ts';
import { readSettings } from '../lib/settings.ts';

/*
 * `soak-runs.ts RUNS FOLDER [STATE]` takes whole runs in one process, one after the other, like the app. After each run
 * it prints a line of JSON, {rssBytes, descriptors, files}: memory, open descriptors, and those of them that are files
 * in FOLDER. Ten times it also collects garbage and adds the memory still in use: liveBytes. STATE is the URL that puts
 * the local Azure into its other state, so that every run finds changes.
 */
setFlagsFromString('--expose-gc');
const collectGarbage: unknown = runInNewContext('gc');
const [runs = '', folder = '', stateUrl] = process.argv.slice(2);
const { signal } = new AbortController();
const settings = readSettings(process.env);
const store = openStore(settings, process.env);
const warn = ({ code, message }: Reason): never => {
  throw new Error(`${code}: ${message}`);
};
const reader = createDatabaseReader(store, folder, warn);
const environment: RunEnvironment = {
  store,
  reader,
  settings,
  folder,
  session: openSession(settings, process.env),
  sources: [],
  resumeWithinMs: 0,
  acceptedFindings: async () => [],
  warn,
};

for (let run = 0; run < Number(runs); run++) {
  if (stateUrl !== undefined) await fetch(stateUrl, { method: 'POST', body: JSON.stringify({ state: (run % 2) + 1 }) });
  await takeRun();
  const sample = { rssBytes: process.memoryUsage.rss(), ...descriptors() };
  console.log(
    JSON.stringify((run + 1) % Math.ceil(Number(runs) / 10) === 0 ? { ...sample, liveBytes: await live() } : sample),
  );
}
await reader.close();

async function takeRun(): Promise<void> {
  const { id } = await startRun(
    {
      store,
      trigger: 'timer',
      scope: null,
      timeoutMinutes: settings.runTimeoutMinutes,
      drive: async () => null,
      publishedRun: (runId, whileRunning) => publishedRun(reader, runId, whileRunning),
      ended: async () => undefined,
    },
    signal,
  );
  const { batches } = await planStep(environment, id, signal);
  await Promise.all(Array.from({ length: batches }, (_, batch) => collectStep(environment, id, batch, signal)));
  const { finishedAtMs } = await publishStep(environment, id, signal);
  const ended = await reportStep(environment, id, finishedAtMs, signal);
  if (ended?.status !== 'succeeded') throw new Error(`Run ${id} ended as ${ended?.status}`);
}

async function live(): Promise<number> {
  if (typeof collectGarbage !== 'function') throw new Error('gc is not exposed');
  // Objects with memory outside the heap need several rounds: their memory is freed only after they are.
  for (let round = 0; round < 3; round++) {
    collectGarbage();
    await new Promise((resolve) => setImmediate(resolve));
  }
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

function descriptors(): { readonly descriptors: number; readonly files: number } {
  const targets = readdirSync('/proc/self/fd').flatMap((descriptor) => {
    try {
      return [readlinkSync(`/proc/self/fd/${descriptor}`)];
    } catch {
      // The descriptor that listed them is closed by now.
      return [];
    }
  });
  return { descriptors: targets.length, files: targets.filter((target) => target.startsWith(folder)).length };
}
