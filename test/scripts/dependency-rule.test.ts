import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, test } from 'vitest';

const program = join(import.meta.dirname, '../../scripts/dependency-rule.ts');
const run = promisify(execFile);

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'dependency-rule-'));
});
afterEach(() => rm(root, { recursive: true, force: true }));

/** Writes a project with these files and checks it. */
async function check(files: Readonly<Record<string, string>>): Promise<{ code: number; lines: string[] }> {
  for (const [path, source] of Object.entries(files)) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), source);
  }
  const { code, stdout } = await run(process.execPath, [program, root]).then(
    (done) => ({ code: 0, stdout: done.stdout }),
    (failed: { code: number; stdout: string }) => failed,
  );
  return { code, lines: stdout.trim().split('\n').slice(0, -1) };
}

test.each([
  ['functions/a.ts', '../cli/main.ts', 'functions may import: lib'],
  ['functions/a.ts', '@azure/identity', 'functions may import of packages: @azure/functions, durable-functions'],
  ['functions/a.ts', 'node:sqlite', 'functions may import of Node: anything, not node:sqlite'],
  ['cli/a.ts', '../functions/index.ts', 'cli may import: lib'],
  ['cli/a.ts', '@azure/functions', 'cli may import of packages: anything, not @azure/*, not durable-functions'],
  ['cli/a.ts', '@azure/identity', 'cli may import of packages: anything, not @azure/*, not durable-functions'],
  ['lib/http/a.ts', '../azure/cloud.ts', 'lib/http may import: lib/database, lib/inventory'],
  ['lib/http/a.ts', '../collect/plan.ts', 'lib/http may import: lib/database, lib/inventory'],
  ['lib/http/a.ts', '@azure/functions', 'lib/http may import of packages: '],
  ['lib/http/a.ts', 'node:sqlite', 'lib/http may import of Node: anything, not node:sqlite'],
  ['lib/collect/a.ts', '../http/serve.ts', 'lib/collect may import: lib/azure, lib/inventory'],
  ['lib/collect/a.ts', '@azure/storage-blob', 'lib/collect may import of packages: nothing'],
  [
    'lib/azure/a.ts',
    '../database/database.ts',
    'lib/azure may import: lib/async, lib/inventory, lib/errors, lib/settings',
  ],
  ['lib/azure/a.ts', '@azure/functions', 'lib/azure may import of packages: @azure/*, not @azure/functions'],
  ['lib/azure/store/a.ts', '../../collect/plan.ts', 'lib/azure may import: lib/async, lib/inventory'],
  ['lib/database/a.ts', '../settings.ts', 'lib/database may import: lib/inventory, lib/errors'],
  ['lib/database/a.ts', 'node:fs', 'lib/database may import of Node: node:sqlite'],
  ['lib/reports/a.ts', '../database/database.ts', 'lib/reports may import: lib/inventory'],
  ['lib/inventory/a.ts', '../settings.ts', 'lib/inventory may import: lib/errors'],
  ['lib/inventory/a.ts', 'node:crypto', 'lib/inventory may import of Node: nothing'],
  ['lib/inventory/a.ts', 'crypto', 'lib/inventory may import of Node: nothing'],
  ['lib/settings.ts', './azure/cloud.ts', 'lib/settings may import: lib/errors'],
  ['lib/errors.ts', './settings.ts', 'lib/errors may import: nothing'],
  ['lib/nearest.ts', './errors.ts', 'lib/nearest may import: nothing'],
  ['local/a.ts', '../test/support/a.ts', 'only bench and test may import test'],
  ['local/a.ts', '@azure/functions', 'local may import of packages: anything, not @azure/functions'],
  ['scripts/a.ts', '../../elsewhere/a.ts', 'outside the project'],
])('%s may not import %s', async (path, specifier, rule) => {
  const { code, lines } = await check({ [path]: `import { a } from '${specifier}';\n` });

  expect(code).toBe(1);
  expect(lines).toHaveLength(1);
  expect(lines[0]).toContain(`${path}:1: imports ${specifier}; `);
  expect(lines[0]).toContain(rule);
});

test.each([
  "import type { A } from '../azure/cloud.ts';",
  "import {\n  type A,\n  b as c,\n} from '../azure/cloud.ts';",
  "export * from '../azure/cloud.ts';",
  "export type { A } from '../azure/cloud.ts';",
  "import '../azure/cloud.ts';",
  "const a = await import('../azure/cloud.ts');",
  "const a = createRequire(import.meta.url);\nconst b = require('../azure/cloud.ts');",
])('sees %j', async (source) => {
  const { code, lines } = await check({ 'lib/http/a.ts': source });

  expect(code).toBe(1);
  expect(lines).toHaveLength(1);
});

test('accepts what the table allows, and ignores strings and comments', async () => {
  const { code, lines } = await check({
    'functions/a.ts': "import { app } from '@azure/functions';\nimport '../lib/http/serve.ts';\nimport './b.ts';\n",
    'lib/http/serve.ts': "import { a } from '../database/queries/a.ts';\n// import('../azure/cloud.ts')\n",
    'lib/database/queries/a.ts': "import { DatabaseSync } from 'node:sqlite';\nexport const from = '../../azure';\n",
    'lib/collect/a.ts': "import { b } from '../azure/b.ts';\n/** See {@link b}: `import('../http/serve.ts')`. */\n",
    'local/start.ts': "import { b } from '../lib/azure/b.ts';\nimport packageJson from '../package.json';\n",
    'bench/main.ts': "import { b } from '../test/support/a.ts';\n",
    'test/a.test.ts': "import { app } from '@azure/functions';\nimport '../lib/http/serve.ts';\n",
  });

  expect(lines).toEqual([]);
  expect(code).toBe(0);
});

test('a folder without sources fails', async () => {
  const { code } = await check({});

  expect(code).toBe(1);
});
