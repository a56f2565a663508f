import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, test } from 'vitest';
import { openForWriting } from '../../lib/database/database.ts';
import { openSource } from '../../lib/sources/open-source.ts';

test('A file that migrations brought to this version is opened like a new one', () => {
  const folder = mkdtempSync(join(tmpdir(), 'open-source-'));
  const path = join(folder, 'there.sqlite');
  const old = new DatabaseSync(path);
  old.exec(readFileSync(new URL('../database/fixtures/version-1.sql', import.meta.url), 'utf8'));
  old.close();
  openForWriting(path).close();

  using opened = openSource(path);

  expect(opened.prepare('SELECT count(*) AS count FROM machines').get()).toMatchObject({ count: expect.any(Number) });
  rmSync(folder, { recursive: true });
});
