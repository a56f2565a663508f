import { spawnSync } from 'node:child_process';
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as v from 'valibot';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import packageJson from '../../package.json' with { type: 'json' };
import { bicepVersion } from '../../scripts/bicep/compiler.ts';
import { readTemplate, root } from './templates.ts';

const steps = v.object({ steps: v.array(v.object({ name: v.optional(v.string()), run: v.optional(v.string()) })) });
const { jobs, env } = v.parse(
  v.object({ jobs: v.object({ 'what-if': steps, deploy: steps }), env: v.record(v.string(), v.string()) }),
  parse(await readFile(join(root, '.github/workflows/deploy.yml'), 'utf8')),
);

const commit = '0123456789abcdef0123456789abcdef01234567';
const healthy = { status: 'healthy', version: packageJson.version, commit, lastRun: null };

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'deploy-workflow-'));
  await program('sleep', '');
});
afterEach(() => rm(folder, { recursive: true }));

describe('the tools', () => {
  test.each([
    ['2.75.9', 1],
    ['2.76.0', 0],
    ['2.100.0', 0],
    ['3.0.0', 0],
  ])('Azure CLI %s: exit code %i', async (version, expected) => {
    await program('az', `[ "$1" = version ] && echo ${version}; echo "az $*" >> "$CALLS"`);

    const { status, calls } = await run('Tools');

    expect(status).toBe(expected);
    expect(calls.includes(`az bicep install --version v${bicepVersion}`)).toBe(expected === 0);
  });

  test('both jobs that deploy take the same steps, and no Bicep of the runner', () => {
    for (const name of ['Tools', 'Location']) expect(scriptOf('what-if', name)).toBe(scriptOf('deploy', name));
    expect(scriptOf('deploy', 'Tools')).toContain('az config set bicep.use_binary_from_path=false\n');
  });
});

describe('the location', () => {
  test.each(['one-subscription', 'many-subscriptions', 'dev', 'test', 'prod'])(
    'comes from %s, also into the name',
    async (parameters) => {
      const { status, exported } = await run('Location', { PARAMETERS: `infra/parameters/${parameters}.bicepparam` });

      expect(status).toBe(0);
      expect(exported).toEqual(['LOCATION=westeurope', 'DEPLOYMENT=vm-identities-westeurope']);
    },
  );

  test('a parameter file without one is refused', async () => {
    const path = join(folder, 'none.bicepparam');
    await writeFile(path, "using 'main.bicep'\n// param location = 'westeurope'\n");

    const { status, output } = await run('Location', { PARAMETERS: path });

    expect(status).toBe(1);
    expect(output).toContain('It sets no location');
  });

  test('deployments in other subscriptions have its hash in their names', async () => {
    const { text } = await readTemplate('main.bicep');
    const named = [...text.matchAll(/^ {4}name: '(.*)'$/gm)].map(([, name]) => name);

    expect(named).toHaveLength(1);
    expect(named[0]).toContain('uniqueString(suffix, location)');
  });
});

describe('the health', () => {
  test.each([
    ['the new package', 200, healthy, 0],
    ['the new package, unhealthy', 503, { ...healthy, status: 'unhealthy' }, 0],
    ['another version', 200, { ...healthy, version: `${packageJson.version}1` }, 1],
    ['another commit of the same version', 200, { ...healthy, commit: commit.replace('0', '1') }, 1],
    ['a package without a commit', 200, { status: 'healthy', version: packageJson.version }, 1],
    ['no JSON', 503, 'Service unavailable', 1],
  ])('%s, %i', async (_, code, body, expected) => {
    await answering(code, body);

    const { status, output } = await deploying('Health');

    expect(status).toBe(expected);
    expect(output.includes('::warning::The new version answers 503')).toBe(code === 503 && expected === 0);
    expect(output.includes('::error::')).toBe(expected === 1);
  });

  test('no answer', async () => {
    await program('curl', 'exit 7');

    expect((await deploying('Health')).status).toBe(1);
  });
});

describe('the upload', () => {
  test('is not repeated after a success', async () => {
    await az(0);

    const { status, calls } = await deploying('Package');

    expect({ status, uploads: uploadsOf(calls) }).toEqual({ status: 0, uploads: 1 });
  });

  test('is not repeated when az fails but the new package answers', async () => {
    await az(1);
    await answering(200, healthy);

    const { status, calls } = await deploying('Package');

    expect({ status, uploads: uploadsOf(calls) }).toEqual({ status: 0, uploads: 1 });
  });

  test('is repeated while the old package answers, and fails in the end', async () => {
    await az(1);
    await answering(200, { ...healthy, version: '0.0.1' });

    const { status, calls } = await deploying('Package');

    expect({ status, uploads: uploadsOf(calls) }).toEqual({ status: 1, uploads: 5 });
  });

  test('ends after a time', () => {
    const commands = scriptOf('deploy', 'Package').match(/.*config-zip/g) ?? [];

    expect(commands.filter((command) => !/timeout --kill-after=\S+ \d+m az /.test(command))).toEqual([]);
  });
});

function uploadsOf(calls: readonly string[]): number {
  return calls.filter((call) => call.includes('config-zip')).length;
}

/** An `az` whose uploads end with this code. */
function az(code: number): Promise<void> {
  return program('az', `echo "az $*" >> "$CALLS"; case "$*" in *config-zip*) exit ${code} ;; *) echo output ;; esac`);
}

/** A `curl` that prints this answer, and its status as `--write-out` asks. */
function answering(status: number, body: unknown): Promise<void> {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return program('curl', `printf '%s\\n%s' '${text}' ${status}`);
}

async function program(name: string, script: string): Promise<void> {
  await writeFile(join(folder, name), `#!/bin/sh\n${script}\n`);
  await chmod(join(folder, name), 0o755);
}

/** Runs a step after the one that says what to expect. */
async function deploying(name: string): Promise<Ran> {
  const { exported } = await run('What to expect');
  const variables = exported.map((line) => line.split('='));
  return run(name, { HOST: 'app.example', DEPLOYMENT: 'x', ...Object.fromEntries(variables) });
}

interface Ran {
  readonly status: number | null;
  readonly output: string;
  /** What it wrote to GITHUB_ENV. */
  readonly exported: readonly string[];
  readonly calls: readonly string[];
}

/** Runs a step of the deploying job as GitHub does. */
async function run(name: string, variables: Readonly<Record<string, string>> = {}): Promise<Ran> {
  const [exports, calls] = [join(folder, 'env'), join(folder, 'calls')];
  for (const file of [exports, calls]) await writeFile(file, '');
  const { status, stdout } = spawnSync('bash', ['-e', '-c', scriptOf('deploy', name)], {
    cwd: root,
    env: {
      PATH: `${folder}:${process.env.PATH}`,
      CALLS: calls,
      GITHUB_ENV: exports,
      GITHUB_SHA: commit,
      RUNNER_TEMP: folder,
      ...env,
      ...variables,
    },
    encoding: 'utf8',
  });
  const lines = async (file: string) => (await readFile(file, 'utf8')).split('\n').filter((line) => line !== '');
  return { status, output: stdout, exported: await lines(exports), calls: await lines(calls) };
}

function scriptOf(job: keyof typeof jobs, name: string): string {
  const found = jobs[job].steps.find((step) => step.name === name && step.run !== undefined);
  if (found?.run === undefined) throw new Error(`${job} has no step '${name}'`);
  return found.run;
}
