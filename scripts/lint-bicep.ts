import { spawnSync } from 'node:child_process';
import { existsSync, globSync } from 'node:fs';

/**
 * Checks the templates below infra/ with every available tool: a checker that needs no compiler (`BICEP_CHECK`, or a
 * sibling of this folder), and `bicep lint` where Bicep is installed. Exits with code 1 when one of them reports a
 * problem.
 */
const checker = process.env.BICEP_CHECK ?? '../shared/tools/bicep-check/check';
const runs: (readonly [string, ...string[]])[] = [];
// Its second parser would need an installation, and a lint run installs nothing.
if (existsSync(checker)) runs.push([checker, '--warnings-as-errors', '--no-second-parser', 'infra']);
if (spawnSync('bicep', ['--version']).error === undefined) {
  for (const template of globSync('infra/**/*.bicep').sort()) runs.push(['bicep', 'lint', template]);
}
if (runs.length === 0) console.log('bicep: not installed; the templates were not checked');

for (const [command, ...given] of runs) {
  const { status, error } = spawnSync(command, given, { stdio: 'inherit' });
  if (status === 0) continue;
  console.log(`${command} ${given.join(' ')}: ${error?.message ?? `exit code ${status}`}`);
  process.exitCode = 1;
}
