import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * A folder that one taking of a step has for itself: the engine may begin a step again while it is still under way in the same
 * process, and neither must see the files of the other. It goes with all it holds.
 * @param parent made when missing
 */
export async function makeOwnFolder(parent: string): Promise<AsyncDisposable & { readonly path: string }> {
  await mkdir(parent, { recursive: true });
  const path = await mkdtemp(join(parent, 'step-'));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}
