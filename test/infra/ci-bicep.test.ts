import { glob, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { bicepVersion } from '../../scripts/bicep/compiler.ts';
import { readTemplates, root } from './templates.ts';

const read = (path: string): Promise<string> => readFile(join(root, path), 'utf8');
const files: { readonly path: string; readonly text: string }[] = [];
for await (const path of glob('{.github/workflows/*.yml,.ci/*,.devcontainer/**/*}', { cwd: root })) {
  files.push({ path, text: await read(path) });
}

test('CI checks the templates, and fails without the compiler', async () => {
  expect(await read('.ci/run')).toContain('npm run lint -- --required\n');
  expect(await read('.github/workflows/ci.yml')).toContain('run: node scripts/lint-bicep.ts --required\n');
});

test('whatever installs Bicep installs the version that checks the templates', () => {
  const installed = files.flatMap(({ path, text }) =>
    [...text.matchAll(/az bicep (?:install|upgrade)(?: --version v([\d.]+))?/g)].map(([, version]) => ({
      path,
      version,
    })),
  );

  expect(installed.filter(({ version }) => version !== bicepVersion)).toEqual([]);
});

test('each rule of the linter that the project names is an error, in the only configuration', async () => {
  const { rules } = JSON.parse(await read('bicepconfig.json')).analyzers.core;
  const configurations: string[] = [];
  for await (const path of glob('{*,infra/**/*}bicepconfig.json', { cwd: root })) configurations.push(path);

  expect(Object.keys(rules)).toEqual(expect.arrayContaining(['no-explicit-any', 'use-stable-vm-image']));
  expect(Object.values<{ level: string }>(rules).filter(({ level }) => level !== 'error')).toEqual([]);
  expect(configurations).toEqual(['bicepconfig.json']);
});

/** The codes of the compiler that a line suppresses. `not-in-data` is for a checker without the types of some resources. */
const suppressed: Readonly<Record<string, readonly string[]>> = { 'modules/package.bicep': ['BCP187'] };
test('nothing is suppressed, except what is listed here', async () => {
  const found = (await readTemplates()).map(({ path, text }) => {
    const codes = [...text.matchAll(/#(?:disable|restore)\S* (.*)/g)].flatMap(([, list = '']) =>
      list.trim().split(' '),
    );
    return [path, codes.filter((code) => code !== 'not-in-data')] as const;
  });

  expect(Object.fromEntries(found.filter(([, codes]) => codes.length > 0))).toEqual(suppressed);
});

test('git keeps the bytes of compiled files the same on each system', async () => {
  expect(await read('.gitattributes')).toMatch(/^\* .*\beol=lf$/m);
});
