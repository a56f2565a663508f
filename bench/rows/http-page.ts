import { randomUUID } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as v from 'valibot';
import { startAzurite } from '../../test/support/azurite.ts';
import type { Figure } from '../support/figure.ts';
import { requestRate } from '../support/http-load.ts';
import { measureProcess } from '../support/measured-process.ts';
import { startNode } from '../support/node-process.ts';
import { scratchFolder } from '../support/scratch.ts';
import type { BenchOptions } from '../support/sizes.ts';

const at = (path: string): string => new URL(path, import.meta.url).pathname;
const programs = {
  publishStep: at('../publish-step.ts'),
  host: at('../../local/host/main.ts'),
  bundle: at('../../dist/functions.cjs'),
  bare: at('../bare-server.ts'),
};

const serverSchema = v.object({ url: v.string() });
const machines = 20_000;
const requestsPerRound = 300;
const list = '/api/virtualMachines';

/** A list page of 100 machines from the built app, against a bare `node:http` server with the same bytes. */
export async function measureHttpPage({ rounds }: BenchOptions): Promise<Figure[]> {
  await using folder = await scratchFolder();
  const azurite = await startAzurite();
  try {
    const environment = { AzureWebJobsStorage: azurite.connectionString, INVENTORY_CONTAINER: `bench-${randomUUID()}` };
    for (const step of ['collect', 'publish']) {
      await measureProcess([programs.publishStep, step, '0', String(machines), folder.path], environment);
    }
    await using app = await startNode(
      serverSchema,
      [programs.host, '--bundle', programs.bundle, '--port', '0'],
      environment,
    );
    // As the load asks for it: not compressed.
    const answer = await fetch(app.ready.url + list, { headers: { 'accept-encoding': 'identity' } });
    const sent = { headers: Object.fromEntries(answer.headers), body: await answer.text() };
    for (const name of ['connection', 'keep-alive', 'date']) delete sent.headers[name];
    const answerFile = join(folder.path, 'answer.json');
    await writeFile(answerFile, JSON.stringify(sent));
    await using bare = await startNode(serverSchema, [programs.bare, answerFile]);
    return await ratesOf({ app: app.ready.url, bare: bare.ready.url, etag: sent.headers.etag ?? '' }, rounds);
  } finally {
    await azurite.stop();
  }
}

async function ratesOf(
  { app, bare, etag }: { readonly app: string; readonly bare: string; readonly etag: string },
  rounds: number,
): Promise<Figure[]> {
  const pages = await differentPages(app, (rounds + 1) * requestsPerRound);
  const same = Array.from({ length: requestsPerRound }, () => list);
  const known = [`if-none-match: ${etag}`];
  const fresh: number[] = [];
  const repeated: number[] = [];
  const unchanged: number[] = [];
  for (let round = 0; round <= rounds; round++) {
    const requested = pages.slice(round * requestsPerRound, (round + 1) * requestsPerRound);
    const freshRate = await requestRate(app, requested, 200);
    const bareRate = await requestRate(bare, same, 200);
    const repeatedRate = await requestRate(app, same, 200);
    const bareUnchangedRate = await requestRate(bare, same, 304, known);
    const unchangedRate = await requestRate(app, same, 304, known);
    // The first round warms up.
    if (round === 0) continue;
    fresh.push(freshRate / bareRate);
    repeated.push(repeatedRate / bareRate);
    unchanged.push(unchangedRate / bareUnchangedRate);
  }
  return [
    { name: 'HTTP list page of 100, fresh / bare node:http', goal: { at: 'least', value: 0.15 }, values: fresh },
    { name: 'HTTP list page of 100, repeated / bare', goal: { at: 'least', value: 0.6 }, values: repeated },
    { name: 'HTTP list page of 100, 304 / bare', goal: { at: 'least', value: 0.6 }, values: unchanged },
  ];
}

const pageSchema = v.object({ nextLink: v.string() });

/** Paths of `count` full pages, none requested before. Their tokens come from short pages all over the list. */
async function differentPages(origin: string, count: number): Promise<string[]> {
  const rows = Math.floor((machines - 100) / count);
  const pages: string[] = [];
  for (let next = `${list}?maxpagesize=${rows}`; pages.length < count; ) {
    const { nextLink } = v.parse(pageSchema, await (await fetch(origin + next)).json());
    const url = new URL(nextLink);
    next = url.pathname + url.search;
    url.searchParams.set('maxpagesize', '100');
    pages.push(url.pathname + url.search);
  }
  return pages;
}
