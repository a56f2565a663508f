import { spawnSync } from 'node:child_process';
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { root } from './templates.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lint-bicep-'));
  await mkdir(join(folder, 'project/infra/modules'), { recursive: true });
  for (const name of ['main', 'modules/part']) await writeFile(join(folder, `project/infra/${name}.bicep`), '');
});
afterEach(() => rm(folder, { recursive: true }));

test('reports that it checked nothing, and passes, without a checker', () => {
  const result = lint({});

  expect(result).toEqual({ status: 0, output: 'bicep: not installed; the templates were not checked\n' });
});

test('calls the checker for the whole folder, and fails when it reports a problem', async () => {
  const checker = await program('checker', 1);

  const result = lint({ BICEP_CHECK: checker });

  expect(result.status).toBe(1);
  expect(result.output).toContain('called with --warnings-as-errors --no-second-parser infra\n');
});

test('calls bicep lint for each template, and fails when one of them fails', async () => {
  await program('bicep', '[ "$2" = infra/modules/part.bicep ] && exit 1; exit 0');

  const result = lint({});

  expect(result.status).toBe(1);
  expect(result.output).toContain('called with lint infra/main.bicep\n');
  expect(result.output).toContain('bicep lint infra/modules/part.bicep: exit code 1\n');
});

test('passes when both report nothing', async () => {
  const checker = await program('checker', 0);
  await program('bicep', 0);

  expect(lint({ BICEP_CHECK: checker }).status).toBe(0);
});

/** Creates a program in the folder that prints its arguments. */
async function program(name: string, ending: number | string): Promise<string> {
  const path = join(folder, name);
  const last = typeof ending === 'number' ? `exit ${ending}` : ending;
  await writeFile(path, `#!/bin/sh\necho "called with $*"\n${last}\n`);
  await chmod(path, 0o755);
  return path;
}

function lint(environment: Readonly<Record<string, string>>): {
  readonly status: number | null;
  readonly output: string;
} {
  const { status, stdout } = spawnSync(process.execPath, [join(root, 'scripts/lint-bicep.ts')], {
    cwd: join(folder, 'project'),
    env: { PATH: folder, ...environment },
    encoding: 'utf8',
  });
  return { status, output: stdout };
}
