import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { artifactsOf, type EngineVersion, engineVersions } from './versions.ts';

/*
 * `npm run test:engine [-- --required] [FILE]`: builds the WebJobs host for each version of the extension and runs the
 * tests. Without a .NET SDK it says so and does nothing, or fails with `--required`.
 */
const root = join(import.meta.dirname, '../..');
const required = process.argv.includes('--required');
const { stdout } = spawnSync('dotnet', ['--list-sdks'], { encoding: 'utf8' });
const hasSdk = /^1\d\./m.test(stdout ?? '');
if (!hasSdk) {
  console.error(`${required ? 'Failed' : 'Skipped'}: the tests with the real Durable engine need the .NET SDK 10.`);
  process.exit(required ? 1 : 0);
}
const built = await Promise.all(engineVersions.map(build));
if (built.some((code) => code !== 0)) process.exit(1);
const tests = process.argv.slice(2).filter((argument) => argument !== '--required');
const vitest = join(root, 'node_modules/vitest/vitest.mjs');
const run = [vitest, 'run', '--config', 'test/real-engine/vitest.config.ts', ...tests];
process.exit(spawnSync(process.execPath, run, { cwd: root, stdio: 'inherit' }).status ?? 1);

async function build(version: EngineVersion): Promise<number> {
  const options = [
    `-p:ExtensionVersion=${version}`,
    '-p:RestoreLockedMode=true',
    '--artifacts-path',
    artifactsOf(version),
  ];
  const args = ['build', 'test/real-engine/host', ...options, '--verbosity', 'quiet', '--nologo'];
  const [code] = await once(spawn('dotnet', args, { cwd: root, stdio: 'inherit' }), 'exit');
  return code;
}
