import { spawnSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import manifest from '../../package.json' with { type: 'json' };

const root = join(import.meta.dirname, '../..');

function releaseNotes(tag: string) {
  return spawnSync(process.execPath, ['scripts/release-notes.ts', tag], { cwd: root, encoding: 'utf8' });
}

test('The notes of a release are what the changelog says about its version', async () => {
  const changelog = await readFile(join(root, 'CHANGELOG.md'), 'utf8');

  const { status, stdout } = releaseNotes(`v${manifest.version}`);

  expect(status).toBe(0);
  expect(stdout.trim()).toMatch(/^### Added\n- /);
  expect(stdout).not.toContain('## [');
  expect(changelog).toContain(stdout.trim());
});

test('A tag that package.json does not name is refused', () => {
  const { status, stderr } = releaseNotes('v99.0.0');

  expect(status).toBe(1);
  expect(stderr).toContain(`The tag is 'v99.0.0'; package.json says v${manifest.version}`);
});
