import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { bundle } from '../../scripts/bundle.ts';

const run = promisify(execFile);

describe('a bundle', () => {
  let directory: string;
  let launcher: string;
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'bundle-test-'));
    launcher = join(directory, 'tool.cjs');
    await bundle(join(import.meta.dirname, '../local/fixtures/lazy-entry.ts'), launcher, { executable: true });
  });
  afterAll(() => rm(directory, { recursive: true, force: true }));

  const evaluate = async (code: string): Promise<unknown> => {
    const { stdout } = await run(process.execPath, [
      '-e',
      `const tool = require(${JSON.stringify(launcher)}); ${code}`,
    ]);
    return JSON.parse(stdout);
  };

  test('evaluates a dynamic import only when the code reaches it', async () => {
    const seen = await evaluate(`(async () => {
      const before = globalThis.lazyPartEvaluated ?? false;
      const value = await tool.later();
      console.log(JSON.stringify([before, value, globalThis.lazyPartEvaluated]));
    })()`);

    expect(seen).toEqual([false, 'lazy', true]);
  });

  test('keeps class names and knows its own URL', async () => {
    const seen = await evaluate('console.log(JSON.stringify([tool.KeptName.name, tool.address]))');

    expect(seen).toEqual(['KeptName', pathToFileURL(join(directory, 'tool.bundle.cjs')).href]);
  });

  test('starts through an executable launcher that fills the compile cache', async () => {
    const cache = join(directory, 'cache');

    await run(launcher, { env: { ...process.env, NODE_COMPILE_CACHE: cache } });

    expect(await readFile(launcher, 'utf8')).toMatch(/^#!\/usr\/bin\/env node\n/);
    expect((await stat(cache)).isDirectory()).toBe(true);
  });

  test('rejects a Node that lacks a required module: one line for a command, an error for a host to log', async () => {
    const withoutSqlite = ['--no-experimental-sqlite'];
    const hosted = join(directory, 'hosted.cjs');
    await bundle(join(import.meta.dirname, '../local/fixtures/lazy-entry.ts'), hosted, { executable: false });
    const line = `vm-identities needs Node.js 24; this is ${process.version} without node:sqlite`;

    const command = run(process.execPath, [...withoutSqlite, launcher]);
    const host = run(process.execPath, [
      ...withoutSqlite,
      '-e',
      `try { require(${JSON.stringify(hosted)}) } catch (error) { console.log(error.message) }`,
    ]);

    await expect(command).rejects.toMatchObject({ code: 1, stderr: `error UnsupportedNode: ${line}\n` });
    expect((await host).stdout).toBe(`${line}\n`);
  });
});

test.each(['functions', 'cli'])('the bundle of %s has one byte per character', async (name) => {
  const built = await readFile(join(import.meta.dirname, `../../dist/${name}.bundle.cjs`), 'latin1');

  expect(/[^\p{ASCII}]/u.exec(built)).toBeNull();
});
