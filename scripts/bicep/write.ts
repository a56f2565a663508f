import { readFile, writeFile } from 'node:fs/promises';
import { button, pattern } from './check.ts';
import { findCompiler, runCompiler } from './compiler.ts';
import { snapshots } from './snapshots.ts';

/*
 * `npm run templates`: formats the templates and parameter files below infra/, and writes what is compiled from them again:
 * the snapshot of each parameter file, and the template of the Deploy to Azure button.
 */
const program = findCompiler();
await run(['format', '--pattern', pattern]);
await run(['build', button.template, '--outfile', button.compiled]);
for (const { path, given, variables } of snapshots()) {
  await run([...given, '--mode', 'overwrite'], variables);
  await sortOutputs(path);
  console.log(path);
}
console.log(button.compiled);

async function run(given: readonly string[], variables: NodeJS.ProcessEnv = {}): Promise<void> {
  const { status, stdout, stderr } = await runCompiler(program, given, { variables });
  if (status !== 0) throw new Error(`bicep ${given.join(' ')}: exit code ${status}\n${stdout}${stderr}`);
}

/** Bicep writes the outputs in another order each time. */
async function sortOutputs(path: string): Promise<void> {
  const snapshot = JSON.parse(await readFile(path, 'utf8'));
  const outputs = Object.entries(snapshot.outputs).sort(([a], [b]) => (a < b ? -1 : 1));
  snapshot.outputs = Object.fromEntries(outputs);
  await writeFile(path, `${JSON.stringify(snapshot, null, 2)}\n`);
}
