import { readdir } from 'node:fs/promises';
import * as v from 'valibot';
import type { Figure } from '../support/figure.ts';
import { requestRate } from '../support/http-load.ts';
import { startNode } from '../support/node-process.ts';
import { usageOf } from '../support/process-usage.ts';
import { publishInventory } from '../support/published-inventory.ts';
import type { BenchOptions } from '../support/sizes.ts';
import { growthOf } from './soak.ts';

const host = new URL('../../local/host/main.ts', import.meta.url).pathname;
const bundle = new URL('../../dist/functions.cjs', import.meta.url).pathname;
const machines = 20_000;
/** Memory is read this often. */
const samples = 100;
const list = '/api/virtualMachines';

/**
 * Many requests to one process: pages that differ, the same page, 304, searches, counts, and requests that are wrong.
 * Needs Linux.
 */
export async function measureSoakOverHttp({ requests }: BenchOptions): Promise<Figure[]> {
  await using inventory = await publishInventory(machines);
  await using app = await startNode(
    v.object({ url: v.string() }),
    [host, '--bundle', bundle, '--port', '0'],
    inventory.environment,
  );
  const { pid } = app;
  const { url } = app.ready;
  // The representation that the load asks for has an ETag of its own.
  const { headers } = await fetch(url + list, { headers: { 'accept-encoding': 'identity' } });
  const known = [`if-none-match: ${headers.get('etag')}`];
  const rss: number[] = [];
  const descriptors: number[] = [];
  const count = Math.ceil(requests / samples);
  for (let sample = 0; sample < samples; sample++) {
    const numbers = Array.from({ length: count }, (_, index) => sample * count + index);
    const of = (from: number, to: number, path: (number: number) => string): string[] =>
      numbers.slice(Math.round(count * from), Math.round(count * to)).map(path);
    await requestRate(url, of(0, 0.3, differentPage), 200);
    await requestRate(
      url,
      of(0.3, 0.6, () => list),
      200,
    );
    await requestRate(
      url,
      of(0.6, 0.8, () => list),
      304,
      known,
    );
    await requestRate(url, of(0.8, 0.85, searchOf), 200);
    await requestRate(url, of(0.85, 0.9, countsOf), 200);
    await expectErrors(
      url,
      of(0.9, 0.97, (number) => `${list}?unknown${number}=1`),
      400,
    );
    await expectErrors(
      url,
      of(0.97, 1, (number) => `/api/principals/${guid(number)}`),
      404,
    );
    rss.push((await usageOf(pid)).rssBytes);

    descriptors.push((await readdir(`/proc/${pid}/fd`)).length);
  }
  const what = `${count * samples} HTTP requests to one process, last tenth / first tenth`;
  return [
    { name: `${what}: RSS`, goal: { at: 'most', value: 1.05 }, values: [growthOf(rss)] },
    { name: `${what}: open descriptors`, goal: { at: 'most', value: 1 }, values: [growthOf(descriptors)] },
  ];
}

/** Errors have no length in advance, which the load needs. */
async function expectErrors(origin: string, paths: readonly string[], status: 400 | 404): Promise<void> {
  for (const path of paths) {
    const answer = await fetch(origin + path);
    await answer.arrayBuffer();
    if (answer.status !== status) throw new Error(`Expected ${status} for ${path}: ${answer.status}`);
  }
}

/** Another page for each number, among millions. */
function differentPage(number: number): string {
  return `${list}?skip=${(number * 7919) % machines}&maxpagesize=${50 + (Math.trunc(number / machines) % 50)}`;
}

const searchOf = (number: number): string => `/api/search?q=vm${number}`;
const countsOf = (number: number): string => `${list}/facets?facet=location&contains=${number}`;
const guid = (number: number): string => `00000000-0000-4000-8000-${String(number).padStart(12, '0')}`;
