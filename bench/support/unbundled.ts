import { readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from 'esbuild';

const root = new URL('../../', import.meta.url).pathname;
const sourceImport = /(\b(?:from|import) ?\(?["']\.{1,2}\/[^"']+)\.ts(["'])/g;

/**
 * Compiles the app file by file, as `tsc` does, so that Node finds and reads every module one by one.
 * @param folder an empty folder for the result
 * @returns its entry point
 */
export async function compileUnbundled(folder: string): Promise<string> {
  const rooms = ['functions', 'lib'];
  await build({
    entryPoints: rooms.map((room) => join(root, room, '**/*.ts')),
    outdir: folder,
    outbase: root,
    format: 'esm',
    platform: 'node',
    target: 'node24',
    logLevel: 'warning',
  });
  for (const room of rooms) {
    for (const name of await readdir(join(folder, room), { recursive: true })) {
      if (!name.endsWith('.js')) continue;
      const path = join(folder, room, name);
      await writeFile(path, (await readFile(path, 'utf8')).replaceAll(sourceImport, '$1.js$2'));
    }
  }
  await writeFile(join(folder, 'package.json'), JSON.stringify({ type: 'module' }));
  await symlink(join(root, 'node_modules'), join(folder, 'node_modules'));
  return join(folder, 'functions/index.js');
}
