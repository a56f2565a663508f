import { copyFile, readFile, rm, writeFile } from 'node:fs/promises';

/**
 * `npm pack` packs the command line: one bundle that needs no packages. npm packs the package.json on disk, with its 14
 * dependencies. So `prepack` runs this with `write`, which leaves a package.json without dependencies and scripts, and
 * `postpack` with `restore`, which puts the original back.
 */
const original = 'dist/package.json.original';

if (process.argv[2] === 'restore') await restore();
else await write();

async function write(): Promise<void> {
  const manifest: unknown = JSON.parse(await readFile('package.json', 'utf8'));
  // An earlier `npm pack` was interrupted.
  if (!isManifest(manifest)) return restore().then(write);
  await copyFile('package.json', original);
  const { scripts, allowScripts, dependencies, devDependencies, optionalDependencies, main, ...packed } = manifest;
  await writeFile('package.json', `${JSON.stringify(packed, null, 2)}\n`);
}

async function restore(): Promise<void> {
  await copyFile(original, 'package.json');
  await rm(original);
}

function isManifest(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && 'dependencies' in value;
}
