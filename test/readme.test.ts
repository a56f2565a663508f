import { execFile } from 'node:child_process';
import { access, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, normalize } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type LocalAzure, startLocalAzure } from '../local/azure/local-azure.ts';
import { createSampleTenant } from '../local/azure/sample-tenant.ts';
import packageJson from '../package.json' with { type: 'json' };

const root = join(import.meta.dirname, '..');
const readme = await readFile(join(root, 'README.md'), 'utf8');
const commands = [...readme.matchAll(/^```sh\n([\s\S]*?)^```$/gm)].flatMap(([, block = '']) =>
  block.trim().split('\n'),
);
const cliPrefix = 'npm run --silent cli -- ';

let azure: LocalAzure;
let folder: string;
beforeAll(async () => {
  azure = await startLocalAzure({ tenant: createSampleTenant({ subscriptions: 2, vms: 5 }) });
  folder = await mkdtemp(join(tmpdir(), 'readme-'));
});
afterAll(async () => {
  await azure.stop();
  await rm(folder, { recursive: true, force: true });
});

/** Runs a program in a folder of its own, where no one's inventory is, with a managed identity of the sample tenant. */
function run(args: readonly string[], cwd = folder): Promise<{ code: unknown; stdout: string; stderr: string }> {
  const env = { ...process.env, ...azure.environment('AppService') };
  return new Promise((resolve) => {
    execFile(process.execPath, args, { cwd, env }, (error, stdout, stderr) =>
      resolve({ code: error === null ? 0 : error.code, stdout, stderr }),
    );
  });
}

test('the two commands to begin with are npm’s own and those of package.json', () => {
  expect(commands.slice(0, 2)).toEqual(['npm ci && npm start', 'npm test']);
  expect(packageJson.scripts).toMatchObject({ start: 'node local/start.ts', test: 'vitest run' });
});

test('npm start does what its picture shows', async () => {
  const { code, stdout } = await run(['local/start.ts', '--once', '--port', '0'], root);

  const withoutNumbers = (text: string) => text.replaceAll(/\d[\w.:-]*/g, 'N');
  const picture = (await readFile(join(root, 'docs/start.svg'), 'utf8')).replaceAll(/<[^>]*>/g, '');
  expect(code).toBe(0);
  const lines = withoutNumbers(stdout.trim()).split('\n');
  expect(lines.filter((line) => !withoutNumbers(picture).includes(line))).toEqual([]);
});

test('every command of the command line works in the order in which it stands', async () => {
  const lines = commands.filter((command) => command.startsWith(cliPrefix));
  const outcomes: unknown[] = [];

  for (const line of lines) {
    const words = line.slice(cliPrefix.length).split(' ');
    const { code, stdout } = await run([join(root, 'cli/main.ts'), ...words]);
    const written = words.includes('--out') ? await readFile(join(folder, words.at(-1) ?? ''), 'utf8') : stdout;
    outcomes.push({ line, code, says: written.trim().length > 0 });
  }

  // 3: the sample tenant cannot be read completely.
  const codeOf = (line: string) => (line.endsWith('whoami') ? 0 : 3);
  expect(outcomes).toEqual(lines.map((line) => ({ line, code: codeOf(line), says: true })));
  expect(lines.length).toBe(commands.length - 2);
});

test.each(['README.md', 'docs/README.md', 'docs/one-machine.md', 'docs/architecture.md', 'infra/README.md'])(
  'every link of %s leads somewhere',
  async (file) => {
    const text = await readFile(join(root, file), 'utf8');
    const targets = [...text.matchAll(/\]\(([^)\s]+)\)/g)]
      .map(([, target = '']) => target)
      .filter((target) => !/^https?:/.test(target));

    const missing: string[] = [];
    for (const target of targets) {
      await access(normalize(join(root, file, '..', target.replace(/#.*$/, '')))).catch(() => missing.push(target));
    }

    expect(missing).toEqual([]);
  },
);
