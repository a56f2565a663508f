import { existsSync, globSync } from 'node:fs';
import { cp, mkdtemp, readFile, rm } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { forEachBounded } from '../../lib/async/for-each-bounded.ts';
import { type Result, runCompiler } from './compiler.ts';
import { snapshots } from './snapshots.ts';

/** Templates and parameter files. `bicep lint` takes both. */
export const pattern = 'infra/**/*.bicep*';
/** The compiled template of the Deploy to Azure button. */
export const button = { template: 'infra/main.bicep', compiled: 'infra/azuredeploy.json' };

const regenerate = 'Run: npm run templates';

/**
 * Checks the templates and parameter files below infra/ of the current folder, and what is compiled from them. Snapshots
 * are compared only if the compiler says nothing about the templates.
 * @returns one text per problem; none = all is well
 */
export async function checkTemplates(program: string): Promise<readonly string[]> {
  // Bicep ends with 0 when a pattern matches nothing.
  const absent = ['infra/**/*.bicep', 'infra/**/*.bicepparam'].filter((kind) => globSync(kind).length === 0);
  if (absent.length > 0) return absent.map((kind) => `${kind} matches no file, so nothing was checked`);

  const first = await Promise.all([diagnostics(program), unformatted(program)]);
  if (first.flat().length > 0) return first.flat();
  return [...(await staleSnapshots(program)), ...(await staleButton(program))];
}

/** Bicep reports wrong properties and types as warnings and ends with 0: anything that it prints is a problem. */
async function diagnostics(program: string): Promise<readonly string[]> {
  const result = await runCompiler(program, ['lint', '--pattern', pattern]);
  return saysNothing(result) ? [] : [describe(`bicep lint --pattern '${pattern}'`, result)];
}

/** Formats a copy: one process for all files takes a second, one per file takes ten. */
async function unformatted(program: string): Promise<readonly string[]> {
  const folder = await mkdtemp(join(tmpdir(), 'bicep-format-'));
  try {
    await cp('infra', join(folder, 'infra'), { recursive: true });
    if (existsSync('bicepconfig.json')) await cp('bicepconfig.json', join(folder, 'bicepconfig.json'));
    const result = await runCompiler(program, ['format', '--pattern', pattern], { folder });
    if (!saysNothing(result)) return [describe('bicep format', result)];
    const problems: string[] = [];
    for (const path of globSync(pattern).sort()) {
      const [now, formatted] = await Promise.all([readFile(path), readFile(join(folder, path))]);
      if (!now.equals(formatted)) problems.push(`${path} is not formatted. ${regenerate}`);
    }
    return problems;
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function staleSnapshots(program: string): Promise<readonly string[]> {
  const kept = snapshots();
  const problems = globSync('infra/**/*.snapshot.json')
    .filter((path) => !kept.some((snapshot) => snapshot.path === path))
    .map((path) => `${path} has no parameter file. Remove it`);
  await forEachBounded(kept, availableParallelism(), AbortSignal.timeout(600_000), async (snapshot) => {
    const result = await runCompiler(program, [...snapshot.given, '--mode', 'validate'], snapshot);
    if (result.status === 0) return;
    problems.push(
      `${describe(`${snapshot.path} is not what ${snapshot.parameters} deploys`, result)}\nIf it should: ${regenerate}`,
    );
  });
  return problems.sort();
}

async function staleButton(program: string): Promise<readonly string[]> {
  const { status, stdout, stderr } = await runCompiler(program, ['build', button.template, '--stdout']);
  if (status !== 0) return [describe(`bicep build ${button.template}`, { status, stdout: '', stderr })];
  const kept = existsSync(button.compiled) ? await readFile(button.compiled, 'utf8') : null;
  return kept === stdout ? [] : [`${button.compiled} is not what ${button.template} compiles to. ${regenerate}`];
}

function saysNothing({ status, stdout, stderr }: Result): boolean {
  return status === 0 && `${stdout}${stderr}`.trim() === '';
}

/** Each line once: Bicep repeats what it says about a module for each file that uses it. */
function describe(what: string, { status, stdout, stderr }: Result): string {
  const lines = new Set(`${stdout}${stderr}`.trim().split('\n'));
  return [`${what} (exit code ${status}):`, ...lines].join('\n');
}
