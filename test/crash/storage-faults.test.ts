import { inspect } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createRandom } from '../../local/azure/tenant/random.ts';
import type { Treatment } from '../support/blob-proxy.ts';
import { caseCount } from '../support/cases.ts';
import { type Dump, differences, logicalDump } from '../support/logical-dump.ts';
import { never, type TestStore } from '../support/stores.ts';
import { type CrashSystem, startCrashSystem } from './crash-system.ts';
import { claimedRun, finishRun } from './finish-run.ts';
import { watchPointer } from './pointer-watch.ts';

/*
 * Storage fails at requests chosen at random, for a while, under a host that lives on. The run that meets it ends as succeeded, or as
 * failed with a reason that names storage or the engine, which keeps its history there, too; the next one succeeds. FAULT_POINTS: how many; FAULT_SEED: which (1).
 */

const count = caseCount('FAULT_POINTS', { few: 0, many: 42 });
const seed = Number(process.env.FAULT_SEED ?? 1);
const perPointMs = 240_000;
const tenant = { subscriptions: 60, vms: 3 };

/** More than faults that one point has: a start that is refused at once meets one of them. */
const mostStarts = 20;

interface FaultPoint {
  /** Of the host's requests, counted from when it was ready: the first that fails. */
  readonly request: number;
  /** How many fail: a client tries each five times, so that more than those of one call are needed to be noticed. */
  readonly length: number;
  readonly fault: Treatment;
}

const faults: readonly Treatment[] = [
  { status: 403, code: 'AuthorizationPermissionMismatch' },
  { status: 503, code: 'ServerBusy' },
  'cut',
  'loseAnswer',
  { status: 404, code: 'ResourceNotFound' },
  { status: 500, code: 'InternalError' },
  'breakOff',
];

let system: CrashSystem;
let undisturbed: { readonly dump: Dump; readonly requests: number };

beforeAll(async () => {
  system = await startCrashSystem(tenant);
  const target = await system.container([]);
  const host = await system.startHost(target);
  const before = system.proxy.requests.length;
  const run = await finishRun(host, target, null);
  const requests = system.proxy.requests.length - before;
  await host.end('SIGKILL');
  expect(run?.status).toBe('succeeded');
  undisturbed = { dump: await logicalDump(target), requests };
}, perPointMs);
afterAll(() => system[Symbol.asyncDispose]());

function faultPoints(): readonly FaultPoint[] {
  const random = createRandom(String(seed));
  return Array.from({ length: count }, (_, index) => ({
    request: 1 + random.below(undisturbed.requests),
    length: 1 + random.below(12),
    // each kind in turn: seven points have them all
    fault: faults[index % faults.length] ?? 'cut',
  }));
}

/** Asks for runs until one has succeeded. @returns those that had not, by why; how many starts were refused */
async function runUntilSucceeded(url: string, target: TestStore) {
  const failures: string[] = [];
  let refused = 0;
  let last: string | null = null;
  for (let starts = 0; starts < mostStarts; starts++) {
    const answer = await fetch(`${url}/api/runs`, { method: 'POST' });
    const text = await answer.text();
    if (answer.status !== 202 && answer.status !== 409) {
      // the fault met the start itself: that is said, too
      expect([502, 503], text).toContain(answer.status);
      failures.push(answer.headers.get('x-ms-error-code') ?? text);
      refused += 1;
      continue;
    }
    await expect
      .poll(async () => (await claimedRun(target))?.status ?? 'running', { timeout: 90_000, interval: 50 })
      .not.toBe('running');
    const run = await claimedRun(target);
    if (run?.status === 'succeeded' && run.id !== last) return { failures, refused };
    last = run?.id ?? null;
    failures.push(run?.reason?.code ?? `${run?.status}`);
  }
  throw new Error(`No run succeeded: ${failures.join(', ')}`);
}

async function disturb({ request, length, fault }: FaultPoint): Promise<readonly string[]> {
  const target = await system.container([]);
  const watch = watchPointer(target, system.folder);
  const host = await system.startHost(target);
  const from = system.proxy.requests.length;
  system.proxy.treat = () => {
    const number = system.proxy.requests.length - from;
    return number >= request && number < request + length ? fault : 'pass';
  };
  try {
    const { failures, refused } = await runUntilSucceeded(host.url, target);
    await watch.stop();

    expect(watch.problems).toEqual([]);
    expect(watch.seen).toHaveLength(1);
    expect(failures.filter((code) => !/^(Storage|OrchestrationFailed$)/.test(code))).toEqual([]);
    expect(differences(undisturbed.dump, await logicalDump(target)).slice(0, 6)).toEqual([]);
    // a start that storage refuses, and then the removal of its record, too, leaves it to the first start after the time-out
    const unended = (await target.store.runs.list(20, never)).filter(({ status }) => status === 'running');
    expect(unended.length).toBeLessThanOrEqual(refused);
    return failures;
  } finally {
    system.proxy.treat = () => 'pass';
    await host.end('SIGKILL');
    await watch.stop();
  }
}

test.runIf(count > 0)(
  `A run whose storage fails at any of ${count} points ends as what it is, and the next one has everything`,
  async () => {
    const failed: string[] = [];
    for (const [index, point] of faultPoints().entries()) {
      const what = `${index + 1}/${count} ${JSON.stringify(point)}`;
      const failures = await disturb(point).catch((error: unknown) => {
        failed.push(`${what}: ${inspect(error, { depth: 4 })}`);
        return ['NOT AS IT SHOULD BE'];
      });
      if (process.env.FAULT_POINTS !== undefined) console.log(`${what} ${failures.join(', ')}`);
    }
    expect(failed).toEqual([]);
  },
  count * perPointMs,
);
