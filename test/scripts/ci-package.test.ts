import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmod, cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

const root = join(import.meta.dirname, '../..');

/** An npm that writes down how it is called. Installing takes minutes and needs the network. */
const standIn = `#!/bin/sh
echo "$*" >> npm-calls
mkdir -p dist
case "$*" in
  'run package') printf 'the package' > dist/vm-identities.zip ;;
  sbom*) echo '{"bomFormat":"CycloneDX"}' ;;
esac
`;

test('.ci/package installs only what the lock file covers, and shows the hash of the package in the job summary', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'ci-package-'));
  await mkdir(join(folder, 'bin'));
  await cp(join(root, '.ci/package'), join(folder, '.ci/package'));
  await writeFile(join(folder, 'bin/npm'), standIn);
  await chmod(join(folder, 'bin/npm'), 0o755);
  const summary = join(folder, 'summary');

  const env = { PATH: `${join(folder, 'bin')}:${process.env.PATH}`, GITHUB_STEP_SUMMARY: summary };
  await promisify(execFile)(join(folder, '.ci/package'), { env });
  const calls = (await readFile(join(folder, 'npm-calls'), 'utf8')).trim().split('\n');
  const sbom = JSON.parse(await readFile(join(folder, 'dist/vm-identities.cdx.json'), 'utf8'));
  const hash = createHash('sha256').update('the package').digest('hex');

  expect(calls.slice(0, 3)).toEqual(['ci --omit=optional --ignore-scripts', 'rebuild esbuild', 'run package']);
  expect(await readFile(summary, 'utf8')).toContain(`${hash}  vm-identities.zip\n`);
  expect(await readFile(join(folder, 'dist/SHA256SUMS'), 'utf8')).toContain(`${hash}  vm-identities.zip\n`);
  expect(sbom).toEqual({ bomFormat: 'CycloneDX' });
  await rm(folder, { recursive: true });
});
