import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * A private temporary folder for one execution of a step. The engine may start a step again while an earlier execution
 * of it still runs in the same process; neither may see the other's files. Disposal removes the folder with its
 * content.
 * @param parent made when missing
 */
export async function makePrivateFolder(
  parent: string,
  prefix = 'step-',
): Promise<AsyncDisposable & { readonly path: string }> {
  await mkdir(parent, { recursive: true });
  const path = await mkdtemp(join(parent, prefix));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}
