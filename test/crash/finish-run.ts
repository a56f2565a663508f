import { setTimeout as delay } from 'node:timers/promises';
import type { Run } from '../../lib/inventory/run.ts';
import type { HostProcess } from '../local/host-process.ts';
import { never, type TestStore } from '../support/stores.ts';

/** How long a run of this size may take where everything is slow. */
const mostMs = 90_000;
const everyMs = 50;

/** The run that has the claim: it, or none, was under way when a host was killed. */
export async function claimedRun({ store }: TestStore): Promise<Run | null> {
  const claim = await store.claim.read(never);
  return claim === null ? null : ((await store.runs.read(claim.runId, never))?.run ?? null);
}

/**
 * Sees the run after `before` to its end, as the schedule would: where none is under way, one is started; one that is gets who
 * drives it.
 * @param before the newest run that had ended; null = there was none
 * @param cutOff its host was killed: there is nothing to wait for
 * @returns the run as it ended; null when its host was killed first
 */
export async function finishRun(
  host: HostProcess,
  target: TestStore,
  before: string | null,
  cutOff: () => boolean = () => false,
): Promise<Run | null> {
  const until = performance.now() + mostMs;
  let asked = false;
  while (performance.now() < until) {
    if (cutOff()) return null;
    const run = await claimedRun(target);
    const isOurs = run !== null && run.id !== before;
    if (isOurs && run.status !== 'running') return run;
    if (!asked) {
      asked = true;
      const answer = await fetch(`${host.url}/api/runs`, { method: 'POST' }).catch(() => null);
      if (answer !== null && answer.status !== 202 && answer.status !== 409 && !cutOff()) {
        throw new Error(`POST runs: ${answer.status} ${await answer.text()}`);
      }
    }
    await delay(everyMs);
  }
  throw new Error(`The run did not end:\n${host.lines().slice(-20).join('\n')}`);
}
