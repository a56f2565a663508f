import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as v from 'valibot';
import type { Figure } from '../support/figure.ts';
import { startNode } from '../support/node-process.ts';
import { type Usage, usageOf } from '../support/process-usage.ts';
import { publishInventory } from '../support/published-inventory.ts';
import { scratchFolder } from '../support/scratch.ts';
import type { BenchOptions } from '../support/sizes.ts';

const at = (path: string): string => new URL(path, import.meta.url).pathname;
const programs = {
  host: at('../../local/host/main.ts'),
  bundle: at('../../dist/functions.cjs'),
  bare: at('../bare-server.ts'),
};
const machines = 20_000;

interface FirstAnswer extends Usage {
  /** Since the start of the process. */
  readonly elapsedMs: number;
  /** Before the request. */
  readonly readyCpuMs: number;
}

/**
 * From the start of the host with the built app to its first list of machines, against a bare `node:http` server that
 * sends the same list. Needs Linux.
 */
export async function measureColdStart({ rounds }: BenchOptions): Promise<Figure[]> {
  await using inventory = await publishInventory(machines);
  await using folder = await scratchFolder();
  const answerFile = join(folder.path, 'answer.json');
  const startApp = (cache: string) =>
    firstAnswer([programs.host, '--bundle', programs.bundle, '--port', '0'], {
      ...inventory.environment,
      NODE_COMPILE_CACHE: join(folder.path, cache),
    });
  // Fills the cache.
  const { body } = await startApp('filled');
  await writeFile(answerFile, JSON.stringify({ headers: { 'content-type': 'application/json' }, body }));
  const rows: { cached: FirstAnswer; uncached: FirstAnswer; bare: FirstAnswer }[] = [];
  for (let round = 0; round < rounds; round++) {
    const bare = await firstAnswer([programs.bare, answerFile], {});
    rows.push({ cached: await startApp('filled'), uncached: await startApp(`empty-${round}`), bare });
  }
  const figure = (what: string, most: number, of: (row: (typeof rows)[number]) => number): Figure => ({
    name: `cold start to the first list: ${what}`,
    goal: { at: 'most', value: most },
    values: rows.map(of),
  });
  return [
    figure('time / bare node:http', 4, ({ cached, bare }) => cached.elapsedMs / bare.elapsedMs),
    figure('CPU / bare', 4, ({ cached, bare }) => cached.cpuMs / bare.cpuMs),
    figure('CPU / bare, compile cache empty', 6, ({ uncached, bare }) => uncached.cpuMs / bare.cpuMs),
    { ...figure('time', 700, ({ cached }) => cached.elapsedMs), unit: 'ms' },
    { ...figure('CPU', 650, ({ cached }) => cached.cpuMs), unit: 'ms' },
    { ...figure('CPU once it serves', 200, ({ cached }) => cached.cpuMs - cached.readyCpuMs), unit: 'ms' },
    { ...figure('RSS', 130, ({ cached }) => cached.rssBytes / 2 ** 20), unit: 'MB' },
  ];
}

async function firstAnswer(
  program: readonly string[],
  environment: Readonly<Record<string, string>>,
): Promise<FirstAnswer & { readonly body: string }> {
  const startedAt = performance.now();
  await using server = await startNode(v.object({ url: v.string() }), program, environment);
  const { cpuMs: readyCpuMs } = await usageOf(server.pid);
  const answer = await fetch(`${server.ready.url}/api/virtualMachines`);
  const body = await answer.text();
  const elapsedMs = performance.now() - startedAt;
  if (answer.status !== 200) throw new Error(`${program[0]} answered ${answer.status}: ${body}`);
  return { elapsedMs, readyCpuMs, ...(await usageOf(server.pid)), body };
}
