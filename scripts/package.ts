import { glob, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join, sep } from 'node:path';
import manifest from '../package.json' with { type: 'json' };
import { zip } from './zip.ts';

/**
 * Packs the files that run in Azure: into `dist/package/` for tools that deploy a folder (azd, Core Tools), and into
 * `dist/vm-identities.zip`. Requires a build. The same sources and the same Node give the same bytes.
 * @see https://learn.microsoft.com/azure/azure-functions/deployment-zip-push
 */
const folder = 'dist/package';
const archive = 'dist/vm-identities.zip';
/** Every cold start downloads the package. */
const sizeLimitBytes = 5_000_000;

const { name, version, license, type, main, engines } = manifest;
/** Without scripts and dependencies, so that Azure installs and builds nothing. */
const packed = { name, version, license, private: true, type, main, engines };

const files: Record<string, Uint8Array> = {
  'host.json': await readFile('host.json'),
  'package.json': Buffer.from(`${JSON.stringify(packed, null, 2)}\n`),
};
for (const path of [main, main.replace(/\.cjs$/, '.bundle.cjs')]) files[path] = await readFile(path);
for await (const path of glob('dist/page/**/*.*')) files[path.split(sep).join('/')] = await readFile(path);

await rm(folder, { recursive: true, force: true });
for (const [path, content] of Object.entries(files)) {
  await mkdir(dirname(join(folder, path)), { recursive: true });
  await writeFile(join(folder, path), content);
}
const bytes = zip(files);
if (bytes.length > sizeLimitBytes) throw new Error(`${archive} has ${bytes.length} bytes; allowed: ${sizeLimitBytes}`);
await writeFile(archive, bytes);
console.log(`${archive}: ${bytes.length} bytes, ${Object.keys(files).sort().join(', ')}`);
