import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type Reason, toReason } from '../errors.ts';
import type { OpenedSource, Source } from './source.ts';

/** A source that a run has looked at: open until it ends, or why it is not. */
export type LookedAt = ({ readonly name: string } & OpenedSource) | { readonly name: string; readonly failure: Reason };

/** Sources that are open until disposed of. */
export interface OpenSources extends AsyncDisposable {
  readonly all: readonly LookedAt[];
}

/**
 * Opens sources, one after another: each must leave room for what follows. One that cannot be used says so and holds no other up,
 * whatever was wrong with it.
 * @param folder for throw-away files; made when missing
 */
export async function openSources(
  sources: readonly Source[],
  folder: string,
  signal: AbortSignal,
  onProgress: () => void,
): Promise<OpenSources> {
  await mkdir(folder, { recursive: true });
  const all: LookedAt[] = [];
  const paths: string[] = [];
  const close = async (): Promise<void> => {
    for (const one of all) if ('database' in one) one.database.close();
    for (const path of paths) await rm(path, { force: true });
  };
  for (const [index, { name, open }] of sources.entries()) {
    const path = join(folder, `source-${process.pid}-${index}.sqlite`);
    paths.push(path);
    try {
      all.push({ name, ...(await open(path, signal)) });
    } catch (error) {
      if (signal.aborted) {
        await close();
        throw error;
      }
      await rm(path, { force: true });
      all.push({ name, failure: toReason(error) });
    }
    onProgress();
  }
  return { all, [Symbol.asyncDispose]: close };
}
