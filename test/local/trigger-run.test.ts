import { expect, test } from 'vitest';
import type { Api } from '../../local/start/api.ts';
import { triggerRun } from '../../local/start/trigger-run.ts';

/** An app whose timer adds the second run to its list, sorted by id as the app sorts it. Ids of a real run are random. */
function appWith(first: string, second: string): Api {
  let runs = [{ id: first, status: 'succeeded' }];
  return {
    get: async () => JSON.parse(JSON.stringify({ value: runs.slice(0, 2) })),
    fire: async () => {
      runs = [...runs, { id: second, status: 'succeeded' }].sort((one, other) => (one.id < other.id ? 1 : -1));
    },
  };
}

test.each([
  ['20261130T202701Z-21de', '20261130T202701Z-54c7'],
  ['20261130T202701Z-54c7', '20261130T202701Z-21de'],
])('After the run %s, the new run of the same second is %s', async (first, second) => {
  const { id } = await triggerRun(appWith(first, second), AbortSignal.timeout(10_000));

  expect(id).toBe(second);
});
