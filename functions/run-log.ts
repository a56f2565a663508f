import type { Run } from '../lib/inventory/run.ts';

/** One line of JSON per run, however it ended: what alerts and charts are made of. */
export function logRun(run: Run): void {
  const { id, trigger, status, complete, startedAt, finishedAt, reason, coverage, changes, progress } = run;
  const seconds = finishedAt === null ? null : (Date.parse(finishedAt) - Date.parse(startedAt)) / 1000;
  const line = JSON.stringify({
    event: 'inventoryRun',
    ...{ runId: id, trigger, status, complete, startedAt, finishedAt, seconds, scope: run.scope?.length ?? null },
    ...{ virtualMachineCount: run.virtualMachineCount, principalCount: run.principalCount },
    ...{ requests: progress.requests, coverage, changes, reason },
  });
  if (status === 'succeeded') console.info(line);
  else console.error(line);
}
