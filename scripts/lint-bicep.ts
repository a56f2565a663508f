import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { checkTemplates } from './bicep/check.ts';
import { findCompiler, MissingCompiler } from './bicep/compiler.ts';

/*
 * `node scripts/lint-bicep.ts [--required]`: checks the templates below infra/ with every available tool: a checker that
 * needs no compiler (`BICEP_CHECK`, or a sibling of this folder), and the Bicep compiler. Exits with code 1 when one of them
 * reports a problem. Without a compiler it says so, and fails with `--required` and where CI is set.
 */
const required = process.argv.includes('--required') || process.env.CI !== undefined;

const checker = process.env.BICEP_CHECK ?? '../shared/tools/bicep-check/check';
if (existsSync(checker)) {
  // Its second parser would need an installation, and a lint run installs nothing.
  const given = ['--warnings-as-errors', '--no-second-parser', 'infra'];
  const { status, error } = spawnSync(checker, given, { stdio: 'inherit' });
  if (status !== 0) report(`${checker} ${given.join(' ')}: ${error?.message ?? `exit code ${status}`}`);
}

let program: string | null = null;
try {
  program = findCompiler();
} catch (error) {
  if (!(error instanceof Error)) throw error;
  console.log(`The compiler has not checked the templates. ${error.message}`);
  if (required || !(error instanceof MissingCompiler)) process.exitCode = 1;
}
if (program !== null) for (const problem of await checkTemplates(program)) report(problem);

function report(problem: string): void {
  console.log(problem);
  process.exitCode = 1;
}
