import { once } from 'node:events';
import { readdir, readlink, rm } from 'node:fs/promises';
import { type IncomingMessage, get as request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { describeFile } from '../../lib/published/database-file.ts';
import { createInventory, runIdOf } from '../database/fixtures/inventory.ts';
import { type HostProcess, startHostProcess } from '../local/host-process.ts';
import { newAzuriteAccount } from '../support/azurite-account.ts';
import { never, newStore } from '../support/stores.ts';

const app = join(import.meta.dirname, '../../dist/functions.cjs');
/** More than sockets hold. */
const paddingBytes = 64 * 1024 * 1024;
const azurite = await newAzuriteAccount();
let host: HostProcess;

beforeAll(async () => {
  const { store } = newStore(azurite.connectionString, 'inventory');
  using inventory = createInventory();
  inventory.run();
  inventory.database.exec(`CREATE TABLE padding (bytes BLOB); INSERT INTO padding VALUES (zeroblob(${paddingBytes}))`);
  const copy = join(tmpdir(), `padded-${process.pid}.sqlite`);
  inventory.database.exec(`VACUUM INTO '${copy}'`);
  const file = await describeFile(copy, never);
  const database = await store.databases.write(runIdOf(1), file, never);
  await rm(copy);
  const { sizeBytes, sha256 } = file;
  const latest = { runId: runIdOf(1), seq: 1, database, sizeBytes, sha256, complete: true, previous: null };
  await store.latest.move({ ...latest, publishedAt: '2026-11-21T06:00:00.000Z' }, null, never);
  host = await startHostProcess(app, { env: { AzureWebJobsStorage: azurite.connectionString } });
});
afterAll(async () => {
  await host.end();
});

async function download(): Promise<IncomingMessage> {
  const [answer] = await once(request(`${host.url}/api/database?inline=true`, { agent: false }), 'response');
  return answer;
}

async function bytesOf(answer: IncomingMessage): Promise<number> {
  let bytes = 0;
  for await (const chunk of answer) bytes += chunk.length;
  return bytes;
}

/** How often the host has the database open: once for its queries, and once for each download. */
async function openFiles(): Promise<number> {
  const folder = `/proc/${host.process.pid}/fd`;
  const links = await Promise.all((await readdir(folder)).map((fd) => readlink(join(folder, fd)).catch(() => '')));
  return links.filter((link) => link.endsWith('.sqlite')).length;
}

test('A file is read only as fast as its client reads, and not after the client has left', async () => {
  const slow = await download();
  slow.pause();
  const lost = await download();
  lost.pause();

  // This client reads after the others, to the end.
  const whole = await bytesOf(await download());

  expect(whole).toBeGreaterThan(paddingBytes);
  await expect.poll(openFiles).toBe(3);
  lost.destroy();
  await expect.poll(openFiles).toBe(2);
  expect(await bytesOf(slow)).toBe(whole);
  await expect.poll(openFiles).toBe(1);
});
