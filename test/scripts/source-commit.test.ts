import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import { sourceCommit } from '../../scripts/source-commit.ts';

const sha = 'a'.repeat(40);
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'source-commit-'));
  return () => rmSync(folder, { recursive: true });
});

function git(...args: string[]): string {
  const who = ['-c', 'user.name=test', '-c', 'user.email=test@example.com', '-c', 'commit.gpgsign=false'];
  return execFileSync('git', [...who, ...args], { cwd: folder, encoding: 'utf8' }).trim();
}

function commit(): string {
  git('init', '--quiet');
  writeFileSync(join(folder, 'file'), 'text');
  writeFileSync(join(folder, '.gitignore'), 'dist\n');
  git('add', '.');
  git('commit', '--quiet', '--message', 'one');
  return git('rev-parse', 'HEAD');
}

test('is the commit that is checked out, also after a build', () => {
  const head = commit();
  mkdirSync(join(folder, 'dist'));
  writeFileSync(join(folder, 'dist', 'built'), '');
  expect(sourceCommit(folder, {})).toBe(head);
});

test.each([
  ['a changed file', 'file'],
  ['a new file', 'other'],
])('is not known with %s', (_, name) => {
  commit();
  writeFileSync(join(folder, name), 'changed');
  expect(sourceCommit(folder, {})).toBeNull();
});

test('is not known without a repository of its own, or without a commit', () => {
  expect(sourceCommit(folder, {})).toBeNull();
  git('init', '--quiet');
  expect(sourceCommit(folder, {})).toBeNull();
  commit();
  mkdirSync(join(folder, 'dist', 'copy'), { recursive: true });
  expect(sourceCommit(join(folder, 'dist', 'copy'), {})).toBeNull();
});

test('is what BUILD_COMMIT says, which must be a commit id', () => {
  expect(sourceCommit(folder, { BUILD_COMMIT: sha })).toBe(sha);
  expect(sourceCommit(folder, { BUILD_COMMIT: '' })).toBeNull();
  for (const wrong of ['main', sha.slice(1), sha.toUpperCase(), `${sha}\n`]) {
    expect(() => sourceCommit(folder, { BUILD_COMMIT: wrong })).toThrow('BUILD_COMMIT is');
  }
});
