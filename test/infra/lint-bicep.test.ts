import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { appendFile, chmod, cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { bicepVersion, findCompiler } from '../../scripts/bicep/compiler.ts';
import { allCases } from '../support/cases.ts';
import { root } from './templates.ts';

const contentHash = 'z5p/I6NTOJvoQaJj0Rk3bTglGxIAVK920PiwYjrGuAl3V4wyr7yPjd3BYjRtVPBcdcrW1BtS33tSlWzB76MtNw==';
const packageFolder = `dist/bicep/packages/azure.bicep.commandline.linux-x64/${bicepVersion}`;
/** A compiler with nothing to say. */
const silent = `case "$1" in --version) echo 'Bicep CLI version ${bicepVersion} (b34271ac51)' ;; build) printf compiled ;; esac`;
/** The package for Linux on x64 is the only one on NuGet. */
const hasPackage = process.platform === 'linux' && process.arch === 'x64';

let folder: string;
let project: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lint-bicep-'));
  project = join(folder, 'project');
  await mkdir(join(folder, 'bin'));
  for (const path of ['package.json', 'scripts/lint-bicep.ts', 'scripts/bicep', 'lib/async/for-each-bounded.ts'])
    await cp(join(root, path), join(project, path), { recursive: true });
});
afterEach(() => rm(folder, { recursive: true }));

describe('without a compiler', () => {
  beforeEach(writeTemplates);

  test('says that the compiler has checked nothing, and where it looked', () => {
    const { status, output } = lint();

    expect(status).toBe(0);
    expect(output).toContain(`The compiler has not checked the templates. Bicep ${bicepVersion} was not found:`);
    expect(output).toContain('bicep on the PATH: not installed');
    expect(output).toContain('az bicep: not installed');
    expect(output).toContain(`az bicep install --version v${bicepVersion}`);
  });

  test.each([
    ['--required', {}],
    ['CI', { CI: 'true' }],
  ])('fails with %s', (given, environment) => {
    expect(lint(environment, given === 'CI' ? [] : [given]).status).toBe(1);
  });

  test('calls the checker for the whole folder, and fails when it reports a problem', async () => {
    const checker = await program('checker', 'echo "called with $*"; exit 1');

    const { status, output } = lint({ BICEP_CHECK: checker });

    expect(status).toBe(1);
    expect(output).toContain('called with --warnings-as-errors --no-second-parser infra\n');
  });
});

describe('where the compiler comes from', () => {
  beforeEach(writeTemplates);

  test('the PATH, if it has the pinned version', async () => {
    await program('bicep', silent);

    expect(lint({}, ['--required'])).toEqual({ status: 0, output: '' });
  });

  test('never another version', async () => {
    await program('bicep', "echo 'Bicep CLI version 0.48.1 (0000000000)'");

    const { status, output } = lint({}, ['--required']);

    expect(status).toBe(1);
    expect(output).toContain('bicep on the PATH: 0.48.1');
  });

  test.runIf(hasPackage)('then NuGet: the package is restored below dist/ in the pinned version', async () => {
    await restoringDotnet(contentHash);

    const { status, output } = lint({}, ['--required']);
    const calls = await readFile(join(folder, 'calls'), 'utf8');

    expect({ status, output }).toEqual({ status: 0, output: '' });
    expect(calls).toContain(`-p:BicepVersion=${bicepVersion}`);
    expect(calls).toContain(`--packages ${join(project, 'dist/bicep/packages')}`);
  });

  test.runIf(hasPackage)('a cached package needs no SDK', async () => {
    await cachedPackage(contentHash);

    expect(lint({}, ['--required'])).toEqual({ status: 0, output: '' });
  });

  test.runIf(hasPackage).each([
    ['cached', cachedPackage],
    ['restored', restoringDotnet],
  ])('a package with another contentHash is not run: %s', async (_, make) => {
    await make('AAAA');

    const { status, output } = lint();

    expect(status).toBe(1);
    expect(output).toContain('is not the package that this project pins');
    expect(output).toContain('AAAA');
    expect(existsSync(join(folder, 'ran'))).toBe(false);
  });

  test('last what az bicep install left', async () => {
    await program('dotnet', 'exit 1');
    await mkdir(join(folder, 'azure/bin'), { recursive: true });
    await program('../azure/bin/bicep', silent);

    expect(lint({ AZURE_CONFIG_DIR: join(folder, 'azure') }, ['--required'])).toEqual({ status: 0, output: '' });
  });
});

describe('what the compiler says', () => {
  test('a warning on stderr is a failure, although Bicep ends with 0', async () => {
    await writeTemplates();
    await program('bicep', `${silent}\n[ "$1" = lint ] && echo 'main.bicep(1,1) : Warning BCP037' >&2; exit 0`);

    const { status, output } = lint();

    expect(status).toBe(1);
    expect(output).toContain('main.bicep(1,1) : Warning BCP037');
  });

  test('each remark is shown once', async () => {
    await writeTemplates();
    await program('bicep', `${silent}\n[ "$1" = lint ] && { echo twice; echo twice; } >&2; exit 0`);

    expect(lint().output.split('twice')).toHaveLength(2);
  });

  test.each(['infra/**/*.bicep', 'infra/**/*.bicepparam'])('no file for %s is a failure', async (pattern) => {
    await writeTemplates();
    await rm(join(project, pattern.endsWith('param') ? 'infra/main.bicepparam' : 'infra/main.bicep'));
    await program('bicep', silent);

    const { status, output } = lint();

    expect(status).toBe(1);
    expect(output).toContain(`${pattern} matches no file, so nothing was checked\n`);
  });
});

/** Faults that are found together, each with what tells of it. Each run of the compiler takes seconds. */
type Fault = readonly [spoil: (infra: string) => Promise<void>, told: RegExp];
const faults: Readonly<Record<string, readonly Fault[]>> = {
  'an unknown property': [[replaces('modules/storage.bicep', 'allowBlobPublicAccess:', 'allowBlobAccess:'), /BCP037/]],
  'faults in templates and parameter files': [
    [replaces('modules/monitoring.bicep', ': retentionDays', `: '\${retentionDays}'`), /Warning BCP036/],
    [replaces('resource-group.bicep', '    skuName: storageSkuName\n', ''), /BCP035/],
    [appends('modules/identity.bicep', "\n@description('Required.')\nparam unused string\n"), /no-unused-params/],
    [appends('modules/identity.bicep', '\noutput more string = identity.id\n'), /use-description-outputs/],
    [appends('parameters/one-subscription.bicepparam', "\nparam nam = 'x'\n"), /BCP259/],
    [appends('parameters/many-subscriptions.bicepparam', '\nparam runRecordDays = true\n'), /BCP033/],
    [replaces('roles.bicep', 'var roles = {', 'var roles   =   {'), /infra\/roles\.bicep is not formatted/],
  ],
  'what is not what the templates compile to': [
    [replaces('modules/storage.bicep', "'TLS1_2'", "'TLS1_3'"), /one-subscription\.snapshot\.json is not what/],
    [replaces('modules/storage.bicep', "'TLS1_3'", "'TLS1_3'"), /azuredeploy\.json is not what/],
    [
      replaces('parameters/locked-down.bicepparam', 'param privateNetwork = true', 'param privateNetwork = false'),
      /no network could reach the app/,
    ],
    [(infra) => rm(join(infra, 'parameters/source.snapshot.json')), /source\.snapshot\.json is not what/],
    [(infra) => writeFile(join(infra, 'old.snapshot.json'), '{}'), /old\.snapshot\.json has no parameter file/],
  ],
};

describe.runIf(allCases)('the real compiler', () => {
  beforeEach(async () => {
    for (const path of ['infra', 'bicepconfig.json'])
      await cp(join(root, path), join(project, path), { recursive: true });
    await symlink(findCompiler(), join(folder, 'bin/bicep'));
  });

  test('has nothing to say about the templates of this project', () => {
    expect(lint({}, ['--required'])).toEqual({ status: 0, output: '' });
  });

  test.each(Object.entries(faults))('finds %s', async (_, made) => {
    for (const [spoil] of made) await spoil(join(project, 'infra'));

    const { status, output } = lint();

    expect(status).toBe(1);
    for (const [, told] of made) expect(output).toMatch(told);
  });
});

function replaces(path: string, text: string, by: string): (infra: string) => Promise<void> {
  return async (infra) => {
    const before = await readFile(join(infra, path), 'utf8');
    expect(before).toContain(text);
    await writeFile(join(infra, path), before.replace(text, by));
  };
}

function appends(path: string, text: string): (infra: string) => Promise<void> {
  return (infra) => appendFile(join(infra, path), text);
}

/** Templates that a silent compiler accepts: it prints `compiled` for the button. */
async function writeTemplates(): Promise<void> {
  await mkdir(join(project, 'infra'));
  const files = { 'main.bicep': '', 'main.bicepparam': "using 'main.bicep'\n", 'azuredeploy.json': 'compiled' };
  for (const [name, text] of Object.entries(files)) await writeFile(join(project, 'infra', name), text);
}

/** A program on the PATH. */
async function program(name: string, script: string): Promise<string> {
  const path = join(folder, 'bin', name);
  await writeFile(path, `#!/bin/sh\n${script}\n`);
  await chmod(path, 0o755);
  return path;
}

/** A package in the cache whose compiler notes that it ran. */
async function cachedPackage(hash: string): Promise<void> {
  const cached = join(project, packageFolder);
  await mkdir(join(cached, 'tools'), { recursive: true });
  await writeFile(join(cached, '.nupkg.metadata'), JSON.stringify({ version: 2, contentHash: hash }));
  await writeFile(join(cached, 'tools/bicep'), `#!/bin/sh\n: > '${folder}/ran'\n${silent}\n`);
  await chmod(join(cached, 'tools/bicep'), 0o755);
}

/** A `dotnet` that moves such a package to where it was told to restore to. */
async function restoringDotnet(hash: string): Promise<void> {
  await cachedPackage(hash);
  await cp(join(project, 'dist'), join(folder, 'feed'), { recursive: true });
  await rm(join(project, 'dist'), { recursive: true });
  const shell = `PATH=${dirname('/bin/sh')}:/usr/bin`;
  await program('dotnet', `${shell}\necho "$*" > '${folder}/calls'\ncp -R '${folder}/feed' '${join(project, 'dist')}'`);
}

function lint(
  environment: Readonly<Record<string, string>> = {},
  given: readonly string[] = [],
): { readonly status: number | null; readonly output: string } {
  const { status, stdout } = spawnSync(process.execPath, [join(project, 'scripts/lint-bicep.ts'), ...given], {
    cwd: project,
    env: { PATH: join(folder, 'bin'), HOME: folder, ...environment },
    encoding: 'utf8',
  });
  return { status, output: stdout };
}
