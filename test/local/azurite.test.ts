import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BlobServiceClient } from '@azure/storage-blob';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { startAzurite } from '../../local/start/azurite.ts';
import { createProcesses } from '../../local/start/processes.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'azurite-kept-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** Ends the Azurite of the folder as the end of the machine would. */
async function kill(): Promise<void> {
  for (const name of await readdir('/proc')) {
    const commandLine = await readFile(`/proc/${name}/cmdline`, 'utf8').catch(() => '');
    if (commandLine.split('\0').includes(folder)) process.kill(Number(name), 'SIGKILL');
  }
}

test('what a kept Azurite has answered is on disk, even if it is killed at that moment', async () => {
  const first = createProcesses();
  const storage = await startAzurite(first, folder);
  const container = BlobServiceClient.fromConnectionString(storage.connectionString).getContainerClient('inventory');
  await container.create();
  const pointer = container.getBlockBlobClient('latest.json');
  await container.getBlockBlobClient('gone').upload('x', 1);
  await pointer.upload('old', 3);
  await container.getBlockBlobClient('gone').delete();
  await Promise.all(Array.from({ length: 20 }, (_, n) => container.getBlockBlobClient(`batch-${n}`).upload('x', 1)));
  await pointer.upload('new', 3, { metadata: { mark: 'last' } });
  await kill();
  await first.lost;

  const second = createProcesses();
  const again = await startAzurite(second, folder);
  const kept = BlobServiceClient.fromConnectionString(again.connectionString).getContainerClient('inventory');
  const names: string[] = [];
  for await (const { name } of kept.listBlobsFlat()) names.push(name);
  const latest = await kept.getBlockBlobClient('latest.json').download();
  const content = await kept.getBlockBlobClient('latest.json').downloadToBuffer();
  await second.stop();

  expect(names).toHaveLength(21);
  expect(names).not.toContain('gone');
  expect(latest.metadata).toEqual({ mark: 'last' });
  expect(String(content)).toBe('new');
});
