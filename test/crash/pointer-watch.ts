import { createHash } from 'node:crypto';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { zstdDecompressSync } from 'node:zlib';
import type { Latest } from '../../lib/azure/store/pointers.ts';
import { openForReading } from '../../lib/database/database.ts';
import { never, type TestStore } from '../support/stores.ts';

export interface PointerWatch {
  /** What was found wrong. */
  readonly problems: readonly string[];
  /** Run ids that the pointer named, in order. */
  readonly seen: readonly string[];
  /** Looks for the last time. */
  stop(): Promise<void>;
}

const everyMs = 15;

/** Looks at `latest.json` all the time: each database that it names must be whole, and so must the one before. */
export function watchPointer({ store, container }: TestStore, folder: string): PointerWatch {
  const problems: string[] = [];
  const seen: string[] = [];
  let etag = '';
  let stopped = false;

  async function look(): Promise<void> {
    const found = await store.latest.read(never);
    if (found === null || found.etag === etag) {
      if (found === null && etag !== '') problems.push('latest.json is gone');
      return;
    }
    etag = found.etag;
    const { latest } = found;
    seen.push(latest.runId);
    problems.push(...(await problemsOf(latest)));
  }

  async function problemsOf(latest: Latest): Promise<readonly string[]> {
    const { database, sha256, previous } = latest;
    const raw = await download(database);
    if (raw.length !== latest.sizeBytes || hashOf(raw) !== sha256) return [`${database} is not what latest.json says`];
    if (previous !== null && hashOf(await download(previous.database)) !== previous.sha256) {
      return [`${previous.database}, the one before, is not what latest.json says`];
    }
    const path = join(folder, `watched-${container.containerName}-${seen.length}.sqlite`);
    await writeFile(path, raw);
    const opened = openForReading(path);
    try {
      const wrong = opened.prepare('PRAGMA integrity_check').all();
      const newest = opened.prepare('SELECT id, seq FROM run ORDER BY seq DESC LIMIT 1').get();
      const isWhole = JSON.stringify(wrong) === '[{"integrity_check":"ok"}]';
      return isWhole && newest?.id === latest.runId && newest.seq === latest.seq ? [] : [`${database} is not whole`];
    } finally {
      opened.close();
      await rm(path);
    }
  }

  const download = async (name: string): Promise<Buffer> =>
    zstdDecompressSync(await container.getBlobClient(name).downloadToBuffer());

  const watching = (async () => {
    while (!stopped) {
      await look();
      await delay(everyMs);
    }
    await look();
  })().catch((error: unknown) => void problems.push(String(error)));
  return {
    problems,
    seen,
    async stop() {
      stopped = true;
      await watching;
    },
  };
}

function hashOf(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}
